"""Takes what is in the outbox to its endpoints: each at its own pace, in order, until it is there or has failed.

Each process has one worker. It is woken by the bell when this process wrote something, and looks by itself for what
other processes wrote. It claims a few deliveries of each endpoint at a time, so that a backlog of any size takes no
more memory than a small one.
"""

import asyncio
import logging
import os
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from sqlmodel import Session

from app.delivery.lane import Lane
from app.delivery.signing import signed_headers
from app.domain.actor import SERVICE
from app.domain.delivery import Attempt, Result, after_attempt
from app.domain.identifier import new_id
from app.service.keep_webhooks import disable_webhook
from app.store import leases, webhooks
from app.store.leases import Claimed, Work
from app.store.session import WriteSession
from app.store.webhooks import CannotBeOpened, WebhookSecrets

log = logging.getLogger(__name__)
Done = TypeVar("Done")


class Sends(Protocol):
    """What posts a message to an endpoint."""

    async def send(self, url: str, headers: dict[str, str], body: str) -> Attempt:
        """Post a message and return what came of it."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


class Writes(Protocol):
    """What writes a change."""

    async def __call__(self, change: Callable[[WriteSession], Done], /) -> Done:
        """Write a change and return its result once it is on disk."""
        ...


class Reads(Protocol):
    """What answers a question from one state of the database."""

    async def __call__(self, question: Callable[[Session], Done], /) -> Done:
        """Answer a question."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How a worker goes about it; times are seconds.

    `look` is how often it looks for what others wrote, `beat` how often it says that it lives, `lease` how long another
    may stay silent before its work is taken over: longer than a send takes, beats included. `claim` is how many
    deliveries of an endpoint it has at once.
    """

    look: float = 1.0
    beat: float = 5.0
    lease: float = 30.0
    claim: int = 32


class Worker:
    """The one that sends, in this process."""

    def __init__(
        self,
        write: Writes,
        read: Reads,
        open_sender: Callable[[], Awaitable[Sends]],
        secrets: WebhookSecrets,
        clock: Callable[[], datetime],
        *,
        pace: Pace = Pace(),
        attempted: Callable[[Result], None] = lambda _result: None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write, self._read, self._clock = write, read, clock
        self._open_sender, self._secrets = open_sender, secrets
        self._pace, self._attempted, self._steady = pace, attempted, steady
        self._sender: Sends | None = None
        self._lanes: dict[Work, Lane] = {}
        self._rung = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._id: str | None = None
        self._beaten = 0.0
        # When each other worker was first seen at the beat that it has.
        self._seen: dict[str, tuple[int, float]] = {}

    def ring(self) -> None:
        """Let it look for work at once. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._rung.set)

    async def run(self) -> None:
        """Send until cancelled; what it has by then is freed for others."""
        self._loop = asyncio.get_running_loop()
        living = asyncio.create_task(self._live())
        try:
            if await self._is_wanted():
                self._sender = await self._open_sender()
            while True:
                self._rung.clear()
                await self._safely(self._claim_what_waits)
                await self._wait_for_the_bell()
        finally:
            living.cancel()
            for lane in self._lanes.values():
                await lane.stop()
            if self._id is not None:
                await self._safely(lambda: self._end(self._id or ""))
            if self._sender is not None:
                await self._sender.close()

    async def _is_wanted(self) -> bool:
        """Tell whether there is an endpoint already: then the first message shall not wait for what it is sent with."""
        try:
            return await self._read(webhooks.count) > 0
        except Exception:  # noqa: BLE001  # the rounds below tell of a database that cannot be had
            return False

    async def _wait_for_the_bell(self) -> None:
        try:
            async with asyncio.timeout(self._pace.look):
                await self._rung.wait()
        except TimeoutError:
            pass  # what other processes wrote rings no bell here

    async def _safely(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Do what may fail with the database; tell whether it did not."""
        try:
            await work()
        except Exception as error:  # noqa: BLE001  # the next round tries again; the text may hold an address
            log.error("deliveries cannot be had", extra={"error": type(error).__name__})  # noqa: TRY400  # as above
            return False
        return True

    async def _claim_what_waits(self) -> None:
        now = self._clock()
        found = await self._read(lambda session: leases.work(session, now))
        wanted = [(each, self._lane(each).room) for each in found if self._lane(each).room]
        if not wanted:
            return
        worker = await self._begun()
        began = self._steady()

        def claim(session: WriteSession) -> list[list[Claimed]] | None:
            if not leases.beat(session, worker):  # what somebody claims who is taken for dead, nobody would free
                return None
            return [leases.claim(session, worker, work, room, now) for work, room in wanted]

        claimed = await self._write(claim)
        if self._id != worker:  # it ended meanwhile, and freed these
            return
        if claimed is None:
            self._lose()
            return
        self._beaten = began
        for (work, room), deliveries in zip(wanted, claimed, strict=True):
            self._lane(work).add(deliveries, more=len(deliveries) == room)

    def _lane(self, work: Work) -> Lane:
        lane = self._lanes.get(work)
        if lane is None:
            lane = self._lanes[work] = Lane(self._deliver, self._pace.claim, on_room=self._rung.set)
        return lane

    async def _deliver(self, claimed: Claimed) -> None:
        """Send one message and write what came of it, however long the database takes."""
        worker = claimed.delivery.leased_by
        if worker is None or not await self._still_has(worker):
            return
        attempt = await self._attempt(claimed)
        self._attempted(attempt.result)
        after = after_attempt(claimed.delivery, attempt, self._clock(), random.random())  # noqa: S311  # no secret

        def record(session: WriteSession) -> None:
            leases.record(session, claimed.delivery, after, worker)
            if attempt.result is Result.GONE:
                disable_webhook(session, claimed.delivery.webhook_id, SERVICE, self._clock())

        while not await self._safely(lambda: self._write(record)):  # noqa: ASYNC110  # no event tells of its return
            await asyncio.sleep(self._pace.look)

    async def _attempt(self, claimed: Claimed) -> Attempt:
        try:
            headers = self._headers(claimed)
        except CannotBeOpened:  # the key file is another one than that which sealed the secret
            return Attempt(Result.NOT_SIGNED)
        if self._sender is None:
            self._sender = await self._open_sender()
        return await self._sender.send(claimed.url, headers, claimed.body)

    def _headers(self, claimed: Claimed) -> dict[str, str]:
        now, webhook_id = self._clock(), claimed.delivery.webhook_id
        secrets = [self._secrets.open(webhook_id, claimed.secret)]
        older, until = claimed.older_secret, claimed.older_secret_until
        if older is not None and until is not None and now < until:
            secrets.append(self._secrets.open(webhook_id, older))
        return signed_headers(secrets, claimed.delivery.message_id, claimed.body, now)

    # The lease

    async def _begun(self) -> str:
        """Return this worker's name, known to the others."""
        if self._id is None:
            worker = new_id(self._clock(), os.urandom)
            await self._write(lambda session: leases.begin(session, worker))
            self._id, self._beaten = worker, self._steady()
        return self._id

    async def _end(self, worker: str) -> None:
        self._id = None
        await self._write(lambda session: leases.end(session, worker))

    async def _live(self) -> None:
        """Count on while there is work, and take over what belongs to those who no longer do."""
        while True:
            await asyncio.sleep(self._pace.beat)
            await self._safely(self._beat)
            await self._safely(self._take_over_from_the_dead)

    async def _beat(self) -> None:
        worker = self._id
        if worker is None:
            return
        if not any(lane.busy for lane in self._lanes.values()):
            await self._end(worker)
            return
        began = self._steady()
        if await self._write(lambda session: leases.beat(session, worker)):
            self._beaten = began
            return
        self._lose()

    def _lose(self) -> None:
        """Drop what has not started: others have taken this worker for dead, and its work over."""
        self._id = None
        for lane in self._lanes.values():
            lane.forget()

    async def _still_has(self, worker: str) -> bool:
        """Tell whether what this worker claimed is its own, after a stop of the process as well."""
        while self._id == worker and self._steady() - self._beaten > self._pace.lease / 2:
            if not await self._safely(self._beat):
                await asyncio.sleep(self._pace.look)
        return self._id == worker

    async def _take_over_from_the_dead(self) -> None:
        now = self._steady()
        beats = await self._read(leases.beats)
        self._seen = {
            worker: self._seen[worker] if self._seen.get(worker, (None, 0.0))[0] == beat else (beat, now)
            for worker, beat in beats.items()
            if worker != self._id
        }
        for worker, (beat, since) in self._seen.items():
            if now - since > self._pace.lease:
                await self._write(
                    lambda session, worker=worker, beat=beat: leases.take_over(session, worker, beat)  # type: ignore[misc]  # defaults bind the loop's values
                )
