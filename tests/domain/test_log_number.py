"""The log's numbers, as they are written and as people say them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.log_number import log_number, log_year, read_log_number


@pytest.mark.parametrize(
    ("serial", "number"),
    [(1, "2026-000001"), (123, "2026-000123"), (999_999, "2026-999999"), (1_000_000, "2026-1000000")],
)
def test_a_number_has_six_digits_or_more(serial, number):
    assert log_number(2026, serial) == number


@pytest.mark.parametrize(("year", "serial"), [(2026, 0), (2026, -1), (26, 1), (10_000, 1)])
def test_a_number_that_could_not_be_read_back_is_not_written(year, serial):
    with pytest.raises(ValueError, match="log number"):
        log_number(year, serial)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-000123", (2026, 123)),
        ("2026-123", (2026, 123)),
        ("26-123", (2026, 123)),
        ("25-123", (2025, 123)),
        ("99-1", (1999, 1)),
        ("123", (2026, 123)),
        ("000123", (2026, 123)),
        (" #26 - 123 ", (2026, 123)),
        ("26\u2013123", (2026, 123)),
        ("2026-1000000", (2026, 1_000_000)),
    ],
)
def test_a_number_is_read_as_people_say_it(said, meant):
    assert read_log_number(said, this_year=2026) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "26-",
        "-123",
        "2026-0",
        "0",
        "026-1",
        "226-1",
        "0026-1",
        "26-1234567890",
        "26-12-3",
        "26 123",
        "1e3",
        "\u0662\u0666-1",
        "26-123\x00",
        "K7QF-2M9X-TD3W",
        "26-+1",
        "26-1_0",
        "\ud800",
        "1" * 5000,
    ],
)
def test_anything_else_is_no_number(text):
    assert read_log_number(text, this_year=2026) is None


@given(year=st.integers(1000, 9999), serial=st.integers(1, 999_999_999), this_year=st.integers(2025, 2099))
def test_what_is_written_is_read_back_in_any_year(year, serial, this_year):
    assert read_log_number(log_number(year, serial), this_year=this_year) == (year, serial)


@given(st.text())
def test_no_text_makes_reading_fail(text):
    read_log_number(text, this_year=2026)


@pytest.mark.parametrize(
    ("received_at", "year"),
    [
        (datetime(2027, 1, 1, 6, 59, 59, tzinfo=UTC), 2026),
        (datetime(2027, 1, 1, 7, 0, tzinfo=UTC), 2027),
        (datetime(2026, 7, 1, tzinfo=UTC), 2026),
    ],
)
def test_the_year_turns_at_midnight_in_albuquerque(received_at, year):
    assert log_year(received_at) == year


def test_a_moment_without_its_zone_has_no_year():
    with pytest.raises(ValueError, match="time zone"):
        log_year(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake that is refused
