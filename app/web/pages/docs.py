"""The API's document as a page: made here from the same document that clients are made from, with no script."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response

from app.web.access import PUBLIC, allowed
from app.web.pages.frame import public_page

router = APIRouter(include_in_schema=False)
_METHODS = ("get", "post", "put", "patch", "delete")
_DEEPEST = 4
Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a body. `name` is its path, `observation.markings[]`; `form` says what it may be."""

    name: str
    form: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as people read it. `problems` are (status, slugs)."""

    method: str
    path: str
    summary: str
    description: str
    roles: tuple[str, ...]
    parameters: tuple[Field, ...]
    fields: tuple[Field, ...]
    sent: str | None
    answered: tuple[tuple[str, str, str | None], ...]
    problems: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def anchor(self) -> str:
        """What a link to it names."""
        return f"{self.method}{self.path}".lower().translate(str.maketrans("/", "-", "{}"))


@router.get("/docs")
@allowed(PUBLIC)
async def docs(request: Request) -> Response:
    """Return the API's operations, by subject."""
    app: FastAPI = request.app
    document = app.openapi()
    if getattr(app.state, "docs_of", None) is not document:
        app.state.docs_subjects, app.state.docs_of = _subjects(document), document
    return public_page(request, "docs.html", document=document, subjects=app.state.docs_subjects)


def _subjects(document: Schema) -> list[tuple[Schema, list[Operation]]]:
    """Return the operations of each tag, in the document's order."""
    told: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                told[operations[method]["tags"][0]].append(_operation(document, method, path, operations[method]))
    return [(tag, told[tag["name"]]) for tag in document["tags"] if told[tag["name"]]]


def _operation(document: Schema, method: str, path: str, operation: Schema) -> Operation:
    body = _of_json(operation.get("requestBody", {}).get("content", {}))
    answered, problems = [], []
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if "application/problem+json" in content:
            problems.append((status, tuple(content["application/problem+json"].get("examples", {}))))
        else:
            answered.append((status, response["description"], _example(_of_json(content))))
    return Operation(
        method.upper(),
        path,
        operation["summary"],
        operation.get("description", ""),
        tuple(operation.get("x-roles", ())),
        tuple(_parameter(document, each) for each in operation.get("parameters", ())),
        tuple(_fields(document, body["schema"])) if body else (),
        _example(body),
        tuple(answered),
        tuple(problems),
    )


def _of_json(content: Schema) -> Schema:
    found: Schema = content.get("application/json", {})
    return found


def _example(media: Schema) -> str | None:
    """Return a medium's first example, written out."""
    examples = (
        [media["example"]] if "example" in media else [each["value"] for each in media.get("examples", {}).values()]
    )
    return json.dumps(examples[0], indent=2, ensure_ascii=False) if examples else None


def _parameter(document: Schema, parameter: Schema) -> Field:
    name = parameter["name"] if parameter["in"] != "header" else f"{parameter['name']}:"
    form = _form(document, parameter["schema"])
    return Field(name, form, bool(parameter.get("required")), parameter.get("description", ""))


def _fields(document: Schema, schema: Schema, prefix: str = "", depth: int = 0) -> Iterator[Field]:
    """Yield the fields of an object and of the objects in it."""
    for part in _alternatives(document, schema):
        for name, field in part.get("properties", {}).items():
            required = name in part.get("required", ())
            yield Field(f"{prefix}{name}", _form(document, field), required, field.get("description", ""))
            inner = _resolved(document, field)
            within = "[]." if inner.get("type") == "array" else "."
            if depth < _DEEPEST:
                yield from _fields(document, inner.get("items", field), f"{prefix}{name}{within}", depth + 1)


def _form(document: Schema, schema: Schema) -> str:
    """Return what a value may be: its type, its words, its limits."""
    forms = []
    for each in _alternatives(document, schema):
        if "enum" in each:
            forms.append(" | ".join(str(word) for word in each["enum"]))
        elif "const" in each:
            forms.append(str(each["const"]))
        elif each.get("type") == "array":
            forms.append(f"list of {_form(document, each['items'])}")
        else:
            forms.append(" ".join(filter(None, (each.get("format") or each.get("type", "any"), _limits(each)))))
    return " or ".join(dict.fromkeys(forms))


def _limits(schema: Schema) -> str:
    low, high = schema.get("minimum", schema.get("minLength")), schema.get("maximum", schema.get("maxLength"))
    if high is not None:
        return f"{low or 0} to {high}"
    return f"from {low}" if low is not None else ""


def _alternatives(document: Schema, schema: Schema) -> list[Schema]:
    """Return what a schema may be, null aside where it may be something else."""
    schema = _resolved(document, schema)
    options = [each for name in ("anyOf", "oneOf", "allOf") for each in schema.get(name, ())]
    if not options:
        return [schema]
    found = [part for option in options for part in _alternatives(document, option)]
    return [part for part in found if part.get("type") != "null"] or found


def _resolved(document: Schema, schema: Schema) -> Schema:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
