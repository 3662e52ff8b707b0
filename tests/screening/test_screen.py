"""The screen's promises over any text: an answer, places in the text as sent, and work that grows with its length."""

import ast
import unicodedata
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest

from app.domain.screening import SCREEN_VERSION, Category, screen
from app.domain.screening.finding import Finding

HOSTILE = {
    "one letter": "a",
    "names": "Luis, ",
    "spaced letters": "i l l e g a l ",
    "dotted letters": "s.i.n.p.a.p.e.l.e.s.",
    "digits": "5",
    "digits and dashes": "5-0-5-",
    "at signs": "@",
    "almost addresses": "a.b-c+d_",
    "combining marks": "a\u0301",
    "zero width": "i\u200b",
    "lone surrogates": "a\ud800",
    "half a statement": "no tiene ",
    "brackets": "((((",
    "look-alikes": "\u0441\u0443\u0432 ",
    "misspelt": "indocumentodo ",
    "plates": "plate abc ",
    "line ends": "\n",
    "stops": "Mr. ",
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t ",
        "\u200b\u200d\ufeff",
        "a" * 2000,
        "\u202ereversed\u202c",
        "👮🏽‍♀️🚐",
        "\ud800",
        "a\udfffb",
        "مرحبا שלום привет 你好",
        "\x00\x08",
    ],
    ids=[
        "empty",
        "blanks",
        "zero width",
        "one letter",
        "right to left",
        "emoji",
        "surrogate",
        "inside",
        "alphabets",
        "control",
    ],
)
def test_any_text_gets_an_answer(text):
    assert screen(text) == ()


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_costs_no_more_than_its_length(piece):
    """Four times the length takes about four times as long: the bound is the contract's, six times."""

    def seconds(text, repeats):
        rounds = []
        for _ in range(5):
            begin = process_time()
            for _ in range(repeats):
                screen(text)
            rounds.append(process_time() - begin)
        return min(rounds) / repeats

    long = (piece * 2000)[:2000]
    screen(long)

    # A fifth of a millisecond besides: below it the clock tells nothing.
    assert seconds(long, 2) <= 6 * seconds(long[:500], 4) + 0.0002


def test_findings_say_where_the_passages_stand_in_the_text_as_sent():
    text = "«Él» es un\u200bdo\u200bcumented, plåcé\u0301 … y se llama \uff2a\uff55\uff41\uff4e."

    passages = {finding.category: text[finding.start : finding.end] for finding in screen(text)}

    assert "un\u200bdo\u200bcumented" in passages[Category.IMMIGRATION_STATUS]
    assert passages[Category.IDENTITY] == "\uff2a\uff55\uff41\uff4e"


def test_an_accent_that_hangs_on_the_last_letter_belongs_to_the_passage():
    text = unicodedata.normalize("NFD", "Se llevaron a José ayer.")

    (finding,) = screen(text)

    assert unicodedata.normalize("NFC", text[finding.start : finding.end]) == "José"


def test_findings_stand_in_order_and_those_of_one_category_do_not_overlap():
    findings = screen("Mauricio, Nicaraguan, visa overstay, taken at the light. Su hermano José no tiene papeles.")

    assert [finding.start for finding in findings] == sorted(finding.start for finding in findings)
    for category in Category:
        spans = [(finding.start, finding.end) for finding in findings if finding.category is category]
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert {finding.category for finding in findings} == set(Category)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("He is undocumented.", "en"),
        ("Es indocumentado.", "es"),
        ("Se llevaron a Ignacio.", "es"),
        ("They took Ignacio.", "en"),
    ],
)
def test_a_finding_names_the_language_of_its_passage_or_else_of_the_text(text, language):
    assert {finding.language for finding in screen(text)} == {language}


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_detail_says_what_to_take_out_and_what_to_write_instead(category, language):
    detail = Finding(category, 0, 1, language).detail

    assert detail.startswith(("Take out", "Quite"))
    assert ("Say what the agents did" in detail) == (language == "en")
    assert ("Diga qué hicieron los agentes" in detail) == (language == "es")


def test_the_version_is_semantic_with_the_hash_of_the_data():
    version, _, content = SCREEN_VERSION.partition("+")

    assert [part.isdigit() for part in version.split(".")] == [True] * 3
    assert len(content) == 12
    assert int(content, 16) >= 0


def test_nothing_of_a_text_is_remembered():
    """A cache keyed by a text or a word would keep what was refused: only loaders without arguments are cached."""
    folder = Path("app/domain/screening")
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any("cache" in ast.unparse(mark) for mark in node.decorator_list):
                assert not node.args.args, f"{path}: {node.name} is cached by its arguments"
