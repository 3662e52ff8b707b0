"""What the public may see, and when: one cut for everything (api.md, Public views; ledger.md, What a leaf is).

Everything public shows the events as they stood a while ago, so that the log is no live tracker of anyone. A correction
of what is public already shows at once. What an entry of the log tells is reckoned from the opened leaves alone, so
that anybody who has them can reckon it too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from app.domain.event import Kind
from app.domain.inquiry import LATE_AFTER, Activity
from app.domain.moment import day_in_denver, to_minute
from app.domain.referral import AlertKind
from app.domain.status import SETTLED, Status

# An inquiry that is not settled this many days after it was logged is listed as unsettled.
UNSETTLED_AFTER_DAYS = 7
# What happened in one minute becomes public together, or in a sixtieth of a short delay: else somebody who watches the
# log would learn the second, which its times do not tell.
TOGETHER = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Somebody who reads all the time moves the cut on this often at most, or every sixtieth of a short delay.
MOST_OFTEN = timedelta(seconds=1)


class Listing(StrEnum):
    """Where an inquiry stands in the public log."""

    SETTLED = "settled"  # listed in full, whatever a correction makes of it later
    WITHDRAWN = "withdrawn"  # listed by number, day, reason and what replaced it
    WAITING = "waiting"  # neither; listed as unsettled after a week


def cut_after(cut: int, times: Sequence[datetime], now: datetime, delay: timedelta) -> int:
    """Return the largest index below which every event is old enough to be public.

    All below `cut` are public already; `times` are those of the events from there on, in the ledger's order. A clock
    that once ran ahead holds back what follows: order is the ledger's.
    """
    newest = now - delay
    together = min(TOGETHER, delay / 60)
    if together:
        newest -= (newest - _EPOCH) % together
    return cut + next((place for place, at in enumerate(times) if at > newest), len(times))


def pause_between_cuts(delay: timedelta) -> timedelta:
    """Return how long the cut stands still at least, so that readers cannot make the service work for each of them."""
    return min(MOST_OFTEN, delay / 60)


@dataclass(frozen=True, slots=True)
class Leaf:
    """An event as its leaf tells it; `at` is cut to the minute."""

    index: int
    kind: Kind
    at: datetime
    subject: str
    data: Mapping[str, Any]

    @property
    def moves_status(self) -> bool:
        """Whether the inquiry stands as the leaf says from here on.

        A correction opens at once. One without an answer changed no status, but names the one that stands, which an
        event may have brought that is not public yet: that is told with its own answer, when it is old enough.
        """
        names_only = self.kind is Kind.INQUIRY_CORRECTED and self.data["answer"] is None
        return "status" in self.data and self.kind is not Kind.INQUIRY_ANSWERED and not names_only

    @property
    def settles(self) -> bool:
        """Whether the inquiry is settled after it."""
        return self.kind is not Kind.INQUIRY_ANSWERED and self.data.get("status") in SETTLED


def public_leaves(leaves: Sequence[Leaf], cut: int) -> list[Leaf]:
    """Return the leaves of one inquiry (given in order) that are open.

    Those below the cut, save the place until the inquiry is settled; and the corrections of what is open.
    """
    public = [leaf for leaf in leaves if leaf.index < cut]
    if not any(leaf.settles for leaf in public):
        return [leaf for leaf in public if leaf.kind is not Kind.INQUIRY_PLACE]
    open_indexes = {leaf.index for leaf in public}
    for leaf in leaves:
        if leaf.index >= cut and leaf.kind is Kind.INQUIRY_CORRECTED and leaf.data["replaces"] in open_indexes:
            public.append(leaf)
            open_indexes.add(leaf.index)
    return public


@dataclass(frozen=True, slots=True)
class PublicInquiry:
    """What the public log tells of an inquiry, and where it lists it.

    `entry` has the fields of api.md in their order, without the times at which it was published and updated; only those
    of the short lists where it is not settled. `logged_on` is the day in Albuquerque.
    """

    number: str
    first: int
    newest: int
    listing: Listing
    status: Status
    asked_at: datetime
    logged_on: date
    entry: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """That an alert was raised, or else acknowledged. Its leaf tells nothing, so it comes beside the leaves."""

    alert_id: str
    kind: str
    raised: bool
    at: datetime


def public_inquiry(leaves: Sequence[Leaf], alert_events: Sequence[AlertEvent] = ()) -> PublicInquiry:
    """Return what an inquiry's open leaves tell, one at least, in order; and the times of its alerts below the cut."""
    logged = leaves[0]
    settled = next((leaf for leaf in leaves if leaf.settles), None)
    status, answer = _standing(leaves)
    listing = Listing.SETTLED if settled else Listing.WITHDRAWN if status is Status.WITHDRAWN else Listing.WAITING
    asked_at = datetime.fromisoformat(logged.data["asked_at"])
    day = day_in_denver(asked_at)
    if settled:
        entry = _full_entry(leaves, settled, status, answer)
        entry["alerts"] = _alerts([event for event in alert_events if _may_be_told(event, entry)])
    else:
        entry = _short_entry(logged.subject, day, status, leaves[-1])
    return PublicInquiry(
        logged.subject,
        logged.index,
        max(leaf.index for leaf in leaves),
        listing,
        status,
        asked_at,
        day_in_denver(logged.at),
        entry,
    )


