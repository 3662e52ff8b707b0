"""The lane for public bytes that are rendered already: in front of the framework, behind the figures and the log line.

A surge of readers asks for the same few pages. They are rendered once for each state of the public log and kept in
memory; whoever asks again is answered here, about ten times as fast as by a route. A route says that its answer may be
kept by `keep`; who asks for the same meanwhile waits for it. Conditional requests are answered here and nowhere else,
and data whose route says that it varies with `Accept-Encoding` is compressed here for those who take it.
"""

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from fastapi import Request
from fastapi.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.store.writer import DatabaseUnavailable
from app.web.encoding import takes_gzip
from app.web.language import preferred_language
from app.web.log_formats import preferred
from app.web.public_log import PublicLog

# Paths that may hold such pages.
LANE = ("/v1/log", "/ledger/", "/log/")
_HOME = "/"
_DATA = ("/v1/log", "/ledger/")
# What is kept at most: some thousand pages. The pages that were asked for longest ago go first.
KEPT_BYTES = 32 * 1024 * 1024
_BESIDE_A_BODY = 4096
_COMPRESSION = 6
_HEEDED = (b"accept", b"accept-language", b"accept-encoding", b"if-none-match", b"if-modified-since")
_OF_304 = {b"etag", b"last-modified", b"cache-control", b"vary", b"access-control-allow-origin", b"link"}
_GZIP = " gzip"
_Key = tuple[str, bytes, str]
_Headers = list[tuple[bytes, bytes]]
Asked = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Page:
    """An answer as it goes out, and the route that made it, for the figures."""

    headers: _Headers
    body: bytes
    etag: bytes
    last_modified: bytes
    route: Any
    headers_of_304: _Headers = field(init=False)

    def __post_init__(self) -> None:
        """Sort out what a 304 tells: it is asked for more often than the page."""
        object.__setattr__(self, "headers_of_304", [header for header in self.headers if header[0] in _OF_304])

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return len(self.body) + _BESIDE_A_BODY

    def compressed(self) -> "Page":
        """Return the page as it goes to who takes gzip: a form of its own, with a tag of its own (RFC 9110, 8.8.3)."""
        headers = dict(self.headers)
        body = gzip.compress(self.body, _COMPRESSION, mtime=0)
        varies = b"accept-encoding" in headers.get(b"vary", b"").lower()
        if not varies or b"content-encoding" in headers or len(body) >= len(self.body):
            return self
        headers |= {b"content-encoding": b"gzip", b"content-length": str(len(body)).encode()}
        etag = self.etag
        if etag:
            etag = headers[b"etag"] = etag[:-1] + b'-gzip"'
        return Page(list(headers.items()), body, etag, self.last_modified, self.route)

    def answer_to(self, asked: Asked) -> "Answer":
        """Return the answer to a request, with a list of headers of its own; 304 to whom has the page as it stands."""
        if _has_it(self.etag, self.last_modified, asked[b"if-none-match"], asked[b"if-modified-since"]):
            return Answer(self.route, 304, self.headers_of_304.copy(), b"")
        return Answer(self.route, 200, self.headers.copy(), self.body)


class Answer(NamedTuple):
    """What is sent, and the route that it is told and counted under."""

    route: Any
    status: int
    headers: _Headers
    body: bytes


class _Keeping:
    """What a route says of its answer."""

    may = False


def keep(request: Request) -> None:
    """Let the answer to this request be kept until the public log changes. It is small, and the same for everybody."""
    request.scope["keeping"].may = True


class KeptPages:
    """The pages of one state of the public log."""

    def __init__(self, public_log: PublicLog) -> None:
        self.public_log = public_log
        self._state: object = None
        self._pages: OrderedDict[_Key, Page] = OrderedDict()
        self._bytes = 0

    def answer(self, scope: Scope) -> Answer | None:
        """Return the answer to a request where nothing has to be read or made for it."""
        if scope["method"] != "GET" or not _may_be_kept(scope["path"]):
            return None
        state = self.public_log.fresh_state()
        if state is None or (state is not self._state and state != self._state):
            return None
        asked = asked_of(scope)
        page = self.find(_key_of(scope, asked))
        return None if page is None else page.answer_to(asked)

    def find(self, key: _Key) -> Page | None:
        """Return a page of the state that is kept."""
        page = self._pages.get(key)
        if page is not None:
            self._pages.move_to_end(key)
        return page

    def begin(self, state: object) -> None:
        """Forget the pages of any other state."""
        if state != self._state:
            self._state, self._bytes = state, 0
            self._pages.clear()

    def add(self, key: _Key, page: Page, state: object) -> None:
        """Keep a page, unless the state was another when it was made."""
        if state is None or state != self._state:
            return
        self._pages[key] = page
        self._bytes += page.size
        while self._bytes > KEPT_BYTES:
            _, oldest = self._pages.popitem(last=False)
            self._bytes -= oldest.size


