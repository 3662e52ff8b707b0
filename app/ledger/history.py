"""What the opened leaves tell of one inquiry, and whether an entry of the public log tells the same.

The rules are those of docs/ledger.md; what a log entry shows is api.md's "Public views".
"""

import marshal
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from app.ledger.payload import Leaf

SETTLED = frozenset({"confirmed", "not_ice", "unconfirmed"})
_LATE = 15  # minutes
_PLACE_SEQ = 1


@dataclass(slots=True)
class Call:
    """A call as the leaves of one inquiry tell it; `told_by` is the leaf that its outcome stands in now."""

    placed_at: str
    called_at: str
    outcome: str | None = None
    agency: str | None = None
    told_by: int | None = None


@dataclass(slots=True)
class Inquiry:
    """What the opened leaves tell of an inquiry so far.

    `gap` is the index of a correction that opened at once, while leaves before it are closed still.
    """

    number: str
    first: int
    received_at: str
    logged: Mapping[str, Any]
    status: str
    answer: object
    next_seq: int = 1
    last: int = 0
    place: Mapping[str, Any] | None = None
    corrections: list[dict[str, Any]] = field(default_factory=list)
    settled_at: str | None = None
    settled_call: int | None = None
    withdrawn: Mapping[str, Any] | None = None
    gap: int | None = None
    calls: list[Call] = field(default_factory=list)

    def packed(self) -> bytes:
        """Return the inquiry as bytes, to be set aside."""
        calls = [(call.placed_at, call.called_at, call.outcome, call.agency, call.told_by) for call in self.calls]
        return marshal.dumps((calls, [getattr(self, name) for name in _ALL_BUT_CALLS]))

    @classmethod
    def unpacked(cls, packed: bytes) -> "Inquiry":
        """Return the inquiry that was set aside; the bytes are this process's own."""
        calls, values = marshal.loads(packed)  # noqa: S302 - written by `packed`, in a file no other process has
        return cls(*[*values, [Call(*call) for call in calls]])


_ALL_BUT_CALLS = tuple(Inquiry.__dataclass_fields__)[:-1]


def first_leaf(index: int, leaf: Leaf) -> Inquiry:
    """Return the inquiry that an `inquiry:logged` begins. Raises ValueError where the leaf is another."""
    if leaf.kind != "inquiry:logged" or leaf.seq != 0 or leaf.subject is None:
        raise ValueError(f"{leaf.kind} cannot be the first leaf of an inquiry")
    _minute(leaf.data["asked_at"])
    return Inquiry(leaf.subject, index, leaf.at, leaf.data, leaf.data["status"], leaf.data["answer"], last=index)


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
    data = leaf.data
    status = data.get("status")
    if status is not None:
        inquiry.status = status
        if inquiry.settled_at is None and status in SETTLED:
            inquiry.settled_at, inquiry.settled_call = leaf.at, data.get("call")
        answer = data.get("answer")
        if answer is not None:
            inquiry.answer = answer


def _place(inquiry: Inquiry, index: int, leaf: Leaf) -> None:  # noqa: ARG001 - the shape of a step
    inquiry.place = leaf.data


def _called(inquiry: Inquiry, index: int, leaf: Leaf) -> None:  # noqa: ARG001 - the shape of a step
    if leaf.data["call"] != len(inquiry.calls) + 1:
        raise ValueError(f"call {leaf.data['call']} of {inquiry.number} is not the next one")
    _minute(leaf.data["placed_at"])
    inquiry.calls.append(Call(leaf.data["placed_at"], leaf.at))


def _outcome(inquiry: Inquiry, index: int, leaf: Leaf) -> None:
    call = _call_of(inquiry, leaf)
    if call.told_by is not None:
        raise ValueError(f"call {leaf.data['call']} of {inquiry.number} has two outcomes")
    call.outcome, call.agency, call.told_by = leaf.data["outcome"], leaf.data["agency"], index


