"""Measures the service and holds the figures against bench/bounds.toml; fails if one is missed.

Run: python -m bench [main] [delivery] [screen] [ledger] [log] [--full], or `make bench ARGS="…"`; all of them unnamed.
"""

import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from bench.bounds import judged
from bench.logging_inquiries import logging_figures
from bench.reading import MANY_INQUIRIES, reading_figures
from bench.server import cores
from bench.starting import clone_figures, starting_figures

DATABASES = Path("var")
GROUPS = ("main", "delivery", "screen", "ledger", "log")


def main(*asked: str) -> int:
    """Measure the groups that are asked for and return the process's exit status."""
    full = "--full" in asked
    names = [name for name in asked if not name.startswith("--")] or list(GROUPS)
    if unknown := (set(names) - set(GROUPS)) | ({name for name in asked if name.startswith("--")} - {"--full"}):
        print(f"There is no {', '.join(sorted(unknown))}; the groups are {', '.join(GROUPS)}, the option --full.")
        return 2
    held = [_MEASURED[name](full=full) for name in GROUPS if name in names]
    return 0 if all(held) else 1


def main_job(*, full: bool) -> bool:
    """Measure the main job: logging, looking up, listing, starting."""
    pinned = "one core for the servers, another for the load" if cores() else "no cores to pin to: figures are rough"
    print(f"The main job, {'--full' if full else 'short'}: {pinned}; {MANY_INQUIRIES['full' if full else 'short']:,}")
    # Beside the checkout and not under /tmp, which may be in memory, where every commit is on disk at once.
    DATABASES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DATABASES, prefix="bench-") as made:
        folder = Path(made).absolute()
        parts: tuple[Callable[[Path], dict[str, float]], ...] = (
            starting_figures,
            logging_figures,
            lambda at: reading_figures(at, full=full),
            clone_figures,
        )
        held = []
        for number, measure in enumerate(parts):
            (part := folder / str(number)).mkdir()
            held.append(judged(measure(part)))
    return all(held)


def delivery(*, full: bool) -> bool:  # noqa: ARG001  # one length, long enough for its bounds
    """Measure how other systems are told."""
    from bench.delivery import delivery_figures  # noqa: PLC0415  # the others need none of it

    print("Webhooks, from the answer to the receiver")
    DATABASES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DATABASES, prefix="bench-") as made:
        return judged(delivery_figures(Path(made).absolute()))


def screen(*, full: bool) -> bool:
    """Measure the screen."""
    if find_spec("bench.screen") is None:
        print("The screen: bench/screen.py is not there.")
        return False
    from bench.screen import main as measure_screen  # noqa: PLC0415  # loads all its words

    return measure_screen(full=full) in {None, True, 0}


def ledger(*, full: bool) -> bool:
    """Measure the ledger."""
    from bench.ledger import main as measure_ledger  # noqa: PLC0415  # the others need none of it

    measure_ledger(1_000_000 if full else 100_000)
    return True


def log(*, full: bool) -> bool:
    """Measure the public log and what proves it."""
    from bench.log import log_job  # noqa: PLC0415  # the others need none of it

    print(f"The public log and its ledger, {'--full' if full else 'short'}")
    DATABASES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DATABASES, prefix="bench-") as made:
        return log_job(full=full, folder=Path(made).absolute())


_MEASURED = {"main": main_job, "delivery": delivery, "screen": screen, "ledger": ledger, "log": log}

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
