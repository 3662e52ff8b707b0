"""Webhooks over HTTP: endpoints and their secrets, what may be reached, deliveries and replays; and end to end."""

import json
import re

import pytest
from standardwebhooks import Webhook

from app.store.tables import WebhookRow
from tests.databases import every_byte_under
from tests.delivery import receivers
from tests.delivery.receivers import receiving, wait_until
from tests.desk import UNKNOWN_ID, open_desk
from tests.problem import codes, is_problem, pointers

HOOK = {"url": "https://cad.example.org/hooks/ice", "events": ["inquiry.status_changed"]}
EVENTS = [
    "inquiry.logged", "call.outcome_recorded", "inquiry.status_changed", "alert.city_facility",
    "alert.possible_impersonation",
]  # fmt: skip


@pytest.fixture
def supervisor(desk):
    return desk.as_("supervisor")


@pytest.fixture
def local(database_url, data_dir):
    """A supervisor's desk whose webhooks may reach this machine."""
    with open_desk(database_url, data_dir, webhook_allow=["127.0.0.0/8"]) as opened:
        yield opened.as_("supervisor")


def added(desk, **changed):
    answer = desk.post("/v1/webhooks", {**HOOK, **changed})
    assert answer.status_code == 201, answer.text
    return answer.json()


ROUTES = [
    ("POST", "/v1/webhooks"),
    ("GET", "/v1/webhooks"),
    ("GET", f"/v1/webhooks/{UNKNOWN_ID}"),
    ("PATCH", f"/v1/webhooks/{UNKNOWN_ID}"),
    ("DELETE", f"/v1/webhooks/{UNKNOWN_ID}"),
    ("POST", f"/v1/webhooks/{UNKNOWN_ID}/secret"),
    ("GET", f"/v1/webhooks/{UNKNOWN_ID}/deliveries"),
    ("POST", f"/v1/webhooks/{UNKNOWN_ID}/deliveries/{UNKNOWN_ID}/retry"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_and_a_dispatcher_may_not_and_an_auditor_reads_alone(shared_desk, method, path):
    is_problem(shared_desk.as_(None).request(method, path), "unauthenticated")
    is_problem(shared_desk.as_("dispatcher").request(method, path), "forbidden")
    answer = shared_desk.as_("auditor").request(method, path)
    assert (answer.status_code == 403) == (method != "GET")


def test_the_201_carries_the_secret_and_nothing_after_it_does(desk, supervisor):
    answer = supervisor.post("/v1/webhooks", {**HOOK, "description": "computer-aided dispatch"})

    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/webhooks/{made['id']}"
    secret = made.pop("secret")
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    assert made == {
        "id": made["id"],
        "url": "https://cad.example.org/hooks/ice",
        "description": "computer-aided dispatch",
        "events": ["inquiry.status_changed"],
        "active": True,
        "created_at": "2026-03-10T19:00:00.000Z",
        "disabled_at": None,
        "older_secret_until": None,
    }
    assert supervisor.get(answer.headers["location"]).json() == made
    assert supervisor.get("/v1/webhooks").json()["items"] == [made]
    assert desk.as_("auditor").get("/v1/webhooks").json()["items"] == [made]


def test_a_repeated_request_adds_no_second_endpoint_and_shows_no_secret(supervisor):
    headers = {"Idempotency-Key": "once"}

    first = supervisor.post("/v1/webhooks", HOOK, headers=headers)
    second = supervisor.post("/v1/webhooks", HOOK, headers=headers)

    assert (second.status_code, second.headers["idempotency-replayed"]) == (201, "true")
    assert second.json() == {**first.json(), "secret": None}
    assert len(supervisor.get("/v1/webhooks").json()["items"]) == 1


def test_no_secret_is_readable_in_any_file(sqlite_url, data_dir, caplog):
    caplog.set_level("DEBUG")
    with open_desk(sqlite_url, data_dir) as desk:
        secret = added(desk.as_("supervisor"))["secret"].removeprefix("whsec_")
        with desk.service.database.read() as session:
            sealed = session.execute(WebhookRow.__table__.select()).one().secret
    everything = every_byte_under(data_dir) + caplog.text.encode()
    assert sealed in everything
    assert secret.encode() not in everything
    import base64  # noqa: PLC0415  # loaded only where it is needed

    assert base64.b64decode(secret) not in everything
    assert (data_dir / "webhook.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "url",
    [
        "http://cad.example.org/", "https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data/", "https://192.168.1.1:8443/", "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::a9fe:a9fe]/", "https://2130706433/", "https://0x7f.1/", "https://127.1/",
        "https://0177.0.0.1/", "https://desk.local/", "https://metadata.google.internal/", "https://printer/",
        "https://100.100.100.200/", "https://[fd00:ec2::254]/", "https://168.63.129.16/", "https://localhost./",
    ],
)  # fmt: skip
def test_a_url_that_may_not_be_reached_is_refused_at_url(shared_desk, url):
    problem = is_problem(shared_desk.as_("supervisor").post("/v1/webhooks", {**HOOK, "url": url}), "invalid-request")

    assert (pointers(problem), codes(problem)) == (["/url"], ["may_not_be_reached"])
    assert url not in json.dumps(problem)


@pytest.mark.parametrize(
    "url",
    [
        "", "cad.example.org", "ftp://cad.example.org/", "file:///etc/passwd", "https://", "https://user@example.org/",
        "https://user:pass@example.org/", "https://example.org/#part", "https://exa mple.org/", "javascript:alert(1)",
        "https://example.org/" + "x" * 1000, 7, None,
    ],
)  # fmt: skip
def test_what_is_no_url_is_refused_at_url(shared_desk, url):
    problem = is_problem(shared_desk.as_("supervisor").post("/v1/webhooks", {**HOOK, "url": url}), "invalid-request")

    assert pointers(problem) == ["/url"]


def test_a_public_name_that_leads_inside_is_refused_when_it_is_given(sqlite_url, data_dir):
    async def leads_inside(_host, _port):
        return ["93.184.215.14", "10.0.0.7"]

    async def leads_nowhere(_host, _port):
        raise OSError

    with open_desk(sqlite_url, data_dir, look_up=leads_inside) as desk:
        is_problem(desk.as_("supervisor").post("/v1/webhooks", HOOK), "invalid-request")
    with open_desk(sqlite_url, data_dir, look_up=leads_nowhere) as desk:
        added(desk.as_("supervisor"))  # each connection is checked anyway


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"events": []}, "/events"),
        ({"events": ["inquiry.erased"]}, "/events/0"),
        ({"events": ["inquiry.logged", "inquiry.logged"]}, "/events"),
        ({"events": None}, "/events"),
        ({"description": "x" * 201}, "/description"),
        ({"secret": "whsec_mine"}, ""),
        ({"id": UNKNOWN_ID}, ""),
    ],
)
def test_what_else_is_wrong_is_refused_where_it_is(shared_desk, changed, pointer):
    problem = is_problem(shared_desk.as_("supervisor").post("/v1/webhooks", {**HOOK, **changed}), "invalid-request")

    assert pointers(problem) == [pointer]


