"""What every page shares: the language it is in, its words, its dates, and its frame."""

import gzip
import hashlib
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.domain.moment import DENVER, exact
from app.web.assets import address_of
from app.web.encoding import takes_gzip
from app.web.language import preferred_language
from app.web.messages import LANGUAGES, translator

_WEB = Path(__file__).parent.parent
_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),  # noqa: SIM905  # a list for people to read
    "es": "ene feb mar abr may jun jul ago sep oct nov dic".split(),  # noqa: SIM905  # as above
}
# A browser asks again whether a page is still the same; the bytes go out only where it is not.
_ASK_AGAIN = "public, no-cache"
_COMPRESSION = 6


def clock_time(at: datetime) -> str:
    """Return the time of day in Albuquerque: 14:02."""
    return f"{at.astimezone(DENVER):%H:%M}"


def day_in_words(day: date, language: str) -> str:
    """Return a day: Jan 31, 2026; 31 ene 2026."""
    month = _MONTHS[language][day.month - 1]
    return f"{month} {day.day}, {day.year}" if language == "en" else f"{day.day} {month} {day.year}"


def month_in_words(month: str, language: str) -> str:
    """Return the month `2026-01`: Jan 2026; ene 2026."""
    year, _, number = month.partition("-")
    return f"{_MONTHS[language][int(number) - 1]} {year}"


def _date(at: datetime, language: str) -> str:
    """Return the day in Albuquerque."""
    return day_in_words(at.astimezone(DENVER).date(), language)


def moment(at: datetime, language: str) -> str:
    """Return the day and time in Albuquerque."""
    return f"{_date(at, language)}, {clock_time(at)}"


@lru_cache(maxsize=4096)
def _read_time(text: str) -> datetime:
    """Return the time that a log entry tells; of a day, its noon in Albuquerque."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(hour=12, tzinfo=DENVER)


_templates = Environment(
    loader=FileSystemLoader(_WEB / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters.update(time=clock_time, date=_date, moment=moment, exact=exact, read_time=_read_time)
_templates.globals["asset"] = address_of


def language_of(request: Request) -> str:
    """Return `en` or `es`: as `?lang=` says, else as the browser prefers."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return preferred_language(request.headers.get("accept-language", ""))


def render(template: str, *, lang: str, path: str, **content: Any) -> str:  # noqa: ANN401  # whatever a page shows
    """Return a page's HTML in a language. `path` is the page's own address.

    `other_language` is the address of the same page in the other language, by default the path's.
    """
    other = LANGUAGES[1 - LANGUAGES.index(lang)]
    shown = {"other_language": f"{path}?lang={other}", **content}
    return _templates.get_template(template).render(t=translator(lang), lang=lang, other_lang=other, path=path, **shown)


def page(request: Request, template: str, status: int = 200, **content: Any) -> HTMLResponse:  # noqa: ANN401  # as above
    """Return a page in the reader's language."""
    language = language_of(request)
    html = render(template, lang=language, **{"path": request.url.path, **content})
    return HTMLResponse(html, status, {"Vary": "Accept-Language", "Content-Language": language})


def public_page(request: Request, template: str, **content: Any) -> Response:  # noqa: ANN401  # as above
    """Return a page that is the same for everybody: compressed, and not sent again to who has it.

    The public lane itself answers for the pages that it keeps.

    Pages that hold a secret (a receipt, a console's token) come from `page`: compressed, their length could tell of it.
    """
    other = LANGUAGES[1 - LANGUAGES.index(language_of(request))]
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    there = f"{request.url.path}?{urlencode([*kept, ('lang', other)])}"
    response = page(request, template, other_language=there, **content)
    body = bytes(response.body)
    response.headers["ETag"] = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
    response.headers["Cache-Control"] = _ASK_AGAIN
    response.headers["Vary"] = "Accept-Language, Accept-Encoding"
    asked_again = response.headers["ETag"] in request.headers.get("if-none-match", "")
    if asked_again and not _is_kept(request):
        passed_on = ("etag", "cache-control", "vary", "content-language")
        return Response(status_code=304, headers={name: response.headers[name] for name in passed_on})
    if takes_gzip(request.headers.get("accept-encoding", "")):
        response.body = gzip.compress(body, _COMPRESSION, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    return response


def _is_kept(request: Request) -> bool:
    """Tell whether the public lane keeps the answer, and answers conditional requests by it."""
    return bool(getattr(request.scope.get("keeping"), "may", False))
