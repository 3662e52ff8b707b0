"""The outbox as those who send it see it: what is to be sent, and who has it.

A lease is no moment in time, since clocks jump: a row names the worker that has it, a worker that lives counts on (its
beat), and one whose beat stands still for others has lost what it had.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, delete, exists, insert, or_, select, update
from sqlmodel import Session

from app.domain.delivery import SCHEDULE, Delivery, DeliveryState, Result
from app.store.outbox import deliveries, ring_after
from app.store.session import WriteSession
from app.store.tables import DeliveryRow, DeliveryWorkerRow, MessageRow, WebhookRow

# A retry that lies further ahead than any that is planned was planned by a clock that was wrong: it is due.
_FURTHEST = 2 * SCHEDULE[-1]

_table: Table = DeliveryRow.__table__  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_t = _table.c
_message = MessageRow.__table__.c  # type: ignore[attr-defined]  # as above
_webhook = WebhookRow.__table__.c  # type: ignore[attr-defined]  # as above
_worker = DeliveryWorkerRow.__table__.c  # type: ignore[attr-defined]  # as above
_FIRST = and_(_t.state == DeliveryState.WAITING, _t.due_at.is_(None))
_AGAIN = and_(_t.state == DeliveryState.WAITING, _t.due_at.is_not(None))


@dataclass(frozen=True, slots=True)
class Work:
    """That an endpoint has something to be sent: messages that were never tried, or some that are due again."""

    webhook_id: str
    again: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery that a worker had."""

    after: Delivery
    worker: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that a worker has, with all that it needs to send it."""

    delivery: Delivery
    url: str
    secret: bytes
    older_secret: bytes | None
    older_secret_until: datetime | None
    body: str


def work(session: Session, now: datetime) -> list[Work]:
    """Return which endpoints have something to be sent now that no worker has yet."""
    free = _t.leased_by.is_(None)
    this = _t.webhook_id == _webhook.id
    query = select(
        _webhook.id,
        exists().where(this, _FIRST, free).correlate(WebhookRow),
        exists().where(this, _AGAIN, free, _is_due(now)).correlate(WebhookRow),
    ).where(_webhook.disabled_at.is_(None))
    return [
        Work(webhook_id, again)
        for webhook_id, first, later in session.execute(query)
        for again, there in ((False, first), (True, later))
        if there
    ]


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(_t.due_at <= now, _t.due_at > now + _FURTHEST)


def claim(session: WriteSession, worker: str, wanted: Work, limit: int, now: datetime) -> list[Claimed]:
    """Let a worker have an endpoint's next deliveries, in their order.

    Those never tried are one worker's at a time, so that an endpoint's messages start in order.
    """
    mine = or_(_t.leased_by == worker, _t.leased_by.is_(None))
    if wanted.again:
        free = select(_t.id).where(_t.webhook_id == wanted.webhook_id, _AGAIN, _t.leased_by.is_(None), _is_due(now))
        free = free.order_by(_t.due_at)
    else:
        others = select(_t.id).where(_t.webhook_id == wanted.webhook_id, _FIRST, ~mine).limit(1)
        if session.execute(others).first() is not None:
            return []
        free = select(_t.id).where(_t.webhook_id == wanted.webhook_id, _FIRST, _t.leased_by.is_(None))
        free = free.order_by(_t.position)
    # On PostgreSQL a row that another worker is claiming is passed over; SQLite has one writer anyway.
    free = free.limit(limit).with_for_update(skip_locked=True)
    claiming = update(_table).where(_t.id.in_(free)).values(leased_by=worker).returning(_t.id)
    session.writes += 1
    return claimed_by(session, worker, list(session.execute(claiming).scalars()))


_CLAIMED = select(
    *deliveries.columns,
    _webhook.url,
    _webhook.secret,
    _webhook.older_secret,
    _webhook.older_secret_until,
    _message.body,
).where(_webhook.id == _t.webhook_id, _message.id == _t.message_id)


def claimed_by(session: Session, worker: str, delivery_ids: Sequence[str]) -> list[Claimed]:
    """Return deliveries that a worker has, as they are to be sent now, in their order.

    Those are left out whose endpoint was removed or stopped since, or that others have.
    """
    if not delivery_ids:
        return []
    theirs = (_t.id.in_(delivery_ids), _t.leased_by == worker, _webhook.disabled_at.is_(None))
    return [_read(row) for row in session.execute(_CLAIMED.where(*theirs).order_by(_t.position))]


def _read(row: Row[Any]) -> Claimed:
    split = len(deliveries.names)
    return Claimed(Delivery(*row[:split]), *row[split:])


def release(session: WriteSession, delivery_id: str, worker: str) -> None:
    """Let a worker no longer have a delivery that it did not send."""
    session.change(update(_table).where(_t.id == delivery_id, _t.leased_by == worker).values(leased_by=None))


def record(session: WriteSession, outcomes: Sequence[Outcome]) -> None:
    """Write what became of deliveries.

    What was delivered counts always, what was not only while the row is still its worker's. Those delivered go in one
    statement: they differ in their ids alone.
    """
    delivered: dict[tuple[datetime | None, int | None], list[str]] = {}
    for outcome in outcomes:
        after = outcome.after
        if after.state is DeliveryState.DELIVERED:
            delivered.setdefault((after.last_tried_at, after.last_status), []).append(after.id)
        else:
            values = {name: getattr(after, name) for name in _CHANGED_BY_AN_ATTEMPT}
            failed = update(_table).where(_t.id == after.id, _t.leased_by == outcome.worker)
            session.change(failed.values(**values))
    for (tried_at, status), ids in delivered.items():
        session.change(
            update(_table)
            .where(_t.id.in_(ids))
            .values(
                state=DeliveryState.DELIVERED,
                step=_t.step + 1,
                attempts=_t.attempts + 1,
                due_at=None,
                leased_by=None,
                last_tried_at=tried_at,
                last_result=Result.ACCEPTED,
                last_status=status,
            )
        )


_CHANGED_BY_AN_ATTEMPT = (
    *("state", "step", "attempts", "due_at", "leased_by"),
    *("last_tried_at", "last_result", "last_status"),
)


def beats(session: Session) -> dict[str, int]:
    """Return how far each worker has counted."""
    return {worker: beat for worker, beat in session.execute(select(_worker.id, _worker.beat))}  # noqa: C416  # rows


def beat(session: WriteSession, worker: str) -> bool:
    """Count on for a worker; False where others have taken it for dead, and what it had over."""
    counted = update(DeliveryWorkerRow).where(_worker.id == worker).values(beat=_worker.beat + 1)
    return session.change(counted) == 1


def begin(session: WriteSession, worker: str) -> None:
    """Let a worker begin."""
    session.execute(insert(DeliveryWorkerRow).values(id=worker, beat=0))
    session.writes += 1


def take_over(session: WriteSession, worker: str, beat: int) -> None:
    """Free what a worker has whose beat stood still at this number; nothing where it has counted on since."""
    ended = delete(DeliveryWorkerRow).where(_worker.id == worker, _worker.beat == beat)
    if session.change(ended):
        end(session, worker)


def end(session: WriteSession, worker: str) -> None:
    """Let a worker end and free what it has."""
    session.change(delete(DeliveryWorkerRow).where(_worker.id == worker))
    session.change(update(_table).where(_t.leased_by == worker).values(leased_by=None))
    ring_after(session)
