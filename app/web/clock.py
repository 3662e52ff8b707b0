"""The clock, and a watch on it: one that jumps neither erases en masse nor goes unseen."""

import time
from datetime import UTC, datetime, timedelta

# More than any clock drifts between two adjustments.
JUMP = timedelta(minutes=5)
# A service that is used records something every day. A start so long after the newest event may be one with a clock
# that is wrong, and what is erased by it cannot be had back.
LONG_QUIET = timedelta(days=3)


def utc_now() -> datetime:
    """Return the time in UTC, to the millisecond."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)  # to_millisecond, in half the time


class ClockWatch:
    """Compares the wall clock with one that only ever goes forward, from the start of the process on."""

    def __init__(self) -> None:
        self._wall, self._steady = datetime.now(UTC), time.monotonic()
        self._quiet = False

    def state(self) -> str:
        """Return `ok`, or what is wrong with the clock."""
        elapsed = timedelta(seconds=time.monotonic() - self._steady)
        if abs(datetime.now(UTC) - self._wall - elapsed) > JUMP:
            return "the clock jumped; set it right and restart, until then nothing is erased by time"
        return "ok"

    def began(self, newest_event_at: datetime | None) -> None:
        """Note when the newest event was, as the service starts."""
        self._quiet = was_long_quiet(newest_event_at, self._wall)

    def erasing_state(self) -> str:
        """Return `ok`, or why nothing is erased by time."""
        if self._quiet:
            return "nothing was recorded for days; if the clock is right, run `erase-expired`, then restart"
        return self.state()


def was_long_quiet(newest_event_at: datetime | None, now: datetime) -> bool:
    """Tell whether so long has passed since the newest event that the clock may be wrong."""
    return newest_event_at is not None and now - newest_event_at > LONG_QUIET
