"""Cuts plain text into tokens once, each with the sign of what it can be: a word, a phrase, a number, a stop."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.screening.lexicon import LONGEST_DIGITS, TOKEN, number_classes
from app.domain.screening.misspelling import SHORTEST_TYPO, Misspellings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.screening.lexicon import Lexicon
    from app.domain.screening.plain_text import PlainText
    from app.domain.screening.shapes import Shape

_CAPITALS = re.compile(r"[A-Z]")
_SMALL_LETTERS = re.compile(r"[a-z]")
_CAPITAL_SHARE = 0.6  # above this share of capitals among the letters, a capital says nothing
_PUNCTUATION = {
    **dict.fromkeys(".!?;\n", "STOP"),
    **dict.fromkeys("¿¡", "SIGN"),
    ",": "COMMA",
    ":": "COLON",
    '"': "QUOTE",
    "'": "QUOTE",
    "-": "DASH",
    "/": "SLASH",
    "&": "AMPERSAND",
    "#": "HASH",
    "(": "BRACKET",
    ")": "BRACKET",
    "=": "COLON",
}
_LONGEST_ABBREVIATION = 5


@dataclass(slots=True)
class Tokens:
    """The tokens of a text: their signs, and where each begins and ends in the plain text."""

    signs: list[str]
    starts: list[int]
    ends: list[int]


class Tokeniser:
    """Cuts texts for one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._words = lexicon.words
        self._phrases = lexicon.phrases
        self._splits = {
            lexicon_word: tuple(parts.split())
            for lexicon_word, parts in lexicon.splits.items()
        }
        self._abbreviations = frozenset(lexicon.words_in("ABBREVIATION"))
        sign = lexicon.sign_of
        self._signs_of_marks = {mark: chr(sign([name])) for mark, name in _PUNCTUATION.items()}
        self._other_mark = chr(sign(["SIGN"]))
        self._unknown = sign(["UNKNOWN"])
        self._unknown_short = sign(["SHORT"])
        self._surname_plural = sign(["UNKNOWN", "FAMILYNAMES"])
        self._letter = sign(["LETTER"])
        self._mixed = sign(["MIXED"])
        for example in ("1930", "2026", *("9" * length for length in range(1, LONGEST_DIGITS + 2))):
            sign(number_classes(example))
        self._sign_of = sign
        self._ordinal = sign(["ORDINAL"])
        self._misspelt = Misspellings(lexicon)
        self._surnames = lexicon.members("SURNAME")

    def cut(self, text: PlainText, shapes: Sequence[Shape]) -> Tokens:
        """Return the tokens of a text, a recognised shape (phone, date, plate) being one token."""
        letters, cased = text.letters, text.cased
        telling = _capitals_tell(cased)
        signs: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        found = [(match[0], match.start(), match.end()) for match in TOKEN.finditer(letters)]
        waiting = iter(shapes)
        shape = next(waiting, None)
        index, count = 0, len(found)
        while index < count:
            word, start, end = found[index]
            while shape is not None and shape.end <= start:
                shape = next(waiting, None)
            if shape is not None and shape.start <= start:
                signs.append(shape.sign)
                starts.append(shape.start)
                ends.append(shape.end)
                while index < count and found[index][1] < shape.end:
                    index += 1
                continue
            index += 1
            sign = self._words.get(word)
            if sign is None:
                mark = self._signs_of_marks.get(word)
                if mark is not None:
                    if word == "-" and _joins(letters, start, end):
                        continue
                    if word == "." and self._only_abbreviates(letters, start, starts, ends):
                        continue
                    signs.append(mark)
                    starts.append(start)
                    ends.append(end)
                    continue
            if word in self._phrases:
                for rest, phrase_sign in self._phrases[word]:
                    if (last := _phrase_end(found, index, rest)) >= 0:
                        sign = phrase_sign
                        index = last + 1
                        end = found[last][2]
                        break
                else:
                    sign = self._sign_of_unlisted(word) if sign is None else sign
            elif sign is None:
                if word in self._splits:
                    first, second = self._splits[word]
                    signs += chr(self._words[first]), chr(self._words[second])
                    starts += start, start
                    ends += end, end
                    continue
                sign = self._sign_of_unlisted(word)
            if telling and cased[start].isupper():
                sign += 1
            signs.append(chr(sign))
            starts.append(start)
            ends.append(end)
        return Tokens(signs, starts, ends)

    def _sign_of_unlisted(self, word: str) -> int:
        if word.isdigit():
            return self._sign_of(number_classes(word))
        if word.isalpha():
            if len(word) == 1:
                return self._letter
            if word[-1] == "s" and self._words.get(word[:-1]) in self._surnames:
                return self._surname_plural
            if len(word) >= SHORTEST_TYPO and (meant := self._misspelt.meant_by(word)) is not None:
                return self._words[meant]
            return self._unknown if len(word) > 2 else self._unknown_short
        if word[0].isdigit() and word.lstrip("0123456789") in ("st", "nd", "rd", "th"):
            return self._ordinal
        if word[0] == "'" or not word.isalnum():
            return ord(self._other_mark)
        return self._mixed

    def _only_abbreviates(self, letters: str, at: int, starts: list[int], ends: list[int]) -> bool:
        """Return whether a full stop ends an abbreviation or an initial ("Mr. Baca", "J. Baca"), not a sentence."""
        if not ends or ends[-1] != at or at - starts[-1] > _LONGEST_ABBREVIATION:
            return False
        word = letters[starts[-1] : at]
        return (len(word) == 1 and word.isalpha() and at + 1 < len(letters)) or word in self._abbreviations


def _joins(letters: str, start: int, end: int) -> bool:
    """Return whether a hyphen joins two words, as in "brown-skinned"."""
    return start > 0 and end < len(letters) and letters[start - 1].isalnum() and letters[end].isalnum()


def _phrase_end(found: list[tuple[str, int, int]], index: int, rest: tuple[str, ...]) -> int:
    """Return the index of a phrase's last token, or -1 where the text goes on otherwise; hyphens do not count."""
    for part in rest:
        if index < len(found) and found[index][0] in "-." and part not in "-.":
            index += 1
        if index >= len(found) or found[index][0] != part:
            return -1
        index += 1
    return index - 1


def _capitals_tell(cased: str) -> bool:
    """Return whether capital letters mean anything: not in a text all in capitals."""
    upper = len(_CAPITALS.findall(cased))
    return 0 < upper < _CAPITAL_SHARE * (upper + len(_SMALL_LETTERS.findall(cased)))
