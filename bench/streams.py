"""How soon the last of 200 open streams hears of an event, counted from the answer to whoever caused it."""

import asyncio
import json
import time
from pathlib import Path
from statistics import median

from app.domain.moment import exact
from app.web.clock import utc_now
from bench.bounds import measures
from bench.load import request
from bench.server import Server, on_core, prepare

STREAMS = 200
EVENTS = 20
PAUSE_SECONDS = 0.3
LOG = "/v1/inquiries"


@measures("seconds_to_the_last_of_200_streams")
def stream_figures(folder: Path) -> dict[str, float]:
    """Measure: one client logs, 200 look on; the slowest of each event, the median of all events."""
    token = prepare(folder)["dispatcher"]
    with Server("app", folder, ready="/readyz") as server, on_core(1):
        slowest = asyncio.run(_look_on(server.port, token))
    told = f"median {median(slowest) * 1e3:.0f} ms, longest {max(slowest) * 1e3:.0f} ms"
    print(f"  {len(slowest)} events at {STREAMS} open streams: the last of them hears of it after {told}")
    return {"seconds_to_the_last_of_200_streams": median(slowest)}


async def _look_on(port: int, token: str) -> list[float]:
    streams = [await _open(port, token) for _ in range(STREAMS)]
    heard: list[asyncio.Queue[float]] = [asyncio.Queue() for _ in streams]
    listening = [asyncio.create_task(_listen(reader, of)) for (reader, _), of in zip(streams, heard, strict=True)]
    asker = await asyncio.open_connection("127.0.0.1", port)
    slowest = []
    for _ in range(EVENTS):
        answered = await _log(asker, token)
        arrived = [await asyncio.wait_for(of.get(), 10) for of in heard]
        slowest.append(max(arrived) - answered)
        await asyncio.sleep(PAUSE_SECONDS)
        for of in heard:  # an inquiry is two events; the first to arrive counts
            while not of.empty():
                of.get_nowait()
    for task in listening:
        task.cancel()
    for _, writer in (*streams, asker):
        writer.close()
    return slowest


async def _open(port: int, token: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request("GET", "/v1/stream", token=token, headers=["Accept: text/event-stream"]))
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(f"no stream: {head[:200]!r}")
    return reader, writer


async def _listen(reader: asyncio.StreamReader, heard: "asyncio.Queue[float]") -> None:
    async for line in reader:
        if line.startswith(b"data:"):
            heard.put_nowait(time.perf_counter())


async def _log(asker: tuple[asyncio.StreamReader, asyncio.StreamWriter], token: str) -> float:
    """Log an inquiry; return when its answer was read."""
    reader, writer = asker
    body = {
        "source": "public",
        "channel": "phone",
        "observed_at": exact(utc_now()),
        "place": {"address": "1217 Central Ave SE"},
        "observation": {"activity": "worksite"},
    }
    writer.write(request("POST", LOG, token=token, body=json.dumps(body).encode()))
    head = await reader.readuntil(b"\r\n\r\n")
    answered = time.perf_counter()
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    await reader.readexactly(length)
    return answered
