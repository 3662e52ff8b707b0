"""Progress reports (section 5 of the order): how many inquiries, how they stand, and how long they took.

Made from the public log alone, under its one cut: whoever has the log can reckon the same figures.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.inquiry import Activity, AreaCommand, Source
from app.domain.status import Status

# A group smaller than this is not counted out to the public: `<5`.
SMALLEST_COUNTED = 5


class By(StrEnum):
    """What a report is divided by. Weeks are those of ISO 8601, all days those of Albuquerque."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    AREA_COMMAND = "area_command"
    SOURCE = "source"
    ACTIVITY = "activity"


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """What a report reads of one public inquiry. Place and activity are None until it is settled.

    `minutes_to_call` and `minutes_to_answer` are None where there was none, and for one that was entered late: its
    minutes tell of the outage and not of the work.
    """

    asked_on: date
    status: Status
    source: Source | None
    area_command: AreaCommand | None
    activity: Activity | None
    minutes_to_call: int | None
    minutes_to_answer: int | None


@dataclass(frozen=True, slots=True)
class Minutes:
    """How many inquiries have that many minutes told, the median and the 90th percentile (nearest rank)."""

    counted: int
    median: int | None
    p90: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """One line of a report; `name` is None for what is not told yet."""

    name: str | None
    inquiries: int
    by_status: dict[Status, int]
    to_call: Minutes
    to_answer: Minutes


def report(entries: Iterable[ReportEntry], by: By) -> list[Group]:
    """Return the groups of a report, in the order of time or of the contract's lists; what is not told comes last."""
    found: dict[str | None, list[ReportEntry]] = {}
    for entry in entries:
        found.setdefault(_name(entry, by), []).append(entry)
    order = {word: place for place, word in enumerate((*AreaCommand, *Source, *Activity))}
    names = sorted(found, key=lambda name: (name is None, order.get(name or "", 0), name or ""))
    return [group(name, found[name]) for name in names]


def group(name: str | None, entries: Sequence[ReportEntry]) -> Group:
    """Return the figures of some inquiries."""
    counts = Counter(entry.status for entry in entries)
    return Group(
        name=name,
        inquiries=len(entries),
        by_status={status: counts[status] for status in Status},
        to_call=_minutes(entry.minutes_to_call for entry in entries),
        to_answer=_minutes(entry.minutes_to_answer for entry in entries),
    )


def percentile(values: Sequence[int], share: float) -> int | None:
    """Return the smallest value that at least this share of the values does not exceed; None of none.

    The nearest-rank method: the result is always a value that was seen.
    """
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _minutes(values: Iterable[int | None]) -> Minutes:
    told = [value for value in values if value is not None]
    return Minutes(len(told), percentile(told, 0.5), percentile(told, 0.9))


def _name(entry: ReportEntry, by: By) -> str | None:
    match by:
        case By.DAY:
            return entry.asked_on.isoformat()
        case By.WEEK:
            year, week, _ = entry.asked_on.isocalendar()
            return f"{year}-W{week:02d}"
        case By.MONTH:
            return f"{entry.asked_on:%Y-%m}"
        case By.AREA_COMMAND:
            return entry.area_command
        case By.SOURCE:
            return entry.source
        case By.ACTIVITY:
            return entry.activity
