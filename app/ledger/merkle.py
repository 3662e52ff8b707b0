"""The Merkle tree of RFC 6962 section 2.1: what shows that a log was only ever added to.

A tree is never held as a whole. What is asked of it is asked of a hash reader, which gives the hashes of perfect
subtrees, so that a proof from a million leaves costs a few reads and some hundred hashes.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


class Node(NamedTuple):
    """A perfect subtree: the 2^level leaves from index * 2^level on."""

    level: int
    index: int


HashReader = Callable[[Sequence[Node]], Sequence[bytes]]
"""Gives the hash of each perfect subtree asked for, in the order asked."""


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 || entry), 32 bytes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right), 32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree's right edge: the roots of the perfect subtrees that make it up, largest first.

    It is all that is needed to add leaves and to tell the root: one hash for each bit that is set in the size.
    """

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def append(self, leaf_hashes: Iterable[bytes]) -> "Frontier":
        """Return the frontier after these leaves; about one hash a leaf."""
        size, roots = self.size, list(self.roots)
        sha256 = hashlib.sha256
        for added in leaf_hashes:
            size += 1
            right, whole = added, size
            while not whole & 1:
                right = sha256(b"\x01" + roots.pop() + right).digest()
                whole >>= 1
            roots.append(right)
        return Frontier(size, tuple(roots))

    def root(self) -> bytes:
        """Return the tree's root hash; that of no leaves is SHA-256("")."""
        return _join(self.roots) if self.roots else EMPTY_ROOT


def _join(roots: Sequence[bytes]) -> bytes:
    """Hash neighbouring perfect subtrees, largest first, into the one node above them all."""
    above = roots[-1]
    for left in reversed(roots[:-1]):
        above = node_hash(left, above)
    return above
