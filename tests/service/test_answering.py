"""Telling the asker, withdrawing, and who is on it."""

from datetime import timedelta

import pytest

from app.domain.answer import Facts, answer_for
from app.domain.errors import AlreadyClaimed, InquiryClosed, InvalidRequest, NotFound, PreconditionFailed, StatusChanged
from app.domain.inquiry import AnswerMethod, WithdrawalReason
from app.domain.sealed import BoxKind
from app.domain.status import Status
from app.store.tables import SealedBoxRow
from tests.builders import (
    AT,
    DISPATCHER,
    MINUTE,
    OTHER_DISPATCHER,
    PHONE,
    UNKNOWN_ID,
    an_inquiry,
)

UNKNOWN = an_inquiry(id=UNKNOWN_ID)
NO_VERSION = frozenset({-1})


@pytest.fixture
def contact(office):
    return office.contact()


def callbacks(office, inquiry):
    return office.rows(SealedBoxRow, owner_id=inquiry.id, kind=BoxKind.CALLBACK)


# Answered.


def test_telling_the_asker_stops_the_clock_and_erases_the_callback(office, contact):
    inquiry = office.logs(callback=PHONE)
    office.calls(inquiry, outcome="confirmed")
    office.later(3)
    before = office.next_index()
    told = office.answers(inquiry, told=Status.CONFIRMED)
    assert office.kinds(since=before) == ["inquiry:answered", "callback:erased"]
    assert told == office.inquiry(inquiry)
    assert (told.answered_at, told.answered_status, told.due_at) == (office.now, Status.CONFIRMED, None)
    assert (told.callback_kind, told.callback_hint, told.callback_erase_after) == (None, None, None)
    assert told.callback_erased_at == office.now
    assert callbacks(office, inquiry) == 0
    assert office.leaves(inquiry)[-1]["data"] == {"status": "confirmed", "method": "phone"}


@pytest.mark.parametrize("method", AnswerMethod)
def test_how_the_asker_was_told_is_told(office, method):
    inquiry = office.logs()
    office.answers(inquiry, method=method)
    assert office.leaves(inquiry)[-1]["data"] == {"status": "open", "method": method.value}


def test_without_a_callback_there_is_nothing_to_erase(office):
    inquiry = office.logs()
    before = office.next_index()
    told = office.answers(inquiry)
    assert office.kinds(since=before) == ["inquiry:answered"]
    assert told.callback_erased_at is None
    assert told.due_at is None


def test_the_clock_runs_again_when_another_status_stands(office, contact):
    inquiry = office.logs()
    office.answers(inquiry)
    office.later(4)
    office.calls(inquiry)
    again = office.inquiry(inquiry)
    assert again.due_at == office.now + 10 * MINUTE
    assert again.answered_at == AT
    assert again.answered_status is None


def test_telling_and_calling_in_one_instant_leaves_the_clock_running(office, contact):
    inquiry = office.logs()
    office.answers(inquiry)
    office.calls(inquiry)
    assert office.inquiry(inquiry).due_at == office.now + 10 * MINUTE


def test_an_asker_may_be_told_again(office, contact):
    inquiry = office.logs()
    office.answers(inquiry)
    office.calls(inquiry, outcome="confirmed")
    office.later()
    told = office.answers(inquiry)
    assert (told.answered_at, told.answered_status) == (office.now, Status.CONFIRMED)


@pytest.mark.parametrize("told", [status for status in Status if status is not Status.CALLING])
def test_what_was_told_must_be_what_stands(office, contact, told):
    inquiry = office.logs(callback=PHONE)
    office.calls(inquiry)
    before = office.inquiry(inquiry)
    with pytest.raises(StatusChanged):
        office.answers(inquiry, told=told)
    assert office.inquiry(inquiry) == before
    assert callbacks(office, inquiry) == 1


def test_the_order_of_refusals_of_answered_is_that_of_the_contract(office):
    inquiry = office.logs()
    office.withdraws(inquiry)
    with pytest.raises(NotFound):
        office.answers(UNKNOWN, if_match=NO_VERSION)
    with pytest.raises(PreconditionFailed):
        office.answers(inquiry, told=Status.CONFIRMED, if_match=NO_VERSION)
    with pytest.raises(InquiryClosed):
        office.answers(inquiry, told=Status.CONFIRMED)


# Withdrawn.


