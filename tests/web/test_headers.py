"""What stands around every answer: security headers, the request's id, HEAD, and no word to other origins."""

import re

import pytest

from tests.problem import is_problem
from tests.process import migrated

EVERYWHERE = [
    "/v1/inquiries",
    "/v1/nothing",
    "/v1/status/x",
    "/healthz",
    "/docs",
    "/problems/gone",
    "/static/style.css",
]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_has_the_security_headers(shared_desk, path):
    headers = shared_desk.get(path).headers

    policy = dict(rule.strip().partition(" ")[::2] for rule in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers
    assert "strict-transport-security" not in headers


def test_hsts_is_told_behind_tls_alone(shared_desk):
    assert "max-age" in shared_desk.over_tls().get("/healthz").headers["strict-transport-security"]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_the_request_s_id_is_made_here_and_never_taken_from_a_header(shared_desk, path):
    mine = "11111111-2222-4333-8444-555555555555"
    names = ("X-Request-Id", "Request-Id", "X-Correlation-Id", "Traceparent", "X-Amzn-Trace-Id", "Instance")

    answers = [shared_desk.get(path, headers=dict.fromkeys(names, mine)) for _ in range(2)]

    ids = {answer.headers["x-request-id"] for answer in answers}
    assert len(ids) == 2
    assert mine not in ids
    assert all(mine not in answer.text for answer in answers)


@pytest.mark.parametrize("path", ["/v1/inquiries", "/v1/tokens", "/v1/status/x", "/v1/screen", "/readyz", "/docs"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_other_origins_are_told_nothing(shared_desk, method, path):
    asking = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }

    answer = shared_desk.as_("supervisor").request(method, path, headers=asking)

    assert [name for name in answer.headers if name.startswith("access-control-")] == []
    assert "elsewhere" not in str(answer.headers) + answer.text


def test_head_is_get_without_its_body(desk):
    inquiry = desk.logged()
    for path in (f"/v1/inquiries/{inquiry['id']}", "/v1/inquiries", f"/v1/status/{inquiry['receipt']}", "/healthz"):
        got, headed = desk.get(path), desk.request("HEAD", path)
        assert headed.status_code == got.status_code == 200
        assert headed.content == b""
        differing = {name for name in got.headers if got.headers[name] != headed.headers.get(name)}
        assert differing == {"x-request-id"}


def test_a_connection_is_of_use_after_a_head(tmp_path):
    service = migrated(tmp_path)
    try:
        service.start()
        paths = ("/healthz", "/v1/log", "/", "/v1/log?format=csv", "/v1/log/nothing")
        answers = [service.client.request(method, path) for path in paths for method in ("HEAD", "GET")]
        assert [answer.status_code for answer in answers] == [200] * 8 + [404] * 2
        assert [answer.content for answer in answers[::2]] == [b""] * 5
        assert '"level": "error"' not in service.log()
    finally:
        service.close()


def test_head_of_what_there_is_not_is_404_without_a_body(shared_desk):
    answer = shared_desk.request("HEAD", "/v1/status/nothing")

    assert (answer.status_code, answer.content) == (404, b"")


def test_head_needs_the_token_that_get_needs(shared_desk):
    assert shared_desk.as_(None).request("HEAD", "/v1/inquiries").status_code == 401
    assert shared_desk.as_("intake").request("HEAD", "/v1/inquiries").status_code == 403


CREDENTIALS = [
    *("", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "bearer x", "Bearer iceconf_x", "Token iceconf_x"),
    *("Bearer " + "x" * 201, "Bearer é", "Bearer a b", "Bearer \x00"),
]


@pytest.mark.parametrize("value", CREDENTIALS)
def test_what_is_no_token_is_401_with_a_challenge(shared_desk, value):
    answer = shared_desk.as_(None).get("/v1/inquiries", headers=[("Authorization", value.encode("latin-1"))])

    is_problem(answer, "unauthenticated")
    assert re.match(r'Bearer realm="[^"]+"', answer.headers["www-authenticate"])


def test_the_scheme_s_name_is_read_in_any_case(shared_desk):
    nobody = shared_desk.as_(None)
    for scheme in ("bearer", "BEARER"):
        assert (
            nobody.get("/v1/inquiries", headers={"Authorization": f"{scheme} {shared_desk.token}"}).status_code == 200
        )


def test_a_token_in_the_query_or_a_cookie_opens_nothing(shared_desk):
    nobody = shared_desk.as_(None)

    is_problem(nobody.get(f"/v1/inquiries?access_token={shared_desk.token}"), "unauthenticated")
    is_problem(nobody.get("/v1/inquiries", headers={"Cookie": f"token={shared_desk.token}"}), "unauthenticated")
