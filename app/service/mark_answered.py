"""Mark that the asker was told: the clock stops and the asker's contact is erased."""

from dataclasses import replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.errors import InquiryClosed, StatusChanged
from app.domain.event import Kind
from app.domain.inquiry import AnswerMethod, Inquiry
from app.domain.progress import with_due_time
from app.domain.status import Status
from app.service.erase_callback import without_callback
from app.service.looking_up import IfMatch, the_inquiry
from app.service.recording import record
from app.store import calls, inquiries
from app.store.session import WriteSession


def mark_answered(
    session: WriteSession,
    inquiry_id: str,
    method: AnswerMethod,
    told: Status | None,
    if_match: IfMatch,
    by: Actor,
    at: datetime,
) -> Inquiry:
    """Mark an inquiry as answered; `told` is the status that the asker was told, None the one that stands.

    Raises NotFound, PreconditionFailed, InquiryClosed, StatusChanged.
    """
    before = the_inquiry(session, inquiry_id, if_match)
    if before.withdrawn:
        raise InquiryClosed.withdrawn()
    if told is not None and told is not before.status:
        raise StatusChanged
    data = {"status": before.status.value, "method": method.value}
    after = replace(before, answered_at=at, answered_status=before.status)
    after = record(session, after, Kind.INQUIRY_ANSWERED, by, at, data=data)
    after = without_callback(session, after, by, at)
    after = with_due_time(after, calls.calls_of(session, [before.id])[before.id], session.policy.due)
    inquiries.inquiries.replace(session, before, after)
    return after
