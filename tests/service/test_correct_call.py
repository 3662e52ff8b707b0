"""A correction replaces what a call brought; both stay on the timeline and in the ledger."""

import pytest

from app.domain.call import Agency
from app.domain.errors import InquiryClosed, NoOutcome, NotFound, PreconditionFailed
from app.domain.status import Outcome, Status
from app.service.read_calls import OutcomeTexts, read_call
from app.store.tables import CorrectionRow
from tests.builders import AT, SUPERVISOR, UNKNOWN_ID, a_call, an_outcome


@pytest.fixture
def contact(office):
    return office.contact()


def test_a_correction_changes_the_status_and_both_stay(office, contact):
    inquiry = office.logs()
    call = office.calls(inquiry, outcome=an_outcome("confirmed", "ero"))
    office.later(30)
    corrected = office.corrects(call, "not_ice", "ero")
    assert (corrected.outcome, corrected.outcome_at, corrected.outcome_order) == (
        *(Outcome.NOT_ICE, AT, call.outcome_order),
    )
    assert office.call(call) == corrected
    after = office.inquiry(inquiry)
    assert after.status is Status.NOT_ICE
    told = office.leaves(inquiry)[3:]
    assert [leaf["kind"] for leaf in told] == ["inquiry:outcome", "inquiry:corrected"]
    assert told[0]["data"]["outcome"] == "confirmed"
    assert told[1]["data"] == {
        "call": 1,
        "outcome": "not_ice",
        "agency": "ero",
        "replaces": call.outcome_order,
        "status": "not_ice",
        "answer": {"en": after.answer_en, "es": after.answer_es},
    }
    assert told[1]["by_role"] == "supervisor"
    assert after.answer_en.startswith("Correction at 11:34 on January 31, 2026: the earlier answer no longer stands.")


def test_each_inquirys_correction_names_its_own_leaf(office, contact):
    asked = [office.logs() for _ in range(3)]
    call = office.calls(*asked)
    joined = office.logs()
    office.records(call, "declined")
    office.joins(call, joined)
    office.corrects(call, "confirmed")
    for inquiry in (*asked, joined):
        events = office.events(of=inquiry)
        outcome = next(event for event in events if event.kind == "inquiry:outcome")
        assert office.leaves(inquiry)[-1]["data"]["replaces"] == outcome.index
        assert office.inquiry(inquiry).status is Status.CONFIRMED


def test_in_a_chain_each_correction_replaces_the_one_before(office, contact):
    inquiry = office.logs()
    call = office.calls(inquiry, outcome="confirmed")
    office.later()
    office.corrects(call, "not_ice")
    office.later()
    office.corrects(call, "declined")
    told = [event for event in office.events(of=inquiry) if event.kind in {"inquiry:outcome", "inquiry:corrected"}]
    replaces = [leaf["data"].get("replaces") for leaf in office.leaves(inquiry)[3:]]
    assert replaces == [None, told[0].index, told[1].index]
    assert office.inquiry(inquiry).status is Status.UNCONFIRMED


def test_the_call_shows_why_and_what_each_correction_replaced(office, contact):
    call = office.calls(office.logs(), outcome=an_outcome("confirmed", "ero", note="first", reference="R-1"))
    office.later()
    office.corrects(call, "not_ice", "hsi", note="second", reason="wrong desk")
    office.later()
    office.corrects(call, "left_message", note="third", reason="misheard")
    full = office.batch(lambda session: read_call(session, office.vault, call.id))
    assert full.texts == OutcomeTexts(None, None, "third")
    shown = [
        (each.reason, each.replaced_outcome, each.replaced_agency, each.replaced_texts, each.by)
        for each in full.corrections
    ]
    assert shown == [
        ("wrong desk", Outcome.CONFIRMED, Agency.ERO, OutcomeTexts(None, "R-1", "first"), SUPERVISOR.id),
        ("misheard", Outcome.NOT_ICE, Agency.HSI, OutcomeTexts(None, None, "second"), SUPERVISOR.id),
    ]
    assert [each.at for each in full.corrections] == sorted(each.at for each in full.corrections)


