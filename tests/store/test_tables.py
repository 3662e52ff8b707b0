"""The database holds the same rules as the code: over every table and column that there is."""

import re
from dataclasses import fields
from datetime import UTC, date, datetime
from importlib import import_module
from pkgutil import iter_modules

import pytest
from sqlalchemy import JSON, CheckConstraint, String, insert, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlmodel import AutoString, SQLModel

import app.store
from app.store import alerts, calls, directory, idempotency, inquiries, outbox, sessions, webhooks
from app.store.columns import UtcTime, Word, Words
from app.store.rows import Rows
from app.store.tables import AlertRow, CallRow, ContactRow, EventRow, InquiryRow, SealedBoxRow, WebhookRow

TABLES = EventRow.metadata.sorted_tables
WORDS = [column for table in TABLES for column in table.columns if isinstance(column.type, Word)]
ROWS = [
    inquiries.inquiries,
    calls.calls,
    calls.corrections,
    directory.contacts,
    directory.facilities,
    directory.tokens,
    idempotency.kept_answers,
    sessions.sessions,
    sessions.links,
    alerts.alerts,
    webhooks.webhooks,
    outbox.messages,
    outbox.deliveries,
]
STORE = [import_module(f"app.store.{module.name}") for module in iter_modules(app.store.__path__)]
AT = datetime(2026, 1, 31, 18, 4, 5, 123000, tzinfo=UTC)


def a_row(table):
    """Return the least that a table takes: null where it may be, else the plainest value of the column's type."""
    return {column.name: None if column.nullable else a_value(column) for column in table.columns}


def a_value(column):
    if isinstance(column.type, Word):
        return next(iter(column.type.words))
    if isinstance(column.type, Words):
        return ()
    if isinstance(column.type, UtcTime):
        return AT
    if isinstance(column.type, JSON):
        return {}
    if isinstance(column.type, String | AutoString):
        return "x"
    return {int: 1, float: 0.0, bool: False, bytes: b"x", date: AT.date()}[column.type.python_type]


def add(connection, table, **values):
    connection.execute(insert(table), {**a_row(table), **values})


def add_with_references(connection, table, **values):
    """Add a row, and what it refers to."""
    for key in table.foreign_keys:
        add_with_references(connection, key.column.table)
    add(connection, table, **values)


@pytest.fixture
def connection(shared_database):
    """A connection whose changes are taken back in the end."""
    with shared_database.writing.connect() as opened:
        yield opened


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_takes_the_plainest_row(connection, table):
    """The control of the tests below: what they add is refused for their one reason."""
    add_with_references(connection, table)


def add_with_word(connection, column, word):
    """Add a row with a word in a column, and what has to stand beside it."""
    beside = {
        "withdrawn_reason": {"status": "withdrawn"},
        "callback_kind": {"callback_hint": "…34"},
        "outcome": {"outcome_at": AT},
    }
    values = {column.name: word, **beside.get(column.name, {})}
    if values.get("status") == "withdrawn":
        values.setdefault("withdrawn_reason", "by_asker")
    add_with_references(connection, column.table, **values)


@pytest.mark.parametrize("column", WORDS, ids=str)
def test_a_word_that_is_not_listed_is_refused(connection, column):
    with pytest.raises(IntegrityError, match=f"ck_{column.table.name}_{column.name}_is_listed"):
        add_with_word(connection, column, "stray")


@pytest.mark.parametrize("column", WORDS, ids=str)
def test_every_word_of_the_list_is_taken(connection, column):
    for word in column.type.words:
        with connection.begin_nested() as tried:
            add_with_word(connection, column, word)
            tried.rollback()


@pytest.mark.parametrize(
    ("table", "values", "check"),
    [
        (EventRow, {"subject": "2026-000001"}, "subject_has_seq"),
        (EventRow, {"seq": 0}, "subject_has_seq"),
        (InquiryRow, {"latitude": 35.1}, "point_is_whole"),
        (InquiryRow, {"status": "withdrawn"}, "withdrawal_has_reason"),
        (InquiryRow, {"withdrawn_reason": "by_asker"}, "withdrawal_has_reason"),
        (InquiryRow, {"claimed_by": "somebody"}, "claim_is_whole"),
        (InquiryRow, {"callback_hint": "…34"}, "callback_is_whole"),
        (InquiryRow, {"serial": 0}, "serial_counts_from_1"),
        (CallRow, {"outcome": "confirmed"}, "outcome_is_whole"),
        (AlertRow, {"acknowledged_at": AT}, "acknowledgement_is_whole"),
        (WebhookRow, {"older_secret": b"x"}, "older_secret_is_whole"),
    ],
)
def test_halves_of_what_belongs_together_are_refused(connection, table, values, check):
    with pytest.raises(IntegrityError, match=check):
        add_with_references(connection, table.__table__, **values)


