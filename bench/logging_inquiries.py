"""How many inquiries a second are logged, durably, beside rivals that do less of it."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

from bench.bounds import measures
from bench.invented import inquiries
from bench.load import Run, load, request
from bench.rivals import LOG, STORES_NOTHING
from bench.server import Server, on_core, prepare

ROUNDS = 5
SECONDS = 2.5
FEW, MANY, CROWD = 8, 64, 256
CREATED = 201
ROLES = ("intake", "dispatcher")

Plan = tuple[str, int]  # a route's name below, and connections


@measures(
    "logging_beside_storing_nothing_at_8",
    "logging_beside_storing_nothing_at_64",
    "logging_beside_bare_fastapi_at_8",
    "logging_beside_bare_fastapi_at_64",
    "logging_beside_the_tutorial_at_8",
    "slowest_hundredth_of_logging_at_64",
    "failures_at_256",
)
def logging_figures(folder: Path) -> dict[str, float]:
    """Measure, and return the bounded figures; of the two roles that log, each time the slower one's.

    `intake` is answered in the short form. A `dispatcher` is answered in full, with what was asked nearby. The
    comparison with the bare route and the tutorial's leaves the screen out, which is measured by itself.
    """
    bodies = list(inquiries(2_000))
    with ExitStack() as stack, on_core(1):
        with_screen, without = folder / "with-screen", folder / "without-screen"
        tokens = {data: prepare(data) for data in (with_screen, without)}
        screened = stack.enter_context(Server("service", with_screen, ready="/healthz"))
        unscreened = stack.enter_context(Server("service-without-screen", without, ready="/healthz"))
        bare = stack.enter_context(Server("bare", folder / "bare"))
        tutorial = stack.enter_context(Server("tutorial", folder / "tutorial"))

        def posts(path: str, token: str | None = None) -> list[bytes]:
            return [request("POST", path, token=token, body=body) for body in bodies]

        routes = {"bare": (bare, posts(LOG)), "tutorial": (tutorial, posts(LOG))}
        for role in ROLES:
            routes[f"{role}"] = (screened, posts(LOG, tokens[with_screen][role]))
            routes[f"{role}, stored nowhere"] = (screened, posts(STORES_NOTHING, tokens[with_screen][role]))
            routes[f"{role}, unscreened"] = (unscreened, posts(LOG, tokens[without][role]))
        plans = [(name, count) for name in routes for count in (FEW, MANY) if (name, count) != ("tutorial", MANY)]
        runs = alternating(routes, plans)
        tell(runs)
        crowd = {role: load(screened.port, routes[role][1], connections=CROWD, seconds=2 * SECONDS) for role in ROLES}
        for role, run in crowd.items():
            print(f"  {role:<28} {CROWD:>3}  {run.rate:6.0f}/s, {run.faults} failed, longest {run.quantile(1):.2f} s")
        print(
            f"  the service's process: {screened.cpu_seconds:.0f} s of processor time in all,"
            f" {screened.peak_megabytes:.0f} MB at its peak"
        )
    return _figures(runs) | {"failures_at_256": sum(run.faults for run in crowd.values())}


def alternating(routes: Mapping[str, tuple[Server, list[bytes]]], plans: list[Plan]) -> dict[Plan, list[Run]]:
    """Run each plan in turn, and all of them ROUNDS times, so that what else the machine does falls on all alike."""
    runs: dict[Plan, list[Run]] = defaultdict(list)
    for _ in range(ROUNDS):
        for plan in plans:
            name, connections = plan
            server, requests = routes[name]
            before = server.cpu_seconds
            run = load(server.port, requests, connections=connections, seconds=SECONDS).all_are(CREATED)
            run.cpu_seconds = server.cpu_seconds - before
            runs[plan].append(run)
    return runs


def tell(runs: Mapping[Plan, list[Run]]) -> None:
    """Print what was measured, as medians."""
    print(f"  {'route':<28} connections  a second   p50 ms   p99 ms   µs of processor each")
    for (name, connections), of in runs.items():
        each = median(run.cpu_seconds / sum(run.statuses.values()) for run in of) * 1e6
        p50, p99 = (median(run.quantile(share) for run in of) * 1e3 for share in (0.5, 0.99))
        rate = median(run.rate for run in of)
        print(f"  {name:<28} {connections:>11} {rate:>9.0f} {p50:>8.1f} {p99:>8.1f} {each:>8.0f}")


def _figures(runs: Mapping[Plan, list[Run]]) -> dict[str, float]:
    rate = {plan: median(run.rate for run in of) for plan, of in runs.items()}
    figures = {}
    for count in (FEW, MANY):
        figures[f"logging_beside_storing_nothing_at_{count}"] = min(
            rate[role, count] / rate[f"{role}, stored nowhere", count] for role in ROLES
        )
        figures[f"logging_beside_bare_fastapi_at_{count}"] = min(
            rate[f"{role}, unscreened", count] / rate["bare", count] for role in ROLES
        )
    figures["logging_beside_the_tutorial_at_8"] = min(
        rate[f"{role}, unscreened", FEW] / rate["tutorial", FEW] for role in ROLES
    )
    figures["slowest_hundredth_of_logging_at_64"] = max(
        median(run.quantile(0.99) / run.quantile(0.5) for run in runs[role, MANY]) for role in ROLES
    )
    return figures


def median(values: Iterable[float]) -> float:
    """Return the median."""
    return statistics.median(values)
