"""The migrations lead to what app/store/tables says, both ways, on both engines."""

import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, inspect, text
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.exc import DBAPIError
from sqlmodel import AutoString

from app.store import migrate
from app.store.engine import BUSY_SECONDS, open_database, open_to_migrate
from app.store.tables import InquiryRow, TokenRow

REPOSITORY = Path(__file__).parents[2]


def tables_in(url):
    engine = open_to_migrate(url)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def triggers_in(url):
    """Return the triggers and functions of our own."""
    engine = open_to_migrate(url)
    question = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION "
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    try:
        with engine.connect() as connection:
            return set(connection.execute(text(question)).scalars())
    finally:
        engine.dispose()


def test_upgraded_tables_are_those_of_the_code(empty_database_url):
    migrate.upgrade(empty_database_url)

    assert migrate.drift(empty_database_url) == []


def test_migrations_go_down_to_nothing_and_up_again(empty_database_url):
    migrate.upgrade(empty_database_url)
    before = tables_in(empty_database_url), triggers_in(empty_database_url)

    migrate.downgrade(empty_database_url, "base")
    assert (tables_in(empty_database_url), triggers_in(empty_database_url)) == (set(), set())

    migrate.upgrade(empty_database_url)
    assert (tables_in(empty_database_url), triggers_in(empty_database_url)) == before
    assert migrate.drift(empty_database_url) == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("ALTER TABLE contact ADD COLUMN nickname VARCHAR(10)", "nickname"),
        ("DROP INDEX ix_inquiry_due_at", "ix_inquiry_due_at"),
        ("CREATE TABLE stray (id INTEGER)", "stray"),
    ],
)
def test_drift_tells_what_differs(empty_database_url, statement, told):
    migrate.upgrade(empty_database_url)
    engine = open_to_migrate(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()

    assert any(told in difference for difference in migrate.drift(empty_database_url))


def test_drift_tells_a_closed_list_that_has_another_word(database_url, monkeypatch):
    check = next(each for each in TokenRow.__table__.constraints if each.name == "ck_token_role_is_listed")
    monkeypatch.setattr(check, "sqltext", text("role IN ('intake', 'dispatcher', 'supervisor', 'auditor', 'press')"))

    told = migrate.drift(database_url)

    assert len(told) == 1
    assert "ck_token_role_is_listed" in told[0]
    assert "press" in told[0]


def test_head_is_the_newest_migration():
    assert ScriptDirectory(str(migrate._SCRIPTS)).get_heads() == [migrate.HEAD]  # noqa: SLF001  # the framework's own form


def test_a_database_is_current_only_with_all_migrations_and_no_later_one(empty_database_url):
    migrate.upgrade(empty_database_url, "0001")
    database = open_database(empty_database_url)
    try:
        assert not migrate.is_current(database)
        migrate.upgrade(empty_database_url)
        assert migrate.is_current(database)
        engine = open_to_migrate(empty_database_url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        assert not migrate.is_current(database)
    finally:
        database.dispose()


def test_a_database_that_is_not_there_is_not_current_and_is_not_made(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'app.db'}")

    assert not migrate.is_current(database)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_is_not_current(empty_database_url):
    open_to_migrate(empty_database_url).connect().close()
    database = open_database(empty_database_url)

    assert not migrate.is_current(database)
    database.dispose()


def test_migrations_at_the_same_time_wait_for_each_other(empty_database_url):
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(migrate.upgrade, empty_database_url) for _ in range(3)]:
            done.result(timeout=2 * BUSY_SECONDS)

    assert migrate.drift(empty_database_url) == []


def test_a_migration_that_fails_leaves_nothing_behind(empty_database_url):
    migrate.upgrade(empty_database_url, "0001")
    engine = open_to_migrate(empty_database_url)
    with engine.begin() as connection:  # in the way of 0002, once it has made something
        if engine.dialect.name == "sqlite":
            connection.execute(text("CREATE TRIGGER event_refuses_delete AFTER INSERT ON event BEGIN SELECT 1; END"))
        else:
            connection.execute(text("CREATE FUNCTION refuses() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'"))
            connection.execute(
                text("CREATE TRIGGER event_refuses_change AFTER INSERT ON event EXECUTE FUNCTION refuses()")
            )
    engine.dispose()
    before = triggers_in(empty_database_url)

    with pytest.raises(DBAPIError, match="already exists"):
        migrate.upgrade(empty_database_url)

    assert triggers_in(empty_database_url) == before


def test_serve_does_not_import_alembic():
    """It takes as long as all else that `serve` imports for the store."""
    asked = (
        "import sys, app.store.migrate, app.store.writer; print([name for name in sys.modules if 'alembic' in name])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", asked], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout

    assert printed.strip() == "[]"


def test_migrations_name_no_type_of_the_code():
    """They outlive it. alembic's drafts name plain types thanks to env.py, and the first migration was drafted so."""
    for migration in (migrate._SCRIPTS / "versions").glob("0*.py"):  # noqa: SLF001  # the framework's own form
        named = re.findall(r"^(?:import|from) (\w+)", migration.read_text(), re.MULTILINE)
        assert set(named) <= {"sqlalchemy", "alembic", *sys.stdlib_module_names}


def test_a_drafted_migration_leads_to_the_tables_of_the_code(monkeypatch, tmp_path):
    scripts = shutil.copytree(migrate._SCRIPTS, tmp_path / "migrations")  # noqa: SLF001  # the framework's own form
    monkeypatch.setattr(migrate, "_SCRIPTS", scripts)
    column = Column("nickname", AutoString(length=12))
    monkeypatch.setattr(migrate.EventRow, "metadata", grown := MetaData())
    Table("desk", grown, column)
    for table in InquiryRow.metadata.sorted_tables:
        table.to_metadata(grown)

    drafted = migrate.write_revision("a desk has a nickname")

    assert 'sa.Column("nickname", sa.String(length=12)' in drafted.read_text().replace("'", '"')
    assert drafted.name.startswith(f"{int(migrate.HEAD) + 1:04d}_")


def test_closed_lists_become_alternatives_and_lists_again(tmp_path):
    url = f"sqlite:///{tmp_path / 'app.db'}"

    def tables():
        engine = open_to_migrate(url)
        with engine.connect() as connection:
            found = connection.execute(text("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")).all()
            assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
        engine.dispose()
        return dict(found)

    migrate.upgrade(url, "0006")
    before = tables()
    migrate.upgrade(url)
    after = tables()
    migrate.downgrade(url, "0006")

    assert sum(" IN (" in sql for sql in before.values()) > 10
    assert not any(" IN (" in sql for sql in after.values())
    assert tables() == before


def test_closed_lists_stay_lists_where_sqlite_forbids_to_change_its_schema(tmp_path, monkeypatch):
    """`PRAGMA writable_schema` changes nothing in a defensive build, so nothing is writable here either."""
    url = f"sqlite:///{tmp_path / 'app.db'}"
    execute = SQLiteDialect.do_execute

    def defensive(self, cursor, statement, parameters, context=None):
        if statement != "PRAGMA writable_schema = ON":
            execute(self, cursor, statement, parameters, context)

    monkeypatch.setattr(SQLiteDialect, "do_execute", defensive)
    migrate.upgrade(url)

    assert migrate.drift(url) == []
    engine = open_to_migrate(url)
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT sql FROM sqlite_schema WHERE name = 'token'")).scalar_one()
    engine.dispose()
    assert "role IN (" in tables


def test_boxes_outlast_the_change_of_their_key(empty_database_url):
    def stored():
        engine = open_to_migrate(empty_database_url)
        with engine.begin() as connection:
            rows = connection.execute(text("SELECT id, owner_id, ciphertext FROM sealed_box ORDER BY owner_id")).all()
        engine.dispose()
        return [row[0] for row in rows], [(row[1], bytes(row[2])) for row in rows]

    migrate.upgrade(empty_database_url, "0005")
    engine = open_to_migrate(empty_database_url)
    with engine.begin() as connection:
        for number in range(3):
            connection.execute(
                text(
                    "INSERT INTO sealed_box (id, owner_id, kind, retention, day, wrapped_key, ciphertext, set_aside)"
                    " VALUES (:id, :owner, 'detail', 'detail', '2026-01-31', :key, :text, false)"
                ),
                {"id": f"{number:032x}", "owner": f"owner {number}", "key": b"key", "text": b"%d" % number},
            )
    engine.dispose()
    names, boxes = stored()

    migrate.upgrade(empty_database_url)
    assert stored() == ([1, 2, 3], boxes)

    migrate.downgrade(empty_database_url, "0005")
    again, kept = stored()
    assert kept == boxes
    assert len(set(again)) == len(names)
    assert all(len(name) == len(names[0]) for name in again)
