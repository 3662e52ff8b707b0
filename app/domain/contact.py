"""The designated desks and people at ICE whom dispatchers call, and when they are on duty."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.call import Agency
from app.domain.moment import DENVER

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_RULE = re.compile(
    rf"(?P<days>{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*) (?P<from>\d\d:\d\d)-(?P<to>\d\d:\d\d)", re.ASCII
)
_END_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact. The lowest `priority` on duty is called first; `hours` None means always."""

    id: str
    title: str
    agency: Agency
    phone: str
    hours: str | None
    active: bool
    priority: int
    first_event: int
    newest_event: int


@dataclass(frozen=True, slots=True)
class _Shift:
    weekdays: frozenset[int]
    start: int  # minutes after midnight in America/Denver
    end: int  # up to this minute; before `start` where the shift runs past midnight


def read_hours(text: str) -> tuple[_Shift, ...]:
    """Return the shifts of a text such as `Mo-Fr 08:00-17:00` or `Mo-Fr 08:00-17:00; Sa 09:00-12:00`.

    The form is that of OpenStreetMap's opening hours, days and times alone. Raises ValueError for any other.
    """
    return tuple(_shift(rule.strip(" ")) for rule in text.split(";"))


def on_duty(hours: str | None, at: datetime) -> bool:
    """Tell whether a contact with these hours is on duty at a time."""
    if hours is None:
        return True
    local = at.astimezone(DENVER)
    minute = local.hour * 60 + local.minute
    return any(_covers(shift, local.weekday(), minute) for shift in read_hours(hours))


def whom_to_call(contacts: Iterable[Contact], at: datetime) -> Contact | None:
    """Return the active contact on duty with the lowest priority, the oldest of equals; None if there is none."""
    on = [contact for contact in contacts if contact.active and on_duty(contact.hours, at)]
    return min(on, key=lambda contact: (contact.priority, contact.first_event), default=None)


def _shift(rule: str) -> _Shift:
    match = _RULE.fullmatch(rule)
    if match is None:
        raise ValueError("not of the form Mo-Fr 08:00-17:00")
    start, end = _minutes(match["from"]), _minutes(match["to"])
    if start in {_END_OF_DAY, end}:
        raise ValueError("a shift begins before it ends")
    return _Shift(frozenset().union(*map(_weekdays, match["days"].split(","))), start, end)


def _minutes(text: str) -> int:
    hours, minutes = map(int, text.split(":"))
    if minutes > 59 or hours * 60 + minutes > _END_OF_DAY:  # noqa: PLR2004  # the framework's own form
        raise ValueError("no such time of day")
    return hours * 60 + minutes


def _weekdays(text: str) -> frozenset[int]:
    first, _, last = text.partition("-")
    start = DAYS.index(first)
    length = (DAYS.index(last or first) - start) % 7 + 1
    return frozenset((start + day) % 7 for day in range(length))


def _covers(shift: _Shift, weekday: int, minute: int) -> bool:
    if shift.start < shift.end:
        return weekday in shift.weekdays and shift.start <= minute < shift.end
    yesterday = (weekday - 1) % 7
    return (weekday in shift.weekdays and minute >= shift.start) or (yesterday in shift.weekdays and minute < shift.end)
