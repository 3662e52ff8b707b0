"""The screen, to try a text on; and how many texts it refused."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.web.access import ACTS, allowed
from app.web.changing import screened
from app.web.documented import BODY, TOKEN, problems
from app.web.route import ContractRoute
from app.web.schemas.asking import FindingView, ScreenInput, ScreenView
from app.web.service import service_of

router = APIRouter(prefix="/v1", tags=["screen"], route_class=ContractRoute)


@router.post(
    "/screen",
    summary="Try a text on the screen",
    response_model=ScreenView,
    responses=problems(*TOKEN, *BODY),
)
@allowed(ACTS)
async def screen(request: Request, body: ScreenInput) -> Response:
    """Return what would have to be taken out of a text. Nothing is kept, nothing counted."""
    findings = screened(service_of(request), body.text)
    view = ScreenView(
        accepted=not findings,
        findings=[
            FindingView(category=each.category, code=each.category, start=each.start, end=each.end, detail=each.detail)
            for each in findings
        ],
    )
    return Response(view.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type="application/json")
