"""What an operator has set and the rules go by."""

from dataclasses import dataclass
from datetime import timedelta

from app.domain.due import DueTimes
from app.domain.sealed import Retention


@dataclass(frozen=True, slots=True)
class Policy:
    """Due times, how long things are kept and alerts may wait, and what counts as nearby."""

    due: DueTimes
    retention: Retention
    alert_due: timedelta
    nearby_meters: float
    nearby_window: timedelta
