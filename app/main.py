"""Puts the service together: `create_app(settings)` is the whole of it."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

from anyio import CapacityLimiter
from fastapi import FastAPI

from app.delivery.courier import Sends
from app.delivery.names import Resolve, resolve
from app.delivery.precedence import Precedence
from app.delivery.worker import Worker
from app.domain.actor import SERVICE
from app.domain.screening import SCREEN_VERSION, Finding, make_ready, screen
from app.service.erase_expired import erase_expired
from app.service.follow_events import events_after, newest_event
from app.service.raise_alerts import raise_overdue_again
from app.settings import Settings
from app.store import alerts
from app.store.engine import Database, open_database
from app.store.outbox import Bell
from app.store.point_reads import PointReads
from app.store.session import WriteSession
from app.store.soundness import Soundness
from app.store.timeline import newest_event_at
from app.store.vault import Vault, make_key_file
from app.store.webhooks import KEY_FILE, WebhookSecrets
from app.store.writer import DatabaseUnavailable, Writer
from app.web import health
from app.web.api import alerts as alert_list
from app.web.api import (
    callbacks,
    calls,
    contacts,
    evidence,
    facilities,
    inquiries,
    ledger,
    refusals,
    register,
    reports,
    status,
    stream,
    tokens,
    webhooks,
)
from app.web.api import log as public_entries
from app.web.api import screen as screening
from app.web.clock import ClockWatch, utc_now
from app.web.feed import Feed
from app.web.front import Front, FrontedApp
from app.web.idempotency import RunningKeys
from app.web.limits import Limits
from app.web.metrics import Metrics
from app.web.observing import Observing, Telling
from app.web.openapi import describe
from app.web.pages import about, assets, console, crawlers, docs, problems
from app.web.pages import log as log_pages
from app.web.pages import reports as report_pages
from app.web.pages import status as status_pages
from app.web.problems import HANDLERS
from app.web.public_lane import KeptPages, PublicLane
from app.web.public_log import PublicLog
from app.web.service import Service, UnderWay, new_readers
from app.web.status_lane import StatusLane

ERASE_EVERY_SECONDS = 3600
LOOK_FOR_ALERTS_EVERY_SECONDS = 1
LOAD_SCREEN_AFTER_SECONDS = 1
# With a shorter publication delay each write may be public at once.
_SHORT_DELAY = timedelta(minutes=1)
_STAFF = (inquiries, callbacks, calls, contacts, facilities, tokens, alert_list, webhooks, stream)
_API = (*_STAFF, screening, register, reports)
_PUBLIC = (public_entries, evidence, ledger, refusals)
_PAGES = (log_pages, status_pages, report_pages, about, problems, docs, console, assets, crawlers)
# The framework tries them one after another: what dispatchers and programs ask comes first, the public has its lanes.
_ROUTED = (*_API, status, *_PUBLIC, health, *_PAGES)
log = logging.getLogger(__name__)


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    screen_text: Callable[[str], tuple[Finding, ...]] = screen,
    look_up: Resolve = resolve,
) -> FastAPI:
    """Return the service, ready to be served. `clock`, `screen_text` and `look_up` are what tests replace."""
    bell = Bell()
    service = open_service(settings, clock=clock, screen_text=screen_text, look_up=look_up, bell=bell)
    worker = worker_of(service, bell)
    feed = feed_of(service)
    public_log = PublicLog(service)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(public_log.check)
        service.writer.start()
        running = [
            asyncio.create_task(work)
            for work in (_erase_by_the_hour(service), _raise_overdue_alerts(service), feed.run(), worker.run())
        ]
        if screen_text is screen:
            running.append(asyncio.create_task(_load_screen()))
        keeping = asyncio.create_task(public_log.run())
        try:
            yield
        finally:
            public_log.stop()
            await keeping
            for task in running:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await asyncio.to_thread(service.writer.stop)
            service.point_reads.close()
            service.database.dispose()

    app = FrontedApp(
        lifespan=lifespan,
        exception_handlers=HANDLERS,  # type: ignore[arg-type]  # each takes the error that it is registered for
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # It would tell what exceptions say and what queries ask, and costs each request a little even so.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.service = service
    app.state.public_log = public_log
    app.state.feed = feed
    for module in _ROUTED:
        app.include_router(module.router)
    kept, telling = KeptPages(public_log), Telling(service.metrics, service.limits.is_behind_tls)
    app.front = Front(kept, StatusLane(service), telling)
    app.add_middleware(PublicLane, kept=kept)
    app.add_middleware(Observing, telling=telling)
    describe(app)
    return app


def open_service(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    screen_text: Callable[[str], tuple[Finding, ...]] = screen,
    look_up: Resolve = resolve,
    bell: Bell | None = None,
) -> Service:
    """Return the parts of the service, opened and not yet started."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(settings.url)
    vault = Vault(settings.vault_folder)
    metrics = Metrics()
    soundness, log_stale = Soundness(), threading.Event()

    def open_session() -> WriteSession:
        session = write_session(database, vault, settings, soundness)
        session.after_commit.append(lambda: log_stale.set() if _shows_at_once(session, settings) else None)
        session.bell = bell.ring if bell else None
        return session

    return Service(
        settings=settings,
        policy=settings.policy,
        database=database,
        writer=Writer(database, open_session),
        point_reads=PointReads(database),
        vault=vault,
        screen=screen_text,
        screen_version=SCREEN_VERSION,
        clock=clock,
        under_way=UnderWay(),
        running_keys=RunningKeys(_secret(settings.data_dir / "fingerprint.key")),
        limits=Limits(settings.rate, settings.trusted_proxies),
        metrics=metrics,
        clock_watch=ClockWatch(),
        readers=new_readers(),
        reporting=CapacityLimiter(1),
        soundness=soundness,
        log_stale=log_stale,
        webhook_secrets=WebhookSecrets(_secret(settings.data_dir / KEY_FILE)),
        look_up=look_up,
    )


