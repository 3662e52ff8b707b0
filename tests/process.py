"""The service as its own process, started by its own command on a free port, to be killed and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

REPOSITORY = Path(__file__).parent.parent
STARTS_WITHIN_SECONDS = 20


def free_port() -> int:
    """Return a port of loopback that nothing listens on."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port


class Process:
    """The service over one data folder. `before` is Python that runs in it first, to put a fault or a limit in."""

    def __init__(self, folder: Path, *, before: str = "", **settings: str) -> None:
        self.folder, self.before = folder, before
        self.data_dir, self.log_file = folder / "data", folder / "service.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        theirs = {name: value for name, value in os.environ.items() if not name.startswith("APP_")}
        ours = {"APP_DATA_DIR": str(self.data_dir), "APP_PORT": str(self.port), "APP_PUBLIC_RATE": "1000000/minute"}
        self.environment = {**theirs, **ours, "PYTHONPATH": str(REPOSITORY), **settings}
        self.running: subprocess.Popen[bytes] | None = None
        self.client = httpx.Client(base_url=self.url, timeout=20, trust_env=False)

    @property
    def database_url(self) -> str:
        """The URL of its database."""
        return self.environment.get("APP_DATABASE_URL") or f"sqlite:///{self.data_dir / 'app.db'}"

    def command(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m app …` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "app", *words],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def token(self, role: str) -> str:
        """Create a token by the command and return its secret."""
        made = self.command("token", "create", "--name", f"a {role}", "--role", role)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    def start(self) -> float:
        """Start to serve; return after how many seconds it was ready."""
        began = time.monotonic()
        starting = [sys.executable, "-m", "app", "serve"]
        if self.before:
            script = f"{self.before}\nimport sys\nsys.argv = ['app', 'serve']\nfrom app.cli import main\nmain()"
            starting = [sys.executable, "-c", script]
        with self.log_file.open("ab") as log:
            self.running = subprocess.Popen(
                starting, cwd=self.folder, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
        while time.monotonic() - began < STARTS_WITHIN_SECONDS:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False).status_code == 200:
                    return time.monotonic() - began
            except httpx.TransportError:
                pass
            if self.running.poll() is not None:
                break
            time.sleep(0.02)
        self.kill()
        raise AssertionError("the service did not get ready: " + self.log()[-1000:])

    def kill(self) -> None:
        """End it as a power switch would the process: SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end and return its exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, by: signal.Signals) -> int:
        if self.running is None:
            return 0
        if self.running.poll() is None:
            self.running.send_signal(by)
        status = self.running.wait(30)
        self.running = None
        return status

    def close(self) -> None:
        """End it and close what is open here."""
        self.kill()
        self.client.close()

    def log(self) -> str:
        """Return what it has written to its output so far."""
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    def request(self, method: str, path: str, token: str | None = None, **sent: Any) -> httpx.Response:
        """Send a request."""
        headers = dict(sent.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.client.request(method, path, headers=headers, **sent)


def migrated(folder: Path, **options: Any) -> Process:
    """Return a service whose database is migrated and which does not run yet."""
    process = Process(folder, **options)
    done = process.command("migrate")
    assert done.returncode == 0, done.stderr
    return process
