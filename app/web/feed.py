"""One reader that feeds every open stream: what happens is read once, however many look on.

The writer of this process wakes it after each commit; twice a second it also looks by itself, for what other processes
wrote. Nothing is queued for a client: each stream holds the index that it has told last, and takes what follows from
what was read lately or, when it is further behind, from the events themselves. So nothing is lost or told twice, and a
slow client costs no memory.
"""

import asyncio
import logging
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import orjson

from app.domain.moment import exact
from app.store.event_feed import FedEvent
from app.store.writer import DatabaseUnavailable

# How late what another process wrote is seen at most.
LOOK_EVERY_SECONDS = 0.5
# Readings of the feed under load: bursts of commits are read together.
PAUSE_SECONDS = 0.01
# Events read at once, and events kept at hand for streams that are a little behind.
PAGE = 500
KEPT = 2000
# Streams in all, and of one token: a browser needs one a tab.
STREAMS = 512
STREAMS_OF_A_TOKEN = 256

log = logging.getLogger(__name__)


class TooManyStreams(Exception):
    """No further stream is opened; `of_the_token` tells whose number is reached."""

    def __init__(self, *, of_the_token: bool) -> None:
        super().__init__("too many streams")
        self.of_the_token = of_the_token


@dataclass(eq=False, slots=True)
class Stream:
    """One client that looks on. `told` is the index of the last event that it was told."""

    token_id: str
    session_id: str | None
    told: int
    ended: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        """Let it end: its token was revoked, its session is over, or its client is gone."""
        self.ended = True
        self.wake.set()


class Feed:
    """Reads events for the streams of this process, as long as there are any."""

    def __init__(
        self,
        newest: Callable[[], Awaitable[int]],
        after: Callable[[int, int], Awaitable[list[FedEvent]]],
    ) -> None:
        self._newest = newest
        self._after = after
        self._streams: set[Stream] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._look = asyncio.Event()
        self._reading = asyncio.Lock()
        # What was read lately: the events that follow the index `_from`, up to `_head`, as their lines.
        self._from = self._head = -1
        self._indexes: list[int] = []
        self._lines: list[bytes] = []
        self._follows = False

    @property
    def open_streams(self) -> int:
        """How many clients look on."""
        return len(self._streams)

    def written(self) -> None:
        """Look now: something was committed. May be called from any thread."""
        if self._streams and self._loop is not None:
            with suppress(RuntimeError):  # the loop was closed meanwhile: nobody looks on any more
                self._loop.call_soon_threadsafe(self._look.set)

    async def run(self) -> None:
        """Feed the streams until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_SECONDS if self._streams else None):
                    await self._look.wait()
            self._look.clear()
            if self._follows:
                try:
                    await self._read_new()
                except DatabaseUnavailable:
                    log.warning("the stream cannot read the events; it tries again")
                await asyncio.sleep(PAUSE_SECONDS)

    async def open(self, token_id: str, session_id: str | None, after: int | None) -> Stream:
        """Begin a stream after an index, or with what happens from now on. Raises TooManyStreams."""
        if len(self._streams) >= STREAMS:
            raise TooManyStreams(of_the_token=False)
        if sum(stream.token_id == token_id for stream in self._streams) >= STREAMS_OF_A_TOKEN:
            raise TooManyStreams(of_the_token=True)
        stream = Stream(token_id, session_id, -1)
        self._streams.add(stream)
        try:
            await self._begin()
            if after is not None and after > self._head:  # a page may have read what this feed has not
                await self._read_new()
        except BaseException:
            self.close(stream)
            raise
        stream.told = self._head if after is None else min(after, self._head)
        self._look.set()
        return stream

    def close(self, stream: Stream) -> None:
        """Forget a stream; after the last one nothing is read any more."""
        self._streams.discard(stream)
        if not self._streams:
            self._follows = False
            self._indexes, self._lines = [], []

    async def take(self, stream: Stream) -> bytes:
        """Return what a stream is to tell next, which counts as told; empty where it is up to date."""
        if stream.told < self._from:
            events = await self._after(stream.told, PAGE)
            if not events:
                return b""
            stream.told = events[-1].index
            return b"".join(map(_line, events))
        first = bisect_right(self._indexes, stream.told)
        lines = self._lines[first : first + PAGE]
        if lines:
            stream.told = self._indexes[first + len(lines) - 1]
        return b"".join(lines)

    async def _begin(self) -> None:
        async with self._reading:
            if not self._follows:
                self._from = self._head = await self._newest()
                self._follows = True

    async def _read_new(self) -> None:
        async with self._reading:
            more = True
            while more and self._follows:
                events = await self._after(self._head, PAGE)
                more = len(events) == PAGE
                self._keep(events)

    def _keep(self, events: Sequence[FedEvent]) -> None:
        if not events or not self._follows:
            return
        self._indexes += [event.index for event in events]
        self._lines += map(_line, events)
        self._head = self._indexes[-1]
        if len(self._indexes) > 2 * KEPT:
            self._from = self._indexes[-KEPT - 1]
            self._indexes, self._lines = self._indexes[-KEPT:], self._lines[-KEPT:]
        over = {event.ends for event in events if event.ends is not None}
        for stream in self._streams:
            if over and (stream.token_id in over or stream.session_id in over):
                stream.end()
            stream.wake.set()


def _line(event: FedEvent) -> bytes:
    """Return an event as server-sent events are written (HTML Standard, 9.2.5)."""
    told = {"index": event.index, "kind": event.kind.value, "at": exact(event.at), "inquiry_id": event.inquiry_id}
    return f"id: {event.index}\ndata: {orjson.dumps(told).decode()}\n\n".encode()
