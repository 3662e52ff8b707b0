"""The API's document: whole, valid, true of the answers; a client made from it does the main job."""

import importlib
import json
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.desk import A_CONTACT, open_desk

REPOSITORY = Path(__file__).parent.parent.parent
DOCUMENT = json.loads((REPOSITORY / "openapi" / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
# An answer that never ends is not read to its end; tests of its own read it.
ENDLESS = {"GET /v1/stream"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory, migrated_file):
    folder = tmp_path_factory.mktemp("document")
    shutil.copy(migrated_file, folder / "app.db")
    with open_desk(f"sqlite:///{folder / 'app.db'}", folder) as opened:
        yield opened


def test_the_committed_document_is_what_is_served(desk):
    assert desk.as_(None).get("/openapi.json").json() == DOCUMENT


def test_the_document_is_valid():
    validate(DOCUMENT)


def test_the_document_s_version_is_the_product_s_contract_and_its_names_are_unique():
    assert DOCUMENT["openapi"].startswith("3.1")
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)
    assert (
        tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["license"]
        == (DOCUMENT["info"]["license"]["identifier"])
    )


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_says_what_it_does_with_an_example_and_its_problems(name):
    operation = OPERATIONS[name]
    assert operation["summary"]
    assert operation["description"]
    for body in bodies_of(operation):
        for media_type, content in body["content"].items():
            # Figures for Prometheus and events without end have no one body.
            if media_type != "text/event-stream" and name != "GET /metrics":
                assert "example" in content or "examples" in content, media_type
    answers = operation["responses"]
    assert {"500", "503"} <= answers.keys()
    if operation["security"]:
        assert {"401", "403", "429"} <= answers.keys()
        assert operation["x-roles"]
    if "requestBody" in operation:
        assert {"400", "413", "415", "422"} <= answers.keys()
    if "{" in name and "problems" not in name:
        assert "404" in answers
    for status, answer in answers.items():
        if not status.startswith(("2", "3")) and "application/problem+json" in answer.get("content", {}):
            for example in answer["content"]["application/problem+json"]["examples"].values():
                assert example["value"]["status"] == int(status)


def bodies_of(operation):
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    return [body for body in (operation.get("requestBody", {}), *answers) if "content" in body]


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_example_is_of_the_form_that_it_is_an_example_of(name):
    operation = OPERATIONS[name]
    for body in (*bodies_of(operation), *operation["responses"].values()):
        for media_type, content in body.get("content", {}).items():
            examples = [each["value"] for each in content.get("examples", {}).values()]
            examples += [content["example"]] if "example" in content else []
            if "json" in media_type and content.get("schema", {}).get("type") != "string":
                schema = {**content["schema"], "components": DOCUMENT["components"]}
                for example in examples:
                    Draft202012Validator(schema).validate(example)


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/v1/inquiries", "InquiryInput"),
        ("/v1/contacts", "ContactInput"),
        ("/v1/facilities", "FacilityInput"),
        ("/v1/tokens", "TokenInput"),
    ],
)
def test_what_the_document_gives_as_an_example_is_taken(desk, path, schema):
    before, desk.clock.now = desk.clock.now, datetime(2026, 1, 31, 18, 4, 5, tzinfo=UTC)
    example = OPERATIONS[f"POST {path}"]["requestBody"]["content"]["application/json"]["example"]

    answer = desk.as_("supervisor").post(path, example)

    desk.clock.now = before
    assert answer.status_code == 201, answer.text
    assert schema in DOCUMENT["components"]["schemas"]


# Generated requests

SCHEMA = schemathesis.openapi.from_dict(DOCUMENT, config=SchemathesisConfig.from_dict({}))
GENERATED = {result.ok().label: result.ok() for result in SCHEMA.get_all_operations()}
TRUE_OF_AN_ANSWER = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def known(desk):
    """Return ids of what there is, by the name of the path's parameter."""
    contact, facility, inquiry = desk.contact(), desk.facility(slug="annex"), desk.logged()
    call = desk.called(inquiry)
    return {
        "inquiry_id": inquiry["id"],
        "call_id": call["id"],
        "contact_id": contact["id"],
        "facility_id": facility["id"],
        "token_id": desk.new_token()["id"],
        "receipt": inquiry["receipt"],
        "number": inquiry["number"],
    }


