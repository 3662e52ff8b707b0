"""Progress reports over HTTP, from the public log: to staff with exact counts, to the public without small ones."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.domain.report import By
from app.service.make_report import Report, make_report
from app.web.access import PUBLIC, READS, allowed, authenticate
from app.web.documented import problems
from app.web.fields import Day
from app.web.log_formats import preferred
from app.web.public_log import public_log_of
from app.web.route import ContractRoute
from app.web.schemas.reports import ReportView
from app.web.service import service_of
from app.web.sessions import COOKIE

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=ContractRoute)


class Format(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"


_FORMATS = tuple(Format)
_MINUTES = {"median": 6, "p90": 17}
_GROUP = {
    "group": "2026-01",
    "inquiries": 41,
    "by_status": {
        "open": 0,
        "calling": 0,
        "awaiting_ice": 0,
        "confirmed": 14,
        "not_ice": 9,
        "unconfirmed": 12,
        "withdrawn": 6,
    },
    "minutes_to_call": _MINUTES,
    "minutes_to_answer": _MINUTES,
}
_EXAMPLE = {"by": "month", "groups": [_GROUP], "total": {**_GROUP, "group": None}}
_CONTENT: dict[str, Any] = {
    "application/json": {"example": _EXAMPLE},
    "text/csv": {"schema": {"type": "string"}, "example": "month,inquiries,…\n2026-01,41,…\n"},
}


@router.get(
    "/summary",
    summary="Read a progress report",
    response_model=ReportView,
    responses={
        200: {"description": "The figures, as JSON or CSV.", "content": _CONTENT},
        **problems("invalid-request", "unauthenticated", "forbidden", "rate-limited"),
    },
)
@allowed(PUBLIC)
async def summary(
    request: Request,
    first: Annotated[Day | None, Query(alias="from", description="First day asked, America/Denver.")] = None,
    end: Annotated[Day | None, Query(alias="to", description="Day after the last one.")] = None,
    by: By = By.MONTH,
    written: Annotated[Format | None, Query(alias="format", description="Default: as `Accept` prefers.")] = None,
) -> Response:
    """Return how many inquiries were asked, how they stand and how long they took: what the log shows of them."""
    to_staff = "authorization" in request.headers or COOKIE in request.cookies
    if to_staff:
        await authenticate(request, READS)
    view = ReportView.of(await made(request, first, end, by), to_staff=to_staff)
    headers = {"Cache-Control": "no-store" if to_staff else "public, max-age=60", "Vary": "Accept, Authorization"}
    if not to_staff:
        headers["Access-Control-Allow-Origin"] = "*"
    if (written or preferred(request.headers.get("accept", "").encode("latin-1"), _FORMATS)) == Format.CSV:
        return Response(view.csv(), headers=headers, media_type="text/csv; charset=utf-8")
    return Response(view.model_dump_json(), headers=headers, media_type="application/json")


async def made(request: Request, first: date | None, end: date | None, by: By) -> Report:
    """Return a report under the public log's one cut; one at a time, so that readers slow no dispatcher down."""
    service = service_of(request)
    await public_log_of(request).version()  # publishes what is due
    async with service.reporting:
        return await service.read(lambda session: make_report(session, first, end, by))
