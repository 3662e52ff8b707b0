"""The tables' history: brings a database to what app/store/tables says, and tells whether it is there.

Alembic keeps the history and is told everything here, in code. `serve` imports this module for `is_current` alone;
alembic takes more than its share of the 1.5 s in which `serve` is ready, so it is imported where it is used.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Connection, Inspector, MetaData, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError

from app.store.engine import Database, open_to_migrate
from app.store.tables import EventRow

if TYPE_CHECKING:
    from alembic.config import Config

    from app.store.session import WriteSession

# The newest revision under migrations/versions; a test holds it against them.
HEAD = "0007"
_SCRIPTS = Path(__file__).parent / "migrations"


def is_current(database: Database) -> bool:
    """Tell whether a database has all migrations and no later one; a file that is not there has none.

    Raises DatabaseError where a server cannot be reached, or a file cannot be read: a full disk, no database at all.
    """
    try:
        with database.reading.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
    except DatabaseError as error:
        if database.on_sqlite and getattr(error.orig, "sqlite_errorname", "") == "SQLITE_CANTOPEN":
            return False
        raise


def rewrite_version(session: "WriteSession") -> None:
    """Write what stands there already: the smallest write that asks the disk whether it takes any."""
    session.change(text("UPDATE alembic_version SET version_num = version_num"))


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database to a revision, all of it or nothing; of two migrations at once the second finds it done.

    On SQLite the file is made if it is not there.
    """
    from alembic import command  # noqa: PLC0415  # see the top of this module

    with _open(url) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str) -> None:
    """Take a database back to an earlier revision, or to `base`: no table. What the later ones held is lost."""
    from alembic import command  # noqa: PLC0415  # see the top of this module

    with _open(url) as connection:
        command.downgrade(_config(connection), revision)


def drift(url: str) -> list[str]:
    """Return what differs between a database and app/store/tables, in words; nothing if the migrations are right."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415  # see the top of this module
    from alembic.migration import MigrationContext  # noqa: PLC0415  # as above

    with _open(url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = [repr(difference) for difference in compare_metadata(context, EventRow.metadata)]
        return differences + _drift_of_checks(inspect(connection), EventRow.metadata)


def write_revision(message: str) -> Path:
    """Write the migration that leads from the newest one to app/store/tables, for its author to read and mend.

    Alembic does not see checks and triggers; `drift` sees the former.
    """
    from alembic import command  # noqa: PLC0415  # see the top of this module

    with create_engine("sqlite://").begin() as connection:
        config = _config(connection)
        command.upgrade(config, "head")
        script = command.revision(config, message, autogenerate=True, rev_id=f"{int(HEAD) + 1:04d}")
    return Path(script.path)  # type: ignore[union-attr]  # one message, one script


@contextmanager
def _open(url: str) -> Iterator[Connection]:
    """Give a connection that holds the write lock, in one transaction."""
    engine = open_to_migrate(url)
    try:
        with engine.begin() as connection:
            yield connection
            _refuse_broken_references(connection)
    finally:
        engine.dispose()


def _refuse_broken_references(connection: Connection) -> None:
    """Raise ValueError if a row refers to none: SQLite checks nothing while a migration rebuilds its tables."""
    if connection.dialect.name == "sqlite":
        broken = {row[0] for row in connection.execute(text("PRAGMA foreign_key_check"))}
        if broken:
            raise ValueError(f"after the migration rows refer to none in {', '.join(sorted(broken))}")


def _config(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415  # see the top of this module

    config = Config(attributes={"connection": connection})
    # A percent sign in the path would be read as an interpolation.
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _drift_of_checks(inspector: Inspector, metadata: MetaData) -> list[str]:
    """Return which checks differ by table, name or the words that they list; engines write the rest their own way."""
    stored = {
        (table, str(check["name"])): _words(check["sqltext"])
        for (_, table), checks in inspector.get_multi_check_constraints().items()
        for check in checks
    }
    wanted = {
        (table.name, str(check.name)): _words(str(check.sqltext))
        for table in metadata.sorted_tables
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }
    return [
        f"check {name} of {table}: {sorted(stored.get(key, {'absent'}))} is not {sorted(wanted.get(key, {'absent'}))}"
        for key in sorted(stored.keys() | wanted.keys())
        for table, name in (key,)
        if stored.get(key) != wanted.get(key)
    ]


def _words(condition: str) -> frozenset[str]:
    return frozenset(re.findall(r"'([^']*)'", condition))
