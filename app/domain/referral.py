"""Which event raises which alert: what the order's other sections want heard of (api.md, alerts).

An alert is for the dispatchers and supervisors who acknowledge it, and for whoever takes its webhook event.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.inquiry import Inquiry
from app.domain.status import Status

# An alert that nobody acknowledges is raised again this often at most; then it stands as overdue.
MOST_REPEATS = 3


class AlertKind(StrEnum):
    """What an alert is about."""

    CITY_FACILITY = "city_facility"
    POSSIBLE_IMPERSONATION = "possible_impersonation"


# The section of the executive order of 21 July 2025 that wants each noticed.
SECTION_OF_ORDER = {AlertKind.CITY_FACILITY: 9, AlertKind.POSSIBLE_IMPERSONATION: 11}


@dataclass(frozen=True, slots=True)
class Alert:
    """A notice that the order calls for.

    `raised_at` is when it was raised first, `due_at` when it should have been acknowledged, `repeats` how often it was
    raised again. `first_event` and `newest_event` are ledger indexes.
    """

    id: str
    kind: AlertKind
    inquiry_id: str
    raised_at: datetime
    due_at: datetime
    repeats: int
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    closed_at: datetime | None
    first_event: int
    newest_event: int

    @property
    def waits(self) -> bool:
        """Whether somebody has yet to acknowledge it."""
        return self.acknowledged_at is None and self.closed_at is None


def alerts_to_raise(before: Inquiry | None, after: Inquiry) -> tuple[AlertKind, ...]:
    """Return the alerts that an event calls for, by the inquiry before it (None: just logged) and after it."""
    kinds = []
    if before is None and after.city_facility:
        kinds.append(AlertKind.CITY_FACILITY)
    if _is_not_ice(after) and not _is_not_ice(before):
        kinds.append(AlertKind.POSSIBLE_IMPERSONATION)
    return tuple(kinds)


def alerts_to_close(before: Inquiry | None, after: Inquiry) -> tuple[AlertKind, ...]:
    """Return the alerts that an event takes the ground from: ICE said, after all, that it was ICE, or did not say."""
    return (AlertKind.POSSIBLE_IMPERSONATION,) if _is_not_ice(before) and not _is_not_ice(after) else ()


def raised_again(alert: Alert, at: datetime, due: timedelta) -> Alert | None:
    """Return an alert raised once more, or None where that is not due or was done often enough.

    `due` is how long an alert may wait to be acknowledged.
    """
    if not alert.waits or alert.repeats >= MOST_REPEATS or at <= alert.due_at:
        return None
    return replace(alert, due_at=at + due, repeats=alert.repeats + 1)


def _is_not_ice(inquiry: Inquiry | None) -> bool:
    return inquiry is not None and inquiry.status is Status.NOT_ICE
