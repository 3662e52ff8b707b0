"""Lists: newest first, page by page without gap or repeat, and a clear word for what a query cannot be."""

from itertools import chain
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.problem import codes, is_problem

LISTS = ["/v1/inquiries", "/v1/calls", "/v1/contacts", "/v1/facilities", "/v1/tokens"]


def pages(desk, path, limit):
    """Return the pages of a list, each found by the link of the one before."""
    found, following = [], f"{path}?limit={limit}"
    while following:
        answer = desk.get(following)
        found.append(answer.json()["items"])
        assert ("link" in answer.headers) == (answer.json()["next"] is not None)
        following = None
        if "link" in answer.headers:
            target, _, relation = answer.headers["link"].partition(">; ")
            assert relation == 'rel="next"'
            following = target.removeprefix("<")
            assert parse_qs(urlsplit(following).query)["cursor"] == [answer.json()["next"]]
    return found


@pytest.mark.parametrize("limit", [1, 3, 7, 200])
def test_pages_give_each_inquiry_once_and_the_newest_first(desk, limit):
    numbers = [desk.logged()["number"] for _ in range(7)]

    listed = [[each["number"] for each in page] for page in pages(desk, "/v1/inquiries", limit)]

    assert list(chain.from_iterable(listed)) == numbers[::-1]
    assert all(len(page) == limit for page in listed[:-1])
    assert listed[-1]


def test_what_is_logged_meanwhile_is_on_no_later_page(desk):
    numbers = [desk.logged()["number"] for _ in range(4)]
    first = desk.get("/v1/inquiries?limit=2").json()
    desk.logged()

    second = desk.get(f"/v1/inquiries?limit=2&cursor={first['next']}").json()

    assert [each["number"] for each in second["items"]] == numbers[1::-1]
    assert second["next"] is None


def test_every_list_has_pages_linked_by_their_filters(desk):
    supervisor = desk.as_("supervisor")
    desk.contact()
    for n in range(3):
        desk.contact(title=f"Desk {n}")
        desk.facility(slug=f"hall-{n}")
        desk.called(desk.logged())
    for path in LISTS:
        whole = supervisor.get(f"{path}?limit=200").json()
        assert len(whole["items"]) >= 3
        assert whole["next"] is None
        assert list(chain.from_iterable(pages(supervisor, path, 1))) == whole["items"]


def test_the_link_keeps_the_filters(desk):
    for source in ("public", "city", "public", "city", "public"):
        desk.logged(source=source)

    listed = chain.from_iterable(pages(desk, "/v1/inquiries", "2&source=public&status=open"))

    assert [each["source"] for each in listed] == ["public"] * 3


def test_a_list_has_50_by_default(desk):
    desk.at_once([("POST", "/v1/inquiries", {"json": desk.an_inquiry()})] * 51)

    answer = desk.get("/v1/inquiries").json()

    assert len(answer["items"]) == 50
    assert answer["next"] is not None


@pytest.mark.parametrize("path", LISTS)
def test_lists_carry_no_etag_and_are_not_stored(shared_desk, path):
    answer = shared_desk.as_("supervisor").get(path)

    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) == {"items", "next"}


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=-1", "limit=x", "limit=", "limit=1e2", "limit=" + "9" * 5000]
)
def test_a_limit_is_1_to_200(shared_desk, path, query):
    is_problem(shared_desk.as_("supervisor").get(f"{path}?{query}"), "invalid-request")


CURSORS = [
    *(
        "x",
        "=",
        "AAAA",
        "YmVmb3JlOg",
        "YmVmb3JlOi0x",
        "YWZ0ZXI6NQ",
        "é",
        "%00",
        "YmVmb3JlOjU=",
        "%FF",
        "a" * 41,
        "a" * 5000,
    ),
    *("YmVmb3JlOjk5OTk5OTk5OTk5OTk5OTk5OTk5", "YmVmb3JlOiA1", "YmVmb3JlOis1", "YmVmb3JlOjVfMA"),
    "YmVmb3JlOjEwMDAwMDAwMDAwMDAwMDAwMA",  # an index that PostgreSQL's column has no room for
]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("cursor", CURSORS)
def test_a_cursor_is_the_next_of_a_page_or_nothing(shared_desk, path, cursor):
    if cursor == "YmVmb3JlOjU=":  # the same with its padding
        assert shared_desk.as_("supervisor").get(f"{path}?cursor={cursor}").status_code in {200, 422}
    else:
        answer = shared_desk.as_("supervisor").get(f"{path}?cursor={cursor}")
        is_problem(answer, "invalid-request")
        assert cursor not in answer.text or len(cursor) < 5


@pytest.mark.parametrize("path", [*LISTS, "/v1/status/K7QF-2M9X-TD3W", "/healthz", "/readyz", "/metrics"])
def test_an_unknown_query_parameter_is_422_and_its_name_is_not_repeated(shared_desk, path):
    answer = shared_desk.as_("supervisor").get(f"{path}?zxcanary=1")

    assert codes(is_problem(answer, "invalid-request")) == ["unknown_parameter"]
    assert "zxcanary" not in answer.text


@pytest.mark.parametrize("query", ["limit=1&limit=1", "status=open&limit=5&status=open"])
def test_a_query_parameter_stands_once(shared_desk, query):
    assert codes(is_problem(shared_desk.get(f"/v1/inquiries?{query}"), "invalid-request")) == ["repeated_parameter"]


