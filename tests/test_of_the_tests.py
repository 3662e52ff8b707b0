"""The tests themselves keep two promises: where all are required none is skipped, and none leaves this machine."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.loopback_only import is_allowed

REPOSITORY = Path(__file__).parent.parent

TRIALS = """
import socket, pytest

def test_skipped(): pytest.skip("no browser here")
@pytest.mark.xfail
def test_expected_to_fail(): assert False
def test_reaches_out_and_swallows_it():
    try: socket.create_connection(("192.0.2.1", 80), timeout=0.1)
    except RuntimeError: pass
def test_looks_a_name_up(): socket.getaddrinfo("example.org", 80)
def test_opens_a_port_to_everybody():
    with socket.socket() as opened: opened.bind(("0.0.0.0", 0))
def test_uses_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server: socket.create_connection(server.getsockname()).close()
def test_uses_a_unix_socket(tmp_path):
    with socket.socket(socket.AF_UNIX) as opened: opened.bind(str(tmp_path / "socket"))
"""
REACHING_OUT = {"reaches_out_and_swallows_it", "looks_a_name_up", "opens_a_port_to_everybody"}


def printed_by_pytest(folder, *, require_all):
    """Run the trials, and a module that skips itself, with this project's two plugins; return what pytest prints."""
    (folder / "test_trials.py").write_text(TRIALS)
    (folder / "test_module.py").write_text("import pytest\npytest.importorskip('no_such_library')\n")
    plugins = ["-p", "tests.require_all", "-p", "tests.loopback_only", "-p", "no:cacheprovider"]
    options = ["-c", os.devnull, "--rootdir", folder, "-rA", "--continue-on-collection-errors"]
    settings = {"PYTHONPATH": str(REPOSITORY), "REQUIRE_ALL": require_all, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *plugins, folder],
        cwd=folder,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    ).stdout


@pytest.fixture(scope="module")
def printed_where_all_is_required(tmp_path_factory):
    return printed_by_pytest(tmp_path_factory.mktemp("required"), require_all="1")


@pytest.fixture(scope="module")
def printed_on_a_desk(tmp_path_factory):
    return printed_by_pytest(tmp_path_factory.mktemp("desk"), require_all="")


def failed_in(printed):
    return set(re.findall(r"^FAILED \S*::test_(\w+)", printed, re.MULTILINE))


def passed_in(printed):
    return set(re.findall(r"^PASSED \S*::test_(\w+)", printed, re.MULTILINE))


def test_a_test_that_leaves_this_machine_fails_even_if_it_swallows_the_refusal(printed_on_a_desk):
    assert failed_in(printed_on_a_desk) == REACHING_OUT
    assert "tests reach 127.0.0.1, ::1 and Unix sockets only" in printed_on_a_desk


def test_loopback_and_unix_sockets_are_open(printed_on_a_desk):
    assert passed_in(printed_on_a_desk) == {"uses_loopback", "uses_a_unix_socket"}


def test_a_skip_and_an_expected_failure_fail_where_all_is_required(printed_where_all_is_required):
    assert failed_in(printed_where_all_is_required) == REACHING_OUT | {"skipped", "expected_to_fail"}
    assert "did not run, and REQUIRE_ALL=1 wants every test: Skipped: no browser here" in printed_where_all_is_required


def test_a_module_that_skips_itself_fails_where_all_is_required(printed_where_all_is_required):
    assert "test_module.py did not run, and REQUIRE_ALL=1 wants every test" in printed_where_all_is_required


def test_a_skip_stays_a_skip_on_a_desk(printed_on_a_desk):
    assert re.search(r"3 failed, 2 passed, 2 skipped, 1 xfailed", printed_on_a_desk)


@pytest.mark.parametrize("name", ["localhost", b"localhost", None, "127.0.0.1", "10.1.2.3", "::1"])
def test_names_that_need_no_look_up_are_open(name):
    assert is_allowed("socket.getaddrinfo", (name, 80, 0, 0, 0))
