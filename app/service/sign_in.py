"""Sign in at the console, by a token pasted once or by the link that `make run` prints; and sign out."""

import base64
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.actor import OPERATOR, Actor, ByRole, Role
from app.domain.errors import Gone, NotFound
from app.domain.event import Event, Kind
from app.domain.identifier import new_id
from app.service.keep_tokens import SECRET_BYTES, NewToken, create_token, hash_of
from app.service.looking_up import the_token
from app.store import directory, sessions
from app.store.directory import Token
from app.store.session import WriteSession
from app.store.sessions import ConsoleSession, SignInLink

LINK_LASTS = timedelta(minutes=10)
# As long as the longest session that can begin by the link, and no longer.
LINK_TOKEN_LASTS = LINK_LASTS + timedelta(hours=12)
# `intake` logs from programs and desks of its own; the console shows nothing that it may read.
CONSOLE_ROLES = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.AUDITOR})
# The token behind the link of `make run`, so that its bearer can be named and revoked like any other.
LINK_TOKEN_NAME = "sign-in link"  # noqa: S105  # a name, no secret


def sign_in(session: WriteSession, token_secret: str, at: datetime) -> tuple[ConsoleSession, str]:
    """Start a session by a token and return it with its cookie's secret. Raises NotFound for a token of no use here."""
    token = directory.find_token_by_hash(session, hash_of(token_secret.strip()))
    if token is None or not _is_live(token, at) or token.role not in CONSOLE_ROLES:
        raise NotFound
    return _start(session, token, at)


def sign_in_by_link(session: WriteSession, link_secret: str, at: datetime) -> tuple[ConsoleSession, str]:
    """Start a session by a link and return it with its cookie's secret. Raises NotFound, or Gone if used or over."""
    link = sessions.find_link(session, hash_of(link_secret))
    if link is None:
        raise NotFound
    token = the_token(session, link.token_id)
    if link.used_at is not None or at >= link.expires_at or not _is_live(token, at):
        raise Gone
    sessions.use_link(session, link.secret_hash, at)
    return _start(session, token, at)


def make_link(session: WriteSession, at: datetime) -> str:
    """Make a link for a supervisor at this machine and return its secret."""
    token, _ = create_token(session, NewToken(LINK_TOKEN_NAME, Role.SUPERVISOR, at + LINK_TOKEN_LASTS), OPERATOR, at)
    secret = _new_secret(session)
    sessions.links.add(session, SignInLink(hash_of(secret), token.id, at + LINK_LASTS, None))
    return secret


def sign_out(session: WriteSession, session_id: str, by: Actor, at: datetime) -> None:
    """End a session for good; one that ended stays so."""
    before = sessions.find_session(session, session_id)
    if before is None or before.ended_at is not None:
        return
    session.add_event(Event(Kind.SESSION_ENDED, at, by, detail={"session_id": before.id}))
    sessions.sessions.replace(session, before, replace(before, ended_at=at))


def _start(session: WriteSession, token: Token, at: datetime) -> tuple[ConsoleSession, str]:
    session_id, secret = new_id(at, session.random), _new_secret(session)
    by = Actor(token.id, ByRole(token.role.value), token.name)
    index = session.add_event(Event(Kind.SESSION_STARTED, at, by, detail={"session_id": session_id}))
    started = ConsoleSession(session_id, token.id, hash_of(secret), at, at, None, index)
    sessions.sessions.add(session, started)
    return started, secret


def _new_secret(session: WriteSession) -> str:
    return base64.urlsafe_b64encode(session.random(SECRET_BYTES)).rstrip(b"=").decode()


def _is_live(token: Token, at: datetime) -> bool:
    return token.revoked_at is None and (token.expires_at is None or at < token.expires_at)
