"""What every change has in common: repeats, the screen, one transaction, and the resource as it stands after.

The contract's order of checks: repeated key, 404, 412, 422 of the rules (the screen among them), 409.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session

from app.domain.actor import Actor
from app.domain.errors import ProtectedDetail
from app.domain.moment import day_in_denver
from app.domain.screening import Finding
from app.service.looking_up import IfMatch
from app.store import idempotency, refusals
from app.store.idempotency import KeptAnswer, kept_answers
from app.store.session import WriteSession
from app.web.access import actor_of
from app.web.idempotency import Attempt
from app.web.problems import HttpRefusal
from app.web.service import Service, service_of

Result = TypeVar("Result")
Texts = Mapping[str, str | None]
_NO_TEXTS: Texts = {}
# As `answer` writes it: an index of 64 bits at most, so that no header is too long to be read as a number.
_ETAG = re.compile(r'"(0|[1-9]\d{0,17})"', re.ASCII)


@dataclass(frozen=True, slots=True)
class Shown:
    """A resource as it is answered: its view, and the index of its newest event, which is its ETag."""

    view: BaseModel
    newest_event: int


@dataclass(frozen=True, slots=True)
class Change(Generic[Result]):
    """One change of one resource.

    `use_case` does it; `identify` names the resource that it made or changed; `show` reads that resource, also for a
    repeat; `first` shows what only the first answer may (a secret), or what need not be read again. `found` raises
    where the resource is absent or has changed: asked before the screen speaks. `created` is the collection's path.
    """

    use_case: Callable[[WriteSession, Actor, datetime], Result]
    identify: Callable[[Result], str]
    show: Callable[[Session, str], Shown]
    first: Callable[[Result], Awaitable[Shown]] | None = None
    found: Callable[[Session], object] | None = None
    created: str | None = None
    texts: Texts | None = None


async def make(request: Request, change: Change[Result]) -> Response:
    """Make a change and answer with the resource. Raises what the use case and the checks refuse by."""
    service, by = service_of(request), actor_of(request)
    attempt = service.running_keys.attempt(request, by) if request.method == "POST" else None
    with service.running_keys.running(attempt), service.under_way:
        if attempt is not None:
            kept = await service.read(lambda session: idempotency.find(session, attempt.key_hash))
            if kept is not None:
                return await _repeat(service, change, attempt.must_match(kept))
        await screen(service, change.texts or _NO_TEXTS, change.found)
        done = await service.writer.run(lambda session: _write(session, service, change, attempt, by))
        if isinstance(done, KeptAnswer):  # another process was first with this key
            return await _repeat(service, change, attempt.must_match(done) if attempt else done)
        resource_id = change.identify(done)
        if change.first is not None:
            shown = await change.first(done)
        else:
            shown = await service.read(lambda session: change.show(session, resource_id))
        return answer(shown, _status_code(change), location=_location(change, resource_id))


def _write(
    session: WriteSession, service: Service, change: Change[Result], attempt: Attempt | None, by: Actor
) -> Result | KeptAnswer:
    if attempt is not None:
        kept = idempotency.find(session, attempt.key_hash)
        if kept is not None:
            return kept
    at = service.clock()
    done = change.use_case(session, by, at)
    if attempt is not None:
        resource_id = change.identify(done)
        row = KeptAnswer(
            key_hash=attempt.key_hash,
            fingerprint=attempt.fingerprint,
            status_code=_status_code(change),
            location=_location(change, resource_id),
            resource_id=resource_id,
            kept_since=at,
        )
        kept_answers.add(session, row)
    return done


async def _repeat(service: Service, change: Change[Result], kept: KeptAnswer) -> Response:
    shown = await service.read(lambda session: change.show(session, kept.resource_id))
    return answer(shown, kept.status_code, location=kept.location, repeated=True)


async def screen(service: Service, texts: Texts, found: Callable[[Session], object] | None = None) -> None:
    """Read texts by the screen. Raises ProtectedDetail, or `unavailable` where the screen itself fails."""
    findings: dict[str, tuple[Finding, ...]] = {}
    for pointer, text in texts.items():
        if text is None:
            continue
        passages = screened(service, text)
        if passages:
            findings[pointer] = passages
    if findings:
        if found is not None:
            await service.read(found)
        day = day_in_denver(service.clock())
        kinds = frozenset((each.category.value, each.language) for of in findings.values() for each in of)
        await service.writer.run(lambda session: refusals.add_refusals(session, day, kinds))
        raise ProtectedDetail(findings)


def screened(service: Service, text: str) -> tuple[Finding, ...]:
    """Return what the screen finds. A screen that fails refuses: it never lets a text pass unread."""
    try:
        found = service.screen(text)
    except Exception:  # noqa: BLE001  # whatever it was, the text stays out; its message could repeat the text
        raise HttpRefusal("unavailable", "The screen cannot read texts right now. Nothing was stored.") from None
    service.metrics.screened.labels("no" if found else "yes").inc()
    return found


def answer(shown: Shown, status: int = 200, *, location: str | None = None, repeated: bool = False) -> Response:
    """Return a resource with its ETag."""
    headers = {"ETag": f'"{shown.newest_event}"', "Cache-Control": "no-store"}
    if location is not None:
        headers["Location"] = location
    if repeated:
        headers["Idempotency-Replayed"] = "true"
    return Response(shown.view.model_dump_json(), status, headers, "application/json")


def if_match(request: Request) -> IfMatch:
    """Return the indexes that an `If-Match` header names; None without one, or where it takes any state (`*`)."""
    lines = request.headers.getlist("if-match")
    if not lines or lines[0].strip() == "*":
        return None
    named = (_ETAG.fullmatch(part.strip()) for part in ",".join(lines).split(","))
    return frozenset(int(tag[1]) for tag in named if tag)


def _status_code(change: Change[Result]) -> int:
    return 200 if change.created is None else 201


def _location(change: Change[Result], resource_id: str) -> str | None:
    return None if change.created is None else f"{change.created}/{resource_id}"
