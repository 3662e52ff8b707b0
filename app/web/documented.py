"""What the OpenAPI document says of each operation beside its models: its problems, its roles, its headers."""

from collections.abc import Iterable
from typing import Any

from app.web.problem_types import PROBLEM_TYPES
from app.web.problems import PROBLEM_JSON

Responses = dict[int | str, dict[str, Any]]

# What any route may answer with, whoever asks.
_ALWAYS = ("internal", "unavailable")
# What a route with a token may answer with.
TOKEN = ("unauthenticated", "forbidden", "rate-limited")
# What a route with a body may answer with.
BODY = ("invalid-request", "not-collected", "too-large", "unsupported-media-type")
REPEATABLE = ("idempotency-key-reused", "request-in-progress", "outcome-unknown")

_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "1-255 visible ASCII characters. The same key and body again gives the first answer's resource.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "An ETag that was read; if the resource has changed since, the answer is 412.",
    "schema": {"type": "string"},
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "An ETag that was read; if the resource is as it was, the answer is 304.",
    "schema": {"type": "string"},
}


def problems(*slugs: str) -> Responses:
    """Return the `responses` of an operation for its problem types, each with an example."""
    by_status: dict[int, list[str]] = {}
    for slug in dict.fromkeys((*slugs, *_ALWAYS)):
        by_status.setdefault(PROBLEM_TYPES[slug].status, []).append(slug)
    if "invalid-request" in slugs:
        by_status.setdefault(400, []).append("invalid-request")
    return {status: _response(status, of) for status, of in sorted(by_status.items())}


def _response(status: int, slugs: Iterable[str]) -> dict[str, Any]:
    slugs = tuple(slugs)
    content = {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "examples": {slug: {"value": _example(slug, status)} for slug in slugs},
    }
    return {
        "description": "; ".join(PROBLEM_TYPES[slug].title for slug in slugs) + ".",
        "content": {PROBLEM_JSON: content},
    }


def _example(slug: str, status: int) -> dict[str, object]:
    kind = PROBLEM_TYPES[slug]
    return {
        "type": f"/problems/{slug}",
        "title": kind.title,
        "status": status,
        "detail": kind.help_en,
        "instance": "urn:uuid:6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
    }


def post(*, if_match: bool = False) -> dict[str, Any]:
    """Return what a `POST` takes beside its body."""
    return {"parameters": [_IDEMPOTENCY_KEY, *([_IF_MATCH] if if_match else [])]}


def changed() -> dict[str, Any]:
    """Return what a `PUT`, `PATCH` or `DELETE` takes beside its body."""
    return {"parameters": [_IF_MATCH]}


def got(*, if_match: bool = True) -> dict[str, Any]:
    """Return what a `GET` of one resource takes; what is public is not changed by who reads it."""
    return {"parameters": [_IF_NONE_MATCH, *([_IF_MATCH] if if_match else [])]}


def example(value: object, description: str) -> dict[str, Any]:
    """Return the documentation of a success with an example."""
    return {"description": description, "content": {"application/json": {"example": value}}}
