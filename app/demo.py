"""A realistic day, told in demo_day.toml and played through the use cases, so that the service can be looked at full.

Nothing is written past the use cases: what the demo shows is what dispatchers would have done.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.domain.actor import OPERATOR, Actor, ByRole, Role
from app.domain.call import Agency
from app.domain.inquiry import (
    Activity,
    AnswerMethod,
    AreaCommand,
    CallbackKind,
    Channel,
    Language,
    Marking,
    Source,
    WithdrawalReason,
)
from app.domain.place import Point
from app.domain.status import Outcome
from app.service.answering_calls import NewOutcome
from app.service.claim import claim
from app.service.correct_call import correct_call
from app.service.erase_callback import erase_callback
from app.service.join_call import join_call
from app.service.keep_contacts import NewContact, add_contact
from app.service.keep_facilities import NewFacility, add_facility
from app.service.keep_tokens import NewToken, create_token
from app.service.log_inquiry import Callback, NewInquiry, log_inquiry
from app.service.mark_answered import mark_answered
from app.service.mend_callback import mend_callback
from app.service.place_call import NewCall, place_call
from app.service.read_callback import read_callback
from app.service.record_outcome import record_outcome
from app.service.withdraw import withdraw
from app.store import directory, inquiries
from app.store.session import WriteSession

FILE = Path(__file__).with_name("demo_day.toml")
# The story's last moment, which is when the demo is filled in.
STORY = timedelta(hours=26)
SEEN_BEFORE_ASKED = timedelta(minutes=5)

Step = Mapping[str, Any]


class NotEmpty(Exception):
    """There is something in the database already."""


@dataclass
class _Telling:
    """The story as far as it is told: who acts, and the ids behind the story's names."""

    session: WriteSession
    began: datetime
    actors: dict[str, Actor] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    inquiries: dict[str, str] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)

    def moment(self, time: str) -> datetime:
        """Return the moment of a time of the story, `25:43`."""
        hours, minutes = map(int, time.split(":"))
        return self.began + timedelta(hours=hours, minutes=minutes)

    def at(self, step: Step) -> datetime:
        """Return when a step happens; what has no time is there from the beginning."""
        return self.moment(step.get("at", "00:00"))

    def by(self, step: Step) -> Actor:
        """Return who does a step."""
        return self.actors[step.get("by", "desk 1")]


