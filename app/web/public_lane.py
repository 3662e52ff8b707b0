"""The lane for public bytes that are rendered already: in front of the framework, behind the figures and the log line.

A surge of readers asks for the same few pages. They are rendered once for each state of the public log and kept in
memory; whoever asks again is answered here, about ten times as fast as by a route. A route says that its answer may be
kept by `keep`; who asks for the same meanwhile waits for it. Conditional requests are answered here and nowhere else.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from fastapi import Request
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
_HEEDED = (b"accept", b"accept-language", b"accept-encoding", b"if-none-match", b"if-modified-since")
_OF_304 = {b"etag", b"last-modified", b"cache-control", b"vary", b"access-control-allow-origin", b"link"}
_Key = tuple[str, bytes, str]
_Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class _Page:
    """An answer as it goes out, and the route that made it, for the figures."""

    headers: _Headers
    body: bytes
    etag: bytes
    last_modified: bytes
    route: Any

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return len(self.body) + _BESIDE_A_BODY


class _Keeping:
    """What a route says of its answer."""

    may = False


def keep(request: Request) -> None:
    """Let the answer to this request be kept until the public log changes. It is small, and the same for everybody."""
    request.scope["keeping"].may = True


class PublicLane:
    """ASGI middleware around the framework."""

    def __init__(self, app: ASGIApp, public_log: PublicLog) -> None:
        self.app = app
        self._public_log = public_log
        self._state: object = None
        self._kept: OrderedDict[_Key, _Page] = OrderedDict()
        self._bytes = 0
        self._making: dict[_Key, asyncio.Future[_Page | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or have it made."""
        if scope["type"] != "http" or scope["method"] != "GET" or not _may_be_kept(scope["path"]):
            scope["keeping"] = _Keeping()
            await self.app(scope, receive, send)
            return
        asked = dict.fromkeys(_HEEDED, b"")
        for name, value in scope["headers"]:
            if name in asked:
                asked[name] = value
        page = await self._page((scope["path"], scope["query_string"], _variant(scope, asked)), scope, receive, send)
        if page is None:
            return
        scope["route"] = page.route
        if _has_it(page, asked[b"if-none-match"], asked[b"if-modified-since"]):
            headers = [header for header in page.headers if header[0] in _OF_304]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        else:
            # A copy: what stands around this adds headers of its own.
            await send({"type": "http.response.start", "status": 200, "headers": page.headers.copy()})
            await send({"type": "http.response.body", "body": page.body})

    async def _page(self, key: _Key, scope: Scope, receive: Receive, send: Send) -> _Page | None:
        """Return the page; None where the answer was no page to keep, and was sent."""
        state = self._public_log.fresh_state()
        if state is None:
            try:
                state = await self._public_log.state()
            except DatabaseUnavailable:
                state = None  # the route will say so
        if state != self._state:
            self._state, self._bytes = state, 0
            self._kept.clear()
        page = self._kept.get(key)
        if page is not None:
            self._kept.move_to_end(key)
            return page
        being_made = self._making.get(key)
        if being_made is not None:
            page = await asyncio.shield(being_made)
            if page is not None:
                return page
        return await self._make(key, state, scope, receive, send)

    async def _make(self, key: _Key, state: object, scope: Scope, receive: Receive, send: Send) -> _Page | None:
        making: asyncio.Future[_Page | None] = asyncio.get_running_loop().create_future()
        mine = self._making.setdefault(key, making) is making
        page = None
        try:
            page = await self._from_route(scope, receive, send)
            if page is not None and state is not None and state == self._state:
                self._add(key, page)
        finally:
            if mine:
                del self._making[key]
            making.set_result(page)
        return page

    async def _from_route(self, scope: Scope, receive: Receive, send: Send) -> _Page | None:
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
        return _Page(
            headers, b"".join(parts), named.get(b"etag", b""), named.get(b"last-modified", b""), scope.get("route")
        )

    def _add(self, key: _Key, page: _Page) -> None:
        self._kept[key] = page
        self._bytes += page.size
        while self._bytes > KEPT_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.size


def _variant(scope: Scope, asked: Mapping[bytes, bytes]) -> str:
    """Return what a page's bytes vary with: data with its form, a page for people with language and compression."""
    if scope["path"].startswith(_DATA):
        return preferred(asked[b"accept"])
    language = preferred_language(asked[b"accept-language"].decode("latin-1"))
    return f"{language} gzip" if takes_gzip(asked[b"accept-encoding"].decode("latin-1")) else language


def _may_be_kept(path: str) -> bool:
    return path == _HOME or path.startswith(LANE)


def _has_it(page: _Page, if_none_match: bytes, if_modified_since: bytes) -> bool:
    """Tell whether the client has the page as it stands (RFC 9110, 13.1): the tag goes before the date."""
    if if_none_match:
        if if_none_match == page.etag:
            return True
        named = [part.strip().removeprefix(b"W/") for part in if_none_match.split(b",")]
        return bool(page.etag) and (page.etag in named or named == [b"*"])
    if if_modified_since and page.last_modified:
        if if_modified_since == page.last_modified:
            return True
        try:
            since = parsedate_to_datetime(if_modified_since.decode("latin-1"))
            return parsedate_to_datetime(page.last_modified.decode("latin-1")) <= since
        except (ValueError, TypeError):
            return False
    return False
