"""What the holder of a receipt is told: the status and the answer, at once, and never the place."""

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.errors import NotFound
from app.domain.receipt import read_receipt
from app.store.point_reads import ReceiptStatus
from app.web import examples
from app.web.access import PUBLIC, allowed
from app.web.documented import example, problems
from app.web.route import ContractRoute
from app.web.schemas.asking import StatusView
from app.web.schemas.shared import AnswerView
from app.web.service import Service, service_of

PREFIX = "/v1/status"
HEADERS = {"Cache-Control": "no-store"}
MEDIA_TYPE = "application/json"
router = APIRouter(prefix=PREFIX, tags=["status"], route_class=ContractRoute)


@router.get(
    "/{receipt}",
    summary="Look a status up by receipt",
    response_model=StatusView,
    responses={200: example(examples.STATUS, "Where the inquiry stands."), **problems("not-found", "rate-limited")},
)
@allowed(PUBLIC)
async def status(request: Request, receipt: str) -> Response:
    """Return where an inquiry stands. Nothing but the receipt is needed; an unknown one is 404."""
    service = service_of(request)
    service.limits.look_up(request)
    return Response(told(await look_up(service, receipt)), headers=dict(HEADERS), media_type=MEDIA_TYPE)


def told(found: ReceiptStatus) -> bytes:
    """Return the answer's body."""
    view = StatusView(
        receipt=found.receipt,
        number=found.number,
        status=found.status,
        answer=AnswerView(en=found.answer_en, es=found.answer_es),
        received_at=found.received_at,
        updated_at=found.updated_at,
        calls=found.calls,
        last_call_at=found.last_call_at,
    )
    return view.model_dump_json().encode()


async def look_up(service: Service, typed: str) -> ReceiptStatus:
    """Return what a receipt's holder is told. Raises NotFound, the same for unknown and malformed, `rate-limited`."""
    receipt, reads = read_receipt(typed), service.point_reads
    found = None
    if receipt is not None:
        found = reads.status(receipt) if reads.in_place else await to_thread.run_sync(reads.status, receipt)
    if found is None:
        service.limits.look_up_of_unknown()
        raise NotFound
    return found
