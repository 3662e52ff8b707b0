"""Replay a delivery by hand: the same message under the same id, now, and then by the schedule again."""

from dataclasses import replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.delivery import Delivery, replayed
from app.domain.event import Event, Kind
from app.service.looking_up import IfMatch, the_delivery
from app.store import outbox
from app.store.session import WriteSession


def retry_delivery(
    session: WriteSession, webhook_id: str, delivery_id: str, if_match: IfMatch, by: Actor, at: datetime
) -> Delivery:
    """Let a delivery be tried again now; one that is being sent at this moment stays as it is.

    Raises NotFound, PreconditionFailed.
    """
    before = the_delivery(session, webhook_id, delivery_id, if_match)
    if before.leased_by is not None:
        return before
    detail = {"webhook_id": webhook_id, "delivery_id": before.id}
    index = session.add_event(Event(Kind.DELIVERY_RETRIED, at, by, detail=detail))
    after = replace(replayed(before, at), newest_event=index)
    outbox.deliveries.replace(session, before, after)
    outbox.ring_after(session)
    return after
