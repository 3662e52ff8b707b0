"""How many submitted texts the screen refused: counts alone, as far as the public sees."""

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.moment import day_in_denver
from app.service.read_refusals import read_refusals
from app.web import examples
from app.web.access import PUBLIC, allowed
from app.web.api.log import CACHE_CONTROL, OPEN_TO_ALL
from app.web.documented import example, problems
from app.web.route import ContractRoute
from app.web.schemas.log import RefusalsOfMonth, RefusalsView
from app.web.service import service_of

router = APIRouter(prefix="/v1/refusals", tags=["reports"], route_class=ContractRoute)


@router.get(
    "",
    summary="Read how many texts the screen refused",
    response_model=RefusalsView,
    responses={200: example(examples.REFUSALS, "Counts by month."), **problems()},
)
@allowed(PUBLIC)
async def refusals(request: Request) -> Response:
    """Return counts by month, category and the rule's language: of whole days that lie before the publication delay."""
    view = RefusalsView(items=await public_refusals(request))
    headers = {"Cache-Control": CACHE_CONTROL, **OPEN_TO_ALL}
    return Response(view.model_dump_json(), headers=headers, media_type="application/json")


async def public_refusals(request: Request) -> list[RefusalsOfMonth]:
    """Return the counts as the public sees them, newest month first."""
    service = service_of(request)
    delay = service.settings.publication_delay
    # A day is counted out once all of it is old enough; without a delay today is.
    hidden = day_in_denver(service.clock() - delay) + (timedelta(0) if delay else timedelta(days=1))
    counted = await service.read(lambda session: read_refusals(session, hidden))
    return [RefusalsOfMonth.of(month) for month in counted]
