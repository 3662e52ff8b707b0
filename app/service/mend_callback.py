"""Mend the contact that an asker left, or take one from an asker who left none."""

from dataclasses import replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.errors import InquiryClosed
from app.domain.event import Kind
from app.domain.inquiry import Inquiry
from app.domain.progress import with_due_time
from app.domain.sealed import BoxKind
from app.service.log_inquiry import Callback, put_callback
from app.service.looking_up import IfMatch, the_inquiry
from app.service.recording import record
from app.store import boxes, calls, idempotency, inquiries
from app.store.session import WriteSession


def mend_callback(
    session: WriteSession, inquiry_id: str, callback: Callback, if_match: IfMatch, by: Actor, at: datetime
) -> Inquiry:
    """Put a contact in the place of what is there. Raises NotFound, PreconditionFailed, InquiryClosed."""
    before = the_inquiry(session, inquiry_id, if_match)
    if before.withdrawn:
        raise InquiryClosed.withdrawn()
    if before.callback_kind is not None:
        boxes.erase(session, BoxKind.CALLBACK, before.id)
        idempotency.forget_fingerprints(session, before.id)
    sealed = {"callback": put_callback(session, before.id, callback, at)}
    after = replace(
        before,
        callback_kind=callback.kind,
        callback_hint=callback.hint,
        callback_erase_after=at + session.policy.retention.callback,
        callback_erased_at=None,
    )
    after = record(session, after, Kind.CALLBACK_MENDED, by, at, sealed=sealed)
    after = with_due_time(after, calls.calls_of(session, [before.id])[before.id], session.policy.due)
    inquiries.inquiries.replace(session, before, after)
    return after
