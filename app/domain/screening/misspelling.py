"""Knows a sought word with one slip in it: a letter left out, added, changed, or two swapped.

Only words that nothing else explains come here, so an everyday word is never read as another. The look-up compares
words with one letter taken out (the symmetric delete method), so its work does not grow with the number of words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.domain.screening.lexicon import Lexicon

SHORTEST_TYPO = 5
_LONGEST_TYPO = 22
_SHORTEST_CHANGED = 7  # shorter words have too many neighbours for a changed letter; a missing or doubled one may be
_STRETCHED = re.compile(r"([a-z])\1{2,}")


class Misspellings:
    """The misspellings of one lexicon's sought words."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._sought = frozenset(word for word in lexicon.words_in("MISSPELT") if len(word) >= SHORTEST_TYPO)
        # By each spelling with one letter out: the words that it comes from, parted by blanks (it takes least memory).
        self._shortened: dict[str, str] = {}
        for word in sorted(self._sought):
            for shorter in set(_without_one(word)):
                known = self._shortened.get(shorter)
                self._shortened[shorter] = word if known is None else f"{known} {word}"

    def meant_by(self, word: str) -> str | None:
        """Return the sought word that an unknown word means, or None."""
        if len(word) > _LONGEST_TYPO:
            return None
        squeezed = _STRETCHED.sub(r"\1", word)
        if squeezed != word and squeezed in self._sought:
            return squeezed
        if word in self._shortened and len(word) + 1 >= _SHORTEST_CHANGED:
            return self._shortened[word].split()[0]
        for shorter in _without_one(word):
            if shorter in self._sought:
                return shorter
            if len(word) >= _SHORTEST_CHANGED:
                for candidate in self._shortened.get(shorter, "").split():
                    if candidate[0] == word[0] and _one_slip(word, candidate):
                        return candidate
        return None


def _without_one(word: str) -> Iterator[str]:
    return (word[:index] + word[index + 1 :] for index in range(len(word)))


def _one_slip(word: str, other: str) -> bool:
    """Return whether two words of one length differ in one letter or in two neighbours swapped."""
    if len(word) != len(other):
        return False
    differing = [index for index in range(len(word)) if word[index] != other[index]]
    if len(differing) == 1:
        return True
    if len(differing) != 2 or differing[1] != differing[0] + 1:  # noqa: PLR2004 - a swap touches two letters
        return False
    first, second = differing
    return word[first] == other[second] and word[second] == other[first]
