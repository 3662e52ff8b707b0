"""Tests reach this machine and nothing else: loopback and Unix sockets are open, every other one is closed.

A test that reaches the outside passes or fails with the outside's weather, and a defect of the webhook sender could
call somebody. An audit hook sees each address that Python is about to bind, connect or send to and each name that it
is about to look up, whichever library asks; it cannot be taken out again. It sees neither libuv's own look-ups
(uvloop) nor other processes.
Source: https://docs.python.org/3.11/library/audit_events.html
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Generator
from typing import Any

import pytest

LOCAL_NAMES = {"", "localhost", socket.gethostname()}
ADDRESS_EVENTS = {"socket.bind", "socket.connect", "socket.sendto", "socket.sendmsg"}
NAME_EVENTS = {"socket.getaddrinfo", "socket.gethostbyname"}

# What was refused since the last test ended: code under test may swallow the refusal, the test fails all the same.
_refused: list[str] = []


class OutsideThisMachine(RuntimeError):
    """A test was about to leave this machine."""


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def is_allowed(event: str, arguments: tuple[Any, ...]) -> bool:
    """Return whether an audited socket event stays on this machine. Other events always do."""
    if event in ADDRESS_EVENTS:
        opened, address = arguments[:2]
        if opened.family not in {socket.AF_INET, socket.AF_INET6} or address is None:
            return True
        host = _text(address[0])
        numeric = _address(host)
        return host in LOCAL_NAMES - {""} if numeric is None else numeric.is_loopback
    if event in NAME_EVENTS:
        # A literal address is parsed, not looked up; whoever then connects to it is seen above.
        return arguments[0] is None or _text(arguments[0]) in LOCAL_NAMES or _address(_text(arguments[0])) is not None
    return True


def _text(host: str | bytes | bytearray) -> str:
    return host if isinstance(host, str) else bytes(host).decode("ascii", "backslashreplace")


def _refuse_the_outside(event: str, arguments: tuple[Any, ...]) -> None:
    if not event.startswith("socket.") or is_allowed(event, arguments):
        return
    target = arguments[1] if event in ADDRESS_EVENTS else arguments[0]
    _refused.append(f"{event} {target!r}")
    message = f"tests reach 127.0.0.1, ::1 and Unix sockets only, not {target!r}"
    raise OutsideThisMachine(message)


sys.addaudithook(_refuse_the_outside)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[Any],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if _refused and report.passed:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} ({call.when}) tried to leave this machine: {', '.join(_refused)}"
    _refused.clear()
    return report
