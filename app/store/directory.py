"""Contacts, City facilities and tokens: the small lists that supervisors keep."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from app.domain.actor import Role
from app.domain.contact import Contact
from app.domain.facility import Facility
from app.store.prepared_read import PreparedRead
from app.store.rows import Rows
from app.store.session import WriteSession
from app.store.tables import ContactRow, FacilityRow, TokenRow


@dataclass(frozen=True, slots=True)
class Token:
    """An access token. Its secret is known to its holder alone."""

    id: str
    name: str
    role: Role
    secret_hash: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    first_event: int
    newest_event: int


contacts = Rows(ContactRow, Contact)
facilities = Rows(FacilityRow, Facility)
tokens = Rows(TokenRow, Token)
_contact = ContactRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_facility = FacilityRow.__table__.c  # type: ignore[attr-defined]  # as above
_EVERY_FACILITY = PreparedRead(facilities.select())
_token = TokenRow.__table__.c  # type: ignore[attr-defined]  # as above


def find_contact(session: Session, contact_id: str) -> Contact | None:
    """Return a contact by its id."""
    return contacts.first(session, _contact.id == contact_id)


def active_contacts(session: Session) -> list[Contact]:
    """Return the contacts that may be called."""
    return contacts.every(session, _contact.active.is_(True), order_by=_contact.priority)


def find_facility(session: Session, facility_id: str) -> Facility | None:
    """Return a facility by its id."""
    return facilities.first(session, _facility.id == facility_id)


def all_facilities(session: Session) -> list[Facility]:
    """Return every City facility."""
    return facilities.every(session, order_by=_facility.slug)


def facilities_of_a_batch(session: WriteSession) -> dict[str, Facility]:
    """Return every City facility by its slug, read once for a batch."""
    if "facilities" not in session.looked_up:
        session.looked_up["facilities"] = {
            each.slug: each for each in map(facilities.read, session.ask(_EVERY_FACILITY))
        }
    found: dict[str, Facility] = session.looked_up["facilities"]
    return found


def add_facility(session: WriteSession, facility: Facility) -> None:
    """Add a facility."""
    facilities.add(session, facility)
    session.looked_up.pop("facilities", None)


def replace_facility(session: WriteSession, old: Facility, new: Facility) -> None:
    """Write what differs between a facility before and after."""
    facilities.replace(session, old, new)
    session.looked_up.pop("facilities", None)


def find_facility_by_slug(session: Session, slug: str) -> Facility | None:
    """Return a facility by its slug."""
    return facilities.first(session, _facility.slug == slug)


def find_token(session: Session, token_id: str) -> Token | None:
    """Return a token by its id."""
    return tokens.first(session, _token.id == token_id)


def find_token_by_hash(session: Session, secret_hash: str) -> Token | None:
    """Return the token with this hash of its secret."""
    return tokens.first(session, _token.secret_hash == secret_hash)


def token_names(session: Session, token_ids: Collection[str]) -> dict[str, str]:
    """Return the names of tokens, by id."""
    named = select(_token.id, _token.name).where(_token.id.in_(token_ids))
    return {token_id: name for token_id, name in session.execute(named)}  # noqa: C416  # a result is no mapping


def any_token(session: Session) -> bool:
    """Tell whether a token was ever made."""
    return tokens.first(session) is not None
