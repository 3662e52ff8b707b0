"""Finds what is known by its form: e-mail addresses, telephone numbers, dates, the numbers of papers and plates.

A shape found is no refusal yet: it becomes one token, and the rules look at the words around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.screening.data import read_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.domain.screening.lexicon import Lexicon

_NO_DIGITS = dict.fromkeys(range(ord("0"), ord("9") + 1))
_DIGITS = re.compile(r"[0-9]+")
_SHORT_WORD_BEFORE = re.compile(r"(?<![a-z0-9])[a-z]{1,3}[ #-]{1,3}$")  # "A 201", "WAC 229"
_LONGEST_WORD_BEFORE = 6
_BEFORE_A_NUMBER = (" ", "#", "-")


_TAXPAYER_GROUPS = frozenset([*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)])


def _social_security(digits: str) -> bool:
    """Return whether nine digits can be a social security number.

    Source: SSA, "Social Security Number Randomization": area 000, 666 and 900-999, group 00 and serial 0000 are
    never given out.
    """
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _taxpayer(digits: str) -> bool:
    """Return whether nine digits can be an individual taxpayer number.

    Source: IRS Publication 1915: begins with 9, the fourth and fifth digit 50-65, 70-88, 90-92 or 94-99.
    """
    return int(digits[3:5]) in _TAXPAYER_GROUPS


_CHECKS: dict[str, Callable[[str], bool]] = {"social_security": _social_security, "taxpayer": _taxpayer}


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a shape stands in the plain text, end excluded, and the sign of its class."""

    start: int
    end: int
    sign: str


_ADDRESS_SIGNS = (
    "@",
    ".com/",
    ".me/",
    "(at)",
    "[at]",
    "arroba",
    " at ",
    "gmail",
    "hotmail",
    "instagram",
    "facebook",
    "venmo",
    "tiktok",
)
_LONGEST_SHAPE = 28  # characters; the longest telephone number with all its separators


@dataclass(frozen=True, slots=True)
class _Form:
    sign: str
    expression: re.Pattern[str]
    near: tuple[str, ...]  # of these the text must hold one
    begins: str  # "number": at a number; "near": at one of the words; "anywhere"
    digits: int  # fewest digits that it holds
    check: Callable[[str], bool] | None
    group: str | int


def _starts(letters: str) -> list[tuple[int, int]]:
    """Return where a shape may begin, and how many digits it can hold there at most.

    That is: at a word with a digit, at the bracket or plus before it, at a short word before it.
    """
    places: set[int] = set()
    for digits in _DIGITS.finditer(letters):
        start = digits.start()
        while start and digits.start() - start < _LONGEST_WORD_BEFORE and letters[start - 1].isalnum():
            start -= 1
        places.add(start)
        before = letters[max(0, start - _LONGEST_WORD_BEFORE) : start]
        if before.rstrip(" ")[-1:] in ("(", "+"):
            places.add(start - len(before) + len(before.rstrip(" ")) - 1)
        if before[-1:] in _BEFORE_A_NUMBER and (short := _SHORT_WORD_BEFORE.search(before)) is not None:
            places.add(start - len(before) + short.start())
    windows = ((start, letters[start : start + _LONGEST_SHAPE]) for start in sorted(places))
    return [(start, len(window) - len(window.translate(_NO_DIGITS))) for start, window in windows]


def _places_of(words: tuple[str, ...], letters: str) -> list[int]:
    """Return where one of some words stands, in order."""
    places: set[int] = set()
    for word in words:
        at = letters.find(word)
        while at >= 0:
            places.add(at)
            at = letters.find(word, at + len(word))
    return sorted(places)


class Shapes:
    """The forms of shapes.toml, ready to be looked for."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Read the forms, in order of precedence."""
        self._forms = tuple(
            _Form(
                chr(lexicon.sign_of([entry["class"]])),
                re.compile(entry["form"]),
                tuple(entry.get("near", ())),
                entry.get("begins", "number"),
                entry.get("digits", 0),
                _CHECKS[entry["check"]] if "check" in entry else None,
                "told" if "(?P<told>" in entry["form"] else 0,
            )
            for entry in read_tables("shapes.toml")["shape"]
        )

        self._fewest_digits = frozenset(form.digits for form in self._forms)

    def found_in(self, letters: str) -> list[Shape]:
        """Return the shapes in plain small letters, in order, none overlapping; where two do, the earlier form."""
        starts = _starts(letters)
        if not starts and not any(map(letters.__contains__, _ADDRESS_SIGNS)):
            return []
        by_digits = {fewest: [at for at, digits in starts if digits >= fewest] for fewest in self._fewest_digits}
        found: list[Shape] = []
        for form in self._forms:
            if form.near and form.begins != "near" and not any(map(letters.__contains__, form.near)):
                continue
            if form.begins == "anywhere":
                self._keep(form, form.expression.finditer(letters), letters, found)
                continue
            places = _places_of(form.near, letters) if form.begins == "near" else by_digits[form.digits]
            if places:
                matches = [match for at in places if (match := form.expression.match(letters, at))]
                self._keep(form, matches, letters, found)
        return sorted(found, key=lambda shape: shape.start)

    @staticmethod
    def _keep(form: _Form, matches: Iterable[re.Match[str]], letters: str, found: list[Shape]) -> None:
        for match in matches:
            start, end = match.span(form.group)
            if form.check is not None and not form.check(re.sub(r"\D", "", letters[start:end])):
                continue
            if all(end <= other.start or other.end <= start for other in found):
                found.append(Shape(start, end, form.sign))
