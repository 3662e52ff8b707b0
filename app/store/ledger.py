"""The ledger's rows: tiles are appended to in the writer's transaction, checkpoints stored one after the other.

Nothing is trusted from memory: an append reads the right edge inside its transaction, since other processes write too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, text
from sqlmodel import Session

from app.ledger.entry import entry
from app.ledger.merkle import HASH_BYTES, frontier
from app.ledger.source import Opened
from app.ledger.tiles import WIDTH, TileId, TileReader, append_leaves, hashes_in
from app.store.prepared_read import PreparedRead
from app.store.soundness import Difference, LedgerUnsound
from app.store.tables import CheckpointRow, EventRow, LedgerKeyRow, LedgerTileRow

_tile = LedgerTileRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_checkpoint = CheckpointRow.__table__.c  # type: ignore[attr-defined]  # as above
_key = LedgerKeyRow.__table__.c  # type: ignore[attr-defined]  # as above
_event = EventRow.__table__.c  # type: ignore[attr-defined]  # as above

_PUT_TILE = text(
    "INSERT INTO ledger_tile (level, number, hashes) VALUES (:level, :number, :hashes)"
    " ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes"
)
# Tiles asked for in one statement: a proof needs about ten.
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint as it was stored: `note` is what was signed, with its signatures."""

    number: int
    size: int
    note: bytes
    signed_at: datetime


def append(connection: Connection, size: int, leaf_hashes: Sequence[bytes]) -> None:
    """Add leaves to a tree of this size. Raises LedgerUnsound where the stored right edge is not that of this size."""
    edge = read_tiles(connection, [tile for tile, _ in right_edge(size)])
    require_edge(size, edge)
    changed = append_leaves(size, edge, leaf_hashes)
    connection.execute(
        _PUT_TILE,
        [{"level": tile.level, "number": tile.number, "hashes": hashes} for tile, hashes in changed.items()],
    )


def right_edge(size: int) -> list[tuple[TileId, int]]:
    """Return where the next hash of each level goes, and how many hashes stand there already (0: no tile yet)."""
    edge = []
    level = 0
    while True:
        hashes = size >> (8 * level)
        number, width = divmod(hashes, WIDTH)
        edge.append((TileId(level, number), width))
        if hashes == 0:
            return edge
        level += 1


def require_edge(size: int, stored: Mapping[TileId, bytes]) -> None:
    """Raise LedgerUnsound unless each tile of the right edge has as many hashes as a tree of this size."""
    for tile, width in right_edge(size):
        found = len(stored.get(tile, b"")) // HASH_BYTES
        if found != width or len(stored.get(tile, b"")) % HASH_BYTES:
            index = (tile.number * WIDTH + min(found, width)) << (8 * tile.level)
            raise LedgerUnsound(Difference(index, f"tile {tile.level}/{tile.number} has {found} hashes, not {width}"))


def read_tiles(connection: Connection, wanted: Sequence[TileId]) -> dict[TileId, bytes]:
    """Return those of some tiles that there are."""
    found = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        values = {f"{name}_{place}": part for place, tile in enumerate(some) for name, part in tile._asdict().items()}
        for level, number, hashes in _tiles(len(some)).rows(connection, values):
            found[TileId(level, number)] = hashes
    return found


@cache
def _tiles(count: int) -> PreparedRead:
    """Return the query of so many tiles."""
    wanted = (
        and_(_tile.level == bindparam(f"level_{place}"), _tile.number == bindparam(f"number_{place}"))
        for place in range(count)
    )
    return PreparedRead(select(_tile.level, _tile.number, _tile.hashes).where(or_(*wanted)))


def tile_reader(session: Session) -> TileReader:
    """Return what reads the stored tiles."""
    return lambda wanted: read_tiles(session.connection(), wanted)


def root_at(session: Session, size: int) -> bytes:
    """Return the root of the first leaves, as the stored tiles tell it. Raises LedgerUnsound where they lack."""
    try:
        return frontier(size, hashes_in(tile_reader(session))).root()
    except ValueError as error:
        raise LedgerUnsound(Difference(None, str(error))) from None


def size_of(session: Session) -> int:
    """Return how many events there are, by the newest one's index."""
    newest = session.execute(select(func.max(_event.index))).scalar_one()
    return 0 if newest is None else newest + 1


def openings(session: Session, first: int, end: int) -> list[tuple[int, Opened]]:
    """Return what opens the events from one index to before another, in order."""
    rows = session.execute(
        select(_event.index, _event.payload, _event.salt)
        .where(_event.index >= first, _event.index < end)
        .order_by(_event.index)
    )
    return [(index, Opened(payload.encode(), salt)) for index, payload, salt in rows]


def openings_of(session: Session, indexes: Sequence[int]) -> dict[int, Opened]:
    """Return what opens some events, by index."""
    rows = session.execute(select(_event.index, _event.payload, _event.salt).where(_event.index.in_(indexes)))
    return {index: Opened(payload.encode(), salt) for index, payload, salt in rows}


def entries(session: Session, first: int, end: int) -> list[bytes]:
    """Return the entries of these events. Raises LedgerUnsound where one is missing."""
    found = openings(session, first, end)
    for expected, (index, _) in zip(range(first, end), [*found, (None, None)], strict=False):
        if index != expected:
            raise LedgerUnsound(Difference(expected, "the event is missing"))
    return [entry(opened.salt, opened.payload) for _, opened in found]


def newest_checkpoint(session: Session) -> StoredCheckpoint | None:
    """Return the checkpoint that was stored last."""
    row = session.execute(_CHECKPOINTS.order_by(_checkpoint.number.desc()).limit(1)).first()
    return None if row is None else _stored(row)


def _stored(row: Sequence[Any]) -> StoredCheckpoint:
    """Return a row's checkpoint. An edit may have made something else of SQLite's bytes: then the signature fails."""
    number, size, note, signed_at = row
    return StoredCheckpoint(number, size, note if isinstance(note, bytes) else str(note).encode(), signed_at)


def checkpoints(session: Session) -> Iterator[StoredCheckpoint]:
    """Yield the checkpoints that are kept, oldest first."""
    return (_stored(row) for row in session.execute(_CHECKPOINTS.order_by(_checkpoint.number)))


_CHECKPOINTS = select(_checkpoint.number, _checkpoint.size, _checkpoint.note, _checkpoint.signed_at)


def add_checkpoint(session: Session, last: StoredCheckpoint | None, added: StoredCheckpoint) -> None:
    """Store the checkpoint that follows the last one: its number is taken, if another process was first (an error).

    Of each day before the newest the last one is kept: what auditors hold against each other, without 500,000 a year.
    """
    if added.number != (last.number + 1 if last else 0):
        raise ValueError("a checkpoint has the number after the last one's")
    session.execute(
        insert(CheckpointRow).values(number=added.number, size=added.size, note=added.note, signed_at=added.signed_at)
    )
    if last is not None and last.signed_at.astimezone(UTC).date() == added.signed_at.astimezone(UTC).date():
        session.execute(
            delete(CheckpointRow).where(_checkpoint.number == last.number),
            execution_options={"synchronize_session": False},
        )


def verifier_keys(session: Session) -> list[str]:
    """Return the public keys that ever signed, oldest first."""
    return list(session.execute(select(_key.verifier).order_by(_key.number)).scalars())


def add_verifier_key(session: Session, verifier: str, since: datetime) -> None:
    """Note that a key begins to sign."""
    number = session.execute(select(func.count()).select_from(LedgerKeyRow)).scalar_one()
    session.execute(insert(LedgerKeyRow).values(number=number, verifier=verifier, since=since))
