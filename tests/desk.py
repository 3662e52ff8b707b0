"""A dispatcher's desk in this process: the whole service behind ASGI, without a socket, with a clock that a test sets.

The service lives on an event loop of its own, its lifespan run; tests stay plain functions. `desk.post(…)` is a
dispatcher's request, `desk.as_("auditor").get(…)` an auditor's, `desk.as_(None)` nobody's.
"""

import asyncio
import re
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from app.delivery.names import Resolve
from app.domain.actor import OPERATOR, Role
from app.domain.moment import exact
from app.domain.screening import Category, Finding
from app.main import create_app
from app.service.keep_tokens import NewToken, create_token
from app.settings import Settings
from app.web.service import Service

NOON = datetime(2026, 3, 10, 19, 0, tzinfo=UTC)  # a Tuesday, 13:00 in Albuquerque
PATIENCE_SECONDS = 30
PHONE, EMAIL = "+15055550100", "asker@example.org"
# No service has this id, receipt or token.
UNKNOWN_ID = "019a9c1e-7a50-7c3e-9f00-3f2b8a6d5c41"


@dataclass
class Clock:
    """A clock that stands still until it is told to move."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """Move on: `clock.forward(minutes=5)`."""
        self.now += timedelta(**by)

    def ago(self, **by: float) -> str:
        """Return an earlier time as the API takes it."""
        return exact(self.now - timedelta(**by))


@dataclass
class _Room:
    """What all desks of one service share."""

    app: FastAPI
    clock: Clock
    data_dir: Path
    loop: asyncio.AbstractEventLoop
    secrets: dict[str, str] = field(default_factory=dict)
    clients: dict[tuple[str, str], httpx.AsyncClient] = field(default_factory=dict)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_SECONDS)

    def client(self, address: str, scheme: str) -> httpx.AsyncClient:
        if (address, scheme) not in self.clients:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 50_000))
            self.clients[address, scheme] = httpx.AsyncClient(
                transport=transport, base_url=f"{scheme}://desk.test", trust_env=False
            )
        return self.clients[address, scheme]


@dataclass(frozen=True)
class Desk:
    """Somebody who sends requests: with a token or none, from an address."""

    room: _Room
    token: str | None
    address: str = "127.0.0.1"
    scheme: str = "http"

    @property
    def clock(self) -> Clock:
        """The service's clock."""
        return self.room.clock

    @property
    def data_dir(self) -> Path:
        """The service's APP_DATA_DIR."""
        return self.room.data_dir

    @property
    def app(self) -> FastAPI:
        """The service as an ASGI app."""
        return self.room.app

    @property
    def service(self) -> Service:
        """The parts of the service."""
        parts: Service = self.room.app.state.service
        return parts

    def as_(self, role: str | None) -> "Desk":
        """Return the desk of somebody with this role's token; of nobody."""
        return replace(self, token=self.room.secrets[role] if role else None)

    def with_token(self, secret: str) -> "Desk":
        """Return the desk of somebody with this token."""
        return replace(self, token=secret)

    def from_(self, address: str) -> "Desk":
        """Return this desk at another network address."""
        return replace(self, address=address)

    def over_tls(self) -> "Desk":
        """Return this desk, its requests sent over https."""
        return replace(self, scheme="https")

    def request(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """Send a request and return the answer."""
        answer: httpx.Response = self.room.run(self._send(method, path, **sent))
        return answer

    def at_once(self, requests: Sequence[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
        """Send several requests at the same time and return their answers in order."""

        async def together() -> list[httpx.Response]:
            return list(await asyncio.gather(*(self._send(method, path, **sent) for method, path, sent in requests)))

        answers: list[httpx.Response] = self.room.run(together())
        return answers

    async def _send(self, method: str, path: str, **sent: Any) -> httpx.Response:
        headers = httpx.Headers(sent.pop("headers", None))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        return await self.room.client(self.address, self.scheme).request(method, path, headers=headers, **sent)

    def get(self, path: str, **sent: Any) -> httpx.Response:
        """Send a GET."""
        return self.request("GET", path, **sent)

    def post(self, path: str, json: Any = None, **sent: Any) -> httpx.Response:
        """Send a POST."""
        return self.request("POST", path, **_with_body(json, sent))

    def put(self, path: str, json: Any = None, **sent: Any) -> httpx.Response:
        """Send a PUT."""
        return self.request("PUT", path, **_with_body(json, sent))

    def patch(self, path: str, json: Any = None, **sent: Any) -> httpx.Response:
        """Send a PATCH."""
        return self.request("PATCH", path, **_with_body(json, sent))

    def delete(self, path: str, **sent: Any) -> httpx.Response:
        """Send a DELETE."""
        return self.request("DELETE", path, **sent)

    # What tests need before they begin: each returns the resource.

    def an_inquiry(self, **changed: Any) -> dict[str, Any]:
        """Return the body of an inquiry that may be logged now; `note` and `address` go where they belong."""
        return an_inquiry(self.clock, **changed)

    def logged(self, **changed: Any) -> dict[str, Any]:
        """Log an inquiry."""
        return _made(self.post("/v1/inquiries", self.an_inquiry(**changed)))

    def contact(self, **changed: Any) -> dict[str, Any]:
        """Add a contact at ICE."""
        return _made(self.as_("supervisor").post("/v1/contacts", {**A_CONTACT, **changed}))

    def facility(self, **changed: Any) -> dict[str, Any]:
        """Add a City facility."""
        return _made(self.as_("supervisor").post("/v1/facilities", {**A_FACILITY, **changed}))

    def called(self, *inquiries: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """Place a call for inquiries; there must be a contact."""
        return _made(self.post("/v1/calls", {"inquiry_ids": [each["id"] for each in inquiries], **changed}))

    def new_token(self, role: str = "dispatcher", **changed: Any) -> dict[str, Any]:
        """Create a token; its secret is in `secret`."""
        return _made(self.as_("supervisor").post("/v1/tokens", {"name": "a test", "role": role, **changed}))


# Stands in for the screen, whose rules have tests of their own: one kind of passage of each of two categories.
_MARKED = {Category.IDENTITY: re.compile(r"A\d{9}"), Category.IMMIGRATION_STATUS: re.compile("undocumented")}


def plain_screen(text: str) -> tuple[Finding, ...]:
    """Find A-numbers and one word."""
    found = [(kind, match) for kind, pattern in _MARKED.items() for match in pattern.finditer(text)]
    return tuple(Finding(kind, match.start(), match.end(), "en") for kind, match in found)


async def look_up_nowhere(host: str, _port: int) -> list[str]:
    """Let every name lead to one public address, since tests ask no resolver; an address leads to itself."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        return ["93.184.215.14"]


A_CONTACT = {"title": "ICE ERO duty desk", "agency": "ero", "phone": "+15055550111", "priority": 1}
A_FACILITY = {"slug": "city-hall", "name": "City Hall", "latitude": 35.0868, "longitude": -106.6505}


def an_inquiry(clock: Clock, **changed: Any) -> dict[str, Any]:
    """Return the body of an inquiry that may be logged at the clock's time."""
    place = {"address": "1234 Central Ave SE", "latitude": 35.0812, "longitude": -106.6301}
    observation = {
        "activity": "worksite",
        "agents": 4,
        "vehicles": 2,
        "markings": ["police"],
        "note": "Two white SUVs.",
    }
    for name in ("note", "activity", "agents", "markings"):
        if name in changed:
            observation[name] = changed.pop(name)
    if "address" in changed:
        place["address"] = changed.pop("address")
    return {
        "source": "public",
        "channel": "phone",
        "observed_at": clock.ago(minutes=5),
        "place": place,
        "observation": observation,
        **changed,
    }


def _with_body(body: Any, sent: dict[str, Any]) -> dict[str, Any]:
    return sent if body is None else {"json": body, **sent}


def _made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@contextmanager
def open_desk(
    database_url: str,
    data_dir: Path,
    *,
    screen_text: Callable[[str], tuple[Finding, ...]] = plain_screen,
    look_up: Resolve = look_up_nowhere,
    **settings: Any,
) -> Iterator[Desk]:
    """Run the service over a migrated database and give a dispatcher's desk, until the block ends."""
    clock = Clock()
    # Nothing of the environment of the tests: what a test sets, and the defaults.
    wanted = Settings.model_construct(
        **{"database_url": database_url, "data_dir": data_dir, "public_rate": "100000/minute", **settings}
    )
    app = create_app(wanted, clock=clock, screen_text=screen_text, look_up=look_up)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="desk", daemon=True)
    thread.start()
    room = _Room(app, clock, data_dir, loop)
    lifespan = app.router.lifespan_context(app)
    try:
        room.run(lifespan.__aenter__())
        room.secrets.update(_secrets(app.state.service))
        yield Desk(room, room.secrets["dispatcher"])
    finally:
        for client in room.clients.values():
            room.run(client.aclose())
        room.run(lifespan.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _secrets(service: Service) -> dict[str, str]:
    """Create a token for each role and return their secrets."""
    made = {
        role: service.writer.submit(
            lambda session, role=role: create_token(session, NewToken(f"a {role}", role, None), OPERATOR, NOON)
        )
        for role in Role
    }
    return {role.value: future.result(PATIENCE_SECONDS)[1] for role, future in made.items()}
