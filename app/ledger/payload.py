"""What a leaf says once it is opened: the form of every payload, and what each kind of event tells the public.

The form is that of docs/ledger.md, "What a leaf is". It names no person, no other inquiry and nothing that may have
to be erased, and it is final from the first event on.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

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

_TIME = rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:00Z"
_TIMES = frozenset({"asked_at", "observed_at", "placed_at"})
# A string as canonical_json writes it: of several escapes for a mark, the one that Python's json uses. Most payloads
# hold no escape, and then a string ends with the next quotation mark, which is found three times as fast.
_STRING = rb'"[^"\\]*+(?:\\(?:["\\nrtfb]|u00(?:0[0-7be-f]|1[0-9a-f]))[^"\\]*+)*+"'
_STRING_WITHOUT_ESCAPES = rb'"[^"]*+"'
_CONTROL_CODES = bytes(range(0x20))


def _form_of(kind: bytes, keys: frozenset[str], string: bytes, *, of_inquiry: bool) -> re.Pattern[bytes]:
    """Return what a payload looks like, byte for byte: canonical JSON with these keys in its data and no others.

    Its groups are the time, each value of the data, seq and subject.
    """
    values = dict.fromkeys(keys, string + rb"|null|0|-?[1-9][0-9]*+")
    values |= dict.fromkeys(keys & _TIMES, rb'"' + _TIME + rb'"')
    if "answer" in keys:
        values["answer"] = rb'\{"en":%s,"es":%s\}|null' % (string, string)
    data = b",".join(b'"%s":(%s)' % (key.encode("ascii"), value) for key, value in sorted(values.items()))
    seq, subject = (rb"(0|[1-9][0-9]{0,8})", rb'"([0-9]{4}-[0-9]{6,9})"') if of_inquiry else (rb"()null", rb"()null")
    return re.compile(
        rb'\{"at":"(%s)","by_role":"[a-z_]++","data":\{%s\},"kind":"%s","rest":"[0-9a-f]{64}","seq":%s,"subject":%s,"v":1\}'
        % (_TIME, data, kind, seq, subject)
    )


def _forms_of(string: bytes) -> dict[bytes, re.Pattern[bytes]]:
    other = _form_of(rb"[a-z_]++:[a-z_]++", frozenset(), string, of_inquiry=False)
    of_kinds = {
        kind.encode("ascii"): _form_of(kind.encode("ascii"), keys, string, of_inquiry=kind.startswith("inquiry:"))
        for kind, keys in DATA_KEYS.items()
    }
    return of_kinds | {b"": other}


_FORMS = _forms_of(_STRING)
_FORMS_WITHOUT_ESCAPES = _forms_of(_STRING_WITHOUT_ESCAPES)
_KIND = b'"kind":"'
_KINDS = {kind.encode("ascii"): kind for kind in DATA_KEYS}


class Leaf(NamedTuple):
    """An opened leaf. Subject is the inquiry's number; it and seq are None for what concerns no inquiry in public.

    `data` holds the values in the alphabetical order of their keys, each still written as JSON: a ledger has millions,
    and few are ever looked at.
    """

    at: str
    kind: str
    subject: str | None
    seq: int | None
    data: tuple[bytes, ...]

    def told(self) -> dict[str, Any]:
        """Return the data by key, read."""
        return {
            key: value_of(value) for key, value in zip(sorted(DATA_KEYS.get(self.kind, ())), self.data, strict=True)
        }


@lru_cache(maxsize=4096)  # statuses, answers and minutes repeat each other
def value_of(written: bytes) -> Any:  # noqa: ANN401 - any value of JSON
    """Return a value of a payload's data, read from JSON."""
    if written.startswith(b'"') and b"\\" not in written:
        return written[1:-1].decode()
    return json.loads(written)


def write_payload(fields: Mapping[str, Json]) -> bytes:
    """Return a payload as it is committed to. Raises ValueError for fields that `read_payload` would not read back.

    So nothing malformed is ever committed to: a leaf can never be mended.
    """
    written = canonical_json(fields)
    read_payload(written)
    return written


def read_payload(written: bytes) -> Leaf:
    """Read a payload. Raises ValueError for every form but the one, since a second one could be told two ways."""
    leaf = read_payloads([written])[0]
    if isinstance(leaf, ValueError):
        raise leaf
    return leaf


def read_payloads(written: Sequence[bytes]) -> list[Leaf | ValueError]:
    """Read payloads, each one's ValueError in its place. A bundle at once takes less time than one by one."""
    joined = b"".join(written)
    if not _is_clean_text(joined):
        written = [one if _is_clean_text(one) else b"" for one in written]
    forms = _FORMS if b"\\" in joined else _FORMS_WITHOUT_ESCAPES
    other = forms[b""]
    make: Callable[[type[Leaf], tuple[object, ...]], Leaf] = tuple.__new__  # Leaf(…) itself takes three times as long
    leaves: list[Leaf | ValueError] = []
    for one in written:
        start = one.rfind(_KIND) + len(_KIND)
        kind = one[start : one.find(b'"', start)]
        found = forms.get(kind, other).fullmatch(one)
        if found is None:
            leaves.append(ValueError("the payload has not the form of a leaf of its kind"))
            continue
        values = found.groups()
        at, seq, subject = values[0], values[-2], values[-1]
        told = _KINDS.get(kind) or kind.decode()
        if subject:
            leaves.append(make(Leaf, (at.decode(), told, subject.decode(), int(seq), values[1:-2])))
        else:
            leaves.append(make(Leaf, (at.decode(), told, None, None, values[1:-2])))
    return leaves


def _is_clean_text(written: bytes) -> bool:
    """Tell whether bytes are UTF-8 without control codes, which JSON does not hold as they are."""
    try:
        written.decode()
    except UnicodeDecodeError:
        return False
    return len(written) == len(written.translate(None, _CONTROL_CODES))
