"""The check for breaking changes finds each kind of break, and lets pass what breaks nobody."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest

from openapi.compatible import breaks, is_announced

REPOSITORY = Path(__file__).parent.parent
REF = {"$ref": "#/components/schemas/Inquiry"}
PUBLISHED = {
    "openapi": "3.1.0",
    "info": {"title": "Test", "version": "0.1.0"},
    "paths": {
        "/v1/inquiries": {
            "post": {
                "parameters": [
                    {"in": "header", "name": "Idempotency-Key", "schema": {"type": "string", "maxLength": 64}},
                    {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 100}},
                ],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewInquiry"}}},
                },
                "responses": {
                    "201": {
                        "headers": {"Location": {"schema": {"type": "string"}}},
                        "content": {"application/json": {"schema": REF}},
                    },
                    "409": {"content": {"application/problem+json": {"schema": {"type": "object"}}}},
                },
            },
        },
        "/v1/inquiries/{id}": {"get": {"responses": {"200": {"content": {"application/json": {"schema": REF}}}}}},
    },
    "components": {
        "schemas": {
            "NewInquiry": {
                "type": "object",
                "additionalProperties": False,
                "required": ["kind"],
                "properties": {
                    "kind": {"type": "string", "enum": ["vehicle", "persons"]},
                    "note": {"anyOf": [{"type": "string", "maxLength": 2000}, {"type": "null"}]},
                    "count": {"type": "number"},
                    "places": {"type": "array", "items": {"$ref": "#/components/schemas/Place"}},
                },
            },
            "Place": {
                "oneOf": [
                    {"type": "object", "required": ["address"], "properties": {"address": {"type": "string"}}},
                    {"type": "string"},
                ],
            },
            "Inquiry": {
                "type": "object",
                "required": ["id", "status"],
                "properties": {
                    "id": {"type": "string"},
                    "status": {"type": "string", "enum": ["open", "confirmed"]},
                    "amount": {"type": ["integer", "null"]},
                    "joined": {"type": "array", "items": REF},
                },
            },
        },
    },
}
POST = ("paths", "/v1/inquiries", "post")
NEW = ("components", "schemas", "NewInquiry")
READ = ("components", "schemas", "Inquiry")
GONE = object()


def changed(*changes):
    """Return the published document with each (path, value) set, or taken out where the value is GONE."""
    document = copy.deepcopy(PUBLISHED)
    for (*steps, last), value in changes:
        node = document
        for step in steps:
            node = node[step]
        if value is GONE:
            del node[last]
        else:
            node[last] = value
    return document


BREAKING = {
    "a path": (("paths", "/v1/inquiries"), GONE, "/v1/inquiries: the path is gone"),
    "a method": (POST, GONE, "POST /v1/inquiries: the method is gone"),
    "a success": ((*POST, "responses", "201"), GONE, "answer 201 is gone"),
    "a header": ((*POST, "responses", "201", "headers"), {}, "lost its header Location"),
    "a media type": ((*POST, "requestBody", "content"), {"text/csv": {}}, "body is no longer application/json"),
    "a parameter": ((*POST, "parameters", 1), {"in": "query", "name": "size"}, "query parameter limit is gone"),
    "a parameter's need": ((*POST, "parameters", 0, "required"), True, "Idempotency-Key is now required"),
    "a parameter's bound": ((*POST, "parameters", 1, "schema", "maximum"), 50, "limit has a tighter maximum"),
    "a body's need": ((*POST, "requestBody", "required"), True, "a body is now required"),
    "a response field": ((*READ, "properties", "status"), GONE, "answer 200.status is gone"),
    "a response field's presence": ((*READ, "required"), ["id"], "answer 200.status may now be absent"),
    "a response field's type": ((*READ, "properties", "id"), {"type": "integer"}, "id was string and is now integer"),
    "a response's null": ((*READ, "properties", "id"), {"type": ["string", "null"]}, "id was string and is now null"),
    "a response's values": ((*READ, "properties", "status", "enum"), ["open", "lost"], 'status may now be "lost"'),
    "a request's required field": ((*NEW, "required"), ["kind", "note"], "body.note is now required"),
    "a request's field": ((*NEW, "properties", "note"), GONE, "body.note is gone"),
    "a request's values": ((*NEW, "properties", "kind", "enum"), ["vehicle"], 'kind no longer takes "persons"'),
    "a request's null": ((*NEW, "properties", "note"), {"type": "string"}, "body.note was null and is now string"),
    "a request's number": ((*NEW, "properties", "count", "type"), "integer", "was number and is now integer"),
    "a request's bound": (
        (*NEW, "properties", "note", "anyOf", 0, "maxLength"),
        500,
        "body.note has a tighter maxLength",
    ),
    "a request's pattern": ((*NEW, "properties", "kind", "pattern"), "^v", "body.kind has another pattern"),
    "a request's alternative": (
        ("components", "schemas", "Place", "oneOf", 0, "required"),
        ["address", "quadrant"],
        "body.places[].quadrant is now required",
    ),
}


@pytest.mark.parametrize(("path", "value", "sentence"), BREAKING.values(), ids=BREAKING)
def test_each_kind_of_break_is_named(path, value, sentence):
    found = breaks(PUBLISHED, changed((path, value)))

    assert any(sentence in line for line in found), found


HARMLESS = {
    "nothing": (("info", "title"), "Another"),
    "a new path": (("paths", "/v1/new"), {"get": {"responses": {}}}),
    "a path parameter's name": (("paths", "/v1/inquiries/{number}"), PUBLISHED["paths"]["/v1/inquiries/{id}"]),
    "a refusal that no longer comes": ((*POST, "responses", "409"), GONE),
    "a new optional parameter": ((*POST, "parameters", 1, "description"), "How many"),
    "a new optional field of a request": ((*NEW, "properties", "language"), {"type": "string"}),
    "a wider bound of a request": ((*NEW, "properties", "note", "anyOf", 0, "maxLength"), 4000),
    "a new value of a request": ((*NEW, "properties", "kind", "enum"), ["vehicle", "persons", "drone"]),
    "a new field of a response": ((*READ, "properties", "language"), {"type": "string"}),
    "a response that is never null any more": ((*READ, "properties", "amount"), {"type": "integer"}),
    "a value that no longer comes": ((*READ, "properties", "status", "enum"), ["open"]),
}


@pytest.mark.parametrize(("path", "value"), HARMLESS.values(), ids=HARMLESS)
def test_a_change_that_breaks_nobody_passes(path, value):
    assert breaks(PUBLISHED, changed((path, value))) == []


def test_a_renamed_path_parameter_keeps_its_path():
    document = changed(
        (("paths", "/v1/inquiries/{number}"), PUBLISHED["paths"]["/v1/inquiries/{id}"]),
        (("paths", "/v1/inquiries/{id}"), GONE),
    )

    assert breaks(PUBLISHED, document) == []


@pytest.mark.parametrize(
    ("before", "after", "announced"),
    [
        ("0.1.0", "0.1.9", False),
        ("0.1.0", "0.2.0", True),
        ("0.9.0", "1.0.0", True),
        ("1.2.0", "1.3.0", False),
        ("1.2.0", "2.0.0", True),
        ("2.0.0", "1.9.0", False),
    ],
)
def test_a_break_is_announced_by_the_first_number_that_is_not_zero(before, after, announced):
    old, new = ({"info": {"version": version}} for version in (before, after))

    assert is_announced(old, new) is announced


@pytest.fixture
def repository(tmp_path):
    """A repository in which the published document is committed and tagged."""
    (tmp_path / "openapi").mkdir()
    run(tmp_path, "git", "init", "-q")
    run(tmp_path, "git", "config", "user.email", "somebody@example.org")
    run(tmp_path, "git", "config", "user.name", "Somebody")
    commit(tmp_path, PUBLISHED)
    return tmp_path


def run(folder, *command):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def commit(folder, document):
    (folder / "openapi" / "openapi.json").write_text(json.dumps(document))
    run(folder, "git", "add", ".")
    run(folder, "git", "commit", "-q", "-m", "The document")


def check(folder):
    command = (
        f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); from openapi.compatible import main; sys.exit(main([]))"
    )
    return run(folder, sys.executable, "-c", command)


def test_the_first_document_breaks_with_nothing(repository):
    assert check(repository).returncode == 0


def test_a_break_is_found_before_it_is_committed_and_after(repository):
    broken = changed((POST, GONE))
    (repository / "openapi" / "openapi.json").write_text(json.dumps(broken))
    assert check(repository).returncode == 1

    commit(repository, broken)

    assert "the method is gone" in check(repository).stdout


def test_a_break_since_the_last_tag_is_found_though_later_changes_are_harmless(repository):
    run(repository, "git", "tag", "v0.1.0")
    commit(repository, changed((POST, GONE)))
    commit(repository, changed((POST, GONE), (("info", "title"), "Another")))

    assert check(repository).returncode == 1


def test_a_break_that_its_version_announces_passes(repository):
    commit(repository, changed((POST, GONE), (("info", "version"), "0.2.0")))

    assert check(repository).returncode == 0
