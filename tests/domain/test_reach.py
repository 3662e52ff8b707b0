"""Which addresses webhooks may reach: each kind of internal address, in each of its disguises, is refused."""

from ipaddress import ip_address

import pytest

from app.domain.reach import Reach, is_public

INTERNAL = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",  # noqa: S104  # no binding
    "168.63.129.16", "169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1",
    "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8",
    "64:ff9b::a9fe:a9fe", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:db8::1",
    "2002:7f00:1::", "2002:a9fe:a9fe::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
    "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "172.15.0.1", "172.32.0.1", "100.128.0.1", "169.253.1.1"]
PUBLIC += ["2606:4700::1111", "2a00:1450::1", "2001:4860:4860::8888"]
NOWHERE_ELSE = Reach()


@pytest.mark.parametrize("address", INTERNAL)
def test_an_internal_address_is_refused_whoever_names_it(address):
    assert not is_public(ip_address(address))
    assert not NOWHERE_ELSE.permits("hooks.example.org", [address], plain=False)
    assert not NOWHERE_ELSE.permits_name(address, plain=False)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_reached_over_https_alone(address):
    assert NOWHERE_ELSE.permits("hooks.example.org", [address], plain=False)
    assert not NOWHERE_ELSE.permits("hooks.example.org", [address], plain=True)


def test_a_name_that_leads_to_one_internal_address_among_public_ones_is_refused_whole():
    assert not NOWHERE_ELSE.permits("hooks.example.org", ["1.1.1.1", "127.0.0.1"], plain=False)
    assert not NOWHERE_ELSE.permits("hooks.example.org", ["127.0.0.1", "1.1.1.1"], plain=False)
    assert not NOWHERE_ELSE.permits("hooks.example.org", [], plain=False)


@pytest.mark.parametrize(
    "name",
    ["localhost", "LOCALHOST.", "x.localhost", "printer", "printer.local", "metadata.google.internal", "nas.lan"],
)
def test_a_local_name_is_refused_before_anybody_looks_it_up(name):
    assert not NOWHERE_ELSE.permits_name(name, plain=False)


def test_a_public_name_may_be_named_for_https_and_not_for_http():
    assert NOWHERE_ELSE.permits_name("hooks.example.org", plain=False)
    assert not NOWHERE_ELSE.permits_name("hooks.example.org", plain=True)


def test_what_the_operator_allows_is_reached_also_without_tls():
    reach = Reach.of(["cad.cabq.internal", "10.20.0.0/16", "fd00:1::/64", "127.0.0.1"])

    for host, address in [
        ("cad.cabq.internal", "10.9.9.9"),
        ("CAD.cabq.internal.", "10.9.9.9"),
        ("desk", "10.20.1.1"),
        ("desk", "fd00:1::5"),
        ("localhost", "127.0.0.1"),
    ]:
        assert reach.permits(host, [address], plain=True)
        assert reach.permits_name(host, plain=True)
    for address in ("10.21.0.1", "127.0.0.2", "fd00:2::1", "169.254.169.254"):
        assert not reach.permits("desk", [address], plain=False)
    assert not reach.permits("desk", ["8.8.8.8"], plain=True)
