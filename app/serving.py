"""Runs the service under uvicorn, with an end for clients that are slow or silent."""

import asyncio
import gc
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.main import create_app
from app.settings import Settings
from app.web.observing import log_json_lines

# How long a client may take to send a request's headers. uvicorn itself sets no end to it.
HEADER_SECONDS = 10
KEEP_ALIVE_SECONDS = 30
SHUTDOWN_SECONDS = 10
CONNECTIONS_WAITING = 2048


class ImpatientProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, but a connection whose first request does not arrive is closed."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401  # as in uvicorn
        """Begin to wait for the first request's headers."""
        super().connection_made(transport)
        self._await_headers()

    def on_message_begin(self) -> None:
        """Begin to wait for the headers of a request that began."""
        super().on_message_begin()
        self._await_headers()

    def on_headers_complete(self) -> None:
        """Stop waiting: the headers are here."""
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting: there is nobody to wait for."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_headers(self) -> None:
        self._stop_waiting()
        self._patience = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def serve_until_stopped(settings: Settings) -> None:
    """Serve on the settings' host and port until a signal comes; what was acknowledged is on disk then."""
    serve(create_app(settings), settings)


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
        h11_max_incomplete_event_size=16 * 1024,
    )
