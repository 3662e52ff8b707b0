"""The guard: what is connected to is what was checked, whatever a name leads to a moment later."""

import asyncio
import socket

import pytest

from app.delivery.names import resolve
from app.delivery.sender import Sender
from app.domain.delivery import Attempt, Result
from app.domain.reach import Reach
from tests.delivery.receivers import receiving

NOT_REACHED = [Attempt(Result.MAY_NOT_BE_REACHED)]


def send(url, *, look_up, reach, times=1):
    async def sending():
        sender = Sender(reach, look_up=look_up, deadline_seconds=2.0)
        try:
            return [await sender.send(url, {}, "{}") for _ in range(times)]
        finally:
            await sender.close()

    return asyncio.run(sending())


def leads_to(*addresses):
    asked = []

    async def look_up(host, port):
        asked.append((host, port))
        return list(addresses)

    look_up.asked = asked
    return look_up


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "fe80::1", "ff02::1"],
)
def test_a_public_name_that_leads_inside_is_not_connected_to(address):
    with receiving() as receiver:
        url = f"https://hooks.example.org:{receiver.port}/"
        assert send(url, look_up=leads_to(address), reach=Reach()) == NOT_REACHED

    assert receiver.connections == 0


def test_one_internal_address_among_public_ones_is_enough_to_refuse():
    with receiving() as receiver:
        url = f"https://hooks.example.org:{receiver.port}/"
        assert send(url, look_up=leads_to("1.1.1.1", "127.0.0.1"), reach=Reach()) == NOT_REACHED

    assert receiver.connections == 0


def test_a_name_that_leads_elsewhere_the_second_time_is_connected_to_where_it_was_checked():
    """A resolver that answers an allowed address first and an internal one after: rebinding gains nothing."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.2"]])
    asked = []

    async def changes(host, _port):
        asked.append(host)
        return next(answers)

    with receiving() as receiver:  # listens on 127.0.0.1 alone
        url = f"http://hooks.example.org:{receiver.port}/"
        reach = Reach.of(["127.0.0.1"])
        (first,) = send(url, look_up=changes, reach=reach)
        assert asked == ["hooks.example.org"]  # once for the connection: what was checked is what was used
        assert send(url, look_up=changes, reach=reach) == NOT_REACHED

    assert first == Attempt(Result.ACCEPTED, 204)
    assert receiver.connections == 1


def test_a_kept_connection_stays_with_the_address_that_was_checked():
    answers = iter([["127.0.0.1"]])

    async def once(_host, _port):
        return next(answers)

    with receiving() as receiver:
        url = f"http://hooks.example.org:{receiver.port}/"
        attempts = send(url, look_up=once, reach=Reach.of(["127.0.0.1"]), times=3)

    assert attempts == [Attempt(Result.ACCEPTED, 204)] * 3
    assert receiver.connections == 1


def test_the_next_address_is_tried_where_the_first_does_not_answer():
    with receiving() as receiver:
        url = f"http://hooks.example.org:{receiver.port}/"
        look_up = leads_to("127.0.0.9", "127.0.0.1")
        assert send(url, look_up=look_up, reach=Reach.of(["127.0.0.0/8"])) == [Attempt(Result.ACCEPTED, 204)]


def test_plain_http_goes_to_allowed_addresses_alone():
    with receiving() as receiver:
        url = f"http://hooks.example.org:{receiver.port}/"
        assert send(url, look_up=leads_to("1.1.1.1"), reach=Reach.of(["127.0.0.0/8"])) == NOT_REACHED
        assert send(url, look_up=leads_to("127.0.0.1"), reach=Reach()) == NOT_REACHED
        assert send(url, look_up=leads_to("127.0.0.1"), reach=Reach.of(["hooks.example.org"])) == [
            Attempt(Result.ACCEPTED, 204)
        ]


def test_a_resolver_that_fails_or_answers_nonsense_leads_nowhere():
    async def fails(_host, _port):
        raise OSError

    assert send("https://hooks.example.org/", look_up=fails, reach=Reach()) == [Attempt(Result.NO_CONNECTION)]
    assert send("https://hooks.example.org/", look_up=leads_to("nonsense"), reach=Reach()) == NOT_REACHED
    assert send("https://hooks.example.org/", look_up=leads_to(), reach=Reach()) == NOT_REACHED


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
def test_an_address_in_disguise_is_seen_through(host):
    """The C library reads each as loopback; what it reads is checked, not what was written."""

    async def reads_as_the_c_library_does(name, _port):
        return [socket.inet_ntoa(socket.inet_aton(name))]

    with receiving() as receiver:
        url = f"https://{host}:{receiver.port}/"
        (attempt,) = send(url, look_up=reads_as_the_c_library_does, reach=Reach())

    assert attempt.result in {Result.MAY_NOT_BE_REACHED, Result.BROKEN_ANSWER}  # the latter: httpx takes it for no URL
    assert receiver.connections == 0


def test_the_machines_own_resolver_is_asked():
    assert asyncio.run(resolve("127.0.0.1", 443)) == ["127.0.0.1"]
    assert set(asyncio.run(resolve("localhost", 443))) <= {"127.0.0.1", "::1"}