def unchanged(request: Request, headers: Mapping[str, str]) -> Response | None:
    """Return the 304 for an answer that is too long to be kept, by its tag and date; None where it has to be sent."""
    etag, last_modified = headers["ETag"].encode(), headers["Last-Modified"].encode()
    asked = [request.headers.get(name, "").encode("latin-1") for name in ("if-none-match", "if-modified-since")]
    if not _has_it(etag, last_modified, *asked):
        return None
    return Response(
        status_code=304, headers={name: headers[name] for name in headers if name.lower().encode() in _OF_304}
    )


class PublicLane:
    """ASGI middleware around the framework: answers from what is kept, or has it made."""

    def __init__(self, app: ASGIApp, kept: KeptPages) -> None:
        self.app = app
        self._kept = kept
        self._making: dict[_Key, asyncio.Future[Page | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or have it made."""
        if scope["type"] != "http" or scope["method"] != "GET" or not _may_be_kept(scope["path"]):
            scope["keeping"] = _Keeping()
            await self.app(scope, receive, send)
            return
        asked = asked_of(scope)
        page = await self._page(_key_of(scope, asked), scope, receive, send)
        if page is None:
            return
        scope["route"], status, headers, body = page.answer_to(asked)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _page(self, key: _Key, scope: Scope, receive: Receive, send: Send) -> Page | None:
        """Return the page; None where the answer was no page to keep, and was sent."""
        state = self._kept.public_log.fresh_state()
        if state is None:
            try:
                state = await self._kept.public_log.state()
            except DatabaseUnavailable:
                state = None  # the route will say so
        self._kept.begin(state)
        page = self._kept.find(key)
        if page is not None:
            return page
        being_made = self._making.get(key)
        if being_made is not None:
            page = await asyncio.shield(being_made)
            if page is not None:
                return page
        return await self._make(key, state, scope, receive, send)

    async def _make(self, key: _Key, state: object, scope: Scope, receive: Receive, send: Send) -> Page | None:
        making: asyncio.Future[Page | None] = asyncio.get_running_loop().create_future()
        mine = self._making.setdefault(key, making) is making
        page = None
        try:
            page = await self._from_route(scope, receive, send)
            if page is not None and key[-1].endswith(_GZIP):
                page = await asyncio.to_thread(page.compressed)
            if page is not None:
                self._kept.add(key, page, state)
        finally:
            if mine:
                del self._making[key]
            making.set_result(page)
        return page

    async def _from_route(self, scope: Scope, receive: Receive, send: Send) -> Page | None:
        keeping = scope["keeping"] = _Keeping()
        start: Message | None = None
        parts: list[bytes] = []

        async def gather(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and keeping.may and message["status"] == 200:  # noqa: PLR2004  # the framework's own form
                start = message
            elif start is not None and message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
            else:
                await send(message)

        await self.app(scope, receive, gather)
        if start is None:
            return None
        headers: _Headers = [(bytes(name), bytes(value)) for name, value in start["headers"]]
        named = dict(headers)
        return Page(
            headers, b"".join(parts), named.get(b"etag", b""), named.get(b"last-modified", b""), scope.get("route")
        )


def asked_of(scope: Scope) -> Asked:
    """Return those of a request's headers that an answer heeds, empty where they are not there.

    Of several lines the first, which a route reads too: else a page would be kept as another than the one it is.
    """
    asked = dict.fromkeys(_HEEDED, b"")
    for name, value in reversed(scope["headers"]):
        if name in asked:
            asked[name] = value
    return asked


def _key_of(scope: Scope, asked: Asked) -> _Key:
    return scope["path"], scope["query_string"], _variant(scope, asked)


def _variant(scope: Scope, asked: Mapping[bytes, bytes]) -> str:
    """Return what a page's bytes vary with: data with its form, a page for people with language; and compression."""
    if scope["path"].startswith(_DATA):
        form = preferred(asked[b"accept"])
    else:
        form = preferred_language(asked[b"accept-language"].decode("latin-1"))
    return form + _GZIP if takes_gzip(asked[b"accept-encoding"].decode("latin-1")) else form


def _may_be_kept(path: str) -> bool:
    return path == _HOME or path.startswith(LANE)


def _has_it(etag: bytes, last_modified: bytes, if_none_match: bytes, if_modified_since: bytes) -> bool:
    """Tell whether the client has an answer as it stands (RFC 9110, 13.1): the tag goes before the date."""
    if if_none_match:
        if if_none_match == etag:
            return True
        named = [part.strip().removeprefix(b"W/") for part in if_none_match.split(b",")]
        return bool(etag) and (etag.removeprefix(b"W/") in named or named == [b"*"])
    if if_modified_since and last_modified:
        if if_modified_since == last_modified:
            return True
        try:
            since = parsedate_to_datetime(if_modified_since.decode("latin-1"))
            return parsedate_to_datetime(last_modified.decode("latin-1")) <= since
        except (ValueError, TypeError):
            return False
    return False
