"""What is derived from an inquiry's state, and that the state has no room for who anybody is."""

from dataclasses import FrozenInstanceError, fields
from datetime import timedelta

import pytest

from app.domain.inquiry import LATE_AFTER, Inquiry, WithdrawalReason
from app.domain.not_collected import asks_for_what_is_not_collected
from app.domain.status import Status
from tests.builders import AT, an_inquiry


def test_its_number_is_the_year_and_six_digits():
    assert an_inquiry(year=2026, serial=123).number == "2026-000123"


def test_its_answer_is_the_one_that_was_written():
    answer = an_inquiry(answer_en="Yes.", answer_es="Sí.").answer
    assert (answer.en, answer.es) == ("Yes.", "Sí.")


@pytest.mark.parametrize(
    ("waited", "late"),
    [(timedelta(0), False), (LATE_AFTER, False), (LATE_AFTER + timedelta(milliseconds=1), True), (-LATE_AFTER, False)],
)
def test_it_is_late_if_entered_more_than_15_minutes_after_it_was_asked(waited, late):
    assert timedelta(minutes=15) == LATE_AFTER
    assert an_inquiry(asked_at=AT, received_at=AT + waited).late is late


@pytest.mark.parametrize("status", Status)
def test_possible_impersonation_is_flagged_exactly_while_the_status_is_not_ice(status):
    reason = WithdrawalReason.BY_ASKER if status is Status.WITHDRAWN else None
    flags = an_inquiry(status=status, withdrawn_reason=reason).flags
    assert flags == (("possible_impersonation",) if status is Status.NOT_ICE else ())


def test_a_city_facility_is_flagged_whatever_the_status():
    assert an_inquiry(city_facility=True).flags == ("city_facility",)
    flags = an_inquiry(city_facility=True, status=Status.NOT_ICE).flags
    assert flags == ("city_facility", "possible_impersonation")


@pytest.mark.parametrize("status", Status)
def test_only_a_withdrawn_one_is_withdrawn(status):
    assert an_inquiry(status=status).withdrawn is (status is Status.WITHDRAWN)


def test_it_is_a_value_that_nothing_changes():
    with pytest.raises(FrozenInstanceError):
        an_inquiry().status = Status.CONFIRMED


def test_it_has_no_field_for_who_anybody_is():
    assert not [field.name for field in fields(Inquiry) if asks_for_what_is_not_collected(field.name)]
