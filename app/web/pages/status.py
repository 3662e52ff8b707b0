"""Look an answer up by receipt. The receipt is posted, so that it stands in no address, history or log."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.domain.errors import NotFound
from app.store.point_reads import ReceiptStatus
from app.web.access import PUBLIC, allowed
from app.web.api.evidence import proof as proof_of_receipt
from app.web.api.status import look_up
from app.web.pages.forms import form_of
from app.web.pages.frame import page
from app.web.problems import HttpRefusal
from app.web.service import service_of

router = APIRouter(include_in_schema=False)


@router.get("/status")
@allowed(PUBLIC)
async def ask(request: Request) -> HTMLResponse:
    """Return the form."""
    return _page(request)


@router.post("/status")
@allowed(PUBLIC)
async def answer(request: Request) -> HTMLResponse:
    """Return the answer to a receipt, or the form with what to do."""
    fields = await form_of(request)
    service = service_of(request)
    try:
        service.limits.look_up(request)
        return _page(request, found=await look_up(service, fields.get("receipt", "")))
    except NotFound:
        return _page(request, 404, fault="public.status.unknown")
    except HttpRefusal as refusal:
        if refusal.slug != "rate-limited":
            raise
        response = _page(request, 429, fault="public.status.too_many")
        response.headers.update(refusal.headers or {})
        return response


@router.post("/status/proof")
@allowed(PUBLIC)
async def proof(request: Request) -> Response:
    """Return the `.tlog-proof` to a receipt as a file; the receipt comes in the form, not in the address."""
    fields = await form_of(request)
    return await proof_of_receipt(request, fields.get("receipt", ""))


def _page(
    request: Request, status: int = 200, *, found: ReceiptStatus | None = None, fault: str | None = None
) -> HTMLResponse:
    response = page(request, "status.html", status, found=found, fault=fault)
    response.headers["Cache-Control"] = "no-store"
    return response
