"""Runs the rules over a text's signs: first what only a person can be, then what is spared, then what is caught."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.screening.data import names_of, read_tables
from app.domain.screening.lexicon import Lexicon
from app.domain.screening.pattern import Element, PatternCompiler, literal_runs, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.domain.screening.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern of a rule: what it catches (`category`) or what its words become where it spares them (`becomes`)."""

    name: str
    category: str | None
    becomes: str | None
    pattern: str
    row: list[Element]


@dataclass(frozen=True, slots=True)
class Match:
    """A category and the first and last (included) token that tell it."""

    category: str
    first: int
    last: int


class Matcher:
    """The rules of the data files, in their order, over their lexicon."""

    def __init__(self) -> None:
        """Read rules and words. `make_ready` must follow once every sign has been given out."""
        self.rules = tuple(
            Rule(entry["name"], entry.get("category"), entry.get("becomes"), pattern, parsed(pattern))
            for name in names_of("rules", ".toml")
            for entry in read_tables(name)["rule"]
            for pattern in entry["patterns"]
        )
        self.lexicon = Lexicon([run for rule in self.rules for run in literal_runs(rule.row)])
        self._spared_signs = {
            rule.becomes: chr(self.lexicon.sign_of([rule.becomes])) for rule in self.rules if rule.becomes is not None
        }
        self._compiler: PatternCompiler | None = None
        self._expressions: dict[int, re.Pattern[str]] = {}
        self._bits_of_sign: dict[str, int] = {}
        self._needed_bits: list[int] = []
        self._bits_always = 0

    def make_ready(self) -> None:
        """Find out which signs call which rules.

        Each set of signs that some rule needs gets a bit. A rule is tried on a text only if the signs of the text
        bring all its bits. What spared words may become counts as brought, since it may appear on the way.
        """
        self._compiler = PatternCompiler(self.lexicon)
        bits: dict[frozenset[int], int] = {}
        for rule in self.rules:
            needed = 0
            for signs in self._compiler.needs(rule.row):
                needed |= bits.setdefault(signs, 1 << len(bits))
            self._needed_bits.append(needed)
        for signs, bit in bits.items():
            for sign in map(chr, signs):
                self._bits_of_sign[sign] = self._bits_of_sign.get(sign, 0) | bit
        for sign in self._spared_signs.values():
            self._bits_always |= self._bits_of_sign.get(sign, 0)

    def expression(self, index: int) -> re.Pattern[str]:
        """Return the compiled expression of a rule, made at its first use."""
        known = self._expressions.get(index)
        if known is None:
            if self._compiler is None:
                raise RuntimeError("make_ready has not been called")
            known = self._expressions[index] = re.compile(self._compiler.expression(self.rules[index].row))
        return known

    def matches(self, tokens: Tokens) -> Iterator[Match]:
        """Yield what the rules catch; a rule that spares rewrites the signs that later rules see."""
        line = "".join(tokens.signs)
        for index in self.called_by(line):
            rule, expression = self.rules[index], self.expression(index)
            if expression.search(line) is None:
                continue
            told = "told" if expression.groupindex else 0
            if rule.becomes is not None:
                line = spared(expression, told, self._spared_signs[rule.becomes], line)
                continue
            for match in expression.finditer(line):
                first, end = match.span(told)
                if end > first:
                    yield Match(rule.category or "", first, end - 1)

    def called_by(self, line: str) -> list[int]:
        """Return the rules, by their place in the order, that the signs of a text may match."""
        known = self._bits_of_sign
        brought = self._bits_always
        for sign in set(line):
            if sign in known:
                brought |= known[sign]
        missing = ~brought
        return [index for index, needed in enumerate(self._needed_bits) if not needed & missing]


def spared(expression: re.Pattern[str], told: str | int, sign: str, line: str) -> str:
    """Return the signs of a text with the words that an expression tells replaced by one sign each."""
    pieces: list[str] = []
    at = 0
    for match in expression.finditer(line):
        first, end = match.span(told)
        pieces += line[at:first], sign * (end - first)
        at = end
    return "".join([*pieces, line[at:]]) if pieces else line
