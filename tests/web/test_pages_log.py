"""The public log as pages: whole without a script, in both languages, within the delay, and nothing of it markup."""

import json
import re
import shutil
from html import unescape

import pytest

from tests.desk import open_desk
from tests.web.public_entries import Elements, seen_by_all, settled, words

MARKUP = "<img src=x onerror=alert(1)>'\"&"


@pytest.fixture
def office(desk_with):
    """A desk with one contact at ICE, on SQLite."""
    desk = desk_with(ask_phone="+15055550199")
    desk.contact()
    return desk


def test_the_first_page_tells_how_to_ask_what_is_never_asked_and_when_to_call_911(office):
    page = office.as_(None).get("/").text

    links = {element["href"]: element["text"] for element in Elements(page).all("a", href="tel:+15055550199")}
    assert links == {"tel:+15055550199": "Call (505) 555-0199"}
    told = words(page)
    assert "You will be asked" in told
    assert "You will never be asked about anybody's immigration status" in told
    assert "Call 911." in told
    assert told.index("How to ask") < told.index("The log")


def test_without_a_number_set_the_first_page_names_the_line(desk_with):
    assert "non-emergency line" in words(desk_with().as_(None).get("/").text)


def test_a_settled_inquiry_is_listed_with_its_timeline_in_one_line(office):
    inquiry = settled(office)  # asked 13:00 in Albuquerque
    nobody = seen_by_all(office)

    row = next(each["text"] for each in Elements(nobody.get("/").text).all("tr") if inquiry["number"] in each["text"])

    assert "asked 13:00; ICE called 13:02; 13:11, not ICE" in row
    assert "1200 block of Central Ave SE" in row
    assert "Mar 10, 2026" in row
    assert "Not ICE" in row


def test_a_call_without_an_answer_stands_in_the_line(office):
    inquiry = office.logged()
    office.clock.forward(minutes=5)
    office.called(inquiry, outcome="no_answer")
    office.clock.forward(minutes=10)
    office.called(inquiry, outcome="declined")
    nobody = seen_by_all(office)

    assert "asked 13:00; ICE called 13:05, no answer; ICE called 13:15; 13:15, declined to say" in nobody.get("/").text


def test_three_calls_without_an_answer_end_the_line_with_unconfirmed(office):
    inquiry = office.logged()
    for _ in range(3):
        office.clock.forward(minutes=5)
        office.called(inquiry, outcome="no_answer")

    assert "ICE called 13:15, no answer; 13:15, unconfirmed" in seen_by_all(office).get("/").text


def test_an_entry_tells_each_step_with_its_time_and_day(office):
    inquiry = settled(office, source="media", outlet="KUNM")
    office.clock.forward(hours=13)  # past midnight in Albuquerque
    office.post(f"/v1/inquiries/{inquiry['id']}/answered", {"method": "phone"})
    nobody = seen_by_all(office)

    page = Elements(nobody.get(f"/log/{inquiry['number']}").text)

    alerted = "Possible impersonation: alert raised"
    steps = [" ".join(each["text"].split()) for each in page.all("ol", class_="story")]
    assert steps == [
        f"13:00 KUNM asked APD 13:02 APD called ICE 13:11 ICE (ERO): not ICE Not ICE 13:11 {alerted}",
        "02:11 The asker was told by phone",
    ]
    assert [each["text"] for each in page.all("h3", class_="day")] == ["Mar 10, 2026", "Mar 11, 2026"]
    exact = [each["datetime"] for each in page.all("time")]
    assert exact[0] == "2026-03-10T19:00:00.000Z"


