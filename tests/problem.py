"""What every refusal of the API looks like (RFC 9457, api.md), asserted in one place."""

import re
from typing import Any

import httpx

from app.web.problem_types import PROBLEM_TYPES

_INSTANCE = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_MEMBERS = {"type", "title", "status", "detail", "instance"}
_OF_AN_ERROR = {"pointer", "code", "detail"}


def is_problem(answer: httpx.Response, slug: str, *, status: int | None = None) -> dict[str, Any]:
    """Assert that an answer is a problem of a type, in its exact form, and return it."""
    kind = PROBLEM_TYPES[slug]
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"/problems/{slug}", problem
    assert answer.status_code == problem["status"] == (status or kind.status)
    assert problem["title"] == kind.title
    assert _INSTANCE.fullmatch(problem["instance"])
    assert problem["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert _MEMBERS <= set(problem) <= _MEMBERS | {"errors", "claimed_by"}
    assert ("claimed_by" in problem) == (slug == "already-claimed")
    for error in problem.get("errors", []):
        more = {"start", "end"} if slug == "protected-detail" else set()
        assert set(error) == _OF_AN_ERROR | more
    assert answer.headers["cache-control"] == "no-store"
    assert ("retry-after" in answer.headers) == (answer.status_code in {429, 503})
    assert ("www-authenticate" in answer.headers) == (answer.status_code == 401)
    assert ("allow" in answer.headers) == (answer.status_code == 405)
    return problem


def pointers(problem: dict[str, Any]) -> list[str]:
    """Return where a problem says that the faults are."""
    return [error["pointer"] for error in problem.get("errors", [])]


def codes(problem: dict[str, Any]) -> list[str]:
    """Return the codes of a problem's errors."""
    return [error["code"] for error in problem.get("errors", [])]
