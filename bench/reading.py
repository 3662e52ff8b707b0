"""What reading costs as the log grows: a status by its receipt, and pages of the list."""

import json
import random
import statistics
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from app.web.reading import to_cursor
from bench.bounds import measures
from bench.load import Run, load, request
from bench.seed import Seeded, seed
from bench.server import Server, on_core, prepare

ROUNDS = 5
SECONDS = 2.0
CONNECTIONS = 64
FEW_INQUIRIES = 1_000
MANY_INQUIRIES = {"full": 1_000_000, "short": 50_000}
RECEIPTS = 5_000
OK = 200


@measures("status_beside_bare_fastapi", "status_among_many_beside_few", "deep_page_beside_first")
def reading_figures(folder: Path, *, full: bool) -> dict[str, float]:
    """Measure beside few and many stored inquiries, and return the bounded figures."""
    many_count = MANY_INQUIRIES["full" if full else "short"]
    with ExitStack() as stack, on_core(1):
        few, few_seeded, _ = _service(stack, folder / "few", FEW_INQUIRIES)
        many, many_seeded, token = _service(stack, folder / "many", many_count)
        bare = stack.enter_context(Server("bare", folder / "bare-status"))
        _require_true_answers(many, many_seeded, token)

        chance = random.Random(2)  # noqa: S311  # which receipts are asked for
        asked = {
            "few": (few, _look_ups(chance.choices(few_seeded.receipts, k=RECEIPTS))),
            "many": (many, _look_ups(chance.choices(many_seeded.receipts, k=RECEIPTS))),
            "bare": (bare, _look_ups(chance.choices(many_seeded.receipts, k=RECEIPTS))),
        }
        pages = {
            "first": [request("GET", "/v1/inquiries", token=token)],
            "deep": [request("GET", f"/v1/inquiries?cursor={to_cursor(many_seeded.deep)}", token=token)],
        }
        at_once: dict[str, list[Run]] = {name: [] for name in asked}
        alone: dict[str, list[Run]] = {name: [] for name in (*asked, *pages)}
        for _ in range(ROUNDS):
            for name, (server, requests) in asked.items():
                at_once[name].append(_run(server, requests, CONNECTIONS))
                alone[name].append(_run(server, requests, 1))
            for name, requests in pages.items():
                alone[name].append(_run(many, requests, 1))
    rate = {name: statistics.median(run.rate for run in runs) for name, runs in at_once.items()}
    p50 = {name: statistics.median(run.quantile(0.5) for run in runs) for name, runs in alone.items()}
    print(f"  status by receipt at {CONNECTIONS} connections: {rate['many']:.0f}/s, bare FastAPI {rate['bare']:.0f}/s")
    print(
        f"  p50 alone: among {FEW_INQUIRIES:,} {p50['few'] * 1e3:.2f} ms, among {many_count:,}"
        f" {p50['many'] * 1e3:.2f} ms; the list's first page {p50['first'] * 1e3:.2f} ms, a deep one"
        f" {p50['deep'] * 1e3:.2f} ms"
    )
    return {
        "status_beside_bare_fastapi": rate["many"] / rate["bare"],
        "status_among_many_beside_few": p50["many"] / p50["few"],
        "deep_page_beside_first": p50["deep"] / p50["first"],
    }


def _service(stack: ExitStack, data: Path, count: int) -> tuple[Server, Seeded, str]:
    token = prepare(data)["dispatcher"]
    seeded = seed(data, count)
    return stack.enter_context(Server("app", data, ready="/healthz")), seeded, token


def _look_ups(receipts: list[str]) -> list[bytes]:
    return [request("GET", f"/v1/status/{receipt}") for receipt in receipts]


def _run(server: Server, requests: list[bytes], connections: int) -> Run:
    return load(server.port, requests, connections=connections, seconds=SECONDS).all_are(OK)


def _require_true_answers(server: Server, seeded: Seeded, token: str) -> None:
    """Make sure that the pages are full and deep, and their details can be read."""
    for cursor in ("", f"&cursor={to_cursor(seeded.deep)}"):
        asked = urllib.request.Request(  # an address of ours
            f"http://127.0.0.1:{server.port}/v1/inquiries?limit=50{cursor}",
            headers={"Authorization": f"Bearer {token}"},
        )
        with urllib.request.urlopen(asked, timeout=30) as response:  # noqa: S310  # as above
            items = json.load(response)["items"]
        if len(items) != 50 or not all(item["observation"]["note"] for item in items):  # noqa: PLR2004  # the default
            raise AssertionError("a page is not full, or a note in it cannot be read")