@pytest.mark.parametrize("reason", WithdrawalReason)
def test_a_withdrawal_erases_the_callback_stops_the_clock_and_ends_the_claim(office, reason):
    inquiry = office.logs(callback=PHONE)
    office.claims(inquiry)
    office.later(3)
    before = office.next_index()
    withdrawn = office.withdraws(inquiry, reason)
    assert withdrawn == office.inquiry(inquiry)
    assert office.kinds(since=before) == ["inquiry:withdrawn", "callback:erased"]
    assert (withdrawn.status, withdrawn.withdrawn_reason) == (Status.WITHDRAWN, reason)
    assert (withdrawn.due_at, withdrawn.claimed_by, withdrawn.claimed_at) == (None, None, None)
    assert (withdrawn.callback_kind, withdrawn.callback_hint) == (None, None)
    assert callbacks(office, inquiry) == 0
    answer = answer_for(Facts(Status.WITHDRAWN, withdrawn_reason=reason))
    assert withdrawn.answer == answer
    assert office.leaves(inquiry)[-1]["data"] == {
        "reason": reason.value,
        "replaced_by": None,
        "status": "withdrawn",
        "answer": {"en": answer.en, "es": answer.es},
    }


def test_what_stands_in_its_place_is_told_by_its_number(office):
    wrong, right = office.logs(), office.logs()
    withdrawn = office.withdraws(wrong, WithdrawalReason.ENTERED_IN_ERROR, replaced_by=right)
    assert withdrawn.replaced_by == right.id
    assert office.inquiry(wrong).replaced_by == right.id
    assert office.leaves(wrong)[-1]["data"]["replaced_by"] == right.number
    assert right.id not in str(office.leaves(wrong))


def test_nothing_unknown_nor_the_inquiry_itself_can_stand_in_its_place(office):
    inquiry = office.logs()
    for other in (UNKNOWN, inquiry):
        with pytest.raises(InvalidRequest) as refused:
            office.withdraws(inquiry, replaced_by=other)
        assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/replaced_by", "unknown")]
    assert office.inquiry(inquiry) == inquiry


def test_an_open_call_goes_on_for_the_others(office, contact):
    asked, withdrawn = office.logs(), office.logs()
    call = office.calls(asked, withdrawn)
    office.withdraws(withdrawn)
    assert office.inquiry(asked).status is Status.CALLING
    office.records(call, "not_ice")
    assert office.inquiry(asked).status is Status.NOT_ICE


@pytest.mark.parametrize("outcome", ["confirmed", "not_ice", "declined"])
def test_a_settled_inquiry_cannot_be_withdrawn(office, contact, outcome):
    inquiry = office.logs()
    office.calls(inquiry, outcome=outcome)
    before = office.inquiry(inquiry)
    with pytest.raises(InquiryClosed):
        office.withdraws(inquiry)
    assert office.inquiry(inquiry) == before


@pytest.mark.parametrize("outcome", ["no_answer", "left_message"])
def test_an_unsettled_one_can(office, contact, outcome):
    inquiry = office.logs()
    office.calls(inquiry, outcome=outcome)
    assert office.withdraws(inquiry).status is Status.WITHDRAWN


def test_on_a_withdrawn_one_nothing_more_is_done(office, contact):
    inquiry = office.logs()
    call = office.calls(office.logs())
    withdrawn = office.withdraws(inquiry)
    before = office.next_index()
    verbs = [
        lambda: office.withdraws(inquiry),
        lambda: office.claims(inquiry),
        lambda: office.answers(inquiry),
        lambda: office.calls(inquiry),
        lambda: office.joins(call, inquiry),
        lambda: office.mends_callback(inquiry, PHONE),
    ]
    for verb in verbs:
        with pytest.raises(InquiryClosed):
            verb()
    assert office.inquiry(inquiry) == withdrawn
    assert office.next_index() == before


def test_the_order_of_refusals_of_withdraw_is_that_of_the_contract(office):
    inquiry = office.logs()
    office.withdraws(inquiry)
    with pytest.raises(NotFound):
        office.withdraws(UNKNOWN, replaced_by=UNKNOWN, if_match=NO_VERSION)
    with pytest.raises(PreconditionFailed):
        office.withdraws(inquiry, replaced_by=UNKNOWN, if_match=NO_VERSION)
    with pytest.raises(InvalidRequest):
        office.withdraws(inquiry, replaced_by=UNKNOWN)
    with pytest.raises(InquiryClosed):
        office.withdraws(inquiry)


# Claims.


