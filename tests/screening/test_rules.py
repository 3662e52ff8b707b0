"""Each rule and each shape is held to its own examples, which its keepers read beside it."""

import re

import pytest

from app.domain.screening import screen
from app.domain.screening.data import data_files, data_hash, names_of, read_tables
from app.domain.screening.inflection import Inflections
from app.domain.screening.lexicon import written_forms
from app.domain.screening.pattern import LONGEST_REPEAT, PatternCompiler, PatternError, parsed
from app.domain.screening.screener import screener

RULES = [rule for name in names_of("rules", ".toml") for rule in read_tables(name)["rule"]]
SHAPES = read_tables("shapes.toml")["shape"]


def examples(rules, key):
    return [pytest.param(rule, text, id=f"{rule['name']}: {text[:40]}") for rule in rules for text in rule[key]]


@pytest.fixture(scope="module")
def matcher():
    return screener().matcher


@pytest.mark.parametrize(("rule", "text"), examples([rule for rule in RULES if "category" in rule], "catches"))
def test_a_rule_catches_its_example(rule, text):
    assert rule["category"] in {finding.category for finding in screen(text)}


@pytest.mark.parametrize(("rule", "text"), examples([rule for rule in RULES if "becomes" in rule], "catches"))
def test_what_a_sparing_rule_must_not_spare_is_refused(rule, text):
    assert screen(text)


@pytest.mark.parametrize(("rule", "text"), examples(RULES, "passes"))
def test_a_near_miss_of_a_rule_is_accepted(rule, text):
    assert screen(text) == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["name"])
def test_a_rule_says_in_words_what_it_does_and_has_both_kinds_of_examples(rule):
    assert rule["says"]
    assert ("category" in rule) != ("becomes" in rule)
    assert rule["catches"]
    assert rule["passes"]


def test_no_two_rules_share_a_name():
    names = [rule["name"] for rule in RULES]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape["class"])
def test_a_shape_finds_its_examples_and_not_its_near_misses(matcher, shape):
    shapes = screener().shapes
    sign = chr(matcher.lexicon.sign_of([shape["class"]]))

    for text in shape["catches"]:
        assert sign in {found.sign for found in shapes.found_in(text.lower())}, text
    for text in shape["passes"]:
        assert sign not in {found.sign for found in shapes.found_in(text.lower())}, text


def test_no_expression_has_an_unbounded_repeat(matcher):
    compiler = PatternCompiler(matcher.lexicon)

    for rule in matcher.rules:
        assert not re.search(r"[*+]", compiler.expression(parsed(rule.pattern))), rule.pattern
    for shape in SHAPES:
        # A class of characters may hold a star or a plus; outside of classes none may stand.
        outside = re.sub(r"\\.|\[[^\]]*\]", "", shape["form"])
        assert not re.search(r"[*+]", outside), shape["form"]


@pytest.mark.parametrize(
    "pattern",
    ["(a b", "a b)", "word{0,13}", "a % b", "~", "NOT_A_CLASS"],
    ids=["open", "close", "long", "sign", "gap", "class"],
)
def test_a_pattern_that_cannot_be_read_is_refused(matcher, pattern):
    with pytest.raises((PatternError, KeyError)):
        PatternCompiler(matcher.lexicon).expression(parsed(pattern))


def test_a_repeat_has_an_upper_bound():
    assert parsed(f"word{{0,{LONGEST_REPEAT}}}")[0].repeat


@pytest.mark.parametrize(
    ("entry", "forms"),
    [
        ("mexicano/a", {"mexicano", "mexicana", "mexicanos", "mexicanas"}),
        ("español/a", {"espanol", "espanola", "espanoles", "espanolas"}),
        ("grab/s/bed", {"grab", "grabs", "grabbed"}),
        ("taller", {"taller"}),
    ],
)
def test_an_entry_stands_for_its_forms(entry, forms):
    assert set(written_forms(entry)) == forms


@pytest.mark.parametrize(
    ("stem", "kind", "forms"),
    [
        ("tramit", "ar", "tramitar tramitando tramito tramitaron tramitarlo tramitada tramitaria tramitandoselo"),
        ("busc", "ar", "busque busquen buscandola buscaban"),
        ("recib", "ir", "recibio recibieron recibirla recibiria reciban"),
    ],
)
def test_a_verb_stands_for_its_forms(stem, kind, forms):
    verbs = Inflections([(stem, kind, frozenset({"TAKE"}))])

    assert all(verbs.classes_of(form) == {"TAKE"} for form in forms.split())
    assert not verbs.classes_of(stem + "azo")


def test_a_verb_without_pronouns_has_no_form_that_ends_in_one():
    verbs = Inflections([("tramit", "ar!", frozenset({"TAKE"}))])

    assert verbs.classes_of("tramitaron")
    assert not verbs.classes_of("tramitarlo")


def test_an_everyday_verb_changes_its_vowel():
    verbs = Inflections([("encontr", "ar", frozenset({"VOCABULARY", "ES"}))])

    assert verbs.classes_of("encuentran")


def test_the_version_hangs_on_every_data_file(monkeypatch, tmp_path):
    """A word more or less is another version: the hash is over all files, names included."""
    paths = data_files()
    before = data_hash()
    copy = tmp_path / paths[0].name
    copy.write_text(paths[0].read_text("utf-8") + "# one line more\n", "utf-8")
    monkeypatch.setattr("app.domain.screening.data.data_files", lambda: (copy, *paths[1:]))
    monkeypatch.setattr("app.domain.screening.data._FOLDER", tmp_path)

    assert data_hash.__wrapped__() != before
