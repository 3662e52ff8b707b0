"""What must hold of the screen whatever stands around, inside and in place of an offending clause."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.screening import screen
from tests.screening.scoring import DEVELOPMENT, cases_in

CASES = [case for case in cases_in(DEVELOPMENT) if case.refuse and len(case.text) < 160]
HARMLESS = [
    "Two vans left at 8:05.",
    "Agents in tan vests stood by the door.",
    "Se fueron por la Coors.",
    "No name was given.",
    "Hay tres camionetas en la esquina.",
    "The store closed early.",
    "La gente salió a ver.",
    "Contact confirmed, two teams.",
    "ICE was called at 0930.",
    "Un agente habló por radio.",
]
CLAUSES = [
    ("He is undocumented", "undocumented"),
    ("the man has no papers", "no papers"),
    ("El señor es indocumentado", "indocumentado"),
    ("la muchacha es hondureña", "hondureña"),
    ("a Honduran man was taken", "Honduran"),
    ("She is Guatemalan", "Guatemalan"),
    ("they took Ignacio away", "Ignacio"),
    ("se llevaron a Ignacio", "Ignacio"),
    ("my number is 505-555-0147", "505-555-0147"),
    ("A-number A201-334-778", "A201-334-778"),
    ("he was deported before", "deported"),
]
LOOK_ALIKES = str.maketrans("aeopcyxi", "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456")
FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
DISGUISES = {
    "zero-width characters": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "look-alike letters": lambda word: word.translate(LOOK_ALIKES),
    "full-width forms": lambda word: word.translate(FULL_WIDTH),
    "combining marks": lambda word: "".join(letter + "\u0323" if letter.isalpha() else letter for letter in word),
    "capitals": str.upper,
    "mathematical letters": lambda word: "".join(
        chr(0x1D41A + ord(letter) - 97) if "a" <= letter <= "z" else letter for letter in word
    ),
}
sentences = st.lists(st.sampled_from(HARMLESS), max_size=3).map(" ".join)


@given(st.sampled_from(CASES), sentences, sentences)
@settings(max_examples=150, deadline=None)
def test_harmless_words_around_an_offending_clause_keep_the_refusal(case, before, after):
    around = " ".join(filter(None, [before, case.text if case.text[-1] in ".!?" else case.text + ".", after]))

    assert screen(around)


@given(st.sampled_from(HARMLESS), sentences)
@settings(max_examples=60, deadline=None)
def test_harmless_sentences_together_stay_harmless(first, others):
    assert screen(f"{first} {others}") == ()


@given(st.sampled_from(CASES))
@settings(max_examples=150, deadline=None)
def test_taking_out_what_is_marked_makes_a_text_pass(case):
    """At the third try at the latest: what is left may still tell something that the first answer did not name."""
    text = case.text
    for _ in range(3):
        for finding in reversed(screen(text)):
            text = text[: finding.start] + text[finding.end :]

    assert screen(text) == ()


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES.keys())
@pytest.mark.parametrize(("clause", "word"), CLAUSES, ids=[word for _, word in CLAUSES])
def test_a_disguise_keeps_the_refusal(clause, word, disguise):
    disguised = clause.replace(word, disguise(word))

    findings = screen(disguised)

    assert findings
    assert max(finding.end for finding in findings) <= len(disguised)


@pytest.mark.parametrize(
    "text",
    [
        "he is u n d o c u m e n t e d",
        "1ll3g4l alien",
        "s.i.n p.a.p.e.l.e.s",
        "un-documented worker",
        "h0ndur3ño en la van",
        "my name is J u a n",
    ],
)
def test_letters_set_apart_and_digits_for_letters_keep_the_refusal(text):
    assert screen(text)


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_gets_findings_within_its_bounds(text):
    for finding in screen(text):
        assert 0 <= finding.start < finding.end <= len(text)


@given(st.text(alphabet=st.sampled_from(" \u200b\u0301\ud800aeiLuis5-.@'ñ🚐\n"), max_size=200))
@settings(max_examples=200, deadline=None)
def test_mixtures_of_awkward_characters_get_findings_within_bounds(text):
    for finding in screen(text):
        assert 0 <= finding.start < finding.end <= len(text)
