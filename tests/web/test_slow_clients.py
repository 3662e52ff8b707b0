"""Slow and silent clients are cut off, whatever they hold back, by a process of its own with short times."""

import json
import socket
import time

import pytest

from tests.process import migrated

SHORT_TIMES = """
import app.serving
app.serving.HEADER_SECONDS = 0.5
app.serving.KEEP_ALIVE_SECONDS = 1
app.serving.BODY_SECONDS = 1.0
"""
CUT_OFF_WITHIN = 5.0


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    process = migrated(tmp_path_factory.mktemp("slow"), before=SHORT_TIMES)
    process.dispatcher = process.token("dispatcher")
    process.start()
    yield process
    process.close()


def connected(service):
    opened = socket.create_connection(("127.0.0.1", service.port), timeout=CUT_OFF_WITHIN)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def seconds_until_closed(opened, *, drip=b""):
    """Return after how many seconds the service closes a connection, sending a byte of `drip` now and then."""
    began = time.monotonic()
    opened.settimeout(0.1)
    while time.monotonic() - began < CUT_OFF_WITHIN:
        try:
            if drip:
                opened.sendall(drip[:1])
            if not opened.recv(65536):
                return time.monotonic() - began
        except TimeoutError:
            continue
        except OSError:
            return time.monotonic() - began
    raise AssertionError("the service waits on")


def head(path, *headers, method="POST"):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *headers, "", ""]).encode()


def test_a_client_that_says_nothing_is_cut_off(service):
    with connected(service) as opened:
        assert seconds_until_closed(opened) < CUT_OFF_WITHIN


def test_a_client_that_drips_its_headers_is_cut_off(service):
    with connected(service) as opened:
        opened.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert seconds_until_closed(opened, drip=b"a") < CUT_OFF_WITHIN


def test_a_client_that_drips_the_headers_of_its_second_request_is_cut_off(service):
    with connected(service) as opened:
        opened.sendall(head("/healthz", method="GET"))
        assert b"200 OK" in opened.recv(65536)
        opened.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert seconds_until_closed(opened, drip=b"a") < CUT_OFF_WITHIN


def test_a_client_that_goes_silent_after_an_answer_is_cut_off(service):
    with connected(service) as opened:
        opened.sendall(head("/healthz", method="GET"))
        assert seconds_until_closed(opened) < CUT_OFF_WITHIN


@pytest.mark.parametrize("drip", [b"", b" "], ids=["silent", "dripping"])
@pytest.mark.parametrize("who", ["dispatcher", "nobody"])
@pytest.mark.parametrize("length", ["Content-Length: 60000", "Transfer-Encoding: chunked"])
def test_a_client_that_keeps_its_body_back_is_cut_off(service, who, drip, length):
    token = [f"Authorization: Bearer {service.dispatcher}"] if who == "dispatcher" else []
    with connected(service) as opened:
        opened.sendall(head("/v1/inquiries", "Content-Type: application/json", length, *token))
        if "chunked" in length:
            opened.sendall(b"ffff\r\n")
        assert seconds_until_closed(opened, drip=drip) < CUT_OFF_WITHIN


def test_a_body_that_nobody_reads_is_not_waited_for(service):
    with connected(service) as opened:
        opened.sendall(head("/healthz", "Content-Length: 60000", method="GET"))
        assert seconds_until_closed(opened, drip=b"x") < CUT_OFF_WITHIN


@pytest.mark.parametrize("line", [b"X-Long: " + b"a" * 2_000_000, b"X-Many: 1\r\n" * 100_000], ids=["long", "many"])
def test_headers_without_end_are_cut_off(service, line):
    with connected(service) as opened:
        answered = b""
        try:
            opened.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + line)
            opened.sendall(b"\r\n\r\n")
            answered = opened.recv(65536)
        except OSError:
            pass
    assert b"200 OK" not in answered


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /v1/inquiries HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /v1/inquiries HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/inquiries HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/inquiries HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_http_or_has_two_meanings_is_refused(service, sent):
    with connected(service) as opened:
        opened.sendall(sent)
        opened.settimeout(CUT_OFF_WITHIN)
        answered = opened.recv(65536)
    assert answered == b"" or answered.split(b" ", 2)[1] in {b"400", b"401"}


def test_all_that_time_others_are_served_and_nothing_of_it_is_logged_as_a_failure(service):
    held = [connected(service) for _ in range(50)]
    for opened in held:
        opened.sendall(b"POST /v1/inquiries HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    assert service.request("GET", "/v1/inquiries", service.dispatcher).status_code == 200
    for opened in held:
        opened.close()

    lines = [json.loads(line) for line in service.log().splitlines()]
    assert [line for line in lines if line["level"] in {"error", "critical"} or "Traceback" in str(line)] == []
