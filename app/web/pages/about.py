"""What the service is, what it stores and what never, and how to check it without taking the City's word."""

from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.service.read_data_register import Periods, read_data_register
from app.web.access import PUBLIC, allowed
from app.web.pages.frame import public_page
from app.web.public_log import public_log_of
from app.web.service import service_of

router = APIRouter(include_in_schema=False)


@router.get("/about")
@allowed(PUBLIC)
async def about(request: Request) -> Response:
    """Return the page."""
    settings, policy = service_of(request).settings, service_of(request).policy
    periods = Periods(policy.retention, settings.publication_delay, settings.checkpoint_interval)
    register = read_data_register(periods)
    stores = [
        (store, [(place, list(fields)) for place, fields in groupby(of_store, key=lambda each: each.place)])
        for store, of_store in groupby(register, key=lambda each: each.store)
    ]
    keys = [str(key.verifier) for key in public_log_of(request).keys.read()]
    return public_page(request, "about.html", stores=stores, keys=keys, base=str(request.base_url).rstrip("/"))
