"""Alerts over HTTP: raised with what calls for them, acknowledged, raised again, closed, and told with their times."""

import time

import pytest

from tests.desk import UNKNOWN_ID
from tests.problem import is_problem


@pytest.fixture
def no_delay(desk_with):
    """A desk whose log is public at once."""
    from datetime import timedelta  # noqa: PLC0415  # loaded only where it is needed

    return desk_with(publication_delay=timedelta(0))


def alerts(desk, query=""):
    return desk.get(f"/v1/alerts{query}").json()["items"]


def kinds_on_timeline(desk, inquiry):
    items = desk.get(f"/v1/inquiries/{inquiry['id']}/timeline").json()["items"]
    return [item["kind"] for item in items if item["kind"].startswith("alert:")]


def eventually(holds):
    """Wait until something done in the background holds."""
    ends = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(0.05)


def not_ice(desk, inquiry):
    return desk.called(inquiry, outcome="not_ice")


def test_nobody_and_who_only_logs_may_neither_read_nor_acknowledge(desk):
    desk.logged(activity="city_facility")
    (alert,) = alerts(desk)
    for method, path in [
        ("GET", "/v1/alerts"),
        ("GET", f"/v1/alerts/{alert['id']}"),
        ("POST", f"/v1/alerts/{alert['id']}/acknowledge"),
    ]:
        is_problem(desk.as_(None).request(method, path), "unauthenticated")
        is_problem(desk.as_("intake").request(method, path), "forbidden")
    is_problem(desk.as_("auditor").post(f"/v1/alerts/{alert['id']}/acknowledge"), "forbidden")
    assert alerts(desk.as_("auditor")) == [alert]


@pytest.mark.parametrize(
    ("changed", "raised"),
    [
        ({"place": {"address": "1 Civic Plaza NW", "facility": "city-hall"}}, True),
        ({"activity": "city_facility"}, True),
        ({"place": {"latitude": 35.0868 + 0.0013, "longitude": -106.6505}}, True),  # 145 m north
        ({"place": {"latitude": 35.0868 + 0.0014, "longitude": -106.6505}}, False),  # 156 m north
        ({"place": {"address": "1 Civic Plaza NW"}}, False),
    ],
)
def test_activity_at_a_city_facility_raises_an_alert_with_the_inquiry(desk, changed, raised):
    desk.facility()

    inquiry = desk.logged(**changed)

    found = alerts(desk)
    assert [(each["kind"], each["inquiry_id"]) for each in found] == [("city_facility", inquiry["id"])] * raised
    assert inquiry["flags"] == ["city_facility"] * raised
    assert kinds_on_timeline(desk, inquiry) == ["alert:raised"] * raised


def test_an_alert_reads_as_the_contract_says(desk):
    inquiry = desk.logged(activity="city_facility")

    (alert,) = alerts(desk)

    assert alert == {
        "id": alert["id"],
        "kind": "city_facility",
        "inquiry_id": inquiry["id"],
        "raised_at": "2026-03-10T19:00:00.000Z",
        "due_at": "2026-03-10T19:05:00.000Z",
        "acknowledged_at": None,
        "acknowledged_by": None,
        "closed_at": None,
    }
    answer = desk.get(f"/v1/alerts/{alert['id']}")
    assert answer.json() == alert
    assert answer.headers["etag"].strip('"').isdecimal()
    is_problem(desk.get(f"/v1/alerts/{UNKNOWN_ID}"), "not-found")


@pytest.mark.parametrize("how", ["with the call", "later", "by joining"])
def test_not_ice_raises_a_possible_impersonation_for_each_inquiry_of_the_call(desk, how):
    desk.contact()
    one, two = desk.logged(), desk.logged()
    if how == "with the call":
        not_ice(desk, one)
        desk.called(two, outcome="not_ice")
    elif how == "later":
        call = desk.called(one, two)
        assert desk.post(f"/v1/calls/{call['id']}/outcome", {"outcome": "not_ice"}).status_code == 200
    else:
        call = not_ice(desk, one)
        assert desk.post(f"/v1/calls/{call['id']}/inquiries", {"inquiry_ids": [two["id"]]}).status_code == 200

    found = alerts(desk)
    assert {(each["kind"], each["inquiry_id"]) for each in found} == {
        ("possible_impersonation", one["id"]),
        ("possible_impersonation", two["id"]),
    }
    assert len(found) == 2


