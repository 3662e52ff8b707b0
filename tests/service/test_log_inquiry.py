"""What logging an inquiry stores, numbers and refuses."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.errors import InvalidRequest, NotFound
from app.domain.inquiry import Activity, CallbackKind, Source
from app.domain.place import Point
from app.domain.receipt import read_receipt
from app.domain.sealed import BoxKind
from app.domain.status import Status
from app.service.keep_facilities import NewFacility, add_facility
from app.service.log_inquiry import log_inquiry
from app.service.read_inquiries import read_inquiry, read_own_inquiry
from app.store.tables import EventRow, InquiryRow, SealedBoxRow
from tests.builders import AT, DISPATCHER, EMAIL, INTAKE, MINUTE, PHONE, SUPERVISOR, UNKNOWN_ID, a_new_inquiry


def refusal_of(office, **asked):
    with pytest.raises(InvalidRequest) as refused:
        office.logs(**asked)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_an_inquiry_is_open_and_its_first_call_is_due(office):
    inquiry = office.logs()
    assert inquiry.status is Status.OPEN
    assert inquiry.received_at == inquiry.asked_at == inquiry.status_since == AT
    assert inquiry.received_by == DISPATCHER.id
    assert inquiry.due_at == AT + 5 * MINUTE
    assert "ICE has not answered yet" in inquiry.answer_en
    assert read_receipt(inquiry.receipt) == inquiry.receipt


def test_what_is_returned_is_what_is_stored(office):
    for inquiry in (office.logs(), office.logs(callback=PHONE, point=Point(35.0812, -106.6301), outlet="KUNM")):
        assert office.inquiry(inquiry) == inquiry


def test_its_first_two_leaves_tell_the_question_and_the_place(office):
    inquiry = office.logs(source=Source.MEDIA, outlet="KUNM")
    first, second = office.leaves(inquiry)
    assert (first["kind"], first["seq"], second["kind"], second["seq"]) == ("inquiry:logged", 0, "inquiry:place", 1)
    assert first["data"] == {
        "asked_at": "2026-01-31T18:04:00Z",
        "source": "media",
        "outlet": "KUNM",
        "status": "open",
        "answer": {"en": inquiry.answer_en, "es": inquiry.answer_es},
    }
    assert second["data"] == {
        "observed_at": "2026-01-31T17:59:00Z",
        "activity": "worksite",
        "area_command": "unknown",
        "block": "1200 block of Central Ave SE",
    }
    assert (inquiry.first_event, inquiry.newest_event, inquiry.leaves) == (0, 1, 2)


def test_what_is_sealed_is_bound_by_the_first_leaf_alone(office):
    office.logs(callback=PHONE)
    first, second = office.events()
    assert set(first.sealed) == {"detail", "callback"}
    assert second.sealed == {}


def test_numbers_count_from_1_without_a_gap(office):
    assert [office.logs().number for _ in range(3)] == ["2026-000001", "2026-000002", "2026-000003"]


def test_a_refused_inquiry_takes_no_number_from_its_batch(office):
    def three(session):
        good = a_new_inquiry()
        first = log_inquiry(session, good, DISPATCHER, AT)
        with pytest.raises(InvalidRequest):
            log_inquiry(session, a_new_inquiry(facility="nowhere"), DISPATCHER, AT)
        return first, log_inquiry(session, good, DISPATCHER, AT)

    first, second = office.batch(three)
    assert (first.serial, second.serial) == (1, 2)
    assert office.rows(InquiryRow) == 2


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (datetime(2026, 1, 1, 6, 59, tzinfo=UTC), "2025-000002"),  # still the old year in Albuquerque
        (datetime(2026, 1, 1, 7, 0, tzinfo=UTC), "2026-000001"),
    ],
)
def test_each_year_of_albuquerque_counts_anew(office, at, number):
    office.now = datetime(2025, 6, 1, tzinfo=UTC)
    office.logs()
    office.now = at
    assert office.logs().number == number


def test_what_was_asked_in_the_old_year_and_entered_in_the_new_one_is_counted_in_the_new(office):
    office.now = datetime(2026, 1, 1, 7, 10, tzinfo=UTC)  # 0:10 in Albuquerque
    assert office.logs(asked_at=office.now - 20 * MINUTE).number == "2026-000001"


def test_the_exact_place_and_the_note_are_sealed_and_the_table_holds_the_block(office):
    inquiry = office.logs(address="1217 Central Ave SE", point=Point(35.08123, -106.63456), note="Two white vans.")
    assert inquiry.block == "1200 block of Central Ave SE"
    assert (inquiry.latitude, inquiry.longitude) == (35.081, -106.635)
    full = office.batch(lambda session: read_inquiry(session, office.vault, inquiry.id))
    assert full.detail.address == "1217 Central Ave SE"
    assert full.detail.point == Point(35.08123, -106.63456)
    assert full.detail.note == "Two white vans."
    assert office.rows(SealedBoxRow, owner_id=inquiry.id, kind=BoxKind.DETAIL) == 1


def test_words_that_are_no_street_give_no_block(office):
    assert office.logs(address="behind the big store").block is None


@pytest.mark.parametrize(
    ("callback", "kind", "hint"), [(PHONE, CallbackKind.PHONE, "…42"), (EMAIL, CallbackKind.EMAIL, "a…@…")]
)
def test_of_a_callback_the_table_holds_a_hint(office, callback, kind, hint):
    inquiry = office.logs(callback=callback)
    assert (inquiry.callback_kind, inquiry.callback_hint) == (kind, hint)
    assert inquiry.callback_erase_after == AT + timedelta(days=30)
    assert callback.value not in repr(inquiry)
    assert office.reads_callback(inquiry) == callback


def test_an_inquiry_entered_later_keeps_when_it_was_asked(office):
    inquiry = office.logs(asked_at=AT - 16 * MINUTE)
    assert inquiry.asked_at == AT - 16 * MINUTE
    assert inquiry.received_at == AT
    assert inquiry.late


TIMES = [
    ("asked_at", timedelta(minutes=2), None),
    ("asked_at", timedelta(minutes=2, milliseconds=1), "in_future"),
    ("asked_at", -timedelta(days=30), None),
    ("asked_at", -timedelta(days=30, milliseconds=1), "too_old"),
    ("observed_at", timedelta(minutes=2), None),
    ("observed_at", timedelta(minutes=2, milliseconds=1), "in_future"),
    ("observed_at", -timedelta(days=30), None),
    ("observed_at", -timedelta(days=30, milliseconds=1), "too_old"),
]


@pytest.mark.parametrize(("field", "ahead", "code"), TIMES)
def test_times_lie_within_30_days_and_a_clock_may_run_2_minutes_ahead(office, field, ahead, code):
    if code is None:
        assert getattr(office.logs(**{field: AT + ahead}), field) == AT + ahead
    else:
        assert refusal_of(office, **{field: AT + ahead}) == [(f"/{field}", code)]


def test_all_faults_are_told_at_once_and_nothing_is_stored(office):
    faults = refusal_of(office, asked_at=AT + 9 * MINUTE, observed_at=AT - timedelta(days=31), facility="no-such-place")
    assert faults == [("/asked_at", "in_future"), ("/observed_at", "too_old"), ("/place/facility", "unknown")]
    assert office.rows(InquiryRow) == office.rows(EventRow) == office.rows(SealedBoxRow) == 0


def test_a_named_facility_is_flagged(office):
    office.facility(slug="city-hall")
    inquiry = office.logs(facility="city-hall")
    assert inquiry.facility == "city-hall"
    assert inquiry.flags == ("city_facility",)


@pytest.mark.parametrize(("latitude", "flagged"), [(35.0880, True), (35.0890, False)])  # about 133 and 245 m
def test_a_place_within_150_m_of_a_facility_is_flagged(office, latitude, flagged):
    office.facility(latitude=35.0868, longitude=-106.6511)
    assert bool(office.logs(point=Point(latitude, -106.6511)).flags) is flagged


def test_it_is_the_exact_place_that_is_measured_not_the_rounded_one(office):
    """145 m away; rounded to 0.001° it would be 156 m away."""
    office.facility(latitude=35.0800, longitude=-106.6500)
    inquiry = office.logs(point=Point(35.0813, -106.6500))
    assert inquiry.city_facility
    office.facility(slug="library", latitude=35.1000, longitude=-106.6500)
    assert not office.logs(point=Point(35.10136, -106.6500)).city_facility


def test_an_activity_called_so_is_flagged(office):
    assert office.logs(activity=Activity.CITY_FACILITY).city_facility


def test_a_facility_added_in_the_same_batch_is_known(office):
    def both(session):
        log_inquiry(session, a_new_inquiry(), DISPATCHER, AT)
        add_facility(session, NewFacility("library", "Main Library", 35.08, -106.65), SUPERVISOR, AT)
        return log_inquiry(session, a_new_inquiry(facility="library"), DISPATCHER, AT)

    assert office.batch(both).city_facility


def test_intake_reads_what_it_logged_and_nothing_else(office):
    own, anothers = office.logs(by=INTAKE), office.logs(by=DISPATCHER)

    def read(inquiry, by):
        return office.batch(lambda session: read_own_inquiry(session, inquiry.id, by))

    assert read(own, INTAKE) == own
    with pytest.raises(NotFound):
        read(anothers, INTAKE)
    assert read(own, DISPATCHER) == own


@pytest.mark.parametrize("inquiry_id", [UNKNOWN_ID, "2026-000001", "", "x" * 500, "\x00"])
def test_there_is_no_inquiry_under_another_id(office, inquiry_id):
    office.logs()
    with pytest.raises(NotFound):
        office.batch(lambda session: read_inquiry(session, office.vault, inquiry_id))