def fill(session: WriteSession, now: datetime) -> int:
    """Fill an empty database with a day that ends now, and return how many inquiries it has. Raises NotEmpty."""
    kept = (inquiries.inquiries, directory.contacts, directory.facilities)
    if any(rows.first(session) is not None for rows in kept):
        raise NotEmpty
    telling = _Telling(session, began=now - STORY)
    story: dict[str, list[Step]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    steps = [(telling.at(step), verb, step) for verb, of in story.items() for step in of]
    for _, verb, step in sorted(steps, key=lambda each: each[0]):  # what is written first of one time happens first
        _VERBS[verb](telling, step)
    return len(telling.inquiries)


def _create_token(telling: _Telling, step: Step) -> None:
    """Make somebody who acts; the token ends with the story, and nobody is told its secret."""
    began = telling.at(step)
    new = NewToken(step["name"], Role(step["role"]), expires_at=began + STORY)
    token, _ = create_token(telling.session, new, OPERATOR, began)
    telling.actors[step["name"]] = Actor(token.id, ByRole(token.role.value), token.name)


def _add_contact(telling: _Telling, step: Step) -> None:
    new = NewContact(
        title=step["title"],
        agency=Agency(step["agency"]),
        phone=step["phone"],
        hours=step.get("hours"),
        active=step.get("active", True),
        priority=step["priority"],
    )
    contact = add_contact(telling.session, new, telling.actors["watch commander"], telling.at(step))
    telling.contacts[step["name"]] = contact.id


def _add_facility(telling: _Telling, step: Step) -> None:
    latitude, longitude = step["point"]
    new = NewFacility(step["slug"], step["name"], latitude, longitude)
    add_facility(telling.session, new, telling.actors["watch commander"], telling.at(step))


def _log_inquiry(telling: _Telling, step: Step) -> None:
    at = telling.at(step)
    asked_at = telling.moment(step["asked"]) if "asked" in step else at
    new = NewInquiry(
        source=Source(step.get("source", "public")),
        outlet=step.get("outlet"),
        channel=Channel(step.get("channel", "phone")),
        language=Language(step.get("language", "en")),
        asked_at=asked_at,
        observed_at=asked_at - SEEN_BEFORE_ASKED,
        ongoing=step.get("ongoing"),
        address=step["address"],
        point=Point(*step["point"]) if "point" in step else None,
        facility=step.get("facility"),
        area_command=AreaCommand(step.get("area_command", "unknown")),
        activity=Activity(step["activity"]),
        agents=step.get("agents"),
        vehicles=step.get("vehicles"),
        markings=tuple(Marking(marking) for marking in step.get("markings", [])),
        note=step.get("note"),
        callback=_callback(step["callback"]) if "callback" in step else None,
    )
    telling.inquiries[step["name"]] = log_inquiry(telling.session, new, telling.by(step), at).id


def _callback(value: str) -> Callback:
    return Callback(CallbackKind.EMAIL if "@" in value else CallbackKind.PHONE, value)


def _place_call(telling: _Telling, step: Step) -> None:
    new = NewCall(
        inquiry_ids=tuple(telling.inquiries[name] for name in step["for"]),
        contact_id=telling.contacts[step.get("contact", "duty desk")],
        placed_at=telling.moment(step["placed"]) if "placed" in step else None,
        outcome=_outcome(step) if "outcome" in step else None,
    )
    telling.calls[step["name"]] = place_call(telling.session, new, telling.by(step), telling.at(step)).id


def _outcome(step: Step) -> NewOutcome:
    agency = Agency(step["agency"]) if "agency" in step else None
    return NewOutcome(
        Outcome(step["outcome"]), agency, step.get("answered_by"), step.get("reference"), step.get("note")
    )


def _record_outcome(telling: _Telling, step: Step) -> None:
    call_id = telling.calls[step["call"]]
    record_outcome(telling.session, call_id, _outcome(step), None, telling.by(step), telling.at(step))


def _join_call(telling: _Telling, step: Step) -> None:
    joining = [telling.inquiries[name] for name in step["inquiries"]]
    join_call(telling.session, telling.calls[step["call"]], joining, None, telling.by(step), telling.at(step))


def _correct_call(telling: _Telling, step: Step) -> None:
    call_id = telling.calls[step["call"]]
    correct_call(telling.session, call_id, _outcome(step), step["reason"], None, telling.by(step), telling.at(step))


def _claim(telling: _Telling, step: Step) -> None:
    inquiry_id = telling.inquiries[step["inquiry"]]
    claim(telling.session, inquiry_id, take=False, if_match=None, by=telling.by(step), at=telling.at(step))


def _read_callback(telling: _Telling, step: Step) -> None:
    read_callback(telling.session, telling.inquiries[step["inquiry"]], telling.by(step), telling.at(step))


def _mend_callback(telling: _Telling, step: Step) -> None:
    inquiry_id, callback = telling.inquiries[step["inquiry"]], _callback(step["callback"])
    mend_callback(telling.session, inquiry_id, callback, None, telling.by(step), telling.at(step))


def _erase_callback(telling: _Telling, step: Step) -> None:
    erase_callback(telling.session, telling.inquiries[step["inquiry"]], None, telling.by(step), telling.at(step))


def _mark_answered(telling: _Telling, step: Step) -> None:
    inquiry_id, method = telling.inquiries[step["inquiry"]], AnswerMethod(step["method"])
    mark_answered(telling.session, inquiry_id, method, None, None, telling.by(step), telling.at(step))


def _withdraw(telling: _Telling, step: Step) -> None:
    inquiry_id, reason = telling.inquiries[step["inquiry"]], WithdrawalReason(step["reason"])
    replaced_by = telling.inquiries[step["replaced_by"]] if "replaced_by" in step else None
    withdraw(telling.session, inquiry_id, reason, replaced_by, None, telling.by(step), telling.at(step))


_VERBS: Mapping[str, Callable[[_Telling, Step], None]] = {
    "create_token": _create_token,
    "add_contact": _add_contact,
    "add_facility": _add_facility,
    "log_inquiry": _log_inquiry,
    "place_call": _place_call,
    "record_outcome": _record_outcome,
    "join_call": _join_call,
    "correct_call": _correct_call,
    "claim": _claim,
    "read_callback": _read_callback,
    "mend_callback": _mend_callback,
    "erase_callback": _erase_callback,
    "mark_answered": _mark_answered,
    "withdraw": _withdraw,
}
