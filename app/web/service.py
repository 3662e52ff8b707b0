"""What the routes stand on: the database, the writer, the vault, the screen, the clock. Made once by `create_app`."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from app.domain.policy import Policy
from app.domain.screening import Finding
from app.settings import Settings
from app.store.engine import READERS, Database
from app.store.point_reads import PointReads
from app.store.soundness import Soundness
from app.store.vault import Vault
from app.store.webhooks import WebhookSecrets
from app.store.writer import DatabaseUnavailable, Writer
from app.web.clock import ClockWatch
from app.web.idempotency import RunningKeys
from app.web.limits import Limits
from app.web.metrics import Metrics

Read = TypeVar("Read")


class UnderWay:
    """How many changes are under way for somebody who waits for them."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> None:
        self.count += 1

    def __exit__(self, *_how_it_ended: object) -> None:
        self.count -= 1


@dataclass(frozen=True, slots=True)
class Service:
    """The parts, by name."""

    settings: Settings
    policy: Policy
    database: Database
    writer: Writer
    point_reads: PointReads
    vault: Vault
    screen: Callable[[str], tuple[Finding, ...]]
    screen_version: str
    clock: Callable[[], datetime]
    under_way: UnderWay
    running_keys: RunningKeys
    limits: Limits
    metrics: Metrics
    clock_watch: ClockWatch
    readers: CapacityLimiter
    # One report at a time: they read much.
    reporting: CapacityLimiter
    # Whether the ledger was found to be other than what was committed to.
    soundness: Soundness
    # Set when something was written that the public may see at once.
    log_stale: Event
    # Seals the webhooks' secrets.
    webhook_secrets: WebhookSecrets
    # Looks up where a host's name leads to.
    look_up: Callable[[str, int], Awaitable[Sequence[str]]]

    async def read(self, question: Callable[[Session], Read]) -> Read:
        """Answer a question from one state of the database, on a thread."""

        def ask() -> Read:
            with self.database.read() as session:
                return question(session)

        return await self.on_thread(ask)

    async def on_thread(self, work: Callable[[], Read]) -> Read:
        """Do what blocks on a thread. Raises DatabaseUnavailable where the database could not be had.

        Who is cancelled meanwhile ends when the thread does: until then it is at a connection of the database.
        """
        task = asyncio.ensure_future(to_thread.run_sync(work, limiter=self.readers))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            raise
        except (DBAPIError, PoolTimeout):
            raise DatabaseUnavailable from None


def new_readers() -> CapacityLimiter:
    """Return as many threads that read as there are connections to read with."""
    return CapacityLimiter(READERS)


def service_of(request: Request) -> Service:
    """Return the service that a request is for."""
    service: Service = request.app.state.service
    return service
