"""Problem details (RFC 9457). No answer ever repeats what was submitted, a field's name included."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from app.domain.errors import AlreadyClaimed, Fault, InvalidRequest, NotCollected, Refusal
from app.domain.not_collected import asks_for_what_is_not_collected
from app.store.vault import VaultUnavailable
from app.store.writer import DatabaseUnavailable, OutcomeUnknown, WriterStopped
from app.web.pages.refused import refusal_page, wants_page
from app.web.problem_types import PROBLEM_TYPES
from app.web.routes import methods_of
from app.web.validation import faults_of, unknown_fields

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = 5


class FieldError(BaseModel):
    """One field at fault."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"pointer": "/place/address", "code": "too_long", "detail": "At most 200 characters."}]
        }
    )

    pointer: Annotated[str, Field(description="JSON pointer (RFC 6901) of the field; for an unknown field its parent.")]
    code: Annotated[str, Field(description="What is wrong, as a stable word.")]
    detail: Annotated[str, Field(description="How to mend it.")]
    start: Annotated[int, Field(description="First code point of the passage to take out.")] | None = None
    end: Annotated[int, Field(description="Code point after that passage.")] | None = None


class Problem(BaseModel):
    """What went wrong and how to mend it (RFC 9457)."""

    type: Annotated[str, Field(description="Address of a page that says what it means and what to do.")]
    title: str
    status: int
    detail: str
    instance: Annotated[str, Field(description="`urn:uuid:` of this request, to name it to the operator.")]
    errors: Annotated[list[FieldError], Field(description="The fields at fault.")] | None = None
    claimed_by: Annotated[str, Field(description="Who has claimed the inquiry (`already-claimed`).")] | None = None


class HttpRefusal(Refusal):
    """A refusal that only HTTP knows: of a method, a media type, a size, a rate, a token."""

    def __init__(self, slug: str, detail: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        problem = PROBLEM_TYPES[slug]
        super().__init__(detail or problem.help_en)
        self.slug = slug  # type: ignore[misc]  # an instance names its own type here
        self.headers = headers


def problem_response(request: Request, refusal: Refusal, *, status: int | None = None) -> Response:
    """Return the answer to a refusal."""
    kind = PROBLEM_TYPES[refusal.slug]
    problem = Problem(
        type=f"/problems/{kind.slug}",
        title=kind.title,
        status=status or kind.status,
        detail=refusal.detail,
        instance=f"urn:uuid:{request.scope.get('request_id') or uuid4()}",
        errors=[_field_error(fault) for fault in refusal.faults] or None,
        claimed_by=refusal.claimed_by if isinstance(refusal, AlreadyClaimed) else None,
    )
    headers = dict(getattr(refusal, "headers", None) or {})
    if problem.status == 503:  # noqa: PLR2004  # unavailable: when to come back
        headers.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    headers["Cache-Control"] = "no-store"
    request.scope["problem"] = kind.slug
    if wants_page(request):
        return refusal_page(request, kind, problem.status, headers)
    return Response(
        problem.model_dump_json(exclude_none=True), status_code=problem.status, headers=headers, media_type=PROBLEM_JSON
    )


def _field_error(fault: Fault) -> FieldError:
    return FieldError(pointer=fault.pointer, code=fault.code, detail=fault.detail, start=fault.start, end=fault.end)


async def on_refusal(request: Request, error: Exception) -> Response:
    """Answer a refusal of the rules."""
    assert isinstance(error, Refusal)  # noqa: S101  # registered for it alone
    return problem_response(request, error, status=getattr(error, "status", None))


async def on_invalid(request: Request, error: Exception) -> Response:
    """Answer a request of the wrong shape, which FastAPI found."""
    assert isinstance(error, RequestValidationError)  # noqa: S101  # as above
    return problem_response(request, _refusal_of_shape(error.errors(), error.body))


def _refusal_of_shape(errors: Sequence[Any], body: object) -> Refusal:
    """Return what a body of the wrong shape is refused with: `not-collected` where a field's name asks for that."""
    faults, unknown = faults_of(errors), unknown_fields(errors)
    asking = _pointers_that_ask(body, unknown) if unknown else []
    if not asking:
        return InvalidRequest(*faults)
    detail = "This service never collects that. Leave the field out."
    unknown_elsewhere = [fault for fault in faults if fault.code != "unknown_field" or fault.pointer not in asking]
    return NotCollected(
        *(Fault(pointer, "not_collected", detail) for pointer in dict.fromkeys(asking)), *unknown_elsewhere
    )


def _pointers_that_ask(body: object, unknown: Collection[tuple[str, str]]) -> list[str]:
    """Return the pointers, as far as the contract knows them, below which a field asks for what is not collected.

    `unknown` are the pointers and names that the body's own model does not know: a token's `name` is a field of ours.
    Without recursion: a client chooses how deep its body is.
    """
    found: list[str] = []
    waiting: list[tuple[object, str, bool]] = [(body, "", True)]
    while waiting:
        node, pointer, known = waiting.pop()
        if isinstance(node, list):
            waiting += [(each, pointer, False) for each in node]
        elif isinstance(node, dict):
            for name, value in node.items():
                ours = known and (pointer, name) not in unknown
                if name in _CONTRACT_FIELDS:
                    waiting.append((value, f"{pointer}/{name}" if ours else pointer, ours))
                elif not ours and _asks(name, pointer):
                    found.append(pointer)
                else:
                    waiting.append((value, pointer, False))
    return found


def _asks(name: str, pointer: str) -> bool:
    """Tell whether a field asks for it by its name, or by the name of what was observed."""
    observed = pointer == "/observation" and asks_for_what_is_not_collected(f"observed {name}")
    return observed or asks_for_what_is_not_collected(name)


# Objects of the request models, whose names may stand in a pointer.
_CONTRACT_FIELDS = frozenset({"place", "observation", "callback"})


async def on_http(request: Request, error: Exception) -> Response:
    """Answer what Starlette's router refuses: an unknown path or method."""
    assert isinstance(error, HTTPException)  # noqa: S101  # as above
    slug = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "unsupported-media-type"}.get(
        error.status_code, "invalid-request"
    )
    headers = dict(error.headers or {})
    if slug == "method-not-allowed":  # Starlette names the methods of the first route alone
        headers["Allow"] = ", ".join(methods_of(request.app, request.url.path))
    return problem_response(request, HttpRefusal(slug, headers=headers), status=error.status_code)


async def on_lost_database(request: Request, error: Exception) -> Response:
    """Answer that nothing was written, or that nobody knows."""
    slug = "outcome-unknown" if isinstance(error, OutcomeUnknown) else "unavailable"
    return problem_response(request, HttpRefusal(slug))


HANDLERS = {
    Refusal: on_refusal,
    RequestValidationError: on_invalid,
    HTTPException: on_http,
    DatabaseUnavailable: on_lost_database,
    OutcomeUnknown: on_lost_database,
    WriterStopped: on_lost_database,
    VaultUnavailable: on_lost_database,
}
