"""What every page shares: the language it is in, its words, its dates, and its frame."""

from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.domain.moment import DENVER, exact
from app.web.language import preferred_language
from app.web.messages import LANGUAGES, translator

_WEB = Path(__file__).parent.parent
STATIC = _WEB / "static"
_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),  # noqa: SIM905  # a list for people to read
    "es": "ene feb mar abr may jun jul ago sep oct nov dic".split(),  # noqa: SIM905  # as above
}


def _time(at: datetime) -> str:
    """Return the time of day in Albuquerque: 14:02."""
    return f"{at.astimezone(DENVER):%H:%M}"


def _date(at: datetime, language: str) -> str:
    """Return the day in Albuquerque: Jan 31, 2026; 31 ene 2026."""
    local = at.astimezone(DENVER)
    month = _MONTHS[language][local.month - 1]
    return f"{month} {local.day}, {local.year}" if language == "en" else f"{local.day} {month} {local.year}"


def _moment(at: datetime, language: str) -> str:
    """Return the day and time in Albuquerque."""
    return f"{_date(at, language)}, {_time(at)}"


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
_templates.filters.update(time=_time, date=_date, moment=_moment, exact=exact, read_time=_read_time)


def language_of(request: Request) -> str:
    """Return `en` or `es`: as `?lang=` says, else as the browser prefers."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return preferred_language(request.headers.get("accept-language", ""))


def render(template: str, *, lang: str, path: str, **content: Any) -> str:  # noqa: ANN401  # whatever a page shows
    """Return a page's HTML in a language. `path` is the page's own address, for the link to the other language."""
    other = LANGUAGES[1 - LANGUAGES.index(lang)]
    return _templates.get_template(template).render(
        t=translator(lang), lang=lang, other_lang=other, path=path, **content
    )


def page(request: Request, template: str, status: int = 200, **content: Any) -> HTMLResponse:  # noqa: ANN401  # as above
    """Return a page in the reader's language."""
    language = language_of(request)
    html = render(template, lang=language, path=request.url.path, **content)
    return HTMLResponse(html, status, {"Vary": "Accept-Language", "Content-Language": language})
