"""Screens free text, so that immigration status, origin and identity are never stored.

The order forbids collecting them, and people write them into notes. `screen` finds them in English, Spanish and their
mixture, and says where they stand; a text with a finding is refused whole and kept nowhere. It is a pure function
over words and rules that stand as readable data in `data/`; `docs/screening.md` explains them to those who keep them.
"""

from __future__ import annotations

from app.domain.screening.data import data_hash
from app.domain.screening.finding import Category, Finding
from app.domain.screening.screener import screener

__all__ = ["SCREEN_VERSION", "Category", "Finding", "make_ready", "screen"]

RULES_VERSION = "1.0.0"  # semantic: a major number where a text that was refused may now pass by intent
SCREEN_VERSION = f"{RULES_VERSION}+{data_hash()[:12]}"


def screen(text: str) -> tuple[Finding, ...]:
    """Return the passages of a text that must be taken out; empty where the text may be kept.

    Takes any string, lone surrogates included, and never raises for one. Sorted by start; passages of one category
    that overlap are one finding. The work grows with the length of the text and no faster.
    """
    return screener().screen(text)


def make_ready() -> None:
    """Load words and rules now (about a third of a second), so that the first text does not wait for it."""
    screener().screen("")