def test_the_etag_of_a_call_is_the_same_read_and_answered_though_an_alert_followed(desk):
    desk.contact()

    answer = desk.post("/v1/calls", {"inquiry_ids": [desk.logged()["id"]], "outcome": "not_ice"})

    call = answer.json()["id"]
    assert desk.get(f"/v1/calls/{call}").headers["etag"] == answer.headers["etag"]


def test_the_etag_of_an_inquiry_is_the_index_of_its_newest_event_alerts_among_them(desk):
    desk.contact()
    inquiry = desk.logged(activity="city_facility")
    path = f"/v1/inquiries/{inquiry['id']}"
    for change in (lambda: None, lambda: not_ice(desk, inquiry), lambda: acknowledge(desk, alerts(desk)[0])):
        change()
        newest = desk.get(f"{path}/timeline").json()["items"][-1]["index"]
        assert desk.get(path).headers["etag"] == f'"{newest}"'


def acknowledge(desk, alert, **sent):
    return desk.post(f"/v1/alerts/{alert['id']}/acknowledge", **sent)


def test_an_alert_is_acknowledged_once_and_again_changes_nothing(desk):
    inquiry = desk.logged(activity="city_facility")
    (alert,) = alerts(desk)
    desk.clock.forward(minutes=2)

    first = acknowledge(desk, alert)
    desk.clock.forward(minutes=1)
    second = acknowledge(desk.as_("supervisor"), alert)

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert first.json()["acknowledged_at"] == "2026-03-10T19:02:00.000Z"
    assert first.json()["acknowledged_by"] == inquiry["received_by"]
    assert first.headers["etag"] == second.headers["etag"]
    assert kinds_on_timeline(desk, inquiry) == ["alert:raised", "alert:acknowledged"]
    is_problem(acknowledge(desk, {"id": UNKNOWN_ID}), "not-found")


def test_an_acknowledgement_of_an_older_state_is_412(desk):
    desk.logged(activity="city_facility")
    (alert,) = alerts(desk)

    is_problem(acknowledge(desk, alert, headers={"If-Match": '"0"'}), "precondition-failed")

    assert alerts(desk) == [alert]


def test_the_list_is_narrowed_by_whether_somebody_acknowledged_them(desk):
    for _ in range(3):
        desk.logged(activity="city_facility")
    newest, middle, oldest = alerts(desk)
    acknowledge(desk, middle)

    assert [each["id"] for each in alerts(desk, "?acknowledged=false")] == [newest["id"], oldest["id"]]
    assert [each["id"] for each in alerts(desk, "?acknowledged=true")] == [middle["id"]]
    page = desk.get("/v1/alerts?limit=2").json()
    assert [each["id"] for each in page["items"]] == [newest["id"], middle["id"]]
    assert [each["id"] for each in alerts(desk, f"?limit=2&cursor={page['next']}")] == [oldest["id"]]
    is_problem(desk.get("/v1/alerts?acknowledged=maybe"), "invalid-request")
    is_problem(desk.get("/v1/alerts?kind=city_facility"), "invalid-request")


def test_a_correction_away_from_not_ice_closes_the_alert_and_takes_the_flag(desk):
    desk.contact()
    inquiry = desk.logged()
    call = not_ice(desk, inquiry)
    desk.clock.forward(minutes=1)
    correction = f"/v1/calls/{call['id']}/correction"

    desk.as_("supervisor").post(correction, {"outcome": "confirmed", "reason": "They called back."})

    (alert,) = alerts(desk)
    assert alert["closed_at"] == "2026-03-10T19:01:00.000Z"
    assert desk.get(f"/v1/inquiries/{inquiry['id']}").json()["flags"] == []
    desk.as_("supervisor").post(correction, {"outcome": "not_ice", "reason": "It was not them after all."})
    again, closed = alerts(desk)
    assert (again["closed_at"], closed["id"]) == (None, alert["id"])
    assert kinds_on_timeline(desk, inquiry) == ["alert:raised", "alert:closed", "alert:raised"]