def test_the_first_claim_wins(office):
    inquiry = office.logs()
    claimed = office.claims(inquiry)
    assert (claimed.claimed_by, claimed.claimed_at) == (DISPATCHER.id, AT)
    assert office.inquiry(inquiry) == claimed
    with pytest.raises(AlreadyClaimed) as refused:
        office.claims(inquiry, by=OTHER_DISPATCHER)
    assert refused.value.claimed_by == DISPATCHER.id
    assert office.inquiry(inquiry) == claimed


def test_claiming_again_what_is_ones_own_is_no_event(office):
    inquiry = office.logs()
    claimed = office.claims(inquiry)
    before = office.next_index()
    office.later(10)
    assert office.claims(inquiry, take=True) == claimed
    assert office.next_index() == before


def test_taking_over_is_possible_and_recorded(office):
    inquiry = office.logs()
    office.claims(inquiry)
    before = office.next_index()
    assert office.claims(inquiry, by=OTHER_DISPATCHER, take=True).claimed_by == OTHER_DISPATCHER.id
    (event,) = office.events(since=before)
    assert (event.kind, event.by, event.detail) == (
        "inquiry:claimed",
        OTHER_DISPATCHER.id,
        {"taken_from": DISPATCHER.id},
    )


@pytest.mark.parametrize(
    ("idle", "free"), [(timedelta(minutes=30), False), (timedelta(minutes=30, milliseconds=1), True)]
)
def test_after_30_minutes_without_an_event_anyone_may_claim_it(office, idle, free):
    inquiry = office.logs()
    office.claims(inquiry)
    office.now += idle
    if free:
        assert office.claims(inquiry, by=OTHER_DISPATCHER).claimed_by == OTHER_DISPATCHER.id
    else:
        with pytest.raises(AlreadyClaimed):
            office.claims(inquiry, by=OTHER_DISPATCHER)


@pytest.mark.parametrize("busy", ["calls", "reads_callback"])
def test_whatever_happens_to_the_inquiry_keeps_the_claim_alive(office, contact, busy):
    inquiry = office.logs(callback=PHONE)
    office.claims(inquiry)
    office.later(20)
    getattr(office, busy)(inquiry)
    office.later(20)
    with pytest.raises(AlreadyClaimed):
        office.claims(inquiry, by=OTHER_DISPATCHER)


def test_a_claim_ends_by_releasing_it(office):
    inquiry = office.logs()
    office.claims(inquiry)
    before = office.next_index()
    released = office.releases(inquiry)
    assert (released.claimed_by, released.claimed_at) == (None, None)
    assert office.inquiry(inquiry) == released
    assert office.kinds(since=before) == ["inquiry:released"]
    assert office.claims(inquiry, by=OTHER_DISPATCHER).claimed_by == OTHER_DISPATCHER.id


def test_releasing_what_nobody_claimed_is_no_event(office):
    inquiry = office.logs()
    before = office.next_index()
    assert office.releases(inquiry) == inquiry
    assert office.next_index() == before


def test_somebody_elses_claim_can_be_released_only_once_it_is_idle(office):
    inquiry = office.logs()
    office.claims(inquiry)
    with pytest.raises(AlreadyClaimed):
        office.releases(inquiry, by=OTHER_DISPATCHER)
    office.later(31)
    assert office.releases(inquiry, by=OTHER_DISPATCHER).claimed_by is None


def test_settling_ends_the_claim_and_what_settles_nothing_does_not(office, contact):
    inquiry = office.logs()
    office.claims(inquiry)
    office.calls(inquiry, outcome="left_message")
    assert office.inquiry(inquiry).claimed_by == DISPATCHER.id
    office.calls(inquiry, outcome="confirmed")
    assert office.inquiry(inquiry).claimed_by is None


def test_claims_tell_the_public_nothing(office):
    inquiry = office.logs()
    office.claims(inquiry)
    office.releases(inquiry)
    assert len(office.leaves(inquiry)) == 2
    assert office.inquiry(inquiry).leaves == 2
    assert office.inquiry(inquiry).updated_at == AT


def test_the_order_of_refusals_of_claims_is_that_of_the_contract(office):
    inquiry = office.logs()
    office.claims(inquiry)
    for verb in (office.claims, office.releases):
        with pytest.raises(NotFound):
            verb(UNKNOWN, by=OTHER_DISPATCHER, if_match=NO_VERSION)
        with pytest.raises(PreconditionFailed):
            verb(inquiry, by=OTHER_DISPATCHER, if_match=NO_VERSION)
        with pytest.raises(AlreadyClaimed):
            verb(inquiry, by=OTHER_DISPATCHER)
