"""Compiles the rules' readable patterns into regular expressions over signs.

A pattern is a row of elements, parted by spaces:

    word        that word, in plain letters            CLASS       any word of the class
    CLASS&CAP   of both classes                        A-B         of the first and not of the second class
    (a b|C)     one row or the other                   X?          X or nothing
    X{1,3}      X once to three times                  ~4          up to four words of the same sentence, any
    !X          not followed by X                      ^ and $     start and end of the text or of a sentence
    -X          not after X                            < ... >     the words to report; all, where none are marked

There is no unbounded repeat, so the work for a text grows with its length and no text can make it grow faster.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.domain.screening.lexicon import LITERAL
from app.domain.screening.plain_text import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.domain.screening.lexicon import Lexicon

LONGEST_REPEAT = 12
_NEEDS_KEPT = 4
_ELEMENT = re.compile(
    r"\s*(?:"
    r"(?P<gap>~(\d+))|(?P<open>!\()|(?P<group>\()|(?P<close>\))|(?P<bar>\|)|(?P<mark>[<>])|(?P<edge>[\^$])"
    r"|(?P<name>[!-]?[A-Z][A-Z0-9_&-]*)|(?P<word>[!-]?(?:'[a-z]+|[a-z0-9]+))"
    r")(?P<repeat>\?|\{\d+,\d+\})?"
)


class PatternError(ValueError):
    """A rule's pattern cannot be read; says which and where."""


def literal_words(pattern: str) -> Iterator[str]:
    """Yield the words that a pattern names outright."""
    for element in _elements(pattern):
        if element["word"]:
            yield element["word"].lstrip("!-")


def _elements(pattern: str) -> Iterator[re.Match[str]]:
    pattern = plain_text(pattern).cased.rstrip()
    at = 0
    while at < len(pattern):
        element = _ELEMENT.match(pattern, at)
        if element is None:
            raise PatternError(f"cannot be read from here on: {pattern[at:]!r}")
        yield element
        at = element.end()


def sign_set(signs: Iterable[int]) -> str:
    """Return the regular expression of a set of signs, neighbours joined to ranges."""
    ranges: list[list[int]] = []
    for sign in sorted(signs):
        if ranges and ranges[-1][1] == sign - 1:
            ranges[-1][1] = sign
        else:
            ranges.append([sign, sign])
    return "[" + "".join(chr(low) if low == high else f"{chr(low)}-{chr(high)}" for low, high in ranges) + "]"


def _phrases_by_word(lexicon: Lexicon) -> dict[str, frozenset[int]]:
    signs: dict[str, set[int]] = {}
    for first, endings in lexicon.phrases.items():
        for rest, sign in endings:
            for word in (first, *rest):
                signs.setdefault(word, set()).update((sign, sign + 1))
    return {word: frozenset(found) for word, found in signs.items()}


class PatternCompiler:
    """Turns patterns into regular expressions for one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._sets: dict[str, str] = {}
        self._closed_as_optional = False
        self._in_phrases = _phrases_by_word(lexicon)
        self._stop = self.set_of("STOP")
        self._inside_sentence = "[^" + self._stop[1:]

    def set_of(self, expression: str) -> str:
        """Return the regular expression of a class expression or literal."""
        if expression not in self._sets:
            signs = self._lexicon.members(expression)
            if not signs:
                raise PatternError(f"{expression} holds no word")
            self._sets[expression] = sign_set(signs)
        return self._sets[expression]

    def expression(self, pattern: str) -> str:
        """Return the regular expression of a pattern.

        Raises PatternError for what cannot be read, KeyError for an unknown class.
        """
        written: list[str] = []
        run: list[str] = []
        for element in _elements(pattern):
            word = element["word"]
            if word and not element["repeat"] and word[0] not in "!-":
                run.append(word)
                continue
            written += self._run(run), self._piece(element)
            run = []
        written.append(self._run(run))
        return "".join(written)

    def _run(self, run: list[str]) -> str:
        """Return the expression of words in a row, which a text may hold as words or, where they are one, as a phrase."""
        plain = "".join(self.set_of(LITERAL + word) for word in run)
        phrases = self._lexicon.phrases
        if len(run) < 2 or not any(word in phrases for word in run):  # noqa: PLR2004 - a phrase has two words
            return plain
        cut: list[str] = []
        at = 0
        while at < len(run):
            for rest, sign in phrases.get(run[at], ()):
                if tuple(run[at + 1 : at + 1 + len(rest)]) == rest:
                    cut.append(sign_set((sign, sign + 1)))
                    at += 1 + len(rest)
                    break
            else:
                cut.append(self.set_of(LITERAL + run[at]))
                at += 1
        whole = "".join(cut)
        return plain if whole == plain else f"(?:{plain}|{whole})"

    def _piece(self, element: re.Match[str]) -> str:
        repeat = element["repeat"] or ""
        if repeat.startswith("{") and int(repeat[1:-1].split(",")[1]) > LONGEST_REPEAT:
            raise PatternError(f"repeats more than {LONGEST_REPEAT} times: {element[0]}")
        if element["gap"]:
            return f"{self._inside_sentence}{{0,{int(element[2])}}}?"
        if element["open"]:
            return "(?!"
        if element["group"]:
            return "(?:"
        if element["close"]:
            return ")" + repeat
        if element["bar"]:
            return "|"
        if element["mark"]:
            return "(?P<told>" if element["mark"] == "<" else ")"
        if element["edge"]:
            return f"(?:^|(?<={self._stop}))" if element["edge"] == "^" else f"(?=$|{self._stop})"
        return self._word(element["name"] or element["word"], literal=bool(element["word"])) + repeat

    def _word(self, name: str, *, literal: bool) -> str:
        bare = name.lstrip("!-")
        signs = self.set_of(LITERAL + bare if literal else bare)
        if name.startswith("!"):
            return f"(?!{signs})"
        if name.startswith("-"):
            return f"(?<!{signs})"
        return signs

    def needs(self, pattern: str) -> tuple[frozenset[int], ...]:
        """Return sets of signs of each of which a match holds at least one, the rarest first; to skip other texts."""
        sets = self._needs(_elements(pattern))
        anything = len(self._lexicon.members("ANY"))
        return tuple(sorted({found for found in sets if len(found) < anything / 2}, key=len)[:_NEEDS_KEPT])

    def _needs(self, elements: Iterator[re.Match[str]]) -> list[frozenset[int]]:
        """Return the sets that a row needs, up to its closing bracket; of alternatives, what one of them needs."""
        row: list[frozenset[int]] = []
        alternatives: list[list[frozenset[int]]] = []
        for element in elements:
            optional = (element["repeat"] or "").startswith(("?", "{0"))
            if element["close"]:
                self._closed_as_optional = optional
                break
            if element["bar"]:
                alternatives.append(row)
                row = []
            elif element["open"]:
                self._needs(elements)  # what must not follow is not needed
            elif element["group"]:
                inner = self._needs(elements)
                if not self._closed_as_optional:
                    row += inner
            elif (name := element["name"] or element["word"]) and name[0] not in "!-" and not optional:
                row.append(self._signs_that_hold(name) if element["word"] else self._lexicon.members(name))
        if not alternatives:
            return row
        alternatives.append(row)
        if not all(alternatives):
            return []
        return [frozenset().union(*(min(alternative, key=len) for alternative in alternatives))]

    def _signs_that_hold(self, word: str) -> frozenset[int]:
        """Return the signs of a word and of the phrases that hold it, since a text may have either."""
        return self._lexicon.members(LITERAL + word) | self._in_phrases.get(word, frozenset())
