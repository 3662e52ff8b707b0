"""The API's document, as clients and generators read it: OpenAPI 3.1, whole, the same as openapi/openapi.json."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from app.web.access import roles_of
from app.web.documented import problems
from app.web.examples_by_schema import add_examples
from app.web.problems import Problem
from app.web.routes import every_route
from app.web.webhook_document import webhook_operations, webhook_schemas

VERSION = "1.0.0"
TITLE = "APD ICE confirmation"
DESCRIPTION = (
    "Somebody who has observed activity at a place asks whether it is federal immigration enforcement. The service logs"
    " the question, records the dispatcher's calls to the designated contact at ICE, and returns a status. It never"
    " collects immigration status, nor who anybody is."
)
_TAGS = {
    "inquiries": "One person's question about observed activity at a place.",
    "calls": "Confirmation calls to the designated contact at ICE.",
    "status": "Where an inquiry stands, for the holder of its receipt.",
    "screen": "The screen that keeps identities, origins and immigration status out of every text.",
    "stream": "What happens, as it happens.",
    "contacts": "The designated contacts at ICE.",
    "facilities": "City facilities.",
    "tokens": "Access tokens.",
    "alerts": "Notices that the order calls for: activity at a City facility, a possible impersonation.",
    "webhooks": "Endpoints of other systems, and how the deliveries to them stand.",
    "log": "The public log, and what lets anybody check it.",
    "reports": "Progress reports, made from the public log.",
    "service": "Health and figures.",
}


def describe(app: FastAPI) -> None:
    """Let an app make its document so that client generators take it."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way


def _restore_examples(operation: dict[str, Any], route: APIRoute) -> None:
    """Put a route's own examples back as they were: FastAPI leaves every null out of them."""
    for status, answer in route.responses.items():
        for media_type, content in answer.get("content", {}).items():
            if "example" in content:
                operation["responses"][str(status)]["content"][media_type]["example"] = content["example"]


def _add_common_answers(operation: dict[str, Any]) -> None:
    """Add what any route answers to an unknown query parameter, and to who has the resource as it stands."""
    answers = operation["responses"]
    if answers.get("422", {}).get("content", {}).keys() <= {"application/json"}:
        # In the place of FastAPI's own, which this service never answers with.
        answers["422"] = problems("invalid-request")[422]
    if any(parameter["name"] == "If-None-Match" for parameter in operation.get("parameters", ())):
        answers["304"] = {"description": "It is as you have it."}
    operation["responses"] = dict(sorted(answers.items()))


def _name_of(summary: str) -> str:
    """Return what clients in code call an operation: its summary's words, `log_an_inquiry`."""
    return re.sub(r"\W+", "_", summary.lower().replace("'", "")).strip("_")


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=TITLE,
        version=VERSION,
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in _TAGS.items()],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": "/"}],
    )
    schemas = document["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas.update(webhook_schemas())
    document["webhooks"] = webhook_operations()
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for route in every_route(app):
        if not route.include_in_schema:
            continue
        for method in route.methods or ():
            operation = document["paths"][route.path][method.lower()]
            operation["operationId"] = _name_of(operation["summary"])
            _restore_examples(operation, route)
            add_examples(operation)
            _add_common_answers(operation)
            roles = sorted(roles_of(route.endpoint))
            operation["security"] = [{"token": []}] if roles else []
            if roles:
                operation["x-roles"] = roles
    return document