def test_a_correction_says_what_was_recorded_before(office):
    inquiry = settled(office, "confirmed")
    call = office.get(f"/v1/inquiries/{inquiry['id']}").json()["calls"][0]
    office.clock.forward(minutes=20)
    correction = {"outcome": "not_ice", "agency": "ero", "reason": "the desk looked at another day"}
    assert office.as_("supervisor").post(f"/v1/calls/{call}/correction", correction).status_code == 200
    nobody = seen_by_all(office)

    told = words(nobody.get(f"/log/{inquiry['number']}").text)
    assert "13:31 Corrected; it had been recorded as “confirmed”. ICE (ERO): not ICE Not ICE" in told
    assert "corrected 13:31" in nobody.get("/").text
    assert "another day" not in nobody.get(f"/log/{inquiry['number']}").text


def test_a_page_is_in_spanish_throughout_where_the_reader_prefers_it(office):
    inquiry = settled(office)
    nobody = seen_by_all(office)

    for path in ("/", f"/log/{inquiry['number']}"):
        page = nobody.get(path, headers={"Accept-Language": "es-MX,es;q=0.9"})
        assert Elements(page.text).all("html")[0]["lang"] == page.headers["content-language"] == "es"
        assert "10 mar 2026" in page.text
        assert "No es ICE" in page.text
        for english in ("Not ICE", "Asked", "asked", "What happened", "Mar 10", "Worksite", "called"):
            assert english not in words(page.text), english


def test_the_address_s_language_goes_before_the_browser_s(office):
    page = office.as_(None).get("/?lang=en", headers={"Accept-Language": "es"})

    assert page.headers["content-language"] == "en"


def test_a_page_varies_with_language_and_compression_alone(office):
    vary = office.as_(None).get("/").headers["vary"]

    assert {each.strip().lower() for each in vary.split(",")} == {"accept-language", "accept-encoding"}


def test_the_link_to_the_other_language_keeps_what_was_chosen(office):
    page = Elements(office.as_(None).get("/?status=not_ice&from=2026-01-01&lang=en").text)

    (switch,) = page.all("a", hreflang="es")
    assert switch["href"] == "/?status=not_ice&from=2026-01-01&lang=es"


def test_nothing_of_an_inquiry_is_on_any_page_before_its_time(office):
    """The delay holds for every byte of every page, the number included."""
    inquiry = settled(office, address="4321 Zxcanary St NE")
    office.clock.forward(hours=23, minutes=50)
    nobody = office.as_(None)

    for path in ("/", "/reports", "/reports?by=day", "/about", "/sitemap.xml", "/?status=unsettled", "/docs"):
        for lang in ("en", "es"):
            body = nobody.get(path, params={"lang": lang} if "?" not in path else None).text
            assert "Zxcanary" not in body, path
            assert inquiry["number"] not in body, path
    assert nobody.get(f"/log/{inquiry['number']}").status_code == 404
    office.clock.forward(minutes=11 + 11)
    assert "4300 block of Zxcanary St NE" in nobody.get("/").text  # or the canary proves nothing


def test_an_exact_address_a_note_or_a_receipt_is_on_no_page(office):
    inquiry = settled(office, note="Two white zxvans.", callback={"phone": "+15055550142"})
    nobody = seen_by_all(office)

    for path in ("/", f"/log/{inquiry['number']}", "/reports", "/sitemap.xml"):
        body = nobody.get(path).text
        for secret in ("1234 Central", "zxvans", inquiry["receipt"], "5550142", "ICE ERO duty desk"):
            assert secret not in body, (path, secret)


@pytest.mark.parametrize("said", ["26-1", "2026-1", "1", "%231", "2026-000001"])
def test_a_number_as_people_say_it_leads_to_its_entry(office, said):
    inquiry = settled(office)
    nobody = seen_by_all(office)

    searched = nobody.get(f"/log?number={said}&lang=es")

    assert searched.status_code == 303
    assert searched.headers["location"] == f"/log/{inquiry['number']}?lang=es"
    assert nobody.get(searched.headers["location"]).status_code == 200


@pytest.mark.parametrize(("said", "leads_to"), [("", "/?lang=en#log"), ("central", "/log/unknown?lang=en")])
def test_what_is_no_number_leads_to_the_log_or_to_a_page_that_says_so(office, said, leads_to):
    assert office.as_(None).get(f"/log?number={said}").headers["location"] == leads_to


