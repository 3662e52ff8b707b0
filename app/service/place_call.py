"""Record that a dispatcher called the designated contact at ICE, for one or more inquiries."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.contact import Contact, whom_to_call
from app.domain.errors import Fault, InvalidRequest, NoContact
from app.domain.identifier import new_id
from app.service.answering_calls import NewOutcome, cover, ended, seal_texts, tell_outcome, the_inquiries
from app.service.log_inquiry import time_faults
from app.store import calls, directory, inquiries
from app.store.calls import CallRecord
from app.store.session import WriteSession

_NO_TEXTS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to record: for which inquiries, to whom (None: who is on duty), when (None: now), with what outcome."""

    inquiry_ids: tuple[str, ...]
    contact_id: str | None
    placed_at: datetime | None
    outcome: NewOutcome | None


def place_call(session: WriteSession, new: NewCall, by: Actor, at: datetime) -> CallRecord:
    """Record a call and return it. Raises InvalidRequest, InquiryClosed, NoContact."""
    faults = time_faults("/placed_at", new.placed_at, at)
    if faults:
        raise InvalidRequest(*faults)
    named = _named_contact(session, new.contact_id) if new.contact_id else None
    covered = the_inquiries(session, new.inquiry_ids)
    # Of a call that is entered later, who was on duty when it was placed.
    contact = named or whom_to_call(directory.active_contacts(session), new.placed_at or at)
    if contact is None:
        raise NoContact

    index = session.next_index
    call = CallRecord(
        id=new_id(at, session.random),
        contact_id=contact.id,
        placed_at=new.placed_at or at,
        placed_by=by.id,
        outcome=None,
        agency=None,
        outcome_at=None,
        outcome_order=None,
        recorded_by=None,
        last_event_at=at,
        first_event=index,
        newest_event=index,
    )
    # The outcome's first event follows the events that the call was placed.
    if new.outcome is not None:
        call = ended(call, new.outcome, by, at, order=index + len(covered))
    earlier = calls.calls_of(session, new.inquiry_ids)
    stored = replace(call, newest_event=index + len(covered) * (2 if new.outcome else 1) - 1)
    calls.calls.add(session, stored)
    moved = [cover(session, call, inquiry, earlier[inquiry.id], by, at) for inquiry in covered]
    if new.outcome is not None:
        sealed = seal_texts(session, call.id, new.outcome, at)
        moved = [
            (tell_outcome(session, call, inquiry, its_calls, by, at, sealed), its_calls) for inquiry, its_calls in moved
        ]
    for before, (after, _) in zip(covered, moved, strict=True):
        inquiries.inquiries.replace(session, before, after)
    call = replace(call, newest_event=session.next_index - 1)
    calls.calls.replace(session, stored, call)  # alerts that the outcome raised are later events
    return call


def _named_contact(session: WriteSession, contact_id: str) -> Contact:
    contact = directory.find_contact(session, contact_id)
    if contact is None or not contact.active:
        raise InvalidRequest(Fault("/contact_id", "unknown", "No active contact has this id; see GET /v1/contacts."))
    return contact
