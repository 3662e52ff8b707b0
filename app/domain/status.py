"""Where an inquiry stands: derived from its calls, never set by hand (api.md, Status)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What one confirmation call brought."""

    CONFIRMED = "confirmed"
    NOT_ICE = "not_ice"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    LEFT_MESSAGE = "left_message"


class Status(StrEnum):
    """Where an inquiry stands."""

    OPEN = "open"
    CALLING = "calling"
    AWAITING_ICE = "awaiting_ice"
    CONFIRMED = "confirmed"
    NOT_ICE = "not_ice"
    UNCONFIRMED = "unconfirmed"
    WITHDRAWN = "withdrawn"


SETTLED = frozenset({Status.CONFIRMED, Status.NOT_ICE, Status.UNCONFIRMED})
SETTLED_BY = {Outcome.CONFIRMED: Status.CONFIRMED, Outcome.NOT_ICE: Status.NOT_ICE}
CALLS_BEFORE_UNCONFIRMED = 3


class HasOutcome(Protocol):
    """A call, as far as the status looks at it."""

    @property
    def outcome(self) -> Outcome | None:
        """What it brought; None while it is under way."""
        ...


def status_of(calls: Sequence[HasOutcome], *, withdrawn: bool) -> Status:
    """Return where an inquiry stands after its calls, in the order in which their outcomes were first recorded.

    A correction replaces the outcome and keeps the call's place in the order. The newest `confirmed` or `not_ice`
    stands; no other outcome takes it back. A call still under way has the outcome None.
    """
    if withdrawn:
        return Status.WITHDRAWN
    outcomes = [call.outcome for call in calls if call.outcome is not None]
    for outcome in reversed(outcomes):
        if outcome in SETTLED_BY:  # confirmed, not_ice
            return SETTLED_BY[outcome]
    if Outcome.DECLINED in outcomes or outcomes.count(Outcome.NO_ANSWER) >= CALLS_BEFORE_UNCONFIRMED:
        return Status.UNCONFIRMED
    if len(outcomes) < len(calls):
        return Status.CALLING
    return Status.AWAITING_ICE if Outcome.LEFT_MESSAGE in outcomes else Status.OPEN
