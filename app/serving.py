"""Runs the service under uvicorn, with an end for clients that are slow or silent."""

import asyncio
import gc
import socket
from typing import Any, Literal

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.main import create_app
from app.service.check_ledger import NoCheckpoint, TablesBehind
from app.settings import Settings
from app.store.ledger_files import KeysRefused
from app.web.api import stream
from app.web.log_lines import log_json_lines

# How long a client may take to send a request's headers, and then its body. uvicorn itself sets no end to either.
HEADER_SECONDS = 10
BODY_SECONDS = 15
# How long headers may be; what arrives together with their last byte is not counted.
HEADER_BYTES = 32 * 1024
KEEP_ALIVE_SECONDS = 30
SHUTDOWN_SECONDS = 10
CONNECTIONS_WAITING = 2048


class ImpatientProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, but a connection whose request does not arrive in time, or in size, is closed.

    A body's time runs whether or not a route reads it: whoever is refused at once could hold the connection for good.
    """

    _patience: asyncio.TimerHandle | None = None
    # What of which message is waited for: its headers, its body, or nothing.
    _message = 0
    _missing: Literal["headers", "body"] | None = "headers"
    _awaited: tuple[int, Literal["headers", "body"] | None] = (0, None)
    _header_bytes = 0

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401  # as in uvicorn
        """Begin to wait for the first request's headers."""
        super().connection_made(transport)
        self._wait_for_what_is_missing()

    def data_received(self, data: bytes) -> None:
        """Take what arrived; headers that are too long by now are not waited for.

        Most requests arrive whole: for them no clock is set, which would take longer than all else that is done here.
        """
        super().data_received(data)
        if self._missing == "headers":
            self._header_bytes += len(data)
            if self._header_bytes > HEADER_BYTES:
                self.transport.close()
        self._wait_for_what_is_missing()

    def on_message_begin(self) -> None:
        """Note that the headers of a request begin."""
        super().on_message_begin()
        self._message, self._missing, self._header_bytes = self._message + 1, "headers", 0

    def on_headers_complete(self) -> None:
        """Note that the body is next."""
        self._missing = "body"
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that the request is here."""
        self._missing = None
        super().on_message_complete()

    def shutdown(self) -> None:
        """Let what is being answered be answered; a stream, which has no end, is cut, and its client comes back."""
        super().shutdown()
        if self.cycle is not None and not self.cycle.response_complete and self.scope["path"] == stream.PATH:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting: there is nobody to wait for."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_what_is_missing(self) -> None:
        if self._missing is None:
            self._stop_waiting()
            return
        awaited = self._message, self._missing
        if awaited != self._awaited:
            self._stop_waiting()
            seconds = HEADER_SECONDS if self._missing == "headers" else BODY_SECONDS
            self._patience = self.loop.call_later(seconds, self.transport.close)
            self._awaited = awaited

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def serve_until_stopped(settings: Settings) -> None:
    """Serve on the settings' host and port until a signal comes; what was acknowledged is on disk then.

    Raises SystemExit with one plain sentence where the address is taken or the ledger forbids the start.
    """
    _must_be_free(settings.host, settings.port)
    app = create_app(settings)
    try:
        app.state.public_log.check()
    except (TablesBehind, NoCheckpoint, KeysRefused) as error:  # each says what to do
        raise SystemExit(str(error)) from None
    serve(app, settings)


def _must_be_free(host: str, port: int) -> None:
    """Try the address as the server will, which itself would tell of it in a line of its log alone."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        told = f"The service cannot listen on {host}, port {port}: {error.strerror}. See APP_HOST and APP_PORT."
        raise SystemExit(told) from None


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve an app as the service is served."""
    log_json_lines()
    # What is loaded now stays: a collection need not look through it again, nor while it was loaded (see cli.serve).
    gc.freeze()
    gc.enable()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        http=ImpatientProtocol,
        loop="uvloop",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        backlog=CONNECTIONS_WAITING,
    )
