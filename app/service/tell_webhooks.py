"""Put what an event is told as into the outbox, for the endpoints that take it; none of them, no row."""

from datetime import datetime

from app.domain.event import Kind
from app.domain.inquiry import Inquiry
from app.domain.webhook import MessageType, message_body, messages_of
from app.store import directory, outbox, webhooks
from app.store.session import WriteSession


def follow_with_messages(
    session: WriteSession, kind: Kind, before: Inquiry | None, after: Inquiry, at: datetime
) -> None:
    """Tell an event of an inquiry; `before` is None for one that was just logged.

    A status that a correction brought names the message that told the one it replaces.
    """
    for message in messages_of(kind, before, after):
        corrects = kind is Kind.INQUIRY_CORRECTED and message is MessageType.INQUIRY_STATUS_CHANGED
        tell(session, message, after, after.newest_event, at, corrects=corrects)


def tell(
    session: WriteSession, message: MessageType, inquiry: Inquiry, event: int, at: datetime, *, corrects: bool = False
) -> None:
    """Put one message about an inquiry, as it stands now, into the outbox."""
    if not webhooks.taking(session, message):
        return
    facility = directory.find_facility_by_slug(session, inquiry.facility) if inquiry.facility else None
    supersedes = outbox.newest_message(session, inquiry.id, message) if corrects else None
    outbox.put(session, message, inquiry.id, event, at, message_body(message, inquiry, facility, supersedes, at))
