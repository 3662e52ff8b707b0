"""What a browser is shown where a page is refused or missing: what it means and what to do, in the pages' frame."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.web.pages.frame import language_of, page
from app.web.problem_types import ProblemType

# What programs read is answered as the contract says, whatever `Accept` says.
_FOR_PROGRAMS = ("/v1/", "/ledger/", "/open311/", "/openapi.json", "/healthz", "/readyz", "/metrics", "/static/")


def wants_page(request: Request) -> bool:
    """Tell whether somebody reads what this request is answered with in a browser, at an address of a page."""
    is_page = not f"{request.url.path}/".startswith(_FOR_PROGRAMS)
    return is_page and "text/html" in request.headers.get("accept", "")


def refusal_page(request: Request, kind: ProblemType, status: int, headers: Mapping[str, str]) -> HTMLResponse:
    """Return a refusal as a page. It repeats nothing of the request, its address included."""
    of_an_entry = kind.slug == "not-found" and request.url.path.startswith("/log/")
    content = {**content_of(request, kind, status), "of_a_request": True, "of_an_entry": of_an_entry}
    # The address of the problem's own page: where the link to the other language leads.
    response = page(request, "problem.html", status, path=f"/problems/{kind.slug}", **content)
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers.update(headers)
    return response


def content_of(request: Request, kind: ProblemType, status: int) -> dict[str, object]:
    """Return what the template of a problem shows."""
    spanish = language_of(request) == "es"
    title, text = (kind.title_es, kind.help_es) if spanish else (kind.title, kind.help_en)
    return {
        "title": title,
        "text": text,
        "slug": kind.slug,
        "problem_status": status,
        "of_a_request": False,
        "of_an_entry": False,
    }
