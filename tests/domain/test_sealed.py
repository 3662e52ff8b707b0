"""How long what is sealed can be read: each class by its own days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.moment import DENVER
from app.domain.sealed import BoxKind, Retention, RetentionClass, day_key_ends, sealing_day

RETENTION = Retention(callback=timedelta(days=30), detail=timedelta(days=365))


def test_only_the_askers_contact_is_kept_as_short_as_a_contact():
    kept = {kind: kind.retention for kind in BoxKind}
    assert [kind for kind, retention in kept.items() if retention is RetentionClass.CALLBACK] == [BoxKind.CALLBACK]
    assert set(kept.values()) == set(RetentionClass)


@pytest.mark.parametrize(("retention", "days"), [(RetentionClass.CALLBACK, 30), (RetentionClass.DETAIL, 365)])
def test_each_class_is_kept_its_own_time(retention, days):
    assert RETENTION.of(retention) == timedelta(days=days)


@pytest.mark.parametrize("retention", RetentionClass)
def test_no_class_is_kept_for_another_ones_time(retention):
    others = Retention(
        **{each.value: timedelta(days=1) for each in RetentionClass if each is not retention}
        | {retention.value: timedelta(days=7)}
    )
    assert others.of(retention) == timedelta(days=7)


def test_a_day_is_a_day_in_utc():
    assert sealing_day(datetime(2026, 1, 31, 17, 0, tzinfo=DENVER)) == date(2026, 2, 1)
    assert sealing_day(datetime(2026, 1, 31, 23, 59, 59, 999000, tzinfo=UTC)) == date(2026, 1, 31)


@given(
    at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # the framework's own form
    kept=st.timedeltas(timedelta(seconds=1), timedelta(days=4000)),
)
def test_a_days_key_goes_when_the_last_thing_sealed_that_day_was_kept_long_enough_and_within_a_day_of_it(at, kept):
    ends = day_key_ends(sealing_day(at), kept)
    assert at + kept < ends <= at + kept + timedelta(days=1)
