"""Placing a call, recording its outcome and joining it: what each does to its inquiries, and what it refuses."""

from datetime import timedelta

import pytest

from app.domain.call import Agency
from app.domain.errors import (
    CallTooOld,
    InquiryClosed,
    InvalidRequest,
    NoContact,
    NotFound,
    OutcomeRecorded,
    PreconditionFailed,
)
from app.domain.status import Outcome, Status
from app.service.keep_contacts import change_contact
from app.service.place_call import place_call
from app.service.read_calls import OutcomeTexts, list_calls, read_call
from app.store.calls import CallFilter
from app.store.tables import CallInquiryRow, CallRow
from tests.builders import (
    AT,
    DISPATCHER,
    MINUTE,
    OTHER_DISPATCHER,
    PHONE,
    SUPERVISOR,
    UNKNOWN_ID,
    a_call,
    a_contact,
    a_new_call,
    an_inquiry,
    an_outcome,
)

UNKNOWN = an_inquiry(id=UNKNOWN_ID)


@pytest.fixture
def contact(office):
    return office.contact()


def faults_of(refused):
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_placing_a_call_makes_its_inquiry_calling(office, contact):
    inquiry = office.logs()
    office.later(2)
    call = office.calls(inquiry)
    assert (call.contact_id, call.placed_by, call.outcome) == (contact.id, DISPATCHER.id, None)
    assert call.placed_at == AT + 2 * MINUTE
    assert office.call(call) == call
    calling = office.inquiry(inquiry)
    assert calling.status is Status.CALLING
    assert calling.due_at == AT + 12 * MINUTE
    assert office.leaves(inquiry)[2]["data"] == {
        "call": 1,
        "placed_at": "2026-01-31T18:06:00Z",
        "status": "calling",
        "answer": {"en": calling.answer_en, "es": calling.answer_es},
    }


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_settles_its_inquiry_or_does_not(office, contact, outcome):
    inquiry = office.logs()
    call = office.calls(inquiry)
    office.later(3)
    ended = office.records(call, outcome, "ero", by=OTHER_DISPATCHER)
    assert (ended.outcome, ended.outcome_at, ended.recorded_by) == (outcome, office.now, OTHER_DISPATCHER.id)
    nobody_spoke = outcome in {Outcome.NO_ANSWER, Outcome.LEFT_MESSAGE}
    assert ended.agency is (None if nobody_spoke else Agency.ERO)
    assert office.call(call) == ended
    after = office.inquiry(inquiry)
    status = {"declined": "unconfirmed", "no_answer": "open", "left_message": "awaiting_ice"}.get(outcome, outcome)
    assert after.status == status
    assert office.leaves(inquiry)[3]["data"] == {
        "call": 1,
        "outcome": outcome,
        "agency": None if nobody_spoke else "ero",
        "status": status,
        "answer": {"en": after.answer_en, "es": after.answer_es},
    }


def test_an_agency_that_was_not_named_is_unspecified(office, contact):
    call = office.calls(office.logs())
    assert office.records(call, "confirmed").agency is Agency.UNSPECIFIED


def test_several_attempts_lead_to_an_answer(office, contact):
    inquiry = office.logs()
    statuses = []
    for outcome in ("no_answer", "left_message", "no_answer", "no_answer", "confirmed", "declined"):
        call = office.calls(inquiry)
        statuses.append(office.inquiry(inquiry).status.value)
        office.later(10)
        office.records(call, outcome)
        statuses.append(office.inquiry(inquiry).status.value)
    assert statuses == [
        *("calling", "open", "calling", "awaiting_ice", "calling", "awaiting_ice", "calling", "unconfirmed"),
        *("unconfirmed", "confirmed", "confirmed", "confirmed"),
    ]
    leaves = office.leaves(inquiry)
    assert [leaf["data"]["call"] for leaf in leaves[2:]] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    assert [leaf["data"]["status"] for leaf in leaves[2:]] == statuses
    assert leaves[10]["data"]["answer"] is None  # a call to an inquiry that is settled