def test_the_checks_above_are_all_that_there_are():
    told = {"subject_has_seq", "point_is_whole", "withdrawal_has_reason", "claim_is_whole", "callback_is_whole"}
    told |= {"serial_counts_from_1", "outcome_is_whole", "acknowledgement_is_whole", "older_secret_is_whole"} | {
        f"{column.name}_is_listed" for column in WORDS
    }
    there = {
        str(check.name).removeprefix(f"ck_{table.name}_")
        for table in TABLES
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }

    assert there == told


@pytest.mark.parametrize(
    "key", [key for table in TABLES for key in table.foreign_keys], ids=lambda key: f"{key.parent}"
)
def test_a_reference_to_nothing_is_refused(connection, key):
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        add(connection, key.parent.table)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET payload = 'another'",
        "UPDATE event SET payload = payload WHERE kind = 'inquiry:logged'",
        "DELETE FROM event",
        "TRUNCATE event",
        "TRUNCATE event CASCADE",
        "INSERT OR REPLACE INTO event SELECT * FROM event",
        # The same leaf of an inquiry under another index.
        (
            'REPLACE INTO event SELECT "index" + 9, at, kind, by, by_role, inquiry_id, call_id, subject, seq, detail, '
            "sealed, screen_version, rest_salt, salt, payload FROM event"
        ),
        "INSERT INTO event SELECT * FROM event WHERE true ON CONFLICT (\"index\") DO UPDATE SET payload = 'another'",
    ],
)
def test_events_are_never_changed_or_taken_away(connection, statement):
    on_sqlite = connection.dialect.name == "sqlite"
    if ("TRUNCATE" in statement and on_sqlite) or ("REPLACE" in statement and not on_sqlite):
        return  # that engine knows no such statement
    add(connection, EventRow.__table__, subject="2026-000001", seq=0, kind="inquiry:logged")

    with pytest.raises(DatabaseError, match="events take new rows only"), connection.begin_nested():
        connection.execute(text(statement))

    assert connection.execute(text("SELECT payload FROM event")).scalars().all() == ["x"]


@pytest.mark.parametrize("rows", ROWS, ids=lambda rows: rows.table.__tablename__)
def test_a_value_and_its_row_have_the_same_names_and_the_same_may_be_none(rows):
    columns = {column.name: column.nullable for column in rows.table.__table__.columns}
    optional = {field.name: "None" in str(field.type) for field in fields(rows.value)}

    assert columns == optional


def test_the_tables_above_are_all_that_are_read_as_values():
    in_store = (getattr(module, name) for module in STORE for name in vars(module))

    assert {each.table for each in in_store if isinstance(each, Rows)} == {rows.table for rows in ROWS}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_constraint_and_index_has_a_name(table):
    assert all(constraint.name for constraint in table.constraints)
    assert all(index.name for index in table.indexes)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_name_is_longer_than_postgresql_keeps(table):
    names = [table.name, *(str(each.name) for each in (*table.constraints, *table.indexes))]

    assert max(map(len, names)) <= 63


def test_tables_of_the_models_are_all_in_one_metadata():
    assert SQLModel.metadata is EventRow.metadata
    assert {ContactRow.__tablename__, SealedBoxRow.__tablename__} <= {table.name for table in TABLES}


def test_words_fit_their_columns():
    for column in WORDS:
        assert max(map(len, column.type.words)) <= column.type.impl_instance.length, column
    every = [column for table in TABLES for column in table.columns if isinstance(column.type, Words)]
    assert every
    for column in every:
        assert len(",".join(column.type.words)) <= column.type.impl_instance.length, column
        assert not any(re.search(",", word) for word in column.type.words)
