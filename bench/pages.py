"""What the log's page costs beside the JSON of the same entries: kept, and made anew for each reader.

Run: python -m bench.pages
"""

import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from bench.bounds import judged, measures
from bench.load import Run, load, request
from bench.seed_log import seed_entries
from bench.server import Server, on_core, prepare

ENTRIES = 10_000
ROUNDS, SECONDS = 3, 1.5
# Days before the first entry: each asks for the whole log in words that nobody asked in before, so nothing is kept.
_DAYS = [date(1980, 1, 1) + timedelta(days=number) for number in range(12_000)]


@measures("log_page_beside_its_json", "log_page_made_anew_beside_its_json")
def page_figures(folder: Path) -> dict[str, float]:
    """Measure `/` beside `/v1/log`, one reader at a time: how many times as long an answer takes."""
    prepare(folder)
    seed_entries(folder, ENTRIES)
    asked = {
        ("kept", "page"): ["/"],
        ("kept", "json"): ["/v1/log"],
        ("anew", "page"): [f"/?from={day}" for day in _DAYS],
        ("anew", "json"): [f"/v1/log?from={day}" for day in _DAYS],
    }
    runs: dict[tuple[str, str], list[Run]] = {plan: [] for plan in asked}
    with Server("log-unchecked", folder, ready="/healthz") as server, on_core(1):
        for turn in range(ROUNDS):
            for plan, paths in asked.items():
                part = paths[turn * len(paths) // ROUNDS :] or paths
                requests = [request("GET", path, headers=["Accept-Encoding: gzip"]) for path in part]
                runs[plan].append(load(server.port, requests, connections=1, seconds=SECONDS).all_are(200))
    seconds = {plan: median(run.quantile(0.5) for run in of) for plan, of in runs.items()}
    for (how, what), each in seconds.items():
        print(f"  {what} {how:<5} {each * 1e3:>7.2f} ms")
    return {
        "log_page_beside_its_json": seconds["kept", "page"] / seconds["kept", "json"],
        "log_page_made_anew_beside_its_json": seconds["anew", "page"] / seconds["anew", "json"],
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as made:
        sys.exit(0 if judged(page_figures(Path(made))) else 1)
