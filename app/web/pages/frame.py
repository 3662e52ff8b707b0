"""What every page shares: the language it is in, and its frame."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

LANGUAGES = ("en", "es")
_WEB = Path(__file__).parent.parent
_templates = Environment(
    loader=FileSystemLoader(_WEB / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
STATIC = _WEB / "static"


def language_of(request: Request) -> str:
    """Return `en` or `es`: as `?lang=` says, else as the browser prefers (RFC 9110, 12.5.4)."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    preferred = [_preference(part) for part in request.headers.get("accept-language", "").split(",") if part.strip()]
    known = [(quality, tag) for quality, tag in preferred if tag in LANGUAGES and quality > 0]
    return max(known, key=lambda pair: pair[0])[1] if known else "en"


def _preference(part: str) -> tuple[float, str]:
    tag, _, weight = part.partition(";")
    try:
        quality = float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        quality = 0.0
    return quality, tag.strip().lower().partition("-")[0]


def page(request: Request, template: str, status: int = 200, **content: Any) -> HTMLResponse:  # noqa: ANN401  # any
    """Return a page in the reader's language."""
    language = language_of(request)
    html = _templates.get_template(template).render(lang=language, path=request.url.path, **content)
    headers = {"Vary": "Accept-Language", "Content-Language": language}
    return HTMLResponse(html, status, headers)
