"""A confirmation call to the designated contact at ICE: one call, one or more inquiries, one outcome."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.identifier import made_at
from app.domain.moment import to_millisecond
from app.domain.status import Outcome


class Agency(StrEnum):
    """The agency that spoke on a call: parts of ICE, Customs and Border Protection, or another."""

    ERO = "ero"
    HSI = "hsi"
    CBP = "cbp"
    OTHER = "other"
    UNSPECIFIED = "unspecified"


# Nobody spoke, so no agency did.
NOBODY_SPOKE = frozenset({Outcome.NO_ANSWER, Outcome.LEFT_MESSAGE})


def agency_of(outcome: Outcome, agency: Agency | None) -> Agency | None:
    """Return the agency to record with an outcome: none where nobody spoke, else what was said or `unspecified`."""
    return None if outcome in NOBODY_SPOKE else agency or Agency.UNSPECIFIED


@dataclass(frozen=True, slots=True)
class Call:
    """A call as one of its inquiries sees it.

    `ordinal` counts the calls of that inquiry from 1. `outcome_order` is the index of the event that first recorded
    the outcome; a correction leaves it. `last_event_at` is when the call was placed, its outcome recorded or corrected.
    """

    id: str
    ordinal: int
    placed_at: datetime
    outcome: Outcome | None
    agency: Agency | None
    outcome_at: datetime | None
    outcome_order: int | None
    last_event_at: datetime

    @property
    def told_at(self) -> datetime | None:
        """When the outcome was told, as far as that is certain: a correction leaves open when what it says was said.

        Of a call that was entered whole, with its outcome, that is when it was placed: it may have been hours before.
        """
        if self.outcome_at is None or self.last_event_at != self.outcome_at:
            return None
        entered_whole = to_millisecond(self.outcome_at) == made_at(self.id)
        return min(self.placed_at, self.outcome_at) if entered_whole else self.outcome_at


def in_order_of_outcomes(calls: Iterable[Call]) -> list[Call]:
    """Return the calls as `status_of` reads them: by when their outcome was first recorded, those under way last."""
    return sorted(calls, key=lambda call: (call.outcome_order is None, call.outcome_order or 0, call.ordinal))
