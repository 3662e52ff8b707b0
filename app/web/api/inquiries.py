"""Inquiries over HTTP: log, read, claim, mark answered, withdraw, and the asker's callback."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.domain.inquiry import Activity, AreaCommand, Source
from app.domain.log_number import log_year, read_log_number
from app.domain.receipt import read_receipt
from app.domain.status import Status
from app.domain.street_search import search_key
from app.service import claim as claiming
from app.service.log_inquiry import log_inquiry
from app.service.mark_answered import mark_answered
from app.service.read_inquiries import (
    list_inquiries,
    nearby_inquiries,
    read_timeline,
)
from app.service.withdraw import withdraw
from app.store.inquiries import InquiryFilter
from app.web import examples
from app.web.access import ACTS, LOGS, READS, actor_of, allowed
from app.web.api.shown_inquiry import ShownInquiry, inquiry_change
from app.web.changing import Change, if_match, make
from app.web.documented import BODY, REPEATABLE, TOKEN, changed, example, got, post, problems
from app.web.fields import Output, SearchedText, Time
from app.web.reading import Cursor, Limit, Page, from_cursor, one, page_of, page_response
from app.web.route import ContractRoute
from app.web.schemas.inquiries import AnsweredInput, ClaimInput, InquiryInput, WithdrawInput
from app.web.schemas.inquiry_views import (
    InquiryShort,
    InquiryView,
    LoggedInquiry,
    NearbyView,
    TimelineView,
)
from app.web.service import Service, service_of

router = APIRouter(prefix="/v1/inquiries", tags=["inquiries"], route_class=ContractRoute)
COLLECTION = "/v1/inquiries"


class Nearby(Output):
    """What was asked lately and close by, nearest first."""

    items: list[NearbyView]


class Timeline(Output):
    """What happened to an inquiry, oldest first."""

    items: list[TimelineView]


@router.post(
    "",
    status_code=201,
    summary="Log an inquiry",
    response_model=LoggedInquiry | InquiryShort,
    responses={
        201: example(examples.LOGGED, "Logged. To `intake` the short form, without `nearby` and the rest."),
        **problems(*TOKEN, *BODY, "protected-detail", *REPEATABLE),
    },
    openapi_extra=post(),
)
@allowed(LOGS)
async def log(request: Request, body: InquiryInput) -> Response:
    """Log one person's question about observed activity at a place. Never who anybody is."""
    service, by = service_of(request), actor_of(request)
    new = body.asked()
    shows = ShownInquiry(service, by)
    return await make(
        request,
        Change(
            use_case=lambda session, actor, at: log_inquiry(session, new, actor, at),
            identify=lambda inquiry: inquiry.id,
            show=shows.stored_with_nearby,
            first=lambda inquiry: shows.just_logged(new, inquiry),
            created=COLLECTION,
            texts=body.texts(),
        ),
    )


