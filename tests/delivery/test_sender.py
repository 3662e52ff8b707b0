"""One message to one endpoint, whatever it does: what came of it is said, in time, and little is read."""

import asyncio
import gzip
import resource
import time

import httpx
import pytest
import respx

from app.delivery.sender import Sender
from app.domain.delivery import Attempt, Result
from app.domain.reach import Reach
from tests.delivery import receivers
from tests.delivery.certificates import new_authority
from tests.delivery.receivers import receiving, refused_port

LOOPBACK = Reach.of(["127.0.0.0/8"])
HEADERS = {"webhook-id": "019a9c20-aaaa-7000-8000-000000000001"}
BODY = '{"type":"inquiry.logged","note":"ñ"}'
# The deadline of these tests; the product's is 15 s.
SOON = 1.0


async def leads_here(_host, _port):
    return ["127.0.0.1"]


async def leads_to_itself(host, _port):
    return [host]


def send(*urls, reach=LOOPBACK, look_up=leads_to_itself, tls=None, deadline=SOON):
    """Send a message to each URL in turn, by one sender, and return what came of each."""

    async def sending():
        sender = Sender(reach, look_up=look_up, tls=tls, deadline_seconds=deadline)
        try:
            return [await sender.send(url, HEADERS, BODY) for url in urls]
        finally:
            await sender.close()

    return asyncio.run(sending())


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return new_authority(tmp_path_factory.mktemp("authority"))


def test_a_message_is_posted_as_it_stands_with_its_headers_and_no_cookie():
    with receiving() as receiver:
        (attempt,) = send(receiver.url)

    assert attempt == Attempt(Result.ACCEPTED, 204)
    (message,) = receiver.messages
    assert message.headers[":request"] == "POST /hook HTTP/1.1"
    assert message.body == BODY.encode()
    assert message.headers["content-type"] == "application/json"
    assert message.headers["accept-encoding"] == "identity"
    assert message.headers["webhook-id"] == HEADERS["webhook-id"]
    assert set(message.headers) == {
        ":request", "host", "accept", "accept-encoding", "connection", "content-length", "content-type", "user-agent",
        "webhook-id",
    }  # fmt: skip


def test_the_connection_is_kept_for_the_next_message():
    with receiving() as receiver:
        send(receiver.url, receiver.url, receiver.url)

    assert [message.connection for message in receiver.messages] == [1, 1, 1]


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, Result.ACCEPTED),
        (410, Result.GONE),
        (404, Result.REFUSED),
        (500, Result.REFUSED),
        (304, Result.REDIRECTED),
    ],
)
def test_a_status_is_what_an_attempt_came_to(status, result):
    with receiving(receivers.says(status)) as receiver:
        assert send(receiver.url) == [Attempt(result, status)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["http://169.254.169.254/latest/meta-data/", "/elsewhere", "http://127.0.0.1:1/"])
def test_no_redirect_is_followed_to_the_metadata_address_or_anywhere(status, where):
    with receiving(receivers.says(status, f"Location: {where}")) as receiver:
        assert send(receiver.url) == [Attempt(Result.REDIRECTED, status)]

    assert len(receiver.messages) == 1
    assert receiver.connections == 1


def test_a_port_that_refuses_is_no_connection():
    assert send(f"http://127.0.0.1:{refused_port()}/hook") == [Attempt(Result.NO_CONNECTION)]


@pytest.mark.parametrize("behaves", [receivers.hangs, receivers.drips, receivers.answers_late(SOON + 1)])
def test_who_hangs_drips_or_answers_late_is_left_at_the_deadline(behaves):
    with receiving(behaves) as receiver:
        began = time.monotonic()
        assert send(receiver.url) == [Attempt(Result.TIMED_OUT)]
        assert time.monotonic() - began < SOON + 0.7


@pytest.mark.parametrize("behaves", [receivers.closes_at_once, receivers.closes_after_reading])
def test_who_closes_without_a_word_gave_no_answer(behaves):
    with receiving(behaves) as receiver:
        assert send(receiver.url) == [Attempt(Result.BROKEN_ANSWER)]


@pytest.mark.parametrize("raw", [b"SSH-2.0-OpenSSH_9\r\n\r\n", b"\x00" * 100, b"HTTP/1.1 banana\r\n\r\n"])
def test_what_is_no_http_is_a_broken_answer(raw):
    with receiving(receivers.answers(raw)) as receiver:
        assert send(receiver.url) == [Attempt(Result.BROKEN_ANSWER)]


def peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"0" * 10**8),
    ],
)
def test_of_gigabytes_or_a_bomb_64_kib_are_read_and_the_status_counts(head):
    with receiving(receivers.floods(head)) as receiver:
        before, began = peak_megabytes(), time.monotonic()
        assert send(receiver.url) == [Attempt(Result.ACCEPTED, 200)]
        assert time.monotonic() - began < SOON
        assert peak_megabytes() - before < 20


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 100 Continue\r\n\r\n" * 5000])
def test_a_head_without_end_is_a_broken_answer(head):
    with receiving(receivers.floods(head)) as receiver:
        assert send(receiver.url) == [Attempt(Result.BROKEN_ANSWER)]


def test_after_a_flood_the_next_message_gets_a_connection_of_its_own():
    flood = receivers.floods(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n")
    with receiving(receivers.in_turn(flood, receivers.accepts)) as receiver:
        send(receiver.url, receiver.url)

    assert [message.connection for message in receiver.messages] == [1, 2]


def test_a_certificate_of_the_right_name_and_authority_is_taken(authority):
    with receiving(tls=authority.server("hooks.example.org")) as receiver:
        url = f"https://hooks.example.org:{receiver.port}/hook"
        assert send(url, look_up=leads_here, tls=authority.trusted()) == [Attempt(Result.ACCEPTED, 204)]

    assert receiver.messages[0].headers["host"] == f"hooks.example.org:{receiver.port}"


def test_a_certificate_of_another_name_an_unknown_authority_or_one_that_ran_out_is_not(authority):
    cases = [
        (authority.server("other.example.org"), authority.trusted()),
        (authority.server("hooks.example.org"), None),  # the authorities that everybody trusts
        (authority.server("hooks.example.org", days=-1), authority.trusted()),
    ]
    for shown, trusted in cases:
        with receiving(tls=shown) as receiver:
            url = f"https://hooks.example.org:{receiver.port}/hook"
            assert send(url, look_up=leads_here, tls=trusted) == [Attempt(Result.BAD_CERTIFICATE)]
            assert receiver.messages == []


def test_nothing_is_told_to_a_receiver_without_tls_under_https():
    with receiving() as receiver:
        (attempt,) = send(receiver.url.replace("http:", "https:"))

    assert attempt.result is not Result.ACCEPTED
    assert receiver.messages == []


def test_units_ask_no_network():
    """With respx in the connections' place: what httpx raises is what an attempt came to."""
    raised = {
        httpx.ConnectError("x"): Result.NO_CONNECTION,
        httpx.ConnectTimeout("x"): Result.NO_CONNECTION,
        httpx.ReadError("x"): Result.BROKEN_ANSWER,
        httpx.RemoteProtocolError("x"): Result.BROKEN_ANSWER,
        httpx.InvalidURL("x"): Result.BROKEN_ANSWER,
    }
    for error, result in raised.items():
        with respx.mock() as network:
            route = network.post("https://hooks.example.org/x").mock(side_effect=error)
            assert send("https://hooks.example.org/x") == [Attempt(result)]
            assert route.call_count == 1
