"""What supervisors keep: contacts at ICE, City facilities, access tokens; and the slips for an outage."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.actor import Role
from app.domain.contact import on_duty
from app.store.directory import contacts, facilities, token_names, tokens
from app.web.access import OVERSEES, READS, allowed
from app.web.pages.console_frame import ConsoleRoute, console_page
from app.web.pages.console_inquiry import LISTS
from app.web.service import service_of

router = APIRouter(prefix="/console", include_in_schema=False, route_class=ConsoleRoute)
_AT_MOST = 200
_SLIPS_AT_MOST = 40


@router.get("/contacts")
@allowed(READS)
async def all_contacts(request: Request) -> Response:
    """Return the contacts, those who are called first at the top."""
    service = service_of(request)
    found, _ = await service.read(lambda session: contacts.page(session, before=None, limit=_AT_MOST))
    found.sort(key=lambda each: (not each.active, each.priority, each.first_event))
    now = service.clock()
    duty = {each.id for each in found if each.active and on_duty(each.hours, now)}
    return console_page(request, "contacts.html", contacts=found, on_duty=duty, lists=LISTS)


@router.get("/facilities")
@allowed(READS)
async def all_facilities(request: Request) -> Response:
    """Return the City facilities by name."""
    found, _ = await service_of(request).read(lambda session: facilities.page(session, before=None, limit=_AT_MOST))
    return console_page(request, "facilities.html", facilities=sorted(found, key=lambda each: each.name))


@router.get("/tokens")
@allowed(OVERSEES)
async def all_tokens(request: Request) -> Response:
    """Return the tokens, newest first, without their secrets."""
    service = service_of(request)
    found, _ = await service.read(lambda session: tokens.page(session, before=None, limit=_AT_MOST))
    names = await service.read(lambda session: token_names(session, {each.created_by for each in found}))
    return console_page(request, "tokens.html", tokens=found, names=names, roles=tuple(Role))


@router.get("/slips")
@allowed(READS)
async def slips(request: Request) -> Response:
    """Return numbered slips in both languages, to print before an outage and to enter from after it."""
    first = _whole(request, "first", default=1, most=9999)
    count = _whole(request, "count", default=6, most=_SLIPS_AT_MOST)
    return console_page(request, "slips.html", first=first, count=count, lists=LISTS)


def _whole(request: Request, name: str, *, default: int, most: int) -> int:
    """Return a whole number of the query from 1 up; what is none is the default, as pages pass over it."""
    given = request.query_params.get(name, "")
    return (
        min(max(int(given), 1), most)
        if given.isascii() and given.isdecimal() and len(given) <= len(str(most))
        else default
    )
