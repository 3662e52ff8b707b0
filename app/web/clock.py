"""The clock, and a watch on it: one that jumps neither erases en masse nor goes unseen."""

import time
from datetime import UTC, datetime, timedelta

from app.domain.moment import to_millisecond

# More than any clock drifts between two adjustments.
JUMP = timedelta(minutes=5)


def utc_now() -> datetime:
    """Return the time in UTC, to the millisecond."""
    return to_millisecond(datetime.now(UTC))


class ClockWatch:
    """Compares the wall clock with one that only ever goes forward, from the start of the process on."""

    def __init__(self) -> None:
        self._wall, self._steady = datetime.now(UTC), time.monotonic()

    def state(self) -> str:
        """Return `ok`, or what is wrong with the clock."""
        elapsed = timedelta(seconds=time.monotonic() - self._steady)
        if abs(datetime.now(UTC) - self._wall - elapsed) > JUMP:
            return "the clock jumped; set it right and restart, until then nothing is erased by time"
        return "ok"
