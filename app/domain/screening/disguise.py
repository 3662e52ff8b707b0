"""Undoes what is done to words so that a list would not know them: digits for letters, letters set apart, misspelling.

Only words that the screen would look for are restored; everything else stays as it was written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.domain.screening.sign_sets import Members

if TYPE_CHECKING:
    from app.domain.screening.lexicon import Lexicon
    from app.domain.screening.plain_text import PlainText

_STAND_INS = "0134578@$!|+€"
_AS_I = str.maketrans(_STAND_INS, "oieastbasiite")
_AS_L = str.maketrans(_STAND_INS, "oleastbasllte")
_STAND_IN_BESIDE_LETTER = re.compile(r"[0134578@$!|+€*][a-z]|[a-z][0134578@$!|+€*]")
_MIXED_WORD = re.compile(r"(?<![\w@$!|+€*])[a-z0-9@$!|+€]{2,24}")
_SPACED_LETTERS = re.compile(r"(?<![^\W_])[a-z0-9@$](?:[ .\-_*/|,]{1,3}[a-z0-9@$](?![^\W_])){3,60}")
_BROKEN_WORD = re.compile(r"(?<![^\W_])[a-z0-9]{1,12}(?:[.\-_*~|]{1,2}[a-z0-9]{1,12}){1,11}")
_BREAK_IN_WORD = re.compile(r"[.\-_*~|](?<=[a-z0-9].)[a-z0-9]")
_LETTERS_APART = re.compile(r"[ .\-_*/|,][a-z0-9@$][ .\-_*/|,]{1,3}[a-z0-9@$](?![^\W_])")
_SHORTEST_NUMBER = 7  # digits; shorter runs of single digits are lists of units or pumps
_LONGEST_WORD = 24
_SHORTEST_TYPO = 6


class Disguises:
    """Restores the words of one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Learn which words are looked for."""
        self._words = lexicon.words
        sought, names = lexicon.signs_of("SOUGHT"), lexicon.signs_of("GIVEN") | lexicon.signs_of("CAPITALGIVEN")
        self._sought = Members(sought)
        self._known = Members(sought | names)
        self._restored = Members(sought | names | lexicon.signs_of("HAVE"))

    def _sign(self, word: str) -> int:
        return self._words.get(word, 0)  # no sign is 0, and no set holds it

    def undone(self, text: PlainText) -> PlainText:
        """Return the text with disguised words written out."""
        return self._joined(self._letters_for_digits(text))

    def _letters_for_digits(self, text: PlainText) -> PlainText:
        replacements = []
        done = 0
        for hit in _STAND_IN_BESIDE_LETTER.finditer(text.letters):
            if hit.start() < done:
                continue
            match = _MIXED_WORD.search(text.letters, max(done, hit.start() - _LONGEST_WORD))
            while match is not None and match.end() < hit.end():
                match = _MIXED_WORD.search(text.letters, match.end())
            if match is None or match.start() > hit.start():
                continue
            start, done = match.span()
            bare = match[0].rstrip("!|+")
            for table in (_AS_I, _AS_L):
                plain = bare.translate(table)
                if self._sign(plain) in self._restored:
                    replacements.append((start, start + len(bare), plain, range(start, start + len(bare))))
                    break
        return text.rewritten(replacements) if replacements else text

    def _joined(self, text: PlainText) -> PlainText:
        letters = text.letters
        if _LETTERS_APART.search(letters) is not None:
            spaced = [
                (match.start(), match.end(), *words)
                for match in _SPACED_LETTERS.finditer(letters)
                if (words := self._segmented(text, match)) is not None
            ]
            if spaced:
                return text.rewritten(spaced)
        broken = []
        done = 0
        for hit in _BREAK_IN_WORD.finditer(letters):
            begin = hit.start()
            while begin > done and letters[begin - 1].isalnum():
                begin -= 1
            match = _BROKEN_WORD.match(letters, begin) if begin >= done else None
            if match is None:
                continue
            done = match.end()
            at = [index for index in range(*match.span()) if letters[index].isalnum()]
            if self._sign("".join(letters[index] for index in at)) in self._sought:
                broken.append((match.start(), match.end(), "".join(text.cased[index] for index in at), at))
        return text.rewritten(broken) if broken else text

    def _segmented(self, text: PlainText, match: re.Match[str]) -> tuple[str, list[int]] | None:
        """Return letters set apart as the words that they spell, or None where they spell none."""
        letters = text.letters
        at = [index for index in range(*match.span()) if letters[index].isalnum() or letters[index] in "@$"]
        run = "".join(letters[index] for index in at)
        if run.isdigit():
            return (run, at) if len(run) >= _SHORTEST_NUMBER else None
        plain = run if run.isalpha() else run.translate(_AS_I)
        words = _cut(plain, self._words)
        if words is None or not any(self._sign(word) in self._known for word in words):
            return None
        as_written = "".join(text.cased[index] for index in at) if plain is run else plain
        written: list[str] = []
        sources: list[int] = []
        begin = 0
        for word in words:
            end = begin + len(word)
            written.append(as_written[begin:end])
            # A blank between two words came from where the second one begins.
            sources += [*at[begin : begin + 1 if begin else 0], *at[begin:end]]
            begin = end
        return " ".join(written), sources


def _cut(run: str, words: dict[str, int]) -> list[str] | None:
    """Return a run of letters cut into the fewest known words, or None."""
    # Of each beginning of the run: the fewest words that it can be cut into, and the last of them.
    fewest: dict[int, tuple[int, str]] = {0: (0, "")}
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - _LONGEST_WORD), end):
            if start in fewest and run[start:end] in words:
                count = fewest[start][0] + 1
                if end not in fewest or count < fewest[end][0]:
                    fewest[end] = (count, run[start:end])
    if len(run) not in fewest:
        return None
    cut: list[str] = []
    end = len(run)
    while end:
        cut.append(fewest[end][1])
        end -= len(cut[-1])
    return cut[::-1]
