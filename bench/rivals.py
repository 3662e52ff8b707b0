"""What the service is measured against: the same models and less work.

- A route of the service itself, which does all but store.
- A bare FastAPI app: no tokens, no screen, no ids of requests, no log lines, no storage.
- The session for each request of FastAPI's tutorial (https://fastapi.tiangolo.com/tutorial/sql-databases/), on SQLite
  in WAL mode with every commit on disk and a pool of 50 connections, without which it stops at 64 connections.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from sqlalchemy import create_engine, event
from sqlmodel import Session

from app.domain.answer import Facts, answer_for
from app.domain.inquiry import CallbackKind, Inquiry
from app.domain.status import Status
from app.service.log_inquiry import InquiryDetail
from app.service.read_inquiries import FullInquiry
from app.store.tables import InquiryRow
from app.web.access import LOGS, actor_of, allowed
from app.web.changing import Shown, answer, screen
from app.web.route import ContractRoute
from app.web.schemas.asking import StatusView
from app.web.schemas.inquiries import InquiryInput
from app.web.schemas.inquiry_views import InquiryShort, LoggedInquiry
from app.web.schemas.shared import AnswerView
from app.web.service import service_of

STORES_NOTHING = "/v1/inquiries-stored-nowhere"
LOG = "/v1/inquiries"
POOL = 50
_AT = datetime(2026, 1, 31, 18, 4, 5, 123000, tzinfo=UTC)
_ANSWER = answer_for(Facts(Status.OPEN))
_ID, _RECEIPT = "019a9c1e-7a50-7c3e-9f00-3f2b8a6d5c41", "K7QF-2M9X-TD3W"


def row_of(body: InquiryInput, inquiry_id: str = _ID, serial: int = 1) -> dict[str, Any]:
    """Return the values of an inquiry, as its table holds them, without any of the service's rules."""
    place, seen = body.place, body.observation
    return {
        "id": inquiry_id,
        "year": _AT.year,
        "serial": serial,
        "receipt": _RECEIPT,
        "source": body.source,
        "outlet": body.outlet,
        "channel": body.channel,
        "language": body.language,
        "asked_at": body.asked_at or _AT,
        "observed_at": body.observed_at,
        "ongoing": body.ongoing,
        "facility": place.facility,
        "area_command": place.area_command,
        "activity": seen.activity,
        "agents": seen.agents,
        "vehicles": seen.vehicles,
        "markings": tuple(seen.markings),
        "block": "1200 block of Central Ave SE",
        "street_key": "central ave se",
        "crossing_key": None,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "city_facility": False,
        "status": Status.OPEN,
        "status_since": _AT,
        "answer_en": _ANSWER.en,
        "answer_es": _ANSWER.es,
        "answer_call": None,
        "received_at": _AT,
        "received_by": _ID,
        "due_at": _AT + timedelta(minutes=5),
        "claimed_by": None,
        "claimed_at": None,
        "answered_at": None,
        "answered_status": None,
        "withdrawn_reason": None,
        "replaced_by": None,
        "settled_at": None,
        "callback_kind": CallbackKind.PHONE,
        "callback_hint": "…00",
        "callback_erase_after": _AT + timedelta(days=30),
        "callback_erased_at": None,
        "first_event": 2 * serial,
        "newest_event": 2 * serial + 1,
        "updated_at": _AT,
        "last_event_at": _AT,
        "leaves": 2,
    }


def view_of(body: InquiryInput, inquiry: Inquiry) -> LoggedInquiry:
    """Return the answer to a body."""
    detail = InquiryDetail(body.place.address, body.place.point, body.observation.note)
    return LoggedInquiry.logged(FullInquiry(inquiry, detail, ()), [])


def with_a_route_that_stores_nothing(app: FastAPI) -> FastAPI:
    """Add a route that authenticates, validates, screens and answers as the real one does, and stores nothing."""
    router = APIRouter(route_class=ContractRoute)

    @router.post(STORES_NOTHING, status_code=201)
    @allowed(LOGS)
    async def log(request: Request, body: InquiryInput) -> Response:
        await screen(service_of(request), body.texts())
        inquiry = Inquiry(**row_of(body))
        if actor_of(request).role.value == "intake":
            view: InquiryShort = InquiryShort.of(inquiry)
        else:
            view = view_of(body, inquiry)
        return answer(Shown(view, inquiry.newest_event), 201, location=f"{LOG}/{inquiry.id}")

    app.include_router(router)
    # Beside the real one: the framework tries routes one after another.
    app.router.routes.insert(1, app.router.routes.pop())
    return app


def bare() -> FastAPI:
    """Return FastAPI's least: the same models, a constant answer."""
    app = FastAPI()

    @app.post(LOG, status_code=201)
    async def log(body: InquiryInput) -> LoggedInquiry:
        return view_of(body, Inquiry(**row_of(body)))

    @app.get("/v1/status/{receipt}")
    async def status(receipt: str) -> StatusView:
        return StatusView(
            receipt=receipt,
            number="2026-000001",
            status=Status.OPEN,
            answer=AnswerView(en=_ANSWER.en, es=_ANSWER.es),
            received_at=_AT,
            updated_at=_AT,
            calls=0,
            last_call_at=None,
        )

    return app


def tutorial(folder: Path) -> FastAPI:
    """Return the app of FastAPI's tutorial, with these models and the inquiries' table."""
    engine = create_engine(
        f"sqlite:///{folder / 'tutorial.db'}",
        connect_args={"check_same_thread": False, "timeout": 30},
        pool_size=POOL,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401  # the driver's own
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    # SQLModel gathers all tables; the tutorial has one.
    InquiryRow.__table__.create(engine, checkfirst=True)  # type: ignore[attr-defined]  # SQLModel's stub lacks it
    serials = iter(range(1, 10**9))

    def get_session() -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    app = FastAPI()

    @app.post(LOG, status_code=201)
    def log(body: InquiryInput, session: Annotated[Session, Depends(get_session)]) -> LoggedInquiry:
        serial = next(serials)
        row = InquiryRow(**row_of(body, f"{serial:036d}", serial) | {"receipt": f"{serial:014d}"})
        session.add(row)
        session.commit()
        session.refresh(row)
        return view_of(body, Inquiry(**row.model_dump()))

    return app
