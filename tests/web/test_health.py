"""Health and figures: alive, ready or why not, and figures for those who may see them."""

import resource
from ipaddress import ip_network

import pytest

from tests.problem import is_problem


def test_alive_is_told_to_everybody(shared_desk):
    answer = shared_desk.as_(None).get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_is_told_with_what_it_stands_on(shared_desk):
    answer = shared_desk.as_(None).get("/readyz")

    assert answer.status_code == 200
    told = answer.json()
    assert told["status"] == told["database"] == told["migrations"] == told["writer"] == told["vault"] == "ok"
    assert told["screen_version"]
    assert told["erasures_waiting"] == 0


def test_a_vault_that_cannot_be_used_is_not_ready(desk, monkeypatch):
    monkeypatch.setattr(type(desk.service.vault), "can_be_used", lambda _vault: False)

    answer = desk.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "not ready"
    assert "day keys" in answer.json()["vault"]


def test_a_full_disk_is_not_ready_until_it_takes_something_again(desk_with):
    desk = desk_with()
    desk.logged()
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, allowed[1]))
    try:
        lost = desk.post("/v1/inquiries", desk.an_inquiry())
        full = [desk.get("/readyz") for _ in range(2)]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)

    is_problem(lost, "outcome-unknown")
    assert [answer.status_code for answer in full] == [503, 503]
    assert full[0].json()["writer"] == "cannot write"
    assert desk.get("/readyz").status_code == 200
    desk.logged()


def test_a_clock_that_jumped_is_not_ready(desk, monkeypatch):
    monkeypatch.setattr(type(desk.service.clock_watch), "state", lambda _watch: "the clock jumped")

    answer = desk.get("/readyz")

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


FORWARDING = [
    "Forwarded",
    "X-Forwarded-For",
    "X-Real-IP",
    "Via",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "True-Client-IP",
]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_figures_are_shown_to_loopback(shared_desk, address):
    answer = shared_desk.as_(None).from_(address).get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "http_requests_total" in answer.text


@pytest.mark.parametrize("address", ["198.51.100.7", "10.0.0.1", "2001:db8::1", "not an address"])
def test_figures_are_shown_to_nobody_else(shared_desk, address):
    is_problem(shared_desk.as_("supervisor").from_(address).get("/metrics"), "forbidden")


@pytest.mark.parametrize("header", FORWARDING)
def test_a_request_with_a_forwarding_header_is_not_loopback(shared_desk, header):
    is_problem(shared_desk.as_(None).get("/metrics", headers={header: "127.0.0.1"}), "forbidden")


def test_figures_are_shown_to_the_networks_that_are_set(desk_with):
    desk = desk_with(metrics_allow=[ip_network("10.1.0.0/16"), ip_network("2001:db8::/32")])

    assert desk.from_("10.1.2.3").get("/metrics").status_code == 200
    assert desk.from_("2001:db8::9").get("/metrics").status_code == 200
    assert desk.from_("10.2.0.1").get("/metrics").status_code == 403


def test_figures_count_by_template_and_hold_no_value_that_was_sent(desk):
    inquiry = desk.logged(note="Zxcanary in a note")
    desk.get(f"/v1/status/{inquiry['receipt']}")
    desk.get("/v1/zxcanary")
    desk.get("/v1/inquiries?zxcanary=1")
    desk.post("/v1/inquiries", desk.an_inquiry(note="A123456789"))

    figures = desk.get("/metrics").text

    assert 'http_requests_total{method="GET",route="/v1/status/{receipt}",status="200"} 1.0' in figures
    assert 'problems_total{type="protected-detail"} 1.0' in figures
    assert 'screened_texts_total{accepted="no"} 1.0' in figures
    for sent in ("zxcanary", "Zxcanary", inquiry["receipt"], inquiry["id"], "A123456789"):
        assert sent not in figures
