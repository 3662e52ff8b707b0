"""When alerts were raised and acknowledged, as far as the public sees: read from the events, as all that is public."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import Session

from app.domain.event import Kind
from app.domain.publication import AlertEvent
from app.store.tables import EventRow

_alert = EventRow.__table__.alias("alert_event")  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_logged = EventRow.__table__.alias("logged")  # type: ignore[attr-defined]  # as above
_KINDS = (Kind.ALERT_RAISED, Kind.ALERT_ACKNOWLEDGED)
_SAME_INQUIRY = (_logged.c.inquiry_id == _alert.c.inquiry_id, _logged.c.seq == 0)


def alerted_between(session: Session, first: int, end: int) -> set[str]:
    """Return the numbers of the inquiries whose alerts were raised or acknowledged from one index to before another."""
    where = (_alert.c.index >= first, _alert.c.index < end, _alert.c.kind.in_(_KINDS), *_SAME_INQUIRY)
    return set(session.execute(select(_logged.c.subject).where(*where).distinct()).scalars())


def alert_events_of(session: Session, numbers: Iterable[str], cut: int) -> dict[str, list[AlertEvent]]:
    """Return the events of some inquiries' alerts below an index, each inquiry's in order."""
    found: dict[str, list[AlertEvent]] = {}
    rows = session.execute(
        select(_logged.c.subject, _alert.c.kind, _alert.c.at, _alert.c.detail)
        .where(_logged.c.subject.in_(list(numbers)), *_SAME_INQUIRY, _alert.c.kind.in_(_KINDS), _alert.c.index < cut)
        .order_by(_alert.c.index)
    )
    for number, kind, at, detail in rows:
        event = AlertEvent(str(detail["alert_id"]), str(detail["alert"]), kind is Kind.ALERT_RAISED, at)
        found.setdefault(number, []).append(event)
    return found
