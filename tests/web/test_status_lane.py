"""A status by receipt is answered in front of the framework, and nobody could tell."""

import pytest

from app.store.writer import DatabaseUnavailable
from tests.problem import is_problem

# What differs from answer to answer.
_EACH_ITS_OWN = {"x-request-id", "date"}


def headers_of(answer):
    return sorted((name, value) for name, value in answer.headers.items() if name not in _EACH_ITS_OWN)


@pytest.fixture
def by_the_route(desk, monkeypatch):
    """Return what asks the same of the framework's route alone."""

    def ask(path, **more):
        with monkeypatch.context() as patched:
            patched.setattr("app.web.status_lane.StatusLane._found", lambda _lane, _scope: None)
            return desk.as_(None).get(path, **more)

    return ask


@pytest.mark.parametrize("written", [str, str.lower, lambda receipt: receipt.replace("-", "")])
def test_the_lane_answers_as_the_route_does(desk, by_the_route, written):
    inquiry = desk.logged()
    desk.contact()
    desk.called(inquiry)
    path = f"/v1/status/{written(inquiry['receipt'])}"

    here, there = desk.as_(None).get(path), by_the_route(path)

    assert here.status_code == there.status_code == 200
    assert here.content == there.content
    assert headers_of(here) == headers_of(there)


@pytest.mark.parametrize("rest", ["?x=1", "/", "/proof/x", "%2F"])
def test_what_is_no_plain_look_up_is_the_routes_to_answer(desk, by_the_route, rest):
    path = f"/v1/status/{desk.logged()['receipt']}{rest}"

    here, there = desk.as_(None).get(path), by_the_route(path)

    assert here.status_code == there.status_code != 200
    assert here.json()["type"] == there.json()["type"]


def test_a_row_that_somebody_edited_is_a_problem_like_any_other_and_nothing_of_it_is_told(desk, monkeypatch, caplog):
    def fail(_reads, _receipt):
        raise ValueError("'Zxcanary' is not a valid Status")

    path = f"/v1/status/{desk.logged()['receipt']}"
    monkeypatch.setattr("app.store.point_reads.PointReads.status", fail)

    answer = desk.as_(None).get(path)

    is_problem(answer, "internal")
    assert "Zxcanary" not in answer.text + caplog.text


def test_a_database_that_cannot_be_had_is_a_problem_and_no_wrong_answer(desk, monkeypatch):
    def fail(_reads, _receipt):
        raise DatabaseUnavailable

    path = f"/v1/status/{desk.logged()['receipt']}"
    monkeypatch.setattr("app.store.point_reads.PointReads.status", fail)

    is_problem(desk.as_(None).get(path), "unavailable")
