"""Dispatchers go first: while a change of theirs is under way, messages start one by one and seldom.

A message takes as much of the processor as logging an inquiry does. What waits is sent as soon as there is a moment's
rest, and even without one it goes on arriving.
"""

import asyncio
import time
from collections.abc import Callable

# How soon it looks again whether there is a rest, seconds: soon where one change is under way, which is over within
# milliseconds. Looking as seldom as they come, it met each: at 50 changes a second messages came seconds late.
_LOOK_SECONDS, _LOOK_AMONG_MANY_SECONDS = 0.004, 0.02
# While there is none, a message of whichever endpoint starts this often, seconds.
SELDOM_SECONDS = 0.5


class Precedence:
    """`at_work` tells how many wait for a change."""

    def __init__(self, at_work: Callable[[], int], seldom_seconds: float = SELDOM_SECONDS) -> None:
        self._at_work, self._seldom = at_work, seldom_seconds
        self._next = 0.0

    async def give(self) -> None:
        """Return when a message may start."""
        while waiting := self._at_work():
            now = time.monotonic()
            if now >= self._next:
                self._next = now + self._seldom
                return
            await asyncio.sleep(_LOOK_SECONDS if waiting == 1 else _LOOK_AMONG_MANY_SECONDS)
