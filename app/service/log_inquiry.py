"""Log what a member of the public or the media asked."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.actor import Actor
from app.domain.answer import Facts, answer_for
from app.domain.block import read_block
from app.domain.errors import Fault, InvalidRequest
from app.domain.event import Event, Kind, logged_data, place_data
from app.domain.facility import Facility, at_city_facility
from app.domain.identifier import new_id
from app.domain.inquiry import (
    CLOCK_TOLERANCE,
    OLDEST_INQUIRY,
    Activity,
    AreaCommand,
    CallbackKind,
    Channel,
    Inquiry,
    Language,
    Marking,
    Source,
)
from app.domain.log_number import log_year
from app.domain.place import Point, rounded
from app.domain.receipt import new_receipt
from app.domain.sealed import BoxKind
from app.domain.status import Status
from app.domain.street_search import street_keys
from app.service.recording import follow
from app.store import boxes, directory, inquiries
from app.store.session import WriteSession


@dataclass(frozen=True, slots=True)
class Callback:
    """Where the asker wants the answer brought back to: an E.164 phone number or an e-mail address."""

    kind: CallbackKind
    value: str

    @property
    def hint(self) -> str:
        """What staff see of it until they look: two digits, or a letter."""
        return f"…{self.value[-2:]}" if self.kind is CallbackKind.PHONE else f"{self.value[0]}…@…"


@dataclass(frozen=True, slots=True)
class NewInquiry:
    """What was asked, before it is logged. `asked_at` None means now."""

    source: Source
    outlet: str | None
    channel: Channel
    language: Language
    asked_at: datetime | None
    observed_at: datetime
    ongoing: bool | None
    address: str | None
    point: Point | None
    facility: str | None
    area_command: AreaCommand
    activity: Activity
    agents: int | None
    vehicles: int | None
    markings: tuple[Marking, ...]
    note: str | None
    callback: Callback | None


@dataclass(frozen=True, slots=True)
class InquiryDetail:
    """What is sealed of an inquiry; all None once that was erased."""

    address: str | None = None
    point: Point | None = None
    note: str | None = None


def log_inquiry(session: WriteSession, new: NewInquiry, by: Actor, at: datetime) -> Inquiry:
    """Log an inquiry and return it. Raises InvalidRequest."""
    facilities = directory.facilities_of_a_batch(session)
    _check(new, at, facilities)
    inquiry = _logged(session, new, by, at, facilities)
    sealed = {"detail": boxes.put(session, inquiry.id, BoxKind.DETAIL, at, _sealed_detail(new))}
    if new.callback is not None:
        sealed["callback"] = put_callback(session, inquiry.id, new.callback, at)
    for seq, (kind, data) in enumerate(
        ((Kind.INQUIRY_LOGGED, logged_data(inquiry)), (Kind.INQUIRY_PLACE, place_data(inquiry)))
    ):
        session.add_event(
            Event(
                kind, at, by, inquiry.id, subject=inquiry.number, seq=seq, data=data, sealed=sealed if seq == 0 else {}
            )
        )
    inquiries.inquiries.add(session, inquiry)
    followed = follow(session, Kind.INQUIRY_LOGGED, None, inquiry, by, at)
    inquiries.inquiries.replace(session, inquiry, followed)
    return followed


def put_callback(session: WriteSession, inquiry_id: str, callback: Callback, at: datetime) -> str:
    """Seal the asker's contact and return the hash that its event keeps."""
    return boxes.put(session, inquiry_id, BoxKind.CALLBACK, at, {callback.kind.value: callback.value})


def _check(new: NewInquiry, at: datetime, facilities: dict[str, Facility]) -> None:
    faults = [
        *time_faults("/asked_at", new.asked_at, at),
        *time_faults("/observed_at", new.observed_at, at),
    ]
    if new.facility is not None and new.facility not in facilities:
        faults.append(Fault("/place/facility", "unknown", "No City facility has this slug; see GET /v1/facilities."))
    if faults:
        raise InvalidRequest(*faults)


def time_faults(pointer: str, given: datetime | None, now: datetime) -> list[Fault]:
    """Return what is wrong with a time that a client gave: in the future, or more than 30 days ago."""
    if given is None:
        return []
    if given > now + CLOCK_TOLERANCE:
        return [Fault(pointer, "in_future", "This time lies in the future. Give the time at which it happened.")]
    if given < now - OLDEST_INQUIRY:
        return [Fault(pointer, "too_old", "This is more than 30 days ago, which is the most that can be entered.")]
    return []


def _logged(
    session: WriteSession, new: NewInquiry, by: Actor, at: datetime, facilities: dict[str, Facility]
) -> Inquiry:
    year = log_year(at)
    answer = answer_for(Facts(Status.OPEN))
    near = rounded(new.point) if new.point else None
    block = read_block(new.address) if new.address else None
    street, crossing = street_keys(block) if block else (None, None)
    return Inquiry(
        id=new_id(at, session.random),
        year=year,
        serial=inquiries.next_serial(session, year),
        receipt=new_receipt(session.random),
        source=new.source,
        outlet=new.outlet,
        channel=new.channel,
        language=new.language,
        asked_at=new.asked_at or at,
        observed_at=new.observed_at,
        ongoing=new.ongoing,
        facility=new.facility,
        area_command=new.area_command,
        activity=new.activity,
        agents=new.agents,
        vehicles=new.vehicles,
        markings=new.markings,
        block=str(block) if block else None,
        street_key=street,
        crossing_key=crossing,
        latitude=near.latitude if near else None,
        longitude=near.longitude if near else None,
        city_facility=at_city_facility(new.facility, new.activity, new.point, facilities.values()),
        status=Status.OPEN,
        status_since=at,
        answer_en=answer.en,
        answer_es=answer.es,
        answer_call=None,
        received_at=at,
        received_by=by.id,
        due_at=at + session.policy.due.first_call,
        claimed_by=None,
        claimed_at=None,
        answered_at=None,
        answered_status=None,
        withdrawn_reason=None,
        replaced_by=None,
        settled_at=None,
        callback_kind=new.callback.kind if new.callback else None,
        callback_hint=new.callback.hint if new.callback else None,
        callback_erase_after=at + session.policy.retention.callback if new.callback else None,
        callback_erased_at=None,
        first_event=session.next_index,
        newest_event=session.next_index + 1,
        updated_at=at,
        last_event_at=at,
        leaves=2,
    )


def _sealed_detail(new: NewInquiry) -> dict[str, object]:
    return {
        "address": new.address,
        "latitude": new.point.latitude if new.point else None,
        "longitude": new.point.longitude if new.point else None,
        "note": new.note,
    }
