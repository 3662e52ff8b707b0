"""Add and change the designated contacts at ICE."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.call import Agency
from app.domain.contact import Contact
from app.domain.event import Event, Kind
from app.domain.identifier import new_id
from app.service.looking_up import IfMatch, the_contact
from app.store import directory
from app.store.session import WriteSession


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact to add. `hours` None means always on duty."""

    title: str
    agency: Agency
    phone: str
    hours: str | None
    active: bool
    priority: int


def add_contact(session: WriteSession, new: NewContact, by: Actor, at: datetime) -> Contact:
    """Add a contact."""
    contact_id = new_id(at, session.random)
    index = session.add_event(Event(Kind.CONTACT_ADDED, at, by, detail={"contact_id": contact_id}))
    contact = Contact(
        id=contact_id,
        title=new.title,
        agency=new.agency,
        phone=new.phone,
        hours=new.hours,
        active=new.active,
        priority=new.priority,
        first_event=index,
        newest_event=index,
    )
    directory.contacts.add(session, contact)
    return contact


def change_contact(
    session: WriteSession, contact_id: str, changes: Mapping[str, object], if_match: IfMatch, by: Actor, at: datetime
) -> Contact:
    """Change fields of a contact, by their names; what is the same already is no event.

    Raises NotFound, PreconditionFailed.
    """
    before = the_contact(session, contact_id, if_match)
    after = replace(before, **changes)  # type: ignore[arg-type]  # names and values come from the request's own model
    if after == before:
        return before
    index = session.add_event(Event(Kind.CONTACT_CHANGED, at, by, detail={"contact_id": before.id}))
    after = replace(after, newest_event=index)
    directory.contacts.replace(session, before, after)
    return after
