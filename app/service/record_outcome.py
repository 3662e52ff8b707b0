"""Record what a call brought. Once recorded it stands."""

from dataclasses import replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.errors import OutcomeRecorded
from app.domain.event import Event, Kind
from app.domain.inquiry import Inquiry
from app.service.answering_calls import NewOutcome, ended, seal_texts, tell_outcome
from app.service.looking_up import IfMatch, the_call
from app.store import calls, inquiries
from app.store.calls import CallRecord
from app.store.session import WriteSession


def record_outcome(
    session: WriteSession, call_id: str, new: NewOutcome, if_match: IfMatch, by: Actor, at: datetime
) -> CallRecord:
    """Record a call's outcome and move its inquiries on. Raises NotFound, PreconditionFailed, OutcomeRecorded."""
    before = the_call(session, call_id, if_match)
    if before.outcome is not None:
        raise OutcomeRecorded
    after = ended(before, new, by, at, order=session.next_index)
    sealed = seal_texts(session, before.id, new, at)
    for inquiry in still_asking(session, before.id):
        its_calls = calls.calls_of(session, [inquiry.id])[inquiry.id]
        moved = tell_outcome(session, after, inquiry, its_calls, by, at, sealed)
        inquiries.inquiries.replace(session, inquiry, moved)
    if session.next_index == after.outcome_order:  # every inquiry was withdrawn meanwhile
        session.add_event(Event(Kind.CALL_OUTCOME, at, by, call_id=before.id, sealed=sealed))
    after = replace(after, newest_event=session.next_index - 1)
    calls.calls.replace(session, before, after)
    return after


def still_asking(session: WriteSession, call_id: str) -> list[Inquiry]:
    """Return the inquiries of a call that were not withdrawn, in the order in which they were logged."""
    covered = calls.inquiries_of(session, [call_id])[call_id]
    found = inquiries.find_several(session, covered)
    return [found[inquiry_id] for inquiry_id in covered if not found[inquiry_id].withdrawn]
