"""Sets of signs as whole numbers, one bit a sign: thousands of classes, each of which may hold thousands of signs.

As sets of the standard library they would take ten times the memory and most of the time that loading takes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FIRST_SIGN = 0x4E00  # the longest run of code points without a meaning for regular expressions
_RUN = re.compile("1+")
_HELD = ord("1")


def set_of(signs: Iterable[int]) -> int:
    """Return the set of some signs (code points)."""
    found = 0
    for sign in signs:
        found |= 1 << (sign - FIRST_SIGN)
    return found


class Members:
    """The signs of a set, to be asked for one by one: a byte a sign, where a set of numbers would take fifty."""

    def __init__(self, signs: int) -> None:
        """Take a set of signs."""
        self._held = f"{signs:b}"[::-1].encode("ascii")

    def __contains__(self, sign: int) -> bool:
        """Return whether a sign (a code point) is in the set; any other number is not."""
        place = sign - FIRST_SIGN
        return 0 <= place < len(self._held) and self._held[place] == _HELD


def _runs(signs: int) -> Iterator[tuple[int, int]]:
    """Yield the first sign and the one after the last of each run of neighbours."""
    for run in _RUN.finditer(f"{signs:b}"[::-1]):
        yield FIRST_SIGN + run.start(), FIRST_SIGN + run.end()


def signs_in(signs: int) -> Iterator[int]:
    """Yield the signs of a set, in order."""
    for first, after in _runs(signs):
        yield from range(first, after)


def expression_of(signs: int) -> str:
    """Return the regular expression of a set of signs, neighbours joined to ranges."""
    ranges = (chr(first) if after == first + 1 else f"{chr(first)}-{chr(after - 1)}" for first, after in _runs(signs))
    return "[" + "".join(ranges) + "]"
