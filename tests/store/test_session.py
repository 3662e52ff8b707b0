"""A batch: its events are numbered without a gap, and it sees what it has added."""

import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlmodel import select as sqlmodel_select

from app.domain.actor import OPERATOR
from app.domain.call import Agency
from app.domain.event import Event, Kind
from app.ledger.entry import rest_hash
from app.store import calls, directory, inquiries
from app.store.calls import CallRecord
from app.store.directory import Contact
from app.store.session import WriteSession
from app.store.tables import EventRow, RefusalCountRow
from tests.databases import SCREEN_VERSION, session_opener, writes

AT = datetime(2026, 1, 31, 18, 4, 5, 123000, tzinfo=UTC)


def an_event(**values):
    return Event(Kind.CONTACT_ADDED, AT, OPERATOR, **values)


def indexes(database):
    with database.read() as session:
        return session.execute(select(EventRow.index).order_by(EventRow.index)).scalars().all()


def test_events_count_on_from_batch_to_batch(database, write):
    assert write(lambda session: [session.add_event(an_event()) for _ in range(3)]) == [0, 1, 2]
    assert write(lambda session: [session.add_event(an_event()) for _ in range(2)]) == [3, 4]
    assert indexes(database) == [0, 1, 2, 3, 4]


def test_a_batch_that_is_taken_back_leaves_no_gap(database, vault, write):
    with session_opener(database, vault)() as session:
        session.begin_batch()
        session.add_event(an_event())
        session.write_pending()

    assert write(lambda session: session.add_event(an_event())) == 0


def test_an_event_keeps_what_its_leaf_commits_to(database, write):
    write(lambda session: session.add_event(an_event(detail={"contact": "x", "añadido": [1, None]})))

    with database.read() as session:
        row = session.execute(select(EventRow)).scalar_one()
    assert row.detail == {"contact": "x", "añadido": [1, None]}
    rest = an_event(detail=row.detail).rest(SCREEN_VERSION)
    assert f'"rest":"{rest_hash(row.rest_salt, rest)}"' in row.payload
    assert (row.at, row.kind, row.by) == (AT, Kind.CONTACT_ADDED, "operator")
    assert len(row.salt) == len(row.rest_salt) == 16
    assert row.salt != row.rest_salt


def add_a_count(session):
    session.add_row(RefusalCountRow, day=AT.date(), category="name", language="en", refused=1)


@pytest.mark.parametrize(
    "read",
    [
        lambda session: session.execute(select(func.count()).select_from(RefusalCountRow)).scalar_one(),
        lambda session: session.scalar(select(func.count()).select_from(RefusalCountRow)),
        lambda session: len(session.scalars(select(RefusalCountRow)).all()),
        lambda session: len(session.exec(sqlmodel_select(RefusalCountRow)).all()),
        lambda session: bool(session.get(RefusalCountRow, (AT.date(), "name", "en"))),
        lambda session: session.change(update(RefusalCountRow).values(refused=2)),
    ],
    ids=["execute", "scalar", "scalars", "exec", "get", "change"],
)
def test_a_batch_sees_what_it_has_added_whichever_way_it_looks(write, read):
    assert write(lambda session: (add_a_count(session), read(session))[1]) == 1


def test_rows_are_written_in_the_order_of_what_refers_to_what(database, write):
    """However they were added: a call stands before the links to it."""

    def change(session):
        calls.corrections.add(session, calls.CorrectionRecord("correction", "call", AT, "x", "declined", None, 2))
        calls.calls.add(session, CallRecord("call", "contact", AT, "x", None, None, None, None, None, AT, 1, 1))
        directory.contacts.add(session, Contact("contact", "Desk", Agency.ERO, "+15055550100", None, True, 1, 0, 0))  # noqa: FBT003  # the framework's own form

    write(change)

    with database.read() as session:
        assert calls.find(session, "call").contact_id == "contact"


def test_a_value_comes_back_as_it_was_and_only_what_changed_is_written(database, write):
    contact = Contact("contact", "Desk", Agency.ERO, "+15055550100", None, True, 1, 0, 0)  # noqa: FBT003  # the framework's own form
    renamed = Contact("contact", "Escritorio", Agency.HSI, "+15055550100", None, True, 1, 0, 3)  # noqa: FBT003  # the framework's own form
    write(lambda session: directory.contacts.add(session, contact))
    with database.read() as session:
        assert directory.find_contact(session, "contact") == contact

    write(lambda session: directory.contacts.replace(session, contact, renamed))
    with database.read() as session:
        assert directory.find_contact(session, "contact") == renamed

    def change_nothing(session):
        before = session.writes
        directory.contacts.replace(session, renamed, renamed)
        return session.writes - before

    assert write(change_nothing) == 0


def test_serial_numbers_count_within_a_batch_and_by_year(write):
    numbers = write(lambda session: [inquiries.next_serial(session, year) for year in (2026, 2026, 2027, 2026)])

    assert numbers == [1, 2, 1, 3]


def test_two_threads_that_write_at_once_leave_no_gap_and_no_double(database, vault):
    def add_batches():
        for _ in range(10):
            writes(database, vault, lambda session: [session.add_event(an_event()) for _ in range(3)])

    threads = [threading.Thread(target=add_batches) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert indexes(database) == list(range(60))


WRITE = """
import sys
from datetime import UTC, datetime
from app.domain.actor import OPERATOR
from app.domain.event import Event, Kind
from app.store.engine import open_database
from app.store.session import WriteSession
database = open_database(sys.argv[1])
print(flush=True)
sys.stdin.readline()
for _ in range(10):
    with WriteSession(database.writing, vault=None, policy=None, screen_version="") as session:
        session.begin_batch()
        for _ in range(3):
            session.add_event(Event(Kind.CONTACT_ADDED, datetime.now(UTC), OPERATOR))
        session.write_pending()
        session.commit()
database.dispose()
"""


def test_two_processes_that_write_at_once_leave_no_gap_and_no_double(database, database_url):
    """A command may write beside `serve`, and there may be several `serve`."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, database_url],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in started:
        process.stdout.readline()
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in started:
        process.communicate(timeout=30)
        assert process.returncode == 0

    assert indexes(database) == list(range(60))


def test_the_control_without_the_write_lock_is_caught(sqlite_database, vault):
    """What the two tests above see: a session on the reading engine takes no lock before it reads the head."""
    heads = []
    for _ in range(2):
        session = WriteSession(sqlite_database.reading, vault=vault, policy=None, screen_version=SCREEN_VERSION)
        session.begin_batch()
        heads.append(session)
    numbers = [session.add_event(an_event()) for session in heads]
    for session in heads:
        session.close()

    assert numbers == [0, 0]
