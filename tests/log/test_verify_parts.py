"""Several processes verify the tables together: they find what one finds, and one that ends early costs no verdict."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading

import pytest

from app.domain.moment import day_in_denver
from app.ledger import verify as verifier
from app.service import verify_parts
from app.service.verify_ledger import verify_database
from app.service.verify_parts import SharedParts, shares
from tests.log.steps import many_events, tick


@pytest.fixture
def long_ledger(desk, settle):
    """Several bundles, and an inquiry in each whose calls lie in the next one."""
    waiting = settle()
    for _ in range(4):
        many_events(desk, 2_100)
        desk.called(waiting, outcome="confirmed")
        waiting = desk.logged()
    settle("not_ice")
    desk.clock.forward(hours=30)
    tick(desk)
    return desk


@pytest.fixture
def verified_apart(long_ledger, monkeypatch):
    """Verify by three processes; tell the report, and whether they were sure of it."""
    # This process has threads, which a fork does not bear.
    monkeypatch.setattr(verify_parts, "_FORKS", False)
    monkeypatch.setattr(verify_parts, "_WORTH_SHARING", 0)
    in_order = []

    def check_in_order(*asked, check=verifier._check_leaves):  # noqa: SLF001  # what parts that are sure save
        in_order.append(threading.current_thread())  # the service checks itself in one of its own
        return check(*asked)

    monkeypatch.setattr(verifier, "_check_leaves", check_in_order)

    def verified():
        today = day_in_denver(long_ledger.clock())
        in_order.clear()
        report = verify_database(long_ledger.service.database, [], today, processes=3)
        sure = threading.current_thread() not in in_order
        assert report == verify_database(long_ledger.service.database, [], today)
        return report, sure

    return verified


def test_processes_that_share_a_sound_ledger_are_sure_of_it(verified_apart):
    report, sure = verified_apart()

    assert report.sound
    assert report.size > 8_400
    assert sure


@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_an_edit_in_any_part_is_named_as_one_process_names_it(long_ledger, verified_apart, exec_past_triggers, where):
    index = int(8_400 * where)
    exec_past_triggers(f"""UPDATE event SET "by" = 'somebody else' WHERE "index" = {index}""", long_ledger)  # noqa: S608  # ours

    report, sure = verified_apart()

    assert [problem.index for problem in report.problems] == [index]
    assert not sure


@pytest.mark.parametrize(
    "edit",
    [
        "DELETE FROM log_entry WHERE number = '2026-000002'",
        "UPDATE log_entry SET entry = replace(entry, 'worksite', 'school') WHERE number = '2026-000004'",
        "UPDATE log_entry SET first = first + 5000 WHERE number = '2026-000001'",
        "UPDATE log_entry SET first = first + 7 WHERE number = '2026-000001'",
        "UPDATE log_entry SET first = -1 WHERE number = '2026-000001'",
        "UPDATE log_entry SET first = 100000 WHERE number = '2026-000001'",
        "UPDATE log_entry SET status = 'not_ice' WHERE number = '2026-000001'",
    ],
)
def test_an_edit_of_the_log_makes_no_part_sure(long_ledger, verified_apart, exec_past_triggers, edit):
    exec_past_triggers(edit, long_ledger)

    _report, sure = verified_apart()

    assert not sure


def test_a_process_that_is_killed_costs_no_verdict(verified_apart, monkeypatch):
    def kill_one(self, asked, read=SharedParts.read):
        some = multiprocessing.active_children()[0]
        os.kill(some.pid, signal.SIGKILL)
        some.join()
        return read(self, asked)

    monkeypatch.setattr(SharedParts, "read", kill_one)

    report, sure = verified_apart()

    assert report.sound
    assert not sure


def test_a_database_that_goes_away_meanwhile_is_told_as_by_one_process(verified_apart, long_ledger, monkeypatch):
    monkeypatch.setattr(verify_parts, "_serve", _cannot_read)

    report, sure = verified_apart()

    assert report.sound
    assert not sure


def _cannot_read(pipe, *_):
    pipe.recv()
    pipe.send(None)


_BY_FORKS = """
import sys
from datetime import date
from app.ledger import verify
from app.service import verify_parts
from app.service.verify_ledger import verify_database
from app.store.engine import open_database

verify_parts._WORTH_SHARING = 0
verify._check_leaves = None  # calling it would fail: nothing is read in order
report = verify_database(open_database(sys.argv[1]), [], date.fromisoformat(sys.argv[2]), processes=3)
print(report.sound, report.size)
"""


def test_a_process_without_threads_shares_by_whatever_its_system_has(long_ledger):
    today = day_in_denver(long_ledger.clock()).isoformat()

    done = subprocess.run(
        [sys.executable, "-c", _BY_FORKS, long_ledger.service.settings.url, today],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.split()[:1] == ["True"], done.stderr


@pytest.mark.parametrize("size", [1, 256, 2_048, 2_049, 20_000, 99_997, 1_000_000])
@pytest.mark.parametrize("processes", [1, 2, 3, 8])
def test_shares_cover_every_bundle_once(size, processes):
    shared = shares(size, processes)

    assert [bundle for first, end in shared for bundle in range(first, end)] == list(range(-(-size // 256)))
    assert len(shared) <= processes
