"""What surrounds every request: its id, security headers, one log line, its figures, and an end without a traceback."""

import random
import time
import traceback
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.log_lines import log, tell_request
from app.web.metrics import Metrics
from app.web.problems import HttpRefusal, problem_response

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
# Version 4 and variant 10 (RFC 9562, 5.4), and the bits that are random beside them.
_FORM_OF_UUID4 = 0x4000_8000_0000_0000_0000
_RANDOM_OF_UUID4 = (1 << 128) - 1 ^ 0xF000_C000_0000_0000_0000
# Browsers heed it behind TLS alone.
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class Telling:
    """What every answer has in common: its id, the security headers, its log line and its figures."""

    def __init__(self, metrics: Metrics, is_behind_tls: Callable[[Scope], bool]) -> None:
        self._metrics = metrics
        self._is_behind_tls = is_behind_tls

    def begin(self, scope: Scope) -> str:
        """Return the id of a request, and note it and the scheme that its client used."""
        if self._is_behind_tls(scope):
            scope["scheme"] = "https"
        # An id, no secret; of the form of a UUID of version 4.
        digits = f"{random.getrandbits(128) & _RANDOM_OF_UUID4 | _FORM_OF_UUID4:032x}"
        request_id = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
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
        tell_request(
            {
                "method": method,
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 2),
                "request": scope["request_id"],
                "token": scope.get("token_id"),
            }
        )


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


def template_of(scope: Scope) -> str:
    """Return the route's template, `/v1/inquiries/{inquiry_id}`; `other` for what is no route of ours."""
    return str(getattr(scope.get("route"), "path", "other"))


def _note(error: Exception, request_id: str) -> None:
    """Log where something failed: the kind and the place in our code, never the text or any value."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "/app/" in frame.filename]
    place = f"{ours[-1].filename.rpartition('/app/')[2]}:{ours[-1].lineno}" if ours else "elsewhere"
    log.error("failed", extra={"error": type(error).__name__, "place": place, "request": request_id})
