"""The rule book of the status: what an inquiry's calls make of it (docs: the contract's chapter "Status")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.call import in_order_of_outcomes
from app.domain.status import CALLS_BEFORE_UNCONFIRMED, SETTLED, Outcome, Status, status_of
from tests.builders import a_call, some_calls

UNDER_WAY = None
RULES = [
    # the calls' outcomes, in the order in which they were recorded           the status
    ([], "open"),
    ([UNDER_WAY], "calling"),
    (["no_answer"], "open"),
    (["no_answer", UNDER_WAY], "calling"),
    (["no_answer", "no_answer"], "open"),
    (["no_answer", "no_answer", UNDER_WAY], "calling"),
    (["no_answer", "no_answer", "no_answer"], "unconfirmed"),
    (["no_answer", "left_message", "no_answer", "no_answer"], "unconfirmed"),
    (["left_message"], "awaiting_ice"),
    (["left_message", UNDER_WAY], "calling"),
    (["left_message", "no_answer"], "awaiting_ice"),
    (["no_answer", "left_message"], "awaiting_ice"),
    (["left_message", "left_message", "left_message"], "awaiting_ice"),
    (["declined"], "unconfirmed"),
    (["declined", "left_message"], "unconfirmed"),
    (["declined", UNDER_WAY], "unconfirmed"),
    (["no_answer", "no_answer", "no_answer", UNDER_WAY], "unconfirmed"),
    (["confirmed"], "confirmed"),
    (["not_ice"], "not_ice"),
    (["declined", "confirmed"], "confirmed"),
    (["no_answer", "no_answer", "no_answer", "not_ice"], "not_ice"),
    (["confirmed", "declined"], "confirmed"),
    (["confirmed", "no_answer", "no_answer", "no_answer"], "confirmed"),
    (["not_ice", "left_message", UNDER_WAY], "not_ice"),
    (["confirmed", "not_ice"], "not_ice"),
    (["not_ice", "confirmed"], "confirmed"),
    (["confirmed", "not_ice", "declined"], "not_ice"),
]

outcomes = st.lists(st.sampled_from([*Outcome, UNDER_WAY]), max_size=8)
settling = st.sampled_from([Outcome.CONFIRMED, Outcome.NOT_ICE])
others = st.lists(st.sampled_from([Outcome.DECLINED, Outcome.NO_ANSWER, Outcome.LEFT_MESSAGE, UNDER_WAY]), max_size=8)


def status_after(*brought, withdrawn=False):
    return status_of(in_order_of_outcomes(some_calls(*brought)), withdrawn=withdrawn)


@pytest.mark.parametrize(("brought", "status"), RULES, ids=str)
def test_the_calls_make_the_status(brought, status):
    assert status_after(*brought) == status


@given(brought=outcomes)
def test_a_withdrawn_inquiry_stays_withdrawn_whatever_its_calls_bring(brought):
    assert status_after(*brought, withdrawn=True) == "withdrawn"


@given(before=outcomes, newest=settling, following=others)
def test_no_other_outcome_takes_the_newest_confirmed_or_not_ice_back(before, newest, following):
    assert status_after(*before, newest, *following) == newest.value


@given(brought=others)
def test_without_a_confirmed_or_not_ice_nothing_claims_one(brought):
    assert status_after(*brought) not in {"confirmed", "not_ice"}


@given(brought=others)
def test_it_is_unconfirmed_after_a_declined_or_three_calls_that_nobody_answered_and_only_then(brought):
    gave_up = "declined" in brought or brought.count(Outcome.NO_ANSWER) >= CALLS_BEFORE_UNCONFIRMED
    assert (status_after(*brought) is Status.UNCONFIRMED) is gave_up


@given(brought=outcomes, one_more=st.sampled_from(Outcome))
def test_a_further_outcome_never_unsettles_an_inquiry(brought, one_more):
    if status_after(*brought) in SETTLED:
        assert status_after(*brought, one_more) in SETTLED


@given(brought=outcomes)
def test_a_call_that_was_only_placed_changes_a_settled_inquiry_in_nothing(brought):
    if status_after(*brought) in SETTLED:
        assert status_after(*brought, UNDER_WAY) is status_after(*brought)


@given(brought=outcomes, shuffled=st.randoms())
def test_the_order_is_that_in_which_outcomes_were_first_recorded_not_that_of_the_calls(brought, shuffled):
    """Calls are numbered when they are placed; whichever comes back first counts first."""
    ended = [outcome for outcome in brought if outcome is not None]
    ordinals = list(range(1, len(ended) + 1))
    shuffled.shuffle(ordinals)
    calls = [
        a_call(outcome, ordinal=ordinal, outcome_order=100 + order)
        for order, (outcome, ordinal) in enumerate(zip(ended, ordinals, strict=True))
    ]
    by_ordinal = sorted(calls, key=lambda call: call.ordinal)
    assert in_order_of_outcomes(by_ordinal) == calls
    assert status_of(in_order_of_outcomes(by_ordinal), withdrawn=False) is status_after(*ended)


def test_of_two_calls_the_one_that_came_back_last_stands():
    first_placed = a_call("confirmed", ordinal=1, outcome_order=30)
    second_placed = a_call("not_ice", ordinal=2, outcome_order=20)
    assert status_of(in_order_of_outcomes([first_placed, second_placed]), withdrawn=False) == "confirmed"


def test_the_very_first_event_of_a_ledger_counts_as_recorded():
    """Index 0 is an index, not the absence of one."""
    first, second = a_call("confirmed", ordinal=1, outcome_order=5), a_call("not_ice", ordinal=2, outcome_order=0)
    under_way = a_call(ordinal=3)
    assert in_order_of_outcomes([under_way, first, second]) == [second, first, under_way]


CORRECTIONS = [
    # as recorded                       which   becomes          the status then
    (["confirmed"], 0, "no_answer", "open"),
    (["confirmed"], 0, "not_ice", "not_ice"),
    (["confirmed"], 0, "left_message", "awaiting_ice"),
    (["declined"], 0, "no_answer", "open"),
    (["no_answer", "no_answer", "no_answer"], 1, "left_message", "awaiting_ice"),
    (["no_answer", "no_answer", "no_answer"], 0, "confirmed", "confirmed"),
    # a correction keeps its call's place: what came later still stands
    (["no_answer", "confirmed"], 0, "not_ice", "confirmed"),
    (["confirmed", "not_ice"], 0, "declined", "not_ice"),
    (["confirmed", "not_ice"], 1, "declined", "confirmed"),
    (["confirmed", "declined"], 0, "no_answer", "unconfirmed"),
]


@pytest.mark.parametrize(("recorded", "which", "becomes", "status"), CORRECTIONS, ids=str)
def test_a_correction_replaces_the_outcome_and_keeps_its_calls_place(recorded, which, becomes, status):
    corrected = [*recorded]
    corrected[which] = becomes
    assert status_after(*corrected) == status


def test_a_call_that_an_inquiry_joined_late_counts_from_when_its_outcome_was_first_recorded():
    own = a_call("confirmed", ordinal=1, outcome_order=40)
    joined = a_call("not_ice", ordinal=2, outcome_order=7)
    assert status_of(in_order_of_outcomes([own, joined]), withdrawn=False) == "confirmed"
    joined_newer = a_call("not_ice", ordinal=2, outcome_order=41)
    assert status_of(in_order_of_outcomes([own, joined_newer]), withdrawn=False) == "not_ice"
