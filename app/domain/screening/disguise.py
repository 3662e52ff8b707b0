"""Undoes what is done to words so that a list would not know them: digits for letters, letters set apart, misspelling.

Only words that the screen would look for are restored; everything else stays as it was written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.domain.screening.lexicon import Lexicon
    from app.domain.screening.plain_text import PlainText

_STAND_INS = "0134578@$!|+€"
_AS_I = str.maketrans(_STAND_INS, "oieastbasiite")
_AS_L = str.maketrans(_STAND_INS, "oleastbasllte")
_MAY_BE_DISGUISED = re.compile(r"[0134578@$!|+€*][a-z]|[a-z][0134578@$!|+€*]")
_MIXED_WORD = re.compile(r"(?<![\w@$!|+€*])[a-z0-9@$!|+€]{2,24}")
_SPACED_LETTERS = re.compile(r"(?<![^\W_])[a-z0-9@$](?:[ .\-_*/|,]{1,3}[a-z0-9@$](?![^\W_])){3,60}")
_BROKEN_WORD = re.compile(r"(?<![^\W_])[a-z0-9]{1,12}(?:[.\-_*~|]{1,2}[a-z0-9]{1,12}){1,11}")
_MAY_BE_BROKEN = re.compile(r"[.\-_*~|](?<=[a-z0-9].)[a-z0-9]")
_LONGEST_WORD = 24
_SHORTEST_TYPO = 6


class Disguises:
    """Restores the words of one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._words = lexicon.words
        self._sought = frozenset(lexicon.words_in("SOUGHT"))
        self._names = frozenset(lexicon.words_in("GIVEN"))
        self._restored = self._sought | self._names | frozenset(lexicon.words_in("HAVE"))
        self._closed = self._sought

    def undone(self, text: PlainText) -> PlainText:
        """Return the text with disguised words written out."""
        text = self._letters_for_digits(text)
        text = self._joined(text)
        return text

    def _letters_for_digits(self, text: PlainText) -> PlainText:
        if _MAY_BE_DISGUISED.search(text.letters) is None:
            return text
        replacements = []
        for match in _MIXED_WORD.finditer(text.letters):
            written = match[0]
            bare = written.rstrip("!|+")
            if bare.isalpha() or not any(map(str.isalpha, bare)):
                continue
            for table in (_AS_I, _AS_L):
                plain = bare.translate(table)
                if plain in self._restored:
                    start = match.start()
                    replacements.append((start, start + len(bare), plain, range(start, start + len(bare))))
                    break
        return text.rewritten(replacements) if replacements else text

    def _joined(self, text: PlainText) -> PlainText:
        replacements = []
        for match in _SPACED_LETTERS.finditer(text.letters):
            if (words := self._segmented(text.letters, match)) is not None:
                replacements.append((match.start(), match.end(), *words))
        if not replacements and _MAY_BE_BROKEN.search(text.letters) is not None:
            for match in _BROKEN_WORD.finditer(text.letters):
                at = [index for index in range(match.start(), match.end()) if text.letters[index].isalnum()]
                word = "".join(text.letters[index] for index in at)
                if word in self._closed:
                    replacements.append((match.start(), match.end(), word, at))
        return text.rewritten(replacements) if replacements else text

    def _segmented(self, letters: str, match: re.Match[str]) -> tuple[str, list[int]] | None:
        """Return letters set apart as the words that they spell, or None where they spell none."""
        at = [index for index in range(match.start(), match.end()) if letters[index].isalnum() or letters[index] in "@$"]
        run = "".join(letters[index] for index in at)
        if run.isdigit():
            return (run, at) if len(run) >= 7 else None
        run = run if run.isalpha() else run.translate(_AS_I)
        words = _cut(run, self._words)
        if words is None or not any(word in self._closed or word in self._names for word in words):
            return None
        written: list[str] = []
        sources: list[int] = []
        position = 0
        for word in words:
            if written:
                written.append(" ")
                sources.append(at[position])
            written.append(word)
            sources += at[position : position + len(word)]
            position += len(word)
        return "".join(written), sources


def _cut(run: str, words: dict[str, int]) -> list[str] | None:
    """Return a run of letters cut into the fewest known words, or None."""
    fewest: list[tuple[int, int] | None] = [(0, 0), *([None] * len(run))]
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - _LONGEST_WORD), end):
            before = fewest[start]
            if before is None or run[start:end] not in words:
                continue
            count = before[0] + 1
            here = fewest[end]
            if here is None or count < here[0]:
                fewest[end] = (count, start)
    if fewest[-1] is None:
        return None
    cut: list[str] = []
    end = len(run)
    while end:
        step = fewest[end]
        assert step is not None
        cut.append(run[step[1] : end])
        end = step[1]
    return cut[::-1]
