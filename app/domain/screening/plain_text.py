"""Reads a text as a reader's eye does, and remembers where each character stood in what was submitted.

A disguise changes code points, not what is read: zero-width characters, full-width forms, letters of other alphabets
that look Latin, accents put on or left out. All of them end here in plain unaccented letters. A finding must name a
place in the text as it was sent, so each plain character keeps the position of the code point that it came from.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.screening.data import read_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

# Signs that stand for others without being letters: what a keyboard, a phone or a word processor puts in their place.
_PUNCTUATION = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u02bb\u02b9`\u00b4\u2032\uff07", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63", "-"),
    **dict.fromkeys("\u2028\u2029\u0085\x0b\x0c", "\n"),
    "\r": " ",
    "\t": "\t",
    "\n": "\n",
    "·": ".",
    "•": ".",
    "∙": ".",
}
_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # blank, yet Unicode counts them as letters or signs
_HIDDEN_CATEGORIES = frozenset({"Mn", "Me", "Cf", "Cs", "Cc", "Co", "Cn"})
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _look_alikes() -> dict[str, str]:
    signs: dict[str, str] = {}
    for line in read_lines("look_alikes.txt"):
        latin, _, others = line.partition(" : ")
        signs.update(dict.fromkeys(others.split(), latin))
    return signs


class _PlainForms(dict[str, str]):
    """The plain form of each character met so far; bounded by Unicode itself, about 150,000 characters."""

    def __init__(self) -> None:
        super().__init__(_PUNCTUATION)
        self._look_alikes = _look_alikes()

    def __missing__(self, character: str) -> str:
        plain = "".join(self._one(part) for part in unicodedata.normalize("NFKD", character))
        self[character] = plain
        return plain

    def _one(self, part: str) -> str:
        if part in _PUNCTUATION:
            return _PUNCTUATION[part]
        if part in self._look_alikes:
            return self._look_alikes[part]
        category = unicodedata.category(part)
        if category in _HIDDEN_CATEGORIES or part in _INVISIBLE_LETTERS:
            return ""
        if category[0] == "Z":
            return " "
        return part if len(part.lower()) == 1 else part.lower()


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text in plain letters, with and without capitals, and the way back to what was submitted.

    `letters` and `cased` have the same length. `origins` gives for each of their characters the position of its
    code point in the submitted text, or is None where the positions are the same.
    """

    cased: str
    letters: str
    origins: Sequence[int] | None

    def submitted_span(self, start: int, end: int, submitted: str) -> tuple[int, int]:
        """Return where the plain characters from start to end (excluded) stood in the submitted text.

        Hidden characters and accents that hang on the last character belong to it.
        """
        if self.origins is None:
            return start, end
        first, last = self.origins[start], self.origins[end - 1] + 1
        while last < len(submitted) and not _FORMS[submitted[last]]:
            last += 1
        return first, last

    def rewritten(self, replacements: Sequence[tuple[int, int, str, Sequence[int]]]) -> PlainText:
        """Return the text with some passages replaced; each replacement says which plain character each came from."""
        cased: list[str] = []
        origins: list[int] = []
        known = self.origins if self.origins is not None else range(len(self.cased))
        at = 0
        for start, end, written, sources in replacements:
            cased += self.cased[at:start], written
            origins += known[at:start]
            origins += (known[source] for source in sources)
            at = end
        cased.append(self.cased[at:])
        origins += known[at:]
        text = "".join(cased)
        return PlainText(text, text.lower(), origins)

    def position_of(self, submitted: int) -> int:
        """Return the first plain position that came from a submitted position or from one after it."""
        return submitted if self.origins is None else bisect_left(self.origins, submitted)


_FORMS = _PlainForms()


def plain_text(submitted: str) -> PlainText:
    """Return the plain reading of any string, lone surrogates and hidden characters included."""
    if submitted.isascii():
        if _CONTROLS.search(submitted) is None:
            return PlainText(submitted, submitted.lower(), None)
    elif all(len(_FORMS[character]) == 1 for character in set(submitted)):
        same_length = "".join(map(_FORMS.__getitem__, submitted))
        return PlainText(same_length, same_length.lower(), None)
    cased: list[str] = []
    origins: list[int] = []
    for position, character in enumerate(submitted):
        plain = _FORMS[character]
        cased.append(plain)
        origins.extend([position] * len(plain))
    text = "".join(cased)
    return PlainText(text, text.lower(), origins)


def folded(word: str) -> str:
    """Return a lexicon's word as the screen compares it: plain letters, no capitals."""
    return word if word.isascii() and word.islower() else plain_text(word).letters
