"""When the next step is late: each line of the contract's `due_at`."""

from datetime import timedelta

import pytest

from app.domain.due import DueTimes, due_at
from app.domain.inquiry import CallbackKind, WithdrawalReason
from app.domain.status import SETTLED, Status
from tests.builders import AT, MINUTE, a_call, after, an_inquiry, some_calls

TIMES = DueTimes(first_call=5 * MINUTE, next_call=10 * MINUTE, message=30 * MINUTE)
WITH_CALLBACK = {"callback_kind": CallbackKind.PHONE, "callback_hint": "…42"}


def test_before_any_call_the_first_one_is_due():
    assert due_at(an_inquiry(), [], TIMES) == AT + TIMES.first_call


def test_the_first_call_is_due_from_when_the_inquiry_was_entered_not_from_when_it_was_asked():
    assert due_at(an_inquiry(asked_at=AT - timedelta(hours=3)), [], TIMES) == AT + TIMES.first_call


def test_while_a_call_is_under_way_the_next_step_is_due_after_it_was_placed():
    inquiry = an_inquiry(status=Status.CALLING, status_since=after(1))
    assert due_at(inquiry, some_calls(None), TIMES) == after(1) + TIMES.next_call


def test_after_a_call_that_nobody_answered_the_next_one_is_due():
    assert due_at(an_inquiry(), some_calls("no_answer"), TIMES) == after(2) + TIMES.next_call


def test_ice_has_longer_to_answer_a_message():
    inquiry = an_inquiry(status=Status.AWAITING_ICE, status_since=after(2))
    assert due_at(inquiry, some_calls("left_message"), TIMES) == after(2) + TIMES.message


def test_it_is_the_newest_event_of_any_call_that_counts():
    inquiry = an_inquiry(status=Status.AWAITING_ICE, status_since=after(2))
    calls = [a_call("left_message", ordinal=1, last_event_at=after(60)), a_call("no_answer", ordinal=2)]
    assert due_at(inquiry, calls, TIMES) == after(60) + TIMES.message


@pytest.mark.parametrize("status", SETTLED)
def test_a_settled_inquiry_with_a_callback_is_due_to_be_told(status):
    inquiry = an_inquiry(status=status, status_since=after(2), **WITH_CALLBACK)
    assert due_at(inquiry, some_calls("declined"), TIMES) == after(2) + TIMES.first_call


@pytest.mark.parametrize("status", SETTLED)
def test_a_settled_inquiry_without_a_callback_is_never_late(status):
    assert due_at(an_inquiry(status=status, status_since=after(2)), some_calls("declined"), TIMES) is None


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.WITHDRAWN])
def test_an_asker_who_was_told_the_status_that_stands_has_stopped_the_clock(status):
    inquiry = an_inquiry(
        status=status, status_since=after(2), answered_at=after(3), answered_status=status, **WITH_CALLBACK
    )
    assert due_at(inquiry, some_calls("no_answer"), TIMES) is None


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.WITHDRAWN])
def test_the_clock_runs_again_once_another_status_stands(status):
    told = an_inquiry(status=status, status_since=after(4), answered_at=after(3), **WITH_CALLBACK)
    assert due_at(told, some_calls("no_answer"), TIMES) is not None


def test_a_withdrawn_inquiry_is_never_late():
    inquiry = an_inquiry(
        status=Status.WITHDRAWN, status_since=after(1), withdrawn_reason=WithdrawalReason.BY_ASKER, **WITH_CALLBACK
    )
    assert due_at(inquiry, [], TIMES) is None
    assert due_at(inquiry, some_calls(None), TIMES) is None
