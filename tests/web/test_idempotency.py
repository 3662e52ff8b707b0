"""A `POST` that is repeated with its key changes nothing twice, and is answered by the resource as it stands now."""

import json

import pytest

from app.store.idempotency import find, kept_answers
from tests.problem import codes, is_problem

LOGGED = "/v1/inquiries"
KEY = {"Idempotency-Key": "a-key"}


def logged_inquiries(desk):
    return desk.get(LOGGED).json()["items"]


def test_a_repeat_has_the_first_one_s_code_and_location_and_says_that_it_is_one(desk):
    body = desk.an_inquiry()

    first, again = desk.post(LOGGED, body, headers=KEY), desk.post(LOGGED, body, headers=KEY)

    assert first.status_code == again.status_code == 201
    assert again.headers["location"] == first.headers["location"] == f"{LOGGED}/{first.json()['id']}"
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert again.json() == first.json()
    assert len(logged_inquiries(desk)) == 1


def test_a_repeat_shows_the_resource_as_it_stands_now(desk):
    desk.contact()
    body = desk.an_inquiry()
    first = desk.post(LOGGED, body, headers=KEY).json()
    desk.called({"id": first["id"]}, outcome="confirmed")

    again = desk.post(LOGGED, body, headers=KEY)

    assert (first["status"], again.json()["status"]) == ("open", "confirmed")
    assert again.status_code == 201


def test_intake_s_repeat_is_the_short_form_too(desk):
    intake, body = desk.as_("intake"), desk.an_inquiry()

    first, again = intake.post(LOGGED, body, headers=KEY), intake.post(LOGGED, body, headers=KEY)

    assert first.json() == again.json()
    assert "place" not in again.json()


def test_a_verb_is_repeated_with_200_and_done_once(desk):
    desk.contact()
    inquiry = desk.logged()
    call = desk.called(inquiry)
    path, body = f"/v1/calls/{call['id']}/outcome", {"outcome": "confirmed"}

    first, again = desk.post(path, body, headers=KEY), desk.post(path, body, headers=KEY)

    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert "location" not in again.headers
    assert again.headers["idempotency-replayed"] == "true"


def test_a_secret_is_null_in_a_repeat(desk):
    supervisor, body = desk.as_("supervisor"), {"name": "desk 4", "role": "dispatcher"}

    first = supervisor.post("/v1/tokens", body, headers=KEY)
    again = supervisor.post("/v1/tokens", body, headers=KEY)

    assert first.json()["secret"].startswith("iceconf_")
    assert again.json() == {**first.json(), "secret": None}
    assert first.json()["secret"] not in again.text


def test_the_same_key_with_another_body_is_refused_and_changes_nothing(desk):
    desk.post(LOGGED, desk.an_inquiry(), headers=KEY)

    answer = desk.post(LOGGED, desk.an_inquiry(channel="web"), headers=KEY)

    is_problem(answer, "idempotency-key-reused")
    assert len(logged_inquiries(desk)) == 1


def test_the_same_content_otherwise_spaced_and_ordered_is_the_same_body(desk):
    body = desk.an_inquiry()
    desk.post(LOGGED, body, headers=KEY)
    turned = json.dumps(dict(reversed(body.items())), indent=3)

    again = desk.post(LOGGED, content=turned.encode(), headers=KEY | {"Content-Type": "application/json"})

    assert again.headers["idempotency-replayed"] == "true"


def test_a_key_belongs_to_its_token(desk):
    body = desk.an_inquiry()
    first = desk.post(LOGGED, body, headers=KEY)

    other = desk.as_("supervisor").post(LOGGED, body, headers=KEY)

    assert other.status_code == 201
    assert other.json()["id"] != first.json()["id"]


def test_a_key_belongs_to_its_path(desk):
    desk.contact()
    inquiries = [desk.logged(), desk.logged()]

    answers = [desk.post(f"{LOGGED}/{each['id']}/claim", {}, headers=KEY) for each in inquiries]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["id"] for answer in answers] == [each["id"] for each in inquiries]


def test_without_a_key_each_request_counts(desk):
    body = desk.an_inquiry()

    assert desk.post(LOGGED, body).json()["id"] != desk.post(LOGGED, body).json()["id"]


@pytest.mark.parametrize("path", [LOGGED, "/v1/tokens"])
def test_of_sixteen_at_once_with_one_key_one_is_done_and_no_other_is_repeated_into_a_second(desk, path):
    supervisor = desk.as_("supervisor")
    body = desk.an_inquiry() if path == LOGGED else {"name": "x", "role": "auditor"}

    answers = supervisor.at_once([("POST", path, {"json": body, "headers": KEY})] * 16)

    assert {answer.status_code for answer in answers} <= {201, 409}
    for answer in answers:
        if answer.status_code == 409:
            is_problem(answer, "request-in-progress")
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers if answer.status_code == 201) == 1


