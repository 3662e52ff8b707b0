"""When the next step of an inquiry is late (api.md, `due_at`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.call import Call
from app.domain.inquiry import Inquiry
from app.domain.status import SETTLED, Status


@dataclass(frozen=True, slots=True)
class DueTimes:
    """How long each step may take: the first call (and telling the asker), the next call, an answer to a message."""

    first_call: timedelta
    next_call: timedelta
    message: timedelta


def due_at(inquiry: Inquiry, calls: Sequence[Call], times: DueTimes) -> datetime | None:
    """Return when the next step is late, or None where nothing is due.

    An asker who was told the status that stands has stopped the clock.
    """
    if inquiry.withdrawn or inquiry.answered_status is not None:
        return None
    if inquiry.status in SETTLED:
        return inquiry.status_since + times.first_call if inquiry.callback_kind else None
    if not calls:
        return inquiry.received_at + times.first_call
    last_event_at = max(call.last_event_at for call in calls)
    return last_event_at + (times.message if inquiry.status is Status.AWAITING_ICE else times.next_call)