def test_the_screen_reads_the_description(supervisor):
    problem = is_problem(supervisor.post("/v1/webhooks", {**HOOK, "description": "for A123456789"}), "protected-detail")
    assert pointers(problem) == ["/description"]
    path = f"/v1/webhooks/{added(supervisor)['id']}"
    is_problem(supervisor.patch(path, {"description": "for A123456789"}), "protected-detail")


def test_an_endpoint_is_changed_stopped_and_started_again(desk, supervisor):
    path = f"/v1/webhooks/{added(supervisor)['id']}"
    desk.clock.forward(minutes=1)

    stopped = supervisor.patch(path, {"active": False}).json()
    started = supervisor.patch(path, {"active": True, "events": ["inquiry.logged"], "description": "CAD"}).json()

    assert (stopped["active"], stopped["disabled_at"]) == (False, "2026-03-10T19:01:00.000Z")
    assert (started["active"], started["disabled_at"]) == (True, None)
    assert (started["events"], started["description"], started["url"]) == (["inquiry.logged"], "CAD", HOOK["url"])
    is_problem(supervisor.patch(path, {"url": "https://10.0.0.1/"}), "invalid-request")
    is_problem(supervisor.patch(f"/v1/webhooks/{UNKNOWN_ID}", {"url": "https://10.0.0.1/"}), "not-found")
    assert supervisor.patch(path, {}).json() == started


