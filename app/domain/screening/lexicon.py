"""Knows the words: which kinds (classes) each word or phrase of the data files belongs to.

A word may be of several kinds ("Edith" is a given name and a street). Every set of kinds that occurs gets one sign, a
private character; a text becomes a string of signs, one a word, and a rule becomes a bounded regular expression over
signs. So all matching runs in the regular expression engine over short strings, without a word being compared twice.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from app.domain.screening.data import names_of, read_lines, read_streets, read_tables
from app.domain.screening.inflection import VERB_KINDS, Inflections, kinds_by_ending
from app.domain.screening.plain_text import folded
from app.domain.screening.sign_sets import FIRST_SIGN, set_of, signs_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LITERAL = "="  # a class that holds one literal word of a rule carries this mark before it
LONGEST_DIGITS = 9
YEAR_DIGITS = 4
_ONE_LETTER_WORDS = "aeiouy"  # English and Spanish words; any other letter alone is an initial
YEARS = range(1900, 2100)
THIS_DECADE = 2020  # a full date before it is somebody's birth, not what was seen today
_SECTION = re.compile(r"\[([A-Z0-9_ ]+?)(?: (en|es))?\]")
_OPERATOR = re.compile(r"([&-])")
TOKEN = re.compile(r"[^\W_]+|'[a-z]{1,4}(?![a-z])|\n|[^\w\s]|_")


_NAMES = frozenset({"GIVEN", "SURNAME"})
_EVERYDAY = frozenset({"VOCABULARY", "ES"})
_WITH_ENDINGS = frozenset({"VOCABULARY", "EVERYDAY", "DEMONYM", "WEAKDEMONYM"})
_ENGLISH_ONLY = frozenset({"VOCABULARY", "EN"})


def pieces(phrase: str) -> tuple[str, ...]:
    """Return a phrase cut as a text is cut into tokens; hyphens inside it join nothing and are left out."""
    return tuple(piece for piece in TOKEN.findall(phrase) if piece != "-")


def written_forms(entry: str) -> Iterator[str]:
    """Yield the forms that an entry stands for: "mexicano/a" is four words, "grab/s/bed" three, "taller" one.

    After a slash stands an ending: `a` makes feminine and both plurals, the Spanish way; any other ending is added to
    the first form. (`ar`, `er` and `ir` make verbs, which `inflection.py` knows by their stems.)
    """
    stem, *endings = entry.split("/")
    stem = folded(stem)
    yield stem
    for ending in map(folded, endings):
        if ending != "a":
            yield stem + ending
        elif stem.endswith(("o", "e")):
            yield from (stem[:-1] + "a", stem + "s", stem[:-1] + "as")
        else:
            yield from (stem + "a", stem + "es", stem + "as")


def number_classes(word: str) -> tuple[str, ...]:
    """Return the classes of a token of digits alone; none for any other token."""
    if not word.isdigit():
        return ()
    if len(word) > LONGEST_DIGITS:
        return "NUMBER", "LONGNUMBER"
    if len(word) == YEAR_DIGITS and word.isascii() and int(word) in YEARS:
        return "NUMBER", "DIGITS4", "YEAR", *(("OLDYEAR",) if int(word) < THIS_DECADE else ())
    return "NUMBER", f"DIGITS{len(word)}"


def _classes_by_form(word: str) -> tuple[str, ...]:
    if word[:-1].isdigit() and word[-1].isalpha():  # "2b" is a visa's letter to some rules, and somebody's door
        return ("MIXED",)
    return ("LETTER",) if len(word) == 1 and word.isalpha() and word not in _ONE_LETTER_WORDS else number_classes(word)


def _told_by_ending(word: str, classes: frozenset[str]) -> tuple[str, ...]:
    """Return what a listed word's ending tells of it; a thing ("letter", "parking") does nothing at all."""
    if _WITH_ENDINGS.isdisjoint(classes):
        return ()
    told = kinds_by_ending(word)
    return tuple(kind for kind in told if kind == "PLURAL") if "LIFELESS" in classes else told


_Words = dict[str, frozenset[str]]
_Phrases = dict[tuple[str, ...], frozenset[str]]


def _read_words() -> tuple[_Words, _Phrases, Inflections]:
    """Return the classes of every word, of every phrase and of every verb's stem of the data files."""
    words: _Words = {}
    phrases: _Phrases = {}
    verbs: list[tuple[str, str, frozenset[str]]] = []
    for classes, entry in _entries():
        stem, _, kind = entry.partition("/")
        if kind[:2] in VERB_KINDS and len(kind.rstrip("!")) == 2:  # noqa: PLR2004 - an ending of two letters ("ar", "er", "ir")
            verbs.append((folded(stem), kind, classes))
            continue
        for form in written_forms(entry):
            parts = pieces(form)
            if len(parts) == 1:
                known = words.get(parts[0])
                words[parts[0]] = classes if known is None or known is classes else known | classes
            elif parts:
                phrases[parts] = phrases.get(parts, classes) | classes
    return words, phrases, Inflections(verbs)


