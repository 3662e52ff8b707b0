"""What other systems are told: which message for which event, and an allow-list of what is in it."""

import json

import pytest

from app.domain.event import Kind
from app.domain.facility import Facility
from app.domain.inquiry import Activity, AreaCommand
from app.domain.status import Status
from app.domain.webhook import MessageType, message_body, messages_of
from tests.builders import AT, after, an_inquiry

LOGGED, OUTCOME, STATUS = (
    MessageType.INQUIRY_LOGGED,
    MessageType.CALL_OUTCOME_RECORDED,
    MessageType.INQUIRY_STATUS_CHANGED,
)
HALL = Facility("019a9c1c-0000-7000-8000-000000000003", "city-hall", "City Hall", 35.0868, -106.6505, 3, 3)


@pytest.mark.parametrize(
    ("kind", "before", "now", "told"),
    [
        (Kind.INQUIRY_LOGGED, None, Status.OPEN, (LOGGED,)),
        (Kind.INQUIRY_CALLED, Status.OPEN, Status.CALLING, (STATUS,)),
        (Kind.INQUIRY_CALLED, Status.NOT_ICE, Status.NOT_ICE, ()),
        (Kind.INQUIRY_OUTCOME, Status.CALLING, Status.NOT_ICE, (OUTCOME, STATUS)),
        (Kind.INQUIRY_OUTCOME, Status.CONFIRMED, Status.CONFIRMED, (OUTCOME,)),
        (Kind.INQUIRY_CORRECTED, Status.NOT_ICE, Status.CONFIRMED, (STATUS,)),
        (Kind.INQUIRY_CORRECTED, Status.CONFIRMED, Status.CONFIRMED, ()),
        (Kind.INQUIRY_WITHDRAWN, Status.OPEN, Status.WITHDRAWN, (STATUS,)),
    ],
)
def test_each_event_is_told_as(kind, before, now, told):
    was = None if before is None else an_inquiry(status=before)

    assert messages_of(kind, was, an_inquiry(status=now)) == told


def test_a_message_has_the_fields_of_the_allow_list_in_their_order_and_no_other():
    inquiry = an_inquiry(
        status=Status.NOT_ICE,
        status_since=after(3),
        facility="city-hall",
        city_facility=True,
        activity=Activity.CITY_FACILITY,
        area_command=AreaCommand.VALLEY,
    )

    body = json.loads(message_body(STATUS, inquiry, HALL, "019a9c20-aaaa-7000-8000-000000000001", after(3)))

    assert body == {
        "type": "inquiry.status_changed",
        "timestamp": "2026-01-31T18:07:05.123Z",
        "data": {
            "id": inquiry.id,
            "number": "2026-000123",
            "status": "not_ice",
            "status_since": "2026-01-31T18:07:05.123Z",
            "area_command": "valley",
            "activity": "city_facility",
            "facility": {"slug": "city-hall", "name": "City Hall"},
            "flags": ["city_facility", "possible_impersonation"],
            "supersedes": "019a9c20-aaaa-7000-8000-000000000001",
        },
    }
    assert list(body) == ["type", "timestamp", "data"]


@pytest.mark.parametrize("message", MessageType)
def test_no_message_tells_a_place_a_text_a_contact_a_receipt_or_who_did_it(message):
    inquiry = an_inquiry(outlet="KUNM", latitude=35.085, longitude=-106.631, callback_kind="phone", callback_hint="…42")

    body = message_body(message, inquiry, None, None, AT)

    for secret in (inquiry.receipt, inquiry.block, "KUNM", "35.085", "106.631", "…42", inquiry.received_by, "answer"):
        assert secret not in body


def test_a_facility_that_was_renamed_since_is_told_by_its_slug():
    inquiry = an_inquiry(facility="old-hall", city_facility=True)

    told = json.loads(message_body(LOGGED, inquiry, None, None, AT))["data"]["facility"]

    assert told == {"slug": "old-hall", "name": "old-hall"}
