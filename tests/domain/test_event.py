"""What an event tells, to the byte: the ledger's form, minutes only, and nobody's name, id, receipt or contact."""

import json

import pytest

from app.domain.actor import SERVICE, ByRole
from app.domain.answer import Answer
from app.domain.event import TOLD, Event, Kind, answer_data, logged_data, place_data, public_block
from app.domain.inquiry import Activity, AreaCommand, Source
from app.domain.moment import to_minute
from app.domain.status import Status
from app.ledger.entry import canonical_json
from app.ledger.payload import DATA_KEYS, read_payload
from tests.builders import AT, DISPATCHER, MINUTE, SUPERVISOR, a_call, an_inquiry

REST = "5e" * 32
INQUIRY = an_inquiry(
    source=Source.MEDIA,
    outlet="KUNM",
    answer_en="APD asks.",
    answer_es="APD pregunta: ¿sí o no?",
    callback_hint="…42",
)
ANSWER = Answer("It is.", "Sí.")
PLACED = {"call": 1, "placed_at": to_minute(AT + MINUTE)}
BROUGHT = {"call": 1, "outcome": "not_ice", "agency": "ero", "status": "not_ice", "answer": answer_data(ANSWER)}
# What the leaf of each kind holds between "data": and ,"kind".
TOLD_DATA = {
    Kind.INQUIRY_LOGGED: (
        logged_data(INQUIRY),
        (
            '{"answer":{"en":"APD asks.","es":"APD pregunta: ¿sí o no?"},"asked_at":"2026-01-31T18:04:00Z",'
            '"outlet":"KUNM","source":"media","status":"open"}'
        ),
    ),
    Kind.INQUIRY_PLACE: (
        place_data(INQUIRY),
        (
            '{"activity":"worksite","area_command":"southeast","block":"1200 block of Central Ave SE",'
            '"observed_at":"2026-01-31T17:59:00Z"}'
        ),
    ),
    Kind.INQUIRY_CALLED: (
        {**PLACED, "status": "calling", "answer": None},
        '{"answer":null,"call":1,"placed_at":"2026-01-31T18:05:00Z","status":"calling"}',
    ),
    Kind.INQUIRY_OUTCOME: (
        BROUGHT,
        '{"agency":"ero","answer":{"en":"It is.","es":"Sí."},"call":1,"outcome":"not_ice","status":"not_ice"}',
    ),
    Kind.INQUIRY_CORRECTED: (
        {**BROUGHT, "agency": None, "answer": None, "replaces": 7},
        '{"agency":null,"answer":null,"call":1,"outcome":"not_ice","replaces":7,"status":"not_ice"}',
    ),
    Kind.INQUIRY_ANSWERED: ({"status": "not_ice", "method": "phone"}, '{"method":"phone","status":"not_ice"}'),
    Kind.INQUIRY_WITHDRAWN: (
        {"reason": "duplicate", "replaced_by": "2026-000122", "status": "withdrawn", "answer": answer_data(ANSWER)},
        '{"answer":{"en":"It is.","es":"Sí."},"reason":"duplicate","replaced_by":"2026-000122","status":"withdrawn"}',
    ),
}
# The old log's last checkpoint is the one thing that a leaf of no inquiry tells.
TELLS_NOTHING = [kind for kind in Kind if kind not in TOLD and kind is not Kind.LOG_CONTINUED]


def written(event):
    return canonical_json(event.payload(REST))


def an_event(kind, **changes):
    values = {
        "inquiry_id": INQUIRY.id,
        "call_id": a_call().id,
        "detail": {"taken_from": SUPERVISOR.id},
        "sealed": {"callback": "c4" * 32},
    }
    return Event(kind, AT, DISPATCHER, **{**values, **changes})


def test_every_kind_that_tells_something_is_here_and_is_the_ledgers():
    assert set(TOLD_DATA) == TOLD
    assert {kind.value for kind in TOLD} == set(DATA_KEYS) - {Kind.LOG_CONTINUED.value}