def _add_forms(words: _Words, verbs: Inflections) -> None:
    """Give each listed word what it is besides as a form of a verb; a name becomes an everyday word and no more."""
    for word, classes in words.items():
        if classes == _ENGLISH_ONLY or "SMALL" in classes:
            continue
        forms = verbs.classes_of(word)
        if not _NAMES.isdisjoint(classes):
            forms &= _EVERYDAY
        if not forms <= classes:
            words[word] = classes | forms


def _mark_literals(literals: Iterable[tuple[str, ...]], words: _Words, phrases: _Phrases) -> None:
    """Give each word that a rule spells out a class of its own, and each phrase that such words make."""
    for run in literals:
        for start, word in enumerate(run):
            words[word] = words.get(word, frozenset()) | {LITERAL + word}
            for end in range(start + 2, len(run) + 1):
                if run[start:end] in phrases:
                    phrases[run[start:end]] |= {LITERAL + " ".join(run[start:end])}


class Lexicon:
    """All words, phrases and classes of the data files, ready for look-up."""

    def __init__(self, literals: Iterable[tuple[str, ...]]) -> None:
        """Read the data files; `literals` are the rows of words that rules name outright."""
        words, phrases, self.verbs = _read_words()
        _mark_literals(literals, words, phrases)
        _add_forms(words, self.verbs)
        self._signs: dict[frozenset[str], int] = {}
        self._given_out = 0
        self._members: dict[str, int] = {}  # sets of signs, see sign_sets.py
        # The few signs of each word that rules spell out: thousands of words, of which sets would take megabytes.
        self._spelled: dict[str, tuple[int, ...]] = {}
        self._derived: dict[str, str] = read_tables("classes.toml")["class"]
        self.splits: dict[str, str] = read_tables("classes.toml")["split"]
        # The same table, its values replaced: two of this size would take more memory than the screen may.
        self.words = cast("dict[str, int]", words)
        for word, classes in words.items():
            told = _told_by_ending(word, classes)
            self.words[word] = self.sign_of(classes.union(_classes_by_form(word), told))
        self.verbs.give_signs(self.sign_of)
        # By their first two words: the other words and the sign, longest first.
        self.phrases: dict[tuple[str, str], list[tuple[tuple[str, ...], int]]] = {}
        for (first, second, *rest), classes in phrases.items():
            self.phrases.setdefault((first, second), []).append((tuple(rest), self.sign_of(classes)))
        for endings in self.phrases.values():
            endings.sort(key=lambda ending: -len(ending[0]))
        # Of each word that begins a phrase: the words that may be its second, or the mark before it.
        self.second_words: dict[str, set[str]] = {}
        for first, second in self.phrases:
            self.second_words.setdefault(first, {"-", "."}).add(second)

    def sign_of(self, classes: Iterable[str]) -> int:
        """Return the code point of the sign for a set of classes; the next one is the same word with a capital."""
        key = frozenset(classes)
        sign = self._signs.get(key)
        if sign is None:
            sign = self._signs[key] = FIRST_SIGN + 2 * self._given_out
            self._given_out += 1
            small = 1 << (sign - FIRST_SIGN)
            for name in (*key, "ANY"):
                if name.startswith(LITERAL):
                    self._spelled[name] = (*self._spelled.get(name, ()), sign, sign + 1)
                else:
                    self._members[name] = self._members.get(name, 0) | 3 * small
            self._members["CAP"] = self._members.get("CAP", 0) | 2 * small
        return sign

    def settle(self) -> None:
        """Forget which sets of classes hold words that rules spell out: once all is loaded nothing asks for them."""
        self._signs = {key: sign for key, sign in self._signs.items() if not any(LITERAL in name for name in key)}

    def members(self, expression: str) -> frozenset[int]:
        """Return the signs of a class or of classes taken together, as `signs_of` reads them."""
        return frozenset(signs_in(self.signs_of(expression)))

    def signs_of(self, expression: str) -> int:
        """Return the set of signs of a class, of `A&B` (both), `A-B` (the first and not the second), from the left.

        Raises KeyError for a class that no data file names.
        """
        if expression.startswith(LITERAL):
            return set_of(self._spelled[expression])
        if expression.isalnum():
            return self._class(expression)
        first, *others = _OPERATOR.split(expression)
        signs = self._class(first)
        for operator, name in zip(others[::2], others[1::2], strict=True):
            signs = signs & self._class(name) if operator == "&" else signs & ~self._class(name)
        return signs

    def _class(self, name: str) -> int:
        if name not in self._members:
            signs = 0
            for part in self._derived[name].split():
                signs |= self.signs_of(part)
            self._members[name] = signs
        return self._members[name]

    def words_in(self, expression: str) -> list[str]:
        """Return the single words of a class, in order of the data files."""
        signs = self.members(expression)
        return [word for word, sign in self.words.items() if sign in signs]


def _entries() -> Iterator[tuple[frozenset[str], str]]:
    for name in names_of("words", ".txt"):
        classes: frozenset[str] = frozenset()
        for line in read_lines(name):
            if section := _SECTION.fullmatch(line):
                language = section[2]
                classes = frozenset((*section[1].split(), *((language.upper(),) if language else ())))
            else:
                yield from ((classes, entry) for piece in line.split(",") if (entry := piece.strip()))
    street, namelike_street = frozenset({"STREET"}), frozenset({"STREET", "NAMELIKE_STREET"})
    yield from ((street if sure else namelike_street, name) for name, sure in read_streets())
