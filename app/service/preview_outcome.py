"""What an asker would be told if a call had this outcome: the sentence, before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from app.domain.answer import Answer
from app.domain.call import Agency, Call, agency_of
from app.domain.errors import NoOutcome, OutcomeRecorded
from app.domain.inquiry import Inquiry, Language
from app.domain.policy import Policy
from app.domain.progress import Correction, progress
from app.domain.status import Outcome, Status
from app.service.looking_up import the_call
from app.service.read_desk import told_of
from app.store import calls, inquiries, timeline
from app.store.calls import CallRecord

# Any index after every other: the outcome would be the newest.
_NEWEST = 2**62


@dataclass(frozen=True, slots=True)
class Preview:
    """What one asker of a call would be told. `told_now` says that the asker was told the answer that stands now."""

    inquiry_id: str
    number: str
    language: Language
    status: Status
    answer: Answer
    changes: bool
    told_now: bool


def preview_outcome(
    session: Session, call_id: str, outcome: Outcome, agency: Agency | None, policy: Policy, at: datetime
) -> list[Preview]:
    """Return what each asker of a call would be told by its outcome. Raises NotFound, OutcomeRecorded."""
    call = the_call(session, call_id)
    if call.outcome is not None:
        raise OutcomeRecorded
    agency = agency_of(outcome, agency)
    return [
        _preview(session, inquiry, _with(its_calls, call, outcome, agency, at), None, policy, at)
        for inquiry, its_calls in _covered(session, call)
    ]


def preview_correction(
    session: Session, call_id: str, outcome: Outcome, agency: Agency | None, policy: Policy, at: datetime
) -> list[Preview]:
    """Return what each asker of a call would read after its correction. Raises NotFound, NoOutcome."""
    call = the_call(session, call_id)
    if call.outcome is None:
        raise NoOutcome
    previews = []
    for inquiry, its_calls in _covered(session, call):
        ordinal = next(each.ordinal for each in its_calls if each.id == call.id)
        corrected = [
            replace(each, outcome=outcome, agency=agency_of(outcome, agency), last_event_at=at)
            if each.id == call.id
            else each
            for each in its_calls
        ]
        replaced = Correction(ordinal, call.outcome, call.agency)
        previews.append(_preview(session, inquiry, corrected, replaced, policy, at))
    return previews


def _covered(session: Session, call: CallRecord) -> list[tuple[Inquiry, list[Call]]]:
    """Return the inquiries of a call that were not withdrawn, each with its calls."""
    ids = calls.inquiries_of(session, [call.id])[call.id]
    found, its_calls = inquiries.find_several(session, ids), calls.calls_of(session, ids)
    return [(found[each], its_calls[each]) for each in ids if not found[each].withdrawn]


def _with(
    its_calls: Sequence[Call], call: CallRecord, outcome: Outcome, agency: Agency | None, at: datetime
) -> list[Call]:
    return [
        replace(each, outcome=outcome, agency=agency, outcome_at=at, outcome_order=_NEWEST, last_event_at=at)
        if each.id == call.id
        else each
        for each in its_calls
    ]


def _preview(
    session: Session,
    inquiry: Inquiry,
    its_calls: Sequence[Call],
    correction: Correction | None,
    policy: Policy,
    at: datetime,
) -> Preview:
    moved = progress(inquiry, its_calls, at, policy.due, correction=correction)
    told = told_of(timeline.of_inquiry(session, inquiry.id))
    return Preview(
        inquiry_id=inquiry.id,
        number=inquiry.number,
        language=inquiry.language,
        status=moved.inquiry.status,
        answer=moved.inquiry.answer,
        changes=moved.answer is not None,
        told_now=told is not None and told.stands,
    )
