"""The main job over HTTP, chapter by chapter: what each route answers, to whom, and what it refuses."""

import re

import pytest

from tests.desk import UNKNOWN_ID
from tests.problem import is_problem

SHORT = {"id", "number", "receipt", "status", "status_since", "answer", "received_at"}


def ids(inquiries):
    return [each["id"] for each in inquiries]


# Inquiries


def test_nobody_logs_an_inquiry(shared_desk):
    is_problem(shared_desk.as_(None).post("/v1/inquiries", shared_desk.an_inquiry()), "unauthenticated")


def test_an_auditor_logs_no_inquiry(shared_desk):
    is_problem(shared_desk.as_("auditor").post("/v1/inquiries", shared_desk.an_inquiry()), "forbidden")


def test_a_logged_inquiry_is_answered_whole_and_without_its_callback(desk):
    answer = desk.post("/v1/inquiries", desk.an_inquiry(callback={"phone": "+15055550100"}))

    inquiry = answer.json()
    assert answer.headers["location"] == f"/v1/inquiries/{inquiry['id']}"
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z*~$=U]{4}){2}", inquiry["receipt"])
    assert (inquiry["number"], inquiry["status"]) == ("2026-000001", "open")
    assert inquiry["place"]["block"] == "1200 block of Central Ave SE"
    assert inquiry["callback"]["kind"] == "phone"
    assert inquiry["callback"]["hint"] == "…00"
    assert inquiry["due_at"] == desk.clock.ago(minutes=-5)
    assert inquiry["late"] is False
    assert (inquiry["calls"], inquiry["flags"], inquiry["nearby"]) == ([], [], [])
    assert {"en", "es"} == set(inquiry["answer"])
    assert "5550100" not in answer.text


def test_numbers_count_from_1_without_a_gap(desk):
    desk.post("/v1/inquiries", desk.an_inquiry(channel="fax"))
    numbers = [desk.logged()["number"] for _ in range(2)]
    desk.post("/v1/inquiries", desk.an_inquiry(observed_at=desk.clock.ago(days=40)))

    assert [*numbers, desk.logged()["number"]] == ["2026-000001", "2026-000002", "2026-000003"]


def test_an_inquiry_that_was_entered_late_says_so(desk):
    assert desk.logged(asked_at=desk.clock.ago(minutes=15), observed_at=desk.clock.ago(hours=1))["late"] is False
    assert desk.logged(asked_at=desk.clock.ago(minutes=16), observed_at=desk.clock.ago(hours=1))["late"] is True


def test_intake_reads_what_that_token_logged_in_the_short_form_and_nothing_else(desk):
    intake, other = desk.as_("intake"), desk.with_token(desk.new_token("intake")["secret"])
    own = intake.post("/v1/inquiries", desk.an_inquiry()).json()
    foreign = desk.logged()

    assert set(own) == set(intake.get(f"/v1/inquiries/{own['id']}").json()) == SHORT
    for stranger, inquiry in ((other, own), (intake, foreign)):
        is_problem(stranger.get(f"/v1/inquiries/{inquiry['id']}"), "not-found")
    is_problem(intake.get(f"/v1/inquiries/{own['id']}/timeline"), "forbidden")


def test_a_text_that_the_screen_refuses_is_told_where_and_is_kept_nowhere(desk):
    answer = desk.post("/v1/inquiries", desk.an_inquiry(note="𝛼 agents took A123456789 away, undocumented"))  # noqa: RUF001  # one code point, two UTF-16 units

    errors = is_problem(answer, "protected-detail")["errors"]
    assert [(error["pointer"], error["code"], error["start"], error["end"]) for error in errors] == [
        ("/observation/note", "identity", 14, 24),
        ("/observation/note", "immigration_status", 31, 43),
    ]
    assert "A123456789" not in answer.text
    assert desk.get("/v1/inquiries").json()["items"] == []


def test_every_text_is_read_by_the_screen(desk):
    desk.contact()
    inquiry = desk.logged()
    call = desk.called(inquiry)
    supervisor, said = desk.as_("supervisor"), "about A123456789"
    media = desk.an_inquiry(source="media", outlet=said, note=said, address=said)
    outcome = {"outcome": "declined", "answered_by": said, "reference": said, "note": said}
    refused = {
        "/place/address /outlet /observation/note": supervisor.post("/v1/inquiries", media),
        "/answered_by /reference /note": supervisor.post(f"/v1/calls/{call['id']}/outcome", outcome),
        "/answered_by /reference /note ": supervisor.post("/v1/calls", {"inquiry_ids": [inquiry["id"]], **outcome}),
        "/title": supervisor.post("/v1/contacts", {"title": said, "agency": "ero", "phone": "+15055550111"}),
        "/name": supervisor.post("/v1/facilities", {"slug": "x", "name": said, "latitude": 35, "longitude": -106}),
    }
    supervisor.post(f"/v1/calls/{call['id']}/outcome", {"outcome": "declined"})
    correction = {"outcome": "confirmed", "reason": said}
    refused["/reason"] = supervisor.post(f"/v1/calls/{call['id']}/correction", correction)

    for pointers, answer in refused.items():
        assert [error["pointer"] for error in is_problem(answer, "protected-detail")["errors"]] == pointers.split()


