"""Sign in at the console, by a token pasted once or by a link that works once; and sign out.

The link's page only shows a button: programs that look at addresses in advance must not use it up.
"""

import re

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from app.domain.errors import Gone, NotFound
from app.service.sign_in import sign_in, sign_in_by_link, sign_out
from app.web.access import PUBLIC, READS, actor_of, allowed
from app.web.messages import translator
from app.web.pages.console_frame import (
    KEYS_COOKIE,
    SIGN_IN,
    ConsoleRoute,
    console_page,
    must_be_ours,
    see_other,
)
from app.web.pages.forms import form_of
from app.web.pages.frame import language_of
from app.web.problems import HttpRefusal
from app.web.service import service_of
from app.web.sessions import SAME_ORIGIN_HEADER, clear_cookie, same_origin_token_of, session_of, set_cookie

router = APIRouter(prefix="/console", include_in_schema=False, route_class=ConsoleRoute)
_OURS = re.compile(r"/console(?:/[a-z0-9-]+){0,3}", re.ASCII)
_YEAR_SECONDS = 365 * 24 * 3600


@router.get("/sign-in")
@allowed(PUBLIC)
async def ask(request: Request) -> Response:
    """Return the page that asks for a token, once."""
    if await session_of(request) is not None:
        return see_other(request, _next(request.query_params.get("next", "")))
    return console_page(request, "sign_in.html", next=_next(request.query_params.get("next", "")), refused=False)


@router.post("/sign-in")
@allowed(PUBLIC)
async def with_token(request: Request) -> Response:
    """Start a session by a token. Answers a page, or JSON to a page that signs in again without being left."""
    _must_come_from_here(request)
    fields, service = await form_of(request), service_of(request)
    secret, in_place = fields.get("token", ""), "application/json" in request.headers.get("accept", "")
    try:
        _, cookie = await service.writer.run(lambda session: sign_in(session, secret, service.clock()))
    except NotFound:
        service.limits.wrong_token(request)
        if in_place:
            return JSONResponse({"refused": translator(language_of(request))("console.sign_in.refused")}, 403)
        return console_page(request, "sign_in.html", 403, next=_next(fields.get("next", "")), refused=True)
    if in_place:
        response: Response = JSONResponse({SAME_ORIGIN_HEADER: same_origin_token_of(cookie)})
    else:
        response = see_other(request, _next(fields.get("next", "")))
    set_cookie(response, cookie)
    return response


@router.get("/link/{secret}")
@allowed(PUBLIC)
async def show_link(request: Request, secret: str) -> Response:  # noqa: ARG001  # used by the button alone
    """Return the page with the button that uses a link."""
    return console_page(request, "link.html", refused=False)


@router.post("/link/{secret}")
@allowed(PUBLIC)
async def with_link(request: Request, secret: str) -> Response:
    """Start a session by a link, which is used up by that."""
    _must_come_from_here(request)
    service = service_of(request)
    try:
        _, cookie = await service.writer.run(lambda session: sign_in_by_link(session, secret, service.clock()))
    except (NotFound, Gone):
        service.limits.wrong_token(request)
        return console_page(request, "link.html", 410, refused=True)
    response = see_other(request, "/console")
    set_cookie(response, cookie)
    return response


@router.post("/sign-out")
@allowed(READS)
async def leave(request: Request) -> Response:
    """End the session on the server, for good, and let the browser forget it."""
    must_be_ours(request, await form_of(request))
    service, session_id, by = service_of(request), request.scope["session_id"], actor_of(request)
    await service.writer.run(lambda session: sign_out(session, session_id, by, service.clock()))
    response = RedirectResponse(f"{SIGN_IN}?lang={language_of(request)}", 303)
    clear_cookie(response)
    return response


@router.post("/keys")
@allowed(READS)
async def keys(request: Request) -> Response:
    """Turn the single-letter keys on or off (WCAG 2.1.4); the choice is the only thing a browser keeps."""
    fields = await form_of(request)
    must_be_ours(request, fields)
    response = see_other(request, "/console")
    wanted = "off" if fields.get("keys") == "off" else "on"
    response.set_cookie(
        KEYS_COOKIE, wanted, max_age=_YEAR_SECONDS, path="/", secure=True, httponly=True, samesite="strict"
    )
    return response


def _next(path: str) -> str:
    """Return the page of the console that somebody wanted; never another site's."""
    return path if _OURS.fullmatch(path) else "/console"


def _must_come_from_here(request: Request) -> None:
    """Refuse a sign-in that another site sends. Every browser that keeps our cookie says where a request comes from."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise HttpRefusal("forbidden")
