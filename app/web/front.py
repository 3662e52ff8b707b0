"""What a surge of readers asks for is answered before the framework sees it, as everything else is told and counted."""

import time

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from app.web.observing import Telling
from app.web.public_lane import KeptPages
from app.web.status_lane import StatusLane


class Front:
    """Answers public pages that are at hand, and statuses; beside that it costs a request a comparison or two."""

    def __init__(self, kept: KeptPages, statuses: StatusLane, telling: Telling) -> None:
        self._kept, self._statuses, self._telling = kept, statuses, telling

    async def answers(self, scope: Scope, send: Send) -> bool:
        """Answer a request if nothing has to be read or made for it, and tell whether that was so."""
        began = time.perf_counter()
        try:
            answer = self._kept.answer(scope) or self._statuses.answer(scope)
        except Exception:  # noqa: BLE001  # its route meets the same, where a failure is noted and answered
            answer = None
        if answer is None:
            return False
        self._telling.begin(scope)
        scope["route"] = answer.route
        answer.headers.extend(self._telling.headers(scope))
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})
        self._telling.tell(scope, "GET", answer.status, time.perf_counter() - began)
        return True


class FrontedApp(FastAPI):
    """The framework's app behind its front."""

    front: Front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or not await self.front.answers(scope, send):
            await super().__call__(scope, receive, send)
