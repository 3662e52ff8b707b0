"""What the public log and its ledger cost: reading, logging beside it, verifying, exporting.

Run: python -m bench log [--full]. Servers run on one core, what asks them on another; ratios are within one run.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from statistics import mean, median
from typing import Any

from sqlmodel import Session

from app.domain.moment import day_in_denver
from app.ledger.merkle import inclusion_proof
from app.ledger.source import Opened
from app.ledger.tiles import hashes_in
from app.settings import Settings
from app.store.engine import open_database
from bench.bounds import judged, measures
from bench.invented import inquiries
from bench.load import Run, load, request
from bench.pages import page_figures
from bench.seed_log import seed_entries, seed_history
from bench.server import Server, on_core, prepare
from bench.streams import stream_figures

ROUNDS = 5
SECONDS = 2.0
CONNECTIONS = 64
FEW_ENTRIES = 1_000
MANY_ENTRIES = {True: 1_000_000, False: 50_000}
EVENTS = {True: 1_000_000, False: 100_000}
# What verifying has to reach: the lower of so many events a second and this share of plain hashing.
VERIFIED_AT_LEAST = 100_000
VERIFIED_BESIDE = 0.3
SAME_BYTES = "same-bytes.json"
LOG = "/v1/log"
# What belongs to one connection or one moment.
_HOPS = {"date", "connection"}


def log_job(*, full: bool, folder: Path) -> bool:
    """Measure all of it and tell whether every bound holds."""
    parts: tuple[Callable[[Path], dict[str, float]], ...] = (
        lambda at: reading_figures(at, full=full),
        logging_beside_the_ledger,
        dispatching_beside_readers,
        lambda at: verifying_figures(at, full=full),
        page_figures,
        stream_figures,
    )
    held = []
    for number, measure in enumerate(parts):
        (part := folder / str(number)).mkdir()
        held.append(judged(measure(part)))
    return all(held)


@measures(
    "log_beside_bare_uvicorn", "unchanged_log_beside_bare_uvicorn", "log_among_many_beside_few",
    "unchanged_log_among_many_beside_few", "csv_entries_a_second", "csv_megabytes_grown",
)  # fmt: skip
def reading_figures(folder: Path, *, full: bool) -> dict[str, float]:
    """Measure the first page and the answer that it is unchanged, beside a bare server of the same bytes."""
    with ExitStack() as stack, on_core(1):
        servers = {}
        for name, entries in (("few", FEW_ENTRIES), ("many", MANY_ENTRIES[full])):
            data = folder / name
            prepare(data)
            seed_entries(data, entries)
            servers[name] = stack.enter_context(Server("log-unchecked", data, ready="/healthz"))
        page = _fetch(servers["many"].port, LOG)
        tag = page["headers"]["etag"]
        unchanged = _fetch(servers["many"].port, LOG, {"If-None-Match": tag})
        (folder / "bare").mkdir()
        (folder / "bare" / SAME_BYTES).write_text(json.dumps({"page": page, "unchanged": unchanged}))
        servers["bare"] = stack.enter_context(Server("log-same-bytes", folder / "bare", ready="/page"))

        tags = {name: _fetch(servers[name].port, LOG)["headers"]["etag"] for name in ("few", "many")}
        asked = {
            ("page", "bare"): [request("GET", "/page")],
            ("unchanged", "bare"): [request("GET", "/unchanged")],
            **{("page", name): [request("GET", LOG)] for name in tags},
            **{
                ("unchanged", name): [request("GET", LOG, headers=[f"If-None-Match: {tag}"])]
                for name, tag in tags.items()
            },
        }
        runs: dict[tuple[str, str], list[Run]] = {plan: [] for plan in asked}
        for _ in range(ROUNDS):
            for (what, name), requests in asked.items():
                run = load(servers[name].port, requests, connections=CONNECTIONS, seconds=SECONDS)
                runs[what, name].append(run.all_are(200 if what == "page" else 304))
        table = _time_table(servers["many"], MANY_ENTRIES[full])
    rate = {plan: median(run.rate for run in of) for plan, of in runs.items()}
    for (what, name), each in rate.items():
        print(f"  {what:<10} {name:<5} {each:>8.0f}/s")
    return {
        "log_beside_bare_uvicorn": rate["page", "many"] / rate["page", "bare"],
        "unchanged_log_beside_bare_uvicorn": rate["unchanged", "many"] / rate["unchanged", "bare"],
        "log_among_many_beside_few": rate["page", "few"] / rate["page", "many"],
        "unchanged_log_among_many_beside_few": rate["unchanged", "few"] / rate["unchanged", "many"],
        **table,
    }


def _time_table(server: Server, entries: int) -> dict[str, float]:
    """Read the whole log as CSV over HTTP."""
    before, began, lines = server.peak_megabytes, time.perf_counter(), -1
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{LOG}?format=csv", timeout=600) as answer:  # ours
        while piece := answer.read(1 << 16):
            lines += piece.count(b"\n")  # a piece may end between the two
    seconds = time.perf_counter() - began
    if lines != entries:
        raise AssertionError(f"{lines} entries in the table, and {entries} were stored")
    print(f"  the whole log as CSV: {entries:,} entries in {seconds:.1f} s")
    return {"csv_entries_a_second": entries / seconds, "csv_megabytes_grown": server.peak_megabytes - before}


@measures("logging_with_the_ledger_beside_without")
def logging_beside_the_ledger(folder: Path) -> dict[str, float]:
    """Measure how many inquiries are logged a second with the ledger, and by the same service without one."""
    bodies = list(inquiries(2_000))
    with ExitStack() as stack, on_core(1):
        asked = {}
        for name in ("log-unchecked", "log-without-ledger"):
            token = prepare(folder / name)["intake"]
            server = stack.enter_context(Server(name, folder / name, ready="/healthz"))
            asked[name] = server, [request("POST", "/v1/inquiries", token=token, body=body) for body in bodies]
        rates: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(ROUNDS):
            for name, (server, requests) in asked.items():
                run = load(server.port, requests, connections=CONNECTIONS, seconds=SECONDS).all_are(201)
                rates[name].append(run.rate)
    with_it, without = (median(rates[name]) for name in ("log-unchecked", "log-without-ledger"))
    print(f"  inquiries logged: {with_it:.0f}/s with the ledger, {without:.0f}/s without")
    return {"logging_with_the_ledger_beside_without": with_it / without}


@measures("dispatcher_p99_ms_beside_readers")
def dispatching_beside_readers(folder: Path) -> dict[str, float]:
    """Measure a dispatcher's p99 while 64 connections read the log as fast as they can."""
    with ExitStack() as stack, on_core(1):
        token = prepare(folder)["dispatcher"]
        seed_entries(folder, FEW_ENTRIES)
        server = stack.enter_context(Server("log-unchecked", folder, ready="/healthz"))
        requests = [request("POST", "/v1/inquiries", token=token, body=body) for body in inquiries(500)]
        alone = load(server.port, requests, connections=1, seconds=SECONDS).all_are(201)
        surge = subprocess.Popen(
            [sys.executable, "-m", "bench.log", "surge", str(server.port), str(4 * SECONDS)],
            stdout=subprocess.PIPE,
        )
        time.sleep(SECONDS)
        beside = load(server.port, requests, connections=1, seconds=SECONDS).all_are(201)
        read, _ = surge.communicate()
    print(
        f"  a dispatcher logs: p99 {alone.quantile(0.99) * 1e3:.1f} ms alone, {beside.quantile(0.99) * 1e3:.1f} ms"
        f" while the log is read {read.decode().strip()} times a second"
    )
    return {"dispatcher_p99_ms_beside_readers": beside.quantile(0.99) * 1e3}


