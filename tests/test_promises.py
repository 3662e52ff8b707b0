"""The promises that hold over the real set of things: every route, role, refusal, column, field and byte.

A new route, role, refusal or field fails here until somebody has said what holds of it.
"""

import base64
import logging
import re
import shutil
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute

from app.domain.actor import Role
from app.domain.errors import Refusal
from app.domain.screening import screen
from app.store.tables import EventRow, SealedBoxRow
from app.web.access import roles_of
from app.web.log_lines import JsonLines
from app.web.problem_types import PROBLEM_TYPES
from app.web.problems import HttpRefusal
from app.web.routes import every_route
from tests.databases import every_byte_under
from tests.desk import A_CONTACT, A_FACILITY, UNKNOWN_ID, open_desk, plain_screen
from tests.problem import is_problem

REPOSITORY = Path(__file__).parent.parent

# Who may call each route: api.md, Who may what. `everybody` needs no token.
EVERYBODY = "everybody"
LOGS, ACTS, READS, SUPERVISES, OVERSEES = (
    "intake dispatcher supervisor",
    "dispatcher supervisor",
    "dispatcher supervisor auditor",
    "supervisor",
    "supervisor auditor",
)
CELLS = {
    ("POST", "/v1/inquiries"): LOGS,
    ("GET", "/v1/inquiries"): READS,
    ("GET", "/v1/inquiries/{inquiry_id}"): "intake dispatcher supervisor auditor",
    ("GET", "/v1/inquiries/{inquiry_id}/nearby"): READS,
    ("GET", "/v1/inquiries/{inquiry_id}/timeline"): READS,
    ("POST", "/v1/inquiries/{inquiry_id}/claim"): ACTS,
    ("DELETE", "/v1/inquiries/{inquiry_id}/claim"): ACTS,
    ("POST", "/v1/inquiries/{inquiry_id}/answered"): ACTS,
    ("POST", "/v1/inquiries/{inquiry_id}/withdraw"): ACTS,
    ("GET", "/v1/inquiries/{inquiry_id}/callback"): ACTS,
    ("PUT", "/v1/inquiries/{inquiry_id}/callback"): ACTS,
    ("DELETE", "/v1/inquiries/{inquiry_id}/callback"): ACTS,
    ("POST", "/v1/calls"): ACTS,
    ("GET", "/v1/calls"): READS,
    ("GET", "/v1/calls/{call_id}"): READS,
    ("POST", "/v1/calls/{call_id}/outcome"): ACTS,
    ("POST", "/v1/calls/{call_id}/correction"): SUPERVISES,
    ("POST", "/v1/calls/{call_id}/inquiries"): ACTS,
    ("POST", "/v1/screen"): ACTS,
    ("POST", "/v1/contacts"): SUPERVISES,
    ("GET", "/v1/contacts"): READS,
    ("GET", "/v1/contacts/{contact_id}"): READS,
    ("PATCH", "/v1/contacts/{contact_id}"): SUPERVISES,
    ("POST", "/v1/facilities"): SUPERVISES,
    ("GET", "/v1/facilities"): READS,
    ("GET", "/v1/facilities/{facility_id}"): READS,
    ("PATCH", "/v1/facilities/{facility_id}"): SUPERVISES,
    ("POST", "/v1/tokens"): SUPERVISES,
    ("GET", "/v1/tokens"): OVERSEES,
    ("GET", "/v1/tokens/{token_id}"): OVERSEES,
    ("DELETE", "/v1/tokens/{token_id}"): SUPERVISES,
    ("GET", "/v1/alerts"): READS,
    ("GET", "/v1/alerts/{alert_id}"): READS,
    ("POST", "/v1/alerts/{alert_id}/acknowledge"): ACTS,
    ("POST", "/v1/webhooks"): SUPERVISES,
    ("GET", "/v1/webhooks"): OVERSEES,
    ("GET", "/v1/webhooks/{webhook_id}"): OVERSEES,
    ("PATCH", "/v1/webhooks/{webhook_id}"): SUPERVISES,
    ("DELETE", "/v1/webhooks/{webhook_id}"): SUPERVISES,
    ("POST", "/v1/webhooks/{webhook_id}/secret"): SUPERVISES,
    ("GET", "/v1/webhooks/{webhook_id}/deliveries"): OVERSEES,
    ("POST", "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/retry"): SUPERVISES,
    ("GET", "/v1/stream"): READS,
    ("GET", "/v1/status/{receipt}"): EVERYBODY,
    ("GET", "/v1/status/{receipt}/proof"): EVERYBODY,
    ("GET", "/v1/log"): EVERYBODY,
    ("GET", "/v1/log/{number}"): EVERYBODY,
    ("GET", "/v1/log/{number}/evidence"): EVERYBODY,
    ("GET", "/v1/reports/summary"): f"nobody {READS}",  # a token brings exact counts, or it is refused
    ("GET", "/v1/refusals"): EVERYBODY,
    ("GET", "/v1/data-register"): EVERYBODY,
    ("GET", "/ledger/checkpoint"): EVERYBODY,
    ("GET", "/ledger/key"): EVERYBODY,
    ("GET", "/ledger/tile/{level}/{number:path}"): EVERYBODY,
    ("GET", "/ledger/opened/{number:path}"): EVERYBODY,
    ("GET", "/healthz"): EVERYBODY,
    ("GET", "/readyz"): EVERYBODY,
    ("GET", "/metrics"): EVERYBODY,  # from loopback: tests/web/test_health.py
    ("GET", "/docs"): EVERYBODY,
    ("GET", "/problems/{slug}"): EVERYBODY,
    ("GET", "/"): EVERYBODY,
    ("GET", "/log"): EVERYBODY,
    ("GET", "/log/{number}"): EVERYBODY,
    ("POST", "/status/proof"): EVERYBODY,
    ("GET", "/status"): EVERYBODY,
    ("POST", "/status"): EVERYBODY,
    ("GET", "/reports"): EVERYBODY,
    ("GET", "/about"): EVERYBODY,
    ("GET", "/static/{name}"): EVERYBODY,
    ("GET", "/static/{of}/{name}"): EVERYBODY,
    ("GET", "/favicon.ico"): EVERYBODY,
    ("GET", "/robots.txt"): EVERYBODY,
    ("GET", "/sitemap.xml"): EVERYBODY,
}
# The console's pages are for whoever has signed in; nobody is led to the sign-in.
CONSOLE = {
    ("GET", "/console/sign-in"): EVERYBODY,
    ("POST", "/console/sign-in"): EVERYBODY,
    ("GET", "/console/link/{secret}"): EVERYBODY,
    ("POST", "/console/link/{secret}"): EVERYBODY,
    ("POST", "/console/sign-out"): READS,
    ("POST", "/console/keys"): READS,
    ("GET", "/console/new"): ACTS,
    ("GET", "/console/inquiries/{said}"): READS,
    ("GET", "/console/calls/{call_id}/correction"): SUPERVISES,
    ("GET", "/console/contacts"): READS,
    ("GET", "/console/facilities"): READS,
    ("GET", "/console/tokens"): OVERSEES,
    ("GET", "/console/slips"): READS,
    ("GET", "/console/alerts"): READS,
    ("GET", "/console/corrections"): READS,
    ("GET", "/console/webhooks"): OVERSEES,
    ("GET", "/console/webhooks/{webhook_id}"): OVERSEES,
    ("POST", "/console/asking/nearby"): ACTS,
    ("POST", "/console/asking/outcome/{call_id}"): ACTS,
    ("POST", "/console/asking/correction/{call_id}"): SUPERVISES,
    ("GET", "/console"): READS,
    ("GET", "/console/overdue"): OVERSEES,
    ("POST", "/console/find"): READS,
    ("GET", "/console/find"): READS,
    ("GET", "/console/{unknown:path}"): READS,
}
# What is answered by no route of ours: everybody may read it.
UNROUTED = {"/openapi.json"}
# An answer that never ends is not waited for: who may is read from the route's declaration.
ENDLESS = {"/v1/stream"}
CALLERS = ("nobody", *Role, "revoked", "expired")