@pytest.mark.parametrize("name", sorted(set(GENERATED) - ENDLESS))
def test_no_generated_request_breaks_the_service_and_every_answer_is_as_the_document_says(desk, known, name):
    operation = GENERATED[name]

    def tried(case):
        answer = send(desk, case)
        assert answer.status_code < 500, (answer.status_code, answer.text)
        case.validate_response(answer, checks=TRUE_OF_AN_ANSWER)
        for parameter in set(case.path_parameters or ()) & set(known):
            case.path_parameters[parameter] = known[parameter]
            answer = send(desk, case)
            assert answer.status_code < 500, (answer.status_code, answer.text)
            case.validate_response(answer, checks=TRUE_OF_AN_ANSWER)

    for mode in schemathesis.GenerationMode:
        strategy = operation.as_strategy(generation_mode=mode)
        limited = settings(
            max_examples=10,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        try:
            limited(given(case=strategy)(tried))()
        except Unsatisfiable:  # where nothing is asked for, nothing can be wrong
            assert mode is schemathesis.GenerationMode.NEGATIVE


def send(desk, case):
    asked = case.as_transport_kwargs(base_url="http://desk.test")
    body = {"json": asked["json"]} if "json" in asked else {"content": asked.get("data") or b""}
    if "json" in asked:
        body = {"content": json.dumps(asked["json"]).encode()}
        asked["headers"]["Content-Type"] = "application/json"
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in asked["headers"].items()]
    return desk.as_("supervisor").request(
        asked["method"], asked["url"], params=asked.get("params") or None, headers=headers, **body
    )


# A client made from the document


class ToTheDesk(httpx.BaseTransport):
    """Carries a generated client's requests to the service in this process."""

    def __init__(self, desk):
        self.desk = desk

    def handle_request(self, request):
        answer = self.desk.as_(None).request(
            request.method, request.url.raw_path.decode(), content=request.read(), headers=request.headers
        )
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the folder and what was printed when a client was made in it."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "settings.yml").write_text("post_hooks: []\n")
    words = ["--path", REPOSITORY / "openapi" / "openapi.json", "--output-path", folder / "ice_client"]
    words += ["--meta", "none", "--config", folder / "settings.yml"]
    done = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout + done.stderr


def test_a_client_is_made_without_a_warning(made):
    assert "warning" not in made[1].lower()
    assert "error" not in made[1].lower()


def test_the_made_client_does_the_main_job(made, sqlite_url, data_dir, monkeypatch):
    with open_desk(sqlite_url, data_dir) as desk:
        does_the_main_job(made, desk, monkeypatch)


def does_the_main_job(made, desk, monkeypatch):
    monkeypatch.syspath_prepend(str(made[0]))
    client_of = importlib.import_module("ice_client").AuthenticatedClient
    models = importlib.import_module("ice_client.models")

    def operation(subject, name):
        return importlib.import_module(f"ice_client.api.{subject}.{name}").sync

    def client(role):
        arguments = {"transport": ToTheDesk(desk)}
        return client_of(base_url="http://desk.test", token=desk.room.secrets[role], httpx_args=arguments)

    dispatcher, supervisor = client("dispatcher"), client("supervisor")
    add = operation("contacts", "add_a_contact")
    contact = add(client=supervisor, body=models.ContactInput.from_dict(A_CONTACT))
    body = models.InquiryInput.from_dict(desk.an_inquiry(callback={"phone": "+15055550100"}))
    inquiry = operation("inquiries", "log_an_inquiry")(client=dispatcher, body=body, idempotency_key="made-1")
    again = operation("inquiries", "log_an_inquiry")(client=dispatcher, body=body, idempotency_key="made-1")
    call = models.CallInput.from_dict({"inquiry_ids": [inquiry.id], "contact_id": contact.id})
    placed = operation("calls", "record_that_a_call_was_placed")(client=dispatcher, body=call)
    outcome = models.OutcomeInput.from_dict({"outcome": "not_ice", "agency": "ero"})
    recorded = operation("calls", "record_a_calls_outcome")(placed.id, client=dispatcher, body=outcome)
    status = operation("status", "look_a_status_up_by_receipt")(inquiry.receipt, client=dispatcher)
    listed = operation("inquiries", "list_inquiries")(client=dispatcher, q=inquiry.number)

    assert again.id == inquiry.id
    assert inquiry.place.block == "1200 block of Central Ave SE"
    assert recorded.outcome == status.status == "not_ice"
    assert status.calls == 1
    assert [each.id for each in listed.items] == [inquiry.id]
