"""The screen on the project's development cases. The held-out half is scored by hand, seldom: docs/screening.md."""

import pytest

from app.domain.screening import screen
from tests.screening.scoring import DEVELOPMENT, cases_in, names_the_kinds, score, touches_all

CASES = cases_in(DEVELOPMENT)


@pytest.fixture(scope="module")
def result():
    return score(CASES)


def test_there_are_cases_of_each_kind_in_each_language():
    kinds = {(case.lang, case.refuse) for case in CASES}

    assert {(lang, refuse) for lang in ("en", "es", "mixed") for refuse in (True, False)} <= kinds
    assert len(CASES) >= 750


def test_recall_and_false_refusals_reach_the_aim(result):
    assert result.all.recall.share >= 0.97, [case.id for case in result.missed]
    assert result.all.false_refusals.share <= 0.02, [case.id for case, _ in result.refused_wrongly]


@pytest.mark.parametrize("language", ["en", "es", "mixed"])
def test_each_language_reaches_the_aim(result, language):
    assert result.by_language[language].recall.share >= 0.97
    assert result.by_language[language].false_refusals.share <= 0.02


@pytest.mark.parametrize("category", ["immigration_status", "nationality_origin", "identity"])
def test_each_category_reaches_the_aim(result, category):
    assert result.by_category[category].recall.share >= 0.97


def test_marked_passages_are_touched_and_categories_named(result):
    assert result.all.passages.share >= 0.97, [case.id for case in result.uncovered]
    assert result.all.categories.share >= 0.97


def test_marked_passages_stand_in_their_texts():
    for case in CASES:
        assert all(passage in case.text for passage in case.must_cover), case.id
        assert case.refuse == bool(case.categories), case.id


@pytest.mark.parametrize("change", [str.upper, str.lower], ids=["capitals", "small letters"])
def test_capitals_seldom_change_a_verdict(change):
    """A person or a place is told by the words around it; where a text has no capitals, nearly all verdicts stay."""
    changed = [case for case in CASES if bool(screen(change(case.text))) != case.refuse]

    assert len(changed) <= 0.04 * len(CASES), [case.id for case in changed]


def test_the_score_counts_as_it_says():
    refused = next(case for case in CASES if case.refuse and case.must_cover)
    findings = screen(refused.text)

    assert touches_all(refused, findings)
    assert names_the_kinds(refused, findings)
    assert not touches_all(refused, ())
    assert not names_the_kinds(refused, ())


def probes():
    """Yield the sentences of probes.txt, each with whether it is to be refused."""
    refuse = False
    for line in (DEVELOPMENT.parent / "probes.txt").read_text("utf-8").splitlines():
        if line in ("[refuse]", "[accept]"):
            refuse = line == "[refuse]"
        elif line and not line.startswith("# "):
            yield line, refuse


def test_no_probe_changes_its_verdict():
    changed = [text for text, refuse in probes() if bool(screen(text)) != refuse]

    assert changed == []