@measures("verified_beside_what_is_wanted", "verifying_megabytes_grown", "proof_milliseconds")
def verifying_figures(folder: Path, *, full: bool) -> dict[str, float]:
    """Measure `verify --database`, in a process of its own, beside hashing the same bytes; and an inclusion proof."""
    prepare(folder)
    seed_history(folder, EVENTS[full])
    done = subprocess.run(
        [sys.executable, "-m", "bench.log", "verify", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    told = json.loads(done.stdout)
    print(
        f"  verify --database: {told['events']:,} events, {told['verified']:,.0f}/s by {told['processes']} processes;"
        f" the same bytes hashed by one: {told['hashed']:,.0f}/s"
    )
    return {
        "verified_beside_what_is_wanted": told["verified"] / min(VERIFIED_AT_LEAST, VERIFIED_BESIDE * told["hashed"]),
        "verifying_megabytes_grown": told["grown"],
        "proof_milliseconds": told["proof"] * 1e3,
    }


def verify_and_tell(folder: Path) -> dict[str, float]:
    """Verify the tables of a folder; return how many events a second, how many plain hashing would do, and a proof.

    What it has grown by is that of the largest process.
    """
    import gc  # noqa: PLC0415  # in this process alone
    import resource  # noqa: PLC0415  # as above

    from app.commands.ledger import SELDOM, cores  # noqa: PLC0415  # as above
    from app.service.verify_ledger import verify_database  # noqa: PLC0415  # as above
    from app.store import ledger  # noqa: PLC0415  # as above

    gc.set_threshold(*SELDOM)  # as the command does
    database = open_database(Settings(data_dir=folder).url)
    with database.read() as session:
        some = [opened for _, opened in ledger.openings(session, 0, 20_000)]
        size = ledger.size_of(session)
        proof = _proof_seconds(session, size)
    hashed = [_hashed_a_second(some)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    report = verify_database(database, [], day_in_denver(datetime.now(UTC)), processes=cores())
    seconds = time.perf_counter() - began
    if not report.sound or report.opened != size:
        raise AssertionError(f"{report.problems[:3]}, {report.opened} of {size} open")
    largest = max(resource.getrusage(whose).ru_maxrss for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    hashed.append(_hashed_a_second(some))
    return {
        "events": size,
        "processes": cores(),
        "verified": size / seconds,
        "hashed": mean(hashed),
        "grown": (largest - before) / 1024,
        "proof": proof,
    }


def _hashed_a_second(some: list[Opened]) -> float:
    """Return how many events' bytes Python hashes a second: entry, leaf, a node, and the rest, long as the payload."""
    node = b"\x01" + bytes(64)
    began = time.perf_counter()
    for leaf in some:
        entry = b"v1 " + sha256(leaf.salt + leaf.payload).hexdigest().encode()
        sha256(b"\x00" + entry).digest()
        sha256(node).digest()
        sha256(leaf.salt + leaf.payload).digest()
    return len(some) / (time.perf_counter() - began)


def _proof_seconds(session: Session, size: int) -> float:
    """Return how long one inclusion proof takes from the tables, the median of some."""
    from app.store import ledger  # noqa: PLC0415  # as above

    taken = []
    for turn in range(101):
        began = time.perf_counter()
        inclusion_proof(turn * 7_919_993 % size, size, hashes_in(ledger.tile_reader(session)))
        taken.append(time.perf_counter() - began)
    return median(taken)


def _fetch(port: int, path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Return an answer as JSON can hold it, without what differs between two answers."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers or {})  # ours
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310  # as above
            status, body, given = answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        status, body, given = error.code, b"", error.headers
    named = {name.lower(): value for name, value in given.items() if name.lower() not in _HOPS}
    return {"status": status, "headers": named, "body": body.decode()}


def serve_variant(name: str, settings: Settings) -> None:
    """Serve what is measured: the service without its whole check, without a ledger, or a bare server of bytes."""
    import uvicorn  # noqa: PLC0415  # in a server's process alone

    if name == "log-same-bytes":
        app = _same_bytes(json.loads((settings.data_dir / SAME_BYTES).read_text()))
        uvicorn.run(app, port=settings.port, loop="uvloop", http="httptools", access_log=False, log_level="warning")
        return
    from app.main import create_app  # noqa: PLC0415  # as above
    from app.serving import serve  # noqa: PLC0415  # as above
    from app.store import ledger  # noqa: PLC0415  # as above
    from app.web.public_log import PublicLog  # noqa: PLC0415  # as above

    async def nothing(_log: PublicLog) -> None: ...

    setattr(PublicLog, "_check_daily", nothing)  # noqa: B010  # it would run beside what is measured
    if name == "log-without-ledger":
        ledger.append = lambda *_: None  # the one line that is measured
        setattr(PublicLog, "run", nothing)  # noqa: B010  # the service without its ledger
    serve(create_app(settings), settings)


def _same_bytes(told: dict[str, Any]) -> Callable[..., Any]:
    answers = {
        f"/{name}": (
            answer["status"],
            [(key.encode(), value.encode()) for key, value in answer["headers"].items()],
            answer["body"].encode(),
        )
        for name, answer in told.items()
    }

    async def app(scope: dict[str, Any], _receive: object, send: Callable[[dict[str, Any]], Any]) -> None:
        if scope["type"] == "http":
            status, headers, body = answers[scope["path"]]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    return app


def surge(port: int, seconds: float) -> float:
    """Read the log over 64 connections, giving way to whoever measures on this core, and return how often a second."""
    os.nice(19)
    return load(port, [request("GET", LOG)], connections=CONNECTIONS, seconds=seconds).all_are(200).rate


def _main(what: str, *words: str) -> Iterator[str]:
    if what == "surge":
        yield f"{surge(int(words[0]), float(words[1])):.0f}"
    elif what == "verify":
        yield json.dumps(verify_and_tell(Path(words[0])))


if __name__ == "__main__":
    for line in _main(*sys.argv[1:]):
        print(line)
