"""What a report reads of the public log: all three lists, so that what waits or was withdrawn is counted too."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlmodel import Session

from app.domain.moment import DENVER, day_in_denver
from app.domain.report import ReportEntry
from app.store.tables import LogEntryRow

_t = LogEntryRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_AT_ONCE = 1000


def entries_asked(session: Session, first: date | None, end: date | None) -> Iterator[ReportEntry]:
    """Yield the public inquiries asked from a day to before another (America/Denver); None leaves an end open."""
    query = select(_t.asked_at, _t.status, _t.source, _t.area_command, _t.activity, _t.entry)
    if first is not None:
        query = query.where(_t.asked_at >= _midnight(first))
    if end is not None:
        query = query.where(_t.asked_at < _midnight(end))
    for asked_at, status, source, area_command, activity, entry in session.execute(query).yield_per(_AT_ONCE):
        told: dict[str, Any] = orjson.loads(entry)
        minutes = {} if told.get("late") else told
        yield ReportEntry(
            asked_on=day_in_denver(asked_at),
            status=status,
            source=source,
            area_command=area_command,
            activity=activity,
            minutes_to_call=minutes.get("minutes_to_call"),
            minutes_to_answer=minutes.get("minutes_to_answer"),
        )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=DENVER)
