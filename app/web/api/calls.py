"""Confirmation calls over HTTP: place one, record its outcome, let inquiries join it, correct it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.domain.actor import Actor
from app.domain.status import Outcome
from app.service.correct_call import correct_call
from app.service.join_call import join_call
from app.service.looking_up import the_call
from app.service.place_call import place_call
from app.service.read_calls import list_calls, read_call
from app.service.record_outcome import record_outcome
from app.store.calls import CallFilter, CallRecord
from app.store.session import WriteSession
from app.web import examples
from app.web.access import ACTS, READS, SUPERVISES, allowed
from app.web.changing import Change, Shown, Texts, if_match, make
from app.web.documented import BODY, REPEATABLE, TOKEN, example, got, post, problems
from app.web.fields import Identifier, Time
from app.web.reading import Cursor, Limit, Page, from_cursor, one, page_of, page_response
from app.web.route import ContractRoute
from app.web.schemas.calls import CallInput, CallView, CorrectionInput, JoinInput, OutcomeInput
from app.web.service import service_of

router = APIRouter(prefix="/v1/calls", tags=["calls"], route_class=ContractRoute)
COLLECTION = "/v1/calls"


@router.post(
    "",
    status_code=201,
    summary="Record that a call was placed",
    response_model=CallView,
    responses={
        201: example(examples.CALL, "Recorded; `outcome` is null unless it came with the call."),
        **problems(*TOKEN, *BODY, "protected-detail", "inquiry-closed", "no-contact", *REPEATABLE),
    },
    openapi_extra=post(),
)
@allowed(ACTS)
async def place(request: Request, body: CallInput) -> Response:
    """Record a call to the designated contact for one or more inquiries; it may carry its outcome at once."""
    new = body.placed()
    return await make(
        request,
        _change(
            request, lambda session, by, at: place_call(session, new, by, at), created=COLLECTION, texts=body.texts()
        ),
    )


@router.get("", summary="List calls", response_model=Page[CallView], responses=problems(*TOKEN, "invalid-request"))
@allowed(READS)
async def listed(  # each is a query parameter of the contract
    request: Request,
    inquiry_id: Identifier | None = None,
    contact_id: Identifier | None = None,
    outcome: Outcome | None = None,
    under_way: Annotated[bool | None, Query(alias="open", description="Whether it has no outcome yet.")] = None,
    placed_from: Annotated[Time | None, Query(description="Included.")] = None,
    placed_to: Annotated[Time | None, Query(description="Not included.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Return calls, newest first."""
    service = service_of(request)
    narrowed = CallFilter(inquiry_id, contact_id, outcome, under_way, placed_from, placed_to)
    before = from_cursor(cursor)
    found, following = await service.read(
        lambda session: list_calls(session, service.vault, narrowed, before=before, limit=limit)
    )
    return page_response(request, page_of([CallView.of(full) for full in found], following), following)


@router.get(
    "/{call_id}",
    summary="Read a call",
    response_model=CallView,
    responses={200: example(examples.CALL, "As it stands."), **problems(*TOKEN, "not-found", "precondition-failed")},
    openapi_extra=got(),
)
@allowed(READS)
async def read(request: Request, call_id: str) -> Response:
    """Return a call with its corrections."""
    show = _showing(request)
    return await one(request, lambda session: show(session, call_id))


@router.post(
    "/{call_id}/outcome",
    summary="Record a call's outcome",
    response_model=CallView,
    responses=problems(
        *TOKEN, *BODY, "protected-detail", "not-found", "precondition-failed", "outcome-recorded", *REPEATABLE
    ),
    openapi_extra=post(if_match=True),
)
@allowed(ACTS)
async def outcome(request: Request, call_id: str, body: OutcomeInput) -> Response:
    """Record what the call brought. Once recorded it stands."""
    expected, new = if_match(request), body.brought()
    return await make(
        request,
        _change(
            request,
            lambda session, by, at: record_outcome(session, call_id, new, expected, by, at),
            texts=body.texts(),
            found=lambda session: the_call(session, call_id, expected),
        ),
    )


@router.post(
    "/{call_id}/correction",
    summary="Correct a call's outcome",
    response_model=CallView,
    responses=problems(
        *TOKEN, *BODY, "protected-detail", "not-found", "precondition-failed", "no-outcome", *REPEATABLE
    ),
    openapi_extra=post(if_match=True),
)
@allowed(SUPERVISES)
async def correction(request: Request, call_id: str, body: CorrectionInput) -> Response:
    """Record what the call brought in truth. Both stay on the timeline and in the ledger."""
    expected, new = if_match(request), body.brought()
    return await make(
        request,
        _change(
            request,
            lambda session, by, at: correct_call(session, call_id, new, body.reason, expected, by, at),
            texts=body.texts(),
            found=lambda session: the_call(session, call_id, expected),
        ),
    )


@router.post(
    "/{call_id}/inquiries",
    summary="Let inquiries join a call",
    response_model=CallView,
    responses=problems(
        *TOKEN, *BODY, "not-found", "precondition-failed", "inquiry-closed", "call-too-old", *REPEATABLE
    ),
    openapi_extra=post(if_match=True),
)
@allowed(ACTS)
async def join(request: Request, call_id: str, body: JoinInput) -> Response:
    """Let later inquiries about the same activity take this call's outcome, now or when it comes."""
    expected = if_match(request)
    return await make(
        request,
        _change(request, lambda session, by, at: join_call(session, call_id, body.inquiry_ids, expected, by, at)),
    )


def _showing(request: Request) -> Callable[[Session, str], Shown]:
    vault = service_of(request).vault

    def show(session: Session, call_id: str) -> Shown:
        full = read_call(session, vault, call_id)
        return Shown(CallView.of(full), full.call.newest_event)

    return show


def _change(
    request: Request,
    use_case: Callable[[WriteSession, Actor, datetime], CallRecord],
    *,
    created: str | None = None,
    texts: Texts | None = None,
    found: Callable[[Session], object] | None = None,
) -> Change[CallRecord]:
    return Change(
        use_case=use_case,
        identify=lambda call: call.id,
        show=_showing(request),
        created=created,
        texts=texts,
        found=found,
    )
