"""A receipt's holder at `/status`: answered at once, and the receipt stands in no address, header or log line."""

import re

import pytest

from tests.web.public_entries import Elements, settled, words

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def office(desk_with):
    """A desk with one contact at ICE, on SQLite."""
    desk = desk_with()
    desk.contact()
    return desk


def look_up(desk, receipt, lang="en", **sent):
    return desk.as_(None).post(f"/status?lang={lang}", data={"receipt": receipt}, **sent)


def test_the_answer_is_told_at_once_in_the_reader_s_language(office):
    receipt = settled(office)["receipt"]

    english, spanish = look_up(office, receipt), look_up(office, receipt, "es")

    assert english.status_code == spanish.status_code == 200
    assert "this is not an ICE operation" in words(english.text)
    assert "Not ICE" in words(english.text)
    assert "Mar 10, 2026, 13:11" in words(english.text)
    assert "No es ICE" in words(spanish.text)
    assert "10 mar 2026, 13:11" in words(spanish.text)


@pytest.mark.parametrize(
    "typed", [str.lower, lambda receipt: receipt.replace("-", " "), lambda receipt: f" {receipt} "]
)
def test_a_receipt_is_read_as_people_type_it(office, typed):
    assert look_up(office, typed(office.logged()["receipt"])).status_code == 200


def test_the_place_is_never_told(office):
    page = look_up(office, settled(office)["receipt"]).text

    assert "Central" not in page


def test_the_receipt_stands_in_no_address_header_or_log_line(office, caplog):
    caplog.set_level("DEBUG")
    receipt = settled(office)["receipt"]

    page = look_up(office, receipt)
    elements = Elements(page.text)

    shown = [each.get("href", "") + each.get("action", "") + each.get("src", "") for each in elements.found]
    assert receipt not in "".join(shown)
    assert receipt.replace("-", "") not in "".join(shown)
    assert receipt not in str(page.headers)
    assert receipt not in caplog.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    forms = [form for form in elements.all("form") if form["method"] != "post"]
    assert forms == []


def test_a_page_with_a_receipt_is_not_compressed(office):
    """Its length could tell of the receipt to who makes the reader's browser ask again and again."""
    page = look_up(office, office.logged()["receipt"], headers={"Accept-Encoding": "gzip"})

    assert "content-encoding" not in page.headers


def test_the_receipt_in_an_address_is_not_looked_up(office):
    receipt = office.logged()["receipt"]

    page = office.as_(None).get(f"/status?receipt={receipt}")

    assert "2026-000001" not in page.text


@pytest.mark.parametrize("typed", ["", "K7QF-2M9X-TD3W", "nonsense", "<b>x</b>", "é" * 40])
def test_an_unknown_or_malformed_receipt_is_the_same_page_and_is_not_repeated(office, typed):
    page, unknown = look_up(office, typed), look_up(office, "0000-0000-0000")

    assert page.status_code == unknown.status_code == 404
    assert page.text == unknown.text
    (field,) = Elements(page.text).all("input", id="receipt")
    assert field["aria-invalid"] == "true"
    assert "receipt-fault" in field["aria-describedby"]
    assert "There is no inquiry with this receipt." in words(page.text)


def test_too_many_look_ups_are_asked_to_wait(desk_with):
    desk = desk_with(public_rate="2/minute")
    pages = [look_up(desk, "0000-0000-0000", "es") for _ in range(3)]

    assert [page.status_code for page in pages] == [404, 404, 429]
    assert "espere un minuto" in words(pages[2].text)
    assert int(pages[2].headers["retry-after"]) > 0


def test_the_proof_comes_as_a_file_by_a_form(office):
    receipt = settled(office)["receipt"]
    office.clock.forward(hours=25)
    office.as_(None).get("/ledger/checkpoint")
    (form,) = [
        each
        for each in Elements(look_up(office, receipt).text).all("form")
        if each["action"].startswith("/status/proof")
    ]

    proof = office.as_(None).post(form["action"], data={"receipt": receipt})

    assert proof.status_code == 200
    assert proof.text.startswith("c2sp.org/tlog-proof@v1")
    assert re.fullmatch(r'attachment; filename="2026-000001\.tlog-proof"', proof.headers["content-disposition"])
    assert receipt not in proof.text
    assert proof.headers["cache-control"] == "no-store"


def test_a_proof_that_is_not_there_is_refused_as_a_page(office):
    page = office.as_(None).post("/status/proof?lang=es", data={"receipt": "0000-0000-0000"}, headers=BROWSER)

    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert Elements(page.text).all("html")[0]["lang"] == "es"


def test_a_form_that_is_too_large_is_refused(office):
    assert look_up(office, "x" * 20_000).status_code == 413
