"""A page for each problem type: what it means and what to do, in the reader's language."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.domain.errors import NotFound
from app.web.access import PUBLIC, allowed
from app.web.pages.frame import language_of, page
from app.web.problem_types import PROBLEM_TYPES

router = APIRouter(include_in_schema=False)


@router.get("/problems/{slug}")
@allowed(PUBLIC)
async def problem(request: Request, slug: str) -> HTMLResponse:
    """Return what a problem type means."""
    kind = PROBLEM_TYPES.get(slug)
    if kind is None:
        raise NotFound
    spanish = language_of(request) == "es"
    title, text = (kind.title_es, kind.help_es) if spanish else (kind.title, kind.help_en)
    return page(request, "problem.html", title=title, text=text, slug=slug, problem_status=kind.status)
