"""What the opened leaves tell of one inquiry, and whether an entry of the public log tells the same.

The rules are those of docs/ledger.md; what a log entry shows is api.md's "Public views".
"""

import marshal
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

from app.ledger.payload import Leaf, value_of

_SETTLED = frozenset({b'"confirmed"', b'"not_ice"', b'"unconfirmed"'})
_NULL = b"null"
_LATE = 15  # minutes
_DAY = 24 * 60
_NOT_YET = (None,)
_BEHIND_UTC = (timedelta(hours=6), timedelta(hours=7))
_PLACE_SEQ = 1


@dataclass(slots=True)
class Call:
    """A call as the leaves of one inquiry tell it; `told_by` is the leaf that its outcome stands in now."""

    placed_at: bytes
    outcome: bytes = _NULL
    agency: bytes = _NULL
    told_by: int | None = None


@dataclass(slots=True)
class Correction:
    """A correction as the leaves tell it."""

    corrected_at: str
    call: bytes
    before: bytes
    after: bytes


@dataclass(slots=True)
class Inquiry:
    """What the opened leaves tell of an inquiry so far. Values of payloads are kept as they are written, in JSON.

    `gap` is the index of a correction that opened at once, while leaves before it are closed still.
    """

    number: str
    first: int
    received_at: str
    asked_at: bytes
    outlet: bytes
    source: bytes
    status: bytes
    answer: bytes
    last: int
    next_seq: int = 1
    place: tuple[bytes, ...] | None = None
    settled_at: str | None = None
    withdrawn: tuple[bytes, bytes] | None = None
    gap: int | None = None
    calls: list[Call] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)

    def packed(self) -> bytes:
        """Return the inquiry as bytes, to be set aside."""
        calls = [(call.placed_at, call.outcome, call.agency, call.told_by) for call in self.calls]
        corrections = [(one.corrected_at, one.call, one.before, one.after) for one in self.corrections]
        return marshal.dumps((_all_but_lists(self), calls, corrections))

    @classmethod
    def unpacked(cls, packed: bytes) -> "Inquiry":
        """Return the inquiry that was set aside; the bytes are this process's own."""
        values, calls, corrections = marshal.loads(packed)  # noqa: S302 - from `packed`, in a file no other process has
        return cls(*[*values, [Call(*call) for call in calls], [Correction(*one) for one in corrections]])


_all_but_lists = attrgetter(*tuple(Inquiry.__dataclass_fields__)[:-2])


def first_leaf(index: int, leaf: Leaf) -> Inquiry:
    """Return the inquiry that an `inquiry:logged` begins. Raises ValueError where the leaf is another."""
    if leaf.kind != "inquiry:logged" or leaf.seq != 0 or leaf.subject is None:
        raise ValueError(f"{leaf.kind} cannot be the first leaf of an inquiry")
    answer, asked_at, outlet, source, status = leaf.data
    _minute(value_of(asked_at))
    return Inquiry(leaf.subject, index, leaf.at, asked_at, outlet, source, status, answer, index)


def follow(inquiry: Inquiry, index: int, leaf: Leaf) -> None:
    """Add a later leaf to an inquiry. Raises ValueError with what is wrong with it."""
    seq, expected = leaf.seq or 0, inquiry.next_seq
    if seq < expected:
        raise ValueError(
            f"two first leaves for {inquiry.number}" if seq == 0 else f"seq {seq} of {inquiry.number} comes twice"
        )
    inquiry.next_seq, inquiry.last = seq + 1, index
    if seq > expected + (expected == _PLACE_SEQ):  # the place may be closed still
        if leaf.kind != "inquiry:corrected":
            raise ValueError(f"seq {expected} of {inquiry.number} is closed or left out before seq {seq}")
        inquiry.gap = index
    if (leaf.kind == "inquiry:place") != (seq == _PLACE_SEQ):
        raise ValueError(f"{leaf.kind} cannot be leaf {seq} of an inquiry")
    _STEPS[leaf.kind](inquiry, index, leaf)


def _stands(inquiry: Inquiry, leaf: Leaf, status: bytes, answer: bytes) -> None:
    """Note the status after a leaf, and the answer where the leaf changed it."""
    inquiry.status = status
    if answer != _NULL:
        inquiry.answer = answer
    if inquiry.settled_at is None and status in _SETTLED:
        inquiry.settled_at = leaf.at


def _place(inquiry: Inquiry, _: int, leaf: Leaf) -> None:
    _minute(value_of(leaf.data[-1]))
    inquiry.place = leaf.data


def _called(inquiry: Inquiry, _: int, leaf: Leaf) -> None:
    answer, call, placed_at, status = leaf.data
    if call != b"%d" % (len(inquiry.calls) + 1):
        raise ValueError(f"call {call.decode()} of {inquiry.number} is not the next one")
    _minute(value_of(placed_at))
    inquiry.calls.append(Call(placed_at))
    _stands(inquiry, leaf, status, answer)


def _outcome(inquiry: Inquiry, index: int, leaf: Leaf) -> None:
    agency, answer, number, outcome, status = leaf.data
    call = _call_of(inquiry, number)
    if call.told_by is not None:
        raise ValueError(f"call {number.decode()} of {inquiry.number} has two outcomes")
    call.outcome, call.agency, call.told_by = outcome, agency, index
    _stands(inquiry, leaf, status, answer)


