"""Cuts plain text into tokens once, each with the sign of what it can be: a word, a phrase, a number, a stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.screening.inflection import is_everyday_by_ending, kinds_by_ending, without_diminutive
from app.domain.screening.lexicon import LONGEST_DIGITS, TOKEN, number_classes
from app.domain.screening.misspelling import SHORTEST_TYPO, Misspellings
from app.domain.screening.sign_sets import Members, set_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.domain.screening.lexicon import Lexicon
    from app.domain.screening.plain_text import PlainText
    from app.domain.screening.shapes import Shape

_NO_CAPITALS = dict.fromkeys(range(ord("A"), ord("Z") + 1))
_NO_SMALL_LETTERS = dict.fromkeys(range(ord("a"), ord("z") + 1))
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
_ORDINAL_ENDINGS = ("st", "nd", "rd", "th")
_LONGEST_ACRONYM = 4  # letters
_VOWELS = frozenset("aeiouy")
_SHORTEST_PET_NAME = 7  # letters: "Juanito"; shorter diminutives are mostly everyday words
_SHORT_WORD = 2  # letters; shorter unknown words are codes rather than names


@dataclass(slots=True)
class Tokens:
    """The tokens of a text: their signs, and where each begins and ends in the plain text."""

    signs: list[str]
    starts: list[int]
    ends: list[int]

    def add(self, sign: str, start: int, end: int) -> None:
        """Add a token after the others."""
        self.signs.append(sign)
        self.starts.append(start)
        self.ends.append(end)


class Tokeniser:
    """Cuts texts for one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Give out the signs of what is no word, and learn those of the lexicon."""
        self._words = lexicon.words
        self._phrases = lexicon.phrases
        self._second_words = lexicon.second_words
        self._splits = {fused: parts.split() for fused, parts in lexicon.splits.items()}
        self._abbreviations = frozenset(lexicon.words_in("ABBREVIATION"))
        sign = self._sign_of = lexicon.sign_of
        self._marks = {mark: chr(sign([name])) for mark, name in _PUNCTUATION.items()}
        self._other_mark = sign(["SIGN"])
        self._owner = chr(lexicon.words["'s"])
        # An unknown word, whether in small letters, by what its ending tells.
        self._unknown_by_kinds = (
            {kinds: sign(["UNKNOWN", *kinds]) for kinds in _kinds_together()},
            {kinds: sign(["UNKNOWN", "INSMALL", *kinds]) for kinds in _kinds_together()},
        )
        self._everyday_by_kinds = {kinds: sign(["VOCABULARY", *kinds]) for kinds in _kinds_together()}
        self._unknown_short = sign(["SHORT"])
        self._surname_plural = sign(["UNKNOWN", "FAMILYNAMES"])
        self._letter = sign(["LETTER"])
        self._mixed = sign(["MIXED"])
        self._ordinal = sign(["ORDINAL"])
        self._acronym = sign(["ACRONYM"])  # "JSON", "HVAC": in capitals by habit, not as a name
        for example in ("1930", "2026", *("9" * length for length in range(1, LONGEST_DIGITS + 2))):
            sign(number_classes(example))
        # Where capitals tell nothing, these count as written with one; of unknown words none that its ending makes a
        # verb's form or a plural ("spooked", "rateros").
        unknown = {
            sign
            for by_kinds in self._unknown_by_kinds
            for kinds, sign in by_kinds.items()
            if not {"ACTING", "PLURAL"} & set(kinds)
        }
        self._namelike = Members(lexicon.signs_of("NAMELIKE") | set_of({self._surname_plural, *unknown}))
        self._everyday_signs = Members(lexicon.signs_of("ORDINARY-GIVEN-SURNAME"))
        self._verbs = lexicon.verbs
        self._misspelt = Misspellings(lexicon)
        self._surnames = Members(lexicon.signs_of("SURNAME"))
        self._given_names = Members(lexicon.signs_of("SURE"))

    def cut(self, text: PlainText, shapes: Sequence[Shape]) -> Tokens:
        """Return the tokens of a text, a recognised shape (phone, date, plate) being one token."""
        letters, cased = text.letters, text.cased
        words, second_words = self._words, self._second_words
        telling, namelike = capitals_tell(cased), self._namelike
        tokens = Tokens([], [], [])
        add_sign, add_start, add_end = tokens.signs.append, tokens.starts.append, tokens.ends.append
        spans = [match.span() for match in TOKEN.finditer(letters)]
        count = len(spans)
        waiting = iter(shapes)
        shape = next(waiting, None)
        index = 0
        while index < count:
            start, end = spans[index]
            if shape is not None and shape.start < end:
                tokens.add(shape.sign, shape.start, shape.end)
                while index < count and spans[index][0] < shape.end:
                    index += 1
                shape = next(waiting, None)
                continue
            word = letters[start:end]
            index += 1
            sign = words.get(word)
            if (
                word in second_words
                and index < count
                and letters[spans[index][0] : spans[index][1]] in second_words[word]
                and (phrase := self._phrase(letters, spans, index, word)) is not None
            ):
                sign, index = phrase
                end = spans[index - 1][1]
            elif sign is None:
                if word in self._marks:
                    mark = self._mark(letters, spans, index - 1)
                    if mark is not None:
                        tokens.add(mark, start, end)
                    continue
                if word in self._splits:
                    for part in self._splits[word]:
                        tokens.add(chr(words[part]), start, end)
                    continue
                sign = self._sign_of_unlisted(word, cased[start:end] if telling else word)
            # `add` written out: these lines run once a word of every text.
            capital = cased[start].isupper() if telling else sign in namelike
            add_sign(chr(sign + 1) if capital else chr(sign))
            add_start(start)
            add_end(end)
        return tokens

    def _phrase(self, letters: str, spans: list[tuple[int, int]], index: int, word: str) -> tuple[int, int] | None:
        """Return the sign of the longest phrase that a word begins and the index after it, or None."""
        second = _after_hyphen(letters, spans, index)
        if second >= len(spans):
            return None
        start, end = spans[second]
        for rest, sign in self._phrases.get((word, letters[start:end]), ()):
            at = second + 1
            for part in rest:
                at = _after_hyphen(letters, spans, at)
                if at >= len(spans) or letters[spans[at][0] : spans[at][1]] != part:
                    break
                at += 1
            else:
                return sign, at
        return None

    def _sign_of_unlisted(self, word: str, written: str) -> int:
        if word.isalpha():
            return self._sign_of_unknown(word, written)
        if word.isdigit():
            return self._sign_of(number_classes(word))
        if word[0].isdigit() and word.lstrip("0123456789") in _ORDINAL_ENDINGS:
            return self._ordinal
        return self._mixed if word.isalnum() else self._other_mark

    def _sign_of_unknown(self, word: str, written: str) -> int:
        form = self._verbs.sign_of_form(word)
        if form is not None:
            return form
        if word[-1] == "s" and self._words.get(word[:-1], 0) in self._surnames:
            return self._surname_plural
        if len(word) >= SHORTEST_TYPO and (meant := self._misspelt.meant_by(word)) is not None:
            return self._words[meant]
        bare = [known for made in without_diminutive(word) if (known := self._words.get(made)) is not None]
        small = written.islower()
        if small and (is_everyday_by_ending(word) or any(known in self._everyday_signs for known in bare)):
            return self._everyday_by_kinds[kinds_by_ending(word)]
        for known in bare:
            if known in self._given_names and len(word) >= _SHORTEST_PET_NAME:
                return known
        return self._sign_by_length(word, written, small=small)

    def _sign_by_length(self, word: str, written: str, *, small: bool) -> int:
        if len(word) == 1:
            return self._letter
        if len(word) <= _SHORT_WORD:
            return self._unknown_short
        if len(word) <= _LONGEST_ACRONYM and ((not small and written.isupper()) or _VOWELS.isdisjoint(word)):
            return self._acronym
        return self._unknown_by_kinds[small][kinds_by_ending(word)]

    def _mark(self, letters: str, spans: list[tuple[int, int]], index: int) -> str | None:
        """Return the sign of a mark, or None for one that is part of a word."""
        start, _ = spans[index]
        if letters[start] == "'" and _ends_a_plural_owner(letters, start):
            return self._owner
        return None if self._joins_or_abbreviates(letters, spans, index) else self._marks[letters[start]]

    def _joins_or_abbreviates(self, letters: str, spans: list[tuple[int, int]], index: int) -> bool:
        """Return whether a mark is part of a word: the hyphen of "brown-skinned", the full stop of "Mr." or "J."."""
        start, end = spans[index]
        mark = letters[start]
        if index == 0 or spans[index - 1][1] != start or mark not in "-.":
            return False
        if mark == "-":
            return letters[start - 1].isalnum() and letters[end : end + 1].isalnum()
        word = letters[spans[index - 1][0] : start]
        return (len(word) == 1 and word.isalpha() and end < len(letters)) or word in self._abbreviations


def _ends_a_plural_owner(letters: str, mark: int) -> bool:
    """Return whether an apostrophe says whose ("the agents' van") and closes no quotation."""
    owns = 0 < mark < len(letters) - 2 and letters[mark - 1] == "s" and letters[mark + 1] == " "
    return owns and letters[mark + 2].isalpha() and " '" not in letters[:mark]


def _kinds_together() -> Iterator[tuple[str, ...]]:
    """Yield each row of kinds that an ending can tell."""
    for kind in ((), ("DOER",), ("ACTING",)):
        yield kind
        yield (*kind, "PLURAL")


def _after_hyphen(letters: str, spans: list[tuple[int, int]], index: int) -> int:
    """Return the index of the next word, a hyphen or full stop inside a phrase left out ("green-card", "u.s.").

    A full stop with a blank after it ends a sentence, unless it stands after a letter or two ("U. S. citizen").
    """
    if index >= len(spans):
        return index
    start, end = spans[index]
    if letters[start] == "-":
        return index + 1
    if letters[start] != ".":
        return index
    inside = index + 1 < len(spans) and spans[index + 1][0] == end
    short = index > 0 and spans[index - 1][1] - spans[index - 1][0] <= _SHORT_WORD
    return index + 1 if inside or short else index


def capitals_tell(cased: str) -> bool:
    """Return whether capital letters mean anything: not in a text all in capitals, nor in one without."""
    upper = len(cased) - len(cased.translate(_NO_CAPITALS))
    return 0 < upper < _CAPITAL_SHARE * (upper + len(cased) - len(cased.translate(_NO_SMALL_LETTERS)))
