"""The ledger, as C2SP tlog-tiles says: a checkpoint, tiles, entries, what opens them. Static in nature, for a CDN."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.domain.errors import NotFound
from app.ledger.merkle import HASH_BYTES
from app.ledger.source import encode_opened
from app.ledger.tiles import WIDTH, Kind, Resource, TileId, encode_entries, parse_path, width_at
from app.service.read_evidence import opened_leaves
from app.store import ledger
from app.store.ledger_files import KeysRefused
from app.store.soundness import LedgerUnsound
from app.web.access import PUBLIC, allowed
from app.web.api.log import OPEN_TO_ALL
from app.web.documented import Responses, problems
from app.web.problems import HttpRefusal
from app.web.public_lane import keep
from app.web.public_log import public_log_of
from app.web.route import ContractRoute
from app.web.service import service_of

router = APIRouter(prefix="/ledger", tags=["log"], route_class=ContractRoute)

_TEXT = "text/plain; charset=utf-8"
_BYTES = "application/octet-stream"
FOR_EVER = "public, max-age=31536000, immutable"
# A checkpoint follows each minute; what is open grows as time passes.
FOR_SECONDS = "public, max-age=5"
FOR_A_MINUTE = "public, max-age=60"
_NOTE: Responses = {200: {"description": "A signed note.", "content": {"text/plain": {"schema": {"type": "string"}}}}}


@router.get(
    "/checkpoint",
    summary="Read the newest signed checkpoint",
    response_class=Response,
    responses={**_NOTE, **problems()},
)
@allowed(PUBLIC)
async def checkpoint(request: Request) -> Response:
    """Return the ledger's size and root as the City signed them last."""
    signed = await public_log_of(request).signed()
    keep(request)
    return _response(signed.note, _TEXT, FOR_SECONDS)


@router.get(
    "/key", summary="Read the ledger's verifier keys", response_class=Response, responses={**_NOTE, **problems()}
)
@allowed(PUBLIC)
async def key(request: Request) -> Response:
    """Return the keys that checkpoints are checked with, one on a line; two while a key is being replaced."""
    try:
        keys = await service_of(request).on_thread(public_log_of(request).keys.read)
    except KeysRefused:
        raise HttpRefusal("unavailable", "The keys cannot be read now; their operator has to see to it.") from None
    return _response("".join(f"{each.verifier}\n" for each in keys).encode(), _TEXT, FOR_A_MINUTE)


@router.get("/tile/{level}/{number:path}", include_in_schema=False)
@allowed(PUBLIC)
async def tile(request: Request, level: str, number: str) -> Response:
    """Return the hashes of a tile or the entries of a bundle, up to the published checkpoint's size."""
    return await _resource(request, f"tile/{level}/{number}")


@router.get("/opened/{number:path}", include_in_schema=False)
@allowed(PUBLIC)
async def opened(request: Request, number: str) -> Response:
    """Return what opens the leaves of a bundle, null for those that are closed."""
    return await _resource(request, f"opened/{number}")


async def _resource(request: Request, path: str) -> Response:
    signed = await public_log_of(request).signed()
    size = signed.checkpoint.size
    try:
        wanted = parse_path(path)
    except ValueError:
        raise NotFound from None
    width = width_at(TileId(wanted.level, wanted.number), size)
    needed = 1 if wanted.kind is Kind.OPENED else wanted.width
    if width < needed:
        raise NotFound
    if wanted.kind is Kind.OPENED or wanted.width < WIDTH:
        keep(request)
    service = service_of(request)
    try:
        body = await service.read(lambda session: _body(session, wanted, size))
    except LedgerUnsound as unsound:
        service.soundness.note(unsound.difference)
        raise HttpRefusal("unavailable", "The ledger is not sound; its operator was told.") from None
    if wanted.kind is Kind.OPENED:
        answer = _response(body, "application/json", FOR_A_MINUTE)
        answer.headers["Vary"] = "Accept-Encoding"
        return answer
    return _response(body, _BYTES, FOR_EVER)


def _body(session: Session, wanted: Resource, size: int) -> bytes:
    first = wanted.number * WIDTH
    if wanted.kind is Kind.OPENED:
        return encode_opened(wanted.number, opened_leaves(session, wanted.number, size))
    if wanted.kind is Kind.ENTRIES:
        return encode_entries(ledger.entries(session, first, first + wanted.width))
    place = TileId(wanted.level, wanted.number)
    return ledger.read_tiles(session.connection(), [place]).get(place, b"")[: wanted.width * HASH_BYTES]


def _response(body: bytes, media_type: str, cache_control: str) -> Response:
    return Response(body, headers={"Cache-Control": cache_control, **OPEN_TO_ALL}, media_type=media_type)
