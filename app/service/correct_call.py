"""Correct what was recorded of a call. Both stay, the old outcome and the new, on the timeline and in the ledger."""

from dataclasses import replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.errors import NoOutcome
from app.domain.event import Event, Kind
from app.domain.identifier import new_id
from app.domain.inquiry import Inquiry
from app.domain.progress import Correction
from app.domain.sealed import BoxKind
from app.service.answering_calls import NewOutcome, outcome_data, with_outcome
from app.service.looking_up import IfMatch, the_call
from app.service.record_outcome import still_asking
from app.service.recording import record_progress
from app.store import boxes, calls, inquiries, timeline
from app.store.calls import CallRecord, CorrectionRecord
from app.store.session import WriteSession


def correct_call(
    session: WriteSession, call_id: str, new: NewOutcome, reason: str, if_match: IfMatch, by: Actor, at: datetime
) -> CallRecord:
    """Replace a call's outcome and move its inquiries on. Raises NotFound, PreconditionFailed, NoOutcome."""
    before = the_call(session, call_id, if_match)
    if before.outcome is None:
        raise NoOutcome
    after = replace(before, outcome=new.outcome, agency=new.agency_that_spoke, last_event_at=at)
    correction = CorrectionRecord(
        id=new_id(at, session.random),
        call_id=before.id,
        at=at,
        by=by.id,
        replaced_outcome=before.outcome,
        replaced_agency=before.agency,
        first_event=session.next_index,
    )
    content = {**new.texts(), "reason": reason}
    sealed = {"correction_detail": boxes.put(session, correction.id, BoxKind.CORRECTION_DETAIL, at, content)}
    for inquiry in still_asking(session, before.id):
        moved = _corrected(session, inquiry, after, correction, sealed, by, at)
        inquiries.inquiries.replace(session, inquiry, moved)
    if session.next_index == correction.first_event:  # every inquiry was withdrawn meanwhile
        session.add_event(Event(Kind.CALL_CORRECTED, at, by, call_id=before.id, sealed=sealed))
    after = replace(after, newest_event=session.next_index - 1)
    calls.corrections.add(session, correction)
    calls.calls.replace(session, before, after)
    return after


def _corrected(
    session: WriteSession,
    inquiry: Inquiry,
    call: CallRecord,
    correction: CorrectionRecord,
    sealed: dict[str, str],
    by: Actor,
    at: datetime,
) -> Inquiry:
    its_calls = calls.calls_of(session, [inquiry.id])[inquiry.id]
    ordinal = next(each.ordinal for each in its_calls if each.id == call.id)
    replaced = timeline.newest_leaf_of_call(session, inquiry.id, call.id)
    return record_progress(
        session,
        inquiry,
        [with_outcome(call, ordinal) if each.id == call.id else each for each in its_calls],
        Kind.INQUIRY_CORRECTED,
        by,
        at,
        data={**outcome_data(call, ordinal), "replaces": replaced},
        call_id=call.id,
        correction=Correction(ordinal, correction.replaced_outcome, correction.replaced_agency),
        sealed=sealed,
    )
