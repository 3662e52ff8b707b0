"""Let later inquiries about the same activity join a call; they take its outcome, now or when it comes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.errors import CallTooOld
from app.service.answering_calls import cover, tell_outcome, the_inquiries
from app.service.looking_up import IfMatch, the_call
from app.store import calls, inquiries
from app.store.calls import CallRecord
from app.store.session import WriteSession


def join_call(
    session: WriteSession, call_id: str, inquiry_ids: Sequence[str], if_match: IfMatch, by: Actor, at: datetime
) -> CallRecord:
    """Let inquiries join a call. Those that already did change nothing.

    Raises NotFound, PreconditionFailed, InvalidRequest, InquiryClosed, CallTooOld.
    """
    before = the_call(session, call_id, if_match)
    joined = set(calls.inquiries_of(session, [before.id])[before.id])
    joining = [each for each in the_inquiries(session, inquiry_ids) if each.id not in joined]
    if not joining:
        return before
    if at - before.placed_at > session.policy.nearby_window:
        raise CallTooOld
    for inquiry in joining:
        earlier = calls.calls_of(session, [inquiry.id])[inquiry.id]
        moved, its_calls = cover(session, before, inquiry, earlier, by, at)
        if before.outcome is not None:
            moved = tell_outcome(session, before, moved, its_calls, by, at, {})
        inquiries.inquiries.replace(session, inquiry, moved)
    after = replace(before, newest_event=session.next_index - 1)
    calls.calls.replace(session, before, after)
    return after