def test_one_call_for_many_inquiries_writes_a_leaf_for_each(office, contact):
    asked = [office.logs() for _ in range(4)]
    call = office.calls(*asked)
    office.records(call, "not_ice", "hsi")
    for inquiry in asked:
        assert office.inquiry(inquiry).status is Status.NOT_ICE
        assert [leaf["kind"] for leaf in office.leaves(inquiry)[2:]] == ["inquiry:called", "inquiry:outcome"]
        assert [leaf["seq"] for leaf in office.leaves(inquiry)] == [0, 1, 2, 3]
    assert office.rows(CallInquiryRow, call_id=call.id) == 4
    assert len([event for event in office.events(since=call.first_event) if event.call_id == call.id]) == 8


def test_a_call_with_its_outcome_at_once_is_two_events_for_each_inquiry(office, contact):
    asked = [office.logs() for _ in range(3)]
    before = office.next_index()
    call = office.calls(*asked, outcome="confirmed")
    assert office.kinds(since=before) == ["inquiry:called"] * 3 + ["inquiry:outcome"] * 3
    assert (call.first_event, call.outcome_order, call.newest_event) == (before, before + 3, before + 5)
    assert office.call(call) == call
    for inquiry in asked:
        assert office.inquiry(inquiry).status is Status.CONFIRMED
        statuses = [leaf["data"].get("status") for leaf in office.leaves(inquiry)]
        assert statuses == ["open", None, "calling", "confirmed"]


def test_two_ways_to_the_same_outcome_leave_the_same_state(office, contact):
    one, other = office.logs(), office.logs()
    office.calls(one, outcome="confirmed")
    office.records(office.calls(other), "confirmed")
    one, other = office.inquiry(one), office.inquiry(other)
    for name in ("status", "status_since", "answer_en", "answer_es", "answer_call", "due_at", "settled_at", "leaves"):
        assert getattr(one, name) == getattr(other, name)


def test_a_call_may_have_been_placed_earlier(office, contact):
    inquiry = office.logs()
    office.later(30)
    call = office.calls(inquiry, placed_at=AT + 4 * MINUTE)
    assert call.placed_at == AT + 4 * MINUTE
    assert office.leaves(inquiry)[2]["data"]["placed_at"] == "2026-01-31T18:08:00Z"
    assert office.inquiry(inquiry).due_at == AT + 40 * MINUTE  # the event was just now


@pytest.mark.parametrize(
    ("ahead", "code"), [(timedelta(minutes=3), "in_future"), (timedelta(days=-31), "too_old"), (timedelta(0), None)]
)
def test_a_call_was_placed_within_the_last_30_days(office, contact, ahead, code):
    inquiry = office.logs()
    if code is None:
        office.calls(inquiry, placed_at=AT + ahead)
        return
    with pytest.raises(InvalidRequest) as refused:
        office.calls(inquiry, placed_at=AT + ahead)
    assert faults_of(refused) == [("/placed_at", code)]


def test_an_inquiry_that_is_not_there_is_named_by_its_place_in_the_list(office, contact):
    with pytest.raises(InvalidRequest) as refused:
        office.calls(office.logs(), UNKNOWN)
    assert faults_of(refused) == [("/inquiry_ids/1", "unknown")]
    assert office.rows(CallRow) == 0


def test_one_withdrawn_inquiry_refuses_the_whole_call(office, contact):
    asked, withdrawn = office.logs(), office.logs()
    office.withdraws(withdrawn)
    before = office.next_index()
    with pytest.raises(InquiryClosed) as refused:
        office.calls(asked, withdrawn)
    assert faults_of(refused) == [("/inquiry_ids/1", "withdrawn")]
    assert office.rows(CallRow) == 0
    assert office.next_index() == before
    assert office.inquiry(asked).status is Status.OPEN


def test_a_contact_may_be_named(office, contact):
    other = office.contact(priority=900)
    assert office.calls(office.logs(), contact=other).contact_id == other.id


def test_an_unknown_contact_and_one_that_is_not_active_are_refused(office, contact):
    inactive = office.contact(active=False)
    for named in (inactive, a_contact(id=UNKNOWN_ID)):
        with pytest.raises(InvalidRequest) as refused:
            office.calls(office.logs(), contact=named)
        assert faults_of(refused) == [("/contact_id", "unknown")]


