"""Screens a text: plain letters, tokens, rules, and the way back to the submitted code points."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from app.domain.screening.disguise import Disguises
from app.domain.screening.finding import Category, Finding
from app.domain.screening.matcher import Matcher
from app.domain.screening.plain_text import plain_text
from app.domain.screening.shapes import Shapes
from app.domain.screening.tokens import Tokeniser

if TYPE_CHECKING:
    from app.domain.screening.tokens import Tokens


class Screener:
    """The screen with all its words and rules loaded."""

    def __init__(self) -> None:
        self._matcher = Matcher()
        lexicon = self._matcher.lexicon
        self._shapes = Shapes(lexicon)
        self._tokeniser = Tokeniser(lexicon)
        self._disguises = Disguises(lexicon)
        self._matcher.make_ready()
        self._spanish = frozenset(map(chr, lexicon.members("ES") - lexicon.members("EN")))
        self._english = frozenset(map(chr, lexicon.members("EN") - lexicon.members("ES")))

    def screen(self, submitted: str) -> tuple[Finding, ...]:
        """Return what the text tells that is not collected, in the order of its place."""
        text = self._disguises.undone(plain_text(submitted))
        tokens = self._tokeniser.cut(text, self._shapes.found_in(text.letters))
        told: dict[str, list[tuple[int, int]]] = {}
        for match in self._matcher.matches(tokens):
            told.setdefault(match.category, []).append((match.first, match.last))
        findings: list[Finding] = []
        for category, spans in told.items():
            for first, last in _merged(spans):
                start, end = text.submitted_span(tokens.starts[first], tokens.ends[last], submitted)
                findings.append(Finding(Category(category), start, end, self._language(tokens, first, last)))
        return tuple(sorted(findings, key=lambda finding: (finding.start, finding.end, finding.category)))

    def _language(self, tokens: Tokens, first: int, last: int) -> str:
        """Return the language of the passage, or where it has none of its own, that of the text around it."""
        for signs in (tokens.signs[first : last + 1], tokens.signs):
            balance = sum(sign in self._spanish for sign in signs) - sum(sign in self._english for sign in signs)
            if balance:
                return "es" if balance > 0 else "en"
        return "en"


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return token spans in order, those that overlap or follow at once made one."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


@cache
def screener() -> Screener:
    """Return the one screener of the process, loaded at the first call."""
    return Screener()
