"""What happens, as it happens: server-sent events that resume where a client left off."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from app.domain.errors import Fault, InvalidRequest, Refusal
from app.service.keep_tokens import hash_of
from app.store.writer import DatabaseUnavailable
from app.web.access import READS, allowed, authenticate
from app.web.documented import TOKEN, problems
from app.web.feed import Feed, Stream, TooManyStreams
from app.web.problems import HttpRefusal
from app.web.route import ContractRoute
from app.web.service import service_of
from app.web.sessions import COOKIE, LONGEST_SESSION, session_of

PATH = "/v1/stream"
router = APIRouter(prefix=PATH, tags=["stream"], route_class=ContractRoute)

# The contract says at least every 5 s.
SILENCE_SECONDS = 3
# A client that takes nothing for so long is cut off.
SLOW_SECONDS = 10
_LONGEST_INDEX = 18  # digits of a 64-bit index
_EXAMPLE = (
    "id: 4711\n"
    'data: {"index":4711,"kind":"inquiry:logged","at":"2026-01-31T18:04:05.123Z",'
    '"inquiry_id":"019a9c1e-7a50-7c3e-9f00-3f2b8a6d5c41"}\n\n'
)
_LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "The `id` of the last event that was received: the stream goes on right after it.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
}


@dataclass(frozen=True, slots=True)
class _Lease:
    """Whose stream it is, and until when that is certain without asking again."""

    token_id: str
    session_id: str | None
    ends_at: datetime | None


@router.get(
    "",
    summary="Follow what happens",
    response_class=Response,
    responses={
        200: {
            "description": "Server-sent events: `id` is the ledger index, `data` an object with `index`, `kind`, `at`"
            " and `inquiry_id`; a comment line at least every 5 s. Read the rest from the other addresses.",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
        },
        **problems(*TOKEN, "invalid-request"),
    },
    openapi_extra={"parameters": [_LAST_EVENT_ID]},
)
@allowed(READS)
async def stream(request: Request) -> Response:
    """Send each event as it is written, from now on or after `Last-Event-ID`; nothing is lost or repeated."""
    after = _last_event_id(request)
    lease = await _lease(request)
    feed: Feed = request.app.state.feed
    try:
        opened = await feed.open(lease.token_id, lease.session_id, after)
    except TooManyStreams as refused:
        if refused.of_the_token:
            raise HttpRefusal("rate-limited", headers={"Retry-After": "30"}) from None
        raise HttpRefusal("unavailable", "Too many streams are open. Nothing was stored.") from None
    return _EventStream(request, feed, opened, lease)


def _last_event_id(request: Request) -> int | None:
    given = request.headers.get("last-event-id", "")
    if not given:
        return None
    if not given.isascii() or not given.isdecimal() or len(given) > _LONGEST_INDEX:
        raise InvalidRequest(Fault("", "wrong_last_event_id", "Last-Event-ID is the `id` of an event of this stream."))
    return int(given)


async def _lease(request: Request) -> _Lease:
    """Return who the request's sender is now. Raises `unauthenticated`, `forbidden`."""
    actor = await authenticate(request, READS)
    service = service_of(request)
    if "authorization" not in request.headers and COOKIE in request.cookies:
        session = await session_of(request)
        if session is None:
            raise HttpRefusal("unauthenticated")
        ends = [session.seen_at + service.settings.session_idle, session.started_at + LONGEST_SESSION]
        return _Lease(actor.id, session.id, min(filter(None, [*ends, session.token.expires_at])))
    reads, secret_hash = service.point_reads, hash_of(request.headers["authorization"].partition(" ")[2].strip())
    token = reads.token(secret_hash) if reads.in_place else await to_thread.run_sync(reads.token, secret_hash)
    return _Lease(actor.id, None, token.expires_at if token else None)


class _EventStream(Response):
    """Sends what the feed has for a stream, until the client goes or may look on no longer."""

    media_type = "text/event-stream"

    def __init__(self, request: Request, feed: Feed, opened: Stream, lease: _Lease) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._request, self._feed, self._stream, self._lease = request, feed, opened, lease

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # as in ASGI
        """Run the stream."""
        watching = asyncio.create_task(self._until_gone(receive))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            # The first line lets proxies and clients see at once that the stream is open.
            await self._tell(send, b"retry: 1000\n: open\n\n")
            # A client too slow, or a database lost: the connection is closed unfinished, and the client comes back.
            with suppress(TimeoutError, DatabaseUnavailable):
                await self._flow(send)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._feed.close(self._stream)
            watching.cancel()

    async def _flow(self, send: Send) -> None:
        stream = self._stream
        while not stream.ended and await self._may_look_on():
            stream.wake.clear()
            if told := await self._feed.take(stream):
                await self._tell(send, told)
                continue
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    await stream.wake.wait()
            except TimeoutError:
                await self._tell(send, b":\n\n")

    async def _tell(self, send: Send, told: bytes) -> None:
        async with asyncio.timeout(SLOW_SECONDS):
            await send({"type": "http.response.body", "body": told, "more_body": True})

    async def _may_look_on(self) -> bool:
        """Ask again who it is only once what was known is over: a session lasts as long as somebody is there."""
        ends_at = self._lease.ends_at
        if ends_at is None or service_of(self._request).clock() < ends_at:
            return True
        try:
            self._lease = await _lease(self._request)
        except (Refusal, DatabaseUnavailable):
            return False
        return True

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._stream.end()
