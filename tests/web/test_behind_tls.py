"""Behind a proxy that ends TLS: what a trusted one says counts, what anybody else says does not."""

from ipaddress import ip_network

import pytest
from limits import parse

from app.web.limits import Limits


def scope(address, **headers):
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "client": (address, 4711), "headers": lines}


@pytest.mark.parametrize(
    ("address", "told", "behind"),
    [
        ("10.0.0.7", "https", True),
        ("10.0.0.7", "http", False),
        ("10.0.0.7", "https, http", False),  # the nearest proxy's own word is the last
        ("192.0.2.1", "https", False),
        ("", "https", False),
    ],
)
def test_tls_is_believed_of_a_trusted_proxy_alone(address, told, behind):
    limits = Limits(parse("60/minute"), [ip_network("10.0.0.0/8")])

    assert limits.is_behind_tls(scope(address, x_forwarded_proto=told)) is behind


def test_without_a_word_there_is_no_tls():
    assert not Limits(parse("60/minute"), [ip_network("10.0.0.0/8")]).is_behind_tls(scope("10.0.0.7"))
