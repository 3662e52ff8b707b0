"""The public log: what was asked, whom the police called, what was answered, in four forms."""

import base64
import binascii
from collections.abc import AsyncIterator
from datetime import datetime
from email.utils import format_datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

from annotated_types import Ge, Le
from anyio import CapacityLimiter
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from app.domain.errors import Fault, InvalidRequest, NotFound
from app.domain.inquiry import Activity, AreaCommand, Source
from app.domain.moment import to_minute
from app.domain.status import Status
from app.service.log_formats import FORMATS, as_atom, as_csv, as_geojson, as_json, minute
from app.store import log
from app.store.log import LogFilter, LogList, LogRow, Position
from app.web import examples
from app.web.access import PUBLIC, allowed
from app.web.documented import example, got, problems
from app.web.fields import DayOrTime
from app.web.log_formats import preferred
from app.web.public_lane import keep, unchanged
from app.web.public_log import LogVersion, public_log_of
from app.web.route import ContractRoute
from app.web.schemas.log import LogEntryView, LogPage, ShortEntryView
from app.web.service import Service, service_of

router = APIRouter(prefix="/v1/log", tags=["log"], route_class=ContractRoute)

# A correction shows at once here; what stands between may be this old.
CACHE_CONTROL = "public, max-age=15"
OPEN_TO_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Retry-After",
}
DEFAULT_LIMIT = 50
# Entries of a whole table that are read and written at once, and how many such pieces at the same time.
PIECE = 500
_ONE_AT_A_TIME = CapacityLimiter(1)


LoggedStatus = Annotated[
    Literal["open", "calling", "awaiting_ice", "confirmed", "not_ice", "unconfirmed", "withdrawn", "unsettled"] | None,
    Query(description="`withdrawn` and `unsettled` are lists of their own: number, day and reason alone."),
]
Format = Annotated[Literal["json", "csv", "geojson", "atom"] | None, Query(description="Goes before `Accept`.")]
PageLimit = Annotated[
    int | None, Ge(1), Le(200), Query(description="How many; default 50, for CSV without it the whole list.")
]
LogCursor = Annotated[
    str | None, Query(description="Where the page begins: the `next` of the page before.", max_length=80)
]

_CONTENT = {
    media_type.partition(";")[0]: {"schema": {"type": "string"}}
    for name, media_type in FORMATS.items()
    if name != "json"
}


@router.get(
    "",
    summary="Read the public log",
    response_model=LogPage,
    responses={
        200: {
            "description": "A page, newest asked first.",
            "content": {"application/json": {"example": examples.LOG_PAGE}, **_CONTENT},
        },
        **problems("invalid-request"),
    },
    openapi_extra=got(if_match=False),
)
@allowed(PUBLIC)
async def listed(
    request: Request,
    asked_from: Annotated[DayOrTime | None, Query(alias="from", description="Asked then or later.")] = None,
    asked_to: Annotated[DayOrTime | None, Query(alias="to", description="Asked before then.")] = None,
    status: LoggedStatus = None,
    source: Source | None = None,
    area_command: AreaCommand | None = None,
    activity: Activity | None = None,
    updated_since: Annotated[DayOrTime | None, Query(description="Published or changed then or later.")] = None,
    limit: PageLimit = None,
    cursor: LogCursor = None,
    format: Format = None,  # noqa: A002  # the contract's word
) -> Response:
    """Return entries as they stood the publication delay ago; a correction of what is listed shows at once."""
    version = await public_log_of(request).version()
    chosen = format or preferred(request.headers.get("accept", "").encode("latin-1"))
    lists = {"withdrawn": LogList.WITHDRAWN, "unsettled": LogList.UNSETTLED}
    narrowed = LogFilter(
        unsettled_before=version.unsettled_before,
        listed=lists.get(status or "", LogList.SETTLED),
        asked_from=asked_from,
        asked_to=asked_to,
        status=Status(status) if status and status not in lists else None,
        source=source,
        area_command=area_command,
        activity=activity,
        # Times are told to the minute: a reader who has seen that minute asks from its beginning.
        updated_since=updated_since.replace(second=0, microsecond=0) if updated_since else None,
    )
    _check(narrowed, chosen, cursor)
    service = service_of(request)
    headers = headers_of(version, chosen)
    if chosen == "csv" and limit is None and cursor is None:
        whole = _whole_table(service, narrowed)
        return unchanged(request, headers) or StreamingResponse(whole, headers=headers, media_type=FORMATS["csv"])
    keep(request)
    size = limit or DEFAULT_LIMIT
    if chosen == "atom":
        rows = await service.read(lambda session: log.newest_updated(session, narrowed, limit=size))
        updated = minute(rows[0].updated_at) if rows else to_minute(version.changed_at)
        narrowing = urlencode([each for each in request.query_params.multi_items() if each[0] != "format"])
        body = await service.on_thread(lambda: as_atom(rows, service.settings.ledger_origin, updated, narrowing))
        return Response(body, headers=headers, media_type=FORMATS[chosen])
    after = position_of(cursor)
    rows = await service.read(lambda session: log.page(session, narrowed, after=after, limit=size + 1))
    following = cursor_of(rows[size - 1].position) if len(rows) > size else None
    if following:
        headers["Link"] = _link(request, following)
    body = await service.on_thread(lambda: _rendered(rows[:size], chosen, following, narrowed))
    return Response(body, headers=headers, media_type=FORMATS[chosen])


