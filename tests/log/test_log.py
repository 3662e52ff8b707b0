"""The public log over HTTP: one cut, lists, forms, filters, conditional requests."""

import csv
import io
import itertools
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest

from app.domain.status import Status
from app.service.log_formats import STATUS_IN_WORDS
from app.web.messages import translator
from tests.desk import PHONE
from tests.problem import is_problem

ATOM = "{http://www.w3.org/2005/Atom}"
CANARY = "Quetzalcoatl Parkway"


@pytest.fixture
def reader(desk):
    return desk.as_(None)


def numbers(answer):
    assert answer.status_code == 200, answer.text
    return [entry["number"] for entry in answer.json()["items"]]


def test_nothing_is_listed_before_the_delay_and_all_of_it_after(desk, reader, settle):
    number = settle()["number"]
    desk.clock.forward(hours=23, minutes=59)
    assert numbers(reader.get("/v1/log")) == []
    assert reader.get(f"/v1/log/{number}").status_code == 404

    desk.clock.forward(minutes=1)

    assert numbers(reader.get("/v1/log")) == [number]
    assert reader.get(f"/v1/log/{number}").json()["status"] == "confirmed"


def test_no_byte_of_the_log_tells_in_which_second_something_happened(desk, reader, settle):
    """Whoever asks each second for 24 hours sees the log change with the minute, whenever in it the event was."""
    desk.clock.forward(seconds=37)
    settle()
    desk.clock.forward(hours=24)
    before = reader.get("/v1/log")
    desk.clock.forward(seconds=22)
    assert reader.get("/v1/log").headers["etag"] == before.headers["etag"]
    assert before.json()["items"] == []

    desk.clock.forward(seconds=2)

    assert len(reader.get("/v1/log").json()["items"]) == 1


def test_an_entry_has_the_fields_of_the_contract_and_no_other(desk, reader, settle):
    settle(note="Two white vans.", callback={"phone": PHONE})
    desk.clock.forward(hours=24)

    (entry,) = reader.get("/v1/log").json()["items"]

    assert list(entry) == [
        "number", "asked_at", "observed_at", "block", "area_command", "activity", "source", "outlet", "status",
        "answer", "calls", "minutes_to_call", "minutes_to_answer", "late", "corrections", "alerts", "published_at",
        "updated_at",
    ]  # fmt: skip
    assert entry["block"] == "1200 block of Central Ave SE"
    assert entry["published_at"] == "2026-03-11T19:00:00Z"


PUBLIC_PATHS = (
    "/v1/log", "/v1/log?format=csv", "/v1/log?format=csv&limit=9", "/v1/log?format=geojson", "/v1/log?format=atom",
    "/v1/log?status=unsettled", "/v1/log?status=withdrawn", "/v1/log/2026-000001", "/v1/log/2026-000001/evidence",
    "/ledger/opened/000", "/ledger/tile/entries/000.p/1", "/ledger/checkpoint", "/v1/refusals", "/v1/reports/summary",
)  # fmt: skip


def test_no_byte_served_before_the_delay_tells_the_place(desk, reader, settle):
    address = f"1234 {CANARY} SE"
    inquiry = settle(address=address, activity="school")
    receipt = inquiry["receipt"]
    desk.clock.forward(hours=23)

    served = [reader.get(path) for path in (*PUBLIC_PATHS, f"/v1/status/{receipt}", f"/v1/status/{receipt}/proof")]

    for answer in served:
        assert b"Quetzal" not in answer.content + str(answer.headers).encode()
        assert b"school" not in answer.content
    assert "Quetzal" in desk.get(f"/v1/inquiries/{inquiry['id']}").text  # the staff see it: the canary can be seen


def test_an_unsettled_place_stays_closed_for_good(desk, reader):
    desk.logged(address=f"1234 {CANARY} SE")
    desk.clock.forward(days=30)

    served = [reader.get(path) for path in PUBLIC_PATHS]

    assert all(b"Quetzal" not in answer.content for answer in served)
    assert numbers(reader.get("/v1/log?status=unsettled")) == ["2026-000001"]


def test_where_people_live_the_area_command_stands_alone(desk, reader, settle):
    settle(activity="residence")
    desk.clock.forward(hours=24)

    (feature,) = reader.get("/v1/log?format=geojson").json()["features"]

    assert feature["geometry"] is None
    assert feature["properties"]["block"] is None
    assert b"Central" not in reader.get("/ledger/opened/000").content


def test_coordinates_are_the_centre_of_a_cell(desk, reader, settle):
    settle()
    desk.clock.forward(hours=24)

    (feature,) = reader.get("/v1/log?format=geojson").json()["features"]

    assert feature["geometry"] == {"type": "Point", "coordinates": [-106.6275, 35.0825]}


