"""A long ledger checked in parts, so that several processes share the work; and whether the parts fit together.

Parts can only say that all is sound. Where one cannot say it, or they do not fit, nothing is said of the ledger: it is
read in order then, which names what is wrong and where.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from app.ledger.checkpoint import Checkpoint
from app.ledger.leaves_check import LeavesCheck
from app.ledger.log_check import LogCheck
from app.ledger.merkle import HASH_BYTES
from app.ledger.payload import Leaf
from app.ledger.report import Problems
from app.ledger.source import Missing, Source
from app.ledger.tiles import WIDTH, subtree_hash
from app.ledger.tree_check import TreeCheck, leaf_hashes

Later = Sequence[tuple[int, Leaf]]
"""Leaves with their indexes, which a part met of inquiries that began in an earlier one."""


class Asked(NamedTuple):
    """What every part has to know: how many leaves are signed, the newest that is open, and where checkpoints end."""

    size: int
    newest: int
    ends: frozenset[int]


class PartRead(NamedTuple):
    """What a part that is sound in itself tells, for the others to fit."""

    nodes: Sequence[bytes]
    """The hash above each whole bundle."""
    tiles: Mapping[int, bytes]
    """The leaf hashes of each bundle in which a checkpoint ends, by its number."""
    years: Mapping[str, tuple[int, int]]
    """The first number of each year that begins here, and the one to come next."""
    later: Later
    opened: int
    newest_at: str


class Parts(Protocol):
    """All parts of a ledger in their order, each checked by a `Part` somewhere."""

    def read(self, asked: Asked) -> Sequence[PartRead | None]:
        """Let each part read; None for one that is not surely sound."""

    def finish(self, later: Sequence[Later], newest_at: str) -> bool:
        """Give each part what later ones met of its inquiries, and tell whether all are surely sound with their log."""


class Part:
    """One part: bundles from one number to before another. Its source's log is that of the inquiries that begin in it.

    `problems` may be shared with the source: a single one of any kind, and nothing is sure.
    """

    def __init__(self, source: Source, problems: Problems, first: int, end: int) -> None:
        self._source = source
        self._problems = problems
        self._bundles = range(first, end)

    def read(self, asked: Asked) -> PartRead | None:
        """Check tiles and leaves; None where they are not surely sound."""
        self._asked = asked
        told = not self._source.makes_entries_from_openings
        self._leaves = leaves = LeavesCheck(self._problems, asked.newest, entries_told=told)
        nodes, tiles = [], {}
        try:
            if self._bundles.start:
                first = self._bundles.start * WIDTH
                before = self._source.opened(self._bundles.start - 1)
                leaves.begin_at(first, before[-1] if len(before) == WIDTH else None)
            for number in self._bundles:
                tile = self._read_bundle(number, min(WIDTH, asked.size - number * WIDTH))
                if len(tile) == WIDTH * HASH_BYTES:
                    nodes.append(subtree_hash(tile))
                if number in {size // WIDTH for size in asked.ends}:
                    tiles[number] = tile
        except (Missing, ValueError):
            return None
        years = {year: (first, leaves.next_in_year[year]) for year, first in leaves.first_in_year.items()}
        read = PartRead(nodes, tiles, years, leaves.of_earlier, leaves.opened, leaves.newest_at)
        return None if self._problems.found_any else read

    def finish(self, later: Later, newest_at: str) -> bool:
        """Follow the inquiries to their end and check the log; tell whether all is surely sound."""
        leaves, asked = self._leaves, self._asked
        leaves.add_later(later)
        leaves.finish()
        LogCheck(self._source, leaves.histories, self._problems, asked.newest, lambda: asked.size).run(newest_at)
        leaves.histories.close()
        return not self._problems.found_any

    def _read_bundle(self, number: int, width: int) -> bytes:
        """Check a bundle and return its leaf hashes. Raises ValueError, Missing."""
        entries = self._source.entries(number, width)
        tile = b"".join(leaf_hashes(entries))
        if len(entries) != width or self._source.tile(0, number, width) != tile:
            raise ValueError("a bundle and its tile differ")
        self._leaves.add(number, entries, self._source.opened(number))
        return tile


def opened_if_sound(
    parts: Parts, source: Source, signed: Checkpoint, before: Sequence[Checkpoint], newest: int
) -> int | None:
    """Return how many leaves are open where all parts are sound and fit together, None where that is not sure."""
    found = parts.read(Asked(signed.size, newest, frozenset(each.size for each in [*before, signed])))
    reads = [read for read in found if read is not None]
    later = _sorted_by_beginning(reads) if _numbers_follow(reads) else None
    if len(reads) < len(found) or later is None or not _is_one_tree(reads, source, signed, before):
        return None
    newest_at = "".join(read.newest_at for read in reads)  # one part holds it
    return sum(read.opened for read in reads) if parts.finish(later, newest_at) else None


def _is_one_tree(reads: Sequence[PartRead], source: Source, signed: Checkpoint, before: Sequence[Checkpoint]) -> bool:
    problems = Problems()
    tree = TreeCheck(source, problems, signed, before)
    tiles = {number: tile for read in reads for number, tile in read.tiles.items()}
    nodes: list[bytes | None] = [node for read in reads for node in read.nodes]
    if signed.size % WIDTH:
        nodes.append(None)
    if len(nodes) != -(-signed.size // WIDTH):
        return False
    for number, node in enumerate(nodes):
        tile = tiles.get(number, b"")
        tree.add_hashes(number, [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)], node)
    tree.finish()
    return not problems.found_any


def _numbers_follow(reads: Sequence[PartRead]) -> bool:
    """Tell whether no number is missing or double where parts meet. The first part has checked its own."""
    following: dict[str, int] = {}
    for place, read in enumerate(reads):
        if place and any(first != following.get(year, 1) for year, (first, _) in read.years.items()):
            return False
        following.update({year: following_one for year, (_, following_one) in read.years.items()})
    return True


def _sorted_by_beginning(reads: Sequence[PartRead]) -> list[list[tuple[int, Leaf]]] | None:
    """Return for each part the leaves that later ones met of its inquiries; None where an inquiry began nowhere."""
    later: list[list[tuple[int, Leaf]]] = [[] for _ in reads]
    for place, read in enumerate(reads):
        for index, leaf in read.later:
            year, _, written = (leaf.subject or "").partition("-")
            began = (
                earlier
                for earlier in range(place)
                if year in reads[earlier].years
                and reads[earlier].years[year][0] <= int(written) < reads[earlier].years[year][1]
            )
            found = next(began, None)
            if found is None:
                return None
            later[found].append((index, leaf))
    return later
