"""Alerts, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.service.acknowledge_alert import acknowledge_alert
from app.service.looking_up import the_alert
from app.store import alerts
from app.web import examples
from app.web.access import ACTS, READS, allowed
from app.web.changing import Change, Shown, if_match, make
from app.web.documented import REPEATABLE, TOKEN, example, got, post, problems
from app.web.reading import Cursor, Limit, Page, from_cursor, one, page_of, page_response
from app.web.route import ContractRoute
from app.web.schemas.alerts import AlertView
from app.web.service import service_of

router = APIRouter(prefix="/v1/alerts", tags=["alerts"], route_class=ContractRoute)


@router.get("", summary="List alerts", response_model=Page[AlertView], responses=problems(*TOKEN, "invalid-request"))
@allowed(READS)
async def listed(
    request: Request,
    acknowledged: Annotated[bool | None, Query(description="Whether somebody has acknowledged them.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Return alerts, newest first."""
    before = from_cursor(cursor)
    found, following = await service_of(request).read(
        lambda session: alerts.page(session, acknowledged=acknowledged, before=before, limit=limit)
    )
    return page_response(request, page_of([AlertView.of(each) for each in found], following), following)


@router.get(
    "/{alert_id}",
    summary="Read an alert",
    response_model=AlertView,
    responses={200: example(examples.ALERT, "As it stands."), **problems(*TOKEN, "not-found", "precondition-failed")},
    openapi_extra=got(),
)
@allowed(READS)
async def read(request: Request, alert_id: str) -> Response:
    """Return an alert."""
    return await one(request, lambda session: _show(session, alert_id))


@router.post(
    "/{alert_id}/acknowledge",
    summary="Acknowledge an alert",
    response_model=AlertView,
    responses=problems(*TOKEN, "not-found", "precondition-failed", *REPEATABLE),
    openapi_extra=post(if_match=True),
)
@allowed(ACTS)
async def acknowledge(request: Request, alert_id: str) -> Response:
    """Note that somebody has heard an alert and sees to it; it is not raised again."""
    expected = if_match(request)
    return await make(
        request,
        Change(
            use_case=lambda session, by, at: acknowledge_alert(session, alert_id, expected, by, at),
            identify=lambda alert: alert.id,
            show=_show,
        ),
    )


def _show(session: Session, alert_id: str) -> Shown:
    alert = the_alert(session, alert_id)
    return Shown(AlertView.of(alert), alert.newest_event)
