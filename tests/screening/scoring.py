"""Scores the screen on a file of cases, for the tests and for the report: the same counting for both."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.screening import Category, Finding, screen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CASES = Path(__file__).parent
DEVELOPMENT = CASES / "development_cases.jsonl"
# Put away before the first rule, and a second half by another author, who has read no rule.
HELD_OUT = (CASES / "held_out_cases.jsonl", CASES / "held_out_second_cases.jsonl")
Z_95 = 1.959963984540054  # quantile of the standard normal distribution for a two-sided 95 % interval


@dataclass(frozen=True, slots=True)
class Case:
    """One text and what the screen should say of it."""

    id: str
    text: str
    lang: str
    refuse: bool
    categories: frozenset[str]
    also_right: frozenset[str]
    must_cover: tuple[str, ...]


@dataclass(slots=True)
class Share:
    """How many of how many, with Wilson's 95 % interval."""

    hits: int = 0
    of: int = 0

    def count(self, *, hit: bool) -> None:
        """Count one trial."""
        self.hits += hit
        self.of += 1

    @property
    def share(self) -> float:
        """The share, or not a number where there was no trial."""
        return self.hits / self.of if self.of else math.nan

    def interval(self) -> tuple[float, float]:
        """Return Wilson's 95 % interval. Source: Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212."""
        if not self.of:
            return math.nan, math.nan
        share, square = self.share, Z_95 * Z_95
        middle = (share + square / (2 * self.of)) / (1 + square / self.of)
        half = Z_95 * math.sqrt(share * (1 - share) / self.of + square / (4 * self.of**2)) / (1 + square / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        """Return the share and its interval in per cent."""
        low, high = self.interval()
        return f"{self.hits:4}/{self.of:<4} {100 * self.share:5.1f} %  ({100 * low:.1f}-{100 * high:.1f})"


@dataclass(slots=True)
class Figures:
    """The shares of one group of cases."""

    recall: Share = field(default_factory=Share)
    false_refusals: Share = field(default_factory=Share)
    passages: Share = field(default_factory=Share)
    categories: Share = field(default_factory=Share)


@dataclass(slots=True)
class Score:
    """The figures of a file of cases: in all, by language, by category; and the cases that went wrong."""

    all: Figures = field(default_factory=Figures)
    by_language: dict[str, Figures] = field(default_factory=dict)
    by_category: dict[str, Figures] = field(default_factory=dict)
    missed: list[Case] = field(default_factory=list)
    uncovered: list[Case] = field(default_factory=list)
    refused_wrongly: list[tuple[Case, Sequence[Finding]]] = field(default_factory=list)


def cases_in(path: Path) -> list[Case]:
    """Return the cases of a JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        return [_case(json.loads(line)) for line in lines if line.strip()]


def _case(entry: dict[str, Any]) -> Case:
    return Case(
        entry["id"],
        entry["text"],
        entry["lang"],
        entry["expect"] == "refuse",
        frozenset(entry["categories"]),
        frozenset(entry.get("alt_categories", ())),
        tuple(entry["must_cover"]),
    )


def touches_all(case: Case, findings: Sequence[Finding]) -> bool:
    """Return whether each marked passage of a case is touched by a finding."""
    for passage in case.must_cover:
        start = case.text.index(passage)
        end = start + len(passage)
        if not any(finding.start < end and finding.end > start for finding in findings):
            return False
    return True


def names_the_kinds(case: Case, findings: Sequence[Finding]) -> bool:
    """Return whether the findings name every category of a case; one alone may be named by one as good."""
    named = {str(finding.category) for finding in findings}
    if len(case.categories) == 1 and named & case.also_right:
        return True
    return case.categories <= named


def score(cases: Iterable[Case]) -> Score:
    """Screen every case and count."""
    result = Score()
    for case in cases:
        findings = screen(case.text)
        language = result.by_language.setdefault(case.lang, Figures())
        if not case.refuse:
            for figures in (result.all, language):
                figures.false_refusals.count(hit=bool(findings))
            if findings:
                result.refused_wrongly.append((case, findings))
            continue
        kinds = [result.by_category.setdefault(str(kind), Figures()) for kind in Category if kind in case.categories]
        touched = touches_all(case, findings)
        for figures in (result.all, language, *kinds):
            figures.recall.count(hit=bool(findings))
            if findings:
                figures.passages.count(hit=touched)
                figures.categories.count(hit=names_the_kinds(case, findings))
        if not findings:
            result.missed.append(case)
        elif not touched:
            result.uncovered.append(case)
    return result
