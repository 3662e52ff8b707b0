"""Access tokens, over HTTP."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.service.keep_tokens import NewToken, create_token, revoke_token
from app.service.looking_up import the_token
from app.store.directory import Token, tokens
from app.web import examples
from app.web.access import OVERSEES, SUPERVISES, allowed
from app.web.changing import Change, Shown, if_match, make
from app.web.documented import BODY, REPEATABLE, TOKEN, changed, example, got, post, problems
from app.web.reading import Cursor, Limit, Page, from_cursor, one, page_of, page_response
from app.web.route import ContractRoute
from app.web.schemas.directory import NewTokenView, TokenInput, TokenView
from app.web.service import service_of

router = APIRouter(prefix="/v1/tokens", tags=["tokens"], route_class=ContractRoute)
COLLECTION = "/v1/tokens"


@router.post(
    "",
    status_code=201,
    summary="Create a token",
    response_model=NewTokenView,
    responses={
        201: example({**examples.TOKEN, "secret": "iceconf_…"}, "Created. The secret is shown this once."),
        **problems(*TOKEN, *BODY, *REPEATABLE),
    },
    openapi_extra=post(),
)
@allowed(SUPERVISES)
async def create(request: Request, body: TokenInput) -> Response:
    """Create a token. Its secret is in this answer alone; repeated, it is null."""
    new = NewToken(body.name, body.role, body.expires_at)
    return await make(
        request,
        Change(
            use_case=lambda session, by, at: create_token(session, new, by, at),
            identify=lambda created: created[0].id,
            show=_show_without_secret,
            first=_show_with_secret,
            created=COLLECTION,
        ),
    )


@router.get("", summary="List tokens", response_model=Page[TokenView], responses=problems(*TOKEN, "invalid-request"))
@allowed(OVERSEES)
async def listed(request: Request, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """Return the tokens, newest first, without their secrets."""
    before = from_cursor(cursor)
    found, following = await service_of(request).read(lambda session: tokens.page(session, before=before, limit=limit))
    return page_response(request, page_of([TokenView.of(each) for each in found], following), following)


@router.get(
    "/{token_id}",
    summary="Read a token",
    response_model=TokenView,
    responses={200: example(examples.TOKEN, "As it stands."), **problems(*TOKEN, "not-found", "precondition-failed")},
    openapi_extra=got(),
)
@allowed(OVERSEES)
async def read(request: Request, token_id: str) -> Response:
    """Return a token without its secret."""
    return await one(request, lambda session: _show(session, token_id))


@router.delete(
    "/{token_id}",
    summary="Revoke a token",
    response_model=TokenView,
    responses=problems(*TOKEN, "not-found", "precondition-failed", "outcome-unknown"),
    openapi_extra=changed(),
)
@allowed(SUPERVISES)
async def revoke(request: Request, token_id: str) -> Response:
    """Revoke a token from now on, in every process."""
    expected = if_match(request)
    return await make(
        request,
        Change(
            use_case=lambda session, by, at: revoke_token(session, token_id, expected, by, at),
            identify=lambda token: token.id,
            show=_show,
        ),
    )


def _show(session: Session, token_id: str) -> Shown:
    token = the_token(session, token_id)
    return Shown(TokenView.of(token), token.newest_event)


def _show_without_secret(session: Session, token_id: str) -> Shown:
    token = the_token(session, token_id)
    return Shown(NewTokenView.created(token, None), token.newest_event)


async def _show_with_secret(created: tuple[Token, str]) -> Shown:
    token, secret = created
    return Shown(NewTokenView.created(token, secret), token.newest_event)
