"""Times within are UTC to the millisecond; what is published is cut to the minute; days are Albuquerque's."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.moment import day_in_denver, exact, to_millisecond, to_minute

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=offsets)  # noqa: DTZ001  # the framework's own form


@pytest.mark.parametrize(
    ("at", "to_the_millisecond", "cut"),
    [
        (datetime(2026, 1, 31, 18, 4, 5, 123999, tzinfo=UTC), "2026-01-31T18:04:05.123Z", "2026-01-31T18:04:00Z"),
        (datetime(2026, 1, 31, 18, 4, 59, 999999, tzinfo=UTC), "2026-01-31T18:04:59.999Z", "2026-01-31T18:04:00Z"),
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00Z"),
        (
            datetime(2026, 1, 31, 23, 30, tzinfo=timezone(timedelta(hours=-7))),
            "2026-02-01T06:30:00.000Z",
            "2026-02-01T06:30:00Z",
        ),
    ],
)
def test_times_are_written_as_the_contract_says(at, to_the_millisecond, cut):
    assert exact(at) == to_the_millisecond
    assert to_minute(at) == cut


@given(at=moments)
def test_a_time_cut_to_the_millisecond_is_kept_whole(at):
    cut = to_millisecond(at)
    assert timedelta(0) <= at - cut < timedelta(milliseconds=1)
    assert cut.utcoffset() == timedelta(0)
    assert datetime.fromisoformat(exact(at)) == cut
    assert to_millisecond(cut) == cut


@given(at=moments)
def test_a_published_time_tells_the_minute_and_nothing_finer(at):
    told = datetime.fromisoformat(to_minute(at))
    assert timedelta(0) <= at - told < timedelta(minutes=1)
    assert (told.second, told.microsecond) == (0, 0)


@given(one=moments, other=moments)
def test_times_as_text_are_ordered_as_times(one, other):
    assert (exact(one) < exact(other)) is (to_millisecond(one) < to_millisecond(other))


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 1, 1, 6, 59, tzinfo=UTC), date(2025, 12, 31)),
        (datetime(2026, 1, 1, 7, 0, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 7, 1, 5, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 7, 1, 6, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_albuquerque(at, day):
    assert day_in_denver(at) == day
