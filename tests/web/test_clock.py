"""A clock that jumps, or was wrong from the start, erases nothing by time."""

import time
from datetime import UTC, datetime, timedelta

from app.web.clock import LONG_QUIET, ClockWatch, was_long_quiet

NOW = datetime(2026, 1, 31, 18, 0, tzinfo=UTC)


def test_a_start_long_after_the_newest_event_erases_nothing_until_somebody_looked():
    watch = ClockWatch()
    watch.began(datetime.now(UTC) - timedelta(days=400))

    assert "erase-expired" in watch.erasing_state()
    assert watch.state() == "ok", "inquiries are logged meanwhile"


def test_a_start_soon_after_the_newest_event_erases_as_ever():
    watch = ClockWatch()
    watch.began(datetime.now(UTC) - timedelta(hours=1))

    assert watch.erasing_state() == "ok"


def test_a_jump_while_running_stops_the_erasing_and_shows(monkeypatch):
    watch = ClockWatch()
    an_hour_ago = time.monotonic() - 3600
    monkeypatch.setattr("app.web.clock.time.monotonic", lambda: an_hour_ago)

    assert "jumped" in watch.state()
    assert "jumped" in watch.erasing_state()


def test_an_empty_ledger_is_not_quiet():
    assert not was_long_quiet(None, NOW)
    assert not was_long_quiet(NOW - LONG_QUIET, NOW)
    assert was_long_quiet(NOW - LONG_QUIET - timedelta(seconds=1), NOW)
