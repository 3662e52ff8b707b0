"""The queue, what is overdue, and finding an inquiry."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.errors import NotFound
from app.domain.log_number import log_year, read_log_number
from app.domain.receipt import read_receipt
from app.domain.street_search import LONGEST_SEARCH, search_key
from app.service.read_inquiries import FullInquiry, list_inquiries
from app.service.read_queue import Queue, read_queue
from app.store.inquiries import InquiryFilter
from app.web.access import OVERSEES, READS, allowed
from app.web.pages.console_frame import (
    ConsoleRoute,
    console_page,
    fragment_wanted,
    must_be_ours,
    see_other,
)
from app.web.pages.forms import form_of
from app.web.service import service_of

router = APIRouter(prefix="/console", include_in_schema=False, route_class=ConsoleRoute)
_FOUND_AT_MOST = 50


async def _queue(request: Request) -> Queue:
    service = service_of(request)
    return await service.read(lambda session: read_queue(session, service.vault, service.clock()))


@router.get("")
@allowed(READS)
async def queue(request: Request) -> Response:
    """Return what waits: the overdue first, then the oldest."""
    waiting = await _queue(request)
    template = "queue_live.html" if fragment_wanted(request) else "queue.html"
    return console_page(request, template, queue=waiting, items=waiting.items, title="console.queue.title")


@router.get("/overdue")
@allowed(OVERSEES)
async def overdue(request: Request) -> Response:
    """Return what is late alone."""
    waiting = await _queue(request)
    late = tuple(item for item in waiting.items if item.overdue)
    template = "queue_live.html" if fragment_wanted(request) else "queue.html"
    return console_page(request, template, queue=waiting, items=late, title="console.overdue.title")


@router.post("/find")
@allowed(READS)
async def find(request: Request) -> Response:
    """Return what a number, a receipt or a street's beginning finds; posted, so that it stands in no address."""
    fields, service = await form_of(request), service_of(request)
    must_be_ours(request, fields)
    sought = fields.get("q", "").strip()
    number = read_log_number(sought, this_year=log_year(service.clock()))
    narrowed = None
    if receipt := read_receipt(sought):
        narrowed = InquiryFilter(receipt=receipt)
    elif len(sought) <= LONGEST_SEARCH and (number or search_key(sought)):
        narrowed = InquiryFilter(number=number, street=search_key(sought))
    found: list[FullInquiry] = []
    if narrowed is not None:
        found, _ = await service.read(
            lambda session: list_inquiries(session, service.vault, narrowed, before=None, limit=_FOUND_AT_MOST)
        )
    if len(found) == 1:
        return see_other(request, f"/console/inquiries/{found[0].inquiry.number}")
    return console_page(request, "found.html", found=found)


@router.get("/find")
@allowed(READS)
async def find_again(request: Request) -> Response:
    """Return the page to search from."""
    return console_page(request, "found.html", found=None)


@router.get("/{unknown:path}")
@allowed(READS)
async def nothing(unknown: str) -> Response:  # noqa: ARG001  # whatever it is
    """Say in the console's frame that there is no such page."""
    raise NotFound
