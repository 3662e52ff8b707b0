"""Runs the rules over a text's signs: first what only a person can be, then what is spared, then what is caught."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

from app.domain.screening.data import names_of, read_tables
from app.domain.screening.lexicon import Lexicon
from app.domain.screening.pattern import PatternCompiler, literal_runs, parsed
from app.domain.screening.sign_sets import signs_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.domain.screening.tokens import Tokens


_AS_FLAGS = bytes.maketrans(b"01", b"\x00\x01")
_SHORTEST_PART = 20  # tokens; of shorter parts there are so many that asking each costs more than it saves


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern of a rule: what it catches (`category`) or what its words become where it spares them (`becomes`)."""

    name: str
    category: str | None
    becomes: str | None
    pattern: str


class _Part(NamedTuple):
    """Some whole sentences, or the whole text: the first token, the one after the last, the bits that it lacks."""

    start: int
    end: int
    missing: int


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
        self.lexicon = Lexicon([run for rule in self.rules for run in literal_runs(parsed(rule.pattern))])
        self._spared_signs = {
            rule.becomes: chr(self.lexicon.sign_of([rule.becomes])) for rule in self.rules if rule.becomes is not None
        }
        self._compiler: PatternCompiler | None = None
        self._expressions: list[re.Pattern[str] | None] = [None] * len(self.rules)
        self._bits_of_sign: dict[str, int] = {}
        self._needed_bits: list[int] = []
        self._bits_always = 0
        self._every_bit = 0
        self._rules_by_rarest: list[list[int]] = []  # by the place of the rarest need's bit
        self._rules_without_needs: list[int] = []
        self._reaching: list[bool] = []
        self._stop = ""

    def make_ready(self) -> None:
        """Find out which signs call which rules.

        Each set of signs that some rule needs gets a bit. A rule is tried on a text only if the signs of the text
        bring all its bits. What spared words may become counts as brought, since it may appear on the way.
        """
        self._compiler = PatternCompiler(self.lexicon)
        needs: list[tuple[int, ...]] = []
        for rule in self.rules:
            row = parsed(rule.pattern)
            self._reaching.append(self._compiler.reaches_over_a_stop(row))
            needs.append(self._compiler.needs(row))
        # The rarest need of each rule, which is looked at first, gets a low bit: small numbers are quick to compare.
        in_order = (signs for place in range(max(map(len, needs))) for own in needs for signs in own[place : place + 1])
        bits = {signs: 1 << place for place, signs in enumerate(dict.fromkeys(in_order))}
        by_rarest: dict[int, list[int]] = {}
        for index, own in enumerate(needs):
            by_rarest.setdefault(bits[own[0]] if own else 0, []).append(index)
            self._needed_bits.append(sum({bits[signs] for signs in own}))
        self._rules_without_needs = by_rarest.pop(0, [])
        self._rules_by_rarest = [by_rarest[1 << place] for place in range(len(by_rarest))]
        self._every_bit = (1 << len(bits)) - 1
        for signs, bit in bits.items():
            for sign in map(chr, signs_in(signs)):
                self._bits_of_sign[sign] = self._bits_of_sign.get(sign, 0) | bit
        self._stop = chr(self.lexicon.sign_of(["STOP"]))
        for sign in self._spared_signs.values():
            self._bits_always |= self._bits_of_sign.get(sign, 0)

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
        needed_bits, reaching, expressions = self._needed_bits, self._reaching, self._expressions
        for index in self._called_by(whole):
            needed = needed_bits[index]
            expression = expressions[index] or self.expression(index)
            for start, end, missing in (whole,) if reaching[index] else parts:
                if needed & missing or expression.search(line, start, end) is None:
                    continue
                rule, told = self.rules[index], "told" if expression.groupindex else 0
                if rule.becomes is not None:
                    line = spared(expression, told, self._spared_signs[rule.becomes], line, start, end)
                    continue
                for match in expression.finditer(line, start, end):
                    first, after = match.span(told)
                    if after > first:
                        yield Match(rule.category or "", first, after - 1)

    def _called_by(self, whole: _Part) -> list[int]:
        """Return the rules, in their order, whose needs a text meets somewhere; first by the rarest need of each."""
        missing, needed = whole.missing, self._needed_bits
        met = f"{self._every_bit & ~missing:b}"[::-1].encode().translate(_AS_FLAGS)
        called = [
            index
            for indexes in compress(self._rules_by_rarest, met)
            for index in indexes
            if not needed[index] & missing
        ]
        called += self._rules_without_needs
        called.sort()
        return called

    def _parts(self, line: str) -> tuple[_Part, list[_Part]]:
        """Return the whole text and its parts, each with the bits that it does not bring."""
        known, always, every, stop = self._bits_of_sign, self._bits_always, self._every_bit, self._stop
        sentences: list[_Part] = []
        start, brought, in_all = 0, always, always
        for position, sign in enumerate(line):
            brought |= known.get(sign, 0)
            if sign == stop and position - start >= _SHORTEST_PART:
                sentences.append(_Part(start, position + 1, every & ~brought))
                start, in_all, brought = position + 1, in_all | brought, always
        if start < len(line):
            sentences.append(_Part(start, len(line), every & ~brought))
            in_all |= brought
        return _Part(0, len(line), every & ~in_all), sentences


def spared(expression: re.Pattern[str], told: str | int, sign: str, line: str, start: int = 0, end: int = -1) -> str:
    """Return the signs of a text with the words that an expression tells in a part of it replaced by one sign each."""
    pieces: list[str] = []
    at = 0
    for match in expression.finditer(line, start, len(line) if end < 0 else end):
        first, last = match.span(told)
        pieces += line[at:first], sign * (last - first)
        at = last
    return "".join([*pieces, line[at:]]) if pieces else line
