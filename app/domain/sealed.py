"""What is sealed: texts and contacts that may have to be erased, so that no copy can be read afterwards."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum


class RetentionClass(StrEnum):
    """How long sealed things are kept: each class has day keys of its own."""

    CALLBACK = "callback"
    DETAIL = "detail"


class BoxKind(StrEnum):
    """What a sealed box holds."""

    CALLBACK = "callback"  # the asker's phone number or e-mail address
    DETAIL = "detail"  # an inquiry's address, exact coordinates and note
    CALL_DETAIL = "call_detail"  # who answered a call, ICE's reference, the note
    CORRECTION_DETAIL = "correction_detail"  # why a call was corrected, and the texts that were replaced

    @property
    def retention(self) -> RetentionClass:
        """The class that says how long it is kept."""
        return RetentionClass.CALLBACK if self is BoxKind.CALLBACK else RetentionClass.DETAIL


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the asker's contact and the details are kept."""

    callback: timedelta
    detail: timedelta

    def of(self, retention: RetentionClass) -> timedelta:
        """Return how long a class is kept."""
        return self.callback if retention is RetentionClass.CALLBACK else self.detail


def sealing_day(at: datetime) -> date:
    """Return the day, in UTC, whose keys seal what is received at a time."""
    return at.astimezone(UTC).date()


def day_key_ends(day: date, kept: timedelta) -> datetime:
    """Return when a day's key is destroyed: when the last thing sealed on that day has been kept long enough."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1) + kept
