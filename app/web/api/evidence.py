"""What lets anybody check an entry of the log, and an asker that the own inquiry was logged."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.errors import NotFound
from app.ledger.tlog_proof import FILE_EXTENSION, MEDIA_TYPE
from app.service.read_evidence import evidence_of, proof_of_logging
from app.store.soundness import LedgerUnsound
from app.web import examples
from app.web.access import PUBLIC, allowed
from app.web.api.log import headers_of
from app.web.api.status import look_up
from app.web.documented import example, got, problems
from app.web.problems import HttpRefusal
from app.web.public_lane import keep
from app.web.public_log import public_log_of
from app.web.route import ContractRoute
from app.web.schemas.log import EvidenceLeaf, EvidenceView
from app.web.service import service_of

router = APIRouter(tags=["log"], route_class=ContractRoute)


@router.get(
    "/v1/log/{number}/evidence",
    summary="Read what an entry can be checked by",
    response_model=EvidenceView,
    responses={200: example(examples.EVIDENCE, "The open leaves and their proofs."), **problems("not-found")},
    openapi_extra=got(if_match=False),
)
@allowed(PUBLIC)
async def evidence(request: Request, number: str) -> Response:
    """Return the signed checkpoint and each open leaf of the inquiry with its proof (docs/ledger.md)."""
    public_log, service = public_log_of(request), service_of(request)
    version, signed = await public_log.version(), await public_log.signed()
    keep(request)
    try:
        leaves = await service.read(lambda session: evidence_of(session, number, signed, version.unsettled_before))
    except LedgerUnsound as unsound:
        service.soundness.note(unsound.difference)
        raise HttpRefusal("unavailable", "The ledger is not sound; its operator was told.") from None
    if leaves is None:
        raise NotFound
    view = EvidenceView(checkpoint=signed.note.decode(), events=[EvidenceLeaf.of(leaf) for leaf in leaves])
    headers = headers_of(version, f"evidence-{signed.checkpoint.size}")
    return Response(view.model_dump_json(), headers=headers, media_type="application/json")


@router.get(
    "/v1/status/{receipt}/proof",
    summary="Get proof that an inquiry was logged",
    response_class=Response,
    responses={
        200: {
            "description": "A file that anybody can check, with this program or another (C2SP tlog-proof).",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **problems("not-found", "rate-limited"),
    },
)
@allowed(PUBLIC)
async def proof(request: Request, receipt: str) -> Response:
    """Return a `.tlog-proof` that opens the inquiry's first leaf alone: it names neither place nor person.

    While no checkpoint covers the leaf, which takes a minute at most, it is 404 with `Retry-After`.
    """
    service, public_log = service_of(request), public_log_of(request)
    service.limits.look_up(request)
    found = await look_up(service, receipt)
    signed = await public_log.signed()
    try:
        made = await service.read(lambda session: proof_of_logging(session, found.number, signed))
    except LedgerUnsound as unsound:
        service.soundness.note(unsound.difference)
        raise HttpRefusal("unavailable", "The ledger is not sound; its operator was told.") from None
    if made is None:
        seconds = public_log.seconds_to_next_checkpoint()
        detail = "The proof is made with the next signed checkpoint. Ask again when `Retry-After` has passed."
        raise HttpRefusal("not-found", detail, {"Retry-After": str(seconds)})
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{found.number}{FILE_EXTENSION}"',
    }
    return Response(made, headers=headers, media_type=MEDIA_TYPE)
