"""Is the right edge of the tree what the events make it? Asked before anything is served or signed, at any size."""

from collections.abc import Sequence

from sqlmodel import Session

from app.ledger.checkpoint import Checkpoint, NoteRefused, VerifierKey, open_checkpoint
from app.ledger.merkle import HASH_BYTES, leaf_hash
from app.ledger.tiles import WIDTH, TileId, subtree_hash
from app.service.sign_checkpoint import known_keys, opened, require_continued
from app.store import ledger
from app.store.soundness import Difference, LedgerUnsound


class TablesBehind(Exception):
    """The tables hold less than was signed: an older database was put back."""

    def __init__(self, signed: int, held: int) -> None:
        super().__init__(
            f"The database is older than the newest checkpoint: {signed} events were signed, and it holds {held}."
            " Put the newer database back; nothing was changed."
        )


class NoCheckpoint(Exception):
    """The file of the newest checkpoint cannot be used."""


def check_edge(session: Session, filed: bytes | None, keys: Sequence[VerifierKey]) -> Checkpoint | None:
    """Check the last tiles, the nodes above them and the checkpoints; return the newest checkpoint.

    `filed` is the newest checkpoint's file. Raises TablesBehind, NoCheckpoint, LedgerUnsound.
    """
    size = ledger.size_of(session)
    trusted = [*keys, *known_keys(session)]
    in_file = _of_file(filed, trusted)
    if in_file is not None and in_file.size > size:
        raise TablesBehind(in_file.size, size)
    edge = ledger.read_tiles(session.connection(), [tile for tile, _ in ledger.right_edge(size)])
    ledger.require_edge(size, edge)
    if size:
        _check_leaves(session, size)
        _check_nodes(session, size)
    stored = ledger.newest_checkpoint(session)
    newest = opened(stored, trusted) if stored else None
    for before in (newest, in_file):
        if before is not None:
            require_continued(session, before, size)
    return max((each for each in (newest, in_file) if each), key=lambda each: each.size, default=None)


def _of_file(filed: bytes | None, trusted: Sequence[VerifierKey]) -> Checkpoint | None:
    try:
        return None if filed is None else open_checkpoint(filed, trusted)
    except NoteRefused as error:
        raise NoCheckpoint(
            f"The file of the newest checkpoint was not signed by the ledger's key ({error})."
            " Put the key or the file back from your copy."
        ) from None


def _check_leaves(session: Session, size: int) -> None:
    """Compare the last tile of leaf hashes with the events."""
    number = (size - 1) // WIDTH
    first = number * WIDTH
    tile = ledger.read_tiles(session.connection(), [TileId(0, number)]).get(TileId(0, number), b"")
    for place, entry in enumerate(ledger.entries(session, first, size)):
        if leaf_hash(entry) != tile[place * HASH_BYTES : (place + 1) * HASH_BYTES]:
            raise LedgerUnsound(Difference(first + place, "the event is not what was committed to"))


def _check_nodes(session: Session, size: int) -> None:
    """Compare the last hash of each level with the tile that it stands for."""
    level = 1
    while hashes := size >> (8 * level):
        below = TileId(level - 1, hashes - 1)
        number, place = divmod(hashes - 1, WIDTH)
        above = TileId(level, number)
        tiles = ledger.read_tiles(session.connection(), [below, above])
        node = tiles.get(above, b"")[place * HASH_BYTES : (place + 1) * HASH_BYTES]
        full = tiles.get(below, b"")
        if len(full) != WIDTH * HASH_BYTES or subtree_hash(full) != node:
            index = (hashes - 1) << (8 * level)
            raise LedgerUnsound(Difference(index, f"tile {level}/{number} does not fit the one below"))
        level += 1
