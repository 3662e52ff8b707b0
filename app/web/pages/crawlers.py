"""What search engines are told: where to look, and the entries that are public by now."""

from xml.sax.saxutils import escape

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from app.store import log
from app.store.log import LogFilter
from app.web.access import PUBLIC, allowed
from app.web.messages import LANGUAGES
from app.web.public_log import public_log_of
from app.web.service import service_of

router = APIRouter(include_in_schema=False)
_PAGES = ("/", "/status", "/reports", "/about", "/docs")
# The newest entries; the older ones are found by the pages of the log.
NEWEST = 1000
_CACHE_CONTROL = "public, max-age=3600"


@router.get("/robots.txt")
@allowed(PUBLIC)
async def robots(request: Request) -> PlainTextResponse:
    """Return what robots may read: all that is public, and nothing that goes by a receipt."""
    lines = [
        "User-agent: *",
        "Disallow: /console",
        "Disallow: /v1/status/",
        f"Sitemap: {_site(request)}/sitemap.xml",
        "",
    ]
    return PlainTextResponse("\n".join(lines), headers={"Cache-Control": _CACHE_CONTROL})


@router.get("/sitemap.xml")
@allowed(PUBLIC)
async def sitemap(request: Request) -> Response:
    """Return the pages in both languages and the newest entries, under the public log's one cut (sitemaps.org)."""
    version = await public_log_of(request).version()
    service, site = service_of(request), _site(request)
    narrowed = LogFilter(unsettled_before=version.unsettled_before)
    async with service.reporting:
        rows = await service.read(lambda session: log.page(session, narrowed, after=None, limit=NEWEST))
        entries = await service.on_thread(lambda: [orjson.loads(row.entry) for row in rows])
    places = [f"<url><loc>{escape(f'{site}{path}?lang={lang}')}</loc></url>" for path in _PAGES for lang in LANGUAGES]
    places += [
        f"<url><loc>{escape(site)}/log/{entry['number']}</loc><lastmod>{entry['updated_at'][:10]}</lastmod></url>"
        for entry in entries
    ]
    body = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    body += "\n".join(places) + "\n</urlset>\n"
    return Response(body, headers={"Cache-Control": _CACHE_CONTROL}, media_type="application/xml")


def _site(request: Request) -> str:
    return str(request.base_url).rstrip("/")
