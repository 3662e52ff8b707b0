"""Which event raises which alert, as a table: the rule book of sections 9 and 11 of the order."""

from datetime import timedelta

import pytest

from app.domain.inquiry import WithdrawalReason
from app.domain.referral import (
    MOST_REPEATS,
    SECTION_OF_ORDER,
    Alert,
    AlertKind,
    alerts_to_close,
    alerts_to_raise,
    raised_again,
)
from app.domain.status import Status
from app.domain.webhook import MESSAGE_OF_ALERT
from tests.builders import AT, DISPATCHER, MINUTE, after, an_inquiry

FACILITY, IMPERSONATION = AlertKind.CITY_FACILITY, AlertKind.POSSIBLE_IMPERSONATION
DUE = 5 * MINUTE


def an_alert(**changes):
    values = {
        "id": "019a9c20-2c30-7e21-9b00-6d2e3f4a5b6c",
        "kind": IMPERSONATION,
        "inquiry_id": an_inquiry().id,
        "raised_at": AT,
        "due_at": AT + DUE,
        "repeats": 0,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "closed_at": None,
        "first_event": 7,
        "newest_event": 7,
    }
    return Alert(**{**values, **changes})


def an_inquiry_that_is(status, **changes):
    reason = WithdrawalReason.BY_ASKER if status is Status.WITHDRAWN else None
    return an_inquiry(status=status, withdrawn_reason=reason, **changes)


@pytest.mark.parametrize(("city_facility", "raised"), [(True, (FACILITY,)), (False, ())])
def test_logging_an_inquiry_about_a_city_facility_raises_its_alert(city_facility, raised):
    assert alerts_to_raise(None, an_inquiry(city_facility=city_facility)) == raised
    assert alerts_to_close(None, an_inquiry(city_facility=city_facility)) == ()


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("now", Status)
@pytest.mark.parametrize("city_facility", [True, False])
def test_becoming_not_ice_raises_and_ceasing_to_be_closes_and_nothing_else_does(before, now, city_facility):
    was = an_inquiry_that_is(before, city_facility=city_facility)
    is_now = an_inquiry_that_is(now, city_facility=city_facility)

    becomes = now is Status.NOT_ICE and before is not Status.NOT_ICE
    ceases = before is Status.NOT_ICE and now is not Status.NOT_ICE
    assert alerts_to_raise(was, is_now) == ((IMPERSONATION,) if becomes else ())
    assert alerts_to_close(was, is_now) == ((IMPERSONATION,) if ceases else ())


@pytest.mark.parametrize(
    ("alert", "at", "again"),
    [
        (an_alert(), AT + DUE, False),  # due at this moment, not yet past it
        (an_alert(), AT + DUE + timedelta(milliseconds=1), True),
        (an_alert(repeats=1), after(60), True),
        (an_alert(repeats=MOST_REPEATS - 1), after(60), True),
        (an_alert(repeats=MOST_REPEATS), after(60), False),
        (an_alert(acknowledged_at=after(1), acknowledged_by=DISPATCHER.id), after(60), False),
        (an_alert(closed_at=after(1)), after(60), False),
    ],
)
def test_an_alert_is_raised_again_when_overdue_unheard_and_standing_and_three_times_at_most(alert, at, again):
    raised = raised_again(alert, at, DUE)

    assert (raised is not None) == again
    if raised is not None:
        assert (raised.repeats, raised.due_at) == (alert.repeats + 1, at + DUE)
        assert (raised.id, raised.raised_at, raised.kind) == (alert.id, alert.raised_at, alert.kind)


def test_an_alert_that_nobody_hears_is_raised_four_times_in_all():
    alert, at, raised = an_alert(), AT, 1
    while at < AT + timedelta(days=1):
        at += MINUTE
        again = raised_again(alert, at, DUE)
        raised, alert = (raised + 1, again) if again else (raised, alert)

    assert raised == 1 + MOST_REPEATS == 4
    assert alert.due_at < at  # it stands as overdue


def test_an_alert_waits_until_somebody_acknowledges_it_or_its_ground_is_gone():
    assert an_alert().waits
    assert not an_alert(acknowledged_at=AT, acknowledged_by=DISPATCHER.id).waits
    assert not an_alert(closed_at=AT).waits


def test_each_kind_of_alert_names_its_section_of_the_order_and_has_its_webhook_event():
    assert SECTION_OF_ORDER == {FACILITY: 9, IMPERSONATION: 11}
    assert {kind: message.value for kind, message in MESSAGE_OF_ALERT.items()} == {
        kind: f"alert.{kind.value}" for kind in AlertKind
    }