def _corrected(inquiry: Inquiry, index: int, leaf: Leaf) -> None:
    agency, answer, number, outcome, replaces, status = leaf.data
    call = _call_of(inquiry, number)
    if call.told_by is None or replaces != b"%d" % call.told_by:
        raise ValueError(f"the correction does not replace what stands for call {number.decode()} of {inquiry.number}")
    inquiry.corrections.append(Correction(leaf.at, number, call.outcome, outcome))
    call.outcome, call.agency, call.told_by = outcome, agency, index
    # Without an answer it changed no status; the one that it names may come from a leaf that is closed still.
    if answer != _NULL:
        _stands(inquiry, leaf, status, answer)


def _answered(inquiry: Inquiry, _: int, leaf: Leaf) -> None:
    """Hold what the asker was told for no change: the log does not tell who was answered when."""


def _withdrawn(inquiry: Inquiry, _: int, leaf: Leaf) -> None:
    answer, reason, replaced_by, status = leaf.data
    if inquiry.settled_at is not None:
        raise ValueError(f"{inquiry.number} was settled and is withdrawn all the same")
    inquiry.withdrawn = (reason, replaced_by)
    _stands(inquiry, leaf, status, answer)


def _call_of(inquiry: Inquiry, number: bytes) -> Call:
    if not number.isdigit() or not 1 <= int(number) <= len(inquiry.calls):
        raise ValueError(f"{inquiry.number} has no call {number.decode()}")
    return inquiry.calls[int(number) - 1]


_STEPS = {
    "inquiry:place": _place,
    "inquiry:called": _called,
    "inquiry:outcome": _outcome,
    "inquiry:corrected": _corrected,
    "inquiry:answered": _answered,
    "inquiry:withdrawn": _withdrawn,
}


def differences(inquiry: Inquiry, entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield each field in which an entry of the log and the leaves of its inquiry differ."""
    expected = _settled_entry(inquiry) if "calls" in entry else _short_entry(inquiry)
    if not expected.items() <= entry.items():
        yield from (name for name, value in expected.items() if name not in entry or entry[name] != value)
    for name, allowed in (_reckoned(inquiry) if "calls" in entry else _days(inquiry)).items():
        if name not in entry or entry[name] not in allowed:
            yield name


def _settled_entry(inquiry: Inquiry) -> dict[str, Any]:
    activity, area_command, block, observed_at = map(value_of, inquiry.place or [_NULL] * 4)
    return {
        "number": inquiry.number,
        "asked_at": value_of(inquiry.asked_at),
        "source": value_of(inquiry.source),
        "outlet": value_of(inquiry.outlet),
        "status": value_of(inquiry.status),
        "answer": value_of(inquiry.answer),
        "observed_at": observed_at,
        "activity": activity,
        "area_command": area_command,
        "block": block,
        "calls": [
            {
                "placed_at": value_of(call.placed_at),
                "outcome": value_of(call.outcome),
                "agency": value_of(call.agency),
            }
            for call in inquiry.calls
        ],
        "corrections": [
            {
                "corrected_at": correction.corrected_at,
                "call": value_of(correction.call),
                "from": value_of(correction.before),
                "to": value_of(correction.after),
            }
            for correction in inquiry.corrections
        ],
    }


def _short_entry(inquiry: Inquiry) -> dict[str, Any]:
    """Return what the lists of withdrawn and of unsettled inquiries tell."""
    reason, replaced_by = map(value_of, inquiry.withdrawn or (_NULL, _NULL))
    return {
        "number": inquiry.number,
        "status": value_of(inquiry.status),
        "reason": reason,
        "replaced_by": replaced_by,
    }


def _days(inquiry: Inquiry) -> dict[str, Container[object]]:
    """Return the day in Albuquerque on which it was asked, by standard or by summer time."""
    asked_at = datetime.fromisoformat(value_of(inquiry.asked_at))
    return {"day": [(asked_at - behind).date().isoformat() for behind in _BEHIND_UTC]}


def _reckoned(inquiry: Inquiry) -> dict[str, Container[object]]:
    """Return the values of an entry's figures that leaves allow whose times are cut to the minute.

    What was reckoned from exact times and cut afterwards may be a minute less.
    """
    asked, calls = _minute(value_of(inquiry.asked_at)), inquiry.calls
    delay = _minute(inquiry.received_at) - asked
    to_call = _minute(value_of(calls[0].placed_at)) - asked if calls else None
    reckoned: dict[str, Container[object]] = {
        "late": (False, True) if delay == _LATE else (delay > _LATE,),
        "minutes_to_call": _NOT_YET if to_call is None else _minutes_around(to_call),
        "minutes_to_answer": _NOT_YET,
    }
    if inquiry.settled_at is not None:
        reckoned["minutes_to_answer"] = _minutes_around(_minute(inquiry.settled_at) - asked)
    return reckoned


def _minutes_around(most: int) -> range:
    return range(max(0, most - 1), max(0, most) + 1)


def _minute(written: str) -> int:
    """Return a time of a payload in minutes. Raises ValueError for a day or an hour that does not exist."""
    return _DAY * _day(written[:10]) + _minute_of_day(written[10:])


@lru_cache(maxsize=1024)
def _day(written: str) -> int:
    return date.fromisoformat(written).toordinal()


@lru_cache(maxsize=2 * _DAY)
def _minute_of_day(written: str) -> int:
    read = time.fromisoformat(written)
    return 60 * read.hour + read.minute
