"""What has been kept long enough is erased for good; a legal hold stops it, and a later run finishes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.errors import Gone
from app.domain.place import Point
from app.domain.sealed import RetentionClass
from app.service import erase_expired as erasing
from app.service.erase_expired import Erased
from app.service.read_calls import OutcomeTexts, read_call
from app.service.read_inquiries import read_inquiry
from app.store.idempotency import KeptAnswer, find, kept_answers
from app.store.tables import SealedBoxRow
from app.store.vault import HOLD_FILE
from tests.builders import AT, PHONE, an_outcome

NOTHING = Erased(callbacks=0, details=0, day_keys=0, answers=0, on_hold=False, more=False)
MILLISECOND = timedelta(milliseconds=1)


def keep_answer(office, key):
    kept = KeptAnswer(key, "f1" * 32, 201, None, "some-id", office.now)
    office.batch(lambda session: kept_answers.add(session, kept))


def detail(office, inquiry):
    return office.batch(lambda session: read_inquiry(session, office.vault, inquiry.id)).detail


def test_where_nothing_is_due_nothing_happens(office):
    office.logs(callback=PHONE)
    before = office.next_index()
    assert office.erases_expired() == NOTHING
    assert office.next_index() == before


def test_a_callback_is_erased_after_30_days(office):
    inquiry, later = office.logs(callback=PHONE), None
    office.later(days=1)
    later = office.logs(callback=PHONE)
    office.now = AT + timedelta(days=30) - MILLISECOND
    assert office.erases_expired().callbacks == 0
    office.now += MILLISECOND
    before = office.next_index()
    assert office.erases_expired().callbacks == 1
    assert office.kinds(of=inquiry, since=before) == ["callback:erased"]
    (event,) = office.events(of=inquiry, since=before)
    assert event.by_role == "service"
    assert office.inquiry(inquiry).callback_kind is None
    assert office.rows(SealedBoxRow, owner_id=inquiry.id, retention=RetentionClass.CALLBACK) == 0
    with pytest.raises(Gone):
        office.reads_callback(inquiry)
    assert office.reads_callback(later) == PHONE


def test_an_erased_callback_makes_nobody_late(office):
    office.contact()
    inquiry = office.logs(callback=PHONE)
    office.calls(inquiry, outcome="confirmed")
    assert office.inquiry(inquiry).due_at is not None
    office.later(days=30)
    office.erases_expired()
    assert office.inquiry(inquiry).due_at is None


def test_a_days_key_is_destroyed_once_its_last_box_was_kept_long_enough(office):
    inquiry = office.logs(callback=PHONE, note="Two vans.")
    day = AT.date()
    assert office.vault.days() == [(RetentionClass.CALLBACK, day), (RetentionClass.DETAIL, day)]
    office.now = datetime(2026, 3, 3, tzinfo=UTC) - MILLISECOND  # 30 days after the day's end
    assert office.erases_expired().day_keys == 0
    office.now += MILLISECOND
    before = office.next_index()
    assert office.erases_expired().day_keys == 1
    assert office.vault.days() == [(RetentionClass.DETAIL, day)]
    (event,) = office.events(since=before)
    assert (event.kind, event.by_role) == ("day_key:destroyed", "service")
    assert event.detail == {"retention": "callback", "day": "2026-01-31"}
    assert detail(office, inquiry).note == "Two vans."


def test_details_go_after_a_year_and_the_block_stays(office):
    office.contact()
    inquiry = office.logs(address="1217 Central Ave SE", point=Point(35.08123, -106.63456), note="Two vans.")
    call = office.calls(inquiry, outcome=an_outcome("confirmed", "ero", note="Said yes.", reference="R-17"))
    office.corrects(call, "confirmed", "ero", note="Said yes twice.")
    office.now = datetime(2027, 2, 1, tzinfo=UTC)  # 365 days after the day's end
    erased = office.erases_expired()
    assert (erased.details, erased.day_keys) == (3, 1)
    assert office.vault.days() == []
    assert office.rows(SealedBoxRow) == 0
    gone = detail(office, inquiry)
    assert (gone.address, gone.point, gone.note) == (None, None, None)
    assert office.inquiry(inquiry).block == "1200 block of Central Ave SE"
    full = office.batch(lambda session: read_call(session, office.vault, call.id))
    assert full.texts == OutcomeTexts()
    assert (full.corrections[0].reason, full.corrections[0].replaced_texts) == (None, OutcomeTexts())
    assert office.erases_expired() == NOTHING


def test_each_day_has_keys_of_its_own(office):
    office.logs()
    office.later(days=1)
    kept = office.logs(note="Kept.")
    office.now = datetime(2027, 2, 1, tzinfo=UTC)
    office.erases_expired()
    assert office.vault.days() == [(RetentionClass.DETAIL, date(2026, 2, 1))]
    assert detail(office, kept).note == "Kept."


def test_answers_for_repeats_are_kept_7_days(office):
    keep_answer(office, "old")
    office.later(days=1)
    keep_answer(office, "new")
    office.now = AT + timedelta(days=7)
    assert office.erases_expired().answers == 0
    office.now += MILLISECOND
    assert office.erases_expired().answers == 1
    assert office.batch(lambda session: find(session, "old")) is None
    assert office.batch(lambda session: find(session, "new")) is not None


def test_a_legal_hold_stops_it_and_a_later_run_finishes(office):
    inquiry = office.logs(callback=PHONE, note="Two vans.")
    at_wish = office.logs(callback=PHONE)
    keep_answer(office, "old")
    hold = office.vault.folder / HOLD_FILE
    hold.touch()
    office.erases_callback(at_wish)
    office.later(days=400)
    before = office.next_index()
    erased = office.erases_expired()
    assert erased == Erased(callbacks=0, details=0, day_keys=0, answers=1, on_hold=True, more=False)
    assert office.next_index() == before
    assert len(office.vault.days()) == 2
    assert office.reads_callback(inquiry) == PHONE
    assert detail(office, inquiry).note == "Two vans."
    hold.unlink()
    erased = office.erases_expired()
    assert (erased.callbacks, erased.details, erased.day_keys, erased.on_hold) == (1, 2, 2, False)
    assert office.vault.days() == []
    assert office.rows(SealedBoxRow) == 0


def test_what_a_hold_had_set_aside_goes_as_soon_as_it_ends(office):
    inquiry = office.logs(callback=PHONE)
    hold = office.vault.folder / HOLD_FILE
    hold.touch()
    office.erases_callback(inquiry)
    assert office.rows(SealedBoxRow, owner_id=inquiry.id, set_aside=True) == 1
    hold.unlink()
    office.erases_expired()
    assert office.rows(SealedBoxRow, owner_id=inquiry.id, set_aside=True) == 0


def test_a_long_list_is_erased_in_parts_and_the_keys_come_last(office, monkeypatch):
    monkeypatch.setattr(erasing, "AT_ONCE", 2)
    asked = [office.logs(callback=PHONE) for _ in range(3)]
    office.later(days=40)
    erased = office.erases_expired()
    assert (erased.callbacks, erased.day_keys, erased.more) == (2, 0, True)
    erased = office.erases_expired()
    assert (erased.callbacks, erased.day_keys, erased.more) == (1, 1, False)
    assert [office.inquiry(inquiry).callback_kind for inquiry in asked] == [None] * 3
