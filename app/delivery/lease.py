"""What says that a worker lives, so that two never send one message, and that a dead one's work is taken over.

No clock is asked: a worker counts on, and another that sees the count stand still, by its own steady time, takes over.
A process that was stopped notices before it sends anything more.
"""

import asyncio
import functools
import os
import time
from collections.abc import Callable
from datetime import datetime

from app.delivery.database import Reads, Writes, succeeds
from app.delivery.pace import Pace
from app.domain.identifier import new_id
from app.store import leases


class Lease:
    """One worker's. It has a name while it has work; `lost` is called where others have taken it for dead."""

    def __init__(
        self,
        write: Writes,
        read: Reads,
        clock: Callable[[], datetime],
        pace: Pace,
        *,
        busy: Callable[[], bool],
        lost: Callable[[], None],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write, self._read, self._clock, self._pace = write, read, clock, pace
        self._busy, self._lost, self._steady = busy, lost, steady
        self.holder: str | None = None
        self._renewed = 0.0
        # Each other worker's count, and since when it stands there.
        self._seen: dict[str, tuple[int, float]] = {}

    async def begin(self) -> str:
        """Return the worker's name, by which others know what it has."""
        if self.holder is None:
            name, began = new_id(self._clock(), os.urandom), self._steady()
            await self._write(lambda session: leases.begin(session, name))
            self.holder, self._renewed = name, began
        return self.holder

    async def end(self) -> None:
        """Free what the worker has."""
        name, self.holder = self.holder, None
        if name is not None:
            await self._write(lambda session: leases.end(session, name))

    def renewed(self, at: float) -> None:
        """Note that the worker counted on, beginning at a steady time."""
        self._renewed = at

    def lose(self) -> None:
        """Note that others have taken the worker for dead, and its work over."""
        self.holder = None
        self._lost()

    async def still_has(self, name: str) -> bool:
        """Tell whether what was claimed under a name is the worker's own, also after the process was stopped."""
        while self.holder == name and self._steady() - self._renewed > self._pace.lease / 2:
            if not await succeeds(self._renew):
                await asyncio.sleep(self._pace.look)
        return self.holder == name

    async def keep(self) -> None:
        """Count on while there is work, and take over from those who no longer do; for ever."""
        while True:
            await asyncio.sleep(self._pace.beat)
            await succeeds(self.end if self.holder is not None and not self._busy() else self._renew)
            await succeeds(self._take_over_from_the_dead)

    async def _renew(self) -> None:
        name, began = self.holder, self._steady()
        if name is None:
            return
        if await self._write(lambda session: leases.beat(session, name)):
            self.renewed(began)
        elif self.holder == name:
            self.lose()

    async def _take_over_from_the_dead(self) -> None:
        now, beats = self._steady(), await self._read(leases.beats)
        self._seen = {
            name: self._seen[name] if name in self._seen and self._seen[name][0] == beat else (beat, now)
            for name, beat in beats.items()
            if name != self.holder
        }
        silent = [(name, beat) for name, (beat, since) in self._seen.items() if now - since > self._pace.lease]
        for name, beat in silent:
            await self._write(functools.partial(leases.take_over, worker=name, beat=beat))
