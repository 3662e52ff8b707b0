"""The number an inquiry goes by in the log: the year it was entered, in Albuquerque, and a count within that year."""

import re
from datetime import datetime

from app.domain.moment import day_in_denver

# At most nine digits: the count fits every database's integer.
_SPOKEN = re.compile(r"\s*#?\s*(?:([0-9]{4}|[0-9]{2})\s*[-\u2010-\u2014\u2212]\s*)?([0-9]{1,9})\s*")
_LONGEST_TEXT = 40
_FIRST_YEAR, _LAST_YEAR = 1000, 9999


def log_number(year: int, serial: int) -> str:
    """Return `2026-000123`: a year of four digits and the count within it, in six digits or more, from 000001."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR or serial < 1:
        raise ValueError("a log number has a year of four digits and counts from 1")
    return f"{year}-{serial:06d}"


def read_log_number(text: str, *, this_year: int) -> tuple[int, int] | None:
    """Return (year, serial) of a number as people say it, or None: `2026-000123`, `2026-123`, `26-123`, `123`.

    Two digits mean the newest such year up to `this_year`; no year means `this_year`.
    """
    spoken = _SPOKEN.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
    if spoken is None:
        return None
    year, serial = spoken[1], int(spoken[2])
    if serial == 0:
        return None
    if year is None:
        return this_year, serial
    if len(year) == len("26"):
        return this_year - (this_year - int(year)) % 100, serial
    return (int(year), serial) if int(year) >= _FIRST_YEAR else None


def log_year(received_at: datetime) -> int:
    """Return the year that an inquiry entered at this moment (an aware datetime) is numbered in."""
    if received_at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return day_in_denver(received_at).year
