"""Identifiers of records: UUID version 7, in the order of time and otherwise random (RFC 9562, section 5.7)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)


def new_id(at: datetime, random: Callable[[int], bytes]) -> str:
    """Return a UUIDv7 as text; `random(n)` gives n random bytes."""
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)  # in whole numbers: a float may be one short
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(random(10))
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def earliest_id(at: datetime) -> str:
    """Return what stands, in the order of identifiers, before all that were made since a moment and after the rest."""
    return new_id(at, bytes)


def made_at(identifier: str) -> datetime:
    """Return the moment at which an identifier of `new_id` was made, to the millisecond."""
    return _EPOCH + timedelta(milliseconds=int(identifier[:8] + identifier[9:13], 16))


def is_id(text: str) -> bool:
    """Tell whether a text has the form of an identifier, as this service writes them."""
    return _FORM.fullmatch(text) is not None
