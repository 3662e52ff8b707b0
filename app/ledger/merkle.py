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
    """A perfect subtree: the 2^level leaves from number * 2^level on."""

    level: int
    number: int


HashReader = Callable[[Sequence[Node]], Sequence[bytes]]
"""Gives the hash of each perfect subtree asked for, in the order asked."""

_Range = tuple[int, int]


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


def frontier(size: int, read: HashReader) -> Frontier:
    """Return the right edge of a tree whose hashes are stored."""
    return Frontier(size, tuple(read(_perfect_subtrees(0, size))))


def inclusion_proof(index: int, size: int, read: HashReader) -> list[bytes]:
    """Return the audit path of one leaf, from its sibling up (RFC 6962 section 2.1.1)."""
    return inclusion_proofs([index], size, read)[0]


def inclusion_proofs(indexes: Sequence[int], size: int, read: HashReader) -> list[list[bytes]]:
    """Return the audit paths of several leaves, having read what they share once.

    Raises ValueError for a leaf that the tree of this size does not hold.
    """
    return _hashes_of([_siblings(index, size) for index in indexes], read)


def consistency_proof(old_size: int, size: int, read: HashReader) -> list[bytes]:
    """Return what shows that the tree of old_size leaves is the beginning of this one (RFC 6962 section 2.1.2).

    It is empty where the sizes are the same and where the old tree is. Raises ValueError if the old one is larger.
    """
    return _hashes_of([_grown_since(old_size, size)], read)[0]


def inclusion_holds(hashed: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether an audit path leads from a leaf's hash at this index to this root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size or any(len(sibling) != HASH_BYTES for sibling in proof):
        return False
    place, last, above = index, size - 1, hashed
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            above = node_hash(sibling, above)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            above = node_hash(above, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and above == root


def consistency_holds(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether a proof leads from the older root to the newer (RFC 9162 section 2.1.4.2)."""
    if any(len(step) != HASH_BYTES for step in proof) or not 0 <= old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    steps = list(proof)
    if old_size & (old_size - 1) == 0:  # the old tree is itself a subtree of the new one, and proves itself
        steps.insert(0, old_root)
    return _climb(old_size - 1, size - 1, steps) == (old_root, root)


def _climb(place: int, last: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return the older and the newer root that the steps of a consistency proof lead to."""
    if not steps:
        return None
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            older, newer = node_hash(step, older), node_hash(step, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, step)
        place, last = place >> 1, last >> 1
    return (older, newer) if last == 0 else None


def _siblings(index: int, size: int) -> list[_Range]:
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    low, high, ranges = 0, size, []
    while high - low > 1:
        split = _split(low, high)
        if index < split:
            ranges.append((split, high))
            high = split
        else:
            ranges.append((low, split))
            low = split
    return ranges[::-1]


def _grown_since(old_size: int, size: int) -> list[_Range]:
    if not 0 <= old_size <= size:
        raise ValueError(f"a tree of {size} leaves has not grown from {old_size}")
    if old_size == 0:
        return []
    low, high, ranges = 0, size, []
    while high != old_size:
        split = _split(low, high)
        if old_size <= split:
            ranges.append((split, high))
            high = split
        else:
            ranges.append((low, split))
            low = split
    if low:  # an old tree that is the left part of the new one has a root that the asker knows
        ranges.append((low, high))
    return ranges[::-1]


def _split(low: int, high: int) -> int:
    """Return where a tree over these leaves parts: the largest power of two below their count."""
    return low + (1 << ((high - low - 1).bit_length() - 1))


def _perfect_subtrees(low: int, high: int) -> list[Node]:
    """Return the perfect subtrees that make up a range the tree's own splitting leads to, largest first."""
    nodes = []
    while low < high:
        level = (high - low).bit_length() - 1
        nodes.append(Node(level, low >> level))
        low += 1 << level
    return nodes


def _hashes_of(proofs: Sequence[Sequence[_Range]], read: HashReader) -> list[list[bytes]]:
    """Return the hash of each range of each proof, after one reading of every subtree they need."""
    parts = [[_perfect_subtrees(low, high) for low, high in ranges] for ranges in proofs]
    needed = list(dict.fromkeys(node for ranges in parts for nodes in ranges for node in nodes))
    known = dict(zip(needed, read(needed), strict=True)) if needed else {}
    return [[_join([known[node] for node in nodes]) for nodes in ranges] for ranges in parts]


def _join(roots: Sequence[bytes]) -> bytes:
    """Hash neighbouring perfect subtrees, largest first, into the one node above them all."""
    above = roots[-1]
    for left in reversed(roots[:-1]):
        above = node_hash(left, above)
    return above
