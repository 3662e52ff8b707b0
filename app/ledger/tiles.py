"""How the tree is stored and served: tiles of 256 hashes, bundles of 256 entries (C2SP tlog-tiles).

A tile at level L holds the hashes of perfect subtrees of 256^L leaves. Appending leaves changes the last tile of a
level or two, a proof reads a handful of tiles, and a full tile never changes again.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from app.ledger.merkle import HASH_BYTES, HashReader, Node

WIDTH = 256
_HEIGHT = 8  # 2^8 = 256
_LENGTH_BYTES = 2
_MOST_ENTRY_BYTES = 0xFFFF


class TileId(NamedTuple):
    """Where a tile stands: its level, and its number within the level."""

    level: int
    number: int


class Kind(Enum):
    """What a path of the ledger names."""

    TILE = "tile"
    ENTRIES = "entries"
    OPENED = "opened"


class Resource(NamedTuple):
    """A path of the ledger, taken apart. Level is 0 for bundles and opened leaves; width is 256 where full."""

    kind: Kind
    level: int
    number: int
    width: int = WIDTH


TileReader = Callable[[Sequence[TileId]], Mapping[TileId, bytes]]
"""Gives the stored bytes of each tile asked for: at least as many hashes as the tree in question has there."""


def width_at(tile: TileId, size: int) -> int:
    """Return how many hashes a tile holds in a tree of this size: 0 to 256. Served are widths from 1 to this."""
    return max(0, min(WIDTH, (size >> (_HEIGHT * tile.level)) - tile.number * WIDTH))


def partial_tiles(size: int) -> list[TileId]:
    """Return the tiles at the right edge that are not full: what an append has to read. At most one a level."""
    edge = []
    level = 0
    while hashes := size >> (_HEIGHT * level):
        if hashes % WIDTH:
            edge.append(TileId(level, hashes // WIDTH))
        level += 1
    return edge


def tiles_of(size: int, level: int) -> range:
    """Return the numbers of the tiles that a level has in a tree of this size."""
    return range(-(-(size >> (_HEIGHT * level)) // WIDTH))


def append_leaves(size: int, edge: Mapping[TileId, bytes], leaf_hashes: Sequence[bytes]) -> dict[TileId, bytes]:
    """Return every tile that these leaves change or add, whole.

    `edge` holds at least `partial_tiles(size)`, and may be wider than the tree of this size. The cost is one copy of
    the last tiles, and 255 hashes for each tile that becomes full. Raises ValueError where the edge does not fit.
    """
    changed: dict[TileId, bytes] = {}
    added: Sequence[bytes] = leaf_hashes
    level = 0
    while added:
        before = size >> (_HEIGHT * level)
        number, width = divmod(before, WIDTH)
        kept = edge.get(TileId(level, number), b"")[: width * HASH_BYTES] if width else b""
        if len(kept) != width * HASH_BYTES:
            raise ValueError(f"tile {level}/{number} has {len(kept)} bytes, where {width} hashes are needed")
        run = kept + b"".join(added)
        if len(run) != (width + len(added)) * HASH_BYTES:
            raise ValueError(f"a hash has {HASH_BYTES} bytes")
        full: list[bytes] = []
        for start in range(0, len(run), WIDTH * HASH_BYTES):
            tile = run[start : start + WIDTH * HASH_BYTES]
            changed[TileId(level, number)] = tile
            number += 1
            if len(tile) == WIDTH * HASH_BYTES:
                full.append(subtree_hash(tile))
        added = full
        level += 1
    return changed


def subtree_hash(hashes: bytes) -> bytes:
    """Return the root over neighbouring hashes, 32 bytes each, whose number is a power of two."""
    sha256 = hashlib.sha256
    row = [hashes[start : start + 2 * HASH_BYTES] for start in range(0, len(hashes), 2 * HASH_BYTES)]
    while len(row) > 1:
        pairs = iter([sha256(b"\x01" + pair).digest() for pair in row])
        row = [left + right for left, right in zip(pairs, pairs, strict=True)]
    return row[0] if len(hashes) == HASH_BYTES else sha256(b"\x01" + row[0]).digest()


def hashes_in(read: TileReader) -> HashReader:
    """Return a hash reader over stored tiles, which asks for all the tiles of a proof at once.

    It raises ValueError where a stored tile is too short. It trusts what is stored: hold a proof against the signed
    root before it goes out.
    """

    def read_hashes(nodes: Sequence[Node]) -> list[bytes]:
        wanted = [_within(node) for node in nodes]
        stored = read(list(dict.fromkeys(tile for tile, _, _ in wanted)))
        hashes = []
        for tile, start, end in wanted:
            part = stored.get(tile, b"")[start * HASH_BYTES : end * HASH_BYTES]
            if len(part) != (end - start) * HASH_BYTES:
                raise ValueError(f"tile {tile.level}/{tile.number} has no hashes {start} to {end}")
            hashes.append(subtree_hash(part))
        return hashes

    return read_hashes


def _within(node: Node) -> tuple[TileId, int, int]:
    """Return the tile that a perfect subtree is reckoned from, and where its hashes begin and end in it."""
    level, height = divmod(node.level, _HEIGHT)
    first = node.number << height
    number, start = divmod(first, WIDTH)
    return TileId(level, number), start, start + (1 << height)


def path_of(resource: Resource) -> str:
    """Return the path below `ledger/`: `tile/0/x001/x234/067.p/5`, `tile/entries/000`, `opened/000`."""
    groups = f"{resource.number:0{-(-len(str(resource.number)) // 3) * 3}d}"
    *first, last = (groups[start : start + 3] for start in range(0, len(groups), 3))
    number = "/".join([*(f"x{group}" for group in first), last])
    prefix = {
        Kind.TILE: f"tile/{resource.level}",
        Kind.ENTRIES: "tile/entries",
        Kind.OPENED: "opened",
    }[resource.kind]
    part = "" if resource.width == WIDTH else f".p/{resource.width}"
    return f"{prefix}/{number}{part}"


_PATH = re.compile(
    r"(?:tile/(?P<level>[0-9]|[1-5][0-9]|6[0-3])|(?P<entries>tile/entries)|(?P<opened>opened))"
    r"/(?P<number>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


def parse_path(path: str) -> Resource:
    """Take a path below `ledger/` apart.

    Raises ValueError for all but the one spelling of each resource: level 0 to 63, width 1 to 255, no group too many.
    At most eighteen digits: more leaves than that fit in no ledger.
    """
    found = _PATH.fullmatch(path)
    if found is None:
        raise ValueError("no path of the ledger")
    kind = Kind.ENTRIES if found["entries"] else Kind.OPENED if found["opened"] else Kind.TILE
    number = int(found["number"].replace("x", "").replace("/", ""))
    width = int(found["width"]) if found["width"] else WIDTH
    resource = Resource(kind, int(found["level"] or 0), number, width)
    if path_of(resource) != path or width > WIDTH or (kind is Kind.OPENED and width != WIDTH):
        raise ValueError("no path of the ledger")
    return resource


def encode_entries(entries: Sequence[bytes]) -> bytes:
    """Return an entry bundle: each entry after its length as two bytes, big end first."""
    if any(len(entry) > _MOST_ENTRY_BYTES for entry in entries):
        raise ValueError(f"an entry has at most {_MOST_ENTRY_BYTES} bytes")
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries)


def decode_entries(bundle: bytes) -> list[bytes]:
    """Return the entries of a bundle. Raises ValueError where it is cut short."""
    entries = []
    start = 0
    while start < len(bundle):
        end = start + _LENGTH_BYTES
        following = end + int.from_bytes(bundle[start:end], "big")
        if following > len(bundle) or end > len(bundle):
            raise ValueError("the bundle ends inside an entry")
        entries.append(bundle[end:following])
        start = following
    return entries
