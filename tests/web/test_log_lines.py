"""Lines of one turn of the event loop go out together, in their order, and none is lost."""

import asyncio
import io
import json
import logging
import threading

import pytest

from app.web import log_lines
from app.web.log_lines import JsonLines, LinesOfATurn


class Output(io.StringIO):
    """Notes how often something was written."""

    writes = 0

    def write(self, text):
        self.writes += 1
        return super().write(text)


@pytest.fixture
def output():
    return Output()


@pytest.fixture
def lines(output):
    handler = LinesOfATurn(output)
    handler.setFormatter(JsonLines())
    return handler


def test_the_lines_of_a_turn_are_written_at_its_end_in_their_order(output, lines):
    async def log():
        for number in range(5):
            lines.put(str(number))
        assert not output.writes
        await asyncio.sleep(0)
        assert output.writes == 1
        lines.put("later")
        await asyncio.sleep(0)

    asyncio.run(log())

    assert output.getvalue().split() == [*"01234", "later"]
    assert output.writes == 2


def test_without_a_loop_a_line_is_written_at_once(output, lines):
    lines.put("alone")

    assert output.getvalue() == "alone\n"


def test_what_still_waits_when_the_loop_ends_is_written_by_a_flush(output, lines):
    async def log():
        lines.put("last words")

    loop = asyncio.new_event_loop()
    task = loop.create_task(log())
    task.add_done_callback(lambda _: loop.stop())
    loop.run_forever()
    loop.close()
    lines.flush()  # logging does so at the end of the process

    assert output.getvalue() == "last words\n"


def test_no_line_is_lost_between_threads_and_the_loop(output, lines):
    def from_a_thread(name):
        for number in range(500):
            lines.put(f"{name}{number}")

    async def log():
        threads = [threading.Thread(target=from_a_thread, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        for number in range(500):
            lines.put(f"loop{number}")
            await asyncio.sleep(0)
        for thread in threads:
            await asyncio.to_thread(thread.join)
        await asyncio.sleep(0)

    asyncio.run(log())
    lines.flush()

    written = output.getvalue().splitlines()
    assert sorted(written) == sorted(f"{name}{number}" for name in ("a", "b", "loop") for number in range(500))


def test_a_requests_line_is_the_same_by_way_of_logging(output, lines, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    told = {"method": "GET", "route": "/v1/log", "status": 304, "ms": 0.04, "request": "an id", "token": None}

    log_lines.tell_request(told)
    monkeypatch.setattr(log_lines, "_output", lines)
    log_lines.tell_request(told)

    by_logging, direct = json.loads(JsonLines().format(caplog.records[-1])), json.loads(output.getvalue())
    assert list(by_logging) == list(direct)
    assert {**by_logging, "at": None} == {**direct, "at": None}


def test_what_no_utf_8_holds_is_a_line_all_the_same(lines, output):
    record = logging.LogRecord("uvicorn.error", logging.WARNING, "", 0, "half a pair: \ud800", None, None)

    lines.handle(record)

    assert json.loads(output.getvalue())["what"] == "half a pair: \ud800"


def test_an_output_that_nobody_reads_stops_no_loop(lines, monkeypatch):
    failed, troubled = [], []

    def broken(_text):
        failed.append(True)
        raise BrokenPipeError

    async def log():
        asyncio.get_running_loop().set_exception_handler(lambda *about: troubled.append(about))
        for _ in range(3):
            lines.put("to nobody")
            await asyncio.sleep(0)

    monkeypatch.setattr(lines.stream, "write", broken)
    asyncio.run(log())

    assert len(failed) == 3
    assert troubled == []


def test_what_is_no_request_is_written_at_once_after_what_waits(output, lines):
    async def log():
        lines.put("a request")
        lines.handle(logging.LogRecord("uvicorn.error", logging.INFO, "", 0, "the last words", None, None))
        return output.getvalue()

    request, last = asyncio.run(log()).splitlines()

    assert request == "a request"
    assert json.loads(last)["what"] == "the last words"


def test_a_line_is_ascii_whatever_it_tells(lines, output):
    lines.handle(logging.LogRecord("app", logging.INFO, "", 0, "Martínez \N{SNOWMAN}", None, None))

    assert output.getvalue().isascii()
    assert json.loads(output.getvalue())["what"] == "Martínez \N{SNOWMAN}"
