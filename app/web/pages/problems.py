"""A page for each problem type: what it means and what to do, in the reader's language."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.errors import NotFound
from app.web.access import PUBLIC, allowed
from app.web.pages.frame import public_page
from app.web.pages.refused import content_of
from app.web.problem_types import PROBLEM_TYPES

router = APIRouter(include_in_schema=False)


@router.get("/problems/{slug}")
@allowed(PUBLIC)
async def problem(request: Request, slug: str) -> Response:
    """Return what a problem type means."""
    kind = PROBLEM_TYPES.get(slug)
    if kind is None:
        raise NotFound
    return public_page(request, "problem.html", **content_of(request, kind, kind.status))
