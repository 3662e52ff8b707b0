"""Log lines: JSON, one a request, with the template and never a path, a query, a body, a receipt or an address."""

import json
import logging
import sys

import pytest

from app.web.log_lines import JsonLines


@pytest.fixture
def lines(caplog):
    """Return what was logged so far, as the service writes it to its output."""
    caplog.set_level(logging.DEBUG)

    def written():
        return [JsonLines().format(record) for record in caplog.records if record.name.startswith(("app", "uvicorn"))]

    return written


def test_a_request_is_one_line_that_tells_what_how_and_how_long(desk, lines):
    inquiry = desk.logged()
    already = len(lines())

    answer = desk.get(f"/v1/inquiries/{inquiry['id']}")

    (line,) = map(json.loads, lines()[already:])
    assert set(line) == {"at", "level", "what", "method", "route", "status", "ms", "request", "token"}
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/inquiries/{inquiry_id}", 200)
    assert line["request"] == answer.headers["x-request-id"]
    assert line["token"] == inquiry["received_by"]
    assert line["ms"] >= 0


def test_a_head_is_logged_as_what_it_is(desk, lines):
    desk.request("HEAD", "/healthz")

    assert json.loads(lines()[-1])["method"] == "HEAD"


def test_no_line_holds_what_was_sent(desk, lines):
    desk.contact()
    inquiry = desk.logged(note="Zxcanary note", address="77 Zxcanary Rd", callback={"phone": "+15055550188"})
    asker = desk.as_(None).from_("198.51.100.77")
    asker.get(f"/v1/status/{inquiry['receipt']}")
    asker.get("/v1/status/Zxcanary")
    asker.get("/Zxcanary?Zxcanary=Zxcanary")
    desk.get("/v1/inquiries?q=Zxcanary")
    desk.get(f"/v1/inquiries/{inquiry['id']}/callback")
    desk.post("/v1/inquiries", desk.an_inquiry(note="Zxcanary A123456789"))
    desk.post("/v1/inquiries", {"Zxcanary": "Zxcanary"})
    desk.post("/v1/inquiries", content=b"Zxcanary", headers={"Content-Type": "application/json"})
    desk.request("GET", "/healthz", headers={"User-Agent": "Zxcanary", "Referer": "https://zxcanary.example"})
    desk.as_("supervisor").post("/v1/tokens", {"name": "Zxcanary", "role": "intake"})

    written = "\n".join(lines())

    assert written.count("\n") == 11
    for told in ("zxcanary", "5550188", inquiry["receipt"].lower(), "198.51.100", "a123456789", "central"):
        assert told not in written.lower()
    assert inquiry["id"] not in written
    assert desk.token not in written


def test_a_defect_is_logged_by_its_kind_and_place_and_answered_without_a_word_of_it(desk, lines, monkeypatch):
    def break_down(_screen):
        raise ZeroDivisionError("Zxcanary")

    monkeypatch.setattr("app.web.api.shown_inquiry.read_inquiry", lambda *_: break_down(None))
    answer = desk.get(f"/v1/inquiries/{'0' * 8}-0000-7000-8000-000000000000")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    failed = next(line for line in map(json.loads, lines()) if line["what"] == "failed")
    assert failed["error"] == "ZeroDivisionError"
    assert failed["request"] == answer.headers["x-request-id"]
    assert ":" in failed["place"]
    assert "Zxcanary" not in "\n".join(lines()) + answer.text
    assert "Traceback" not in "\n".join(lines())


def test_an_exception_s_text_never_reaches_a_line():
    try:
        raise ValueError("Zxcanary")  # noqa: TRY301  # to be caught with its text
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "it broke", None, sys.exc_info())

    assert json.loads(JsonLines().format(record))["error"] == "ValueError"
    assert "Zxcanary" not in JsonLines().format(record)
