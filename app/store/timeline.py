"""The events of one inquiry, as staff read them."""

from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import func, or_, select
from sqlmodel import Session

from app.domain.actor import ByRole
from app.domain.event import Kind
from app.store.tables import EventRow

_t = EventRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One event: `data` is what its leaf tells and what staff see besides."""

    index: int
    at: datetime
    kind: Kind
    by: str
    by_role: ByRole
    data: dict[str, object]


def of_inquiry(session: Session, inquiry_id: str) -> list[TimelineItem]:
    """Return an inquiry's events, oldest first."""
    query = select(_t.index, _t.at, _t.kind, _t.by, _t.by_role, _t.call_id, _t.payload, _t.detail)
    return [
        TimelineItem(index, at, kind, by, by_role, _data(payload, detail, call_id))
        for index, at, kind, by, by_role, call_id, payload, detail in session.execute(
            query.where(_t.inquiry_id == inquiry_id).order_by(_t.index)
        )
    ]


def _data(payload: str, detail: dict[str, object], call_id: str | None) -> dict[str, object]:
    called = {} if call_id is None else {"call_id": call_id}
    return {**orjson.loads(payload)["data"], **detail, **called}


def newest_event_at(session: Session) -> datetime | None:
    """Return when the newest event was; None before the first."""
    return session.execute(select(_t.at).order_by(_t.index.desc()).limit(1)).scalar()


def newest_leaf_of_call(session: Session, inquiry_id: str, call_id: str) -> int:
    """Return the index of the leaf that tells a call's outcome, as last corrected, of one inquiry."""
    told = (Kind.INQUIRY_OUTCOME, Kind.INQUIRY_CORRECTED)
    return int(
        session.execute(
            select(func.max(_t.index)).where(
                _t.inquiry_id == inquiry_id, _t.call_id == call_id, or_(*(_t.kind == kind for kind in told))
            )
        ).scalar_one()
    )