def test_a_screen_that_fails_lets_nothing_pass(desk_with):
    def broken(_text):
        raise RuntimeError

    desk = desk_with(screen_text=broken)

    is_problem(desk.post("/v1/inquiries", desk.an_inquiry()), "unavailable")
    assert desk.get("/v1/inquiries").json()["items"] == []


def test_without_the_folder_of_day_keys_nothing_is_logged_and_it_can_be_sent_again(desk):
    vault = desk.service.vault.folder
    vault.touch()  # a file where the folder would be
    body, headers = desk.an_inquiry(), {"Idempotency-Key": "k1"}
    is_problem(desk.post("/v1/inquiries", body, headers=headers), "unavailable")
    assert desk.get("/v1/inquiries").json()["items"] == []

    vault.unlink()
    assert desk.post("/v1/inquiries", body, headers=headers).status_code == 201


def test_what_was_asked_close_by_is_named_with_its_call(desk):
    desk.contact()
    first = desk.logged()
    call = desk.called(first)
    far = {"address": "9000 Menaul Blvd NE", "latitude": 35.11, "longitude": -106.54}
    desk.logged(place=far)

    nearby = desk.logged(place={"address": "1240 Central Ave SE", "latitude": 35.0813, "longitude": -106.6299})[
        "nearby"
    ]

    assert ids(nearby) == [first["id"]]
    assert nearby[0]["call"]["id"] == call["id"]
    assert 0 < nearby[0]["distance_m"] < 50


# Claim, callback, answered, withdraw


def test_the_first_claim_wins_and_taking_over_is_recorded(desk):
    path = f"/v1/inquiries/{desk.logged()['id']}"
    other = desk.with_token(desk.new_token("dispatcher")["secret"])
    first = desk.post(f"{path}/claim").json()

    problem = is_problem(other.post(f"{path}/claim", {"take": False}), "already-claimed")
    taken = other.post(f"{path}/claim", {"take": True}).json()

    assert problem["claimed_by"] == first["claimed_by"]
    assert taken["claimed_by"] not in {None, first["claimed_by"]}
    assert other.delete(f"{path}/claim").json()["claimed_by"] is None
    kinds = [item["kind"] for item in desk.get(f"{path}/timeline").json()["items"]]
    assert kinds == ["inquiry:logged", "inquiry:place", "inquiry:claimed", "inquiry:claimed", "inquiry:released"]


def test_each_look_at_a_callback_is_an_event_and_what_was_erased_is_gone(desk):
    path = f"/v1/inquiries/{desk.logged(callback={'phone': '+15055550100'})['id']}"

    assert desk.get(f"{path}/callback").json()["phone"] == "+15055550100"
    assert desk.put(f"{path}/callback", {"email": "asker@example.org"}).json()["callback"]["kind"] == "email"
    assert desk.get(f"{path}/callback").json()["email"] == "asker@example.org"
    assert desk.delete(f"{path}/callback").json()["callback"] is None
    is_problem(desk.get(f"{path}/callback"), "gone")
    kinds = [item["kind"] for item in desk.get(f"{path}/timeline").json()["items"]][2:]
    assert kinds == ["callback:read", "callback:mended", "callback:read", "callback:erased"]


def test_a_callback_that_was_never_left_is_not_found(desk):
    is_problem(desk.get(f"/v1/inquiries/{desk.logged()['id']}/callback"), "not-found")


def test_an_answer_that_no_longer_stands_cannot_be_marked_as_told(desk):
    desk.contact()
    inquiry = desk.logged(callback={"phone": "+15055550100"})
    desk.called(inquiry, outcome="confirmed")
    path = f"/v1/inquiries/{inquiry['id']}/answered"

    is_problem(desk.post(path, {"method": "phone", "status": "open"}), "status-changed")
    told = desk.post(path, {"method": "phone", "status": "confirmed"}).json()

    assert told["answered_at"]
    assert told["callback"] is told["due_at"] is None