def is_unsettled(logged_on: date, today: date) -> bool:
    """Tell whether an inquiry that is neither settled nor withdrawn is listed as unsettled."""
    return logged_on <= unsettled_before(today)


def unsettled_before(today: date) -> date:
    """Return the last day whose waiting inquiries are listed as unsettled."""
    return today - timedelta(days=UNSETTLED_AFTER_DAYS)


def _standing(leaves: Sequence[Leaf]) -> tuple[Status, Mapping[str, str]]:
    """Return the status and the answer after the last leaf that told each."""
    told = [leaf.data for leaf in leaves if leaf.moves_status]
    answers = [data["answer"] for data in told if data["answer"] is not None]
    return Status(told[-1]["status"]), answers[-1]


def _short_entry(number: str, day: date, status: Status, last: Leaf) -> dict[str, Any]:
    withdrawn = last.data if last.kind is Kind.INQUIRY_WITHDRAWN else {}
    return {
        "number": number,
        "day": day.isoformat(),
        "status": status.value,
        "reason": withdrawn.get("reason"),
        "replaced_by": withdrawn.get("replaced_by"),
    }


def _full_entry(leaves: Sequence[Leaf], settled: Leaf, status: Status, answer: Mapping[str, str]) -> dict[str, Any]:
    logged = leaves[0].data
    place = next(leaf.data for leaf in leaves if leaf.kind is Kind.INQUIRY_PLACE)
    calls, corrections = _calls(leaves)
    asked_at = datetime.fromisoformat(logged["asked_at"])
    return {
        "number": leaves[0].subject,
        "asked_at": logged["asked_at"],
        "observed_at": place["observed_at"],
        "block": place["block"],
        "area_command": place["area_command"],
        "activity": place["activity"],
        "source": logged["source"],
        "outlet": logged["outlet"],
        "status": status.value,
        "answer": dict(answer),
        "calls": calls,
        "minutes_to_call": _minutes(asked_at, datetime.fromisoformat(calls[0]["placed_at"])) if calls else None,
        "minutes_to_answer": _minutes(asked_at, settled.at),
        "late": leaves[0].at - asked_at > LATE_AFTER,
        "corrections": corrections,
    }


def _may_be_told(event: AlertEvent, entry: Mapping[str, Any]) -> bool:
    """Tell whether an alert says no more of the place than its entry does.

    Where the area command stands alone, that a City facility is within 150 m would be finer than that.
    """
    at_facility = event.kind == AlertKind.CITY_FACILITY
    return not at_facility or entry["block"] is not None or entry["activity"] == Activity.CITY_FACILITY


def _alerts(events: Sequence[AlertEvent]) -> list[dict[str, str | None]]:
    """Return when each alert was raised first and acknowledged; nothing else of it is published."""
    alerts: dict[str, dict[str, str | None]] = {}
    for event in events:
        at = to_minute(event.at)
        if event.raised:
            alerts.setdefault(event.alert_id, {"kind": event.kind, "raised_at": at, "acknowledged_at": None})
        elif event.alert_id in alerts:
            alerts[event.alert_id]["acknowledged_at"] = at
    return list(alerts.values())


def _calls(leaves: Sequence[Leaf]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the calls as they stand, and what was corrected."""
    calls: list[dict[str, Any]] = []
    corrections = []
    for leaf in leaves:
        data = leaf.data
        if leaf.kind is Kind.INQUIRY_CALLED:
            calls.append({"placed_at": data["placed_at"], "outcome": None, "agency": None})
        elif leaf.kind in {Kind.INQUIRY_OUTCOME, Kind.INQUIRY_CORRECTED}:
            call = calls[data["call"] - 1]
            if leaf.kind is Kind.INQUIRY_CORRECTED:
                corrections.append(
                    {
                        "corrected_at": leaf.at.strftime("%Y-%m-%dT%H:%M:00Z"),
                        "call": data["call"],
                        "from": call["outcome"],
                        "to": data["outcome"],
                    }
                )
            call |= {"outcome": data["outcome"], "agency": data["agency"]}
    return calls, corrections


def _minutes(since: datetime, until: datetime) -> int:
    return max(0, int((until - since).total_seconds()) // 60)
