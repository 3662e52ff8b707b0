"""City facilities, over HTTP."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.domain.facility import Facility
from app.service.keep_facilities import NewFacility, add_facility, change_facility
from app.service.looking_up import the_facility
from app.store.directory import facilities
from app.web import examples
from app.web.access import READS, SUPERVISES, allowed
from app.web.changing import Change, Shown, if_match, make
from app.web.documented import BODY, REPEATABLE, TOKEN, changed, example, got, post, problems
from app.web.reading import Cursor, Limit, Page, from_cursor, one, page_of, page_response
from app.web.route import ContractRoute
from app.web.schemas.directory import FacilityChange, FacilityInput, FacilityView
from app.web.service import service_of

router = APIRouter(prefix="/v1/facilities", tags=["facilities"], route_class=ContractRoute)
COLLECTION = "/v1/facilities"


@router.post(
    "",
    status_code=201,
    summary="Add a City facility",
    response_model=FacilityView,
    responses={
        201: example(examples.FACILITY, "Added."),
        **problems(*TOKEN, *BODY, "protected-detail", *REPEATABLE),
    },
    openapi_extra=post(),
)
@allowed(SUPERVISES)
async def add(request: Request, body: FacilityInput) -> Response:
    """Add a City facility: activity at it is noticed (section 9 of the order)."""
    new = NewFacility(**body.model_dump())
    return await make(
        request,
        Change(
            use_case=lambda session, by, at: add_facility(session, new, by, at),
            identify=_id_of,
            show=_show,
            created=COLLECTION,
            texts=body.texts(),
        ),
    )


@router.get(
    "", summary="List City facilities", response_model=Page[FacilityView], responses=problems(*TOKEN, "invalid-request")
)
@allowed(READS)
async def listed(request: Request, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """Return the facilities, newest first."""
    before = from_cursor(cursor)
    found, following = await service_of(request).read(
        lambda session: facilities.page(session, before=before, limit=limit)
    )
    return page_response(request, page_of([FacilityView.of(each) for each in found], following), following)


@router.get(
    "/{facility_id}",
    summary="Read a City facility",
    response_model=FacilityView,
    responses={
        200: example(examples.FACILITY, "As it stands."),
        **problems(*TOKEN, "not-found", "precondition-failed"),
    },
    openapi_extra=got(),
)
@allowed(READS)
async def read(request: Request, facility_id: str) -> Response:
    """Return a facility."""
    return await one(request, lambda session: _show(session, facility_id))


@router.patch(
    "/{facility_id}",
    summary="Change a City facility",
    response_model=FacilityView,
    responses=problems(*TOKEN, *BODY, "protected-detail", "not-found", "precondition-failed", "outcome-unknown"),
    openapi_extra=changed(),
)
@allowed(SUPERVISES)
async def change(request: Request, facility_id: str, body: FacilityChange) -> Response:
    """Change what the body names; the rest stays."""
    expected, changes = if_match(request), body.model_dump(exclude_unset=True)
    return await make(
        request,
        Change(
            use_case=lambda session, by, at: change_facility(session, facility_id, changes, expected, by, at),
            identify=_id_of,
            show=_show,
            texts=body.texts(),
            found=lambda session: the_facility(session, facility_id, expected),
        ),
    )


def _id_of(facility: Facility) -> str:
    return facility.id


def _show(session: Session, facility_id: str) -> Shown:
    facility = the_facility(session, facility_id)
    return Shown(FacilityView.of(facility), facility.newest_event)
