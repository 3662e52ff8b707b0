"""All that a dispatcher needs to see of one inquiry: its state and calls, whom to call, what is near, what was told.

Read from one state of the database, so that no part contradicts another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.domain.answer import Answer
from app.domain.contact import Contact, on_duty, whom_to_call
from app.domain.errors import NotFound
from app.domain.event import Kind
from app.domain.identifier import is_id
from app.domain.inquiry import Inquiry
from app.domain.log_number import log_year, read_log_number
from app.domain.policy import Policy
from app.domain.status import Status
from app.service.read_calls import FullCall, list_calls
from app.service.read_inquiries import FullInquiry, NearbyInquiry, nearby_inquiries, read_inquiry
from app.store import directory, event_feed, inquiries, timeline
from app.store.calls import CallFilter
from app.store.inquiries import InquiryFilter
from app.store.timeline import TimelineItem
from app.store.vault import Vault

_CALLS_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What the asker was told last. `stands` is False where the answer was changed after that."""

    at: datetime
    status: Status
    method: str
    answer: Answer
    stands: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """An inquiry as a dispatcher works on it. `names` are those of the tokens in it; `as_of` the newest event shown."""

    full: FullInquiry
    overdue: bool
    calls: tuple[FullCall, ...]  # oldest first
    timeline: tuple[TimelineItem, ...]
    told: Told | None
    contacts: tuple[Contact, ...]  # those that may be called, whom to call first at the top
    on_duty: frozenset[str]  # their ids
    nearby: tuple[NearbyInquiry, ...]
    names: dict[str, str]
    replaced_by: str | None  # the number of the inquiry that stands in its place
    as_of: int

    @property
    def open_call(self) -> FullCall | None:
        """The newest call that has no outcome yet."""
        return next((each for each in reversed(self.calls) if each.call.outcome is None), None)

    @property
    def contact(self) -> Contact | None:
        """Whom to call now; None where nobody is on duty."""
        first = self.contacts[0] if self.contacts else None
        return first if first is not None and first.id in self.on_duty else None


def find_inquiry(session: Session, said: str, at: datetime) -> Inquiry:
    """Return an inquiry by its id or by its number as people say it: `26-123`. Raises NotFound."""
    if is_id(said):
        found = inquiries.find(session, said)
    else:
        number = read_log_number(said, this_year=log_year(at))
        narrowed = InquiryFilter(number=number)
        page = inquiries.page(session, narrowed, before=None, limit=1)[0] if number else []
        found = page[0] if page else None
    if found is None:
        raise NotFound
    return found


def read_desk(session: Session, vault: Vault, said: str, policy: Policy, at: datetime) -> Desk:
    """Return all of an inquiry, found by its id or number. Raises NotFound."""
    inquiry = find_inquiry(session, said, at)
    events = timeline.of_inquiry(session, inquiry.id)
    newest_first, _ = list_calls(session, vault, CallFilter(inquiry_id=inquiry.id), before=None, limit=_CALLS_AT_MOST)
    contacts = _in_order(directory.active_contacts(session), at)
    replacement = inquiries.find(session, inquiry.replaced_by) if inquiry.replaced_by else None
    return Desk(
        full=read_inquiry(session, vault, inquiry.id),
        overdue=inquiry.due_at is not None and inquiry.due_at < at,
        calls=tuple(reversed(newest_first)),
        timeline=tuple(events),
        told=told_of(events),
        contacts=contacts,
        on_duty=frozenset(each.id for each in contacts if on_duty(each.hours, at)),
        nearby=tuple(nearby_inquiries(session, vault, inquiry.id, policy, at)),
        names=directory.token_names(session, _tokens_in(inquiry, events, newest_first)),
        replaced_by=replacement.number if replacement else None,
        as_of=event_feed.newest_index(session),
    )


def told_of(events: Sequence[TimelineItem]) -> Told | None:
    """Return what an asker was told last, by the events alone; None where nothing was."""
    answer: Answer | None = None
    told: Told | None = None
    for item in events:
        written = item.data.get("answer")
        if isinstance(written, dict):
            answer = Answer(en=str(written["en"]), es=str(written["es"]))
            told = None if told is None else Told(told.at, told.status, told.method, told.answer, stands=False)
        if item.kind is Kind.INQUIRY_ANSWERED and answer is not None:
            told = Told(item.at, Status(str(item.data["status"])), str(item.data["method"]), answer, stands=True)
    return told


def _in_order(contacts: Sequence[Contact], at: datetime) -> tuple[Contact, ...]:
    first = whom_to_call(contacts, at)
    rest = sorted((each for each in contacts if each is not first), key=lambda each: not on_duty(each.hours, at))
    return (first, *rest) if first else tuple(rest)


def _tokens_in(inquiry: Inquiry, events: Sequence[TimelineItem], calls: Sequence[FullCall]) -> set[str]:
    of_calls = {by for each in calls for by in (each.call.placed_by, each.call.recorded_by)}
    corrected = {each.by for call in calls for each in call.corrections}
    taken = {str(item.data["taken_from"]) for item in events if "taken_from" in item.data}
    found = {inquiry.claimed_by, inquiry.received_by, *(item.by for item in events), *of_calls, *corrected, *taken}
    return {each for each in found if each is not None}