def test_a_correction_of_what_is_public_shows_at_once(desk, reader, settle):
    inquiry = settle()
    desk.clock.forward(hours=24)
    before = reader.get(f"/v1/log/{inquiry['number']}")

    desk.as_("supervisor").post(
        f"/v1/calls/{inquiry['call']}/correction", {"outcome": "not_ice", "agency": "hsi", "reason": "wrong key"}
    )
    after = reader.get(f"/v1/log/{inquiry['number']}")

    assert after.json()["status"] == "not_ice"
    assert [(each["from"], each["to"]) for each in after.json()["corrections"]] == [("confirmed", "not_ice")]
    assert after.headers["etag"] != before.headers["etag"]
    assert "wrong key" not in after.text


def test_a_correction_that_shows_at_once_can_be_checked_at_once(desk, reader, settle, verified):
    """The checkpoint does not wait for the clock: a log that tells more than is signed would verify as unsound."""
    inquiry = settle()
    desk.clock.forward(hours=24)
    reader.get("/v1/log")
    desk.as_("supervisor").post(f"/v1/calls/{inquiry['call']}/correction", {"outcome": "not_ice", "reason": "wrong"})

    (entry,) = reader.get("/v1/log").json()["items"]
    evidence = reader.get(f"/v1/log/{inquiry['number']}/evidence").json()

    assert entry["corrections"]
    assert '"kind":"inquiry:corrected"' in evidence["events"][-1]["payload"]
    assert verified().problems == ()


def test_a_correction_that_shows_at_once_does_not_tell_what_a_later_call_brought(desk, reader, settle, verified):
    """Status and answer go together: those of the later call are shown when it is old enough."""
    inquiry = settle()
    desk.clock.forward(hours=24)
    before = reader.get(f"/v1/log/{inquiry['number']}").json()
    desk.called(inquiry, outcome="not_ice")
    desk.as_("supervisor").post(f"/v1/calls/{inquiry['call']}/correction", {"outcome": "declined", "reason": "wrong"})

    at_once = reader.get(f"/v1/log/{inquiry['number']}").json()
    page = reader.get(f"/log/{inquiry['number']}?lang=en").text

    assert [(each["from"], each["to"]) for each in at_once["corrections"]] == [("confirmed", "declined")]
    assert (at_once["status"], at_once["answer"]) == (before["status"], before["answer"])
    assert "not ICE" not in page
    assert verified().problems == ()

    desk.clock.forward(hours=24)
    later = reader.get(f"/v1/log/{inquiry['number']}").json()

    assert later["status"] == "not_ice"
    assert "not an ICE operation" in later["answer"]["en"]
    assert verified().problems == ()


def test_a_correction_of_what_is_not_public_waits_with_it(desk, reader, settle):
    inquiry = settle()
    desk.as_("supervisor").post(f"/v1/calls/{inquiry['call']}/correction", {"outcome": "not_ice", "reason": "wrong"})
    desk.clock.forward(hours=1)

    assert reader.get(f"/v1/log/{inquiry['number']}").status_code == 404


def test_an_inquiry_that_was_ever_settled_stays_listed(desk, reader, settle):
    inquiry = settle()
    desk.as_("supervisor").post(f"/v1/calls/{inquiry['call']}/correction", {"outcome": "no_answer", "reason": "wrong"})
    desk.clock.forward(hours=24)

    assert numbers(reader.get("/v1/log")) == numbers(reader.get("/v1/log?status=open")) == [inquiry["number"]]


def test_no_number_is_missing_without_a_word(desk, reader, settle):
    settled, withdrawn, waiting = settle(), desk.logged(), desk.logged()
    desk.post(f"/v1/inquiries/{withdrawn['id']}/withdraw", {"reason": "duplicate", "replaced_by": settled["id"]})
    desk.clock.forward(days=8, hours=24)

    assert numbers(reader.get("/v1/log")) == [settled["number"]]
    assert reader.get("/v1/log?status=withdrawn").json()["items"] == [
        {
            "number": withdrawn["number"],
            "day": "2026-03-10",
            "status": "withdrawn",
            "reason": "duplicate",
            "replaced_by": settled["number"],
        }
    ]
    assert reader.get("/v1/log?status=unsettled").json()["items"] == [
        {"number": waiting["number"], "day": "2026-03-10", "status": "open", "reason": None, "replaced_by": None}
    ]


