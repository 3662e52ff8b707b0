"""The contact that an asker left, over HTTP: read, which is an event; mend or erase, at the asker's wish."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.service.erase_callback import erase_callback
from app.service.mend_callback import mend_callback
from app.service.read_callback import read_callback
from app.web.access import ACTS, actor_of, allowed
from app.web.api.shown_inquiry import inquiry_change
from app.web.changing import Shown, answer, if_match, make
from app.web.documented import BODY, TOKEN, changed, problems
from app.web.route import ContractRoute
from app.web.schemas.inquiries import CallbackInput
from app.web.schemas.inquiry_views import (
    CallbackView,
    InquiryView,
)
from app.web.service import service_of

router = APIRouter(prefix="/v1/inquiries", tags=["inquiries"], route_class=ContractRoute)


@router.get(
    "/{inquiry_id}/callback",
    summary="Read the asker's contact",
    response_model=CallbackView,
    responses=problems(*TOKEN, "not-found", "gone", "outcome-unknown"),
)
@allowed(ACTS)
async def callback(request: Request, inquiry_id: str) -> Response:
    """Return the contact itself. Each look is an event."""
    service, by = service_of(request), actor_of(request)
    inquiry, contact = await service.writer.run(lambda session: read_callback(session, inquiry_id, by, service.clock()))
    return answer(Shown(CallbackView.of(inquiry, contact), inquiry.newest_event))


@router.put(
    "/{inquiry_id}/callback",
    summary="Mend the asker's contact",
    response_model=InquiryView,
    responses=problems(*TOKEN, *BODY, "not-found", "precondition-failed", "inquiry-closed", "outcome-unknown"),
    openapi_extra=changed(),
)
@allowed(ACTS)
async def mend(request: Request, inquiry_id: str, body: CallbackInput) -> Response:
    """Put another contact in its place, at the asker's wish."""
    expected, contact = if_match(request), body.taken()
    return await make(
        request,
        inquiry_change(request, lambda session, by, at: mend_callback(session, inquiry_id, contact, expected, by, at)),
    )


@router.delete(
    "/{inquiry_id}/callback",
    summary="Erase the asker's contact",
    response_model=InquiryView,
    responses=problems(*TOKEN, "not-found", "precondition-failed", "gone", "outcome-unknown"),
    openapi_extra=changed(),
)
@allowed(ACTS)
async def erase(request: Request, inquiry_id: str) -> Response:
    """Erase it, at the asker's wish."""
    expected = if_match(request)
    return await make(
        request, inquiry_change(request, lambda session, by, at: erase_callback(session, inquiry_id, expected, by, at))
    )
