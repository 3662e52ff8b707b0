"""Add and change City facilities."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.errors import Fault, InvalidRequest
from app.domain.event import Event, Kind
from app.domain.facility import Facility
from app.domain.identifier import new_id
from app.service.looking_up import IfMatch, the_facility
from app.store import directory
from app.store.session import WriteSession


@dataclass(frozen=True, slots=True)
class NewFacility:
    """A facility to add. Coordinates are WGS 84 degrees."""

    slug: str
    name: str
    latitude: float
    longitude: float


def add_facility(session: WriteSession, new: NewFacility, by: Actor, at: datetime) -> Facility:
    """Add a City facility. Raises InvalidRequest where its slug is taken."""
    _refuse_taken(session, new.slug)
    facility_id = new_id(at, session.random)
    index = session.add_event(Event(Kind.FACILITY_ADDED, at, by, detail={"facility_id": facility_id}))
    facility = Facility(facility_id, new.slug, new.name, new.latitude, new.longitude, index, index)
    directory.add_facility(session, facility)
    return facility


def change_facility(
    session: WriteSession, facility_id: str, changes: Mapping[str, object], if_match: IfMatch, by: Actor, at: datetime
) -> Facility:
    """Change fields of a facility, by their names; what is the same already is no event.

    Raises NotFound, PreconditionFailed, InvalidRequest.
    """
    before = the_facility(session, facility_id, if_match)
    after = replace(before, **changes)  # type: ignore[arg-type]  # names and values come from the request's own model
    if after == before:
        return before
    if after.slug != before.slug:
        _refuse_taken(session, after.slug)
    index = session.add_event(Event(Kind.FACILITY_CHANGED, at, by, detail={"facility_id": before.id}))
    after = replace(after, newest_event=index)
    directory.replace_facility(session, before, after)
    return after


def _refuse_taken(session: WriteSession, slug: str) -> None:
    if directory.find_facility_by_slug(session, slug) is not None:
        raise InvalidRequest(Fault("/slug", "taken", "Another facility has this slug. Choose another."))
