"""Each column type keeps the same on both engines, and gives back what it was given."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text

from app.domain.inquiry import Marking
from app.domain.status import Status
from app.store.columns import UtcTime, Word, Words, text_in_code_point_order

KEPT = Table(
    "kept",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime),
    Column("status", Word(Status)),
    Column("markings", Words(Marking)),
    Column("key", text_in_code_point_order(80)),
)
TIMES = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
    datetime(2026, 1, 31, 18, 4, 5, tzinfo=UTC),
    datetime(2026, 1, 31, 18, 4, 5, 1000, tzinfo=UTC),
    datetime(2026, 1, 31, 18, 4, 5, 123000, tzinfo=UTC),
    datetime(2026, 1, 31, 18, 4, 6, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
]


@pytest.fixture
def kept(shared_database):
    with shared_database.writing.connect() as connection:
        KEPT.create(connection)
        yield connection


def keep(connection, column, values):
    connection.execute(insert(KEPT), [{"id": place, column: value} for place, value in enumerate(values)])
    return connection.execute(select(KEPT.c[column]).order_by(KEPT.c.id)).scalars().all()


def test_times_come_back_and_sort_as_times(kept):
    assert keep(kept, "at", reversed(TIMES)) == list(reversed(TIMES))
    assert kept.execute(select(KEPT.c.at).order_by(KEPT.c.at)).scalars().all() == TIMES
    assert kept.execute(select(KEPT.c.at).where(KEPT.c.at < TIMES[4])).scalars().all() == list(reversed(TIMES[:4]))


def test_a_time_is_kept_in_utc_to_the_millisecond(kept):
    in_denver = datetime(2026, 1, 31, 11, 4, 5, 123999, tzinfo=timezone(timedelta(hours=-7)))

    assert keep(kept, "at", [in_denver, None]) == [TIMES[4], None]
    assert kept.execute(text("SELECT at FROM kept WHERE id = 0")).scalar_one() == "2026-01-31T18:04:05.123Z"


@given(st.lists(st.datetimes(timezones=st.timezones()), min_size=2, max_size=2))
def test_texts_of_times_sort_as_the_times(pair):
    """On the type itself, since a database asks for no more than the order of texts."""
    try:
        times = [at.astimezone(UTC) for at in pair]
    except OverflowError:
        return
    kept = [UtcTime().process_bind_param(at, None) for at in times]
    milliseconds = [at.replace(microsecond=at.microsecond // 1000 * 1000) for at in times]

    assert (kept[0] < kept[1]) == (milliseconds[0] < milliseconds[1])
    assert [UtcTime().process_result_value(each, None) for each in kept] == milliseconds


def test_words_come_back_as_members_of_their_list(kept):
    assert keep(kept, "status", [*Status, None]) == [*Status, None]
    assert all(isinstance(each, Status) for each in kept.execute(select(KEPT.c.status)).scalars() if each)


@pytest.mark.parametrize("markings", [(), (Marking.ICE,), tuple(Marking), None])
def test_several_words_come_back_in_their_order(kept, markings):
    assert keep(kept, "markings", [markings]) == [markings]


def test_keys_sort_by_code_point_on_either_engine(kept):
    """A database's language may pass over hyphens and case, and put accents elsewhere."""
    keys = [
        "4 st",
        "a-b",
        "a-z",
        "aa",
        "ab",
        "b",
        "coors",
        "coors bypass",
        "montano",
        "montaño",
        "z",
        "é",
        "\U0001f600",
    ]
    keep(kept, "key", reversed(keys))

    begins = KEPT.c.key >= "coors", KEPT.c.key < "coors\U0010ffff"
    assert kept.execute(select(KEPT.c.key).order_by(KEPT.c.key)).scalars().all() == keys
    assert set(kept.execute(select(KEPT.c.key).where(*begins)).scalars()) == {"coors", "coors bypass"}


def test_what_is_searched_by_its_beginning_or_listed_in_order_sorts_by_code_point_wherever_postgresql_runs(kept):
    """The wheel's PostgreSQL knows no other order, so the one above cannot fail there; installed ones do."""
    if kept.dialect.name == "sqlite":
        return
    asked = "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE collation_name = 'C'"

    sorted_so = set(kept.execute(text(asked + " AND table_schema = 'public'")).scalars())

    assert sorted_so == {"kept.key", "inquiry.street_key", "inquiry.crossing_key", "facility.slug"}
