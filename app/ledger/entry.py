"""What a leaf commits to: a payload is hashed with its salt when it happens, and opened when it is published.

The tree holds entries, which tell nothing. Who is later given the salt and the payload can see for himself that the
entry had been made from just these bytes. Formats: docs/ledger.md, "What a leaf is".
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

import orjson

from app.ledger.merkle import leaf_hash

__all__ = ["ENTRY_BYTES", "SALT_BYTES", "Json", "canonical_json", "entry", "leaf_hash", "opens", "rest_hash"]

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]

# 128 random bits: enough that nobody can try the few payloads that are likely for an hour.
SALT_BYTES = 16
_VERSION = b"v1 "
ENTRY_BYTES = len(_VERSION) + 2 * hashlib.sha256().digest_size

# What has one form only, and no members: a list's or an object's are looked at one by one.
_PLAIN = (str, int, type(None))
_PLAIN_ITSELF = frozenset({str, int, bool, type(None)})


def canonical_json(value: Json) -> bytes:
    """Return the one form of a value: keys sorted by code point, no white space, UTF-8.

    Raises ValueError for what has more than one form (floats), is no JSON (other types, keys that are no strings),
    is a whole number of more than 64 bits, or cannot be written as UTF-8 (lone surrogates).
    """
    _refuse_ambiguous(value)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:  # a TypeError
        raise ValueError(str(error)) from None


def _refuse_ambiguous(value: object) -> None:
    """Refuse what orjson would write and must not: floats, dates and the like. It refuses other keys by itself."""
    if isinstance(value, dict | list | tuple):
        for member in value.values() if isinstance(value, dict) else value:
            if type(member) not in _PLAIN_ITSELF:
                _refuse_ambiguous(member)
    elif not isinstance(value, _PLAIN):
        raise ValueError(f"a {type(value).__name__} has no canonical JSON")  # noqa: TRY004  # one error for all


def entry(salt: bytes, payload: bytes) -> bytes:
    """Return what the tree holds for a payload: `v1 ` and the hex SHA-256 of salt (16 bytes) and payload."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return _VERSION + hashlib.sha256(salt + payload).hexdigest().encode()


def opens(committed: bytes, salt: bytes, payload: bytes) -> bool:
    """Tell whether an entry was made from just this salt and payload."""
    return len(salt) == SALT_BYTES and hmac.compare_digest(committed, entry(salt, payload))


def rest_hash(rest_salt: bytes, rest: Mapping[str, Json]) -> str:
    """Return the hex hash that binds what a payload does not tell: exact time, person, ids, sealed fields' hashes.

    The salt (16 bytes) stays beside the event and is never published, so that the hash helps nobody to test a guess.
    """
    if len(rest_salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(rest_salt)}")
    return hashlib.sha256(rest_salt + canonical_json(rest)).hexdigest()
