"""Progress reports: counts and minutes, by time, place, source and activity."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.inquiry import Activity, AreaCommand, Source
from app.domain.report import By, ReportEntry, percentile, report
from app.domain.status import Status

ENTRY = ReportEntry(
    asked_on=date(2026, 1, 31),
    status=Status.NOT_ICE,
    source=Source.PUBLIC,
    area_command=AreaCommand.VALLEY,
    activity=Activity.WORKSITE,
    minutes_to_call=4,
    minutes_to_answer=10,
)


@pytest.mark.parametrize(
    ("by", "name"),
    [
        (By.DAY, "2026-01-31"),
        (By.WEEK, "2026-W05"),
        (By.MONTH, "2026-01"),
        (By.AREA_COMMAND, "valley"),
        (By.SOURCE, "public"),
        (By.ACTIVITY, "worksite"),
    ],
)
def test_a_report_is_divided_as_asked(by, name):
    assert [group.name for group in report([ENTRY], by)] == [name]


def test_every_division_of_the_contract_is_tried_above():
    assert set(By) == {By.DAY, By.WEEK, By.MONTH, By.AREA_COMMAND, By.SOURCE, By.ACTIVITY}


def test_the_week_at_new_year_is_that_of_iso_8601():
    assert report([replace(ENTRY, asked_on=date(2027, 1, 1))], By.WEEK)[0].name == "2026-W53"


def test_what_is_not_told_yet_comes_last():
    untold = replace(ENTRY, area_command=None, status=Status.OPEN)

    names = [group.name for group in report([untold, ENTRY], By.AREA_COMMAND)]

    assert names == ["valley", None]


def test_groups_come_in_the_order_of_the_contracts_list():
    entries = [replace(ENTRY, area_command=area) for area in reversed(AreaCommand)]

    assert [group.name for group in report(entries, By.AREA_COMMAND)] == list(AreaCommand)


def test_every_status_is_counted_also_where_there_is_none():
    (group,) = report([ENTRY, ENTRY, replace(ENTRY, status=Status.WITHDRAWN)], By.MONTH)

    assert group.inquiries == 3
    assert group.by_status == {**dict.fromkeys(Status, 0), Status.NOT_ICE: 2, Status.WITHDRAWN: 1}


def test_minutes_that_are_not_told_are_not_counted_as_none_at_all():
    (group,) = report([ENTRY, replace(ENTRY, minutes_to_call=None, minutes_to_answer=None)], By.MONTH)

    assert (group.to_call.counted, group.to_call.median, group.to_answer.p90) == (1, 4, 10)


@pytest.mark.parametrize(
    ("values", "median", "p90"), [([], None, None), ([7], 7, 7), ([1, 2], 1, 2), (list(range(1, 11)), 5, 9)]
)
def test_the_median_and_the_90th_percentile_by_the_nearest_rank(values, median, p90):
    assert (percentile(values, 0.5), percentile(values, 0.9)) == (median, p90)


@given(st.lists(st.integers(0, 10_000), min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_a_value_that_was_seen_and_that_its_share_does_not_exceed(values, share):
    found = percentile(values, share)

    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