def test_a_key_that_another_process_answers_between_look_and_write_is_a_repeat_all_the_same(desk, monkeypatch):
    body = desk.an_inquiry()
    first = desk.post(LOGGED, body, headers=KEY)
    looks = []

    def not_there_yet(session, key_hash):
        looks.append(key_hash)
        return find(session, key_hash) if len(looks) % 2 == 0 else None

    monkeypatch.setattr("app.store.idempotency.find", not_there_yet)
    again, another = (desk.post(LOGGED, sent, headers=KEY) for sent in (body, body | {"channel": "email"}))

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    is_problem(another, "idempotency-key-reused")
    assert len(looks) == 4
    assert len(logged_inquiries(desk)) == 1


def test_sixteen_at_once_with_keys_of_their_own_are_sixteen(desk):
    body = desk.an_inquiry()

    answers = desk.at_once(
        [("POST", LOGGED, {"json": body, "headers": {"Idempotency-Key": f"key-{n}"}}) for n in range(16)]
    )

    assert len({answer.json()["number"] for answer in answers}) == 16


def test_a_refused_request_leaves_its_key_free(desk):
    for refused in (
        desk.an_inquiry(channel="fax"),
        desk.an_inquiry(note="agents took A123456789 away"),
        desk.an_inquiry(observed_at=desk.clock.ago(days=31)),
    ):
        assert desk.post(LOGGED, refused, headers=KEY).status_code == 422

    answer = desk.post(LOGGED, desk.an_inquiry(), headers=KEY)

    assert answer.status_code == 201
    assert "idempotency-replayed" not in answer.headers


def test_a_request_refused_by_a_conflict_leaves_its_key_free(desk):
    inquiry = desk.logged()
    body = {"inquiry_ids": [inquiry["id"]]}
    is_problem(desk.post("/v1/calls", body, headers=KEY), "no-contact")
    desk.contact()

    assert desk.post("/v1/calls", body, headers=KEY).status_code == 201


WRONG_KEYS = ["", "a b", "é", "x" * 256, "tab\tkey", "\x7f"]


@pytest.mark.parametrize("key", WRONG_KEYS)
def test_a_key_has_1_to_255_visible_ascii_characters(shared_desk, key):
    answer = shared_desk.post(LOGGED, shared_desk.an_inquiry(), headers=[("Idempotency-Key", key.encode("latin-1"))])

    assert codes(is_problem(answer, "invalid-request")) == ["wrong_idempotency_key"]


def test_two_keys_in_one_request_are_refused_rather_than_one_of_them_taken(desk):
    twice = [("Idempotency-Key", "one"), ("Idempotency-Key", "other")]

    refused = desk.post(LOGGED, desk.an_inquiry(), headers=twice)

    assert codes(is_problem(refused, "invalid-request")) == ["wrong_idempotency_key"]
    assert logged_inquiries(desk) == []


@pytest.mark.parametrize("key", ["!", "~" * 255, '"quoted"', "8e03978e-40d5-43dd-bc93-6894a57f9324"])
def test_every_visible_ascii_character_may_stand_in_a_key(shared_desk, key):
    assert shared_desk.post(LOGGED, shared_desk.an_inquiry(), headers={"Idempotency-Key": key}).status_code == 201


def test_a_key_is_kept_seven_days(desk):
    body = desk.an_inquiry()
    first = desk.post(LOGGED, body, headers=KEY).json()["id"]
    desk.clock.forward(days=6, hours=23)

    assert desk.post(LOGGED, body, headers=KEY).json()["id"] == first


def test_neither_key_nor_body_is_kept(desk):
    desk.post(LOGGED, desk.an_inquiry(note="Canary of the note"), headers={"Idempotency-Key": "canary-of-the-key"})

    with desk.service.database.read() as session:
        (kept,) = session.execute(kept_answers.select()).all()
    assert "canary" not in str(kept).lower()


def test_erasing_a_callback_empties_the_fingerprint_of_the_request_that_brought_it(desk):
    body = desk.an_inquiry(callback={"phone": "+15055550100"})
    inquiry = desk.post(LOGGED, body, headers=KEY).json()
    desk.delete(f"{LOGGED}/{inquiry['id']}/callback")

    with desk.service.database.read() as session:
        (kept,) = [kept_answers.read(row) for row in session.execute(kept_answers.select())]
    assert kept.fingerprint is None
    again = desk.post(LOGGED, body, headers=KEY)
    assert (again.json()["id"], again.json()["callback"]) == (inquiry["id"], None)
