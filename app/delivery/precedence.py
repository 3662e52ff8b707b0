"""Dispatchers go first: while a change of theirs is under way, messages start one by one and seldom.

A message takes as much of the processor as logging an inquiry does. What waits is sent as soon as there is a moment's
rest, and even without one it goes on arriving.
"""

import asyncio
import time
from collections.abc import Callable

# How often it looks whether there is a rest, seconds.
_LOOK_SECONDS = 0.02
# While there is none, a message of whichever endpoint starts this often, seconds.
SELDOM_SECONDS = 0.5


class Precedence:
    """`at_work` tells whether somebody waits for a change."""

    def __init__(self, at_work: Callable[[], bool], seldom_seconds: float = SELDOM_SECONDS) -> None:
        self._at_work, self._seldom = at_work, seldom_seconds
        self._next = 0.0

    async def give(self) -> None:
        """Return when a message may start."""
        while self._at_work():
            now = time.monotonic()
            if now >= self._next:
                self._next = now + self._seldom
                return
            await asyncio.sleep(_LOOK_SECONDS)
