"""Runs the rules over a text's signs: first what only a person can be, then what is spared, then what is caught."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from app.domain.screening.data import names_of, read_tables
from app.domain.screening.lexicon import Lexicon
from app.domain.screening.pattern import NEEDS_KEPT, PatternCompiler, literal_runs, parsed
from app.domain.screening.sign_sets import signs_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.domain.screening.pattern import Element
    from app.domain.screening.tokens import Tokens


_SHORTEST_PART = 20  # tokens; of shorter parts there are so many that asking each costs more than it saves


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern of a rule: what it catches (`category`) or what its words become where it spares them (`becomes`)."""

    name: str
    category: str | None
    becomes: str | None
    pattern: str


class _Part(NamedTuple):
    """Some whole sentences, or the whole text: the first token, the one after the last, the needs that it meets."""

    start: int
    end: int
    met: int


class Match(NamedTuple):
    """A category and the first and last (included) token that tell it."""

    category: str
    first: int
    last: int


class Matcher:
    """The rules of the data files, in their order, over their lexicon."""

    def __init__(self) -> None:
        """Read rules and words. `make_ready` must follow once every sign has been given out."""
        self.rules = tuple(
            Rule(entry["name"], entry.get("category"), entry.get("becomes"), pattern)
            for name in names_of("rules", ".toml")
            for entry in read_tables(name)["rule"]
            for pattern in entry["patterns"]
        )
        shared: dict[tuple[str | None, ...], Element] = {}
        self._rows = [parsed(rule.pattern, shared) for rule in self.rules]  # until `make_ready` has read them
        self.lexicon = Lexicon([run for row in self._rows for run in literal_runs(row)])
        self._spared_signs = {
            rule.becomes: chr(self.lexicon.sign_of([rule.becomes])) for rule in self.rules if rule.becomes is not None
        }
        self._compiler: PatternCompiler | None = None
        self._expressions: list[re.Pattern[str] | None] = [None] * len(self.rules)
        self._met_by_sign: dict[str, int] = {}
        self._met_always = 0
        self._reaching = 0  # of each rule a bit: may its match go on after the end of a sentence?
        self._inside = 0
        self._stop = ""

    def make_ready(self) -> None:
        """Find out which signs call which rules.

        Every rule has a bit for each of its needs: one row of bits a need, in it one bit a rule. The signs of a text
        bring the bits of the needs that they meet, and a rule is tried where all of its own are brought. A need that
        a rule does not have counts as met, and so does what spared words may become: it may appear on the way.
        """
        self.lexicon.settle()
        self._compiler = PatternCompiler(self.lexicon)
        bits_of_need: dict[int, list[int]] = {}
        for index, row in enumerate(self._rows):
            self._rows[index] = []  # read, so its memory serves what comes next
            self._reaching |= self._compiler.reaches_over_a_stop(row) << index
            needs = self._compiler.needs(row)
            for place in range(NEEDS_KEPT):
                bit = place * len(self.rules) + index
                if place < len(needs):
                    bits_of_need.setdefault(needs[place], []).append(bit)
                else:
                    self._met_always |= 1 << bit
        self._rows = []
        self._met_by_sign = _rows_of_bits(bits_of_need)
        self._inside = (1 << len(self.rules)) - 1 & ~self._reaching
        self._stop = chr(self.lexicon.sign_of(["STOP"]))
        for sign in self._spared_signs.values():
            self._met_always |= self._met_by_sign.get(sign, 0)

    def expression(self, index: int) -> re.Pattern[str]:
        """Return the compiled expression of a rule, made at its first use."""
        known = self._expressions[index]
        if known is None:
            if self._compiler is None:
                raise RuntimeError("make_ready has not been called")
            known = self._expressions[index] = re.compile(self._compiler.expression(parsed(self.rules[index].pattern)))
        return known

    def matches(self, tokens: Tokens) -> Iterator[Match]:
        """Yield what the rules catch; a rule that spares rewrites the signs that later rules see.

        A rule is tried on those parts alone whose signs bring all that it needs; one that may reach over the end
        of a sentence is tried on the whole text.
        """
        line = "".join(tokens.signs)
        whole, parts = self._parts(line)
        expressions = self._expressions
        for index, start, end in self._tries(whole, parts):
            expression = expressions[index] or self.expression(index)
            if expression.search(line, start, end) is None:
                continue
            rule, told = self.rules[index], "told" if expression.groupindex else 0
            if rule.becomes is not None:
                line = spared(expression, told, self._spared_signs[rule.becomes], line, start, end)
                continue
            for match in expression.finditer(line, start, end):
                first, after = match.span(told)
                if after > first:
                    yield Match(rule.category or "", first, after - 1)

    def _tries(self, whole: _Part, parts: list[_Part]) -> list[tuple[int, int, int]]:
        """Return which rules are to be tried where (start, end), in the order of the rules."""
        tries = [(index, whole.start, whole.end) for index in self._called(whole.met, self._reaching)]
        for start, end, met in parts:
            tries += [(index, start, end) for index in self._called(met, self._inside)]
        tries.sort()
        return tries

    def _called(self, met: int, among: int) -> list[int]:
        """Return the rules among some (a bit each) of which all needs are met."""
        row = len(self.rules)
        met &= met >> 2 * row
        bits = f"{met & met >> row & among:b}"[::-1]
        called: list[int] = []
        index = bits.find("1")
        while index >= 0:
            called.append(index)
            index = bits.find("1", index + 1)
        return called

    def _parts(self, line: str) -> tuple[_Part, list[_Part]]:
        """Return the whole text and its parts, each with the needs that it meets."""
        met_by_sign, always, stop = self._met_by_sign, self._met_always, self._stop
        sentences: list[_Part] = []
        start, met, in_all = 0, always, always
        for position, sign in enumerate(line):
            if sign in met_by_sign:
                met |= met_by_sign[sign]
            if sign == stop and position - start >= _SHORTEST_PART:
                sentences.append(_Part(start, position + 1, met))
                start, in_all, met = position + 1, in_all | met, always
        if start < len(line):
            sentences.append(_Part(start, len(line), met))
            in_all |= met
        return _Part(0, len(line), in_all), sentences


def _rows_of_bits(bits_of_need: dict[int, list[int]]) -> dict[str, int]:
    """Return of each sign the row of bits that its needs bring; one number serves all signs of the same needs.

    The needs are emptied on the way, and each number is made once and whole: else their remains would take megabytes.
    """
    bits_of_sign: dict[str, array[int]] = {}
    while bits_of_need:
        need, bits = bits_of_need.popitem()
        for sign in map(chr, signs_in(need)):
            bits_of_sign.setdefault(sign, array("H")).extend(bits)
    made: dict[bytes, int] = {}
    rows: dict[str, int] = {}
    for sign, bits_met in bits_of_sign.items():
        key = bits_met.tobytes()
        row = made.get(key)
        if row is None:
            as_bytes = bytearray(max(bits_met) // 8 + 1)
            for bit in bits_met:
                as_bytes[bit // 8] |= 1 << bit % 8
            row = made[key] = int.from_bytes(as_bytes, "little")
        rows[sign] = row
    return rows


def spared(expression: re.Pattern[str], told: str | int, sign: str, line: str, start: int = 0, end: int = -1) -> str:
    """Return the signs of a text with the words that an expression tells in a part of it replaced by one sign each."""
    pieces: list[str] = []
    at = 0
    for match in expression.finditer(line, start, len(line) if end < 0 else end):
        first, last = match.span(told)
        pieces += line[at:first], sign * (last - first)
        at = last
    return "".join([*pieces, line[at:]]) if pieces else line
