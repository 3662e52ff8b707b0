"""Look at the contact that an asker left; every look is an event."""

from datetime import datetime

from app.domain.actor import Actor
from app.domain.errors import Gone, NotFound
from app.domain.event import Kind
from app.domain.inquiry import CallbackKind, Inquiry
from app.domain.sealed import BoxKind
from app.service.log_inquiry import Callback
from app.service.looking_up import the_inquiry
from app.service.recording import record
from app.store import boxes, inquiries
from app.store.session import WriteSession


def read_callback(session: WriteSession, inquiry_id: str, by: Actor, at: datetime) -> tuple[Inquiry, Callback]:
    """Return an inquiry with its asker's contact. Raises NotFound, or Gone where it was erased."""
    before = the_inquiry(session, inquiry_id)
    if before.callback_kind is None:
        raise Gone if before.callback_erased_at else NotFound
    content = boxes.read(session, session.vault, BoxKind.CALLBACK, [before.id]).get(before.id)
    if content is None:  # its day is over, though the row was not yet emptied
        raise Gone
    after = record(session, before, Kind.CALLBACK_READ, by, at)
    inquiries.inquiries.replace(session, before, after)
    return after, Callback(CallbackKind(before.callback_kind), str(content[before.callback_kind.value]))