def test_without_a_name_the_contact_on_duty_with_the_lowest_priority_is_called(office):
    weekdays = office.contact(priority=1, hours="Mo-Fr 08:00-17:00")
    office.contact(priority=3)
    always = office.contact(priority=2)
    inquiry = office.logs()
    assert office.calls(inquiry).contact_id == always.id  # a Saturday
    office.later(days=2)
    assert office.calls(inquiry).contact_id == weekdays.id
    office.run(change_contact, weekdays.id, {"active": False}, None, by=SUPERVISOR)
    assert office.calls(inquiry).contact_id == always.id


def test_a_call_that_is_entered_later_went_to_who_was_on_duty_when_it_was_placed(office):
    weekend = office.contact(priority=1, hours="Sa-Su 08:00-17:00")
    office.contact(priority=2)
    office.later(days=2)  # a Monday
    inquiry = office.logs()
    assert office.calls(inquiry, placed_at=AT).contact_id == weekend.id


def test_without_anybody_on_duty_there_is_no_call(office):
    office.contact(hours="Mo-Fr 08:00-17:00")
    with pytest.raises(NoContact):
        office.calls(office.logs())
    assert office.rows(CallRow) == 0


def test_what_is_wrong_with_the_request_is_told_before_that_nobody_is_on_duty(office):
    withdrawn = office.logs()
    office.withdraws(withdrawn)
    with pytest.raises(InvalidRequest):
        office.calls(UNKNOWN, withdrawn)
    with pytest.raises(InvalidRequest):
        office.calls(withdrawn, placed_at=AT + 9 * MINUTE)
    with pytest.raises(InvalidRequest):
        office.calls(withdrawn, contact=a_contact(id=UNKNOWN_ID))


def test_an_outcome_stands_once_recorded(office, contact):
    inquiry = office.logs()
    call = office.calls(inquiry)
    office.records(call, "declined")
    before, events = office.inquiry(inquiry), office.next_index()
    with pytest.raises(OutcomeRecorded):
        office.records(call, "confirmed")
    assert office.inquiry(inquiry) == before
    assert office.next_index() == events


def test_the_order_of_refusals_of_an_outcome_is_that_of_the_contract(office, contact):
    call = office.calls(office.logs(), outcome="confirmed")
    with pytest.raises(NotFound):
        office.records(a_call(id=UNKNOWN_ID), "confirmed", if_match=frozenset({0}))
    with pytest.raises(PreconditionFailed):
        office.records(call, "confirmed", if_match=frozenset({call.newest_event - 1}))
    with pytest.raises(OutcomeRecorded):
        office.records(call, "confirmed", if_match=frozenset({call.newest_event}))


def test_texts_of_an_outcome_are_sealed_and_bound_by_its_events(office, contact):
    asked = [office.logs(), office.logs()]
    call = office.calls(*asked)
    before = office.next_index()
    office.records(call, "confirmed", answered_by="duty officer", reference="R-17", note="Said yes.")
    assert [set(event.sealed) for event in office.events(since=before)] == [{"call_detail"}] * 2
    full = office.batch(lambda session: read_call(session, office.vault, call.id))
    assert full.texts == OutcomeTexts("duty officer", "R-17", "Said yes.")
    assert full.inquiry_ids == tuple(inquiry.id for inquiry in asked)
    assert "duty officer" not in "".join(event.payload for event in office.events())


def test_an_outcome_skips_what_was_withdrawn_meanwhile(office, contact):
    asked, withdrawn = office.logs(), office.logs()
    call = office.calls(asked, withdrawn)
    office.withdraws(withdrawn)
    office.records(call, "confirmed")
    assert office.inquiry(asked).status is Status.CONFIRMED
    assert office.inquiry(withdrawn).status is Status.WITHDRAWN
    assert [leaf["kind"] for leaf in office.leaves(withdrawn)][-1] == "inquiry:withdrawn"


def test_a_call_whose_inquiries_were_all_withdrawn_still_ends_by_an_event(office, contact):
    withdrawn = office.logs()
    call = office.calls(withdrawn)
    office.withdraws(withdrawn)
    before = office.next_index()
    ended = office.records(call, "confirmed")
    assert office.kinds(since=before) == ["call:outcome"]
    assert ended.newest_event == ended.outcome_order == before
    assert office.call(call) == ended
    assert office.events(since=before)[0].call_id == call.id