def test_an_unlisted_number_is_the_same_page_as_one_that_does_not_exist(office):
    waiting = settled(office)
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    nobody = office.as_(None)

    pages = [nobody.get(f"/log/{number}", headers=browser) for number in (waiting["number"], "2026-009999", "unknown")]

    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert "26-123" in words(pages[0].text)
    assert pages[0].headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("status=not_ice", {1}),
        ("status=confirmed", {2}),
        ("source=media", {2}),
        ("activity=school", {2}),
        ("area_command=valley", {2}),
        ("from=2026-03-11", {2}),
        ("until=2026-03-10", {1}),
        ("from=2026-03-10&until=2026-03-11", {1, 2}),
        ("status=nonsense&source=&from=soon&until=9999-12-31&cursor=zz&utm=1", {1, 2}),
    ],
)
def test_the_log_is_narrowed_and_what_makes_no_sense_is_passed_over(shared_office, query, listed):
    page = shared_office.get(f"/?{query}")

    assert page.status_code == 200
    numbers = {int(each[5:]) for each in re.findall(r'href="/log/(2026-\d{6})\?', page.text)}
    assert {int(each) for each in re.findall(r"/log/2026-0*(\d+)\?", page.text)} == listed, numbers


@pytest.mark.parametrize("query", ["", "status=not_ice&until=2026-03-10", "source=media&from=2026-03-11&status=bogus"])
def test_the_links_to_data_give_the_same_list(shared_office, query):
    page = shared_office.get(f"/?{query}").text
    (data,) = [each["href"] for each in Elements(page).all("a") if each["text"] == "JSON"]

    answer = shared_office.get(data)

    assert answer.status_code == 200, answer.text
    assert [entry["number"] for entry in answer.json()["items"]] == re.findall(
        r'class="number"><a href="/log/([\d-]+)', page
    )