@pytest.mark.parametrize("path", ["", "/claim", "/withdraw", "/answered"])
def test_a_query_is_checked_on_changes_too(shared_desk, path):
    base = f"/v1/inquiries/{shared_desk.logged()['id']}" if path else "/v1/inquiries"
    body = {"": shared_desk.an_inquiry(), "/withdraw": {"reason": "by_asker"}, "/answered": {"method": "web"}}

    answer = shared_desk.post(f"{base}{path}?dry_run=1", body.get(path, {}))

    is_problem(answer, "invalid-request")


WRONG_FILTERS = {
    "/v1/inquiries": [
        *(
            "status=done",
            "source=press",
            "area_command=x",
            "activity=raid",
            "overdue=maybe",
            "received_from=2026-03-10",
        ),
        *("received_to=1769882645", "q=" + "x" * 41, "claimed_by=" + "x" * 65, "received_from="),
    ],
    "/v1/calls": ["inquiry_id=x", "contact_id=1", "outcome=yes", "open=2", "placed_from=now", "placed_to=1"],
}


@pytest.mark.parametrize(
    ("path", "query"), [(path, query) for path, queries in WRONG_FILTERS.items() for query in queries]
)
def test_a_filter_of_the_wrong_form_is_refused_at_its_name(shared_desk, path, query):
    problem = is_problem(shared_desk.get(f"{path}?{query}"), "invalid-request")

    assert [error["pointer"] for error in problem["errors"]] == [f"/{query.partition('=')[0]}"]


def test_a_search_that_is_too_long_is_told_so_in_characters(shared_desk):
    problem = is_problem(shared_desk.get("/v1/inquiries?q=" + "x" * 41), "invalid-request")

    assert problem["errors"] == [{"pointer": "/q", "code": "too_long", "detail": "At most 40 characters."}]


@pytest.mark.parametrize(
    "text", ["%00", "a%00b", "%F0%9F%9A%A8", "%ED%A0%80", "%FF", "'", "%25", "_", "%5C", "%E2%80%AE"]
)
@pytest.mark.parametrize("name", ["q", "claimed_by"])
def test_no_text_of_a_query_breaks_a_search(shared_desk, name, text):
    answer = shared_desk.get(f"/v1/inquiries?{name}={text}")

    assert answer.status_code in {200, 422}, answer.text
    if answer.status_code == 200:
        assert answer.json()["items"] == []


# What narrows a list


def numbers(answer):
    return {each["number"] for each in answer.json()["items"]}


def test_each_filter_of_inquiries_gives_what_it_names(desk):
    desk.contact()
    one = desk.logged(source="media", outlet="KUNM", activity="school")
    two = desk.logged(place={"address": "500 Lomas Blvd NW", "area_command": "valley"})
    desk.called(one, outcome="confirmed")
    desk.post(f"/v1/inquiries/{two['id']}/claim", {})
    me = desk.get(f"/v1/inquiries/{two['id']}").json()["claimed_by"]
    for query, expected in {
        "status=confirmed": {one["number"]},
        "status=open": {two["number"]},
        "source=media": {one["number"]},
        "area_command=valley": {two["number"]},
        "activity=school": {one["number"]},
        f"claimed_by={me}": {two["number"]},
        "overdue=true": set(),
        f"q={two['receipt']}": {two["number"]},
        f"q={two['receipt'].lower().replace('-', '')}": {two["number"]},
        f"q={one['number']}": {one["number"]},
        "q=26-1": {one["number"]},
        "q=lomas": {two["number"]},
        "q=Central": {one["number"]},
        "q=nothing": set(),
        "status=confirmed&source=media": {one["number"]},
        "status=confirmed&area_command=valley": set(),
    }.items():
        assert numbers(desk.get(f"/v1/inquiries?{query}")) == expected, query


def test_from_is_included_and_to_is_not(desk):
    first = desk.logged()
    desk.clock.forward(minutes=1)
    second = desk.logged()
    moment = second["received_at"]

    assert numbers(desk.get(f"/v1/inquiries?received_from={moment}")) == {second["number"]}
    assert numbers(desk.get(f"/v1/inquiries?received_to={moment}")) == {first["number"]}


def test_what_is_overdue_is_listed_once_its_time_is_over_and_no_event_is_needed(desk):
    inquiry = desk.logged()
    etag = desk.get(f"/v1/inquiries/{inquiry['id']}").headers["etag"]
    assert numbers(desk.get("/v1/inquiries?overdue=true")) == set()

    desk.clock.forward(minutes=5, seconds=1)

    assert numbers(desk.get("/v1/inquiries?overdue=true")) == {inquiry["number"]}
    assert numbers(desk.get("/v1/inquiries?overdue=false")) == set()
    assert desk.get(f"/v1/inquiries/{inquiry['id']}").headers["etag"] == etag


def test_each_filter_of_calls_gives_what_it_names(desk):
    contact, other = desk.contact(), desk.contact(priority=2)
    inquiries = [desk.logged(), desk.logged()]
    done = desk.called(inquiries[0], outcome="declined")
    desk.clock.forward(minutes=1)
    under_way = desk.called(inquiries[1], contact_id=other["id"])
    for query, expected in {
        f"inquiry_id={inquiries[0]['id']}": [done["id"]],
        f"contact_id={other['id']}": [under_way["id"]],
        f"contact_id={contact['id']}": [done["id"]],
        "outcome=declined": [done["id"]],
        "open=true": [under_way["id"]],
        "open=false": [done["id"]],
        f"placed_from={under_way['placed_at']}": [under_way["id"]],
        f"placed_to={under_way['placed_at']}": [done["id"]],
        "": [under_way["id"], done["id"]],
    }.items():
        assert [each["id"] for each in desk.get(f"/v1/calls?{query}").json()["items"]] == expected, query
