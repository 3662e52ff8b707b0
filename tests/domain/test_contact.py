"""Whom dispatchers call: hours as OpenStreetMap writes them, read in Albuquerque's time; who is on duty comes first."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.contact import DAYS, on_duty, read_hours, whom_to_call
from app.domain.moment import DENVER
from tests.builders import AT, a_contact

WEEK = [datetime(2026, 6, day, tzinfo=DENVER) for day in range(1, 8)]  # Monday to Sunday


def at(day, time):
    """Return a moment of a week in June, in Albuquerque's time."""
    hours, minutes = map(int, time.split(":"))
    return WEEK[DAYS.index(day)] + timedelta(hours=hours, minutes=minutes)


ON_DUTY = [
    ("Mo-Fr 08:00-17:00", "Mo", "08:00", True),
    ("Mo-Fr 08:00-17:00", "Fr", "16:59", True),
    ("Mo-Fr 08:00-17:00", "Mo", "07:59", False),
    ("Mo-Fr 08:00-17:00", "We", "17:00", False),
    ("Mo-Fr 08:00-17:00", "Sa", "12:00", False),
    ("Mo-Fr 08:00-17:00; Sa 09:00-12:00", "Sa", "09:00", True),
    ("Mo-Fr 08:00-17:00; Sa 09:00-12:00", "Su", "09:00", False),
    ("Mo-Fr 08:00-17:00;Sa 09:00-12:00", "Sa", "11:59", True),
    ("Mo,We,Fr 08:00-17:00", "We", "10:00", True),
    ("Mo,We,Fr 08:00-17:00", "Tu", "10:00", False),
    ("Mo-Tu,Th-Fr 08:00-17:00", "We", "10:00", False),
    ("Mo-Su 00:00-24:00", "Su", "23:59", True),
    ("Mo-Su 00:00-24:00", "Mo", "00:00", True),
    ("Sa 22:00-24:00", "Sa", "23:59", True),
    ("Sa 22:00-24:00", "Su", "00:00", False),
    # past midnight: the shift belongs to the day on which it begins
    ("Mo-Fr 22:00-06:00", "Mo", "22:00", True),
    ("Mo-Fr 22:00-06:00", "Tu", "05:59", True),
    ("Mo-Fr 22:00-06:00", "Tu", "06:00", False),
    ("Mo-Fr 22:00-06:00", "Mo", "05:59", False),
    ("Mo-Fr 22:00-06:00", "Sa", "05:59", True),
    ("Mo-Fr 22:00-06:00", "Sa", "22:00", False),
    ("Su 22:00-06:00", "Mo", "03:00", True),
    # days run round the end of the week
    ("Fr-Mo 08:00-17:00", "Su", "12:00", True),
    ("Fr-Mo 08:00-17:00", "Mo", "12:00", True),
    ("Fr-Mo 08:00-17:00", "Tu", "12:00", False),
    ("Su-Sa 08:00-17:00", "We", "12:00", True),
]


@pytest.mark.parametrize(("hours", "day", "time", "expected"), ON_DUTY)
def test_somebody_is_on_duty_within_the_hours(hours, day, time, expected):
    assert on_duty(hours, at(day, time)) is expected


@given(moment=st.datetimes(timezones=st.just(UTC)))
def test_without_hours_somebody_is_always_on_duty(moment):
    assert on_duty(None, moment)


@given(moment=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # the framework's own form
def test_a_day_split_between_two_desks_has_one_of_them_on_duty(moment):
    """Also in the hour that summer time leaves out and the one that winter time brings twice."""
    day_desk, night_desk = on_duty("Mo-Su 06:00-22:00", moment), on_duty("Mo-Su 22:00-06:00", moment)
    assert day_desk is not night_desk


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 1, 15, 15, 0, tzinfo=UTC), True),  # 08:00 in winter time
        (datetime(2026, 1, 15, 14, 59, tzinfo=UTC), False),
        (datetime(2026, 7, 15, 14, 0, tzinfo=UTC), True),  # 08:00 in summer time
        (datetime(2026, 7, 15, 13, 59, tzinfo=UTC), False),
        (datetime(2026, 7, 15, 23, 0, tzinfo=UTC), False),  # 17:00
    ],
)
def test_hours_are_those_of_albuquerque_in_winter_and_in_summer(moment, expected):
    assert on_duty("Mo-Fr 08:00-17:00", moment) is expected


def test_a_night_shift_over_the_change_of_time_ends_by_the_clock_on_the_wall():
    ends = datetime(2026, 3, 8, 6, 0, tzinfo=DENVER)  # the night that has no hour from two to three
    assert on_duty("Sa 22:00-06:00", ends.astimezone(UTC) - timedelta(minutes=1))
    assert not on_duty("Sa 22:00-06:00", ends.astimezone(UTC))


@pytest.mark.parametrize(
    "hours",
    [
        "",
        " ",
        "always",
        "24/7",
        "Mo-Fr",
        "08:00-17:00",
        "Mo-Fr 8:00-17:00",
        "Mo-Fr 08:00",
        "Mo-Fr 08:00-17:00;",
        "Mo-Fr 08:00-25:00",
        "Mo-Fr 08:60-17:00",
        "Mo-Fr 24:00-08:00",
        "Mo-Fr 24:01-08:00",
        "Mo-Fr 08:00-24:30",
        "Mo-Fr 08:00-08:00",
        "mo-fr 08:00-17:00",
        "Mon-Fri 08:00-17:00",
        "Lu-Vi 08:00-17:00",
        "Mo-Fr 08:00-12:00,13:00-17:00",
        "Mo--Fr 08:00-17:00",
        "Mo, Fr 08:00-17:00",
        "Mo-Fr 08:00-17:00 PH off",
        "Mo-Fr \u06608:00-17:00",
        "Mo-Fr 08:00-17:00\x1f",
        "Mo-Fr 08:00-17:00\x00",
        "Mo-Fr 08:00-17:00\u2028",
    ],
)
def test_any_other_form_is_refused(hours):
    with pytest.raises(ValueError, match=r"\w"):
        read_hours(hours)


@given(text=st.text(max_size=30))
def test_what_is_read_never_raises_anything_but_a_refusal(text):
    try:
        read_hours(text)
    except ValueError:
        return
    assert on_duty(text, AT) in {True, False}


def test_the_lowest_priority_on_duty_is_called():
    first = a_contact(priority=1)
    assert whom_to_call([a_contact(priority=2), first, a_contact(priority=3)], AT) is first


def test_of_equals_the_oldest_is_called():
    oldest = a_contact(first_event=3)
    assert whom_to_call([a_contact(first_event=9), oldest, a_contact(first_event=4)], AT) is oldest


def test_who_is_off_duty_or_not_active_is_passed_over():
    on = a_contact(priority=9)
    contacts = [a_contact(priority=1, active=False), a_contact(priority=2, hours="Mo-Fr 08:00-17:00"), on]
    assert whom_to_call(contacts, AT) is on  # a Saturday


def test_there_may_be_nobody_to_call():
    assert whom_to_call([], AT) is None
    assert whom_to_call([a_contact(active=False), a_contact(hours="Su 00:00-24:00")], AT) is None