@pytest.fixture(scope="module")
def desk(migrated_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("promises")
    shutil.copy(migrated_file, folder / "app.db")
    with open_desk(f"sqlite:///{folder / 'app.db'}", folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def secrets(desk):
    """Return a token's secret for each caller; None for nobody."""
    revoked, expired = desk.new_token("supervisor"), desk.new_token("supervisor", expires_at=desk.clock.ago(minutes=-1))
    desk.as_("supervisor").delete(f"/v1/tokens/{revoked['id']}")
    desk.clock.forward(minutes=2)
    return {"nobody": None, "revoked": revoked["secret"], "expired": expired["secret"], **desk.room.secrets}


def routes(app):
    return {(method, route.path): route for route in every_route(app) for method in route.methods}


def test_every_route_is_declared_and_nothing_else_is(desk):
    served = set(routes(desk.app))

    assert served == set(CELLS) | set(CONSOLE)
    others = [route for route in desk.app.routes if hasattr(route, "path") and not isinstance(route, APIRoute)]
    assert {route.path for route in others} == UNROUTED


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(("method", "path"), CELLS)
def test_every_route_lets_in_whom_the_contract_names_and_nobody_else(desk, secrets, method, path, caller):
    allowed = CELLS[method, path]
    let_in = allowed == EVERYBODY or caller in allowed.split()
    if path in ENDLESS and let_in:
        assert caller in roles_of(routes(desk.app)[method, path].endpoint)
        return
    body = {} if method in {"POST", "PUT", "PATCH"} else None

    answer = desk.with_token(secrets[caller]).request(
        method, re.sub(r"\{[\w:]+\}", UNKNOWN_ID, path), **({} if body is None else {"json": body})
    )

    if let_in:
        assert answer.status_code not in {401, 403, 405, 500}
    else:
        is_problem(answer, "forbidden" if caller in set(Role) else "unauthenticated")


@pytest.mark.parametrize(("method", "path"), CONSOLE)
def test_every_page_of_the_console_is_for_whom_it_says_and_shows_nobody_anything(desk, method, path):
    roles = set() if CONSOLE[method, path] == EVERYBODY else set(CONSOLE[method, path].split())
    assert set(roles_of(routes(desk.app)[method, path].endpoint)) == roles

    answer = desk.as_(None).request(method, re.sub(r"\{[\w:]+\}", UNKNOWN_ID, path))

    assert answer.status_code < 500
    if roles:
        assert answer.status_code in {303, 401, 403}


# Refusals


def subclasses_of(kind):
    return [each for found in kind.__subclasses__() for each in (found, *subclasses_of(found))]


@pytest.mark.parametrize("refusal", [each for each in subclasses_of(Refusal) if not issubclass(each, HttpRefusal)])
def test_every_refusal_has_a_problem_type_and_a_help_page_in_both_languages(desk, refusal):
    english = desk.as_(None).get(f"/problems/{refusal.slug}")
    spanish = desk.as_(None).get(f"/problems/{refusal.slug}?lang=es")

    assert refusal.slug in PROBLEM_TYPES
    assert english.status_code == spanish.status_code == 200
    assert english.text != spanish.text


def test_the_problem_types_are_those_of_the_contract():
    in_the_contract = {
        **dict.fromkeys(("invalid-request", "not-collected", "protected-detail", "idempotency-key-reused"), 422),
        "unauthenticated": 401,
        "forbidden": 403,
        "not-found": 404,
        "method-not-allowed": 405,
        "gone": 410,
        **dict.fromkeys(("outcome-recorded", "no-outcome", "inquiry-closed", "call-too-old", "already-claimed"), 409),
        **dict.fromkeys(("status-changed", "no-contact", "request-in-progress"), 409),
        "precondition-failed": 412,
        "too-large": 413,
        "unsupported-media-type": 415,
        "rate-limited": 429,
        "internal": 500,
        "unavailable": 503,
        "outcome-unknown": 503,
    }

    assert {slug: kind.status for slug, kind in PROBLEM_TYPES.items()} == in_the_contract


def test_every_problem_that_the_document_names_is_one_of_them(desk):
    named = set(re.findall(r'"/problems/([\w-]+)"', desk.get("/openapi.json").text))

    assert named <= set(PROBLEM_TYPES)
    assert named >= {"invalid-request", "protected-detail", "gone", "no-contact"}


# What is stored and sent: docs/data.md

# Names of fields that stand for something else than a stored field of their own, each with what it stands for.
DERIVED = {
    **dict.fromkeys(("place", "observation", "callback", "answer", "call", "replaced"), "an object of stored fields"),
    **dict.fromkeys(("en", "es"), "a sentence in a language: answer_en, answer_es, and texts of the service's own"),
    **dict.fromkeys(("items", "next", "errors"), "a list and its end"),
    "number": "year and serial",
    "late": "asked_at and received_at",
    "calls": "rows of call_inquiry",
    "corrections": "rows of correction",
    "inquiry_ids": "rows of call_inquiry",
    "flags": "city_facility and status",
    "hint": "callback_hint",
    "erase_after": "callback_erase_after",
    "nearby": "what other inquiries store",
    "distance_m": "the places of two inquiries",
    "last_call_at": "placed_at",
    "data": "payload and detail",
    "take": "an order, kept as the event that it makes",
    "method": "in the event's detail",
    "secret": "shown once and kept as secret_hash; a webhook's is sealed",
    "active": "disabled_at, of a webhook",
    "timestamp": "at, of a message",
    "supersedes": "the id of an earlier message",
    **dict.fromkeys(("last_attempt_at", "next_attempt_at"), "last_tried_at and due_at of a delivery"),
    "proof": "hashes of the ledger's tiles",
    **dict.fromkeys(("alerts", "corrected_at", "from", "to"), "rows of alert and correction, as the public sees them"),
    **dict.fromkeys(("minutes_to_call", "minutes_to_answer"), "asked_at, placed_at and the settling outcome"),
    **dict.fromkeys(("group", "groups", "inquiries", "by_status", "total", "median", "p90"), "counts of a report"),
    "month": "day of refusal_count",
    "text": "tried on the screen and kept nowhere",
    **dict.fromkeys(("accepted", "findings", "start", "end", "code"), "what the screen finds, kept nowhere"),
    **dict.fromkeys(("type", "title", "pointer", "instance"), "a problem"),
    **dict.fromkeys(
        ("database", "migrations", "writer", "clock", "vault", "ledger", "erasing", "erasures_waiting"), "/readyz"
    ),
    **dict.fromkeys(("store", "field", "why", "kept", "published", "published_as"), "the register itself"),
}


def registered():
    """Return the fields that docs/data.md tells of, by heading."""
    fields, heading = {}, ""
    for line in (REPOSITORY / "docs" / "data.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif match := re.match(r"\| `([^`]+)` \|", line):
            fields.setdefault(heading, set()).add(match[1])
    return fields


def test_every_column_stands_in_the_data_register():
    told = registered()
    for table in EventRow.metadata.sorted_tables:
        assert told.get(table.name) == {column.name for column in table.columns}, table.name


def test_every_field_of_a_request_or_an_answer_stands_in_the_data_register(desk):
    stored = set().union(*registered().values())
    schemas = desk.get("/openapi.json").json()["components"]["schemas"]
    sent = {name: of for of, schema in schemas.items() for name in schema.get("properties", {})}

    untold = {name: of for name, of in sent.items() if name not in stored | set(DERIVED)}

    assert untold == {}
    assert {"note", "phone", "email", "address"} <= sent.keys() & stored


# No byte of what was refused or erased

CANARY = "Zq7xCanary"
OFFENDING = "A123456789"


def forms_of(text):
    """Return a text as it may be hidden in bytes: plain, percent-, base64-, hex- and UTF-16-encoded."""
    raw = text.encode()
    found = {raw, raw.lower(), raw.upper(), raw.hex().encode(), "".join(f"%{byte:02X}" for byte in raw).encode()}
    found |= {"".join(f"%{byte:02x}" for byte in raw).encode(), text.encode("utf-16-le"), text.encode("utf-16-be")}
    for offset in range(3):  # where the text stands among groups of three bytes; without the bytes of its neighbours
        coded = base64.b64encode(b"\0" * offset + raw)
        found.add(coded[(0, 2, 3)[offset] : len(coded) - 4].rstrip(b"="))
    return found


def canaries(count):
    """Return texts that hold the canary, in different ways, each with what the screen refuses."""
    for number in range(count):
        plain = f"{CANARY}{number:03}"
        yield f"{plain} {OFFENDING}"
        yield f"{quote(plain, safe='')} {''.join(f'%{byte:02x}' for byte in plain.encode())} {OFFENDING}"
        yield f"{base64.b64encode(plain.encode()).decode()} {OFFENDING}"
        yield f"{plain.encode().hex()} {OFFENDING}"
        yield f"{OFFENDING} {plain.upper()}"


def leaves(body, pointer=()):
    """Return the pointers of all values of a body, however deep."""
    if isinstance(body, dict):
        return [found for name, value in body.items() for found in leaves(value, (*pointer, name))]
    return [pointer]


def with_value(body, pointer, value):
    first, *rest = pointer
    return {**body, first: with_value(body[first], rest, value) if rest else value}


def bodies(desk, inquiry, call, contact, facility):
    """Return a request with every field that it may have, for each route with a body."""
    outcome = {"outcome": "declined", "agency": "ero", "answered_by": "desk", "reference": "r", "note": "n"}
    whole = desk.an_inquiry(
        source="media", outlet="KUNM", language="es", asked_at=desk.clock.ago(minutes=2), ongoing=True
    )
    whole["place"] |= {"facility": facility["slug"], "area_command": "valley"}
    base = f"/v1/inquiries/{inquiry['id']}"
    return {
        ("POST", "/v1/inquiries"): whole | {"callback": {"email": "asker@example.org"}},
        ("POST", f"{base}/claim"): {"take": True},
        ("POST", f"{base}/answered"): {"method": "phone", "status": "open"},
        ("POST", f"{base}/withdraw"): {"reason": "duplicate", "replaced_by": inquiry["id"]},
        ("PUT", f"{base}/callback"): {"phone": "+15055550100"},
        ("POST", "/v1/calls"): {"inquiry_ids": [inquiry["id"]], "contact_id": contact["id"], **outcome}
        | {"placed_at": desk.clock.ago(minutes=1)},
        ("POST", f"/v1/calls/{call['id']}/outcome"): outcome,
        ("POST", f"/v1/calls/{call['id']}/correction"): {**outcome, "reason": "misheard"},
        ("POST", f"/v1/calls/{call['id']}/inquiries"): {"inquiry_ids": [inquiry["id"]]},
        ("POST", "/v1/screen"): {"text": "x"},
        ("POST", "/v1/contacts"): {**A_CONTACT, "hours": "Mo-Fr 08:00-17:00", "active": True},
        ("PATCH", f"/v1/contacts/{contact['id']}"): {**A_CONTACT, "hours": None, "active": True},
        ("POST", "/v1/facilities"): A_FACILITY | {"slug": "annex"},
        ("PATCH", f"/v1/facilities/{facility['id']}"): A_FACILITY,
        ("POST", "/v1/tokens"): {"name": "x", "role": "intake", "expires_at": desk.clock.ago(hours=-1)},
    }


@pytest.fixture(params=[plain_screen, screen], ids=["a plain screen", "the real screen"])
def watched(request, sqlite_url, data_dir, caplog):
    """A desk whose every log record is kept, with either screen."""
    caplog.set_level(logging.DEBUG)
    with open_desk(sqlite_url, data_dir, screen_text=request.param) as opened:
        yield opened


def logged_lines(caplog):
    """Return what the service logged; the client's own lines are not the service's."""
    records = [each for each in caplog.records if not each.name.startswith(("httpx", "httpcore", "asyncio"))]
    return "\n".join(map(JsonLines().format, records)).encode()


def assert_nowhere(text, desk, caplog):
    everything = every_byte_under(desk.data_dir) + logged_lines(caplog)
    assert [form for form in forms_of(text) if form in everything] == []


def test_the_search_finds_a_canary_in_each_form(tmp_path):
    plain = f"…{CANARY}042…"
    hidden = [plain.encode(), plain.encode("utf-16-le"), plain.encode("utf-16-be"), plain.encode().hex().encode()]
    hidden += [base64.b64encode(b"x" * offset + plain.encode()) for offset in range(3)]
    hidden += ["".join(f"%{byte:02X}" for byte in plain.encode()).encode()]

    for content in hidden:
        assert any(form in content for form in forms_of(CANARY)), content


def test_what_is_refused_is_in_no_byte_written_logged_or_answered(watched, caplog):
    desk = watched
    contact, facility = desk.contact(), desk.facility()
    inquiry = desk.logged()
    call = desk.called(inquiry)
    supervisor, texts, sent = desk.as_("supervisor"), canaries(1000), 0

    for (method, path), body in bodies(desk, inquiry, call, contact, facility).items():
        # A token's name is an operator's own word, which no screen reads: here it is refused by its length.
        if path == "/v1/tokens":
            texts = (text * 9 for text in texts)
        routine = [with_value(body, pointer, next(texts)) for pointer in leaves(body) for _ in range(3)]
        routine += [with_value(body, pointer, [next(texts)]) for pointer in leaves(body)]
        routine += [{**body, next(texts): 1}, {**body, "nationality": next(texts)}, {**body, CANARY: {CANARY: []}}]
        for refused in routine:
            key = {"Idempotency-Key": f"{CANARY}{sent}", "User-Agent": CANARY, "If-Match": CANARY}
            answer = supervisor.request(method, path, json=refused, headers=key)
            sent += 1
            if path == "/v1/screen" and answer.status_code == 200:
                assert answer.json()["accepted"] is False
            else:
                assert 400 <= answer.status_code < 500, (method, path, answer.text)
            assert [form for form in forms_of(CANARY) if form in answer.content] == [], (method, path)
    for raw, media_type in (
        (f'{{"x": {CANARY}'.encode(), "application/json"),
        (f'"{CANARY}"'.encode("utf-16"), "application/json"),
        (f"note={CANARY}".encode(), "application/x-www-form-urlencoded"),
        (f'{{"note": "{CANARY * 7000}"}}'.encode(), "application/json"),
    ):
        answer = desk.post("/v1/inquiries", content=raw, headers={"Content-Type": media_type})
        assert CANARY.encode() not in answer.content
    for path in (f"/v1/status/{CANARY}", f"/{CANARY}", f"/v1/inquiries?{CANARY}=1", f"/v1/inquiries?status={CANARY}"):
        assert CANARY not in desk.get(path).text
    desk.with_token(CANARY).get("/v1/inquiries")

    assert sent > 300
    assert_nowhere(CANARY, desk, caplog)
    assert_nowhere(OFFENDING, desk, caplog)


def test_what_is_sealed_is_in_no_byte_written_or_logged(watched, caplog):
    desk = watched
    desk.contact()
    text = f"two vans of {CANARY}".lower()
    inquiry = desk.logged(note=text, address=f"{CANARY} 7", callback={"email": f"{CANARY}@example.org"})
    call = desk.called(inquiry, outcome="declined", note=text, answered_by="duty desk", reference=f"{CANARY}")
    correction = {"outcome": "confirmed", "reason": text, "note": text}
    assert desk.as_("supervisor").post(f"/v1/calls/{call['id']}/correction", correction).status_code == 200
    desk.get(f"/v1/inquiries/{inquiry['id']}/callback")

    assert text in desk.get(f"/v1/inquiries/{inquiry['id']}").text
    assert_nowhere(CANARY, desk, caplog)


ERASES = {
    "at the asker's wish": lambda desk, path: desk.delete(f"{path}/callback"),
    "once the asker was told": lambda desk, path: desk.post(f"{path}/answered", {"method": "phone"}),
    "with a withdrawal": lambda desk, path: desk.post(f"{path}/withdraw", {"reason": "by_asker"}),
    "when another takes its place": lambda desk, path: desk.put(f"{path}/callback", {"email": "new@example.org"}),
}


@pytest.mark.parametrize("way", ERASES)
def test_an_erased_callback_is_in_no_row_and_no_key_opens_it(sqlite_url, data_dir, caplog, way):
    caplog.set_level(logging.DEBUG)
    with open_desk(sqlite_url, data_dir) as desk:
        inquiry = desk.logged(callback={"email": f"{CANARY}@example.org"})
        path = f"/v1/inquiries/{inquiry['id']}"
        boxes = SealedBoxRow.__table__
        with desk.service.database.read() as session:
            sealed = session.execute(boxes.select().where(boxes.c.kind == "callback")).one()

        assert ERASES[way](desk, path).status_code == 200

        # The write-ahead log is emptied as soon as no reader is in the way; that is tried each second.
        until = time.monotonic() + 20
        while desk.get("/readyz").json()["erasures_waiting"] and time.monotonic() < until:
            time.sleep(0.1)
        assert sealed.wrapped_key not in every_byte_under(desk.data_dir)
        assert sealed.ciphertext not in every_byte_under(desk.data_dir)
        answers = [desk.get(path).text, desk.get(f"{path}/timeline").text, desk.get(f"{path}/callback").text]
        assert CANARY.lower() not in "".join(answers).lower()
        assert_nowhere(CANARY, desk, caplog)


def test_no_secret_of_a_token_is_written_while_64_connections_log(sqlite_url, data_dir, caplog):
    caplog.set_level(logging.DEBUG)
    with open_desk(sqlite_url, data_dir) as desk:
        make_and_revoke_tokens_beside_64_connections(desk, caplog)


def make_and_revoke_tokens_beside_64_connections(desk, caplog):
    body = desk.an_inquiry(callback={"email": f"{CANARY}@example.org"})
    secrets = []
    for round_ in range(2):
        token = {"name": f"desk {round_}", "role": "intake"}
        requests = [("POST", "/v1/inquiries", {"json": body})] * 64
        requests[10:10] = [("POST", "/v1/tokens", {"json": token})] * 4
        answers = desk.as_("supervisor").at_once(requests)
        assert {answer.status_code for answer in answers} == {201}
        made = [answer.json() for answer in answers if "secret" in answer.json()]
        mixed = [("POST", "/v1/inquiries", {"json": body})] * 60
        mixed[5:5] = [("DELETE", f"/v1/tokens/{each['id']}", {}) for each in made]
        answers = desk.as_("supervisor").at_once(mixed)
        secrets += [each["secret"] for each in made]
        others = b"".join(answer.content for answer in answers)
        assert not any(each["secret"].encode() in others for each in made)

    assert len(set(secrets)) == 8
    for secret in [*secrets, *desk.room.secrets.values(), f"{CANARY}@example.org"]:
        assert_nowhere(secret, desk, caplog)
    for secret in secrets:
        is_problem(desk.with_token(secret).post("/v1/inquiries", body), "unauthenticated")