@router.get(
    "/{number}",
    summary="Read one entry of the public log",
    response_model=LogEntryView | ShortEntryView,
    responses={200: example(examples.LOG_ENTRY, "As the public sees it."), **problems("not-found")},
    openapi_extra=got(if_match=False),
)
@allowed(PUBLIC)
async def read(request: Request, number: str) -> Response:
    """Return an entry. A number that is not listed yet is the same 404 as one that does not exist."""
    version = await public_log_of(request).version()
    keep(request)
    row = await service_of(request).read(lambda session: log.find(session, number, version.unsettled_before))
    if row is None:
        raise NotFound
    return Response(row.entry, headers=headers_of(version, "json"), media_type=FORMATS["json"])


def headers_of(version: LogVersion, form: str) -> dict[str, str]:
    """Return the headers of what is public and changes with the log."""
    return {
        "ETag": f'"{version.tag}-{form}"',
        "Last-Modified": format_datetime(version.changed_at, usegmt=True),
        "Cache-Control": CACHE_CONTROL,
        "Vary": "Accept, Accept-Encoding",
        **OPEN_TO_ALL,
    }


def _check(narrowed: LogFilter, chosen: str, cursor: str | None) -> None:
    """Refuse what the lists in short do not tell, and pages of a feed."""
    faults = []
    if narrowed.listed is not LogList.SETTLED:
        sentence = "The lists of withdrawn and unsettled inquiries do not tell this. Leave it out."
        faults = [
            Fault(f"/{name}", "not_told", sentence)
            for name in ("source", "area_command", "activity")
            if getattr(narrowed, name) is not None
        ]
    if chosen == "atom" and cursor is not None:
        faults.append(Fault("/cursor", "no_pages", "The feed has one page: what changed last. Leave the cursor out."))
    if faults:
        raise InvalidRequest(*faults)


def _rendered(rows: list[LogRow], chosen: str, following: str | None, narrowed: LogFilter) -> bytes:
    if chosen == "csv":
        return as_csv(rows, short=narrowed.listed is not LogList.SETTLED)
    return as_geojson(rows, following) if chosen == "geojson" else as_json(rows, following)


async def _whole_table(service: Service, narrowed: LogFilter) -> AsyncIterator[bytes]:
    """Yield a list as CSV, piece by piece: each read on its own, so that a slow reader holds nothing open."""
    after: Position | None = None
    first = True
    while True:
        async with _ONE_AT_A_TIME:
            rows, written = await service.on_thread(lambda: _piece(service, narrowed, after, with_header=first))  # noqa: B023  # awaited here
        yield written
        if len(rows) < PIECE:
            return
        after, first = rows[-1].position, False


def _piece(
    service: Service, narrowed: LogFilter, after: Position | None, *, with_header: bool
) -> tuple[list[LogRow], bytes]:
    with service.database.read() as session:
        rows = log.piece(session, narrowed, after=after, limit=PIECE)
    return rows, as_csv(rows, short=narrowed.listed is not LogList.SETTLED, with_header=with_header)


def _link(request: Request, following: str) -> str:
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f'<{request.url.path}?{urlencode([*query, ("cursor", following)])}>; rel="next"'


def cursor_of(position: Position) -> str:
    """Return the cursor of the page after a position."""
    return base64.urlsafe_b64encode(f"{position.asked_at}|{position.first}".encode()).decode().rstrip("=")


def position_of(cursor: str | None) -> Position | None:
    """Return where the page of a cursor begins. Raises InvalidRequest."""
    if cursor is None:
        return None
    fault = Fault("/cursor", "not_a_cursor", "Use the `next` of the page before, as it is.")
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        asked_at, _, first = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").partition("|")
        datetime.fromisoformat(asked_at)
    except (binascii.Error, UnicodeError, ValueError):
        raise InvalidRequest(fault) from None
    if not first.isdecimal() or len(first) > 9:  # noqa: PLR2004  # digits of an index that fits the column
        raise InvalidRequest(fault)
    return Position(asked_at, int(first))
