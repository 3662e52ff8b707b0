"""Serves the styles, scripts and the icon."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.domain.errors import NotFound
from app.web.access import PUBLIC, allowed
from app.web.assets import address_of, assets, version
from app.web.encoding import takes_gzip

router = APIRouter(include_in_schema=False)
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"


@router.get("/favicon.ico")
@allowed(PUBLIC)
async def icon() -> RedirectResponse:
    """Lead to the icon those browsers that ask for it at its old address."""
    return RedirectResponse(address_of("icon.svg"), 302)


@router.get("/static/{of}/{name}")
@allowed(PUBLIC)
async def kept(request: Request, of: str, name: str) -> Response:
    """Return a file that may be kept for ever; by an older address the newest, to be asked for again."""
    return _answer(request, name, _FOR_EVER if of == version() else _ASK_AGAIN)


@router.get("/static/{name}")
@allowed(PUBLIC)
async def named(request: Request, name: str) -> Response:
    """Return a file by its bare name."""
    return _answer(request, name, _ASK_AGAIN)


def _answer(request: Request, name: str, cache_control: str) -> Response:
    asset = assets().get(name)
    if asset is None:
        raise NotFound
    headers = {"Cache-Control": cache_control, "ETag": asset.etag, "Vary": "Accept-Encoding"}
    if asset.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(asset.gzipped, headers={**headers, "Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.body, headers=headers, media_type=asset.media_type)
