"""Takes one claimed message to its endpoint and writes what came of it."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from app.delivery.database import Reads, Writes, succeeds
from app.delivery.lease import Lease
from app.delivery.pace import Pace
from app.delivery.recorder import Recorder
from app.delivery.signing import signed_headers
from app.domain.delivery import Attempt, Result, after_attempt
from app.store import leases
from app.store.leases import Claimed, Outcome
from app.store.webhooks import CannotBeOpened, WebhookSecrets


class Sends(Protocol):
    """What posts a message to an endpoint."""

    async def send(self, url: str, headers: dict[str, str], body: str) -> Attempt:
        """Post a message and return what came of it."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


OpenSender = Callable[[], Awaitable[Sends]]


class Courier:
    """Sends for one worker; `gone` is called with an endpoint that wants no more."""

    def __init__(
        self,
        write: Writes,
        read: Reads,
        open_sender: OpenSender,
        secrets: WebhookSecrets,
        clock: Callable[[], datetime],
        pace: Pace,
        lease: Lease,
        *,
        attempted: Callable[[Result], None],
        gone: Callable[[str], None],
    ) -> None:
        self._write, self._read, self._clock, self._pace, self._lease = write, read, clock, pace, lease
        self._open_sender, self._secrets = open_sender, secrets
        self._attempted, self._gone = attempted, gone
        self._recorder = Recorder(write, clock, again_seconds=pace.look)
        self._sender: Sends | None = None
        self._opening = asyncio.Lock()

    @property
    def busy(self) -> bool:
        """Whether what came of an attempt is not on disk yet."""
        return self._recorder.busy

    async def open(self) -> Sends:
        """Return what sends, opened once, when it is first wanted."""
        async with self._opening:
            if self._sender is None:
                self._sender = await self._open_sender()
        return self._sender

    async def close(self) -> None:
        """Write what is known of what was sent, and close the connections."""
        await self._recorder.finish()
        if self._sender is not None:
            await self._sender.close()

    async def deliver(self, claimed: Claimed, waited: float) -> None:
        """Send a message that waited here so many seconds, unless it is no longer this worker's to send."""
        name = claimed.delivery.leased_by
        if name is None or not await self._lease.still_has(name):
            return
        if waited > self._pace.fresh:
            now = await self._look_again(claimed, name)
            if now is None:
                return
            claimed = now
        attempt = await self._attempt(claimed)
        self._attempted(attempt.result)
        if attempt.result is Result.GONE:
            self._gone(claimed.delivery.webhook_id)
        after = after_attempt(claimed.delivery, attempt, self._clock(), random.random())  # noqa: S311  # no secret
        await self._recorder.record(Outcome(after, name))

    async def _look_again(self, claimed: Claimed, name: str) -> Claimed | None:
        """Return what was claimed as it is to be sent now; None, and freed, where its endpoint takes no more."""
        delivery_id, found = claimed.delivery.id, list[Claimed]()

        async def look() -> None:
            found.extend(await self._read(lambda session: leases.claimed_by(session, name, [delivery_id])))

        if await succeeds(look) and found:
            return found[0]
        await self._until_it_succeeds(lambda: self._write(lambda session: leases.release(session, delivery_id, name)))
        return None

    async def _attempt(self, claimed: Claimed) -> Attempt:
        try:
            headers = self._headers(claimed)
        except CannotBeOpened:  # the key file is another one than that which sealed the secret
            return Attempt(Result.NOT_SIGNED)
        if self._sender is None:
            await self._until_it_succeeds(self.open)
        sender = await self.open()
        return await sender.send(claimed.url, headers, claimed.body)

    def _headers(self, claimed: Claimed) -> dict[str, str]:
        now, webhook_id = self._clock(), claimed.delivery.webhook_id
        secrets = [self._secrets.open(webhook_id, claimed.secret)]
        older, until = claimed.older_secret, claimed.older_secret_until
        if older is not None and until is not None and now < until:
            secrets.append(self._secrets.open(webhook_id, older))
        return signed_headers(secrets, claimed.delivery.message_id, claimed.body, now)

    async def _until_it_succeeds(self, work: Callable[[], Awaitable[object]]) -> None:
        while not await succeeds(work):  # noqa: ASYNC110  # no event tells of its return
            await asyncio.sleep(self._pace.look)
