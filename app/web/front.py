"""What a surge of readers asks for is answered before the framework sees it, as everything else is told and counted."""

import time

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from app.web.observing import Telling
from app.web.public_lane import KeptPages


class Front:
    """Answers public pages that are at hand; beside that it costs a request a comparison or two."""

    def __init__(self, kept: KeptPages, telling: Telling) -> None:
        self._kept, self._telling = kept, telling

    async def answers(self, scope: Scope, send: Send) -> bool:
        """Answer a request if nothing has to be read or made for it, and tell whether that was so."""
        at_hand = self._kept.at_hand(scope)
        if at_hand is None:
            return False
        began = time.perf_counter()
        page, asked = at_hand
        self._telling.begin(scope)
        scope["route"] = page.route
        status, headers, body = page.answer_to(asked)
        headers += self._telling.headers(scope)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        self._telling.tell(scope, "GET", status, time.perf_counter() - began)
        return True


class FrontedApp(FastAPI):
    """The framework's app behind its front."""

    front: Front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or not await self.front.answers(scope, send):
            await super().__call__(scope, receive, send)