@router.get(
    "",
    summary="List inquiries",
    response_model=Page[InquiryView],
    responses=problems(*TOKEN, "invalid-request"),
)
@allowed(READS)
async def listed(  # each is a query parameter of the contract
    request: Request,
    status: Status | None = None,
    source: Source | None = None,
    area_command: AreaCommand | None = None,
    activity: Activity | None = None,
    overdue: Annotated[bool | None, Query(description="Whether the next step is late.")] = None,
    claimed_by: Annotated[SearchedText | None, Query(max_length=64)] = None,
    received_from: Annotated[Time | None, Query(description="Included.")] = None,
    received_to: Annotated[Time | None, Query(description="Not included.")] = None,
    q: Annotated[
        SearchedText | None, Query(max_length=40, description="A number, a receipt, or the start of a street's name.")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Return inquiries, newest first."""
    service = service_of(request)
    narrowed = InquiryFilter(
        status=status,
        source=source,
        area_command=area_command,
        activity=activity,
        overdue=overdue,
        claimed_by=claimed_by,
        received_from=received_from,
        received_to=received_to,
        now=service.clock(),
    )
    narrowed = _sought(narrowed, q, service)
    before = from_cursor(cursor)
    found, following = await service.read(
        lambda session: list_inquiries(session, service.vault, narrowed, before=before, limit=limit)
    )
    return page_response(request, page_of([InquiryView.full(full) for full in found], following), following)


def _sought(narrowed: InquiryFilter, q: str | None, service: Service) -> InquiryFilter:
    """Narrow by a search: a receipt, a log number, or the start of a street's name; a number may be either."""
    if q is None or not q.strip():
        return narrowed
    if receipt := read_receipt(q):
        return replace(narrowed, receipt=receipt)
    number = read_log_number(q, this_year=log_year(service.clock()))
    street = search_key(q)
    if number is None and street is None:
        return replace(narrowed, receipt="")  # nothing has this
    return replace(narrowed, number=number, street=street)


@router.get(
    "/{inquiry_id}",
    summary="Read an inquiry",
    response_model=InquiryView | InquiryShort,
    responses={200: example(examples.INQUIRY, "As it stands."), **problems(*TOKEN, "not-found", "precondition-failed")},
    openapi_extra=got(),
)
@allowed(LOGS | READS)
async def read(request: Request, inquiry_id: str) -> Response:
    """Return an inquiry; to `intake` only what that token logged, in the short form."""
    shows = ShownInquiry(service_of(request), actor_of(request))
    return await one(request, lambda session: shows.stored(session, inquiry_id))


@router.get(
    "/{inquiry_id}/nearby",
    summary="List inquiries nearby",
    response_model=Nearby,
    responses=problems(*TOKEN, "not-found"),
)
@allowed(READS)
async def nearby(request: Request, inquiry_id: str) -> Response:
    """Return what was asked lately and close by, at most ten, nearest first."""
    service = service_of(request)
    found = await service.read(
        lambda session: nearby_inquiries(session, service.vault, inquiry_id, service.policy, service.clock())
    )
    view = Nearby(items=[NearbyView.of(near) for near in found])
    return Response(view.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type="application/json")


@router.get(
    "/{inquiry_id}/timeline",
    summary="Read an inquiry's timeline",
    response_model=Timeline,
    responses=problems(*TOKEN, "not-found"),
)
@allowed(READS)
async def timeline(request: Request, inquiry_id: str) -> Response:
    """Return every event of an inquiry, oldest first."""
    items = await service_of(request).read(lambda session: read_timeline(session, inquiry_id))
    view = Timeline(items=[TimelineView.of(item) for item in items])
    return Response(view.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type="application/json")


@router.post(
    "/{inquiry_id}/claim",
    summary="Claim an inquiry",
    response_model=InquiryView,
    responses=problems(
        *TOKEN, *BODY, "not-found", "precondition-failed", "already-claimed", "inquiry-closed", *REPEATABLE
    ),
    openapi_extra=post(if_match=True),
)
@allowed(ACTS)
async def claim(request: Request, inquiry_id: str, body: ClaimInput | None = None) -> Response:
    """Say who is on it. The first claim wins; `take` overrides, and is recorded."""
    take, expected = body is not None and body.take, if_match(request)
    return await make(
        request,
        inquiry_change(request, lambda session, by, at: claiming.claim(session, inquiry_id, take, expected, by, at)),
    )


@router.delete(
    "/{inquiry_id}/claim",
    summary="End a claim",
    response_model=InquiryView,
    responses=problems(*TOKEN, "not-found", "precondition-failed", "already-claimed"),
    openapi_extra=changed(),
)
@allowed(ACTS)
async def release(request: Request, inquiry_id: str) -> Response:
    """End one's own claim, or one that has been idle."""
    expected = if_match(request)
    return await make(
        request,
        inquiry_change(request, lambda session, by, at: claiming.release(session, inquiry_id, expected, by, at)),
    )


@router.post(
    "/{inquiry_id}/answered",
    summary="Mark that the asker was told",
    response_model=InquiryView,
    responses=problems(
        *TOKEN, *BODY, "not-found", "precondition-failed", "inquiry-closed", "status-changed", *REPEATABLE
    ),
    openapi_extra=post(if_match=True),
)
@allowed(ACTS)
async def answered(request: Request, inquiry_id: str, body: AnsweredInput) -> Response:
    """Stop the clock and erase the asker's contact."""
    expected = if_match(request)
    return await make(
        request,
        inquiry_change(
            request,
            lambda session, by, at: mark_answered(session, inquiry_id, body.method, body.status, expected, by, at),
        ),
    )


@router.post(
    "/{inquiry_id}/withdraw",
    summary="Withdraw an inquiry",
    response_model=InquiryView,
    responses=problems(*TOKEN, *BODY, "not-found", "precondition-failed", "inquiry-closed", *REPEATABLE),
    openapi_extra=post(if_match=True),
)
@allowed(ACTS)
async def withdrawn(request: Request, inquiry_id: str, body: WithdrawInput) -> Response:
    """Withdraw an inquiry that was never settled; its number stays."""
    expected = if_match(request)
    return await make(
        request,
        inquiry_change(
            request,
            lambda session, by, at: withdraw(session, inquiry_id, body.reason, body.replaced_by, expected, by, at),
        ),
    )