@pytest.mark.parametrize("reason", ["by_asker", "duplicate", "outside_city", "entered_in_error"])
def test_a_withdrawn_inquiry_takes_nothing_more(desk, reason):
    desk.contact()
    other = desk.logged()
    inquiry = desk.logged(callback={"phone": "+15055550100"})
    path = f"/v1/inquiries/{inquiry['id']}"

    withdrawn = desk.post(f"{path}/withdraw", {"reason": reason, "replaced_by": other["id"]}).json()

    assert (withdrawn["status"], withdrawn["replaced_by"]) == ("withdrawn", other["id"])
    assert withdrawn["callback"] is withdrawn["due_at"] is withdrawn["claimed_by"] is None
    for verb, body in (("claim", {}), ("answered", {"method": "web"}), ("withdraw", {"reason": reason})):
        is_problem(desk.post(f"{path}/{verb}", body), "inquiry-closed")
    is_problem(desk.post("/v1/calls", {"inquiry_ids": ids([other, inquiry])}), "inquiry-closed")
    assert desk.get(f"/v1/inquiries/{other['id']}").json()["calls"] == []


def test_what_was_ever_settled_is_not_withdrawn(desk):
    desk.contact()
    inquiry = desk.logged()
    desk.called(inquiry, outcome="confirmed")

    answer = desk.post(f"/v1/inquiries/{inquiry['id']}/withdraw", {"reason": "by_asker"})

    is_problem(answer, "inquiry-closed")


# Calls and status


def test_nobody_places_a_call(shared_desk):
    is_problem(shared_desk.as_(None).post("/v1/calls", {"inquiry_ids": [UNKNOWN_ID]}), "unauthenticated")


def test_intake_places_no_call(shared_desk):
    is_problem(shared_desk.as_("intake").post("/v1/calls", {"inquiry_ids": [UNKNOWN_ID]}), "forbidden")


def test_a_call_goes_through_its_whole_life(desk):
    contact, inquiry = desk.contact(), desk.logged()
    desk.contact(priority=2)
    call = desk.called(inquiry)
    path, supervisor = f"/v1/calls/{call['id']}", desk.as_("supervisor")
    assert (call["contact_id"], call["outcome"], call["inquiry_ids"]) == (contact["id"], None, [inquiry["id"]])
    assert desk.get(f"/v1/inquiries/{inquiry['id']}").json()["status"] == "calling"
    is_problem(supervisor.post(f"{path}/correction", {"outcome": "confirmed", "reason": "x"}), "no-outcome")

    recorded = desk.post(f"{path}/outcome", {"outcome": "not_ice", "agency": "ero", "answered_by": "duty officer"})
    assert recorded.json()["outcome"] == "not_ice"
    is_problem(desk.post(f"{path}/outcome", {"outcome": "confirmed"}), "outcome-recorded")
    flagged = desk.get(f"/v1/inquiries/{inquiry['id']}").json()
    assert (flagged["status"], flagged["flags"]) == ("not_ice", ["possible_impersonation"])

    correction = {"outcome": "confirmed", "agency": "hsi", "reason": "they called back"}
    is_problem(desk.post(f"{path}/correction", correction), "forbidden")
    (kept,) = supervisor.post(f"{path}/correction", correction).json()["corrections"]
    assert (kept["reason"], kept["replaced"]["outcome"]) == ("they called back", "not_ice")
    settled = desk.get(f"/v1/inquiries/{inquiry['id']}").json()
    assert (settled["status"], settled["flags"]) == ("confirmed", [])


def test_later_inquiries_join_a_call_until_it_is_too_old(desk):
    desk.contact()
    call = desk.called(desk.logged(), outcome="confirmed")
    path, joining = f"/v1/calls/{call['id']}/inquiries", desk.logged()

    joined = desk.post(path, {"inquiry_ids": [joining["id"]]})
    again = desk.post(path, {"inquiry_ids": [joining["id"]]})
    desk.clock.forward(hours=4, seconds=1)

    assert joined.status_code == again.status_code == 200
    assert joined.headers["etag"] == again.headers["etag"]
    assert desk.get(f"/v1/status/{joining['receipt']}").json()["status"] == "confirmed"
    is_problem(desk.post(path, {"inquiry_ids": [desk.logged()["id"]]}), "call-too-old")


@pytest.mark.parametrize("wrong", [[], ["x"], [UNKNOWN_ID], [UNKNOWN_ID] * 2, [UNKNOWN_ID] * 101, "x", None])
def test_a_call_covers_1_to_100_inquiries_that_there_are(shared_desk, wrong):
    is_problem(shared_desk.post("/v1/calls", {"inquiry_ids": wrong}), "invalid-request")


