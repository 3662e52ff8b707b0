"""Erase the asker's contact: at the asker's wish, once the answer was brought back, or when its time is over."""

from dataclasses import replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.errors import Gone, NotFound
from app.domain.event import Kind
from app.domain.inquiry import Inquiry
from app.domain.progress import with_due_time
from app.domain.sealed import BoxKind
from app.service.looking_up import IfMatch, the_inquiry
from app.service.recording import record
from app.store import boxes, calls, idempotency, inquiries
from app.store.session import WriteSession


def erase_callback(session: WriteSession, inquiry_id: str, if_match: IfMatch, by: Actor, at: datetime) -> Inquiry:
    """Erase the contact that an asker left. Raises NotFound, PreconditionFailed, Gone."""
    before = the_inquiry(session, inquiry_id, if_match)
    if before.callback_kind is None:
        raise Gone if before.callback_erased_at else NotFound
    after = without_callback(session, before, by, at)
    inquiries.inquiries.replace(session, before, after)
    return after


def without_callback(session: WriteSession, inquiry: Inquiry, by: Actor, at: datetime) -> Inquiry:
    """Return the inquiry without its contact, which is erased, with the event that says so; nothing if it has none.

    Whom nobody can reach need not be told: the next step's time follows.
    """
    if inquiry.callback_kind is None:
        return inquiry
    boxes.erase(session, BoxKind.CALLBACK, inquiry.id)
    idempotency.forget_fingerprints(session, inquiry.id)
    inquiry = replace(inquiry, callback_kind=None, callback_hint=None, callback_erase_after=None, callback_erased_at=at)
    inquiry = record(session, inquiry, Kind.CALLBACK_ERASED, by, at)
    return with_due_time(inquiry, calls.calls_of(session, [inquiry.id])[inquiry.id], session.policy.due)
