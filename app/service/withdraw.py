"""Withdraw an inquiry. Its number stays; nothing more is done with it."""

from dataclasses import replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.errors import Fault, InquiryClosed, InvalidRequest
from app.domain.event import Kind
from app.domain.inquiry import Inquiry, WithdrawalReason
from app.service.erase_callback import without_callback
from app.service.looking_up import IfMatch, the_inquiry
from app.service.recording import record_progress
from app.store import calls, inquiries
from app.store.session import WriteSession


def withdraw(
    session: WriteSession,
    inquiry_id: str,
    reason: WithdrawalReason,
    replaced_by: str | None,
    if_match: IfMatch,
    by: Actor,
    at: datetime,
) -> Inquiry:
    """Withdraw an inquiry that was never settled; `replaced_by` is the id of the one that stands in its place.

    Raises NotFound, PreconditionFailed, InvalidRequest, InquiryClosed.
    """
    before = the_inquiry(session, inquiry_id, if_match)
    replacement = inquiries.find(session, replaced_by) if replaced_by else None
    if replaced_by and (replacement is None or replacement.id == before.id):
        raise InvalidRequest(Fault("/replaced_by", "unknown", "There is no other inquiry with this id."))
    if before.withdrawn:
        raise InquiryClosed.withdrawn()
    if before.settled_at is not None:
        raise InquiryClosed.settled()
    after = record_progress(
        session,
        replace(before, replaced_by=replaced_by),
        calls.calls_of(session, [before.id])[before.id],
        Kind.INQUIRY_WITHDRAWN,
        by,
        at,
        data={"reason": reason.value, "replaced_by": replacement.number if replacement else None},
        withdrawn=reason,
    )
    after = without_callback(session, after, by, at)
    inquiries.inquiries.replace(session, before, after)
    return after
