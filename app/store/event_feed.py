"""The events as the live stream reads them: by their index, whichever process wrote them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from app.domain.event import Kind
from app.store.tables import EventRow

_t = EventRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it

# What an event of these kinds is about stands in its detail by this name.
_ENDS = {Kind.TOKEN_REVOKED: "token_id", Kind.SESSION_ENDED: "session_id"}


@dataclass(frozen=True, slots=True)
class FedEvent:
    """One event, as far as a stream tells it. `ends` is the id of the token or session that it ended, or None."""

    index: int
    kind: Kind
    at: datetime
    inquiry_id: str | None
    ends: str | None


def newest_index(session: Session) -> int:
    """Return the index of the newest event, -1 where there is none."""
    newest = session.execute(select(func.max(_t.index))).scalar_one()
    return -1 if newest is None else int(newest)


def events_after(session: Session, index: int, limit: int) -> list[FedEvent]:
    """Return the events that follow an index, oldest first.

    Who writes holds the lock from reading the newest index to the commit, so an event never appears behind a later one.
    """
    query = select(_t.index, _t.kind, _t.at, _t.inquiry_id, _t.detail).where(_t.index > index)
    return [
        FedEvent(at_index, kind, at, inquiry_id, str(detail[_ENDS[kind]]) if kind in _ENDS else None)
        for at_index, kind, at, inquiry_id, detail in session.execute(query.order_by(_t.index).limit(limit))
    ]
