"""What lets anybody check an entry, or an asker the own inquiry: opened leaves and their proofs."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from app.domain.event import Kind
from app.domain.publication import public_leaves
from app.ledger.checkpoint import Checkpoint
from app.ledger.entry import entry, leaf_hash
from app.ledger.merkle import inclusion_holds, inclusion_proofs
from app.ledger.source import Opened
from app.ledger.tiles import WIDTH, hashes_in
from app.ledger.tlog_proof import make_proof
from app.store import ledger, log
from app.store.soundness import Difference, LedgerUnsound


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint: what it says, and the note as it was signed."""

    checkpoint: Checkpoint
    note: bytes


@dataclass(frozen=True, slots=True)
class OpenedLeaf:
    """What opens one leaf, and the path from it to the root; hashes in base64, the salt in hex."""

    index: int
    payload: str
    salt: str
    proof: list[str]


def evidence_of(session: Session, number: str, signed: Signed, unsettled_before: date) -> list[OpenedLeaf] | None:
    """Return the open leaves of a listed inquiry that the checkpoint covers; None where no entry is listed.

    Raises LedgerUnsound where a proof does not lead to the signed root.
    """
    if log.find(session, number, unsettled_before) is None:
        return None
    cut = log.publication(session).cut
    public = public_leaves(log.leaves_of(session, [number])[number], cut)
    indexes = [leaf.index for leaf in public if leaf.index < signed.checkpoint.size]
    return [
        OpenedLeaf(
            index,
            leaf.payload.decode(),
            leaf.salt.hex(),
            [base64.b64encode(step).decode("ascii") for step in proof],
        )
        for index, leaf, proof in _proven(session, indexes, signed.checkpoint)
    ]


def proof_of_logging(session: Session, number: str, signed: Signed) -> bytes | None:
    """Return the `.tlog-proof` that an inquiry was logged; None while no checkpoint covers it. Raises LedgerUnsound."""
    logged = next(leaf for leaf in log.leaves_of(session, [number])[number] if leaf.kind is Kind.INQUIRY_LOGGED)
    if logged.index >= signed.checkpoint.size:
        return None
    ((index, leaf, proof),) = _proven(session, [logged.index], signed.checkpoint)
    return make_proof(leaf.salt, leaf.payload, index, proof, signed.note)


def opened_leaves(session: Session, number: int, size: int) -> list[Opened | None]:
    """Return what opens the leaves of a bundle that are public, None for the others; as many as the tree has there."""
    first, end = number * WIDTH, min((number + 1) * WIDTH, size)
    closed = closed_leaves(session, first, end)
    return [None if index in closed else opened for index, opened in ledger.openings(session, first, end)]


def closed_leaves(session: Session, first: int, end: int) -> set[int]:
    """Return which leaves from one index to before another are not public now."""
    cut = log.publication(session).cut
    return log.closed_places(session, first, min(end, cut)) | (
        _closed_after(session, max(first, cut), end, cut) if end > cut else set()
    )


def _closed_after(session: Session, first: int, end: int, cut: int) -> set[int]:
    """Return which leaves after the cut are closed: all but the corrections of what is open."""
    corrected = log.leaves_of(session, log.corrected_from(session, first))
    public = {leaf.index for leaves in corrected.values() for leaf in public_leaves(leaves, cut)}
    return set(range(first, end)) - public


def _proven(session: Session, indexes: Sequence[int], checkpoint: Checkpoint) -> list[tuple[int, Opened, list[bytes]]]:
    """Return leaves with their proofs, each held against the root before it goes out."""
    try:
        proofs = inclusion_proofs(indexes, checkpoint.size, hashes_in(ledger.tile_reader(session)))
    except ValueError as error:
        raise LedgerUnsound(Difference(None, str(error))) from None
    found = ledger.openings_of(session, indexes)
    for index, proof in zip(indexes, proofs, strict=True):
        leaf = found.get(index)
        hashed = leaf_hash(entry(leaf.salt, leaf.payload)) if leaf else b""
        if not inclusion_holds(hashed, index, checkpoint.size, proof, checkpoint.root):
            raise LedgerUnsound(Difference(index, "the event is not what was committed to"))
    return [(index, found[index], proof) for index, proof in zip(indexes, proofs, strict=True)]
