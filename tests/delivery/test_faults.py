"""What befalls a worker: it is killed, stopped, raced by another, or its clock jumps. Nothing is lost; ids stay."""

import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app.domain.webhook import MessageType
from app.service.log_inquiry import log_inquiry
from app.store import leases
from app.store.engine import open_database
from tests.builders import DISPATCHER, a_new_inquiry
from tests.delivery import receivers
from tests.delivery.at_work import FastClock, outbox_over, working
from tests.delivery.receivers import receiving, wait_until

LOGGED = MessageType.INQUIRY_LOGGED
REPOSITORY = Path(__file__).parent.parent.parent


@contextmanager
def in_a_process(url, vault, *rest):
    """Run a worker as a process."""
    command = [sys.executable, "-m", "tests.delivery.worker_process", url, str(vault.folder), *rest]
    with subprocess.Popen(command, cwd=REPOSITORY) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGCONT)  # to this child and, once it has ended, to nobody
            process.kill()
            process.wait(10)


def test_after_a_kill_between_sending_and_recording_the_same_id_comes_again_and_no_other(outbox, database_url, vault):
    with receiving() as receiver:
        webhook_id, _ = outbox.adds_webhook(receiver.url, LOGGED)
        outbox.logs(3)
        with in_a_process(database_url, vault, "die") as process:
            assert process.wait(30) == -signal.SIGKILL
        assert len(receiver.messages) == 1
        first = outbox.deliveries(webhook_id)[0]
        assert (first.state.value, first.attempts, first.leased_by is None) == ("waiting", 0, False)
        with working(outbox):
            wait_until(lambda: outbox.states(webhook_id) == ["delivered"] * 3)

    expected = [each.message_id for each in outbox.deliveries(webhook_id)]
    assert receiver.ids == [expected[0], *expected]
    with outbox.database.read() as session:
        assert leases.beats(session) == {}  # the dead one is forgotten, the other ended


def test_what_a_stopped_process_had_is_taken_over_and_it_sends_nothing_more(outbox, database_url, vault):
    with receiving(receivers.in_turn(receivers.hangs, receivers.accepts)) as receiver:
        webhook_id, _ = outbox.adds_webhook(receiver.url, LOGGED)
        with in_a_process(database_url, vault) as process:
            outbox.logs(5)
            receiver.wait_for(1, seconds=30)
            stop_outside_a_transaction(process, outbox)
            with working(outbox):
                wait_until(lambda: outbox.states(webhook_id) == ["delivered"] * 5, seconds=30)
                before = len(receiver.messages)
                process.send_signal(signal.SIGCONT)
                time.sleep(1.5)

    assert set(receiver.ids) == {each.message_id for each in outbox.deliveries(webhook_id)}
    assert len(receiver.messages) == before


def stop_outside_a_transaction(process, outbox):
    """Stop a process while it holds no write lock: with SQLite everybody else would wait for it, on purpose."""
    for _ in range(50):
        time.sleep(0.05)
        process.send_signal(signal.SIGSTOP)
        writing = outbox.writer.submit(lambda _session: None)
        with suppress(TimeoutError):
            writing.result(1)
            return
        process.send_signal(signal.SIGCONT)
        writing.result(30)
    pytest.fail("it was never without the lock")


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_that_race_for_the_same_rows_send_each_once_and_in_order(database, database_url, vault, workers):
    """Each has connections of its own, as processes have."""
    others = [open_database(database_url) for _ in range(workers - 1)]
    with receiving() as one, receiving() as two, outbox_over(database, vault) as outbox:
        webhook_ids = [outbox.adds_webhook(receiver.url, LOGGED)[0] for receiver in (one, two)]
        with racing(outbox, others, vault):
            for _ in range(6):
                outbox.logs(10)
            for webhook_id in webhook_ids:
                wait_until(lambda webhook_id=webhook_id: outbox.states(webhook_id) == ["delivered"] * 60, seconds=60)
        for receiver, webhook_id in zip((one, two), webhook_ids, strict=True):
            in_order = [each.message_id for each in outbox.deliveries(webhook_id)]
            assert outbox.started[receiver.url] == in_order
            assert sorted(receiver.ids) == sorted(in_order)
    for other in others:
        other.dispose()


@contextmanager
def racing(outbox, others, vault):
    """Run a worker over each database at once."""
    if not others:
        with working(outbox):
            yield
        return
    with outbox_over(others[0], vault) as another:
        another.started = outbox.started
        with working(another), racing(outbox, others[1:], vault):
            yield


def test_of_two_that_claim_one_row_one_has_it(outbox):
    webhook_id, _ = outbox.adds_webhook("http://127.0.0.1:9/", LOGGED)
    outbox.logs(3)
    work = leases.Work(webhook_id, again=False)

    def claims(name, limit):
        def change(session):
            return [each.delivery.id for each in leases.claim(session, name, work, limit, outbox.clock())]

        return outbox.writer.submit(change).result(30)

    first = claims("one", 2)

    assert first == [each.id for each in outbox.deliveries(webhook_id)[:2]]
    assert claims("two", 5) == []  # the third waits too: an endpoint's messages start in order
    assert claims("one", 5) == [outbox.deliveries(webhook_id)[2].id]


@pytest.mark.parametrize("jump", [{"days": 3}, {"days": -3}, {"days": 400}, {"hours": -1}])
def test_a_clock_that_jumps_loses_no_lease_and_sends_nothing_twice(outbox, database_url, vault, clock, jump):
    """While one worker is sending, its clock and that of another jump."""
    other = open_database(database_url)
    with (
        receiving(receivers.answers_late(0.4)) as receiver,
        outbox_over(other, vault, clock) as another,
        working(outbox),
        working(another),
    ):
        webhook_id, _ = outbox.adds_webhook(receiver.url, LOGGED)
        outbox.logs(5)
        receiver.wait_for(1)
        clock.jump(**jump)
        outbox.logs(2)
        wait_until(lambda: outbox.states(webhook_id) == ["delivered"] * 7)
        time.sleep(0.5)
    other.dispose()

    assert receiver.ids == [each.message_id for each in outbox.deliveries(webhook_id)]


def test_a_retry_that_a_wrong_clock_planned_years_ahead_comes_once_the_clock_is_right(database, vault):
    clock = FastClock(20)
    clock.jump(days=2000)
    with (
        outbox_over(database, vault, clock) as outbox,
        receiving(receivers.in_turn(receivers.closes_after_reading, receivers.accepts)) as receiver,
        working(outbox),
    ):
        webhook_id, _ = outbox.adds_webhook(receiver.url, LOGGED)
        outbox.logs()
        wait_until(lambda: outbox.deliveries(webhook_id)[0].attempts == 1)
        clock.jump(days=-2000)
        wait_until(lambda: outbox.states(webhook_id) == ["delivered"])

    assert len(set(receiver.ids)) == 1


def test_a_message_is_in_the_outbox_exactly_when_its_event_is_in_the_ledger(outbox):
    """A change that is rolled back leaves no message; the control is one that is not."""
    webhook_id, _ = outbox.adds_webhook("http://127.0.0.1:9/", LOGGED)

    def fails(session):
        log_inquiry(session, a_new_inquiry(observed_at=outbox.clock()), DISPATCHER, outbox.clock())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        outbox.writer.submit(fails).result(30)
    assert outbox.deliveries(webhook_id) == []

    outbox.logs()
    assert len(outbox.deliveries(webhook_id)) == 1
