"""Changes that come at about the same time are handed over together, so that they share a commit.

A commit costs as much as a dozen changes do, and the threads take turns for each. Handed over one by one, as they came,
eight connections' changes went in batches of four, which took turns with each other for good.
"""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

Change = TypeVar("Change")
# How long changes are gathered at most while more keep coming.
GATHER_SECONDS = 0.02
# How long those whose changes were just answered are expected back: they are often in the middle of something.
EXPECT_SECONDS = 0.002
_LOOK_AGAIN_SECONDS = 0.001


class Gathering(Generic[Change]):
    """What came on one event loop and was not handed over yet. All of it runs on that loop.

    Alone, a change is handed over at once. One batch is on its way at a time; what comes meanwhile is the next.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int, hand_over: Callable[[list[Change]], None]) -> None:
        self._loop = loop
        self._most = most
        self._hand_over = hand_over
        self._waiting: list[Change] = []
        self._under_way = False
        # How many are expected until when: those of the last batch, beside those that wait.
        self._expected = 0
        self._expected_until = 0.0

    def add(self, change: Change) -> None:
        """Gather a change."""
        self._waiting.append(change)
        if len(self._waiting) == 1 and not self._under_way:
            self._begin()

    def answered(self, count: int) -> None:
        """Hand over what follows: the batch that was under way, of so many, was answered."""
        self._under_way = False
        self._expected = count + len(self._waiting)
        self._expected_until = self._loop.time() + EXPECT_SECONDS
        if self._waiting:
            self._begin()

    def _begin(self) -> None:
        self._loop.call_soon(self._look, 0, self._loop.time() + GATHER_SECONDS)

    def _look(self, before: int, at_latest: float) -> None:
        """Hand over what was gathered, once the loop looked at its connections and nothing more is expected."""
        count, now = len(self._waiting), self._loop.time()
        if count < self._most and now < at_latest:
            if count > before:
                self._loop.call_soon(self._look, count, at_latest)
                return
            if count < self._expected and now < self._expected_until:
                self._loop.call_later(_LOOK_AGAIN_SECONDS, self._look, count, at_latest)
                return
        batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        self._under_way = True
        self._hand_over(batch)
