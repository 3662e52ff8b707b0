"""The schedule of attempts, and what becomes of a delivery after each."""

from datetime import timedelta

import pytest

from app.domain.delivery import (
    JITTER,
    SCHEDULE,
    Attempt,
    Delivery,
    DeliveryState,
    Result,
    after_attempt,
    pause_after,
    replayed,
    result_of_status,
)
from tests.builders import AT

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


def a_delivery(**changes):
    values = {
        "id": "019a9c21-0000-7000-8000-000000000001",
        "position": 1024,
        "message_id": "019a9c21-0000-7000-8000-000000000002",
        "webhook_id": "019a9c21-0000-7000-8000-000000000003",
        "state": DeliveryState.WAITING,
        "step": 0,
        "attempts": 0,
        "due_at": None,
        "leased_by": "019a9c21-0000-7000-8000-000000000004",
        "last_tried_at": None,
        "last_result": None,
        "last_status": None,
        "newest_event": 1,
    }
    return Delivery(**{**values, **changes})


def test_a_message_is_tried_ten_times_in_a_day_at_the_contracts_times():
    moment, delivery, tried = AT, a_delivery(), []
    while delivery.state is DeliveryState.WAITING:
        tried.append(moment - AT)
        delivery = after_attempt(delivery, Attempt(Result.TIMED_OUT), moment, chance=0.5)
        moment = delivery.due_at

    assert tried == [
        0 * SECOND, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
    ]  # fmt: skip
    assert (delivery.state, delivery.attempts, delivery.due_at) == (DeliveryState.FAILED, 10, None)


@pytest.mark.parametrize("step", range(1, len(SCHEDULE)))
def test_jitter_moves_each_pause_by_a_tenth_at_most_and_never_to_before_now(step):
    plain = pause_after(step, 0.5)

    assert pause_after(step, 0.0) == plain * (1 - JITTER)
    assert pause_after(step, 1.0) == plain * (1 + JITTER)
    assert pause_after(step, 0.0) > timedelta(0)


def test_after_a_long_stop_attempts_keep_their_pauses_and_do_not_come_all_at_once():
    late = AT + timedelta(days=3)

    delivery = after_attempt(a_delivery(step=3, attempts=3, due_at=AT), Attempt(Result.REFUSED, 503), late, 0.5)

    assert delivery.due_at == late + 90 * MINUTE


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_only_2xx_is_success(status):
    delivery = after_attempt(a_delivery(), Attempt(result_of_status(status), status), AT, 0.5)

    assert (delivery.state, delivery.due_at, delivery.leased_by) == (DeliveryState.DELIVERED, None, None)


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (100, Result.REFUSED),
        (199, Result.REFUSED),
        (300, Result.REDIRECTED),
        (301, Result.REDIRECTED),
        (307, Result.REDIRECTED),
        (400, Result.REFUSED),
        (404, Result.REFUSED),
        (429, Result.REFUSED),
        (500, Result.REFUSED),
        (599, Result.REFUSED),
    ],
)
def test_every_other_status_is_tried_again(status, result):
    delivery = after_attempt(a_delivery(), Attempt(result_of_status(status), status), AT, 0.5)

    assert (delivery.state, delivery.last_result, delivery.last_status) == (DeliveryState.WAITING, result, status)
    assert delivery.due_at == AT + 5 * SECOND


@pytest.mark.parametrize("result", [each for each in Result if each not in {Result.ACCEPTED, Result.GONE}])
def test_whatever_else_an_attempt_comes_to_is_tried_again(result):
    assert after_attempt(a_delivery(), Attempt(result), AT, 0.5).state is DeliveryState.WAITING


def test_an_endpoint_that_is_gone_fails_at_once():
    assert result_of_status(410) is Result.GONE
    assert after_attempt(a_delivery(), Attempt(Result.GONE, 410), AT, 0.5).state is DeliveryState.FAILED


@pytest.mark.parametrize("state", DeliveryState)
def test_a_replay_by_hand_is_due_now_keeps_the_message_and_begins_the_schedule_anew(state):
    before = a_delivery(state=state, step=10, attempts=10, leased_by=None, last_result=Result.REFUSED, last_status=500)

    again = replayed(before, AT)
    failed = after_attempt(again, Attempt(Result.REFUSED, 500), AT, 0.5)

    assert (again.state, again.due_at, again.message_id) == (DeliveryState.WAITING, AT, before.message_id)
    assert (failed.attempts, failed.due_at) == (11, AT + 5 * SECOND)
