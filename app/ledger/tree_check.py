"""Does the tree hold together: entries give the signed root, stored tiles fit them, older checkpoints are beginnings.

Part of the verifier, which hands in each bundle of entries in turn, or the hashes that parts have made of theirs.
"""

import hashlib
from collections.abc import Sequence

from app.ledger.checkpoint import Checkpoint
from app.ledger.merkle import HASH_BYTES, Frontier
from app.ledger.report import Problems
from app.ledger.source import Missing, Source
from app.ledger.tiles import WIDTH, subtree_hash


def leaf_hashes(entries: Sequence[bytes]) -> list[bytes]:
    """Return the hash of each entry's leaf."""
    sha256 = hashlib.sha256
    return [sha256(b"\x00" + entry).digest() for entry in entries]


class TreeCheck:
    """The tree as its entries make it, while they come in. Memory: 32 bytes for each bundle."""

    def __init__(self, source: Source, problems: Problems, signed: Checkpoint, older: Sequence[Checkpoint]) -> None:
        self._source = source
        self._problems = problems
        self._awaited = sorted([*older, signed], key=lambda checkpoint: checkpoint.size)
        self._signed = signed
        self._bundles: list[bytes] = []
        self._above = Frontier()  # over whole bundles
        self._sound_up_to = 0

    def add(self, number: int, entries: Sequence[bytes]) -> None:
        """Take a bundle in: compare its stored tile, and the root at each checkpoint that falls into it."""
        hashes = leaf_hashes(entries)
        tile = b"".join(hashes)
        self._compare_tile(0, number, tile)
        self.add_hashes(number, hashes, subtree_hash(tile) if len(hashes) == WIDTH else None)

    def add_hashes(self, number: int, hashes: Sequence[bytes], above: bytes | None) -> None:
        """Take a bundle in whose stored tile was compared: its leaf hashes, and the hash above all of a whole one.

        Of a bundle into which no checkpoint falls, the leaf hashes may be left out.
        """
        self._compare_roots(number * WIDTH, hashes)
        if above is not None:
            self._bundles.append(above)
            self._above = self._above.append([above])

    def finish(self) -> None:
        """Compare the tiles above the leaves; a checkpoint that is still awaited is of a larger tree."""
        self._compare_roots(0, [])
        for checkpoint in self._awaited:
            self._problems.add_hash(
                range(self._signed.size, checkpoint.size),
                f"{checkpoint.size} leaves were signed once, and now there are {self._signed.size}",
            )
        level, row = 1, self._bundles
        while row:
            above = []
            for start in range(0, len(row), WIDTH):
                tile = b"".join(row[start : start + WIDTH])
                self._compare_tile(level, start // WIDTH, tile)
                if len(tile) == WIDTH * HASH_BYTES:
                    above.append(subtree_hash(tile))
            level, row = level + 1, above

    def _compare_tile(self, level: int, number: int, expected: bytes) -> None:
        width = len(expected) // HASH_BYTES
        leaves = 1 << (8 * level)
        first = number * WIDTH * leaves
        try:
            stored = self._source.tile(level, number, width)
        except (Missing, ValueError) as error:
            self._problems.add_hash(range(first, first + width * leaves), f"tile {level}/{number}: {error} is missing")
            return
        if stored == expected:
            return
        hashes = [slice(place * HASH_BYTES, (place + 1) * HASH_BYTES) for place in range(width)]
        wrong = next((place for place in range(width) if stored[hashes[place]] != expected[hashes[place]]), width - 1)
        bad, what = first + wrong * leaves, f"tile {level}/{number} does not fit the entries"
        if level:
            self._problems.add_hash(range(bad, bad + leaves), what)
        else:
            self._problems.add(bad, what)

    def _compare_roots(self, size: int, hashes: Sequence[bytes]) -> None:
        """Compare the checkpoints of up to this many leaves: `size` of whole bundles, and these hashes after them."""
        while self._awaited and self._awaited[0].size <= size + len(hashes):
            checkpoint = self._awaited.pop(0)
            edge = Frontier().append(hashes[: checkpoint.size - size])
            root = Frontier(checkpoint.size, self._above.roots + edge.roots).root()
            bad = range(self._sound_up_to, checkpoint.size)
            if root == checkpoint.root:
                self._sound_up_to = checkpoint.size
            elif checkpoint is self._signed:
                self._problems.add_hash(bad, "the entries do not give the root that is signed")
            else:
                self._problems.add_hash(bad, f"the ledger does not begin with the {checkpoint.size} leaves once signed")
