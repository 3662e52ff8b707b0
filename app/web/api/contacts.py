"""The designated contacts at ICE, over HTTP."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.domain.contact import Contact
from app.service.keep_contacts import NewContact, add_contact, change_contact
from app.service.looking_up import the_contact
from app.store.directory import contacts
from app.web import examples
from app.web.access import READS, SUPERVISES, allowed
from app.web.changing import Change, Shown, if_match, make
from app.web.documented import BODY, REPEATABLE, TOKEN, changed, example, got, post, problems
from app.web.reading import Cursor, Limit, Page, from_cursor, one, page_of, page_response
from app.web.route import ContractRoute
from app.web.schemas.directory import ContactChange, ContactInput, ContactView
from app.web.service import service_of

router = APIRouter(prefix="/v1/contacts", tags=["contacts"], route_class=ContractRoute)
COLLECTION = "/v1/contacts"


@router.post(
    "",
    status_code=201,
    summary="Add a contact",
    response_model=ContactView,
    responses={
        201: example(examples.CONTACT, "Added."),
        **problems(*TOKEN, *BODY, "protected-detail", *REPEATABLE),
    },
    openapi_extra=post(),
)
@allowed(SUPERVISES)
async def add(request: Request, body: ContactInput) -> Response:
    """Add a desk or role at ICE that dispatchers call."""
    new = NewContact(**body.model_dump())
    return await make(
        request,
        Change(
            use_case=lambda session, by, at: add_contact(session, new, by, at),
            identify=_id_of,
            show=_show,
            created=COLLECTION,
            texts=body.texts(),
        ),
    )


@router.get(
    "", summary="List contacts", response_model=Page[ContactView], responses=problems(*TOKEN, "invalid-request")
)
@allowed(READS)
async def listed(request: Request, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """Return the contacts, newest first."""
    before = from_cursor(cursor)
    found, following = await service_of(request).read(
        lambda session: contacts.page(session, before=before, limit=limit)
    )
    return page_response(request, page_of([ContactView.of(each) for each in found], following), following)


@router.get(
    "/{contact_id}",
    summary="Read a contact",
    response_model=ContactView,
    responses={200: example(examples.CONTACT, "As it stands."), **problems(*TOKEN, "not-found", "precondition-failed")},
    openapi_extra=got(),
)
@allowed(READS)
async def read(request: Request, contact_id: str) -> Response:
    """Return a contact."""
    return await one(request, lambda session: _show(session, contact_id))


@router.patch(
    "/{contact_id}",
    summary="Change a contact",
    response_model=ContactView,
    responses=problems(*TOKEN, *BODY, "protected-detail", "not-found", "precondition-failed", "outcome-unknown"),
    openapi_extra=changed(),
)
@allowed(SUPERVISES)
async def change(request: Request, contact_id: str, body: ContactChange) -> Response:
    """Change what the body names; the rest stays."""
    expected, changes = if_match(request), body.model_dump(exclude_unset=True)
    return await make(
        request,
        Change(
            use_case=lambda session, by, at: change_contact(session, contact_id, changes, expected, by, at),
            identify=_id_of,
            show=_show,
            texts=body.texts(),
            found=lambda session: the_contact(session, contact_id, expected),
        ),
    )


def _id_of(contact: Contact) -> str:
    return contact.id


def _show(session: Session, contact_id: str) -> Shown:
    contact = the_contact(session, contact_id)
    return Shown(ContactView.of(contact), contact.newest_event)
