"""What surrounds every request: its id, security headers, one log line, its figures, and an end without a traceback.

A log line tells method, route template, status, duration, request id and token id; never a path, a query string, a
body, a client's address or a receipt.
"""

import json
import logging
import random
import sys
import time
import traceback
from collections.abc import Callable
from functools import lru_cache

import orjson
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.metrics import Metrics
from app.web.problems import HttpRefusal, problem_response

log = logging.getLogger("app.requests")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SECURITY_HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
)
# Nobody is answered by it: only log lines and figures name it, as those of other servers do.
CLIENT_WENT_AWAY = 499
# Browsers heed it behind TLS alone.
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class Telling:
    """What every answer has in common: its id, the security headers, its log line and its figures."""

    def __init__(self, metrics: Metrics, is_behind_tls: Callable[[HTTPConnection], bool]) -> None:
        self._metrics = metrics
        self._is_behind_tls = is_behind_tls

    def begin(self, scope: Scope) -> str:
        """Return the id of a request, and note it and the scheme that its client used."""
        scope["scheme"] = "https" if self._is_behind_tls(HTTPConnection(scope)) else scope["scheme"]
        digits = f"{random.getrandbits(128):032x}"  # an id, no secret; of the form of a UUID of version 4
        variant = "89ab"[int(digits[16], 16) & 3]
        request_id = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
        scope["request_id"] = request_id
        return request_id

    def headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """Return the headers of each answer."""
        own = [*_SECURITY_HEADERS, (b"x-request-id", scope["request_id"].encode())]
        return [*own, _HSTS] if scope["scheme"] == "https" else own

    def tell(self, scope: Scope, method: str, status: int, seconds: float) -> None:
        """Count an answer and write its line."""
        route = template_of(scope)
        self._metrics.answered(method, route, status, seconds)
        if problem := scope.get("problem"):
            self._metrics.problems.labels(problem).inc()
        if log.isEnabledFor(logging.INFO):
            told = {
                "method": method,
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 2),
                "request": scope["request_id"],
                "token": scope.get("token_id"),
            }
            log.handle(_RequestRecord(told))


class Observing:
    """ASGI middleware; the framework's outermost, so that nothing that it answers goes unseen."""

    def __init__(self, app: ASGIApp, telling: Telling) -> None:
        self.app = app
        self._telling = telling

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self._telling.begin(scope)
        method = scope["method"]
        head = method == "HEAD"
        if head:
            # Answered as GET, without its body. The server's own scope stays: by it the server expects none.
            scope = {**scope, "method": "GET"}
        began = time.perf_counter()
        status = 0

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(raw=message["headers"])
                message["headers"] = headers.raw
                headers.raw.extend(self._telling.headers(scope))
            elif head and message["type"] == "http.response.body":
                message = {"type": "http.response.body", "body": b"", "more_body": message.get("more_body", False)}
            await send(message)

        try:
            await self.app(scope, receive, observed)
        except ClientDisconnect:
            status = status or CLIENT_WENT_AWAY
        except Exception as error:  # noqa: BLE001  # the last place to catch it; its text is told nobody
            _note(error, scope["request_id"])
            if not status:
                response = problem_response(Request(scope), HttpRefusal("internal"))
                await response(scope, receive, observed)
        finally:
            self._telling.tell(scope, method, status, time.perf_counter() - began)


class _RequestRecord(logging.LogRecord):
    """The record of a request. `log.info` would look up what no line tells, for each."""

    def __init__(self, told: dict[str, object]) -> None:
        created = time.time()
        self.__dict__ = {**_ANY_REQUEST, "created": created, "msecs": created % 1 * 1000, "told": told, **told}


_ANY_REQUEST = logging.LogRecord(log.name, logging.INFO, "", 0, "request", None, None).__dict__


def template_of(scope: Scope) -> str:
    """Return the route's template, `/v1/inquiries/{inquiry_id}`; `other` for what is no route of ours."""
    return str(getattr(scope.get("route"), "path", "other"))


def _note(error: Exception, request_id: str) -> None:
    """Log where something failed: the kind and the place in our code, never the text or any value."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "/app/" in frame.filename]
    place = f"{ours[-1].filename.rpartition('/app/')[2]}:{ours[-1].lineno}" if ours else "elsewhere"
    log.error("failed", extra={"error": type(error).__name__, "place": place, "request": request_id})


def _line_of(told: dict[str, object]) -> str:
    try:
        return orjson.dumps(told, default=str).decode()
    except orjson.JSONEncodeError:  # half of a surrogate pair in what a library says
        return json.dumps(told, default=str)


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
        line = {
            "at": f"{_second(int(record.created))}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "what": record.getMessage(),
            **(getattr(record, "told", None) or self._told(record)),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return _line_of(line)

    def _told(self, record: logging.LogRecord) -> dict[str, object]:
        return {name: value for name, value in record.__dict__.items() if name not in self._STANDARD}


@lru_cache(maxsize=4)  # thousands of lines may tell of one second
def _second(since_epoch: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(since_epoch))


def log_json_lines() -> None:
    """Send every log record to standard output as a line of JSON."""
    output = logging.StreamHandler(sys.stdout)
    output.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[output], force=True)
    # What no line tells need not be looked up for each: docs.python.org/3/howto/logging.html#optimization
    logging._srcfile = None  # noqa: SLF001  # as that page says
    logging.logThreads = logging.logMultiprocessing = logging.logProcesses = False
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
    logging.getLogger("uvicorn.access").disabled = True
    # They would tell webhooks' addresses, line by line.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
