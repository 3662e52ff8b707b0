"""A request with several faults is told the first one in the contract's order, whatever else is wrong with it."""

import pytest

from tests.problem import is_problem

UNKNOWN = "019a9c1e-7a50-7c3e-9f00-3f2b8a6d5c41"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def answered_path(shared_desk):
    inquiry = shared_desk.logged()
    return f"/v1/inquiries/{inquiry['id']}/withdraw"


def test_the_path_comes_before_the_token(shared_desk):
    nobody = shared_desk.as_(None)

    is_problem(nobody.get("/v1/nothing"), "not-found")
    is_problem(nobody.get("/v1/inquiries/"), "not-found")
    is_problem(nobody.put("/v1/inquiries", content=b"{"), "method-not-allowed")


def test_the_token_comes_before_the_body(shared_desk):
    for content, headers in ((b"{", JSON), (b"x" * 70_000, JSON), (b"<x/>", {"Content-Type": "application/xml"})):
        is_problem(shared_desk.as_(None).post("/v1/inquiries", content=content, headers=headers), "unauthenticated")
        is_problem(shared_desk.as_("auditor").post("/v1/inquiries", content=content, headers=headers), "forbidden")


def test_the_role_comes_before_the_query_and_the_resource(shared_desk):
    is_problem(shared_desk.as_("intake").get("/v1/inquiries?nonsense=1"), "forbidden")
    is_problem(shared_desk.as_("auditor").post(f"/v1/inquiries/{UNKNOWN}/claim", {}), "forbidden")


def test_size_comes_before_the_media_type_and_that_before_json_and_that_before_the_shape(shared_desk):
    xml = {"Content-Type": "application/xml"}

    is_problem(shared_desk.post("/v1/inquiries", content=b"{" * 70_000, headers=xml), "too-large")
    is_problem(shared_desk.post("/v1/inquiries", content=b"{", headers=xml), "unsupported-media-type")
    is_problem(shared_desk.post("/v1/inquiries?x=1", content=b"{", headers=JSON), "invalid-request", status=400)
    is_problem(shared_desk.post(f"/v1/inquiries/{UNKNOWN}/withdraw", {"reason": "x"}), "invalid-request")


def test_the_shape_comes_before_a_repeated_key(shared_desk, answered_path):
    key = {"Idempotency-Key": "order-1"}
    assert shared_desk.post(answered_path, {"reason": "by_asker"}, headers=key).status_code == 200

    is_problem(shared_desk.post(answered_path, {"reason": "because"}, headers=key), "invalid-request")


def test_a_repeated_key_comes_before_the_resource_s_state(shared_desk, answered_path):
    key = {"Idempotency-Key": "order-2"}
    body = {"reason": "by_asker"}
    assert shared_desk.post(answered_path, body, headers=key).status_code == 200

    again = shared_desk.post(answered_path, body, headers={**key, "If-Match": '"0"'})
    other = shared_desk.post(answered_path, {"reason": "duplicate"}, headers={**key, "If-Match": '"0"'})

    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    is_problem(other, "idempotency-key-reused")


@pytest.mark.parametrize("verb", ["withdraw", "answered", "claim"])
def test_an_absent_resource_comes_before_what_was_expected_of_it(shared_desk, verb):
    body = {"withdraw": {"reason": "by_asker"}, "answered": {"method": "web"}, "claim": {}}[verb]
    for inquiry_id in (UNKNOWN, "nonsense", "%00", "../x", UNKNOWN.upper() + "0"):
        answer = shared_desk.post(f"/v1/inquiries/{inquiry_id}/{verb}", body, headers={"If-Match": '"0"'})
        is_problem(answer, "not-found")


def test_412_comes_before_the_screen_and_that_before_409(desk):
    desk.contact()
    call = desk.called(desk.logged(), outcome="declined")
    path, offending = f"/v1/calls/{call['id']}/outcome", {"outcome": "declined", "note": "took A123456789 away"}

    is_problem(desk.post(f"/v1/calls/{UNKNOWN}/outcome", offending), "not-found")
    is_problem(desk.post(path, offending, headers={"If-Match": '"0"'}), "precondition-failed")
    is_problem(desk.post(path, offending), "protected-detail")
    is_problem(desk.post(path, {"outcome": "declined"}), "outcome-recorded")


def test_the_rules_come_before_409(desk):
    inquiry = desk.logged()
    desk.post(f"/v1/inquiries/{inquiry['id']}/withdraw", {"reason": "by_asker"})

    unknown = desk.post(f"/v1/inquiries/{inquiry['id']}/withdraw", {"reason": "duplicate", "replaced_by": UNKNOWN})
    ahead = desk.post("/v1/calls", {"inquiry_ids": [inquiry["id"]], "placed_at": desk.clock.ago(minutes=-5)})

    is_problem(unknown, "invalid-request")
    is_problem(ahead, "invalid-request")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/v1/inquiries", {"GET", "POST"}),
        ("DELETE", "/v1/calls", {"GET", "POST"}),
        ("POST", f"/v1/inquiries/{UNKNOWN}", {"GET"}),
        ("POST", f"/v1/inquiries/{UNKNOWN}/callback", {"GET", "PUT", "DELETE"}),
        ("GET", f"/v1/inquiries/{UNKNOWN}/claim", {"POST", "DELETE"}),
        ("POST", f"/v1/contacts/{UNKNOWN}", {"GET", "PATCH"}),
        ("PATCH", f"/v1/tokens/{UNKNOWN}", {"GET", "DELETE"}),
        ("POST", "/healthz", {"GET"}),
        ("POST", "/openapi.json", {"GET"}),
        ("OPTIONS", "/v1/inquiries", {"GET", "POST"}),
        ("TRACE", "/v1/status/x", {"GET"}),
    ],
)
def test_a_method_that_a_path_does_not_take_is_told_those_that_it_takes(shared_desk, method, path, allow):
    answer = shared_desk.request(method, path)

    is_problem(answer, "method-not-allowed")
    assert set(answer.headers["allow"].replace(" ", "").split(",")) - {"HEAD"} == allow
