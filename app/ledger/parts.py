"""A long ledger checked in parts, so that several processes share the work; and whether the parts fit together.

Parts can only say that all is sound. Where one cannot say it, or they do not fit, nothing is said of the ledger: it is
read in order then, which names what is wrong and where.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from app.ledger.checkpoint import Checkpoint
from app.ledger.history import Inquiry, first_leaf, follow
from app.ledger.leaves_check import CORRECTED, PLACE, LeavesCheck
from app.ledger.log_check import differing, must_be_listed
from app.ledger.merkle import HASH_BYTES
from app.ledger.payload import read_payload
from app.ledger.report import Problems
from app.ledger.source import LogEntry, Missing, Opened, Source
from app.ledger.tiles import WIDTH, subtree_hash
from app.ledger.tree_check import TreeCheck, leaf_hashes

# Most inquiries are over within hours; about 5 MB hold those of some weeks. Half of it is more than a bundle begins.
_RECENT = 4_096
# Inquiries that are read once more by themselves: where there are more, the parts are not sure.
_MOST_READ_ALONE = 10_000


class Asked(NamedTuple):
    """What every part has to know: how many leaves are signed, the newest open one and its time, where checkpoints end.

    The time is empty where no leaf is open.
    """

    size: int
    newest: int
    newest_at: str
    ends: frozenset[int]


class PartRead(NamedTuple):
    """What a part that is sound in itself tells, for the others to fit."""

    nodes: Sequence[bytes]
    """The hash above each whole bundle."""
    tiles: Mapping[int, bytes]
    """The leaf hashes of each bundle in which a checkpoint ends, by its number."""
    years: Mapping[str, tuple[int, int]]
    """The first number of each year that begins here, and the one to come next."""
    opened: int


class PartSource(Source, Protocol):
    """What a part asks besides."""

    def logged(self, number: int) -> Sequence[tuple[int, LogEntry]]:
        """Return the entries of the log whose inquiries begin in a bundle, each with the index of the first leaf."""

    def any_logged_outside(self, size: int) -> bool:
        """Tell whether an entry of the log has a first leaf that no ledger of this size holds."""

    def leaves_of(self, number: str) -> Sequence[tuple[int, Opened]]:
        """Return all leaves of an inquiry in their order, each with its index, whether they are open or not."""


class Parts(Protocol):
    """All parts of a ledger in their order, each checked by a `Part` somewhere."""

    def read(self, asked: Asked) -> Sequence[PartRead | None]:
        """Let each part read; None for one that is not surely sound."""


class Part:
    """One part: bundles from one number to before another, and the log of the inquiries that begin in it.

    `problems` may be shared with the source: a single one of any kind, and nothing is sure.
    """

    def __init__(self, source: PartSource, problems: Problems, first: int, end: int) -> None:
        self._source = source
        self._problems = problems
        self._bundles = range(first, end)

    def read(self, asked: Asked) -> PartRead | None:
        """Check tiles, leaves and log; None where they are not surely sound."""
        inquiries = _Inquiries(self._source, self._problems, asked)
        told = not self._source.makes_entries_from_openings
        leaves = LeavesCheck(self._problems, asked.newest, inquiries, entries_told=told)
        nodes, tiles, ends = [], {}, {size // WIDTH for size in asked.ends}
        try:
            if self._bundles.start:
                before = self._source.opened(self._bundles.start - 1)
                leaves.begin_at(self._bundles.start * WIDTH, before[-1] if len(before) == WIDTH else None)
            elif self._source.any_logged_outside(asked.size):
                return None
            for number in self._bundles:
                tile = self._read_bundle(number, min(WIDTH, asked.size - number * WIDTH), leaves)
                inquiries.list(self._source.logged(number))
                if len(tile) == WIDTH * HASH_BYTES:
                    nodes.append(subtree_hash(tile))
                if number in ends:
                    tiles[number] = tile
            leaves.finish()
            inquiries.finish()
        except (Missing, ValueError, LookupError, TypeError):
            return None
        years = {year: (first, leaves.next_in_year[year]) for year, first in leaves.first_in_year.items()}
        return None if self._problems.found_any else PartRead(nodes, tiles, years, leaves.opened)

    def _read_bundle(self, number: int, width: int, leaves: LeavesCheck) -> bytes:
        """Check a bundle and return its leaf hashes. Raises ValueError, Missing."""
        entries = self._source.entries(number, width)
        tile = b"".join(leaf_hashes(entries))
        if len(entries) != width or self._source.tile(0, number, width) != tile:
            raise ValueError("a bundle and its tile differ")
        leaves.add(number, entries, self._source.opened(number))
        return tile


class _Inquiries:
    """The inquiries that begin in a part, each held against its entry when many have begun since.

    What has leaves after that, or in another part, is read once more by itself, from its first leaf to its last.
    """

    def __init__(self, source: PartSource, problems: Problems, asked: Asked) -> None:
        self._source = source
        self._problems = problems
        self._asked = asked
        self._recent: dict[str, Inquiry] = {}
        self._listed: dict[str, LogEntry] = {}
        self._alone: set[str] = set()

    def get(self, number: str) -> Inquiry | None:
        """Return an inquiry that is followed here, None where it is not, or not any more."""
        return self._recent.get(number)

    def add(self, inquiry: Inquiry) -> None:
        """Add an inquiry."""
        if len(self._recent) >= _RECENT:
            self._check(_RECENT // 2)
        self._recent[inquiry.number] = inquiry

    def miss(self, number: str) -> None:
        """Note that an inquiry has a leaf here and is not followed here. Raises ValueError where there are too many."""
        self._alone.add(number)
        if len(self._alone) > _MOST_READ_ALONE:
            raise ValueError("too much is to be read alone")

    def list(self, entries: Sequence[tuple[int, LogEntry]]) -> None:
        """Note what the log tells of inquiries that have just begun. Raises ValueError for what it cannot tell."""
        for first, entry in entries:
            number = entry["number"]
            inquiry = self._recent.get(number)
            if inquiry is None or inquiry.first != first or number in self._listed:
                raise ValueError("the log tells of an inquiry that does not begin here, or twice")
            self._listed[number] = entry

    def finish(self) -> None:
        """Check what is left, and what has to be read by itself. Raises ValueError, Missing."""
        self._check(len(self._recent))
        for number in sorted(self._alone):
            self._check_alone(number)

    def _check(self, count: int) -> None:
        for number in list(self._recent)[:count]:
            inquiry, entry = self._recent.pop(number), self._listed.pop(number, None)
            if not self._is_told(inquiry, entry):
                self.miss(number)

    def _is_told(self, inquiry: Inquiry, entry: LogEntry | None) -> bool:
        if entry is None:
            return must_be_listed(inquiry, self._asked.newest_at) is None
        return not differing(inquiry, entry)

    def _check_alone(self, number: str) -> None:
        entry = self._source.entry_now(number)
        inquiry: Inquiry | None = None
        for index, opened in self._source.leaves_of(number):
            leaf = read_payload(opened.payload)
            if not self._is_open(index, leaf.kind, is_settled=entry is not None and "calls" in entry):
                continue
            if inquiry is None:
                inquiry = first_leaf(index, leaf)
            else:
                follow(inquiry, index, leaf)
            if inquiry.gap is not None and inquiry.gap < self._asked.newest:
                raise ValueError("leaves are left out before a correction")
        if inquiry is None or not self._is_told(inquiry, entry):
            raise ValueError("the log and the leaves differ")

    def _is_open(self, index: int, kind: str, *, is_settled: bool) -> bool:
        if index >= self._asked.size or (kind == PLACE and not is_settled):
            return False
        if index <= self._asked.newest:
            return True
        return kind == CORRECTED and self._source.opened(index // WIDTH)[index % WIDTH] is not None


def opened_if_sound(
    parts: Parts, source: Source, signed: Checkpoint, before: Sequence[Checkpoint], newest: int
) -> int | None:
    """Return how many leaves are open where all parts are sound and fit together, None where that is not sure."""
    found = parts.read(
        Asked(
            signed.size,
            newest,
            _time_of(source, newest),
            frozenset(checkpoint.size for checkpoint in [*before, signed]),
        )
    )
    reads = [read for read in found if read is not None]
    if len(reads) < len(found) or not (_numbers_follow(reads) and _is_one_tree(reads, source, signed, before)):
        return None
    return sum(read.opened for read in reads)


def _time_of(source: Source, newest: int) -> str:
    if newest < 0:
        return ""
    opened = source.opened(newest // WIDTH)[newest % WIDTH]
    return read_payload(opened.payload).at if opened else ""


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
