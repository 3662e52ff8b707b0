"""Servers that are measured: each its own process on the one core that is the servers', on a port of its own.

`python -m bench.server NAME` is such a process; `Server` starts one and ends it.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn

from app.settings import read_settings
from bench import rivals

PATIENCE_SECONDS = 30
# Without it the process compiles itself anew at each start, which nobody's service does.
_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


class Server:
    """A server process. `data` is the folder of its database; what it prints goes to a file there."""

    def __init__(
        self, name: str, data: Path, *, ready: str = "/openapi.json", settings: Mapping[str, str] | None = None
    ) -> None:
        self.name, self.data, self.port = name, data, free_port()
        self._settings = dict(settings or {})
        self._ready = ready
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it and wait until it answers."""
        self.data.mkdir(parents=True, exist_ok=True)
        command = ["app", "serve"] if self.name == "app" else ["bench.server", self.name]
        with (self.data / "output.txt").open("wb") as output, on_core(0):
            self._process = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=environment(self.data, self.port) | self._settings,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)

    def _wait(self) -> None:
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends and self._process is not None and self._process.poll() is None:
            if answers(f"http://127.0.0.1:{self.port}{self._ready}"):
                return
            time.sleep(0.005)
        raise RuntimeError(f"{self.name} does not answer:\n{(self.data / 'output.txt').read_text()[-2000:]}")

    @property
    def cpu_seconds(self) -> float:
        """Processor time spent so far."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def megabytes(self) -> float:
        """Memory in use now."""
        return self._kilobytes("VmRSS") / 1024

    @property
    def peak_megabytes(self) -> float:
        """Memory in use at its peak."""
        return self._kilobytes("VmHWM") / 1024

    def _kilobytes(self, name: str) -> int:
        lines = dict(line.split(":", 1) for line in self._proc("status").splitlines())
        return int(lines[name].split()[0])

    def _proc(self, name: str) -> str:
        if self._process is None:
            raise RuntimeError("it was not started")
        return Path(f"/proc/{self._process.pid}/{name}").read_text()


def environment(data: Path, port: int) -> dict[str, str]:
    """Return the environment of a server process: this one's, without settings of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("APP_") and name != _NO_BYTECODE}
    return kept | {"APP_DATA_DIR": str(data), "APP_PORT": str(port), "APP_PUBLIC_RATE": "1000000/second"}


def answers(url: str) -> bool:
    """Tell whether an address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  # an address of ours
            return bool(response.status == 200)  # noqa: PLR2004  # OK
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def cores() -> list[int] | None:
    """Return the cores of the servers and of the load, or None where there are not two to choose from."""
    usable = sorted(os.sched_getaffinity(os.getpid())) if hasattr(os, "sched_getaffinity") else []
    return usable[:2] if len(usable) > 1 else None


_CORES = cores()


@contextmanager
def on_core(which: int) -> Iterator[None]:
    """Run the block, and the processes that it starts, on one core: 0 is the servers', 1 the load's."""
    if _CORES is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {_CORES[which]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def prepare(data: Path) -> dict[str, str]:
    """Make a database and return a token of each role that logs."""
    for command in (["migrate"], *(["token", "create", "--name", role, "--role", role] for role in _ROLES)):
        done = subprocess.run(
            [sys.executable, "-m", "app", *command],
            env=environment(data, 0),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
        if command[0] == "token":
            (data / f"{command[-1]}.token").write_text(done.stdout.strip())
    return {role: (data / f"{role}.token").read_text() for role in _ROLES}


_ROLES = ("intake", "dispatcher")


def main(name: str) -> None:
    """Serve `service`, `service-without-screen`, `bare` or `tutorial` until stopped."""
    settings = read_settings()
    if name in {"bare", "tutorial"}:
        app = rivals.bare() if name == "bare" else rivals.tutorial(settings.data_dir)
        uvicorn.run(app, port=settings.port, loop="uvloop", http="httptools", access_log=False, log_level="warning")
        return
    if name.startswith("log-"):
        from bench.log import serve_variant  # noqa: PLC0415  # as below

        serve_variant(name, settings)
        return
    from app.main import create_app  # noqa: PLC0415  # the others need none of it
    from app.serving import serve  # noqa: PLC0415  # as above

    if name == "service":
        serve(rivals.with_a_route_that_stores_nothing(create_app(settings)), settings)
    else:
        serve(create_app(settings, screen_text=lambda _text: ()), settings)


if __name__ == "__main__":
    main(sys.argv[1])
