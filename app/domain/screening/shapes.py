"""Finds what is known by its form: e-mail addresses, telephone numbers, dates, the numbers of papers and plates.

A shape found is no refusal yet: it becomes one token, and the rules look at the words around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.screening.data import read_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.screening.lexicon import Lexicon

_TELLS_A_SHAPE = re.compile(r"[0-9@]|arroba| at ")


def _social_security(digits: str) -> bool:
    """Return whether nine digits can be a social security number.

    Source: SSA, "Social Security Number Randomization": area 000, 666 and 900-999, group 00 and serial 0000 are
    never given out.
    """
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _taxpayer(digits: str) -> bool:
    """Return whether nine digits can be an individual taxpayer number.

    Source: IRS Publication 1915: begins with 9, the fourth and fifth digit 50-65, 70-88, 90-92 or 94-99.
    """
    group = int(digits[3:5])
    return 50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99


_CHECKS: dict[str, Callable[[str], bool]] = {"social_security": _social_security, "taxpayer": _taxpayer}


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a shape stands in the plain text, end excluded, and the sign of its class."""

    start: int
    end: int
    sign: str


class Shapes:
    """The forms of shapes.toml, ready to be looked for."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._forms = [
            (
                chr(lexicon.sign_of([entry["class"]])),
                re.compile(entry["form"]),
                re.compile(entry["needs"]) if "needs" in entry else None,
                _CHECKS[entry["check"]] if "check" in entry else None,
            )
            for entry in read_tables("shapes.toml")["shape"]
        ]

    def found_in(self, letters: str) -> list[Shape]:
        """Return the shapes in plain small letters, in order, none overlapping; where two do, the earlier form."""
        if _TELLS_A_SHAPE.search(letters) is None:
            return []
        found: list[Shape] = []
        for sign, form, needs, check in self._forms:
            if needs is not None and needs.search(letters) is None:
                continue
            for match in form.finditer(letters):
                start, end = match.span("told" if "told" in form.groupindex else 0)
                if check is not None and not check(re.sub(r"\D", "", letters[start:end])):
                    continue
                if all(end <= other.start or other.end <= start for other in found):
                    found.append(Shape(start, end, sign))
        return sorted(found, key=lambda shape: shape.start)