def test_a_corrections_texts_are_sealed_and_never_told(office, contact):
    call = office.calls(office.logs(), outcome="confirmed")
    before = office.next_index()
    office.corrects(call, "not_ice", note="a note of some kind", reason="a reason of some kind")
    event = office.events(since=before)[0]
    assert set(event.sealed) == {"correction_detail"}
    assert "of some kind" not in "".join(each.payload + str(each.detail) for each in office.events())


def test_the_call_keeps_its_place_among_the_others(office, contact):
    inquiry = office.logs()
    first = office.calls(inquiry, outcome="no_answer")
    office.calls(inquiry, outcome="confirmed")
    office.corrects(first, "not_ice")
    assert office.inquiry(inquiry).status is Status.CONFIRMED
    assert office.leaves(inquiry)[-1]["data"]["answer"] is None


def test_an_answer_is_written_anew_when_its_agency_was_wrong(office, contact):
    inquiry = office.logs()
    call = office.calls(inquiry, outcome=an_outcome("confirmed", "ero"))
    settled = office.inquiry(inquiry)
    office.later()
    office.corrects(call, "confirmed", "hsi")
    after = office.inquiry(inquiry)
    assert (after.status, after.status_since) == (settled.status, settled.status_since)
    assert "ICE (HSI)" in after.answer_en
    assert office.leaves(inquiry)[-1]["data"]["answer"] == {"en": after.answer_en, "es": after.answer_es}


def test_a_correction_of_texts_alone_leaves_the_answer_and_is_told(office, contact):
    inquiry = office.logs()
    call = office.calls(inquiry, outcome=an_outcome("confirmed", "ero"))
    settled = office.inquiry(inquiry)
    office.corrects(call, "confirmed", "ero", note="spelt right")
    assert office.inquiry(inquiry).answer == settled.answer
    last = office.leaves(inquiry)[-1]
    assert (last["kind"], last["data"]["answer"]) == ("inquiry:corrected", None)


def test_the_agency_goes_where_nobody_spoke_after_all(office, contact):
    call = office.calls(office.logs(), outcome=an_outcome("confirmed", "ero"))
    assert office.corrects(call, "no_answer", "ero").agency is None


def test_withdrawn_inquiries_are_skipped(office, contact):
    asked, withdrawn = office.logs(), office.logs()
    call = office.calls(asked, withdrawn, outcome="left_message")
    office.withdraws(withdrawn)
    before = office.inquiry(withdrawn)
    office.corrects(call, "confirmed")
    assert office.inquiry(asked).status is Status.CONFIRMED
    assert office.inquiry(withdrawn) == before


def test_a_correction_of_a_call_whose_inquiries_were_all_withdrawn_is_an_event_of_its_own(office, contact):
    withdrawn = office.logs()
    call = office.calls(withdrawn, outcome="left_message")
    office.withdraws(withdrawn)
    before = office.next_index()
    corrected = office.corrects(call, "confirmed")
    assert office.kinds(since=before) == ["call:corrected"]
    assert corrected.newest_event == before
    assert office.rows(CorrectionRow, call_id=call.id) == 1


def test_what_was_ever_settled_cannot_be_withdrawn_even_after_a_correction(office, contact):
    inquiry = office.logs()
    call = office.calls(inquiry, outcome="confirmed")
    office.corrects(call, "no_answer")
    assert office.inquiry(inquiry).status is Status.OPEN
    with pytest.raises(InquiryClosed):
        office.withdraws(inquiry)
    assert office.inquiry(inquiry).status is Status.OPEN


def test_a_correction_that_unsettles_starts_the_clock_again(office, contact):
    inquiry = office.logs()
    call = office.calls(inquiry, outcome="confirmed")
    assert office.inquiry(inquiry).due_at is None
    office.later(60)
    office.corrects(call, "left_message")
    after = office.inquiry(inquiry)
    assert after.status is Status.AWAITING_ICE
    assert (after.due_at - office.now).total_seconds() == 30 * 60


def test_the_order_of_refusals_is_that_of_the_contract(office, contact):
    call = office.calls(office.logs())
    with pytest.raises(NotFound):
        office.corrects(a_call(id=UNKNOWN_ID), "confirmed", if_match=frozenset({0}))
    with pytest.raises(PreconditionFailed):
        office.corrects(call, "confirmed", if_match=frozenset())
    with pytest.raises(NoOutcome):
        office.corrects(call, "confirmed", if_match=frozenset({call.newest_event}))
    assert office.rows(CorrectionRow) == 0
