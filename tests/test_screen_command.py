"""`python -m app screen`: findings by place and kind, and never the text."""

import subprocess
import sys


def run(text):
    return subprocess.run(
        [sys.executable, "-m", "app", "screen"], input=text, capture_output=True, text=True, check=False, timeout=60
    )


def test_each_finding_is_told_by_line_place_and_category_and_never_by_its_words():
    done = run("Two agents at the corner.\nShe is undocumented, they said.\n")

    assert done.returncode == 1
    assert done.stdout.startswith("2:")
    assert "immigration_status" in done.stdout
    assert "undocumented" not in done.stdout + done.stderr
    assert "2 texts, 1 to refuse" in done.stderr


def test_texts_that_pass_print_nothing():
    done = run("Two agents at the corner.\n\n")

    assert (done.returncode, done.stdout) == (0, "")


def test_what_is_no_utf_8_is_said_to_be_so_and_not_taken_for_a_refusal():
    done = subprocess.run(
        [sys.executable, "-m", "app", "screen"], input=b"\xff\xfeT\n", capture_output=True, check=False, timeout=60
    )

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1
    assert b"UTF-8" in done.stderr
