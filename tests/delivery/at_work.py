"""Workers at work in a test: on an event loop of their own, over a real database, with a clock that can run fast."""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.delivery.pace import Pace
from app.delivery.sender import Sender
from app.delivery.worker import Worker
from app.domain.moment import to_millisecond
from app.domain.reach import Reach
from app.domain.webhook import MessageType
from app.service.keep_webhooks import NewWebhook, add_webhook
from app.service.log_inquiry import log_inquiry
from app.store import outbox
from app.store.engine import Database
from app.store.vault import Vault
from app.store.webhooks import WebhookSecrets
from app.store.writer import Writer
from tests.builders import DISPATCHER, SUPERVISOR, a_new_inquiry
from tests.databases import session_opener

LOOPBACK = Reach.of(["127.0.0.0/8"])
SECRETS = WebhookSecrets(b"k" * 32)
QUICK = Pace(look=0.02, beat=0.2, lease=1.0)


class FastClock:
    """A clock that runs so many times as fast as the machine's, and can be made to jump."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed, self.began, self.steady = speed, datetime.now(UTC), time.monotonic()

    def __call__(self) -> datetime:
        elapsed = time.monotonic() - self.steady
        return to_millisecond(self.began + timedelta(seconds=elapsed * self.speed))

    def jump(self, **by: float) -> None:
        """Jump: `clock.jump(days=-1)`."""
        self.began += timedelta(**by)


@dataclass
class Outbox:
    """A database with webhooks, and the ways to write to it and read from it."""

    database: Database
    writer: Writer
    clock: Callable[[], datetime]
    # The ids of the messages that were started, in order, by where they went.
    started: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def adds_webhook(self, url: str, *events: MessageType) -> tuple[str, str]:
        """Add an endpoint and return its id and secret."""
        new = NewWebhook(url, None, events or tuple(MessageType))
        change = self.writer.submit(lambda session: add_webhook(session, SECRETS, new, SUPERVISOR, self.clock()))
        webhook, secret = change.result(10)
        return webhook.id, secret

    def logs(self, count: int = 1) -> None:
        """Log inquiries, each a message to every endpoint that takes them."""
        at = self.clock()
        new = a_new_inquiry(observed_at=at)
        for each in [
            self.writer.submit(lambda session: log_inquiry(session, new, DISPATCHER, at)) for _ in range(count)
        ]:
            each.result(30)

    def deliveries(self, webhook_id: str) -> list[outbox.Delivery]:
        """Return an endpoint's deliveries, oldest first."""
        with self.database.read() as session:
            return [each for each, _ in outbox.page(session, webhook_id, state=None, before=None, limit=100_000)[0]][
                ::-1
            ]

    def states(self, webhook_id: str) -> list[str]:
        """Return how an endpoint's deliveries stand, oldest first."""
        return [each.state.value for each in self.deliveries(webhook_id)]

    async def read(self, question):
        """Answer a question on a thread."""

        def ask():
            with self.database.read() as session:
                return question(session)

        return await asyncio.to_thread(ask)


@contextmanager
def outbox_over(database: Database, vault: Vault, clock: Callable[[], datetime] | None = None) -> Iterator[Outbox]:
    """Give an outbox with a writer of its own."""
    writer = Writer(database, session_opener(database, vault))
    writer.start()
    try:
        yield Outbox(database, writer, clock or FastClock())
    finally:
        writer.stop()


@contextmanager
def working(
    of: Outbox, *, pace: Pace = QUICK, open_sender=None, write=None, attempted=lambda _result: None
) -> Iterator[Worker]:
    """Run a worker until the block ends."""

    class Noting(Sender):
        async def send(self, url, headers, body):
            of.started[url].append(headers["webhook-id"])
            return await super().send(url, headers, body)

    async def open_usual() -> Sender:
        return Noting(LOOPBACK, look_up=_leads_to_itself, deadline_seconds=2.0)

    worker = Worker(
        write or of.writer.run, of.read, open_sender or open_usual, SECRETS, of.clock, pace=pace, attempted=attempted
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    running = asyncio.run_coroutine_threadsafe(worker.run(), loop)
    try:
        yield worker
    finally:
        running.cancel()

        async def ended() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.gather(*others, return_exceptions=True)
            await loop.shutdown_default_executor()

        asyncio.run_coroutine_threadsafe(ended(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _leads_to_itself(host: str, _port: int) -> list[str]:
    return [host]