def _corrected(inquiry: Inquiry, index: int, leaf: Leaf) -> None:
    call, data = _call_of(inquiry, leaf), leaf.data
    if data["replaces"] != call.told_by:
        raise ValueError(f"the correction does not replace what stands for call {data['call']} of {inquiry.number}")
    inquiry.corrections.append(
        {"corrected_at": leaf.at, "call": data["call"], "from": call.outcome, "to": data["outcome"]}
    )
    call.outcome, call.agency, call.told_by = data["outcome"], data["agency"], index


def _answered(inquiry: Inquiry, index: int, leaf: Leaf) -> None:
    """Leave everything as it stands: the log does not tell who was answered when."""


def _withdrawn(inquiry: Inquiry, index: int, leaf: Leaf) -> None:  # noqa: ARG001 - the shape of a step
    if inquiry.settled_at is not None:
        raise ValueError(f"{inquiry.number} was settled and is withdrawn all the same")
    inquiry.withdrawn = leaf.data


def _call_of(inquiry: Inquiry, leaf: Leaf) -> Call:
    number = leaf.data["call"]
    if not isinstance(number, int) or not 1 <= number <= len(inquiry.calls):
        raise ValueError(f"{inquiry.number} has no call {number}")
    return inquiry.calls[number - 1]


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
    if "calls" in entry:
        yield from (name for name, allowed in _reckoned(inquiry) if name not in entry or entry[name] not in allowed)


def _settled_entry(inquiry: Inquiry) -> dict[str, Any]:
    logged, place = inquiry.logged, inquiry.place or {}
    return {
        "number": inquiry.number,
        "asked_at": logged["asked_at"],
        "source": logged["source"],
        "outlet": logged["outlet"],
        "status": inquiry.status,
        "answer": inquiry.answer,
        "observed_at": place.get("observed_at"),
        "activity": place.get("activity"),
        "area_command": place.get("area_command"),
        "block": place.get("block"),
        "calls": [
            {"placed_at": call.placed_at, "outcome": call.outcome, "agency": call.agency} for call in inquiry.calls
        ],
        "corrections": inquiry.corrections,
    }


def _short_entry(inquiry: Inquiry) -> dict[str, Any]:
    """Return what the lists of withdrawn and of unsettled inquiries tell."""
    if inquiry.withdrawn is None:
        return {"number": inquiry.number, "status": inquiry.status, "reason": None, "replaced_by": None}
    told = {name: inquiry.withdrawn[name] for name in ("reason", "replaced_by")}
    return {"number": inquiry.number, "status": "withdrawn", **told}


def _reckoned(inquiry: Inquiry) -> Iterator[tuple[str, Container[object]]]:
    """Yield the figures of an entry with the values that leaves allow whose times are cut to the minute.

    What was reckoned from exact times and cut afterwards may be a minute less.
    """
    asked, calls = _minute(inquiry.logged["asked_at"]), inquiry.calls
    delay = _minute(inquiry.received_at) - asked
    yield "late", (False, True) if delay == _LATE else (delay > _LATE,)
    yield "minutes_to_call", _minutes_around(_minute(calls[0].placed_at) - asked) if calls else (None,)
    if inquiry.settled_at is None:
        yield "minutes_to_answer", (None,)
        return
    # An inquiry that joined a call which had its outcome was settled by something earlier than its own leaf.
    call = calls[inquiry.settled_call - 1] if inquiry.settled_call else None
    settled = _minute(inquiry.settled_at) - asked
    joined = call is not None and call.called_at == inquiry.settled_at
    yield "minutes_to_answer", _minutes_around(settled, _minute(call.placed_at) - asked if call and joined else settled)


def _minutes_around(most: int, least: int | None = None) -> range:
    return range(max(0, (most if least is None else min(most, least)) - 1), max(0, most) + 1)


@lru_cache(maxsize=4096)  # inquiries of one hour share their minutes
def _minute(written: str) -> int:
    """Return a time of a payload in minutes. Raises ValueError for a day or an hour that does not exist."""
    return int(datetime.fromisoformat(written).timestamp()) // 60