def test_with_nobody_on_duty_a_call_cannot_be_placed(desk):
    inquiry = desk.logged()
    desk.contact(active=False)
    desk.contact(hours="Sa-Su 08:00-17:00")

    is_problem(desk.post("/v1/calls", {"inquiry_ids": [inquiry["id"]]}), "no-contact")


def test_the_asker_is_told_the_status_at_once_and_never_the_place(desk):
    desk.contact()
    inquiry = desk.logged()
    desk.clock.forward(minutes=1)
    call = desk.called(inquiry, outcome="no_answer")
    answer = desk.as_(None).get(f"/v1/status/{inquiry['receipt']}")

    told = answer.json()
    assert set(told) == {"receipt", "number", "status", "answer", "received_at", "updated_at", "calls", "last_call_at"}
    assert (told["status"], told["calls"], told["last_call_at"]) == ("open", 1, call["placed_at"])
    assert answer.headers["cache-control"] == "no-store"
    assert "Central" not in answer.text


def test_a_receipt_is_read_as_people_write_it(desk):
    inquiry = desk.logged()
    plain = inquiry["receipt"].replace("-", "")
    for written in (plain, plain.lower(), plain.replace("0", "O").replace("1", "l")):
        assert desk.as_(None).get(f"/v1/status/{written}").json()["number"] == inquiry["number"]


@pytest.mark.parametrize(
    "receipt", ["AAAA-AAAA-AAAA", "x", "%00", "%FF", "K7QF-2M9X-TD3W", "%F0%9F%9A%A8", "a" * 5000, "-"]
)
def test_an_unknown_and_a_malformed_receipt_are_the_same_404(shared_desk, receipt):
    nobody = shared_desk.as_(None)

    answers = [is_problem(nobody.get(f"/v1/status/{each}"), "not-found") for each in (receipt, "zzzz")]

    assert [{**answer, "instance": ""} for answer in answers] == [{**answers[0], "instance": ""}] * 2


# Contacts, facilities, tokens, screen


@pytest.mark.parametrize("path", ["/v1/contacts", "/v1/facilities", "/v1/tokens"])
def test_nobody_and_no_dispatcher_adds_to_what_supervisors_keep(shared_desk, path):
    is_problem(shared_desk.as_(None).post(path, {}), "unauthenticated")
    is_problem(shared_desk.post(path, {}), "forbidden")


def test_a_change_names_what_changes_and_the_rest_stays(desk):
    supervisor = desk.as_("supervisor")
    contact, facility = desk.contact(hours="Mo-Fr 08:00-17:00"), desk.facility()

    changed = supervisor.patch(f"/v1/contacts/{contact['id']}", {"hours": None, "priority": 9}).json()
    moved = supervisor.patch(f"/v1/facilities/{facility['id']}", {"latitude": 35.1}).json()

    assert changed == {**contact, "hours": None, "priority": 9}
    assert moved == {**facility, "latitude": 35.1}
    for body in ({"title": None}, {"phone": "x"}, {"id": contact["id"]}, {"active": 1}, {"priority": "1"}):
        is_problem(supervisor.patch(f"/v1/contacts/{contact['id']}", body), "invalid-request")


def test_two_facilities_have_no_slug_in_common(desk):
    desk.facility()
    again = {"slug": "city-hall", "name": "x", "latitude": 35, "longitude": -106}

    is_problem(desk.as_("supervisor").post("/v1/facilities", again), "invalid-request")


def test_a_revoked_token_and_one_past_its_time_open_nothing(desk):
    revoked = desk.new_token()
    expiring = desk.new_token(expires_at=desk.clock.ago(minutes=-1))
    for token in (revoked, expiring):
        assert desk.with_token(token["secret"]).get("/v1/inquiries").status_code == 200
    desk.as_("supervisor").delete(f"/v1/tokens/{revoked['id']}")
    desk.clock.forward(minutes=1)

    for token in (revoked, expiring):
        is_problem(desk.with_token(token["secret"]).get("/v1/inquiries"), "unauthenticated")
    listed = desk.as_("supervisor").get("/v1/tokens").text
    assert revoked["secret"] not in listed
    assert "secret" not in listed


def test_a_text_may_be_tried_on_the_screen_and_nothing_is_kept_or_counted(desk):
    refused = desk.post("/v1/screen", {"text": "took A123456789 away"}).json()

    assert desk.post("/v1/screen", {"text": "two vans"}).json() == {"accepted": True, "findings": []}
    assert refused["accepted"] is False
    (finding,) = refused["findings"]
    assert (finding["category"], finding["code"], finding["start"], finding["end"]) == ("identity", "identity", 5, 15)
    is_problem(desk.as_("auditor").post("/v1/screen", {"text": "x"}), "forbidden")
    assert desk.get("/v1/refusals").json()["items"] == []
