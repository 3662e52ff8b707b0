"""The outbox: what is told to other systems, written in the transaction of the event that it tells.

The web and the delivery meet in its table and nowhere else; leases.py is the side of those who send.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from sqlalchemy import Table, delete, exists, func, select, update
from sqlmodel import Session

from app.domain.delivery import Delivery, DeliveryState
from app.domain.identifier import earliest_id, new_id
from app.domain.webhook import MessageType
from app.store import webhooks
from app.store.rows import Rows
from app.store.session import WriteSession
from app.store.tables import DeliveryRow, MessageRow

# Deliveries of one event: more than endpoints times messages, so that events never share positions.
_PLACES_OF_AN_EVENT = 1024

deliveries = Rows(DeliveryRow, Delivery)
_table: Table = DeliveryRow.__table__  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_t = _table.c
_message = MessageRow.__table__.c  # type: ignore[attr-defined]  # as above


class Bell:
    """Rings once something to send is on disk, so that nobody has to look all the time. From any thread."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []
        self._lock = Lock()

    def on_ring(self, listener: Callable[[], None]) -> None:
        """Let a listener be called at each ring."""
        with self._lock:
            self._listeners.append(listener)

    def ring(self) -> None:
        """Call the listeners."""
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener()


@dataclass(frozen=True, slots=True)
class Message:
    """What is told to other systems; `id` is the `webhook-id`, and `body` is sent as it stands."""

    id: str
    type: MessageType
    inquiry_id: str
    event: int
    at: datetime
    body: str


messages = Rows(MessageRow, Message)


def put(session: WriteSession, message: MessageType, inquiry_id: str, event: int, at: datetime, body: str) -> None:
    """Put a message into the outbox for each endpoint that takes it; the bell rings when it is on disk."""
    message_id = new_id(at, session.random)
    session.add_row(MessageRow, id=message_id, type=message, inquiry_id=inquiry_id, event=event, at=at, body=body)
    for webhook_id in webhooks.taking(session, message):
        session.add_row(
            DeliveryRow,
            id=new_id(at, session.random),
            position=_next_position(session, event),
            message_id=message_id,
            webhook_id=webhook_id,
            state=DeliveryState.WAITING,
            step=0,
            attempts=0,
            due_at=None,
            leased_by=None,
            last_tried_at=None,
            last_result=None,
            last_status=None,
            newest_event=event,
        )
    ring_after(session)


def ring_after(session: WriteSession) -> None:
    """Ring the bell once the batch is on disk."""
    if session.bell is not None and session.bell not in session.after_commit:
        session.after_commit.append(session.bell)


def _next_position(session: WriteSession, event: int) -> int:
    last: int = session.looked_up.get("outbox position", -1)
    session.looked_up["outbox position"] = max(last + 1, event * _PLACES_OF_AN_EVENT)
    return int(session.looked_up["outbox position"])


def newest_message(session: Session, inquiry_id: str, message: MessageType) -> str | None:
    """Return the id of the newest message of one type about an inquiry."""
    query = select(_message.id).where(_message.inquiry_id == inquiry_id, _message.type == message)
    newest: str | None = session.execute(query.order_by(_message.event.desc()).limit(1)).scalar()
    return newest


def find(session: Session, webhook_id: str, delivery_id: str) -> Delivery | None:
    """Return a delivery of an endpoint."""
    return deliveries.first(session, _t.id == delivery_id, _t.webhook_id == webhook_id)


def message_of(session: Session, delivery: Delivery) -> Message | None:
    """Return the message of a delivery."""
    return messages.first(session, _message.id == delivery.message_id)


def page(
    session: Session, webhook_id: str, *, state: DeliveryState | None, before: int | None, limit: int
) -> tuple[list[tuple[Delivery, Message]], int | None]:
    """Return a page of an endpoint's deliveries with their messages, newest first, and where the next one begins."""
    query = (
        select(*deliveries.columns, *messages.columns)
        .where(_t.webhook_id == webhook_id, _message.id == _t.message_id)
        .order_by(_t.position.desc())
        .limit(limit + 1)
    )
    if state is not None:
        query = query.where(_t.state == state)
    if before is not None:
        query = query.where(_t.position < before)
    split = len(deliveries.names)
    found = [(Delivery(*row[:split]), Message(*row[split:])) for row in session.execute(query)]
    more, found = len(found) > limit, found[:limit]
    return found, found[-1][0].position if more else None


def fail_waiting(session: WriteSession, webhook_id: str) -> None:
    """Let all that waits for an endpoint have failed, to be replayed by hand or not at all."""
    waiting = update(_table).where(_t.webhook_id == webhook_id, _t.state == DeliveryState.WAITING)
    session.change(waiting.values(state=DeliveryState.FAILED, due_at=None, leased_by=None))


def forget_before(session: WriteSession, moment: datetime, limit: int) -> int:
    """Delete messages told before a time, whose deliveries no longer wait; return how many deliveries went.

    At most `limit` in one go.
    """
    earlier = _message.id < earliest_id(moment)
    old = select(_t.id).where(earlier, _t.message_id == _message.id, _t.state != DeliveryState.WAITING).limit(limit)
    gone = session.change(delete(DeliveryRow).where(_t.id.in_(old)))
    needed = exists().where(_t.message_id == _message.id).correlate(MessageRow)
    session.change(delete(MessageRow).where(earlier, ~needed))
    return gone


def waiting(session: Session) -> int:
    """Return how many deliveries wait."""
    query = select(func.count()).select_from(_table).where(_t.state == DeliveryState.WAITING)
    return int(session.execute(query).scalar_one())