def test_a_change_of_an_older_state_is_412(supervisor):
    path = f"/v1/webhooks/{added(supervisor)['id']}"
    stale = {"If-Match": '"0"'}

    is_problem(supervisor.patch(path, {"active": False}, headers=stale), "precondition-failed")
    is_problem(supervisor.delete(path, headers=stale), "precondition-failed")
    is_problem(supervisor.post(f"{path}/secret", headers=stale), "precondition-failed")
    etag = supervisor.get(path).headers["etag"]
    assert supervisor.patch(path, {"active": False}, headers={"If-Match": etag}).status_code == 200


def test_a_removed_endpoint_is_gone_with_its_deliveries(desk, supervisor):
    webhook = added(supervisor, events=["inquiry.logged"])
    supervisor.patch(f"/v1/webhooks/{webhook['id']}", {"active": True})
    path = f"/v1/webhooks/{webhook['id']}"

    answer = supervisor.delete(path)

    assert (answer.status_code, answer.json()["id"], "secret" in answer.json()) == (200, webhook["id"], False)
    for gone in (path, f"{path}/deliveries"):
        is_problem(supervisor.get(gone), "not-found")
    is_problem(supervisor.delete(path), "not-found")
    desk.logged()
    assert supervisor.get("/v1/webhooks").json()["items"] == []


def test_a_rotation_gives_a_new_secret_once_and_says_how_long_the_older_one_signs(supervisor):
    webhook = added(supervisor)
    path = f"/v1/webhooks/{webhook['id']}/secret"

    first = supervisor.post(path, headers={"Idempotency-Key": "r"})
    repeated = supervisor.post(path, headers={"Idempotency-Key": "r"})

    assert first.status_code == repeated.status_code == 200
    assert first.json()["secret"].startswith("whsec_")
    assert first.json()["secret"] != webhook["secret"]
    assert first.json()["older_secret_until"] == "2026-03-11T19:00:00.000Z"
    assert repeated.json() == {**first.json(), "secret": None}


def test_there_are_a_hundred_endpoints_at_most(desk_with):
    supervisor = desk_with().as_("supervisor")
    for _ in range(100):
        added(supervisor)

    assert codes(is_problem(supervisor.post("/v1/webhooks", HOOK), "invalid-request")) == ["too_many"]


# From end to end


def test_a_day_at_the_desk_is_told_in_order_and_signed(local):
    desk = local.as_("dispatcher")
    local.contact()
    local.facility()
    with receiving() as receiver:
        webhook = added(local, url=receiver.url, events=EVENTS)
        inquiry = desk.logged(place={"address": "1 Civic Plaza NW", "facility": "city-hall"})
        call = desk.called(inquiry)
        desk.post(f"/v1/calls/{call['id']}/outcome", {"outcome": "not_ice"})
        local.post(f"/v1/calls/{call['id']}/correction", {"outcome": "confirmed", "reason": "They called back."})
        messages = [(each.headers["webhook-id"], json.loads(each.body)) for each in receiver.wait_for(7)]

    told = [(body["type"], body["data"]["status"], body["data"]["flags"]) for _, body in messages]
    hall, both = ["city_facility"], ["city_facility", "possible_impersonation"]
    assert told == [
        ("inquiry.logged", "open", hall),
        ("alert.city_facility", "open", hall),
        ("inquiry.status_changed", "calling", hall),
        ("call.outcome_recorded", "not_ice", both),
        ("inquiry.status_changed", "not_ice", both),
        ("alert.possible_impersonation", "not_ice", both),
        ("inquiry.status_changed", "confirmed", hall),
    ]
    assert [body["data"]["supersedes"] for _, body in messages] == [None] * 6 + [messages[4][0]]
    assert {body["data"]["number"] for _, body in messages} == {inquiry["number"]}
    assert messages[0][1]["data"]["facility"] == {"slug": "city-hall", "name": "City Hall"}
    first = receiver.messages[0]
    at = int(first.headers["webhook-timestamp"])
    assert at == int(desk.clock.now.timestamp())
    signed = f"{first.headers['webhook-id']}.{at}.{first.body.decode()}"
    assert first.headers["webhook-signature"] == Webhook(webhook["secret"]).sign(
        first.headers["webhook-id"], desk.clock.now, first.body.decode()
    )
    assert inquiry["receipt"] not in signed


