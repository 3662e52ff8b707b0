"""What a call's outcome does to its inquiries, whether it is recorded with the call, later, or by a join."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.call import Agency, Call, agency_of
from app.domain.errors import Fault, InquiryClosed, InvalidRequest
from app.domain.event import Kind
from app.domain.inquiry import Inquiry
from app.domain.moment import to_minute
from app.domain.sealed import BoxKind
from app.domain.status import Outcome
from app.service.recording import record_progress
from app.store import boxes, calls, inquiries
from app.store.calls import CallRecord
from app.store.session import WriteSession


@dataclass(frozen=True, slots=True)
class NewOutcome:
    """What a call brought. The texts are a role or desk, ICE's own reference, and a note; no person's name."""

    outcome: Outcome
    agency: Agency | None
    answered_by: str | None
    reference: str | None
    note: str | None

    @property
    def agency_that_spoke(self) -> Agency | None:
        """The agency to record: none where nobody spoke."""
        return agency_of(self.outcome, self.agency)

    def texts(self) -> dict[str, object]:
        """Return what is sealed of it."""
        return {"answered_by": self.answered_by, "reference": self.reference, "note": self.note}


def seal_texts(session: WriteSession, call_id: str, new: NewOutcome, at: datetime) -> Mapping[str, str]:
    """Seal the texts of an outcome and return the hashes that its events keep."""
    return {"call_detail": boxes.put(session, call_id, BoxKind.CALL_DETAIL, at, new.texts())}


def the_inquiries(session: WriteSession, inquiry_ids: Sequence[str]) -> list[Inquiry]:
    """Return the inquiries that a call is to cover. Raises InvalidRequest, or InquiryClosed if one was withdrawn."""
    found = inquiries.find_several(session, inquiry_ids)
    unknown = [
        Fault(f"/inquiry_ids/{place}", "unknown", "There is no inquiry with this id.")
        for place, inquiry_id in enumerate(inquiry_ids)
        if inquiry_id not in found
    ]
    if unknown:
        raise InvalidRequest(*unknown)
    withdrawn = [
        Fault(f"/inquiry_ids/{place}", "withdrawn", "This inquiry was withdrawn; leave it out.")
        for place, inquiry_id in enumerate(inquiry_ids)
        if found[inquiry_id].withdrawn
    ]
    if withdrawn:
        raise InquiryClosed.withdrawn(*withdrawn)
    return [found[inquiry_id] for inquiry_id in inquiry_ids]


def under_way(call: CallRecord, ordinal: int) -> Call:
    """Return a call as an inquiry sees it before it has an outcome."""
    return Call(call.id, ordinal, call.placed_at, None, None, None, None, call.last_event_at)


def with_outcome(call: CallRecord, ordinal: int) -> Call:
    """Return a call as an inquiry sees it, with the outcome that it has."""
    return Call(
        call.id,
        ordinal,
        call.placed_at,
        call.outcome,
        call.agency,
        call.outcome_at,
        call.outcome_order,
        call.last_event_at,
    )


def cover(
    session: WriteSession, call: CallRecord, inquiry: Inquiry, earlier: Sequence[Call], by: Actor, at: datetime
) -> tuple[Inquiry, list[Call]]:
    """Let a call cover an inquiry; return the inquiry, with the event that tells so, and its calls."""
    covering = under_way(call, len(earlier) + 1)
    calls.link(session, call.id, inquiry.id, covering.ordinal)
    its_calls = [*earlier, covering]
    data = {"call": covering.ordinal, "placed_at": to_minute(call.placed_at)}
    moved = record_progress(session, inquiry, its_calls, Kind.INQUIRY_CALLED, by, at, data=data, call_id=call.id)
    return moved, its_calls


def tell_outcome(
    session: WriteSession,
    call: CallRecord,
    inquiry: Inquiry,
    its_calls: Sequence[Call],
    by: Actor,
    at: datetime,
    sealed: Mapping[str, str],
) -> Inquiry:
    """Move an inquiry on by the outcome that a call of its now has."""
    its_calls = [with_outcome(call, each.ordinal) if each.id == call.id else each for each in its_calls]
    ordinal = next(each.ordinal for each in its_calls if each.id == call.id)
    data = outcome_data(call, ordinal)
    return record_progress(
        session, inquiry, its_calls, Kind.INQUIRY_OUTCOME, by, at, data=data, call_id=call.id, sealed=sealed
    )


def outcome_data(call: CallRecord, ordinal: int) -> dict[str, object]:
    """Return what a leaf tells of a call's outcome."""
    return {
        "call": ordinal,
        "outcome": call.outcome.value if call.outcome else None,
        "agency": call.agency.value if call.agency else None,
    }


def ended(call: CallRecord, new: NewOutcome, by: Actor, at: datetime, order: int) -> CallRecord:
    """Return the call with its outcome; `order` is the index of the event that records it."""
    return replace(
        call,
        outcome=new.outcome,
        agency=new.agency_that_spoke,
        outcome_at=at,
        outcome_order=order,
        recorded_by=by.id,
        last_event_at=at,
    )
