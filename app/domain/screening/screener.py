"""Screens a text: plain letters, tokens, rules, and the way back to the submitted code points."""

from __future__ import annotations

from array import array
from functools import cache

from app.domain.screening.disguise import Disguises
from app.domain.screening.finding import Category, Finding
from app.domain.screening.matcher import Matcher
from app.domain.screening.plain_text import plain_text
from app.domain.screening.shapes import Shapes
from app.domain.screening.sign_sets import FIRST_SIGN, signs_in
from app.domain.screening.tokens import Tokeniser


class Screener:
    """The screen with all its words and rules loaded."""

    def __init__(self) -> None:
        self.matcher = Matcher()
        lexicon = self.matcher.lexicon
        self.shapes = Shapes(lexicon)
        self._tokeniser = Tokeniser(lexicon)
        self._disguises = Disguises(lexicon)
        self.matcher.make_ready()
        # Of each sign: 1 for a word that is Spanish alone, -1 for one that is English alone, 0 for any other.
        self._languages = array("b", bytes(lexicon.signs_of("ANY").bit_length()))
        for words, language in (("ES-EN", 1), ("EN-ES", -1)):
            for sign in signs_in(lexicon.signs_of(words)):
                self._languages[sign - FIRST_SIGN] = language

    def screen(self, submitted: str) -> tuple[Finding, ...]:
        """Return what the text tells that is not collected, in the order of its place."""
        text = self._disguises.undone(plain_text(submitted))
        tokens = self._tokeniser.cut(text, self.shapes.found_in(text.letters))
        told: dict[str, list[tuple[int, int]]] = {}
        for match in self.matcher.matches(tokens):
            told.setdefault(match.category, []).append((match.first, match.last))
        if not told:
            return ()
        spoken: int | None = None
        findings: list[Finding] = []
        for category, spans in told.items():
            for first, last in _merged(spans):
                start, end = text.submitted_span(tokens.starts[first], tokens.ends[last], submitted)
                # The language of the passage, or where it has none of its own (a name), that of the text.
                balance = self._balance(tokens.signs[first : last + 1])
                if not balance:
                    balance = spoken = self._balance(tokens.signs) if spoken is None else spoken
                findings.append(Finding(Category(category), start, end, "es" if balance > 0 else "en"))
        return tuple(sorted(findings, key=lambda finding: (finding.start, finding.end, finding.category)))

    def _balance(self, signs: list[str]) -> int:
        """Return how many more words are only Spanish than only English."""
        languages = self._languages
        return sum(languages[ord(sign) - FIRST_SIGN] for sign in signs)


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