def test_what_nobody_acknowledges_is_raised_again_three_times_and_no_more(desk):
    inquiry = desk.logged(activity="city_facility")
    for times in (1, 2, 3):
        desk.clock.forward(minutes=6)
        eventually(lambda times=times: len(kinds_on_timeline(desk, inquiry)) == 1 + times)
    desk.clock.forward(minutes=60)
    time.sleep(1.5)

    assert kinds_on_timeline(desk, inquiry) == ["alert:raised"] * 4
    (alert,) = alerts(desk)
    assert alert["raised_at"] == "2026-03-10T19:00:00.000Z"
    assert alert["due_at"] == "2026-03-10T19:23:00.000Z"


def test_raising_again_keeps_no_claim_alive(desk):
    inquiry = desk.logged(activity="city_facility")
    desk.post(f"/v1/inquiries/{inquiry['id']}/claim", {})
    desk.clock.forward(minutes=31)
    eventually(lambda: len(kinds_on_timeline(desk, inquiry)) == 2)

    assert desk.as_("supervisor").post(f"/v1/inquiries/{inquiry['id']}/claim", {}).status_code == 200


def test_the_published_entry_tells_when_its_alerts_were_raised_and_acknowledged_and_nothing_else(no_delay):
    desk = no_delay
    desk.contact()
    inquiry = desk.logged(activity="city_facility")
    desk.clock.forward(minutes=1)
    not_ice(desk, inquiry)
    desk.clock.forward(minutes=1)
    acknowledge(desk, next(each for each in alerts(desk) if each["kind"] == "possible_impersonation"))

    def published():
        answer = desk.as_(None).get(f"/v1/log/{inquiry['number']}")
        return answer.json()["alerts"] if answer.status_code == 200 else None

    told = [
        {"kind": "city_facility", "raised_at": "2026-03-10T19:00:00Z", "acknowledged_at": None},
        {
            "kind": "possible_impersonation",
            "raised_at": "2026-03-10T19:01:00Z",
            "acknowledged_at": "2026-03-10T19:02:00Z",
        },
    ]
    eventually(lambda: published() == told)


def test_an_acknowledgement_is_published_no_sooner_than_the_cut(desk):
    desk.contact()
    inquiry = desk.logged(activity="city_facility")
    not_ice(desk, inquiry)
    desk.clock.forward(hours=20)
    for alert in alerts(desk):
        acknowledge(desk, alert)

    def acknowledged():
        answer = desk.as_(None).get(f"/v1/log/{inquiry['number']}")
        return [each["acknowledged_at"] for each in answer.json()["alerts"]] if answer.status_code == 200 else None

    desk.clock.forward(hours=5)
    eventually(lambda: acknowledged() == [None, None])
    desk.clock.forward(hours=20)
    eventually(lambda: acknowledged() == ["2026-03-11T15:00:00Z"] * 2)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"activity": "residence", "place": {"address": "1 Civic Plaza NW", "facility": "city-hall"}}, []),
        ({"place": {"latitude": 35.0868, "longitude": -106.6505}}, []),  # no block
        ({"place": {"address": "1 Civic Plaza NW", "facility": "city-hall"}}, ["city_facility"]),
        ({"activity": "city_facility", "place": {"latitude": 35.0868, "longitude": -106.6505}}, ["city_facility"]),
    ],
)
def test_where_the_area_command_stands_alone_no_alert_tells_that_a_city_facility_is_near(no_delay, changed, told):
    no_delay.facility()
    no_delay.contact()
    inquiry = no_delay.logged(**changed)
    assert [alert["kind"] for alert in alerts(no_delay)] == ["city_facility"]
    not_ice(no_delay, inquiry)

    entry = no_delay.as_(None).get(f"/v1/log/{inquiry['number']}").json()

    assert [alert["kind"] for alert in entry["alerts"]] == [*told, "possible_impersonation"]
