"""How every route of the API begins, in the contract's order: who may, media type, size, JSON; then the shape.

FastAPI reads and parses a body before it runs any dependency, so these checks stand in front of it.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from app.domain.errors import Fault, InvalidRequest
from app.web.access import authenticate, roles_of
from app.web.problems import HttpRefusal

BODY_BYTES = 64 * 1024
# JSON numbers longer than this are no figure of ours, and slow to read.
_LONGEST_NUMBER = 40


class _Refused(ValueError):
    """The body is JSON by its look and not by its rules."""


class _ReadRequest(Request):
    """A request whose body was read and parsed already."""

    def __init__(self, request: Request, body: bytes, parsed: object) -> None:
        super().__init__(request.scope, request.receive)
        self._read, self._parsed = body, parsed

    async def body(self) -> bytes:
        return self._read

    async def json(self) -> Any:  # noqa: ANN401  # as in Starlette
        return self._parsed


class ContractRoute(APIRoute):
    """A route that checks who may, the query's names and the body, in that order."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of a request."""
        answer = super().get_route_handler()
        roles = roles_of(self.endpoint)
        takes_body = self.body_field is not None
        body_required = takes_body and self.body_field is not None and self.body_field.field_info.is_required()
        query_names = {field.alias for field in self.dependant.query_params}

        async def handle(request: Request) -> Response:
            if roles:
                request.scope["actor"] = await authenticate(request, roles)
            if takes_body:
                body = await _read_body(request, required=body_required)
                parsed = _parse(body) if body or body_required else None
                request.scope["parsed_body"] = parsed
                request = _ReadRequest(request, body, parsed)
            _check_query(request, query_names)
            return await answer(request)

        return handle


def _check_query(request: Request, names: set[str]) -> None:
    given = [name for name, _ in request.query_params.multi_items()]
    if set(given) - names:
        sentence = "There is a query parameter here that this address does not know. Leave it out."
        raise InvalidRequest(Fault("", "unknown_parameter", sentence))
    if len(given) != len(set(given)):
        raise InvalidRequest(Fault("", "repeated_parameter", "A query parameter stands here twice. Give each once."))


async def _read_body(request: Request, *, required: bool) -> bytes:
    """Return the body. Raises `too-large`, `unsupported-media-type`."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:12]) > BODY_BYTES:
        raise HttpRefusal("too-large", headers={"Connection": "close"})
    chunks, size = [], 0
    async for chunk in request.stream():  # a client that drips is cut off: app/serving.py
        size += len(chunk)
        if size > BODY_BYTES:
            raise HttpRefusal("too-large", headers={"Connection": "close"})
        chunks.append(chunk)
    if (size or required) and not _is_json(request.headers.get("content-type", "")):
        raise HttpRefusal("unsupported-media-type")
    if size and request.headers.get("content-encoding", "identity").lower() != "identity":  # RFC 9110, 15.5.16
        raise HttpRefusal("unsupported-media-type")
    return b"".join(chunks)


def _is_json(content_type: str) -> bool:
    media_type, _, parameters = content_type.lower().partition(";")
    charset = parameters.replace(" ", "").replace('"', "")
    return media_type.strip() == "application/json" and charset in {"", "charset=utf-8"}


def _parse(body: bytes) -> object:
    """Return a body's JSON. Raises NotJson for what is no JSON, or has two meanings."""
    try:
        parsed = _decode(body.decode())
        if b"\\u" in body:  # half of a surrogate pair is no character
            json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise NotJson from None
    return parsed


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused
    return found


def _no_constant(_name: str) -> object:
    raise _Refused  # NaN, Infinity


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise _Refused
    return int(digits)


def _fraction(digits: str) -> float:
    if len(digits) > _LONGEST_NUMBER:
        raise _Refused
    return float(digits)


# Made once: json.loads would make one for each body.
_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_no_constant, parse_int=_whole, parse_float=_fraction
).decode


class NotJson(HttpRefusal):
    """The body is not JSON, or JSON that two readers would read differently."""

    status = 400

    def __init__(self) -> None:
        super().__init__(
            "invalid-request",
            "The body is not JSON in UTF-8, or names a field twice, or holds a number that is none. Mend it.",
        )
