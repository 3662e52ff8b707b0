"""Compiles the rules' readable patterns into regular expressions over signs.

A pattern is a row of elements, parted by spaces:

    word        that word, in plain letters            CLASS       any word of the class
    CLASS&CAP   of both classes                        A-B         of the first and not of the second class
    (a b|C)     one row or the other                   X?          X or nothing
    X{1,3}      X once to three times                  ~4          up to four words of the same sentence, any
    !X, !(a b)  not followed by that                   ^ and $     start and end of the text or of a sentence
    -X          not after X                            < ... >     the words to report; all, where none are marked

There is no unbounded repeat, so the work for a text grows with its length and no text can make it grow faster.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import reduce
from itertools import groupby
from operator import or_
from typing import TYPE_CHECKING

from app.domain.screening.lexicon import LITERAL
from app.domain.screening.plain_text import plain_text
from app.domain.screening.sign_sets import expression_of, set_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.domain.screening.lexicon import Lexicon

LONGEST_REPEAT = 12
NEEDS_KEPT = 4  # two times two: see the matcher
_A_SMALL_WORD = 50  # how many other words together a text holds as often as one of these
_ELEMENT = re.compile(
    r"\s*(?:"
    r"~(?P<gap>\d+)|(?P<open>!?\()|(?P<close>\))|(?P<bar>\|)|(?P<mark>[<>])|(?P<edge>[\^$])"
    r"|(?P<prefix>[!-]?)(?:(?P<name>[A-Z][A-Z0-9_&-]*)|(?P<word>'[a-z]+|[a-z0-9]+))"
    r")(?P<repeat>\?|\{\d+,\d+\})?"
)
_SET_FIRST = re.compile(r"(?:\(\?P<told>)?\[[^\]]*\](?![?{])")
_MARKS = {"<": "(?P<told>", ">": ")"}


class PatternError(ValueError):
    """A rule's pattern cannot be read; says which and where."""


@dataclass(slots=True)
class Element:
    """One element of a row. `signs` holds its class or word; `rows` the alternatives of a bracket."""

    kind: str  # "signs", "group", "gap", "mark", "edge"
    text: str = ""
    literal: bool = False
    prefix: str = ""
    repeat: str = ""
    rows: list[list[Element]] = field(default_factory=list)

    @property
    def optional(self) -> bool:
        """Whether a match may do without it."""
        return self.repeat.startswith(("?", "{0"))

    @property
    def plain(self) -> bool:
        """Whether it is one word or class, once, and nothing else."""
        return self.kind == "signs" and not self.repeat and not self.prefix


def parsed(pattern: str, shared: dict[tuple[str | None, ...], Element] | None = None) -> list[Element]:
    """Return the elements of a pattern; of patterns that share a dictionary the same word is one element.

    Elements are never changed once read, and a thousand patterns name few words besides those that others name.
    Raises PatternError for what cannot be read.
    """
    shared = {} if shared is None else shared
    pattern = plain_text(pattern).cased.rstrip()
    stack: list[Element] = [Element("group", rows=[[]])]
    at = 0
    while at < len(pattern):
        found = _ELEMENT.match(pattern, at)
        if found is None:
            raise PatternError(f"cannot be read from here on: {pattern[at:]!r}")
        at = found.end()
        repeat = found["repeat"] or ""
        if repeat.startswith("{") and int(repeat[1:-1].split(",")[1]) > LONGEST_REPEAT:
            raise PatternError(f"repeats more than {LONGEST_REPEAT} times: {found[0]}")
        if found["open"]:
            stack.append(Element("group", prefix=found["open"][:-1], rows=[[]]))
        elif found["close"]:
            group = stack.pop()
            group.repeat = repeat
            if not stack:
                raise PatternError(f"a bracket too many before: {pattern[at:]!r}")
            stack[-1].rows[-1].append(group)
        elif found["bar"]:
            stack[-1].rows.append([])
        else:
            stack[-1].rows[-1].append(_element(found, repeat, shared))
    if len(stack) != 1 or len(stack[0].rows) != 1 or pattern.count("<") != pattern.count(">"):
        raise PatternError(f"brackets do not match: {pattern!r}")
    return stack[0].rows[0]


def _element(found: re.Match[str], repeat: str, shared: dict[tuple[str | None, ...], Element]) -> Element:
    """Return the element that was found: the one that is known already, if any."""
    key = found.group("gap", "mark", "edge", "prefix", "name", "word", "repeat")
    element = shared.get(key)
    if element is None:
        kind, word = next((kind for kind in ("gap", "mark", "edge") if found[kind]), "signs"), found["word"]
        signs = kind == "signs"
        text = (word or found["name"]) if signs else found[kind]
        element = shared[key] = Element(kind, text, bool(word), found["prefix"] or "", repeat if signs else "")
    return element


def literal_runs(row: Iterable[Element]) -> Iterator[tuple[str, ...]]:
    """Yield the words that a row names outright, those that follow one another together."""
    run: list[str] = []
    for element in row:
        if element.literal and element.plain:
            run.append(element.text)
            continue
        yield tuple(run)
        run = []
        if element.literal:
            yield (element.text,)
        for alternative in element.rows:
            yield from literal_runs(alternative)
    yield tuple(run)


