"""Writes down what came of attempts, many at once: a statement for each would cost the writer more than the rest.

Measured: with a statement for each delivery a full queue took the writer 4 ms of waiting for the interpreter apiece.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from app.delivery.database import Writes, succeeds
from app.domain.actor import SERVICE
from app.domain.delivery import Result
from app.service.keep_webhooks import disable_webhook
from app.store import leases
from app.store.leases import Outcome
from app.store.session import WriteSession

# What is written in one go, so that no dispatcher waits for it.
AT_ONCE = 64
# So many outcomes waiting mean that the database is away: nothing more is sent until they are written.
BEHIND = 256


class Recorder:
    """Takes outcomes and writes them one batch after the other; what comes meanwhile is the next."""

    def __init__(self, write: Writes, clock: Callable[[], datetime], *, again_seconds: float) -> None:
        self._write, self._clock, self._again = write, clock, again_seconds
        self._waiting: list[Outcome] = []
        self._writing: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether something is not on disk yet."""
        return bool(self._waiting)

    async def record(self, outcome: Outcome) -> None:
        """Take an outcome, which is written soon; wait only while the database is so far behind that nothing helps.

        However long it is away, nothing is sent twice for that: the row stays its worker's until it is written.
        """
        self._waiting.append(outcome)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        if len(self._waiting) > BEHIND:
            await asyncio.wait({self._writing})

    async def finish(self) -> None:
        """Write what waits, once: as the service ends."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.wait({self._writing})
        outcomes = list(self._waiting)
        if outcomes:
            await succeeds(lambda: self._write(lambda session: self._put(session, outcomes)))

    async def _write_all(self) -> None:
        while self._waiting:
            outcomes = self._waiting[:AT_ONCE]

            async def write(outcomes: list[Outcome] = outcomes) -> None:
                await self._write(lambda session: self._put(session, outcomes))

            while not await succeeds(write):  # noqa: ASYNC110  # no event tells of its return
                await asyncio.sleep(self._again)
            del self._waiting[: len(outcomes)]

    def _put(self, session: WriteSession, outcomes: list[Outcome]) -> None:
        leases.record(session, outcomes)
        for outcome in outcomes:
            if outcome.after.last_result is Result.GONE:
                disable_webhook(session, outcome.after.webhook_id, SERVICE, self._clock())
