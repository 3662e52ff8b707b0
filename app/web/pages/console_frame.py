"""What every page of the console shares: who is signed in, no copy left behind, refusals as pages, and its frame."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute

from app.domain.actor import Actor, ByRole, Role
from app.domain.errors import Refusal
from app.domain.status import SETTLED, Status
from app.store.writer import DatabaseUnavailable, OutcomeUnknown, WriterStopped
from app.web.access import ACTS, SUPERVISES, roles_of
from app.web.messages import catalogue, translator
from app.web.pages.frame import language_of, page
from app.web.pages.telephone import telephone
from app.web.problem_types import PROBLEM_TYPES, ProblemType
from app.web.problems import HttpRefusal
from app.web.service import service_of
from app.web.sessions import SAME_ORIGIN_FIELD, is_same_origin, same_origin_token, session_of

SIGN_IN = "/console/sign-in"
KEYS_COOKIE = "__Host-console-keys"
_MINUTES_OF_AN_HOUR, _MINUTES_OF_A_DAY = 60, 24 * 60
# What comes next at a status, as the queue says it; elsewhere ICE is to be called.
_STEPS = {
    Status.CALLING: "to_record",
    Status.AWAITING_ICE: "to_ask_again",
    **dict.fromkeys(SETTLED, "to_tell"),
}
_LOST = (DatabaseUnavailable, OutcomeUnknown, WriterStopped)


class ConsoleRoute(APIRoute):
    """A page for those who are signed in with one of its roles; anybody else is led to the sign-in page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of a request."""
        answer = super().get_route_handler()
        roles = roles_of(self.endpoint)

        async def handle(request: Request) -> Response:
            try:
                response = await answer(request) if await _may_see(request, roles) else _to_sign_in(request)
            except _LOST:
                response = problem_page(request, "unavailable")
            except Refusal as refusal:
                response = problem_page(request, refusal.slug)
            response.headers["Cache-Control"] = "no-store"
            return response

        return handle


async def _may_see(request: Request, roles: frozenset[Role]) -> bool:
    """Tell whether a page may be shown; False where somebody has to sign in first. Raises `forbidden`."""
    if not roles:
        return True
    session = await session_of(request)
    if session is None:
        return False
    token = session.token
    request.scope["token_id"], request.scope["session_id"] = token.id, session.id
    request.scope["actor"] = Actor(token.id, ByRole(token.role.value), token.name)
    if token.role not in roles:
        raise HttpRefusal("forbidden")
    return True


def console_page(request: Request, template: str, status: int = 200, **content: Any) -> HTMLResponse:  # noqa: ANN401  # whatever a page shows
    """Return a page of the console for who is signed in."""
    actor: Actor | None = request.scope.get("actor")
    words = _words(language_of(request))
    return page(
        request,
        f"console/{template}",
        status,
        who=actor,
        may_act=actor is not None and Role(actor.role.value) in ACTS,
        may_supervise=actor is not None and Role(actor.role.value) in SUPERVISES,
        same_origin=same_origin_token(request) if actor else "",
        words=words,
        keys_on=request.cookies.get(KEYS_COOKIE) != "off",
        now=service_of(request).clock(),
        t_en=translator("en"),
        t_es=translator("es"),
        known=catalogue("en").keys(),
        phone=_phone,
        steps=_STEPS,
        span=lambda seconds: _span(seconds, words),
        **content,
    )


def fragment_wanted(request: Request) -> bool:
    """Tell whether a page of ours asks for its live parts alone."""
    return request.headers.get("x-fragment") == "live"


def problem_page(request: Request, slug: str) -> HTMLResponse:
    """Return a refusal as a page: what it means and what to do."""
    kind = PROBLEM_TYPES[slug]
    title, text = _titled(kind, language_of(request))
    return console_page(request, "problem.html", kind.status, title=title, text=text)


def must_be_ours(request: Request, fields: Mapping[str, str]) -> None:
    """Refuse a form that does not come from a page of ours. Raises `forbidden`."""
    if not is_same_origin(request, fields.get(SAME_ORIGIN_FIELD, "")):
        raise HttpRefusal("forbidden")


def see_other(request: Request, path: str) -> RedirectResponse:
    """Lead to a page of ours, in the reader's language."""
    return RedirectResponse(f"{path}?lang={language_of(request)}", 303)


def _span(seconds: float, words: Mapping[str, str]) -> str:
    """Return a length of time as people say it; the console's scripts go on counting in the same words."""
    minutes = int(seconds // 60)
    if minutes < _MINUTES_OF_AN_HOUR:
        return words["minutes"].format(n=minutes)
    if minutes < 2 * _MINUTES_OF_A_DAY:
        return words["hours"].format(h=minutes // _MINUTES_OF_AN_HOUR, m=minutes % _MINUTES_OF_AN_HOUR)
    return words["days"].format(n=minutes // _MINUTES_OF_A_DAY)


def _phone(number: str) -> str:
    """Return an E.164 number in groups, as people dial it."""
    said = telephone(number)
    return said.shown if said is not None else number


def _to_sign_in(request: Request) -> Response:
    if fragment_wanted(request):
        return Response(status_code=401)
    path = request.url.path if request.method in {"GET", "HEAD"} else "/console"
    return RedirectResponse(f"{SIGN_IN}?lang={language_of(request)}&next={quote(path)}", 303)


def _titled(kind: ProblemType, language: str) -> tuple[str, str]:
    return (kind.title_es, kind.help_es) if language == "es" else (kind.title, kind.help_en)


def _words(language: str) -> dict[str, str]:
    """Return what the console's scripts say: their own messages, and each problem's title and help."""
    messages = catalogue(language)
    words = {key.removeprefix("console.js."): text for key, text in messages.items() if key.startswith("console.js.")}
    for slug, kind in PROBLEM_TYPES.items():
        words[f"problem.{slug}"], words[f"help.{slug}"] = _titled(kind, language)
    return words
