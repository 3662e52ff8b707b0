"""How an inquiry moves on: when its answer is written anew, what ends with settling, and what a correction changes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.call import Agency, in_order_of_outcomes
from app.domain.due import DueTimes, due_at
from app.domain.inquiry import WithdrawalReason
from app.domain.progress import Correction, progress, with_due_time
from app.domain.status import SETTLED, Outcome, Status, status_of
from tests.builders import MINUTE, a_call, after, an_inquiry, some_calls

TIMES = DueTimes(first_call=5 * MINUTE, next_call=10 * MINUTE, message=30 * MINUTE)
CLAIMED = {"claimed_by": "somebody", "claimed_at": after(0)}


def moved_on(inquiry, *outcomes):
    """Bring an inquiry to where it stands after calls that ended one after the other; return it and the last step."""
    step = None
    calls = []
    for ordinal, outcome in enumerate(outcomes, 1):
        calls.append(a_call(ordinal=ordinal))
        step = progress(inquiry, calls, after(2 * ordinal - 1), TIMES)
        inquiry = step.inquiry
        if outcome is not None:
            calls[-1] = a_call(outcome, ordinal=ordinal)
            step = progress(inquiry, calls, after(2 * ordinal), TIMES)
            inquiry = step.inquiry
    return inquiry, calls, step


def corrected(inquiry, calls, ordinal, outcome, agency=Agency.ERO, minute=60):
    """Correct a call of an inquiry; return the step and the calls as they are then."""
    before = calls[ordinal - 1]
    becomes = a_call(
        outcome,
        ordinal=ordinal,
        id=before.id,
        placed_at=before.placed_at,
        outcome_at=before.outcome_at,
        outcome_order=before.outcome_order,
        last_event_at=after(minute),
    )
    if becomes.agency is not None:
        becomes = a_call(
            **{name: getattr(becomes, name) for name in becomes.__slots__ if name != "agency"}, agency=agency
        )
    calls = [becomes if call.ordinal == ordinal else call for call in calls]
    correction = Correction(ordinal, before.outcome, before.agency)
    return progress(inquiry, calls, after(minute), TIMES, correction=correction), calls


def test_an_answer_is_written_when_the_status_changes():
    inquiry, _, step = moved_on(an_inquiry(), "confirmed")
    assert step.answer == inquiry.answer
    assert inquiry.status is Status.CONFIRMED
    assert inquiry.status_since == after(2)
    assert "ICE (ERO) told APD at 11:06" in inquiry.answer_en


def test_the_answer_is_left_alone_where_the_status_is():
    settled, calls, _ = moved_on(an_inquiry(), "confirmed")
    again = progress(settled, [*calls, a_call(ordinal=2)], after(9), TIMES)
    assert again.answer is None
    assert again.inquiry.answer == settled.answer
    assert again.inquiry.status_since == settled.status_since


def test_a_second_yes_leaves_the_first_ones_answer():
    once, _, _ = moved_on(an_inquiry(), "confirmed")
    twice, _, step = moved_on(an_inquiry(), "confirmed", "confirmed")
    assert step.answer is None
    assert twice.answer == once.answer
    assert twice.answer_call == 1


def test_a_second_call_that_nobody_answered_says_nothing_new():
    """Each call changes the status while it is under way, so each end of one is told again, in the same words."""
    once, _, _ = moved_on(an_inquiry(), "no_answer")
    twice, _, step = moved_on(an_inquiry(), "no_answer", "no_answer")
    assert step.answer == once.answer == twice.answer


@pytest.mark.parametrize(("outcome", "status"), [("confirmed", "confirmed"), ("not_ice", "not_ice")])
def test_a_settling_ends_the_claim_and_is_remembered(outcome, status):
    inquiry, _, _ = moved_on(an_inquiry(**CLAIMED), outcome)
    assert (inquiry.claimed_by, inquiry.claimed_at) == (None, None)
    assert inquiry.status == status
    assert inquiry.settled_at == after(2)


@pytest.mark.parametrize("outcome", [None, "no_answer", "left_message"])
def test_what_does_not_settle_leaves_the_claim(outcome):
    inquiry, _, _ = moved_on(an_inquiry(**CLAIMED), outcome)
    assert inquiry.claimed_by == "somebody"
    assert inquiry.settled_at is None


def test_a_claim_made_after_the_settling_is_left_by_what_changes_nothing():
    settled, calls, _ = moved_on(an_inquiry(), "confirmed")
    claimed = replace(settled, **CLAIMED)
    assert progress(claimed, [*calls, a_call("no_answer", ordinal=2)], after(5), TIMES).inquiry.claimed_by == "somebody"


@pytest.mark.parametrize("reason", WithdrawalReason)
def test_a_withdrawal_ends_the_claim_and_the_clock_and_says_why(reason):
    step = progress(an_inquiry(**CLAIMED), some_calls("no_answer"), after(9), TIMES, withdrawn=reason)
    assert step.inquiry.status is Status.WITHDRAWN
    assert step.inquiry.withdrawn_reason is reason
    assert step.inquiry.claimed_by is None
    assert step.inquiry.claimed_at is None
    assert step.inquiry.due_at is None
    assert step.inquiry.settled_at is None
    assert step.answer == step.inquiry.answer
    assert "withdrawn" in step.answer.en


def test_the_first_settling_is_remembered_whatever_follows():
    settled, calls, _ = moved_on(an_inquiry(), "confirmed")
    step, calls = corrected(settled, calls, 1, "no_answer")
    assert step.inquiry.status is Status.OPEN
    assert step.inquiry.settled_at == after(2)
    step, _ = corrected(step.inquiry, calls, 1, "not_ice", minute=70)
    assert step.inquiry.status is Status.NOT_ICE
    assert step.inquiry.settled_at == after(2)


def test_a_correction_of_what_the_answer_says_is_told_as_one():
    settled, calls, _ = moved_on(an_inquiry(), "confirmed")
    step, _ = corrected(settled, calls, 1, "not_ice")
    assert step.inquiry.status is Status.NOT_ICE
    assert step.inquiry.status_since == after(60)
    assert step.answer.en.startswith("Correction at 12:04 on January 31, 2026: ")
    assert "ICE (ERO) told APD that this is not an ICE operation" in step.answer.en


def test_another_agency_makes_the_answer_untrue_though_the_status_stays():
    settled, calls, _ = moved_on(an_inquiry(), "confirmed")
    step, _ = corrected(settled, calls, 1, "confirmed", agency=Agency.CBP)
    assert step.inquiry.status_since == after(2)
    assert step.answer.en.startswith("Correction at ")
    assert "Customs and Border Protection (CBP)" in step.answer.en
    assert "(ERO)" not in step.answer.en


def test_a_correction_of_texts_alone_leaves_the_answer():
    settled, calls, _ = moved_on(an_inquiry(), "confirmed")
    step, _ = corrected(settled, calls, 1, "confirmed")
    assert step.answer is None
    assert step.inquiry.answer == settled.answer


def test_a_correction_of_a_call_that_the_answer_does_not_speak_of_leaves_it():
    settled, calls, _ = moved_on(an_inquiry(), "no_answer", "confirmed")
    step, _ = corrected(settled, calls, 1, "left_message")
    assert step.answer is None
    settled, calls, _ = moved_on(an_inquiry(), "confirmed", "confirmed")
    step, _ = corrected(settled, calls, 2, "declined")
    assert step.answer is None


def test_the_answer_moves_to_the_call_on_which_the_status_rests_now():
    """Two calls brought a yes, and the answer speaks of the first one, which turns out to be none."""
    settled, calls, _ = moved_on(an_inquiry(), "confirmed", "confirmed")
    step, _ = corrected(settled, calls, 1, "declined")
    assert step.inquiry.status is Status.CONFIRMED
    assert step.inquiry.answer_call == 2
    assert step.answer.en.startswith("Correction at 12:04")
    assert "ICE (ERO) told APD at 11:08 on January 31" in step.answer.en


def test_the_calls_that_nobody_answered_are_counted_anew():
    unanswered = ["no_answer"] * 3
    settled, calls, _ = moved_on(an_inquiry(), *unanswered)
    assert "3 times" in settled.answer_en
    step, _ = corrected(settled, calls, 2, "declined")
    assert step.inquiry.status is Status.UNCONFIRMED
    assert step.answer.en.startswith("Correction at ")
    assert "declined to tell APD" in step.answer.en


def test_a_count_that_a_correction_leaves_true_is_not_told_anew():
    """A fourth call did not change the answer, so the three that it counts are left."""
    settled, calls, _ = moved_on(an_inquiry(), *["no_answer"] * 4)
    assert "3 times" in settled.answer_en
    step, _ = corrected(settled, calls, 4, "left_message")
    assert step.inquiry.status is Status.UNCONFIRMED
    assert step.answer is None


def test_a_corrected_calls_time_is_not_told_as_when_it_was_said():
    settled, calls, _ = moved_on(an_inquiry(), "no_answer", "declined")
    first, calls = corrected(settled, calls, 1, "confirmed", minute=60)
    assert "told APD that" in first.answer.en
    second, calls = corrected(first.inquiry, calls, 2, "not_ice", minute=70)
    third, _ = corrected(second.inquiry, calls, 2, "declined", minute=80)
    assert third.inquiry.status is Status.CONFIRMED
    assert "told APD that" in third.answer.en


def test_a_clock_that_jumped_back_neither_stops_nor_starts_the_next_steps_time():
    """Order comes from the events, never from the clock."""
    told = an_inquiry(answered_at=after(100), answered_status=Status.OPEN)
    step = progress(told, [a_call()], after(1), TIMES)
    assert step.inquiry.status is Status.CALLING
    assert step.inquiry.due_at == after(1) + TIMES.next_call


def test_what_was_told_and_changed_in_the_same_millisecond_is_due_to_be_told():
    told = an_inquiry(answered_at=after(1), answered_status=Status.OPEN)
    step = progress(told, [a_call()], after(1), TIMES)
    assert step.inquiry.due_at == after(1) + TIMES.next_call


@st.composite
def histories(draw):
    """Return an inquiry that moved on by random outcomes, and its calls."""
    outcomes = draw(st.lists(st.sampled_from(Outcome), max_size=6))
    inquiry, calls, _ = moved_on(an_inquiry(**CLAIMED), *outcomes)
    return inquiry, calls


@given(history=histories(), minute=st.integers(50, 99))
def test_due_times_status_and_claim_always_agree(history, minute):
    inquiry, calls = history
    assert inquiry.status is status_of(in_order_of_outcomes(calls), withdrawn=False)
    assert inquiry.due_at == due_at(inquiry, calls, TIMES)
    assert with_due_time(inquiry, calls, TIMES) == inquiry
    assert (inquiry.settled_at is not None) is (inquiry.status in SETTLED)
    again = progress(inquiry, calls, after(minute), TIMES)
    assert again.answer is None
    assert again.inquiry == inquiry


@given(history=histories(), ordinal=st.integers(1, 6), outcome=st.sampled_from(Outcome), agency=st.sampled_from(Agency))
def test_after_any_correction_the_answer_speaks_of_calls_as_they_are(history, ordinal, outcome, agency):
    """The standing answer of a settled inquiry names an agency that some call has, or counts what can be counted."""
    inquiry, calls = history
    if ordinal > len(calls):
        return
    step, calls = corrected(inquiry, calls, ordinal, outcome, agency)
    now = step.inquiry
    assert now.status is status_of(in_order_of_outcomes(calls), withdrawn=False)
    if step.answer is None:
        assert now.answer == inquiry.answer
        assert now.status is inquiry.status
    else:
        assert step.answer.en.startswith("Correction at ")
    if now.answer_call is not None:
        basis = calls[now.answer_call - 1]
        settled_by = {"confirmed": "confirmed", "not_ice": "not_ice", "declined": "unconfirmed"}
        assert settled_by[basis.outcome] == now.status
        for name, itself in (("(ERO)", Agency.ERO), ("(HSI)", Agency.HSI), ("(CBP)", Agency.CBP)):
            assert (name in now.answer_en) is (basis.agency is itself)
    elif now.status is Status.UNCONFIRMED:
        counted = int(now.answer_en.partition(" times and nobody answered")[0].rpartition(" ")[2])
        assert counted <= sum(call.outcome is Outcome.NO_ANSWER for call in calls)


def test_the_next_steps_time_follows_the_newest_correction():
    unanswered, calls, _ = moved_on(an_inquiry(), "no_answer")
    step, _ = corrected(unanswered, calls, 1, "left_message", minute=30)
    assert step.inquiry.due_at == after(30) + timedelta(minutes=30)
