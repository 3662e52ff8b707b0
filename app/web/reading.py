"""What every read has in common: ETags and 304 for one resource, cursors and links for a list."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlencode

from annotated_types import Ge, Le
from fastapi import Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.domain.errors import Fault, InvalidRequest, PreconditionFailed
from app.web.changing import Shown, answer, if_match
from app.web.fields import Output
from app.web.service import service_of

Item = TypeVar("Item")
Limit = Annotated[int, Ge(1), Le(200), Query(description="How many, newest first.")]
Cursor = Annotated[
    str | None, Query(description="Where the page begins: the `next` of the page before.", max_length=40)
]


class Page(Output, Generic[Item]):
    """A page of a list, newest first. `next` is the cursor of the following page, null on the last."""

    items: list[Item]
    next: str | None


async def one(request: Request, show: Callable[[Session], Shown]) -> Response:
    """Answer with one resource, or 304 where the client has it as it stands; 412 where it wants an older state."""
    shown, expected = await service_of(request).read(show), if_match(request)
    if expected is not None and shown.newest_event not in expected:
        raise PreconditionFailed
    response = answer(shown)
    named = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    if response.headers["etag"] in named or named == ["*"]:
        return Response(status_code=304, headers={"ETag": response.headers["etag"], "Cache-Control": "no-store"})
    return response


def page_response(request: Request, page: Page[Item], following: int | None) -> Response:
    """Answer with a page of a list and the link to the next."""
    headers = {"Cache-Control": "no-store"}
    if following is not None:
        query = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        query.append(("cursor", to_cursor(following) or ""))
        headers["Link"] = f'<{request.url.path}?{urlencode(query)}>; rel="next"'
    return Response(page.model_dump_json(), headers=headers, media_type="application/json")


def page_of(items: Sequence[Item], following: int | None) -> Page[Item]:
    """Return a page of views."""
    return Page(items=list(items), next=to_cursor(following))


def to_cursor(following: int | None) -> str | None:
    """Return the cursor of the page that begins before an index."""
    if following is None:
        return None
    return base64.urlsafe_b64encode(f"before:{following}".encode()).decode().rstrip("=")


def from_cursor(cursor: str | None) -> int | None:
    """Return the index before which a page begins. Raises InvalidRequest."""
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        word, _, index = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeError):
        word, index = "", ""
    if word != "before" or not index.isdecimal() or len(index) > 9:  # noqa: PLR2004  # digits of an index that fits the column
        raise InvalidRequest(Fault("/cursor", "not_a_cursor", "Use the `next` of the page before, as it is."))
    return int(index)
