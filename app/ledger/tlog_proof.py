"""The asker's own proof that the City logged the inquiry: a file that is checked without the City's help.

C2SP tlog-proof, version 1. The extra line holds salt and payload, so that the file opens its leaf and no other.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.ledger.checkpoint import Checkpoint, NoteRefused, VerifierKey, open_checkpoint
from app.ledger.entry import SALT_BYTES, entry
from app.ledger.merkle import inclusion_holds, leaf_hash

MEDIA_TYPE = "text/plain; charset=utf-8"
FILE_EXTENSION = ".tlog-proof"

_FORM = re.compile(
    r"c2sp\.org/tlog-proof@v1\n"
    r"extra (?P<extra>[A-Za-z0-9+/]+=*)\n"
    r"index (?P<index>0|[1-9][0-9]{0,17})\n"
    r"(?P<hashes>(?:[A-Za-z0-9+/]{43}=\n){0,64})"
    r"\n(?P<checkpoint>.+)",
    re.ASCII | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class ProvenLeaf:
    """What a proof shows: the payload, where it stands, and the signed tree that holds it."""

    index: int
    payload: bytes
    checkpoint: Checkpoint


def make_proof(salt: bytes, payload: bytes, index: int, hashes: Sequence[bytes], checkpoint: bytes) -> bytes:
    """Return a proof's text: `hashes` is the leaf's audit path in the tree of the signed checkpoint."""
    lines = [
        "c2sp.org/tlog-proof@v1",
        f"extra {_b64(salt + payload)}",
        f"index {index}",
        *(_b64(step) for step in hashes),
        "",
        "",
    ]
    return "\n".join(lines).encode() + checkpoint


def check_proof(proof: bytes, keys: Sequence[VerifierKey]) -> ProvenLeaf:
    """Return what a proof shows. Raises NoteRefused where it is malformed, unsigned, or does not lead to the root."""
    try:
        found = _FORM.fullmatch(proof.decode())
    except UnicodeDecodeError:
        found = None
    if found is None:
        raise NoteRefused("no tlog-proof of a payload")
    checkpoint = open_checkpoint(found["checkpoint"].encode(), keys)
    try:
        opening = _exact(found["extra"])
        hashes = [_exact(line) for line in found["hashes"].split()]
    except (binascii.Error, ValueError):
        raise NoteRefused("malformed base64") from None
    salt, payload, index = opening[:SALT_BYTES], opening[SALT_BYTES:], int(found["index"])
    if len(salt) != SALT_BYTES or not inclusion_holds(
        leaf_hash(entry(salt, payload)), index, checkpoint.size, hashes, checkpoint.root
    ):
        raise NoteRefused("the payload is not in the tree that the checkpoint signs")
    return ProvenLeaf(index, payload, checkpoint)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _exact(written: str) -> bytes:
    data = base64.b64decode(written, validate=True)
    if _b64(data) != written:
        raise ValueError("malformed base64")
    return data
