"""Who is on an inquiry: the first claim wins, taking it over is possible and recorded."""

from dataclasses import replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.errors import AlreadyClaimed, InquiryClosed
from app.domain.event import Kind
from app.domain.inquiry import CLAIM_IDLE, Inquiry
from app.service.looking_up import IfMatch, the_inquiry
from app.service.recording import record
from app.store import inquiries
from app.store.session import WriteSession


def claim(session: WriteSession, inquiry_id: str, take: bool, if_match: IfMatch, by: Actor, at: datetime) -> Inquiry:  # noqa: FBT001  # the contract's field
    """Claim an inquiry. Raises NotFound, PreconditionFailed, InquiryClosed, AlreadyClaimed."""
    before = the_inquiry(session, inquiry_id, if_match)
    if before.withdrawn:
        raise InquiryClosed.withdrawn()
    if before.claimed_by == by.id:
        return before
    if before.claimed_by is not None and not take and not _is_idle(before, at):
        raise AlreadyClaimed(before.claimed_by)
    detail = {"taken_from": before.claimed_by} if before.claimed_by else {}
    after = replace(before, claimed_by=by.id, claimed_at=at)
    after = record(session, after, Kind.INQUIRY_CLAIMED, by, at, detail=detail)
    inquiries.inquiries.replace(session, before, after)
    return after


def release(session: WriteSession, inquiry_id: str, if_match: IfMatch, by: Actor, at: datetime) -> Inquiry:
    """End one's claim; where there is none nothing changes. Raises NotFound, PreconditionFailed, AlreadyClaimed."""
    before = the_inquiry(session, inquiry_id, if_match)
    if before.claimed_by is None:
        return before
    if before.claimed_by != by.id and not _is_idle(before, at):
        raise AlreadyClaimed(before.claimed_by)
    after = replace(before, claimed_by=None, claimed_at=None)
    after = record(session, after, Kind.INQUIRY_RELEASED, by, at)
    inquiries.inquiries.replace(session, before, after)
    return after


def _is_idle(inquiry: Inquiry, at: datetime) -> bool:
    return at - inquiry.last_event_at > CLAIM_IDLE
