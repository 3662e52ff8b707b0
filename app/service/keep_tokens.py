"""Create and revoke access tokens. A token's secret is shown once and kept nowhere."""

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.actor import Actor, Role
from app.domain.errors import Fault, InvalidRequest
from app.domain.event import Event, Kind
from app.domain.identifier import new_id
from app.service.looking_up import IfMatch, the_token
from app.store import directory
from app.store.directory import Token
from app.store.session import WriteSession

SECRET_BYTES = 32
# In front of each secret, so that a scanner for leaked secrets knows what it found.
SECRET_PREFIX = "iceconf_"  # noqa: S105  # a mark, no secret


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token to create; `expires_at` None means never."""

    name: str
    role: Role
    expires_at: datetime | None


def create_token(session: WriteSession, new: NewToken, by: Actor, at: datetime) -> tuple[Token, str]:
    """Create a token and return it with its secret. Raises InvalidRequest."""
    if new.expires_at is not None and new.expires_at <= at:
        raise InvalidRequest(Fault("/expires_at", "in_past", "This time is over. Give a later one, or none."))
    secret = SECRET_PREFIX + base64.urlsafe_b64encode(session.random(SECRET_BYTES)).rstrip(b"=").decode()
    token_id = new_id(at, session.random)
    index = session.add_event(Event(Kind.TOKEN_CREATED, at, by, detail={"token_id": token_id, "role": new.role.value}))
    token = Token(
        id=token_id,
        name=new.name,
        role=new.role,
        secret_hash=hash_of(secret),
        created_at=at,
        created_by=by.id,
        expires_at=new.expires_at,
        revoked_at=None,
        first_event=index,
        newest_event=index,
    )
    directory.tokens.add(session, token)
    return token, secret


def revoke_token(session: WriteSession, token_id: str, if_match: IfMatch, by: Actor, at: datetime) -> Token:
    """Revoke a token from now on; one that is revoked stays so. Raises NotFound, PreconditionFailed."""
    before = the_token(session, token_id, if_match)
    if before.revoked_at is not None:
        return before
    index = session.add_event(Event(Kind.TOKEN_REVOKED, at, by, detail={"token_id": before.id}))
    after = replace(before, revoked_at=at, newest_event=index)
    directory.tokens.replace(session, before, after)
    return after


def hash_of(secret: str) -> str:
    """Return what is kept of a secret: it has 256 random bits, so one SHA-256 cannot be reversed."""
    return hashlib.sha256(secret.encode()).hexdigest()
