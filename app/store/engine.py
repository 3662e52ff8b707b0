"""The database: SQLite in WAL mode with every commit on disk, or PostgreSQL; one engine that writes, one that reads.

Numbers: SQLite in WAL with `synchronous=NORMAL` lost acknowledged rows in 758 of 1,165 simulated power cuts, `FULL` in
none of 1,465 (docs/decisions/0004).
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import orjson
from sqlalchemy import Connection, Engine, Executable, event, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, PoolProxiedConnection, QueuePool
from sqlmodel import Session, create_engine

from app.ledger.entry import Json, canonical_json

# How long a writer waits for another process's write (a command, say) to end.
BUSY_SECONDS = 10
# Readers at the same time; a further one waits.
READERS = 16
# Any number that every process of this service takes as the name of its write lock on PostgreSQL.
WRITE_LOCK = 0x1CE_2025


def _written(value: Json) -> str:
    """Return JSON as a column holds it: as the ledger binds it, so that it is held against the ledger as it stands."""
    return canonical_json(value).decode()


_JSON = {"json_serializer": _written, "json_deserializer": orjson.loads}


@dataclass(frozen=True, slots=True)
class Database:
    """The two engines of one database."""

    writing: Engine
    reading: Engine
    url: str = field(repr=False)  # it may hold a password

    @property
    def on_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.writing.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one state of the database, for the length of the block."""
        with Session(self.reading) as session:
            yield session

    def dispose(self) -> None:
        """Close every connection."""
        self.writing.dispose()
        self.reading.dispose()


def open_database(url: str) -> Database:
    """Return the database behind a URL: `sqlite:///file` or `postgresql+psycopg://…`.

    A SQLite file must be there: one that vanished is an error, never a new empty database.
    """
    if make_url(url).get_backend_name() == "sqlite":
        file = _file_of(url)
        writing = _sqlite_engine(file, connections=1)
        reading = _sqlite_engine(file, connections=READERS)
        event.listen(writing, "begin", _begin_immediate)
        event.listen(reading, "begin", _begin_deferred)
        event.listen(reading, "connect", _keep_less)
    else:
        options = {"isolation_level": "REPEATABLE READ"}
        # One statement at a time writes: READ COMMITTED sees what the last holder of the lock committed.
        writing = create_engine(url, hide_parameters=True, pool_size=2, max_overflow=2, pool_pre_ping=True, **_JSON)
        reading = create_engine(
            url,
            hide_parameters=True,
            pool_size=READERS,
            max_overflow=0,
            pool_pre_ping=True,
            execution_options=options,
            **_JSON,
        )
        event.listen(writing, "begin", _take_write_lock)
    return Database(writing, reading, url)


def open_to_migrate(url: str) -> Engine:
    """Return an engine for one migration: it holds the write lock from the first statement to the commit.

    On SQLite it makes the file if need be, and leaves references unchecked: a table is altered by building it anew, and
    dropping the old one would take the rows that refer to it along.
    """
    if make_url(url).get_backend_name() == "sqlite":
        file = _file_of(url)
        engine = create_engine(url, hide_parameters=True, poolclass=NullPool, creator=lambda: _make(file))
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "connect", _leave_references_unchecked)
        event.listen(engine, "begin", _begin_immediate)
    else:
        engine = create_engine(url, hide_parameters=True, poolclass=NullPool)
        event.listen(engine, "begin", _take_write_lock)
    return engine


def _file_of(url: str) -> Path:
    name = make_url(url).database
    if not name or name == ":memory:":
        raise ValueError("the database is a file: sqlite:///path/of/the/file")
    return Path(name).absolute()


def _sqlite_engine(file: Path, connections: int) -> Engine:
    # A connection that waits in the pool keeps SQLite's page cache warm; opening one costs about 200 µs besides.
    engine = create_engine(
        "sqlite://",
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=connections,
        pool_use_lifo=True,  # the one that was used last has the warmest cache, and the others need none
        max_overflow=0,
        creator=lambda: _connect(file, "rw"),
        **_JSON,
    )

    def remember_the_file(_connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        record.info["file"] = _identity(file)

    def refuse_another_file(
        _connection: sqlite3.Connection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        # SQLite in WAL mode goes on writing to a file that was removed or replaced, and all of it would be lost.
        if record.info["file"] != _identity(file):
            raise DisconnectionError("the database's file was moved")

    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "connect", remember_the_file)
    event.listen(engine, "checkout", refuse_another_file)
    return engine


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(file)  # noqa: PTH116  # at each checkout, and twice as fast as Path.stat
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    # `isolation_level` None: the driver begins nothing by itself, the listeners do.
    return sqlite3.connect(
        f"file:{quote(str(file))}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        cached_statements=256,
        check_same_thread=False,
    )


def _make(file: Path) -> sqlite3.Connection:
    """Connect to a file; one that is not there is made for its owner alone, and SQLite gives its log the same mode."""
    # Only a new one is opened here: to close another file descriptor of it would give up SQLite's locks.
    with suppress(OSError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return _connect(file, "rwc")


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    _switch_to_wal(connection)
    for pragma in (
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",  # what is erased is overwritten, in the file as well
        "temp_store = MEMORY",
        "cache_size = -16384",  # KiB: 16 MiB, enough for the indexes' upper pages
    ):
        connection.execute(f"PRAGMA {pragma}")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Switch a new file's journal over, once and for all; SQLite does not wait for those who are at it just now."""
    ends = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(0.01)
        else:
            return


def _keep_less(connection: sqlite3.Connection, _record: object) -> None:
    """Let a reader keep 8 MiB: there are several, and each change of the database empties what they keep."""
    connection.execute("PRAGMA cache_size = -8192")


def _leave_references_unchecked(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = OFF")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _take_write_lock(connection: Connection) -> None:
    # In this order: the wait for the lock is bounded too.
    connection.exec_driver_sql(f"SELECT set_config('lock_timeout', '{BUSY_SECONDS}s', true)")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")


def commits_reach_the_disk(database: Database) -> bool:
    """Tell whether an acknowledged write survives a power cut, as far as the database's settings say."""
    with database.reading.connect() as connection:
        if database.on_sqlite:
            journal = connection.execute(text("PRAGMA journal_mode")).scalar_one()
            synchronous = connection.execute(text("PRAGMA synchronous")).scalar_one()
            return bool(journal == "wal" and synchronous >= 2)  # noqa: PLR2004  # 2 is FULL
        settings = [connection.execute(text(f"SHOW {name}")).scalar_one() for name in ("fsync", "synchronous_commit")]
        return "off" not in settings


def truncate_wal(database: Database) -> bool:
    """Empty SQLite's write-ahead log, which may still hold what was erased; tell whether nothing was in the way.

    On PostgreSQL there is nothing to do here: its log is recycled, and what was erased there is sealed without a key.
    """
    if not database.on_sqlite:
        return True
    try:
        with closing(database.writing.raw_connection()) as raw, closing(raw.cursor()) as cursor:
            # A reader may take its time, and nobody shall wait for it here: this is done again later.
            cursor.execute("PRAGMA busy_timeout = 0")
            try:
                busy, _pages, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    except (SQLAlchemyError, sqlite3.Error):
        return False
    return not busy


def sql_text(statement: Executable) -> str:
    """Return a statement as SQLite's driver takes it, values by name, for the few reads past SQLAlchemy's execution."""
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))  # type: ignore[attr-defined]  # every ClauseElement has it
