"""Takes what is in the outbox to its endpoints: each at its own pace, in order, until it is there or has failed.

Each process has one worker. It is woken by the bell when this process wrote something, and looks by itself for what
other processes wrote. It claims a few deliveries of each endpoint at a time, so that a backlog of any size takes no
more memory than a small one.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from app.delivery.courier import Courier, OpenSender
from app.delivery.database import Reads, Writes, succeeds
from app.delivery.lane import Lane
from app.delivery.lease import Lease
from app.delivery.pace import Pace
from app.delivery.precedence import Precedence
from app.domain.delivery import Result
from app.store import leases, webhooks
from app.store.leases import Claimed, Work
from app.store.session import WriteSession
from app.store.webhooks import WebhookSecrets

USUAL = Pace()
NOBODY_ELSE = Precedence(lambda: 0)


class Worker:
    """The one that sends, in this process."""

    def __init__(
        self,
        write: Writes,
        read: Reads,
        open_sender: OpenSender,
        secrets: WebhookSecrets,
        clock: Callable[[], datetime],
        *,
        precedence: Precedence = NOBODY_ELSE,
        pace: Pace = USUAL,
        attempted: Callable[[Result], None] = lambda _result: None,
    ) -> None:
        self._write, self._read, self._clock, self._pace = write, read, clock, pace
        self._precedence = precedence
        self._lanes: dict[Work, Lane] = {}
        self._lease = Lease(write, read, clock, pace, busy=self._busy, lost=self._forget)
        self._courier = Courier(
            write, read, open_sender, secrets, clock, pace, self._lease, attempted=attempted, gone=self._forget
        )
        self._rung = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def ring(self) -> None:
        """Let it look for work at once. From any thread."""
        # To wake the loop costs the writer its turn. The bell is stilled before the look that follows: none is missed.
        if self._loop is not None and not self._loop.is_closed() and not self._rung.is_set():
            self._loop.call_soon_threadsafe(self._rung.set)

    async def run(self) -> None:
        """Send until cancelled; what it has by then is freed for others."""
        self._loop = asyncio.get_running_loop()
        keeping = asyncio.create_task(self._lease.keep())
        try:
            await succeeds(self._open_where_wanted)
            while True:
                await self._precedence.give()
                self._rung.clear()
                await succeeds(self._claim_what_waits)
                await self._wait_for_the_bell()
        finally:
            keeping.cancel()
            for lane in self._lanes.values():
                await lane.stop()
            await self._courier.close()
            await succeeds(self._lease.end)

    async def _open_where_wanted(self) -> None:
        """Open what sends where there is an endpoint already: the first message shall not wait for that."""
        if await self._read(webhooks.count):
            await self._courier.open()

    async def _wait_for_the_bell(self) -> None:
        try:
            async with asyncio.timeout(self._pace.look):
                await self._rung.wait()
        except TimeoutError:
            pass  # what other processes wrote rings no bell here

    async def _claim_what_waits(self) -> None:
        now = self._clock()
        found = await self._read(lambda session: leases.work(session, now))
        wanted = [(work, room) for work in found if (room := self._lane(work).room)]
        if not wanted:
            return
        name, began = await self._lease.begin(), time.monotonic()

        def claim(session: WriteSession) -> list[list[Claimed]] | None:
            if not leases.beat(session, name):  # what is claimed under a name that is taken for dead, nobody would free
                return None
            return [leases.claim(session, name, work, room, now) for work, room in wanted]

        claimed = await self._write(claim)
        if self._lease.holder != name:  # it ended meanwhile, and freed these
            return
        if claimed is None:
            self._lease.lose()
            return
        self._lease.renewed(began)
        for (work, room), deliveries in zip(wanted, claimed, strict=True):
            self._lane(work).add(deliveries, more=len(deliveries) == room)

    def _lane(self, work: Work) -> Lane:
        lane = self._lanes.get(work)
        if lane is None:
            lane = self._lanes[work] = Lane(
                self._courier.deliver, self._pace.claim, on_room=self._rung.set, may_start=self._precedence.give
            )
        return lane

    def _busy(self) -> bool:
        return self._courier.busy or any(lane.busy for lane in self._lanes.values())

    def _forget(self, webhook_id: str | None = None) -> None:
        """Start nothing more that was claimed: for an endpoint that is gone, or at all."""
        for work, lane in self._lanes.items():
            if webhook_id in {None, work.webhook_id}:
                lane.forget()
