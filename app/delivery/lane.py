"""One endpoint's messages: they start one after the other, in order, and one that is slow does not stop the rest.

The next message starts when the last one is done, so that an endpoint that answers gets them in order; one that takes
its time is given a moment, then the next starts beside it, up to a few at once. What is tried again has a lane of its
own, so that it holds back nothing new.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from app.store.leases import Claimed

# How long the next message waits for the one before, seconds: no endpoint that is well takes longer. With many waiting
# it waits a moment only, and a distant endpoint gets a few at once.
PATIENCE = 1.0
PATIENCE_WITH_MANY = 0.05
MANY = 8
# How many messages of one lane may be on their way at once: what a dead endpoint can take up.
AT_ONCE = 8


class Lane:
    """What was claimed for one endpoint and not sent yet, and what is on its way."""

    def __init__(
        self,
        deliver: Callable[[Claimed, float], Coroutine[Any, Any, None]],
        claim: int,
        *,
        on_room: Callable[[], None],
        may_start: Callable[[], Awaitable[None]],
    ) -> None:
        self._deliver, self._claim, self._on_room, self._may_start = deliver, claim, on_room, may_start
        self._waiting: deque[tuple[Claimed, float]] = deque()
        self._on_their_way: set[asyncio.Task[None]] = set()
        self._starting: asyncio.Task[None] | None = None
        self._more = False

    @property
    def busy(self) -> bool:
        """Whether something waits here or is on its way."""
        return bool(self._waiting or self._on_their_way)

    @property
    def room(self) -> int:
        """How many more to claim: none until half of what was claimed has started, so that claims are few."""
        held = len(self._waiting)
        return self._claim - held if held <= self._claim // 2 else 0

    def add(self, claimed: Sequence[Claimed], *, more: bool) -> None:
        """Take what was claimed, in its order, and start; `more` may wait where as much came as was asked for."""
        self._more = more
        now = time.monotonic()
        self._waiting.extend((each, now) for each in claimed)
        if self._waiting and (self._starting is None or self._starting.done()):
            self._starting = asyncio.create_task(self._start_all())

    def forget(self) -> None:
        """Drop what has not started: it belongs to another now."""
        self._waiting.clear()

    async def stop(self) -> None:
        """Start nothing more and give up what is on its way: it is sent again, under the same id."""
        self.forget()
        tasks = [*self._on_their_way, *([self._starting] if self._starting else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _start_all(self) -> None:
        while self._waiting:
            await self._may_start()
            if not self._waiting:  # forgotten meanwhile
                return
            claimed, since = self._waiting.popleft()
            task = asyncio.create_task(self._deliver(claimed, time.monotonic() - since))
            self._on_their_way.add(task)
            task.add_done_callback(self._on_their_way.discard)
            if self._more and len(self._waiting) <= self._claim // 2:
                self._more = False
                self._on_room()
            await asyncio.wait({task}, timeout=PATIENCE if len(self._waiting) < MANY else PATIENCE_WITH_MANY)
            while len(self._on_their_way) >= AT_ONCE:
                await asyncio.wait(self._on_their_way, return_when=asyncio.FIRST_COMPLETED)
