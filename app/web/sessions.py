"""The console's cookie: who is signed in, for how long, and that a change comes from our own page.

`__Host-`, HttpOnly, SameSite=Strict; idle after APP_SESSION_IDLE, over after 12 hours. A change needs the session's
same-origin token too, which other sites cannot read. What a page does by itself (`X-Background`) keeps nobody in.
"""

import hashlib
import hmac
from datetime import timedelta

from anyio import to_thread
from fastapi import Request
from fastapi.responses import Response

from app.store import sessions
from app.store.point_reads import KnownSession
from app.web.service import service_of

COOKIE = "__Host-session"
SAME_ORIGIN_HEADER = "x-same-origin-token"
SAME_ORIGIN_FIELD = "same_origin_token"
LONGEST_SESSION = timedelta(hours=12)
_NOTED_EVERY = timedelta(minutes=1)
_LONGEST_COOKIE = 100


async def session_of(request: Request) -> KnownSession | None:
    """Return the session that a request's cookie names, if it is live; and note that the person is there."""
    secret = request.cookies.get(COOKIE, "")
    if not 0 < len(secret) <= _LONGEST_COOKIE:
        return None
    service = service_of(request)
    reads, secret_hash = service.point_reads, hashlib.sha256(secret.encode()).hexdigest()
    found = reads.session(secret_hash) if reads.in_place else await to_thread.run_sync(reads.session, secret_hash)
    now = service.clock()
    if found is None or now - found.started_at > LONGEST_SESSION or now - found.seen_at > service.settings.session_idle:
        return None
    token = found.token
    if token.revoked_at is not None or (token.expires_at is not None and now >= token.expires_at):
        return None
    if now - found.seen_at > _NOTED_EVERY and "x-background" not in request.headers:
        await service.writer.run(lambda session: sessions.see(session, found.id, now))
    return found


def same_origin_token(request: Request) -> str:
    """Return what a page of ours sends along with a change; made of the cookie, so kept nowhere."""
    return same_origin_token_of(request.cookies.get(COOKIE, ""))


def same_origin_token_of(secret: str) -> str:
    """Return the same-origin token of the session with this secret."""
    return hmac.new(secret.encode(), b"same-origin", hashlib.sha256).hexdigest()


def is_same_origin(request: Request, given: str) -> bool:
    """Tell whether a change comes from a page of ours."""
    return hmac.compare_digest(given.encode(), same_origin_token(request).encode())


def set_cookie(response: Response, secret: str) -> None:
    """Let a browser keep the session's secret until it is closed or the session is over."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(LONGEST_SESSION.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="strict",
    )


def clear_cookie(response: Response) -> None:
    """Let a browser forget the session's secret."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
