"""Look-ups are limited by IPv4 address or IPv6 /64; wrong tokens are limited too; proxies are believed if trusted."""

from ipaddress import ip_network

import pytest
from limits import parse
from starlette.requests import HTTPConnection

from app.web import limits
from app.web.problems import HttpRefusal
from tests.problem import is_problem

UNKNOWN = "/v1/status/AAAA-AAAA-AAAA"


def test_an_address_may_look_up_as_often_as_is_set_and_is_then_told_when_to_come_back(desk_with):
    desk = desk_with(public_rate="3/minute")
    inquiry = desk.logged()
    asker = desk.as_(None).from_("198.51.100.7")

    codes = [asker.get(f"/v1/status/{inquiry['receipt']}").status_code for _ in range(3)]
    refused = asker.get(f"/v1/status/{inquiry['receipt']}")

    assert codes == [200] * 3
    is_problem(refused, "rate-limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert desk.as_(None).from_("198.51.100.8").get(f"/v1/status/{inquiry['receipt']}").status_code == 200


def test_who_comes_back_when_told_to_is_let_in(monkeypatch):
    now = [1_000_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    counted = limits.Limits(parse("1/minute"), ())
    asker = HTTPConnection({"type": "http", "client": ("198.51.100.7", 50_000), "headers": []})
    counted.look_up(asker)

    now[0] += 0.6
    with pytest.raises(HttpRefusal) as refused:
        counted.look_up(asker)

    now[0] += int(refused.value.headers["Retry-After"])
    counted.look_up(asker)


def test_known_and_unknown_receipts_count_the_same(desk_with):
    desk = desk_with(public_rate="2/minute")
    asker = desk.as_(None).from_("198.51.100.7")

    assert [asker.get(UNKNOWN).status_code for _ in range(3)] == [404, 404, 429]


def test_an_ipv6_site_of_64_bits_is_one_client(desk_with):
    desk = desk_with(public_rate="2/minute").as_(None)

    sites = [desk.from_(f"2001:db8:0:1::{n}").get(UNKNOWN).status_code for n in range(1, 4)]

    assert sites == [404, 404, 429]
    assert desk.from_("2001:db8:0:2::1").get(UNKNOWN).status_code == 404


def test_an_ipv4_address_is_the_same_client_when_it_comes_mapped_into_ipv6(desk_with):
    desk = desk_with(public_rate="2/minute").as_(None)

    came = ["198.51.100.7", "::ffff:198.51.100.7", "198.51.100.7"]
    assert [desk.from_(each).get(UNKNOWN).status_code for each in came] == [404, 404, 429]
    assert desk.from_("::ffff:198.51.100.8").get(UNKNOWN).status_code == 404


def test_unknown_receipts_are_limited_in_all_at_twenty_times_the_rate(desk_with):
    desk = desk_with(public_rate="2/minute")
    inquiry = desk.logged()
    codes = [desk.as_(None).from_(f"198.51.100.{n}").get(UNKNOWN).status_code for n in range(1, 42)]

    assert codes == [404] * 40 + [429]
    assert desk.as_(None).from_("198.51.100.99").get(f"/v1/status/{inquiry['receipt']}").status_code == 200


def forwarded(*lines):
    return [("X-Forwarded-For", line) for line in lines]


def test_a_forwarding_header_from_a_stranger_is_not_believed(desk_with):
    desk = desk_with(public_rate="2/minute").as_(None).from_("198.51.100.7")

    codes = [desk.get(UNKNOWN, headers=forwarded(f"203.0.113.{n}")).status_code for n in range(3)]

    assert codes == [404, 404, 429]


@pytest.mark.parametrize(
    "lines",
    [
        ["203.0.113.1"],
        ["192.0.2.66, 203.0.113.1"],
        ["192.0.2.66, 203.0.113.1, 10.0.0.9"],
        ["192.0.2.66", "203.0.113.1"],
        ["192.0.2.66", "203.0.113.1, 10.0.0.9"],
        ["nonsense, 203.0.113.1"],
    ],
    ids=str,
)
def test_a_trusted_proxy_tells_who_asks_and_what_stands_further_out_is_not_believed(desk_with, lines):
    proxied = desk_with(public_rate="2/minute", trusted_proxies=[ip_network("10.0.0.0/8")]).as_(None).from_("10.0.0.1")
    for _ in range(2):
        proxied.get(UNKNOWN, headers=forwarded("203.0.113.1"))

    assert proxied.get(UNKNOWN, headers=forwarded(*lines)).status_code == 429
    assert proxied.get(UNKNOWN, headers=forwarded("203.0.113.2")).status_code == 404


def test_dispatchers_are_not_slowed_down_by_the_limit_of_the_public(desk_with):
    desk = desk_with(public_rate="1/minute")
    desk.as_(None).get(UNKNOWN)
    desk.as_(None).get(UNKNOWN)

    assert [desk.get("/v1/inquiries").status_code for _ in range(5)] == [200] * 5


def test_wrong_tokens_are_limited_by_address_and_right_ones_are_not(desk_with, monkeypatch):
    monkeypatch.setattr(limits, "WRONG_TOKENS", parse("3/minute"))
    desk = desk_with()
    thief = desk.with_token("iceconf_guess").from_("198.51.100.7")

    codes = [thief.get("/v1/inquiries").status_code for _ in range(4)]

    assert codes == [401, 401, 401, 429]
    assert desk.from_("198.51.100.7").get("/v1/inquiries").status_code == 200
    assert desk.with_token("iceconf_guess").from_("198.51.100.8").get("/v1/inquiries").status_code == 401
