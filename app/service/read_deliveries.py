"""How the deliveries to an endpoint stand."""

from sqlmodel import Session

from app.domain.delivery import Delivery, DeliveryState
from app.domain.errors import NotFound
from app.service.looking_up import the_delivery, the_webhook
from app.store import outbox
from app.store.outbox import Message


def list_deliveries(
    session: Session, webhook_id: str, state: DeliveryState | None, *, before: int | None, limit: int
) -> tuple[list[tuple[Delivery, Message]], int | None]:
    """Return a page of deliveries, newest first, and where the next one begins. Raises NotFound."""
    the_webhook(session, webhook_id)
    return outbox.page(session, webhook_id, state=state, before=before, limit=limit)


def read_delivery(session: Session, webhook_id: str, delivery_id: str) -> tuple[Delivery, Message]:
    """Return a delivery and its message. Raises NotFound."""
    delivery = the_delivery(session, webhook_id, delivery_id)
    message = outbox.message_of(session, delivery)
    if message is None:
        raise NotFound
    return delivery, message