def test_one_message_per_inquiry_of_a_call(local):
    desk = local.as_("dispatcher")
    local.contact()
    asked = [desk.logged() for _ in range(3)]
    with receiving() as receiver:
        added(local, url=receiver.url, events=["call.outcome_recorded"])
        desk.called(*asked, outcome="declined")
        messages = receiver.wait_for(3)

    assert [json.loads(each.body)["data"]["id"] for each in messages] == [each["id"] for each in asked]


def test_deliveries_are_listed_without_bodies_and_replayed_under_the_same_id(local):
    desk = local.as_("dispatcher")
    with receiving(receivers.says(500)) as receiver:
        webhook = added(local, url=receiver.url, events=["inquiry.logged"])
        path = f"/v1/webhooks/{webhook['id']}/deliveries"
        inquiry = desk.logged()
        wait_until(lambda: local.get(path).json()["items"][0]["attempts"] == 1)
        (delivery,) = local.get(path).json()["items"]
        answer = local.post(f"{path}/{delivery['id']}/retry")
        receiver.wait_for(2)

    assert delivery == {
        "id": delivery["id"],
        "message_id": receiver.ids[0],
        "type": "inquiry.logged",
        "inquiry_id": inquiry["id"],
        "created_at": "2026-03-10T19:00:00.000Z",
        "state": "waiting",
        "attempts": 1,
        "last_attempt_at": "2026-03-10T19:00:00.000Z",
        "last_result": "refused",
        "last_status": 500,
        "next_attempt_at": delivery["next_attempt_at"],
    }
    assert "2026-03-10T19:00:04.500Z" <= delivery["next_attempt_at"] <= "2026-03-10T19:00:05.500Z"
    assert (answer.status_code, answer.json()["id"]) == (200, delivery["id"])
    assert receiver.ids[1] == receiver.ids[0]
    stale = {"If-Match": '"0"'}
    is_problem(local.post(f"{path}/{delivery['id']}/retry", headers=stale), "precondition-failed")
    is_problem(local.post(f"{path}/{UNKNOWN_ID}/retry"), "not-found")
    is_problem(local.post(f"/v1/webhooks/{UNKNOWN_ID}/deliveries/{delivery['id']}/retry"), "not-found")


def test_deliveries_are_narrowed_by_how_they_stand_and_come_in_pages(local):
    desk = local.as_("dispatcher")
    with receiving() as receiver:
        webhook = added(local, url=receiver.url, events=["inquiry.logged"])
        path = f"/v1/webhooks/{webhook['id']}/deliveries"
        inquiries = [desk.logged()["id"] for _ in range(5)]
        wait_until(lambda: len(local.get(f"{path}?state=delivered").json()["items"]) == 5)

    assert local.get(f"{path}?state=failed").json()["items"] == []
    first = local.get(f"{path}?limit=3").json()
    second = local.get(f"{path}?limit=3&cursor={first['next']}").json()
    assert [each["inquiry_id"] for each in first["items"] + second["items"]] == inquiries[::-1]
    assert second["next"] is None
    is_problem(local.get(f"{path}?state=lost"), "invalid-request")


def test_a_replayed_creation_of_a_removed_endpoint_is_not_found(supervisor):
    headers = {"Idempotency-Key": "gone"}
    webhook = supervisor.post("/v1/webhooks", HOOK, headers=headers).json()
    supervisor.delete(f"/v1/webhooks/{webhook['id']}")

    is_problem(supervisor.post("/v1/webhooks", HOOK, headers=headers), "not-found")


def test_an_inquiry_logged_while_nobody_takes_anything_leaves_no_row(supervisor, desk):
    from app.store.tables import MessageRow  # noqa: PLC0415  # loaded only where it is needed

    added(supervisor, events=["alert.possible_impersonation"])
    desk.logged()
    with desk.service.database.read() as session:
        assert session.execute(MessageRow.__table__.select()).all() == []