def test_an_unsettled_inquiry_is_listed_on_the_seventh_day_and_not_before(desk, reader):
    number = desk.logged()["number"]

    desk.clock.forward(days=6, hours=10)  # 23:00 in Albuquerque
    assert reader.get(f"/v1/log/{number}").status_code == 404
    desk.clock.forward(hours=1)

    assert numbers(reader.get("/v1/log?status=unsettled")) == [number]
    assert reader.get(f"/v1/log/{number}").json()["status"] == "open"


def test_the_lists_in_short_are_not_narrowed_by_what_they_do_not_tell(reader):
    answer = reader.get("/v1/log?status=withdrawn&area_command=valley")

    assert answer.status_code == 422
    assert is_problem(answer, "invalid-request")["errors"][0]["pointer"] == "/area_command"


def test_a_number_that_is_not_listed_is_the_same_as_one_that_does_not_exist(desk, reader, settle):
    number = settle()["number"]

    hidden, absent = reader.get(f"/v1/log/{number}"), reader.get("/v1/log/2026-999999")

    hidden_problem, absent_problem = hidden.json(), absent.json()
    for each in (hidden_problem, absent_problem):
        del each["instance"]
    assert (hidden.status_code, hidden_problem) == (absent.status_code, absent_problem) == (404, absent_problem)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [3, 2, 1]),
        ("?status=not_ice", [2]),
        ("?source=media", [3]),
        ("?activity=school", [1]),
        ("?area_command=valley", [2]),
        ("?from=2026-03-11", [3, 2]),
        ("?to=2026-03-11", [1]),
        ("?from=2026-03-11&to=2026-03-12", [2]),
        ("?from=2026-03-11T19:00:00Z&to=2026-03-12T19:00:00Z", [2]),
        ("?updated_since=2026-03-13T19:00:30Z", [3]),
        ("?updated_since=2026-03-14", []),
        ("?status=not_ice&source=media", []),
    ],
)
def test_the_log_is_narrowed_by_each_of_its_filters(desk, reader, settle, query, found):
    settle(activity="school")
    desk.clock.forward(days=1)
    reader.get("/v1/log")
    place = {"address": "100 Central Ave SE", "area_command": "valley"}
    settle(outcome="not_ice", place=place)
    desk.clock.forward(days=1)
    reader.get("/v1/log")
    settle(source="media", outlet="KUNM")
    desk.clock.forward(days=1)

    assert numbers(reader.get(f"/v1/log{query}")) == [f"2026-{each:06d}" for each in found]


@pytest.mark.parametrize("query", ["?from=yesterday", "?status=lost", "?limit=0", "?limit=201", "?cursor=x", "?q=1"])
def test_a_query_that_cannot_be_read_is_422(reader, query):
    assert reader.get(f"/v1/log{query}").status_code == 422


def test_pages_give_every_entry_once_in_each_form(desk, reader, settle):
    for _ in range(7):
        settle()
    desk.clock.forward(hours=24)
    all_of_them = numbers(reader.get("/v1/log"))

    seen, path = [], "/v1/log?limit=3"
    while path:
        answer = reader.get(path)
        seen += numbers(answer)
        link = answer.headers.get("link")
        path = link and link.partition(">")[0].removeprefix("<")
        assert (answer.json()["next"] is None) == (path is None)

    assert seen == all_of_them == sorted(all_of_them, reverse=True)
    assert len(seen) == 7
    table = list(csv.DictReader(io.StringIO(reader.get("/v1/log?format=csv").text)))
    assert [row["number"] for row in table] == all_of_them
    assert len(reader.get("/v1/log?format=csv&limit=3").text.splitlines()) == 4


