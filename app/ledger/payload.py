"""What a leaf says once it is opened: the form of every payload, and what each kind of event tells the public.

The form is that of docs/ledger.md, "What a leaf is". It names no person, no other inquiry and nothing that may have
to be erased, and it is final from the first event on.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn

from app.ledger.entry import Json, canonical_json

DATA_KEYS: Mapping[str, frozenset[str]] = {
    "inquiry:logged": frozenset({"asked_at", "source", "outlet", "status", "answer"}),
    "inquiry:place": frozenset({"observed_at", "activity", "area_command", "block"}),
    "inquiry:called": frozenset({"call", "placed_at", "status", "answer"}),
    "inquiry:outcome": frozenset({"call", "outcome", "agency", "status", "answer"}),
    "inquiry:corrected": frozenset({"call", "outcome", "agency", "status", "answer", "replaces"}),
    "inquiry:answered": frozenset({"status", "method"}),
    "inquiry:withdrawn": frozenset({"reason", "replaced_by", "status", "answer"}),
    "log:continued": frozenset({"checkpoint"}),
}
"""What the data of each kind holds; that of every other kind is empty."""

_KINDS_OF_INQUIRIES = frozenset(kind for kind in DATA_KEYS if kind.startswith("inquiry:"))

_FORM = re.compile(
    rb'\{"at":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:00Z)","by_role":"([a-z_]+)","data":(\{.*\}),'
    rb'"kind":"([a-z_]+:[a-z_]+)","rest":"[0-9a-f]{64}","seq":(?:([0-9]+)|null),'
    rb'"subject":(?:"([0-9]{4}-[0-9]{6,9})"|null),"v":1\}',
    re.DOTALL,
)
_DISTINCT_DATA = 4096  # outcomes repeat each other, so most of them are read once


class Leaf(NamedTuple):
    """An opened leaf. Subject is the inquiry's number; it and seq are None for what concerns no inquiry in public."""

    at: str
    kind: str
    subject: str | None
    seq: int | None
    data: Mapping[str, Any]


def minute(at: datetime) -> str:
    """Return a time as payloads and public views write it: UTC, cut to the minute, `2026-01-31T18:04:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")


def payload(
    *, kind: str, at: datetime, by_role: str, subject: str | None, seq: int | None, data: Mapping[str, Json], rest: str
) -> bytes:
    """Return the payload of an event: canonical JSON that `read_payload` accepts. `rest` is that of `rest_hash`.

    Raises ValueError for what the form does not allow, so that nothing malformed is ever committed to.
    """
    written = canonical_json(
        {
            "v": 1,
            "kind": kind,
            "at": minute(at),
            "by_role": by_role,
            "subject": subject,
            "seq": seq,
            "data": data,
            "rest": rest,
        }
    )
    read_payload(written)
    return written


def read_payload(written: bytes) -> Leaf:
    """Read a payload. Raises ValueError for every form but the one, since a second one could be told two ways."""
    found = _FORM.fullmatch(written)
    if found is None:
        raise ValueError("the payload has not the form of a leaf")
    at, _, data_written, kind_written, seq_written, subject_written = found.groups()
    kind = kind_written.decode("ascii")
    data = _read_data(data_written)
    if data.keys() != DATA_KEYS.get(kind, _NOTHING):
        raise ValueError(f"the data is not that of {kind}")
    if (
        ((seq_written is None) != (subject_written is None))
        or ((subject_written is not None) != (kind in _KINDS_OF_INQUIRIES))
        or (seq_written is not None and len(seq_written) > 1 and seq_written[:1] == b"0")
    ):
        raise ValueError(f"subject and seq are not those of {kind}")
    subject = None if subject_written is None else subject_written.decode("ascii")
    seq = None if seq_written is None else int(seq_written)
    return Leaf(at.decode("ascii"), kind, subject, seq, data)


_NOTHING: frozenset[str] = frozenset()


def _refuse_number(written: str) -> NoReturn:
    raise ValueError(f"{written[:20]} is no whole number")


_decode = json.JSONDecoder(parse_float=_refuse_number, parse_constant=_refuse_number).decode
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False).encode


@lru_cache(maxsize=_DISTINCT_DATA)
def _read_data(written: bytes) -> Mapping[str, Any]:
    try:
        text = written.decode()
        data: Mapping[str, Any] = _decode(text)
    except (ValueError, RecursionError):
        raise ValueError("the payload's data is no JSON of strings and whole numbers") from None
    if _encode(data) != text:
        raise ValueError("the payload's data is not canonical JSON")
    if not all(_is_plain(value) for name, value in data.items() if name != "answer") or not _is_answer(data):
        raise ValueError("the payload's data holds more than words, whole numbers and an answer in two languages")
    return data


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int)


def _is_answer(data: Mapping[str, Any]) -> bool:
    answer = data.get("answer")
    return answer is None or (isinstance(answer, dict) and all(map(_is_plain, answer.values())))
