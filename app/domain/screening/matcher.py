"""Runs the rules over a text's signs: first what only a person can be, then what is spared, then what is caught."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.screening.data import names_of, read_tables
from app.domain.screening.lexicon import Lexicon
from app.domain.screening.pattern import PatternCompiler, literal_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.domain.screening.tokens import Tokens

FIELDS = ("note", "address", "outlet", "title")


@dataclass(slots=True)
class Rule:
    """One pattern of a rule: what it catches (`category`) or what its words become when it spares them (`becomes`)."""

    name: str
    category: str | None
    becomes: str | None
    pattern: str
    expression: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A category and the first and last (included) token that tell it."""

    category: str
    first: int
    last: int


class Matcher:
    """The rules of the data files over their lexicon."""

    def __init__(self) -> None:
        rules = [
            Rule(entry["name"], entry.get("category"), entry.get("becomes"), pattern)
            for name in names_of("rules", ".toml")
            for entry in read_tables(name)["rule"]
            for pattern in entry["patterns"]
        ]
        self.lexicon = Lexicon({word for rule in rules for word in literal_words(rule.pattern)})
        for rule in rules:
            if rule.becomes is not None:
                self.lexicon.sign_of([rule.becomes])
        self._rules = rules
        self._compiler: PatternCompiler | None = None
        self._bits_of_sign: dict[str, int] = {}
        self._needed_bits: list[int] = []

    def make_ready(self) -> None:
        """Find out which signs call which rules; every sign must have been given out by now.

        Each set of signs that some rule needs gets a bit. A rule is tried on a text only if the signs of the text
        bring all its bits.
        """
        self._compiler = PatternCompiler(self.lexicon)
        bits: dict[frozenset[int], int] = {}
        for rule in self._rules:
            needed = 0
            for signs in self._compiler.needs(rule.pattern):
                needed |= bits.setdefault(signs, 1 << len(bits))
            self._needed_bits.append(needed)
        for signs, bit in bits.items():
            for sign in map(chr, signs):
                self._bits_of_sign[sign] = self._bits_of_sign.get(sign, 0) | bit

    def _expression(self, rule: Rule) -> re.Pattern[str]:
        if rule.expression is None:
            assert self._compiler is not None
            rule.expression = re.compile(self._compiler.expression(rule.pattern))
        return rule.expression

    def matches(self, tokens: Tokens) -> Iterator[Match]:
        """Yield what the rules catch; a rule that spares rewrites the signs that later rules see."""
        line = "".join(tokens.signs)
        called = self._called_by(line)
        position = 0
        while position < len(called):
            rule = self._rules[called[position]]
            position += 1
            expression = self._expression(rule)
            if rule.becomes is None:
                for match in expression.finditer(line):
                    first, end = match.span("told" if "told" in expression.groupindex else 0)
                    if end > first:
                        yield Match(rule.category or "", first, end - 1)
            elif (spared := self._spared(expression, rule.becomes, line)) is not None:
                done = called[position - 1]
                line = spared
                called = [index for index in self._called_by(line) if index > done]
                position = 0

    def _called_by(self, line: str) -> list[int]:
        known = self._bits_of_sign
        brought = 0
        for sign in set(line):
            brought |= known.get(sign, 0)
        return [index for index, needed in enumerate(self._needed_bits) if needed & brought == needed]

    def _spared(self, expression: re.Pattern[str], becomes: str, line: str) -> str | None:
        spans = [match.span("told" if "told" in expression.groupindex else 0) for match in expression.finditer(line)]
        if not spans:
            return None
        sign = chr(self.lexicon.sign_of([becomes]))
        pieces: list[str] = []
        at = 0
        for first, end in spans:
            pieces += line[at:first], sign * (end - first)
            at = end
        pieces.append(line[at:])
        return "".join(pieces)
