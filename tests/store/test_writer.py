"""The writer: one transaction for a batch, each member for itself, and no answer before the disk has it."""

import asyncio
import logging
import sqlite3
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from app.domain.actor import OPERATOR
from app.domain.errors import NoContact, NotFound
from app.domain.event import Event, Kind
from app.store import engine as engines
from app.store import writer as writers
from app.store.engine import open_database
from app.store.tables import EventRow, RefusalCountRow
from app.store.writer import ChangeFailed, DatabaseUnavailable, OutcomeUnknown, Writer, WriterStopped
from tests.databases import session_opener

AT = datetime(2026, 1, 31, 18, 4, 5, tzinfo=UTC)
CANARY = "canary-of-4127"


def add_event(session):
    return session.add_event(Event(Kind.CONTACT_ADDED, AT, OPERATOR))


def refuse(_session):
    raise NotFound


def write_then_refuse(session):
    add_event(session)
    raise NoContact


def fail_in_the_database(session):
    """A second row with the same key, and values that must not be told."""
    for _ in range(2):
        session.add_row(RefusalCountRow, day=AT.date(), category=CANARY, language="en", refused=1)
    session.write_pending()


def fail(_session):
    raise ZeroDivisionError


def told(future):
    """Return what a change was answered with: its result, or the class of what it was refused by."""
    error = future.exception(timeout=20)
    return type(error) if error else future.result()


def indexes(database):
    with database.read() as session:
        return session.execute(select(EventRow.index).order_by(EventRow.index)).scalars().all()


@contextmanager
def one_batch(writer):
    """Hold the writer back until all that the block hands over is waiting, so that it becomes one batch."""
    held, go_on = threading.Event(), threading.Event()

    def hold(_session):
        held.set()
        assert go_on.wait(20)

    holding = writer.submit(hold)
    assert held.wait(20)
    yield
    go_on.set()
    holding.result(20)


@pytest.fixture
def commits(database):
    """The number of commits so far, as a list of their times."""
    seen = []
    event.listen(database.writing, "commit", lambda _connection: seen.append(time.monotonic()))
    return seen


def test_what_waits_is_written_together(database, writer, commits):
    with one_batch(writer):
        waiting = [writer.submit(add_event) for _ in range(10)]

    assert [told(each) for each in waiting] == list(range(10))
    assert len(commits) == 2, "the batch that held the writer back, and this one"


def test_a_batch_is_bounded(database, writer, commits, monkeypatch):
    monkeypatch.setattr(writers, "BATCH", 4)
    with one_batch(writer):
        waiting = [writer.submit(add_event) for _ in range(10)]

    assert [told(each) for each in waiting] == list(range(10))
    assert len(commits) == 1 + 3


@pytest.mark.parametrize(
    ("bad", "answered"),
    [
        (refuse, NotFound),
        (write_then_refuse, NoContact),
        (fail_in_the_database, ChangeFailed),
        (fail, ZeroDivisionError),
    ],
)
def test_a_member_that_is_refused_or_fails_does_so_alone(database, writer, bad, answered):
    with one_batch(writer):
        waiting = [writer.submit(change) for change in (add_event, bad, add_event, bad, add_event)]

    assert [told(each) for each in waiting] == [0, answered, 1, answered, 2]
    assert indexes(database) == [0, 1, 2]


def test_a_refusal_before_any_write_costs_the_batch_nothing(writer, commits):
    with one_batch(writer):
        waiting = [writer.submit(change) for change in (add_event, refuse, add_event)]

    assert [told(each) for each in waiting] == [0, NotFound, 1]
    assert len(commits) == 2


def test_a_member_is_not_answered_before_the_commit(database, writer):
    answered_before = []
    event.listen(database.writing, "commit", lambda _connection: answered_before.append(waiting.done()))
    with one_batch(writer):
        waiting = writer.submit(add_event)
    waiting.result(20)

    assert answered_before[-1] is False
    assert indexes(database) == [0]


def test_stopping_writes_what_is_waiting_and_refuses_what_comes_later(database, vault):
    writer = Writer(database, session_opener(database, vault))
    writer.start()
    with one_batch(writer):
        waiting = [writer.submit(add_event) for _ in range(5)]
        stopping = threading.Thread(target=writer.stop)
        stopping.start()
        while not told_stopped(writer):
            time.sleep(0.01)
    stopping.join()

    assert [told(each) for each in waiting] == list(range(5))
    assert told(writer.submit(add_event)) is WriterStopped
    writer.stop()  # a second time is no error
    assert indexes(database) == list(range(5))


def told_stopped(writer):
    probe = writer.submit(refuse)
    return probe.done() and told(probe) is WriterStopped


def test_nothing_that_comes_while_the_writer_stops_waits_for_ever(database, vault, monkeypatch):
    """A change that is just being handed over is written: it does not come to lie behind the end of the queue."""
    writer = Writer(database, session_opener(database, vault))
    handing_over, put = threading.Event(), writer._waiting.put  # noqa: SLF001  # to stop it at the worst moment

    def put_slowly(job):
        if job is not None:
            handing_over.set()
            time.sleep(0.2)
        put(job)

    monkeypatch.setattr(writer, "_waiting", SimpleNamespace(put=put_slowly, **queue_of(writer)))
    writer.start()
    waiting = []
    caller = threading.Thread(target=lambda: waiting.append(writer.submit(add_event)))
    caller.start()
    assert handing_over.wait(20)
    writer.stop()
    caller.join()

    assert told(waiting[0]) == 0


