"""What the console's scripts ask while somebody types or thinks: nothing of it is kept, and nothing is written."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.call import Agency
from app.domain.inquiry import Language
from app.domain.place import Point
from app.domain.status import Outcome, Status
from app.service.preview_outcome import Preview, preview_correction, preview_outcome
from app.service.read_inquiries import nearby_place
from app.web.access import ACTS, SUPERVISES, allowed
from app.web.fields import Address, Input, Latitude, Longitude, Output
from app.web.route import ContractRoute
from app.web.schemas.inquiry_views import NearbyView
from app.web.schemas.shared import AnswerView
from app.web.service import service_of

router = APIRouter(prefix="/console/asking", include_in_schema=False, route_class=ContractRoute)


class PlaceAsked(Input):
    """A place that is still being typed."""

    address: Address | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class OutcomeAsked(Input):
    """An outcome that is not recorded yet."""

    outcome: Outcome
    agency: Agency | None = None


class SeenNearby(NearbyView):
    """What was asked nearby, with what was seen there."""

    agents: int | None
    vehicles: int | None


class Nearby(Output):
    """What was asked lately and close by, nearest first."""

    items: list[SeenNearby]


class PreviewView(Output):
    """What one asker would be told. `told_now`: that asker was told the answer which stands now."""

    inquiry_id: str
    number: str
    language: Language
    status: Status
    answer: AnswerView
    changes: bool
    told_now: bool


class Previews(Output):
    """What each asker of a call would be told."""

    items: list[PreviewView]


@router.post("/nearby")
@allowed(ACTS)
async def nearby(request: Request, body: PlaceAsked) -> Response:
    """Return what was asked lately and close to a place."""
    service = service_of(request)
    whole = body.latitude is not None and body.longitude is not None
    point = Point(body.latitude or 0.0, body.longitude or 0.0) if whole else None
    found = await service.read(
        lambda session: nearby_place(session, service.vault, body.address, point, service.policy, service.clock())
    )
    items = [
        SeenNearby(**NearbyView.of(near).model_dump(), agents=near.inquiry.agents, vehicles=near.inquiry.vehicles)
        for near in found
    ]
    return _answer(Nearby(items=items))


@router.post("/outcome/{call_id}")
@allowed(ACTS)
async def outcome(request: Request, call_id: str, body: OutcomeAsked) -> Response:
    """Return the sentence that each asker of a call would hear."""
    service = service_of(request)
    found = await service.read(
        lambda session: preview_outcome(session, call_id, body.outcome, body.agency, service.policy, service.clock())
    )
    return _answer(_views(found))


@router.post("/correction/{call_id}")
@allowed(SUPERVISES)
async def correction(request: Request, call_id: str, body: OutcomeAsked) -> Response:
    """Return the sentence that each asker of a call would read after a correction."""
    service = service_of(request)
    found = await service.read(
        lambda session: preview_correction(session, call_id, body.outcome, body.agency, service.policy, service.clock())
    )
    return _answer(_views(found))


def _views(found: Sequence[Preview]) -> Previews:
    return Previews(
        items=[
            PreviewView(
                inquiry_id=each.inquiry_id,
                number=each.number,
                language=each.language,
                status=each.status,
                answer=AnswerView(en=each.answer.en, es=each.answer.es),
                changes=each.changes,
                told_now=each.told_now,
            )
            for each in found
        ]
    )


def _answer(view: Output) -> Response:
    return Response(view.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type="application/json")
