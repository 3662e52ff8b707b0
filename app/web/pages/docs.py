"""The API's document as a page: made here from the same document that clients are made from, with no script."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.web.access import PUBLIC, allowed
from app.web.pages.frame import page

router = APIRouter(include_in_schema=False)
_METHODS = ("get", "post", "put", "patch", "delete")


@router.get("/docs")
@allowed(PUBLIC)
async def docs(request: Request) -> HTMLResponse:
    """Return the API's operations, by subject."""
    document: dict[str, Any] = request.app.openapi()
    subjects: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                operation = operations[method]
                subjects.setdefault(operation["tags"][0], []).append(
                    {**operation, "method": method.upper(), "path": path}
                )
    return page(request, "docs.html", document=document, subjects=subjects)
