"""A public page that is at hand is answered before the framework, and told, counted and guarded as any other."""

import json
import logging

import pytest

from app.web.front import Front
from app.web.log_lines import JsonLines

# What differs from answer to answer.
_EACH_ITS_OWN = {"x-request-id", "date"}


def headers_of(answer):
    return sorted((name, value) for name, value in answer.headers.items() if name not in _EACH_ITS_OWN)


@pytest.fixture
def at_the_front(monkeypatch):
    """Return which requests the front answered itself."""
    told, answers = [], Front.answers

    async def noted(front, scope, send):
        answered = await answers(front, scope, send)
        told.append(answered)
        return answered

    monkeypatch.setattr(Front, "answers", noted)
    return told


@pytest.mark.parametrize("path", ["/v1/log", "/", "/v1/log?format=csv&from=2026-01-01"])
def test_what_is_at_hand_is_answered_as_it_was_when_it_was_made(desk, at_the_front, path):
    reader = desk.as_(None)
    reader.get("/v1/log")  # so that the log's state is read

    made, kept = reader.get(path), reader.get(path)
    known = reader.get(path, headers={"If-None-Match": kept.headers["etag"]})

    if at_the_front[-2]:  # the whole table is written anew for each
        assert kept.content == made.content
        assert headers_of(kept) == headers_of(made)
    assert (known.status_code, known.content) == (304, b"")
    for name in ("content-security-policy", "x-content-type-options", "x-request-id", "etag"):
        assert known.headers[name]
    assert len({made.headers["x-request-id"], kept.headers["x-request-id"], known.headers["x-request-id"]}) == 3


def test_what_is_at_hand_is_answered_at_the_front_and_has_its_line_and_its_figure(desk, at_the_front, caplog):
    caplog.set_level(logging.INFO)
    reader = desk.as_(None)

    answers = [reader.get("/v1/log") for _ in range(6)]

    lines = [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == "app.requests"]
    assert [line["request"] for line in lines] == [answer.headers["x-request-id"] for answer in answers]
    assert {(line["route"], line["status"], line["token"]) for line in lines} == {("/v1/log", 200, None)}
    assert not at_the_front[0]
    assert any(at_the_front)  # not all: the first checkpoint may come in between
    assert 'http_requests_total{method="GET",route="/v1/log",status="200"} 6.0' in desk.get("/metrics").text


def test_who_may_not_keep_a_page_gets_it_from_the_framework(desk, at_the_front):
    desk.as_(None).get("/v1/log")

    for method in ("HEAD", "POST", "OPTIONS"):
        desk.as_(None).request(method, "/v1/log")

    assert not any(at_the_front)