def queue_of(writer):
    waiting = writer._waiting  # noqa: SLF001  # as above
    return {"get": waiting.get, "get_nowait": waiting.get_nowait, "empty": waiting.empty}


def test_a_caller_that_goes_away_does_not_take_its_change_back(database, writer):
    async def go_away():
        with one_batch(writer):
            asked = asyncio.ensure_future(writer.run(add_event))
            await asyncio.sleep(0.05)
            asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        return await writer.run(add_event)

    assert asyncio.run(go_away()) == 1
    assert indexes(database) == [0, 1]


def test_a_database_that_somebody_else_locks_is_unavailable_to_the_whole_batch_at_once(
    database_url, vault, monkeypatch, caplog
):
    """Each of it by itself would wait as long again."""
    monkeypatch.setattr(engines, "BUSY_SECONDS", 1)
    database, other = open_database(database_url), open_database(database_url)
    writer = Writer(database, session_opener(database, vault))
    waiting = [writer.submit(add_event) for _ in range(5)]
    try:
        with other.writing.begin() as connection:
            connection.execute(text("SELECT 1"))
            began = time.monotonic()
            writer.start()
            assert [told(each) for each in waiting] == [DatabaseUnavailable] * 5
            assert time.monotonic() - began < 2
        assert told(writer.submit(add_event)) == 0
    finally:
        writer.stop()
        database.dispose()
        other.dispose()
    assert [record.error for record in caplog.records] == ["OperationalError"]


def test_a_vanished_database_is_unavailable_and_back_when_it_is_back(sqlite_database, vault, data_dir):
    writer = Writer(sqlite_database, session_opener(sqlite_database, vault))
    writer.start()
    assert told(writer.submit(add_event)) == 0
    file = data_dir / "app.db"

    file.rename(data_dir / "elsewhere.db")
    assert told(writer.submit(add_event)) is DatabaseUnavailable
    assert not file.exists()

    (data_dir / "elsewhere.db").rename(file)
    assert told(writer.submit(lambda _session: None)) is None
    assert writer.lost, "what wrote nothing asked nothing of the disk"
    assert told(writer.submit(add_event)) == 1
    assert not writer.lost
    writer.stop()


def test_a_read_only_database_is_unavailable(sqlite_database, vault):
    event.listen(
        sqlite_database.writing, "connect", lambda connection, _record: connection.execute("PRAGMA query_only = ON")
    )
    writer = Writer(sqlite_database, session_opener(sqlite_database, vault))
    writer.start()

    assert told(writer.submit(add_event)) is DatabaseUnavailable
    writer.stop()


@pytest.mark.parametrize("lost", [sqlite3.OperationalError("disk I/O error"), psycopg.errors.AdminShutdown("gone")])
@pytest.mark.parametrize("second", [add_event, fail])  # the one that fails lets each be written by itself
def test_a_database_lost_during_the_commit_leaves_the_outcome_unknown_and_is_not_tried_again(
    database, writer, lost, second
):
    lost.sqlite_errorcode = sqlite3.SQLITE_IOERR
    commits = []

    def lose(_connection):
        commits.append(1)
        if len(commits) == 2:
            raise OperationalError("COMMIT", None, lost)

    event.listen(database.writing, "commit", lose)
    with one_batch(writer):
        waiting = [writer.submit(change) for change in (add_event, second, add_event)]

    assert [told(each) for each in waiting] == [OutcomeUnknown] * 3
    assert len(commits) == 2


def test_what_follows_a_commit_may_fail_without_failing_what_was_committed(database, writer, caplog):
    """A second try would write it twice."""

    def change(session):
        session.after_commit.append(lambda: 1 / 0)
        return add_event(session)

    assert told(writer.submit(change)) == 0
    assert told(writer.submit(add_event)) == 1
    assert indexes(database) == [0, 1]
    assert [record.error for record in caplog.records] == ["ZeroDivisionError"]


def test_what_follows_a_commit_does_not_happen_without_it(database, writer):
    happened = []

    def change(session):
        session.after_commit.append(lambda: happened.append(1))
        fail_in_the_database(session)

    assert told(writer.submit(change)) is ChangeFailed
    assert happened == []


def test_no_log_line_and_no_error_tells_a_value(database, writer, caplog):
    caplog.set_level(logging.DEBUG)

    async def ask():
        with pytest.raises(ChangeFailed) as raised:
            await writer.run(fail_in_the_database)
        return raised

    raised = asyncio.run(ask())

    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == ["a change failed"]
    seen = [str(vars(record)) for record in caplog.records] + [str(raised.value), repr(raised.value.__context__)]
    assert CANARY not in "".join(seen)
    record = caplog.records[-1]
    assert record.error == "IntegrityError"
    assert "refusal_count" in record.constraint


def test_erasures_are_counted_until_the_log_is_emptied(sqlite_database, vault, monkeypatch):
    monkeypatch.setattr(writers, "TRUNCATE_AGAIN_SECONDS", 0.05)
    writer = Writer(sqlite_database, session_opener(sqlite_database, vault))
    writer.start()

    def erase(session):
        add_event(session)
        session.erased += 3

    with sqlite_database.read() as reading:
        reading.execute(text("SELECT * FROM event"))
        writer.submit(erase).result(20)
        time.sleep(0.2)
        assert writer.erasures_waiting == 3
    patience = time.monotonic() + 10
    while writer.erasures_waiting and time.monotonic() < patience:
        time.sleep(0.02)

    assert writer.erasures_waiting == 0, "without another write"
    writer.stop()