def feed_of(service: Service) -> Feed:
    """Return what feeds the open streams; the writer wakes it."""
    feed = Feed(
        newest=lambda: service.read(newest_event),
        after=lambda index, limit: service.read(lambda session: events_after(session, index, limit)),
    )
    service.writer.listeners.append(feed.written)
    return feed


def worker_of(service: Service, bell: Bell) -> Worker:
    """Return what takes the outbox to its endpoints; the bell wakes it."""

    async def open_sender() -> Sends:
        # The HTTP client takes more than its share of the 1.5 s in which `serve` is ready, so it is imported when a
        # webhook wants it.
        sender = await asyncio.to_thread(import_module, "app.delivery.sender")
        return await asyncio.to_thread(sender.Sender, service.settings.reach, look_up=service.look_up)

    worker = Worker(
        service.writer.run,
        service.read,
        open_sender,
        service.webhook_secrets,
        service.clock,
        precedence=Precedence(lambda: service.under_way.count),
    )
    bell.on_ring(worker.ring)
    return worker


def write_session(
    database: Database, vault: Vault, settings: Settings, soundness: Soundness | None = None
) -> WriteSession:
    """Return a session that writes by the settings' rules."""
    return WriteSession(
        database.writing, vault=vault, policy=settings.policy, screen_version=SCREEN_VERSION, soundness=soundness
    )


def _shows_at_once(session: WriteSession, settings: Settings) -> bool:
    """Tell whether the public may see something of a batch before the cut moves on by itself."""
    return session.corrects or settings.publication_delay < _SHORT_DELAY


def _secret(file: Path) -> bytes:
    make_key_file(file)
    return file.read_bytes()


async def _load_screen() -> None:
    """Load the screen's words and rules once the service answers, so that the first caller does not wait for them."""
    await asyncio.sleep(LOAD_SCREEN_AFTER_SECONDS)
    await asyncio.to_thread(make_ready)


async def _erase_by_the_hour(service: Service) -> None:
    """Erase what is due, at start and every hour; not while the clock cannot be trusted."""
    with suppress(DatabaseUnavailable):
        service.clock_watch.began(await service.read(newest_event_at))
    while True:
        if service.clock_watch.erasing_state() == "ok":
            await _erase_all_due(service)
        await asyncio.sleep(ERASE_EVERY_SECONDS)


async def _erase_all_due(service: Service) -> None:
    try:
        more = True
        while more:
            erased = await service.writer.run(lambda session: erase_expired(session, SERVICE, service.clock()))
            more = erased.more
    except Exception as error:  # noqa: BLE001  # the next hour tries again
        log.error("erasing failed", extra={"error": type(error).__name__})  # noqa: TRY400  # no traceback with values


async def _raise_overdue_alerts(service: Service) -> None:
    """Raise alerts again that nobody acknowledged in time; not while the clock cannot be trusted."""
    while True:
        await asyncio.sleep(LOOK_FOR_ALERTS_EVERY_SECONDS)
        if service.clock_watch.state() == "ok":
            await _raise_what_is_overdue(service)


async def _raise_what_is_overdue(service: Service) -> None:
    now = service.clock()
    try:
        if await service.read(lambda session: alerts.overdue(session, now, limit=1)):
            await service.writer.run(lambda session: raise_overdue_again(session, now))
    except Exception as error:  # noqa: BLE001  # the next second tries again
        log.error("alerts cannot be raised again", extra={"error": type(error).__name__})  # noqa: TRY400  # as above
