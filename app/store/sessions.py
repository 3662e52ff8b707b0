"""Console sessions and the links that start one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session

from app.store.rows import Rows
from app.store.session import WriteSession
from app.store.tables import ConsoleSessionRow, SignInLinkRow


@dataclass(frozen=True, slots=True)
class ConsoleSession:
    """Somebody who is signed in at the console, by a token."""

    id: str
    token_id: str
    secret_hash: str
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    first_event: int


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A link that signs in once."""

    secret_hash: str
    token_id: str
    expires_at: datetime
    used_at: datetime | None


sessions = Rows(ConsoleSessionRow, ConsoleSession)
links = Rows(SignInLinkRow, SignInLink)
_session = ConsoleSessionRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_link = SignInLinkRow.__table__.c  # type: ignore[attr-defined]  # as above


def find_session(session: Session, session_id: str) -> ConsoleSession | None:
    """Return a session by its id."""
    return sessions.first(session, _session.id == session_id)


def see(session: WriteSession, session_id: str, at: datetime) -> None:
    """Note that the person did something just now."""
    session.change(update(ConsoleSessionRow).where(_session.id == session_id).values(seen_at=at))


def find_link(session: Session, secret_hash: str) -> SignInLink | None:
    """Return the link with this hash of its secret."""
    return links.first(session, _link.secret_hash == secret_hash)


def use_link(session: WriteSession, secret_hash: str, at: datetime) -> None:
    """Let a link have been used."""
    session.change(update(SignInLinkRow).where(_link.secret_hash == secret_hash).values(used_at=at))