# Joining.


def test_an_inquiry_that_joins_a_call_under_way_takes_its_outcome_when_it_comes(office, contact):
    first, later = office.logs(), office.logs()
    call = office.calls(first)
    office.later(20)
    joined = office.joins(call, later)
    assert joined.newest_event == office.next_index() - 1
    assert office.inquiry(later).status is Status.CALLING
    assert office.leaves(later)[2]["data"]["placed_at"] == "2026-01-31T18:04:00Z"
    office.records(call, "not_ice")
    for inquiry in (first, later):
        assert office.inquiry(inquiry).status is Status.NOT_ICE


def test_an_inquiry_that_joins_a_call_that_ended_takes_its_outcome_now(office, contact):
    first, later = office.logs(), office.logs()
    call = office.calls(first, outcome=an_outcome("confirmed", "ero"))
    office.later(20)
    before = office.next_index()
    joined = office.joins(call, later)
    assert office.kinds(since=before) == ["inquiry:called", "inquiry:outcome"]
    assert (joined.first_event, joined.outcome_order) == (call.first_event, call.outcome_order)
    settled = office.inquiry(later)
    assert settled.status is Status.CONFIRMED
    assert settled.status_since == office.now
    assert "at 11:04 on January 31, 2026" in settled.answer_en  # when ICE said it, not when it was joined
    assert office.leaves(later)[3]["data"]["outcome"] == "confirmed"


def test_the_answer_of_a_call_entered_later_tells_when_the_call_was_made(office, contact):
    """Three hours after the call, its entry is no news from ICE; minutes_to_answer still counts to the entry."""
    first, later, ahead = office.logs(), office.logs(), office.logs()
    call = office.calls(first, outcome=an_outcome("confirmed", "ero"), placed_at=AT - timedelta(hours=3))
    office.joins(call, later)
    for inquiry in (first, later):
        assert "ICE (ERO) told APD at 08:04 on January 31, 2026" in office.inquiry(inquiry).answer_en
    office.calls(ahead, outcome=an_outcome("declined"), placed_at=AT + 2 * MINUTE)
    assert "declined at 11:04" in office.inquiry(ahead).answer_en  # another clock ran ahead; nothing is told in advance


def test_an_outcome_that_comes_later_than_its_call_is_told_when_it_came(office, contact):
    inquiry = office.logs()
    call = office.calls(inquiry, placed_at=AT - 10 * MINUTE)
    office.later(5)
    office.records(call, "confirmed", "ero")
    assert "ICE (ERO) told APD at 11:09 on January 31, 2026" in office.inquiry(inquiry).answer_en


def test_joining_a_corrected_call_takes_what_is_true_and_claims_no_time(office, contact):
    first, later = office.logs(), office.logs()
    call = office.calls(first, outcome="no_answer")
    office.later(10)
    office.corrects(call, "confirmed", "ero")
    office.joins(call, later)
    joined = office.inquiry(later)
    assert joined.status is Status.CONFIRMED
    assert "ICE (ERO) told APD that" in joined.answer_en
    assert "Correction" not in joined.answer_en  # this asker was told nothing else before


def test_a_join_already_made_is_no_event(office, contact):
    first, later = office.logs(), office.logs()
    call = office.calls(first)
    once = office.joins(call, later)
    before = office.next_index()
    office.later(days=9)  # though the call is too old to be joined anew
    assert office.joins(call, later, first) == once
    assert office.next_index() == before


def test_of_several_only_those_join_that_had_not(office, contact):
    first, later = office.logs(), office.logs()
    call = office.calls(first)
    before = office.next_index()
    office.joins(call, first, later)
    assert [event.inquiry_id for event in office.events(since=before)] == [later.id]


