"""Sends prepared requests over kept connections and times the answers: one generator for every server measured.

It knows only as much HTTP as it needs: answers have a Content-Length. Raw protocols on uvloop send about 15,000
requests a second from one core, several times what any of the servers answers.
"""

import asyncio
import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import cast

import uvloop

TIMEOUT_SECONDS = 30.0
WARM_UP_SECONDS = 0.5
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_WITHOUT_BODY = {204, 304}
_SERVER_FAULT = 500


@dataclass(slots=True)
class Run:
    """What came of one run: the latencies of its answers in seconds, sorted, and how many had which status."""

    seconds: float
    begins: float = 0.0  # what is answered earlier warms up
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    cpu_seconds: float = 0.0  # of the server, meanwhile

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        """Return the latency that this share of the answers stays below; infinite where nothing was answered."""
        if not self.latencies:
            return math.inf
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]

    @property
    def faults(self) -> int:
        """How many requests got no answer in time, or one of the 5xx."""
        return self.lost + sum(count for status, count in self.statuses.items() if status >= _SERVER_FAULT)

    def all_are(self, status: int) -> "Run":
        """Return the run, if nothing but answers of this status came. Raises AssertionError."""
        if self.lost or set(self.statuses) != {status}:
            raise AssertionError(f"answers other than {status}: {dict(self.statuses)}, none to {self.lost}")
        return self


def request(
    method: str, path: str, *, token: str | None = None, body: bytes = b"", headers: Sequence[str] = ()
) -> bytes:
    """Return a request's bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + _HEAD_END + body


def load(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> Run:
    """Send the requests in turn over this many connections, each as soon as its last is answered."""
    return uvloop.run(_load(port, itertools.cycle(requests), connections, seconds))


async def _load(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Run:
    loop = asyncio.get_running_loop()
    run = Run(seconds)
    opened = [
        (await loop.create_connection(lambda: _Connection(requests, run), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    # One request on each before all of them begin, so that no connection is still waiting to be taken when it counts.
    await asyncio.wait([connection.send_until(0) for connection in opened], timeout=TIMEOUT_SECONDS)
    run.begins = perf_counter() + WARM_UP_SECONDS
    ends = [connection.send_until(run.begins + seconds) for connection in opened]
    done, waiting = await asyncio.wait(ends, timeout=WARM_UP_SECONDS + seconds + TIMEOUT_SECONDS)
    run.lost += len(waiting) + sum(not end.result() for end in done)
    run.latencies.sort()
    return run


class _Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, requests: Iterator[bytes], run: Run) -> None:
        self._requests, self._run = requests, run
        self._ends = 0.0
        self._end: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._received = b""
        self._whole = 0
        self._status = 0
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one without saying so

    def send_until(self, ends: float) -> "asyncio.Future[bool]":
        """Send one request after another, the last one before a time; return whether all were answered."""
        self._ends, self._end = ends, asyncio.get_running_loop().create_future()
        if self._transport is None or self._transport.is_closing():
            self._end.set_result(False)
        else:
            self._send()
        return self._end

    def _send(self) -> None:
        if self._transport is not None:
            self._received, self._whole = b"", 0
            self._sent = perf_counter()
            self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        """Take in a part of an answer; after the last part send the next request."""
        self._received += data
        if not self._whole:
            head_end = self._received.find(_HEAD_END)
            if head_end < 0:
                return
            head = self._received[:head_end].lower()
            self._status = int(head[9:12])
            bodiless = self._status in _WITHOUT_BODY
            length = b"0" if bodiless else head[head.index(_LENGTH) + len(_LENGTH) :].split(b"\r\n", 1)[0]
            self._whole = head_end + len(_HEAD_END) + int(length)
        if len(self._received) < self._whole:
            return
        now = perf_counter()
        if self._run.begins <= now <= self._ends:
            self._run.latencies.append(now - self._sent)
        self._run.statuses[self._status] += 1
        if now < self._ends:
            self._send()
            return
        self._end.set_result(True)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio hands it over
        """Note an end that came before the answer."""
        if not self._end.done():
            self._end.set_result(False)