@pytest.mark.parametrize("kind", TOLD_DATA, ids=str)
def test_a_leaf_is_these_bytes(kind):
    data, told = TOLD_DATA[kind]
    event = an_event(kind, subject=INQUIRY.number, seq=4, data=data)
    assert written(event).decode() == (
        '{"at":"2026-01-31T18:04:00Z","by_role":"dispatcher","data":' + told + f',"kind":"{kind.value}",'
        f'"rest":"{REST}","seq":4,"subject":"2026-000123","v":1}}'
    )


@pytest.mark.parametrize("kind", TOLD_DATA, ids=str)
def test_the_ledger_reads_it_as_a_leaf_of_its_kind(kind):
    leaf = read_payload(written(an_event(kind, subject=INQUIRY.number, seq=4, data=TOLD_DATA[kind][0])))
    assert (leaf.kind, leaf.subject, leaf.seq) == (kind, "2026-000123", 4)
    assert leaf.told() == TOLD_DATA[kind][0]


@pytest.mark.parametrize("kind", TELLS_NOTHING)
def test_every_other_leaf_says_only_that_something_happened(kind):
    payload = written(an_event(kind))
    assert payload.decode() == (
        '{"at":"2026-01-31T18:04:00Z","by_role":"dispatcher","data":{},'
        f'"kind":"{kind.value}","rest":"{REST}","seq":null,"subject":null,"v":1}}'
    )
    assert read_payload(payload).kind == kind


@pytest.mark.parametrize("kind", Kind)
def test_no_leaf_names_a_person_an_id_a_receipt_or_a_contact(kind):
    told = {"subject": INQUIRY.number, "seq": 4, "data": TOLD_DATA[kind][0]} if kind in TOLD else {}
    payload = written(an_event(kind, **told)).decode()
    secrets = [DISPATCHER.id, DISPATCHER.name, SUPERVISOR.id, INQUIRY.id, INQUIRY.receipt, "…42", "c4c4", "18:04:05"]
    assert not [secret for secret in secrets if secret in payload]


@pytest.mark.parametrize("role", ByRole)
def test_who_acted_is_told_by_role_alone(role):
    event = Event(Kind.TOKEN_CREATED, AT, SERVICE.__class__("some-id", role, "some name"))
    payload = json.loads(written(event))
    assert payload["by_role"] == role.value
    assert "some" not in written(event).decode()


def test_the_rest_binds_all_that_is_not_told():
    event = an_event(Kind.INQUIRY_OUTCOME)
    assert event.rest("ab" * 32) == {
        "at": "2026-01-31T18:04:05.123Z",
        "by": DISPATCHER.id,
        "inquiry": INQUIRY.id,
        "call": event.call_id,
        "screen": "ab" * 32,
        "sealed": {"callback": "c4" * 32},
        "detail": {"taken_from": SUPERVISOR.id},
    }


@pytest.mark.parametrize("activity", Activity)
def test_where_people_live_the_public_sees_no_block(activity):
    inquiry = an_inquiry(activity=activity, area_command=AreaCommand.VALLEY)
    expected = None if activity is Activity.RESIDENCE else "1200 block of Central Ave SE"
    assert public_block(inquiry) == expected
    assert place_data(inquiry)["block"] == expected
    assert place_data(inquiry)["area_command"] == "valley"


def test_without_an_outlet_or_a_block_the_leaf_says_null():
    inquiry = an_inquiry(block=None)
    assert logged_data(inquiry)["outlet"] is None
    assert place_data(inquiry)["block"] is None


def test_an_event_that_left_the_answer_alone_has_none():
    assert answer_data(None) is None
    assert answer_data(Answer("Yes.", "Sí.")) == {"en": "Yes.", "es": "Sí."}


def test_the_status_that_is_told_is_the_inquirys():
    assert logged_data(an_inquiry(status=Status.OPEN))["status"] == "open"