@pytest.mark.parametrize(("waited", "too_old"), [(timedelta(0), False), (timedelta(milliseconds=1), True)])
def test_a_call_may_be_joined_for_four_hours_after_it_was_placed(office, contact, waited, too_old):
    call = office.calls(office.logs(), placed_at=AT - timedelta(hours=1))
    office.now = AT + timedelta(hours=3) + waited
    if not too_old:
        office.joins(call, office.logs())
        return
    before = office.next_index()
    later = office.logs()
    with pytest.raises(CallTooOld):
        office.joins(call, later)
    assert office.kinds(since=before) == ["inquiry:logged", "inquiry:place"]


def test_the_order_of_refusals_of_a_join_is_that_of_the_contract(office, contact):
    withdrawn = office.logs()
    office.withdraws(withdrawn)
    call = office.calls(office.logs())
    office.later(days=1)
    with pytest.raises(NotFound):
        office.joins(a_call(id=UNKNOWN_ID), UNKNOWN, if_match=frozenset({0}))
    with pytest.raises(PreconditionFailed):
        office.joins(call, UNKNOWN, if_match=frozenset({call.newest_event + 1}))
    with pytest.raises(InvalidRequest) as refused:
        office.joins(call, withdrawn, UNKNOWN)
    assert faults_of(refused) == [("/inquiry_ids/1", "unknown")]
    with pytest.raises(InquiryClosed):
        office.joins(call, withdrawn)
    with pytest.raises(CallTooOld):
        office.joins(call, office.logs())


def test_an_inquirys_own_newer_answer_stands_over_that_of_a_call_it_joins(office, contact):
    first, later = office.logs(), office.logs()
    older = office.calls(first, outcome="not_ice")
    office.calls(later, outcome="confirmed")
    before = office.inquiry(later)
    office.joins(older, later)
    after = office.inquiry(later)
    assert after.status is Status.CONFIRMED
    assert after.answer == before.answer
    assert office.leaves(later)[-1]["data"]["answer"] is None


def test_a_settled_inquiry_with_a_callback_is_due_to_be_told(office, contact):
    inquiry = office.logs(callback=PHONE)
    office.later(7)
    office.calls(inquiry, outcome="confirmed")
    assert office.inquiry(inquiry).due_at == AT + 12 * MINUTE


# Reading.


def test_calls_are_listed_newest_first_and_narrowed(office, contact):
    one, other = office.logs(), office.logs()
    second_contact = office.contact()
    first = office.calls(one, outcome="no_answer")
    office.later(5)
    second = office.calls(one, other, contact=second_contact)
    office.later(5)
    third = office.calls(other, outcome="confirmed")

    def listed(**narrowed):
        found, _ = office.batch(
            lambda session: list_calls(session, office.vault, CallFilter(**narrowed), before=None, limit=50)
        )
        return [full.call.id for full in found]

    assert listed() == [third.id, second.id, first.id]
    assert listed(inquiry_id=one.id) == [second.id, first.id]
    assert listed(contact_id=second_contact.id) == [second.id]
    assert listed(outcome=Outcome.CONFIRMED) == [third.id]
    assert listed(open=True) == [second.id]
    assert listed(open=False) == [third.id, first.id]
    assert listed(placed_from=AT + 5 * MINUTE) == [third.id, second.id]
    assert listed(placed_to=AT + 5 * MINUTE) == [first.id]
    assert listed(inquiry_id=UNKNOWN_ID) == []


def test_a_page_ends_where_the_next_one_begins(office, contact):
    inquiry = office.logs()
    placed = [office.calls(inquiry).id for _ in range(5)]
    seen, before = [], None
    while True:
        page, before = office.batch(
            lambda session, at=before: list_calls(session, office.vault, CallFilter(), before=at, limit=2)
        )
        seen += [full.call.id for full in page]
        if before is None:
            break
    assert seen == placed[::-1]


def test_a_call_that_is_not_there_is_not_found(office):
    with pytest.raises(NotFound):
        office.batch(lambda session: read_call(session, office.vault, UNKNOWN_ID))


def test_a_hundred_inquiries_take_one_call(office, contact):
    asked = [office.logs() for _ in range(100)]
    call = office.run(place_call, a_new_call(*asked, outcome=an_outcome("confirmed")))
    assert {office.inquiry(inquiry).status for inquiry in asked[::25]} == {Status.CONFIRMED}
    assert call.newest_event - call.first_event == 199
