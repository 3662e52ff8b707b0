"""What happened to an inquiry, told as sentences in the order of time: from the opened leaves and from the entry."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from app.domain.event import Kind
from app.domain.inquiry import LATE_AFTER
from app.domain.moment import day_in_denver
from app.domain.publication import Leaf
from app.domain.status import CALLS_BEFORE_UNCONFIRMED, SETTLED, SETTLED_BY, Outcome, Status

Translate = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Happening:
    """One step. `status` is what the inquiry was settled as by it, else None."""

    at: datetime
    text: str
    status: str | None = None


def by_day(happenings: Sequence[Happening]) -> list[tuple[datetime, list[Happening]]]:
    """Return what happened with the first moment of each day in Albuquerque."""
    days = [list(of_day) for _, of_day in groupby(happenings, key=lambda step: day_in_denver(step.at))]
    return [(of_day[0].at, of_day) for of_day in days]


def timeline(leaves: Sequence[Leaf], entry: Mapping[str, Any], t: Translate) -> list[Happening]:
    """Return what a listed inquiry's open leaves tell, and when its alerts were raised and acknowledged."""
    steps = [*_of_leaves(leaves, t), *_of_alerts(entry["alerts"], t)]
    return sorted(steps, key=lambda step: step.at)


def _of_leaves(leaves: Sequence[Leaf], t: Translate) -> Iterator[Happening]:
    status: str | None = None
    outcomes: dict[int, str] = {}
    for leaf in leaves:
        data = leaf.data
        changed = data["status"] if leaf.moves_status else None
        brought = changed if changed in SETTLED and changed != status else None
        status = changed or status
        match leaf.kind:
            case Kind.INQUIRY_LOGGED:
                asked_at = datetime.fromisoformat(data["asked_at"])
                yield Happening(asked_at, _asked(data["source"], data["outlet"], t))
                if leaf.at - asked_at > LATE_AFTER:
                    yield Happening(leaf.at, t("public.entry.entered"))
            case Kind.INQUIRY_CALLED:
                yield Happening(datetime.fromisoformat(data["placed_at"]), t("public.entry.called"))
            case Kind.INQUIRY_OUTCOME:
                outcomes[data["call"]] = data["outcome"]
                yield Happening(leaf.at, _ended(data, t), brought)
            case Kind.INQUIRY_CORRECTED:
                was = t(f"words.outcome.{outcomes[data['call']]}")
                outcomes[data["call"]] = data["outcome"]
                yield Happening(leaf.at, t("public.entry.corrected", was=was, ended=_ended(data, t)), brought)
            case Kind.INQUIRY_ANSWERED:
                yield Happening(leaf.at, t("public.entry.told", method=t(f"words.method.{data['method']}")))


def _asked(source: str, outlet: str | None, t: Translate) -> str:
    if outlet:
        return t("public.entry.asked_outlet", outlet=outlet)
    return t(f"public.entry.asked_{source}")


def _ended(data: Mapping[str, Any], t: Translate) -> str:
    agency = t(f"public.entry.agency_{data['agency'] or 'unspecified'}")
    return t(f"public.entry.ended_{data['outcome']}", agency=agency)


def _of_alerts(alerts: Sequence[Mapping[str, Any]], t: Translate) -> Iterator[Happening]:
    for alert in alerts:
        kind = t(f"words.flag.{alert['kind']}")
        yield Happening(datetime.fromisoformat(alert["raised_at"]), t("public.entry.alert_raised", kind=kind))
        if alert["acknowledged_at"]:
            at = datetime.fromisoformat(alert["acknowledged_at"])
            yield Happening(at, t("public.entry.alert_acknowledged", kind=kind))


def in_short(entry: Mapping[str, Any], t: Translate, said: Callable[[datetime, datetime], str]) -> str:
    """Return an entry's timeline in one line: `asked 14:02; ICE called 14:05, no answer; 14:21, not ICE`.

    `said(at, since)` writes a time; with its day where that is another than the day of `since`. When the answer came
    is told where the entry tells it beyond doubt.
    """
    asked_at = datetime.fromisoformat(entry["asked_at"])
    told = [t("public.home.line_asked", at=said(asked_at, asked_at))]
    settled_at = _settled_at(entry, asked_at)
    for call in entry["calls"]:
        at = said(datetime.fromisoformat(call["placed_at"]), asked_at)
        if call["outcome"] is None:
            told.append(t("public.home.line_called", at=at))
        elif settled_at and _could_settle(call["outcome"]):
            told.append(t("public.home.line_called", at=at))
            told.append(f"{said(settled_at, asked_at)}, {t('words.outcome.' + call['outcome'])}")
            settled_at = None
        else:
            told.append(t("public.home.line_ended", at=at, outcome=t(f"words.outcome.{call['outcome']}")))
    if entry["corrections"]:
        at = said(datetime.fromisoformat(entry["corrections"][-1]["corrected_at"]), asked_at)
        told.append(t("public.home.line_corrected", at=at))
    elif settled_at and entry["status"] == Status.UNCONFIRMED:
        told.append(f"{said(settled_at, asked_at)}, {t('words.status.unconfirmed').lower()}")
    return "; ".join(told)


def _settled_at(entry: Mapping[str, Any], asked_at: datetime) -> datetime | None:
    """Return when the answer came, where no other call can have brought it and no correction moved it."""
    outcomes = [call["outcome"] for call in entry["calls"]]
    single = sum(_could_settle(outcome) for outcome in outcomes)
    unanswered = outcomes.count(Outcome.NO_ANSWER) >= CALLS_BEFORE_UNCONFIRMED
    if entry["corrections"] or entry["minutes_to_answer"] is None or single + unanswered != 1:
        return None
    return asked_at + timedelta(minutes=entry["minutes_to_answer"])


def _could_settle(outcome: str | None) -> bool:
    return outcome in SETTLED_BY or outcome == Outcome.DECLINED
