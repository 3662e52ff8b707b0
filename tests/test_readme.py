"""The README does what it says: its four calls run as printed, and what exists is named in it."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
import typer

from app.cli import app as commands
from app.settings import Settings
from app.store import migrate

REPOSITORY = Path(__file__).parent.parent
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
PAGES = sorted([REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")])
READY_SECONDS = 20

# What differs from run to run; the first group is what stays.
MASKS = {
    "<id>": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    "<time>": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    "<receipt>": re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}\b"),
    "<number>": re.compile(r"\b\d{4}-\d{6}\b"),
    "at <then>": re.compile(r"at \d\d:\d\d on [A-Z][a-z]+ \d{1,2}, \d{4}"),
    "a las <then>": re.compile(r"a las? \d\d:\d\d del \d{1,2} de [a-z]+ de \d{4}"),
}


def masked(answer):
    text = json.dumps(json.loads(answer), ensure_ascii=False)
    for mask, pattern in MASKS.items():
        text = pattern.sub(mask, text)
    return json.loads(text)


def section(title):
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows_of(title):
    """Return the cells of the table rows under a heading, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.fixture
def served(tmp_path):
    """A service as an operator runs it, in a process of its own on a free port; its address and environment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("APP_")}
    environment = {
        **kept, "APP_DATA_DIR": str(tmp_path / "var"), "APP_PORT": str(port), "PYTHONPATH": str(REPOSITORY),
    }  # fmt: skip
    (tmp_path / "var").mkdir(mode=0o700)
    migrate.upgrade(f"sqlite:///{tmp_path / 'var' / 'app.db'}")
    server = subprocess.Popen(
        [sys.executable, "-m", "app", "serve"], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + READY_SECONDS
        while not is_ready(port):
            assert server.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        yield f"127.0.0.1:{port}", environment
    finally:
        server.terminate()
        server.wait(READY_SECONDS)


def is_ready(port):
    try:
        connection = HTTPConnection("127.0.0.1", port, timeout=2)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def test_the_four_calls_run_as_printed_and_answer_as_printed(served, tmp_path):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    address, environment = served
    blocks = re.findall(r"```sh\n(.*?)```\n(?:```json\n(.*?)```)?", section("The main job, in four calls"), re.DOTALL)
    printed = "\n".join(f"{shell}\nprintf '\\n<end of block>\\n'" for shell, _ in blocks)
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c",
         printed.replace("127.0.0.1:8000", address).replace(".venv/bin/python", sys.executable)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    answers = ran.stdout.split("\n<end of block>\n")
    assert [shell.count("curl ") for shell, _ in blocks] == [1, 1, 1, 1, 1]
    assert [bool(shown) for _, shown in blocks] == [False, True, True, True, True]
    for (_, shown), answer in zip(blocks[1:], answers[1:], strict=False):
        assert masked(answer) == masked(shown)


def test_each_setting_is_named_with_its_default(monkeypatch, tmp_path):
    rows = {name.strip("`"): default for name, default, _ in rows_of("Settings")}
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("APP_")]:
        monkeypatch.delenv(name)

    assert set(rows) == {f"APP_{name.upper()}" for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        shown, default = rows[f"APP_{name.upper()}"], field.get_default(call_default_factory=True)
        if shown.startswith("`"):
            monkeypatch.setenv(f"APP_{name.upper()}", shown.strip("`"))
            assert getattr(Settings(), name) == default
        else:
            assert default in ("", None, [])
            assert (shown == "none") is (name not in {"database_url", "vault_dir", "ledger_key_file"})


def test_the_default_paths_are_where_the_readme_says():
    settings = Settings.model_construct(data_dir=Path("elsewhere"))

    assert settings.url.endswith("/elsewhere/app.db")
    assert settings.vault_folder == Path("elsewhere/vault")
    assert settings.ledger_key == Path("elsewhere/ledger.key")


def every_command(group, before=""):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from every_command(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_each_command_is_named_and_each_that_is_named_exists():
    named = {name for cell, _ in rows_of("Commands") for name in re.findall(r"`([^`]+)`", cell)}

    assert named == set(every_command(typer.main.get_command(commands)))


def test_each_page_names_only_commands_that_exist():
    known = set(every_command(typer.main.get_command(commands)))
    of_several = "create|list|revoke|show|add|retire|replace-lost"
    for page in PAGES:
        for used in re.findall(rf"python -m app ([a-z][a-z-]*(?: (?:{of_several}))?)", page.read_text("utf-8")):
            assert used in known, f"{page.name}: {used}"


def test_each_make_target_that_is_named_exists():
    targets = set(re.search(r"^\.PHONY: (.*)$", (REPOSITORY / "Makefile").read_text("utf-8"), re.MULTILINE)[1].split())
    named = {
        target for page in PAGES for target in re.findall(r"`?\bmake ([a-z][a-z-]+)(?=`|  )", page.read_text("utf-8"))
    }

    assert {"run", "test", "check"} <= named <= targets


def test_each_setting_that_a_page_names_exists():
    known = {f"APP_{name.upper()}" for name in Settings.model_fields}
    for page in PAGES:
        assert set(re.findall(r"APP_[A-Z_]+", page.read_text("utf-8"))) <= known, page.name


def test_each_link_and_each_test_that_a_page_names_is_there():
    for page in PAGES:
        text = page.read_text("utf-8")
        for target in re.findall(r"\]\((?!http)([^)#]+)", text):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
        for name, test in re.findall(r"(tests/[\w/]+\.py)(?:::(test_\w+))?", text):
            assert (REPOSITORY / name).exists(), f"{page.name}: {name}"
            assert f"def {test}" in (REPOSITORY / name).read_text("utf-8"), f"{page.name}: {test}"


def test_periods_are_shown_as_an_operator_writes_them():
    periods = [name for name, field in Settings.model_fields.items() if isinstance(field.default, timedelta)]
    shown = {name: default for name, default, _ in rows_of("Settings")}

    assert periods
    assert all(re.fullmatch(r"`P\w+`", shown[f"`APP_{name.upper()}`"]) for name in periods)
