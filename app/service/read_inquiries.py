"""Read inquiries as staff see them, with what is sealed of them, their calls, and what was asked nearby."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.domain.actor import Actor, ByRole
from app.domain.block import read_block, same_block
from app.domain.call import Call
from app.domain.errors import NotFound
from app.domain.inquiry import Inquiry
from app.domain.place import Point, distance_m
from app.domain.policy import Policy
from app.domain.sealed import BoxKind
from app.domain.street_search import street_keys
from app.service.log_inquiry import InquiryDetail
from app.service.looking_up import the_inquiry
from app.store import boxes, calls, inquiries, timeline
from app.store.inquiries import InquiryFilter
from app.store.timeline import TimelineItem
from app.store.vault import Vault

NEARBY_AT_MOST = 10


@dataclass(frozen=True, slots=True)
class FullInquiry:
    """An inquiry with its sealed detail opened and the ids of its calls."""

    inquiry: Inquiry
    detail: InquiryDetail
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NearbyInquiry:
    """An inquiry that may be about the same activity; `distance_m` None where it is in the same block."""

    inquiry: Inquiry
    distance_m: int | None
    call: Call | None


def read_inquiry(session: Session, vault: Vault, inquiry_id: str) -> FullInquiry:
    """Return one inquiry. Raises NotFound."""
    return with_detail(session, vault, [the_inquiry(session, inquiry_id)])[0]


def read_own_inquiry(session: Session, inquiry_id: str, by: Actor) -> Inquiry:
    """Return an inquiry that somebody may read: `intake` only what that token logged. Raises NotFound."""
    inquiry = the_inquiry(session, inquiry_id)
    if by.role is ByRole.INTAKE and inquiry.received_by != by.id:
        raise NotFound
    return inquiry


def list_inquiries(
    session: Session, vault: Vault, narrowed: InquiryFilter, *, before: int | None, limit: int
) -> tuple[list[FullInquiry], int | None]:
    """Return a page of inquiries, newest first, and where the next one begins."""
    page, following = inquiries.page(session, narrowed, before=before, limit=limit)
    return with_detail(session, vault, page), following


def read_timeline(session: Session, inquiry_id: str) -> list[TimelineItem]:
    """Return an inquiry's events, oldest first. Raises NotFound."""
    return timeline.of_inquiry(session, the_inquiry(session, inquiry_id).id)


def nearby_inquiries(
    session: Session, vault: Vault, inquiry_id: str, policy: Policy, at: datetime
) -> list[NearbyInquiry]:
    """Return what was asked lately and close by, nearest first. Raises NotFound."""
    inquiry = the_inquiry(session, inquiry_id)
    point = _details(session, vault, [inquiry.id])[inquiry.id].point or _point(inquiry)
    return nearby_known(session, vault, inquiry, point, policy, at)


def nearby_known(
    session: Session, vault: Vault, inquiry: Inquiry, point: Point | None, policy: Policy, at: datetime
) -> list[NearbyInquiry]:
    """Return the same for an inquiry, with its exact point, of which nothing need be read again."""
    place = _Place(point, inquiry.block, inquiry.street_key)
    return _near(session, vault, place, policy, at, but_not=inquiry.id)


def nearby_place(
    session: Session, vault: Vault, address: str | None, point: Point | None, policy: Policy, at: datetime
) -> list[NearbyInquiry]:
    """Return what was asked lately and close to a place that is still being told; nothing is kept of it."""
    block = read_block(address) if address else None
    street = street_keys(block)[0] if block else None
    return _near(session, vault, _Place(point, str(block) if block else None, street), policy, at)


@dataclass(frozen=True, slots=True)
class _Place:
    point: Point | None
    block: str | None
    street_key: str | None


def _near(
    session: Session, vault: Vault, place: _Place, policy: Policy, at: datetime, *, but_not: str | None = None
) -> list[NearbyInquiry]:
    if policy.nearby_meters <= 0:
        return []
    since = at - policy.nearby_window
    found = inquiries.nearby(session, place.point, place.street_key, since, policy.nearby_meters, but_not=but_not)
    details = _details(session, vault, [each.id for each in found])
    distances: list[tuple[float, Inquiry]] = []
    for each in found:
        other = details[each.id].point or _point(each)
        if place.point is None or other is None:
            if same_block(place.block, each.block):
                distances.append((-1.0, each))  # nearer than anything that is measured
        elif (distance := distance_m(place.point, other)) <= policy.nearby_meters:
            distances.append((distance, each))
    nearest = sorted(distances, key=lambda pair: (pair[0], -pair[1].first_event))[:NEARBY_AT_MOST]
    newest_call = calls.newest_call_of(session, [each.id for _, each in nearest])
    return [
        NearbyInquiry(each, None if distance < 0 else round(distance), newest_call.get(each.id))
        for distance, each in nearest
    ]


def _point(inquiry: Inquiry) -> Point | None:
    """Return the rounded point, which is what is left once the exact one was erased."""
    if inquiry.latitude is None or inquiry.longitude is None:
        return None
    return Point(inquiry.latitude, inquiry.longitude)


def with_detail(session: Session, vault: Vault, found: Sequence[Inquiry]) -> list[FullInquiry]:
    """Return inquiries with their sealed detail opened and the ids of their calls."""
    ids = [inquiry.id for inquiry in found]
    details, calls_of = _details(session, vault, ids), inquiries.calls_of(session, ids)
    return [FullInquiry(inquiry, details[inquiry.id], tuple(calls_of[inquiry.id])) for inquiry in found]


def _details(session: Session, vault: Vault, inquiry_ids: Sequence[str]) -> dict[str, InquiryDetail]:
    opened = boxes.read(session, vault, BoxKind.DETAIL, inquiry_ids)
    return {inquiry_id: _detail(opened.get(inquiry_id)) for inquiry_id in inquiry_ids}


def _detail(content: dict[str, object] | None) -> InquiryDetail:
    if content is None:
        return InquiryDetail()
    address, note = content["address"], content["note"]
    latitude, longitude = content["latitude"], content["longitude"]
    point = None
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        point = Point(latitude, longitude)
    return InquiryDetail(None if address is None else str(address), point, None if note is None else str(note))
