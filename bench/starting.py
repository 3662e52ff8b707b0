"""How soon the service is there, and how much memory it takes while nothing happens."""

import os
import shutil
import statistics
import subprocess
import time
from pathlib import Path

from bench.bounds import measures
from bench.server import Server, answers, environment, free_port, prepare

STARTS = 5
# Long enough for the screen's words to be loaded.
IDLE_SECONDS = 4
LONGEST_SECONDS = 300
ROOT = Path(__file__).resolve().parent.parent


@measures("seconds_until_ready", "idle_megabytes")
def starting_figures(folder: Path) -> dict[str, float]:
    """Start the service some times, and return the bounded figures as medians. The first start, uncounted, warms up.

    The screen's words have a bound of their own, so the bounded memory is that of a service without them.
    """
    prepare(folder)
    ready = []
    for start in range(STARTS + 1):
        began = time.perf_counter()
        with Server("app", folder, ready="/readyz") as server:
            taken = time.perf_counter() - began
            if start:
                ready.append(taken)
    idle = {}
    for name in ("app", "service-without-screen"):
        with Server(name, folder, ready="/readyz") as server:
            time.sleep(IDLE_SECONDS)
            idle[name] = server.megabytes
    with_screen, without = idle.values()
    print(f"  ready after {', '.join(f'{taken:.2f}' for taken in ready)} s; idle {without:.0f} MB, ", end="")
    print(f"with the screen's words {with_screen:.0f} MB")
    return {"seconds_until_ready": statistics.median(ready), "idle_megabytes": without}


@measures("seconds_from_clone_to_answer")
def clone_figures(folder: Path) -> dict[str, float]:
    """Clone what is committed, `make run` there, and return how long it took until the service answered."""
    port, checkout = free_port(), folder / "checkout"
    began = time.perf_counter()
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(checkout)], check=True)
    with (folder / "make.txt").open("wb") as output:
        # A group of its own, so that make and what it started end together.
        making = subprocess.Popen(
            ["make", "run"],
            cwd=checkout,
            env=environment(folder / "data", port),
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    try:
        while not answers(f"http://127.0.0.1:{port}/readyz"):
            if making.poll() is not None or time.perf_counter() - began > LONGEST_SECONDS:
                raise RuntimeError(f"make run does not answer:\n{(folder / 'make.txt').read_text()[-2000:]}")
            time.sleep(0.05)
        taken = time.perf_counter() - began
    finally:
        if making.poll() is None:
            os.killpg(making.pid, 15)
            making.wait(30)
        shutil.rmtree(checkout, ignore_errors=True)
    return {"seconds_from_clone_to_answer": taken}