@pytest.fixture(scope="module")
def shared_office(tmp_path_factory, migrated_file):
    """Nobody's view of a log of two: a public one at a worksite, not ICE; next day one of the media's, confirmed."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copy(migrated_file, folder / "app.db")
    with open_desk(f"sqlite:///{folder / 'app.db'}", folder) as desk:
        desk.contact()
        settled(desk)
        desk.clock.forward(hours=24)
        place = {"address": "900 Bridge Blvd SW", "area_command": "valley"}
        settled(desk, "confirmed", source="media", outlet="KUNM", activity="school", place=place)
        yield seen_by_all(desk)


def test_a_long_log_is_read_page_by_page_without_a_gap_or_a_double(office):
    for _ in range(53):
        inquiry = office.logged()
        office.called(inquiry, outcome="declined")
        office.clock.forward(minutes=1)
    nobody = seen_by_all(office)

    first = nobody.get("/?lang=es")
    (older,) = Elements(first.text).all("a", rel="next")
    second = nobody.get(unescape(older["href"]).partition("#")[0])

    listed = [re.findall(r'class="number"><a href="/log/([\d-]+)', page.text) for page in (first, second)]
    assert [len(each) for each in listed] == [50, 3]
    assert listed[0] + listed[1] == [f"2026-{number:06d}" for number in range(53, 0, -1)]
    assert second.headers["content-language"] == "es"
    assert not Elements(second.text).all("a", rel="next")


def test_withdrawn_inquiries_are_listed_with_their_reason_and_replacement(office):
    wrong, right = office.logged(), office.logged()
    withdrawal = {"reason": "duplicate", "replaced_by": right["id"]}
    assert office.post(f"/v1/inquiries/{wrong['id']}/withdraw", withdrawal).status_code == 200
    nobody = seen_by_all(office)

    told = words(nobody.get("/?status=withdrawn").text)
    entry = words(nobody.get(f"/log/{wrong['number']}").text)

    assert "logged already, replaced by 2026-000002" in told
    assert "Central" not in told + entry
    assert "This inquiry was withdrawn (logged already)" in entry


def test_an_inquiry_that_nobody_settled_is_listed_after_a_week_without_its_place(office):
    office.logged()
    office.clock.forward(days=6)
    nobody = office.as_(None)
    assert "2026-000001" not in nobody.get("/?status=unsettled").text

    office.clock.forward(days=2)

    assert "2026-000001" in nobody.get("/?status=unsettled").text
    assert "Central" not in nobody.get("/log/2026-000001").text


def test_markup_in_what_was_entered_is_shown_as_text(office):
    """The outlet is the one free text that the public sees as it was written."""
    inquiry = settled(office, source="media", outlet=MARKUP)
    nobody = seen_by_all(office)

    for path in ("/", f"/log/{inquiry['number']}", "/?source=media"):
        page = nobody.get(path).text
        assert "<img" not in page
        assert MARKUP in words(page) or MARKUP in unescape(page)
    (check,) = [each for each in Elements(nobody.get(f"/log/{inquiry['number']}").text).found if "data-entry" in each]
    assert json.loads(check["data-entry"])["outlet"] == MARKUP


@pytest.mark.parametrize("query", ["from", "until", "status", "cursor", "lang", 'x"><script>alert(1)</script>'])
def test_markup_in_an_address_is_never_markup_in_a_page(office, query):
    for path in ("/", "/reports", "/status", "/docs"):
        page = office.as_(None).get(path, params={query: '"><script>alert(1)</script>'}).text
        assert "<script>" not in page


def test_a_page_that_did_not_change_is_not_sent_again(office):
    settled(office)
    nobody = seen_by_all(office)
    for path in ("/", "/log/2026-000001", "/reports", "/about", "/docs", "/problems/gone"):
        for encoding in ("gzip", "identity"):
            headers = {"Accept-Encoding": encoding}
            first = nobody.get(path, headers=headers)
            again = nobody.get(path, headers={**headers, "If-None-Match": first.headers["etag"]})
            spanish = nobody.get(f"{path}?lang=es", headers={**headers, "If-None-Match": first.headers["etag"]})
            assert (first.status_code, again.status_code, spanish.status_code) == (200, 304, 200), path
            assert again.content == b""
            assert again.headers["etag"] == first.headers["etag"]


def test_a_page_is_sent_compressed_to_who_takes_it_so_and_reads_the_same(office):
    nobody = office.as_(None)
    for path in ("/", "/about"):
        plain = nobody.get(path, headers={"Accept-Encoding": "identity"})
        squeezed = nobody.get(path, headers={"Accept-Encoding": "br;q=1, gzip;q=0.5"})
        refused = nobody.get(path, headers={"Accept-Encoding": "gzip;q=0"})
        assert squeezed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert "content-encoding" not in refused.headers
        assert plain.text == squeezed.text == refused.text


@pytest.mark.parametrize(
    ("lang", "told"),
    [("en", "Hours: Mon-Fri 08:00-17:00; Sat 09:00-12:00."), ("es", "Horario: lun-vie 08:00-17:00; sáb 09:00-12:00.")],
)
def test_the_first_page_tells_when_the_number_is_answered(desk_with, lang, told):
    desk = desk_with(ask_hours="Mo-Fr 08:00-17:00; Sa 09:00-12:00")

    assert told in desk.as_(None).get(f"/?lang={lang}").text


@pytest.mark.parametrize(("lang", "told"), [("en", "At any hour"), ("es", "A cualquier hora")])
def test_without_hours_the_number_is_answered_day_and_night(desk_with, lang, told):
    assert told in desk_with(ask_phone="+15055550199").as_(None).get(f"/?lang={lang}").text


def test_where_no_number_is_set_no_hours_are_promised_for_it(shared_desk):
    assert "At any hour" not in shared_desk.as_(None).get("/?lang=en").text
