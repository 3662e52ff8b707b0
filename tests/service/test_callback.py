"""The asker's contact: each look is an event; mended or erased at the asker's wish; what is erased is gone."""

from datetime import timedelta

import pytest

from app.domain.errors import Gone, NotFound, PreconditionFailed
from app.domain.inquiry import CallbackKind
from app.domain.sealed import BoxKind
from app.store.idempotency import KeptAnswer, find, kept_answers
from app.store.tables import SealedBoxRow
from app.store.vault import HOLD_FILE
from tests.builders import AT, EMAIL, MINUTE, PHONE, UNKNOWN_ID, an_inquiry

UNKNOWN = an_inquiry(id=UNKNOWN_ID)
NO_VERSION = frozenset({-1})


def boxes(office, inquiry, **equal):
    return office.rows(SealedBoxRow, owner_id=inquiry.id, kind=BoxKind.CALLBACK, **equal)


def keep_answer(office, inquiry, key):
    """Keep the answer to the request that brought an inquiry, as the HTTP side does."""
    kept = KeptAnswer(key, "f1" * 32, 201, None, inquiry.id, office.now)
    office.batch(lambda session: kept_answers.add(session, kept))


def fingerprint(office, key):
    return office.batch(lambda session: find(session, key)).fingerprint


def test_each_look_is_an_event_that_changes_no_etag(office):
    inquiry = office.logs(callback=PHONE)
    before = office.next_index()
    office.later()
    assert office.reads_callback(inquiry) == PHONE
    assert office.reads_callback(inquiry) == PHONE
    assert office.kinds(since=before) == ["callback:read"] * 2
    after = office.inquiry(inquiry)
    assert after.newest_event == inquiry.newest_event
    assert (after.updated_at, after.leaves) == (inquiry.updated_at, inquiry.leaves)
    assert after.last_event_at == office.now


def test_no_event_of_a_callback_tells_anything_of_it(office):
    inquiry = office.logs(callback=PHONE)
    office.reads_callback(inquiry)
    office.mends_callback(inquiry, EMAIL)
    office.erases_callback(inquiry)
    told = "".join(f"{event.payload}{event.detail}{event.sealed}" for event in office.events())
    assert not [secret for secret in (PHONE.value, EMAIL.value, "…42", "a…@…", "0142") if secret in told]


def test_who_left_none_has_none_and_who_had_one_erased_had_one(office):
    with pytest.raises(NotFound):
        office.reads_callback(office.logs())
    inquiry = office.logs(callback=PHONE)
    office.erases_callback(inquiry)
    with pytest.raises(Gone):
        office.reads_callback(inquiry)


def test_erasing_takes_the_box_the_hint_and_the_fingerprint_away(office):
    inquiry, other = office.logs(callback=PHONE), office.logs(callback=PHONE)
    keep_answer(office, inquiry, "k1")
    keep_answer(office, other, "k2")
    before = office.next_index()
    erased = office.erases_callback(inquiry)
    assert office.inquiry(inquiry) == erased
    assert (erased.callback_kind, erased.callback_hint, erased.callback_erase_after) == (None, None, None)
    assert erased.callback_erased_at == office.now
    assert office.kinds(since=before) == ["callback:erased"]
    assert erased.newest_event == before
    assert boxes(office, inquiry) == 0
    assert fingerprint(office, "k1") is None
    assert boxes(office, other) == 1
    assert fingerprint(office, "k2") == "f1" * 32


@pytest.mark.parametrize("verb", ["answers", "withdraws"])
def test_telling_and_withdrawing_empty_the_fingerprint_too(office, verb):
    inquiry = office.logs(callback=PHONE)
    keep_answer(office, inquiry, "k1")
    getattr(office, verb)(inquiry)
    assert fingerprint(office, "k1") is None


def test_mending_puts_another_in_its_place_and_erases_the_first(office):
    inquiry = office.logs(callback=PHONE)
    keep_answer(office, inquiry, "k1")
    office.later(days=3)
    before = office.next_index()
    mended = office.mends_callback(inquiry, EMAIL)
    assert office.inquiry(inquiry) == mended
    assert (mended.callback_kind, mended.callback_hint) == (CallbackKind.EMAIL, "a…@…")
    assert mended.callback_erase_after == office.now + timedelta(days=30)
    (event,) = office.events(since=before)
    assert event.kind == "callback:mended"
    assert set(event.sealed) == {"callback"}
    assert boxes(office, inquiry) == 1
    assert fingerprint(office, "k1") is None
    assert office.reads_callback(inquiry) == EMAIL


def test_an_asker_who_left_none_may_still_leave_one(office):
    office.contact()
    inquiry = office.logs()
    office.calls(inquiry, outcome="confirmed")
    assert office.inquiry(inquiry).due_at is None
    mended = office.mends_callback(inquiry, PHONE)
    assert mended.due_at == AT + 5 * MINUTE
    assert office.reads_callback(inquiry) == PHONE


def test_one_left_after_an_erasure_can_be_read(office):
    inquiry = office.logs(callback=PHONE)
    office.erases_callback(inquiry)
    mended = office.mends_callback(inquiry, PHONE)
    assert mended.callback_erased_at is None
    assert office.reads_callback(inquiry) == PHONE


def test_without_a_callback_a_settled_inquiry_is_no_more_late(office):
    office.contact()
    inquiry = office.logs(callback=PHONE)
    office.calls(inquiry, outcome="confirmed")
    assert office.inquiry(inquiry).due_at is not None
    assert office.erases_callback(inquiry).due_at is None


def test_once_its_days_key_is_gone_it_cannot_be_read_though_the_row_stands(office):
    inquiry = office.logs(callback=PHONE)
    for retention, day in office.vault.days():
        office.vault.destroy(retention, day)
    with pytest.raises(Gone):
        office.reads_callback(inquiry)


def test_under_a_legal_hold_it_is_set_aside_where_nobody_sees_it(office):
    inquiry = office.logs(callback=PHONE)
    (office.vault.folder / HOLD_FILE).touch()
    office.erases_callback(inquiry)
    assert boxes(office, inquiry, set_aside=True) == 1
    with pytest.raises(Gone):
        office.reads_callback(inquiry)
    office.mends_callback(inquiry, EMAIL)
    assert office.reads_callback(inquiry) == EMAIL


def test_the_order_of_refusals_is_that_of_the_contract(office):
    none = office.logs()
    with pytest.raises(NotFound):
        office.erases_callback(UNKNOWN, if_match=NO_VERSION)
    with pytest.raises(PreconditionFailed):
        office.erases_callback(none, if_match=NO_VERSION)
    with pytest.raises(NotFound):
        office.erases_callback(none)
    with pytest.raises(NotFound):
        office.mends_callback(UNKNOWN, PHONE, if_match=NO_VERSION)
    with pytest.raises(PreconditionFailed):
        office.mends_callback(none, PHONE, if_match=NO_VERSION)
    once = office.logs(callback=PHONE)
    office.erases_callback(once)
    with pytest.raises(Gone):
        office.erases_callback(once)
    with pytest.raises(NotFound):
        office.reads_callback(UNKNOWN)
