"""How an event is added to an inquiry: its leaf, its place among the inquiry's leaves, and the new state."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.call import Call
from app.domain.event import TOLD, Data, Event, Kind, answer_data
from app.domain.inquiry import Inquiry, WithdrawalReason
from app.domain.progress import Correction, progress
from app.service.raise_alerts import follow_with_alerts
from app.service.tell_webhooks import follow_with_messages
from app.store.session import WriteSession

_NOTHING: Mapping[str, str] = {}


def record(
    session: WriteSession,
    inquiry: Inquiry,
    kind: Kind,
    by: Actor,
    at: datetime,
    *,
    call_id: str | None = None,
    data: Data = _NOTHING,
    detail: Data = _NOTHING,
    sealed: Mapping[str, str] = _NOTHING,
) -> Inquiry:
    """Add an event to an inquiry and return the inquiry with it; the caller writes the row."""
    told = kind in TOLD
    index = session.add_event(
        Event(
            kind=kind,
            at=at,
            by=by,
            inquiry_id=inquiry.id,
            call_id=call_id,
            subject=inquiry.number if told else None,
            seq=inquiry.leaves if told else None,
            data=data,
            detail=detail,
            sealed=sealed,
        )
    )
    inquiry = replace(inquiry, last_event_at=at)
    if kind is not Kind.CALLBACK_READ:
        inquiry = replace(inquiry, newest_event=index)
    return replace(inquiry, leaves=inquiry.leaves + 1, updated_at=at) if told else inquiry


def record_progress(
    session: WriteSession,
    inquiry: Inquiry,
    calls: Sequence[Call],
    kind: Kind,
    by: Actor,
    at: datetime,
    *,
    data: Data,
    call_id: str | None = None,
    correction: Correction | None = None,
    withdrawn: WithdrawalReason | None = None,
    sealed: Mapping[str, str] = _NOTHING,
) -> Inquiry:
    """Move an inquiry on after its calls as they are now, with the event that tells so and all that follows from it."""
    moved = progress(inquiry, calls, at, session.policy.due, correction=correction, withdrawn=withdrawn)
    told = {**data, "status": moved.inquiry.status.value, "answer": answer_data(moved.answer)}
    after = record(session, moved.inquiry, kind, by, at, call_id=call_id, data=told, sealed=sealed)
    return follow(session, kind, inquiry, after, by, at)


def follow(
    session: WriteSession, kind: Kind, before: Inquiry | None, after: Inquiry, by: Actor, at: datetime
) -> Inquiry:
    """Tell other systems of an event and raise the alerts that it calls for; return the inquiry with their events."""
    follow_with_messages(session, kind, before, after, at)
    return follow_with_alerts(session, before, after, by, at)
