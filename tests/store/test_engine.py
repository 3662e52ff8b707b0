"""How the database is opened: durable, one writer at a time, never a new empty one in place of one that vanished."""

import sqlite3
import threading
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.store import engine as engines
from app.store.engine import commits_reach_the_disk, open_database, open_to_migrate, truncate_wal


def pragma(connection, name):
    return connection.execute(text(f"PRAGMA {name}")).scalar_one()


@pytest.mark.parametrize("side", ["writing", "reading"])
@pytest.mark.parametrize(
    ("name", "wanted"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("busy_timeout", 10_000)],
)
def test_every_connection_to_sqlite_is_set_for_durability_and_erasing(sqlite_database, side, name, wanted):
    with getattr(sqlite_database, side).connect() as connection:
        assert pragma(connection, name) == wanted


def test_commits_reach_the_disk(database):
    assert commits_reach_the_disk(database)


@pytest.mark.parametrize("weaker", ["synchronous = NORMAL", "synchronous = OFF"])
def test_a_setting_that_loses_commits_is_noticed(sqlite_database, monkeypatch, weaker):
    def prepare(connection, _record):
        connection.execute(f"PRAGMA {weaker}")

    engines.event.listen(sqlite_database.reading, "connect", prepare)

    assert not commits_reach_the_disk(sqlite_database)


def test_statements_are_told_without_their_values(database):
    with pytest.raises(Exception, match="hide_parameters") as raised, database.reading.connect() as connection:
        connection.execute(text("SELECT * FROM nothing WHERE secret = :secret"), {"secret": "canary"})

    assert "canary" not in str(raised.value)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
@pytest.mark.parametrize("opened", [open_database, open_to_migrate])
def test_a_database_in_memory_is_refused(url, opened):
    with pytest.raises(ValueError, match="is a file"):
        opened(url)


def test_a_vanished_file_is_an_error_and_no_new_database(sqlite_database, data_dir):
    file = data_dir / "app.db"
    for side in (sqlite_database.writing, sqlite_database.reading):
        side.connect().close()  # so that a connection waits in the pool
    file.unlink()

    for side in (sqlite_database.writing, sqlite_database.reading):
        with pytest.raises(OperationalError, match="unable to open"):
            side.connect()
    assert not file.exists()


def test_a_replaced_file_is_opened_anew(sqlite_database, migrated_file, data_dir):
    """A connection to the old file would go on writing where nobody reads."""
    file = data_dir / "app.db"
    sqlite_database.writing.connect().close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("CREATE TABLE of_the_old_file (id INTEGER)")
    connection.close()
    restored = data_dir / "restored.db"
    restored.write_bytes(migrated_file.read_bytes())
    restored.replace(file)
    for leftover in data_dir.glob("app.db-*"):
        leftover.unlink()

    with sqlite_database.writing.connect() as opened:
        assert opened.execute(text("SELECT count(*) FROM sqlite_master WHERE name = 'of_the_old_file'")).scalar() == 0


def test_a_path_with_signs_that_mean_something_in_a_url_is_a_path(tmp_path, migrated_file):
    folder = tmp_path / "50% of what? #1"
    folder.mkdir()
    (folder / "app.db").write_bytes(migrated_file.read_bytes())
    database = open_database(f"sqlite:///{str(folder).replace('%', '%25').replace('?', '%3F')}/app.db")
    try:
        with database.reading.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM event")).scalar() == 0
    finally:
        database.dispose()
    assert [file.name for file in folder.iterdir()] == ["app.db"]


def test_a_second_writer_waits_for_the_first(database):
    """The lock is taken at the first statement and kept to the commit."""
    order = []

    def second():
        with database.writing.begin() as connection:
            connection.execute(text("SELECT 1"))
            order.append("second")

    with database.writing.begin() as connection:
        connection.execute(text("SELECT 1"))
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.2)
        order.append("first")
    waiting.join()

    assert order == ["first", "second"]


def test_a_writer_does_not_wait_for_ever(database_url, monkeypatch):
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.2 if database_url.startswith("sqlite") else 1)
    one, other = open_database(database_url), open_database(database_url)
    try:
        with one.writing.begin() as connection:
            connection.execute(text("SELECT 1"))
            with pytest.raises(OperationalError), other.writing.begin() as late:
                late.execute(text("SELECT 1"))
    finally:
        one.dispose()
        other.dispose()


def test_a_reader_sees_one_state_from_beginning_to_end(database):
    count = text("SELECT count(*) FROM refusal_count")
    with database.read() as session:
        assert session.execute(count).scalar_one() == 0
        with database.writing.begin() as connection:
            connection.execute(text("INSERT INTO refusal_count VALUES ('2026-01-31', 'name', 'en', 1)"))
        assert session.execute(count).scalar_one() == 0
    with database.read() as session:
        assert session.execute(count).scalar_one() == 1


def test_a_reader_does_not_hold_up_the_writer(database):
    with database.read() as session:
        session.execute(text("SELECT * FROM event"))
        with database.writing.begin() as connection:
            connection.execute(text("INSERT INTO refusal_count VALUES ('2026-01-31', 'name', 'en', 1)"))


def test_the_write_ahead_log_is_emptied_unless_a_reader_is_in_the_way(sqlite_database, data_dir):
    log = data_dir / "app.db-wal"
    with sqlite_database.read() as session:
        session.execute(text("SELECT * FROM event"))
        with sqlite_database.writing.begin() as connection:
            connection.execute(text("INSERT INTO refusal_count VALUES ('2026-01-31', 'name', 'en', 1)"))
        began = time.monotonic()
        assert not truncate_wal(sqlite_database)
        assert time.monotonic() - began < 1, "nobody waits for a reader"
        assert log.stat().st_size > 0

    assert truncate_wal(sqlite_database)
    assert log.stat().st_size == 0


def test_a_log_that_cannot_be_emptied_is_no_error(sqlite_database, data_dir):
    (data_dir / "app.db").unlink()

    assert not truncate_wal(sqlite_database)


def test_a_new_file_and_its_log_are_for_their_owner_alone_and_an_older_one_keeps_its_mode(tmp_path):
    file = tmp_path / "app.db"

    for wanted in (0o600, 0o640):
        engine = open_to_migrate(f"sqlite:///{file}")
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS something (id INTEGER)")
            connection.exec_driver_sql("INSERT INTO something VALUES (1)")
            modes = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir()}
        engine.dispose()
        assert modes == dict.fromkeys(("app.db", "app.db-wal", "app.db-shm"), wanted)
        file.chmod(0o640)
