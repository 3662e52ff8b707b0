"""Alerts, asked as questions."""

from datetime import datetime

from sqlmodel import Session

from app.domain.referral import MOST_REPEATS, Alert, AlertKind
from app.store.rows import Rows
from app.store.tables import AlertRow

alerts = Rows(AlertRow, Alert)
_t = AlertRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it


def find(session: Session, alert_id: str) -> Alert | None:
    """Return an alert by its id."""
    return alerts.first(session, _t.id == alert_id)


def of_inquiry(session: Session, inquiry_id: str) -> list[Alert]:
    """Return an inquiry's alerts, oldest first."""
    return alerts.every(session, _t.inquiry_id == inquiry_id, order_by=_t.first_event)


def open_of_inquiry(session: Session, inquiry_id: str, kind: AlertKind) -> list[Alert]:
    """Return an inquiry's alerts of one kind that were not closed."""
    where = (_t.inquiry_id == inquiry_id, _t.kind == kind, _t.closed_at.is_(None))
    return alerts.every(session, *where, order_by=_t.first_event)


def page(
    session: Session, *, acknowledged: bool | None, before: int | None, limit: int
) -> tuple[list[Alert], int | None]:
    """Return a page of alerts, newest first, and where the next one begins; `acknowledged` None narrows nothing."""
    known = _t.acknowledged_at
    where = [] if acknowledged is None else [known.is_not(None) if acknowledged else known.is_(None)]
    return alerts.page(session, *where, before=before, limit=limit)


def overdue(session: Session, at: datetime, limit: int) -> list[Alert]:
    """Return alerts that nobody has acknowledged in time and that may be raised again, those due longest first."""
    query = (
        alerts.select()
        .where(_t.due_at < at, _t.acknowledged_at.is_(None), _t.closed_at.is_(None), _t.repeats < MOST_REPEATS)
        .order_by(_t.due_at)
        .limit(limit)
    )
    return [alerts.read(row) for row in session.execute(query)]
