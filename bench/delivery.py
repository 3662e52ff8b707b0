"""How soon, how fast and at what price other systems are told: webhooks on this machine, from answer to receiver."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any

import httpx
import uvloop

from app.domain.actor import OPERATOR
from app.domain.inquiry import Activity, AreaCommand, Channel, Language, Source
from app.domain.webhook import MessageType
from app.main import open_service
from app.service.keep_webhooks import NewWebhook, add_webhook
from app.service.log_inquiry import NewInquiry, log_inquiry
from app.settings import Settings
from bench.bounds import measures
from bench.invented import inquiries
from bench.load import load, request
from bench.server import Server, on_core, prepare

ALLOW = {"APP_WEBHOOK_ALLOW": "127.0.0.0/8"}
EVENTS_A_SECOND, LATENCY_SECONDS = 50, 20
ENDPOINTS, BACKLOG = 20, 20_000
ROUNDS, ROUND_SECONDS = 7, 2.5
# After it is ready, the service loads the screen's words, which are measured by themselves.
SETTLED_SECONDS = 4
_ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass
class Received:
    """What came: the inquiry's number of each message, and when."""

    count: int = 0
    at: dict[str, float] = field(default_factory=dict)


class _Receiver(asyncio.Protocol):
    """A receiver that knows as much HTTP as it needs."""

    def __init__(self, received: Received) -> None:
        self._received, self._left = received, b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note whom to answer."""
        self._transport = transport  # type: ignore[assignment]  # uvloop's is one without saying so

    def data_received(self, data: bytes) -> None:
        """Take in a part of a message; answer when it is whole."""
        self._left += data
        head, mark, body = self._left.partition(b"\r\n\r\n")
        lower = head.lower()
        if not mark or len(body) < int(lower.partition(b"content-length:")[2].split(b"\r\n", 1)[0]):
            return
        self._left = b""
        self._received.count += 1
        self._received.at.setdefault(json.loads(body)["data"]["number"], time.perf_counter())
        if self._transport is not None:
            self._transport.write(_ANSWER)


@contextmanager
def receiving(endpoints: int) -> Iterator[tuple[list[str], Received]]:
    """Run receivers on a thread; give their URLs and what they received."""
    received, loop = Received(), uvloop.new_event_loop()

    async def listen() -> list[str]:
        servers: list[Any] = [
            await loop.create_server(lambda: _Receiver(received), "127.0.0.1", 0) for _ in range(endpoints)
        ]
        return [f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/" for server in servers]

    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(listen(), loop).result(10), received
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def seed(data: Path, urls: list[str], messages: int = 0) -> None:
    """Add endpoints that take logged inquiries, and so many messages for each."""
    service = open_service(Settings(data_dir=data))
    service.writer.start()
    now = datetime.now(UTC)
    for url in urls:
        new = NewWebhook(url, None, (MessageType.INQUIRY_LOGGED,))
        service.writer.submit(
            partial(add_webhook, secrets=service.webhook_secrets, new=new, by=OPERATOR, at=now)
        ).result(30)
    waiting = [
        service.writer.submit(lambda session: log_inquiry(session, _an_inquiry(now), OPERATOR, now))
        for _ in range(messages)
    ]
    for each in waiting:
        each.result(120)
    service.writer.stop()
    service.database.dispose()


def _an_inquiry(now: datetime) -> NewInquiry:
    return NewInquiry(
        Source.PUBLIC, None, Channel.PHONE, Language.ENGLISH, None, now - timedelta(minutes=5), None,
        "1217 Central Ave SE", None, None, AreaCommand.UNKNOWN, Activity.WORKSITE, None, None, (), None, None,
    )  # fmt: skip


@measures(
    "seconds_from_answer_to_receiver",
    "deliveries_a_second_from_a_backlog",
    "megabytes_more_while_draining",
    "logging_with_a_webhook_beside_without",
)
def delivery_figures(folder: Path) -> dict[str, float]:
    """Measure, and return the bounded figures."""
    with on_core(1):
        return {**_latency(folder / "latency"), **_backlog(folder / "backlog"), **_price(folder / "price")}


def _latency(data: Path) -> dict[str, float]:
    token = prepare(data)["intake"]
    with receiving(1) as (urls, received):
        seed(data, urls)
        with Server("app", data, ready="/readyz", settings=ALLOW) as server:
            time.sleep(SETTLED_SECONDS)
            answered = asyncio.run(_log_evenly(server.port, token))
            _wait_for(received, len(answered))
    waited = sorted(received.at[number] - at for number, at in answered.items())
    p50, p99 = waited[len(waited) // 2], waited[int(len(waited) * 0.99)]
    print(
        f"  {len(waited)} events at {EVENTS_A_SECOND}/s: from answer to receiver p50 {p50 * 1e3:.1f} ms,"
        f" p99 {p99 * 1e3:.1f} ms, longest {waited[-1] * 1e3:.1f} ms"
    )
    return {"seconds_from_answer_to_receiver": p99}


async def _log_evenly(port: int, token: str) -> dict[str, float]:
    """Log inquiries at an even pace; return when each was answered, by its number."""
    answered: dict[str, float] = {}
    bodies = inquiries(EVENTS_A_SECOND * LATENCY_SECONDS)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:

        async def log(body: bytes) -> None:
            answer = await client.post("/v1/inquiries", content=body)
            answered[answer.json()["number"]] = time.perf_counter()

        begins, tasks = time.perf_counter(), []
        for turn, body in enumerate(bodies):
            await asyncio.sleep(begins + turn / EVENTS_A_SECOND - time.perf_counter())
            tasks.append(asyncio.create_task(log(body)))
        await asyncio.gather(*tasks)
    return answered


def _backlog(data: Path) -> dict[str, float]:
    prepare(data)
    with receiving(ENDPOINTS) as (urls, received):
        seed(data, urls, BACKLOG // ENDPOINTS)
        with Server("app", data, ready="/readyz", settings=ALLOW) as server:
            time.sleep(SETTLED_SECONDS)
            begins, first, megabytes = time.perf_counter(), received.count, server.megabytes
            _wait_for(received, BACKLOG, seconds=300)
            rate = (BACKLOG - first) / (time.perf_counter() - begins)
            more, cpu = server.peak_megabytes - megabytes, server.cpu_seconds
    print(
        f"  {BACKLOG} deliveries to {ENDPOINTS} endpoints: {rate:.0f}/s, {more:.0f} MB more than at their start"
        f" ({megabytes:.0f} MB), {cpu / BACKLOG * 1e6:.0f} µs of processor each"
    )
    return {"deliveries_a_second_from_a_backlog": rate, "megabytes_more_while_draining": more}


def _price(data: Path) -> dict[str, float]:
    bodies = list(inquiries(2_000))
    with receiving(1) as (urls, received):
        tokens = {name: prepare(data / name)["intake"] for name in ("with", "without")}
        seed(data / "with", urls)
        with (
            Server("app", data / "with", ready="/readyz", settings=ALLOW) as with_one,
            Server("app", data / "without", ready="/readyz", settings=ALLOW) as without,
        ):
            ratios = []
            for connections in (8, 64):
                rates: dict[str, list[float]] = {"with": [], "without": []}
                for _ in range(ROUNDS):
                    for name, server in (("with", with_one), ("without", without)):
                        sent = [request("POST", "/v1/inquiries", token=tokens[name], body=body) for body in bodies]
                        run = load(server.port, sent, connections=connections, seconds=ROUND_SECONDS).all_are(201)
                        rates[name].append(run.rate)
                        _wait_for_a_rest(received)
                on, off = median(rates["with"]), median(rates["without"])
                ratios.append(median(a / b for a, b in zip(rates["with"], rates["without"], strict=True)))
                print(f"  {connections:>3} connections: {on:.0f} logged a second with a webhook, {off:.0f} without")
            print(f"  {received.count} messages came meanwhile")
    return {"logging_with_a_webhook_beside_without": min(ratios)}


def _wait_for_a_rest(received: Received) -> None:
    """Wait until what waited has come: both servers have one core, and its delivery would slow the other's logging."""
    before = -1
    while received.count > before:
        before = received.count
        time.sleep(1.5)  # a worker looks for what it has not heard of every second


def _wait_for(received: Received, count: int, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while received.count < count:
        if time.monotonic() > ends:
            raise AssertionError(f"{received.count} of {count} messages came")
        time.sleep(0.005)