class PatternCompiler:
    """Turns rows of elements into regular expressions for one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the lexicon once every sign has been given out."""
        self._lexicon = lexicon
        self._known: dict[str, int] = {}  # the signs of each class that rules name
        self._stop = expression_of(lexicon.signs_of("STOP"))
        self._inside_sentence = "[^" + self._stop[1:]
        self._small_words = lexicon.signs_of("SMALL")
        self._anything = lexicon.signs_of("ANY").bit_count()

    def expression(self, row: list[Element]) -> str:
        """Return the regular expression of a row.

        It begins by looking whether a match can begin here at all, which spares trying every alternative of a bracket.
        Raises PatternError for a class without words, KeyError for a class that no file names.
        """
        written = self._row(row)
        # The engine finds the first sign of a plain set by itself, and faster.
        begins = None if _SET_FIRST.match(written) else self._begins(row)
        return written if begins is None else f"(?={expression_of(begins)}){written}"

    def _begins(self, row: list[Element]) -> int | None:
        """Return the signs that a row's match can begin with, or None where it can begin with any."""
        found = 0
        for element, held in zip(row, self._held(row), strict=True):
            if element.prefix or element.kind in ("mark", "edge"):
                continue
            if element.kind == "gap":
                return None
            if element.kind == "signs":
                found |= held
            else:
                for alternative in element.rows:
                    begins = self._begins(alternative)
                    if begins is None:
                        return None
                    found |= begins
            if not element.optional:
                return found
        return None

    def _row(self, row: list[Element]) -> str:
        written: list[str] = []
        run: list[Element] = []
        for element in row:
            if element.plain and element.literal:
                run.append(element)
                continue
            written += self._run(run), self._piece(element)
            run = []
        return "".join([*written, self._run(run)])

    def _piece(self, element: Element) -> str:
        if element.kind == "gap":
            return f"{self._inside_sentence}{{0,{int(element.text)}}}?"
        if element.kind == "mark":
            return _MARKS[element.text]
        if element.kind == "edge":
            return f"(?:^|(?<={self._stop}))" if element.text == "^" else f"(?=$|{self._stop})"
        body = self._group(element) if element.kind == "group" else expression_of(self._signs(element))
        if element.prefix == "!":
            return f"(?!{body})"
        if element.prefix == "-":
            return f"(?<!{body})"
        return body + element.repeat

    def _group(self, element: Element) -> str:
        """Return a bracket's alternatives, the single words and classes among them made one set."""
        single = 0
        rows: list[str] = []
        for row in element.rows:
            if len(row) == 1 and row[0].plain:
                single |= self._signs(row[0])
            else:
                rows.append(self._row(row))
        if single:
            rows.append(expression_of(single))
        return rows[0] if len(rows) == 1 and single else "(?:" + "|".join(rows) + ")"

    def _signs(self, element: Element) -> int:
        if element.literal:
            return self._lexicon.signs_of(LITERAL + element.text)
        signs = self._known.get(element.text)
        if signs is None:
            signs = self._known[element.text] = self._lexicon.signs_of(element.text)
        if not signs:
            raise PatternError(f"{element.text} holds no word")
        return signs

    def _run(self, run: list[Element]) -> str:
        """Return the expression of words in a row, which a text may hold as words or, if they are one, as a phrase."""
        plain = "".join(expression_of(self._signs(element)) for element in run)
        whole = "".join(expression_of(signs) for signs, _ in self._cut(run))
        return plain if whole == plain else f"(?:{plain}|{whole})"

    def _cut(self, run: list[Element]) -> Iterator[tuple[int, int]]:
        """Yield the signs of the words in a row, those of a phrase taken together, and how many words each is."""
        phrases = self._lexicon.phrases
        words = [element.text for element in run]
        at = 0
        while at < len(words):
            for rest, sign in phrases.get((words[at], words[at + 1]) if at + 1 < len(words) else ("", ""), ()):
                if tuple(words[at + 2 : at + 2 + len(rest)]) == rest:
                    yield set_of((sign, sign + 1)), 2 + len(rest)
                    at += 2 + len(rest)
                    break
            else:
                yield self._signs(run[at]), 1
                at += 1

    def _held(self, row: list[Element]) -> list[int]:
        """Return the signs of each element; of a word also those of the phrase that it makes with its neighbours."""
        held = [self._signs(element) if element.kind == "signs" else 0 for element in row]
        at = 0
        for plain, run in groupby(row, lambda element: element.plain and element.literal):
            elements = list(run)
            place = at
            for signs, count in self._cut(elements) if plain else ():
                for index in range(place, place + count):
                    held[index] |= signs
                place += count
            at += len(elements)
        return held

    def needs(self, row: list[Element]) -> tuple[int, ...]:
        """Return sets of signs of each of which a match holds at least one, the rarest first; to skip other texts."""
        found = {signs for signs in self._needs(row) if signs.bit_count() < self._anything / 12}
        return tuple(sorted(found, key=self._frequency)[:NEEDS_KEPT])

    def _frequency(self, signs: int) -> int:
        """Return how often a text holds one of some signs, roughly: small words are in every one."""
        return signs.bit_count() + _A_SMALL_WORD * (signs & self._small_words).bit_count()

    def _needs(self, row: list[Element]) -> Iterator[int]:
        for element, held in zip(row, self._held(row), strict=True):
            if element.prefix or element.optional:
                continue
            if element.kind == "signs":
                yield held
            elif element.kind == "group":
                rarest = [
                    min(self._needs(alternative), key=self._frequency, default=None) for alternative in element.rows
                ]
                known = [signs for signs in rarest if signs is not None]
                if len(known) == len(rarest):
                    yield reduce(or_, known)

    def reaches_over_a_stop(self, row: list[Element], *, last: bool = True) -> bool:
        """Return whether a match may go on after the end of a sentence; `last` tells that nothing follows the row."""
        stop = self._lexicon.signs_of("STOP")
        followed = not last
        for element in reversed(row):
            if element.prefix or element.kind in ("mark", "edge"):
                continue
            ends_here = not followed and not element.repeat
            if element.kind == "signs" and not ends_here and stop & self._signs(element):
                return True
            if any(self.reaches_over_a_stop(alternative, last=ends_here) for alternative in element.rows):
                return True
            followed = True
        return False
