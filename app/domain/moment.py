"""Times as the service tells them: UTC to the millisecond within, America/Denver where people read them.

A time that is published is cut to the minute, so that it cannot be matched against somebody's own records of seconds.
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

DENVER = ZoneInfo("America/Denver")


def to_millisecond(at: datetime) -> datetime:
    """Return the time in UTC with what is finer than a millisecond cut off."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


# The moment of a change stands in a dozen columns, its events and payloads: written once, it is looked up after.
@lru_cache(maxsize=1024)
def exact(at: datetime) -> str:
    """Return an RFC 3339 time in UTC to the millisecond: `2026-01-31T18:04:05.123Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


@lru_cache(maxsize=1024)
def to_minute(at: datetime) -> str:
    """Return an RFC 3339 time in UTC cut to the minute: `2026-01-31T18:04:00Z`."""
    return at.astimezone(UTC).isoformat(timespec="minutes").removesuffix("+00:00") + ":00Z"


def day_in_denver(at: datetime) -> date:
    """Return the calendar day in Albuquerque."""
    return at.astimezone(DENVER).date()
