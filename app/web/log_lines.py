"""Log lines: JSON, one a record, on standard output.

A request's line tells method, route template, status, duration, request id and token id; never a path, a query string,
a body, a client's address or a receipt.
"""

import asyncio
import json
import logging
import sys
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import TextIO

import orjson

log = logging.getLogger("app.requests")


class JsonLines(logging.Formatter):
    """A line of JSON a record: its message and what was handed over beside it."""

    _STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {
        "message",
        "asctime",
        "taskName",
        "color_message",  # uvicorn's, for terminals
    }

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. An exception's text is left out: it may repeat what was submitted."""
        told = {name: value for name, value in record.__dict__.items() if name not in self._STANDARD}
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__name__
        return _line(record.created, record.levelname.lower(), record.getMessage(), told)


def _line(since_epoch: float, level: str, what: str, told: Mapping[str, object]) -> str:
    at = f"{_second(int(since_epoch))}.{int(since_epoch % 1 * 1000):03d}Z"
    line = {"at": at, "level": level, "what": what, **told}
    with suppress(orjson.JSONEncodeError):  # half of a surrogate pair in what a library says
        written = orjson.dumps(line, default=str).decode()
        if written.isascii():
            return written
    # An output may be of any encoding, and a line that it cannot write would be lost with those beside it.
    return json.dumps(line, default=str)


@lru_cache(maxsize=4)  # thousands of lines may tell of one second
def _second(since_epoch: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(since_epoch))


class LinesOfATurn(logging.StreamHandler[TextIO]):
    """Writes the requests' lines of one turn of an event loop together, at its end: one alone takes thrice as long.

    Whatever else is logged goes out at once, and with it what waits: it may be the last that this process says.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._waiting: deque[str] = deque()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, and what waits before it."""
        try:
            self._waiting.append(self.format(record))
            self.flush()
        except Exception:  # noqa: BLE001  # as every handler does
            self.handleError(record)

    def put(self, line: str) -> None:
        """Take a line, which is written at once where no loop runs in this thread."""
        self._waiting.append(line)
        if len(self._waiting) > 1:  # the first one has seen to it
            return
        try:
            asyncio.get_running_loop().call_soon(self.flush)
        except RuntimeError:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        self.acquire()
        try:
            lines = []
            while self._waiting:
                lines.append(self._waiting.popleft() + self.terminator)
            if lines:
                with suppress(OSError, ValueError):  # nobody reads any more, and there is nowhere else to say so
                    self.stream.write("".join(lines))
                    self.stream.flush()
        finally:
            self.release()


_output: LinesOfATurn | None = None


def log_json_lines() -> None:
    """Send every log record to standard output as a line of JSON."""
    global _output  # noqa: PLW0603  # as logging itself, of which there is one in a process
    _output = LinesOfATurn(sys.stdout)
    _output.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[_output], force=True)
    # What no line tells need not be looked up for each: docs.python.org/3/howto/logging.html#optimization
    logging._srcfile = None  # noqa: SLF001  # as that page says
    logging.logThreads = logging.logMultiprocessing = logging.logProcesses = False
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
    logging.getLogger("uvicorn.access").disabled = True
    # They would tell webhooks' addresses, line by line.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def tell_request(told: Mapping[str, object]) -> None:
    """Write a request's line: straight to the output where there is ours, since logging takes as long as the answer."""
    if _output is None:
        log.info("request", extra=told)
    else:
        _output.put(_line(time.time(), "info", "request", told))