@pytest.mark.parametrize(
    ("accept", "query", "media_type"),
    [
        ("text/csv", "", "text/csv; charset=utf-8"),
        ("application/geo+json, application/json;q=0.5", "", "application/geo+json"),
        ("application/atom+xml", "", "application/atom+xml; charset=utf-8"),
        ("text/html,*/*;q=0.1", "", "application/json"),
        ("text/*, application/json;q=0.5", "", "text/csv; charset=utf-8"),
        ("text/csv", "?format=json", "application/json"),
        ("text/csv;q=0, application/json", "", "application/json"),
        ("", "", "application/json"),
    ],
)
def test_the_form_follows_accept_and_format_goes_before(reader, accept, query, media_type):
    answer = reader.get(f"/v1/log{query}", headers={"Accept": accept})

    assert answer.headers["content-type"] == media_type
    assert answer.headers["vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize("outlet", ["=HYPERLINK(1)", "+1", "-1", "@x"])
def test_no_cell_is_a_formula(desk, reader, settle, outlet):
    settle(source="media", outlet=outlet)
    desk.clock.forward(hours=24)

    (row,) = csv.DictReader(io.StringIO(reader.get("/v1/log?format=csv").text))

    assert row["outlet"] == f"'{outlet}"
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_the_feed_is_atom_with_what_changed_last_first(desk, reader, settle):
    first, second = settle(), settle(outcome="not_ice", source="media", outlet="A & <B>")
    desk.clock.forward(hours=24)
    reader.get("/v1/log")
    desk.clock.forward(minutes=5)
    desk.as_("supervisor").post(f"/v1/calls/{first['call']}/correction", {"outcome": "declined", "reason": "wrong"})

    feed = ET.fromstring(  # noqa: S314  # made by us
        reader.get("/v1/log?format=atom").content
    )

    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert [title.partition(":")[0] for title in titles] == [first["number"], second["number"]]
    assert feed.findtext(f"{ATOM}updated") == "2026-03-11T19:05:00Z"
    assert all(entry.findtext(f"{ATOM}id").startswith("https://") for entry in feed.iter(f"{ATOM}entry"))


def test_a_narrowed_feed_is_a_feed_of_its_own_that_leads_to_itself(desk, reader, settle):
    settle()
    desk.clock.forward(hours=24)
    addresses = (
        "/v1/log?format=atom",
        "/v1/log?status=confirmed&source=public&format=atom",
        "/v1/log?status=withdrawn&format=atom",
    )

    feeds = [ET.fromstring(reader.get(address).content) for address in addresses]  # noqa: S314  # made by us

    ids = [feed.findtext(f"{ATOM}id") for feed in feeds]
    assert ids[0] == "https://localhost/ice-confirmation/v1/log"
    assert len(set(ids)) == 3
    assert [feed.find(f"{ATOM}link[@rel='self']").get("href") for feed in feeds] == list(addresses)


def test_the_feed_tells_a_status_in_the_words_of_the_pages(desk, reader, settle):
    told = {status: translator("en")(f"words.status.{status}") for status in [*Status, "unsettled"]}
    assert told == STATUS_IN_WORDS

    number = settle(outcome="not_ice")["number"]
    desk.clock.forward(hours=24)

    assert f"<title>{number}: Not ICE, " in reader.get("/v1/log?format=atom").text


@pytest.mark.parametrize("form", ["json", "csv", "csv&limit=5", "geojson", "atom"])
def test_a_reader_who_has_the_page_as_it_stands_is_told_so(desk, reader, settle, form):
    settle()
    desk.clock.forward(hours=24)
    path = f"/v1/log?format={form}"
    first = reader.get(path)

    for conditions in ({"If-None-Match": first.headers["etag"]}, {"If-Modified-Since": first.headers["last-modified"]}):
        again = reader.get(path, headers=conditions)
        assert (again.status_code, again.content) == (304, b"")
        for name in ("etag", "last-modified", "cache-control", "vary", "access-control-allow-origin"):
            assert again.headers[name] == first.headers[name]
    assert reader.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    old = {"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]}
    assert reader.get(path, headers=old).status_code == 200


@pytest.mark.parametrize(
    "path", ["/v1/log", "/v1/log?format=csv&limit=5", "/v1/log/{}", "/v1/log/{}/evidence", "/ledger/opened/000"]
)
def test_data_is_compressed_for_who_takes_it_and_each_form_has_a_tag_of_its_own(desk, reader, settle, path):
    address = path.format(settle()["number"])
    settle()
    desk.clock.forward(hours=24)

    plain, *squeezed = [reader.get(address, headers={"Accept-Encoding": coding}) for coding in ("", "gzip", "gzip")]

    for answer in squeezed:
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) < len(plain.content)
        assert answer.content == plain.content
    assert "content-encoding" not in plain.headers
    assert all("Accept-Encoding" in answer.headers["vary"] for answer in (plain, *squeezed))
    if tag := plain.headers.get("etag"):
        theirs = squeezed[0].headers["etag"]
        assert theirs != tag
        for coding, known, status in (("", tag, 304), ("gzip", theirs, 304), ("", theirs, 200), ("gzip", tag, 200)):
            headers = {"Accept-Encoding": coding, "If-None-Match": known}
            assert reader.get(address, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("path", "header", "lines"),
    [
        ("/v1/log", "Accept", ("application/json", "text/csv")),
        ("/v1/log", "Accept-Encoding", ("gzip", "identity")),
        ("/", "Accept-Language", ("en", "es")),
        ("/", "Accept-Encoding", ("gzip", "identity")),
    ],
)
def test_who_says_two_things_in_two_lines_changes_nothing_for_who_asks_later(desk, reader, settle, path, header, lines):
    def form(answer):
        return [answer.headers.get(name) for name in ("content-type", "content-language", "content-encoding")]

    settle()
    desk.clock.forward(hours=24)
    for _ in range(3):  # the log may move on meanwhile, and what was kept is forgotten
        reader.get(f"{path}?limit=8", headers=[(header, line) for line in lines])

    after, undisturbed = (
        [form(reader.get(f"{path}?limit={limit}", headers={header: line})) for line in lines] for limit in (8, 9)
    )

    assert after == undisturbed


def test_a_list_of_tags_may_name_the_weak_tag_of_a_page(reader):
    tag = reader.get("/").headers["etag"]
    assert tag.startswith("W/")

    assert reader.get("/", headers={"If-None-Match": f'"other", {tag}'}).status_code == 304


def test_forms_of_one_address_have_tags_of_their_own(desk, reader, settle):
    settle()
    desk.clock.forward(hours=24)
    forms = ("application/json", "text/csv", "application/geo+json", "application/atom+xml")

    tags = {reader.get("/v1/log", headers={"Accept": form}).headers["etag"] for form in forms}

    assert len(tags) == 4


def test_the_tag_changes_with_the_day(desk, reader):
    before = reader.get("/v1/log").headers["etag"]
    desk.clock.forward(hours=11)  # midnight in Albuquerque

    assert reader.get("/v1/log").headers["etag"] != before


def test_head_is_answered_as_get_without_a_body(reader):
    got, head = reader.get("/v1/log"), reader.request("HEAD", "/v1/log")

    assert (head.status_code, head.content) == (200, b"")
    assert (head.headers["etag"], head.headers["content-length"]) == (
        got.headers["etag"], got.headers["content-length"]
    )  # fmt: skip


def test_a_page_is_rendered_once_for_each_state_of_the_log(desk, reader, settle, monkeypatch):
    rendered = itertools.count()
    from app.web.api import log as routes  # noqa: PLC0415  # loaded only where it is needed

    as_json = routes.as_json
    monkeypatch.setattr(routes, "as_json", lambda *page: (next(rendered), as_json(*page))[1])
    settle()
    desk.clock.forward(hours=24)

    together = reader.at_once([("GET", "/v1/log", {})] * 20)
    for _ in range(5):
        reader.get("/v1/log")

    assert len({answer.content for answer in together}) == 1
    assert next(rendered) == 1
    settle()
    desk.clock.forward(hours=24)
    assert len(numbers(reader.get("/v1/log"))) == 2


def test_what_is_kept_is_counted_and_bears_the_same_headers(desk, reader):
    first, kept = reader.get("/v1/log"), reader.get("/v1/log")

    assert set(first.headers) == set(kept.headers)
    assert first.headers["x-request-id"] != kept.headers["x-request-id"]
    metrics = desk.from_("127.0.0.1").get("/metrics").text
    assert 'http_requests_total{method="GET",route="/v1/log",status="200"} 2.0' in metrics


def test_refusals_are_told_by_whole_days_before_the_delay_and_few_not_at_all(desk, reader):
    for turn in range(6):
        body = desk.an_inquiry(note="A123456789" if turn < 5 else "an undocumented man")
        assert desk.post("/v1/inquiries", body).status_code == 422
    assert reader.get("/v1/refusals").json() == {"items": []}

    desk.clock.forward(hours=24)
    assert reader.get("/v1/refusals").json() == {"items": []}  # the day is not over by then
    desk.clock.forward(hours=24)

    counted = {each["category"]: each["refused"] for each in reader.get("/v1/refusals").json()["items"]}
    assert counted == {"identity": 5, "immigration_status": "<5"}


def test_a_clock_that_jumped_publishes_nothing(desk, reader, settle, monkeypatch):
    settle()
    monkeypatch.setattr(type(desk.service.clock_watch), "state", lambda _watch: "the clock jumped")
    desk.clock.forward(hours=48)
    assert numbers(reader.get("/v1/log")) == []
    monkeypatch.undo()
    desk.clock.forward(seconds=2)
    assert len(numbers(reader.get("/v1/log"))) == 1


def test_without_a_delay_what_is_settled_is_listed_at_once(desk_with):
    desk = desk_with(publication_delay=timedelta(0))
    desk.contact()
    inquiry = desk.logged()
    assert numbers(desk.as_(None).get("/v1/log")) == []

    desk.called(inquiry, outcome="confirmed")

    assert numbers(desk.as_(None).get("/v1/log")) == [inquiry["number"]]
    assert desk.as_(None).get(f"/v1/log/{inquiry['number']}/evidence").json()["events"]
