"""The tree of RFC 6962: published roots, and proofs that hold for what is in the tree and for nothing else."""

import hashlib
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    Node,
    consistency_holds,
    consistency_proof,
    frontier,
    inclusion_holds,
    inclusion_proof,
    inclusion_proofs,
    leaf_hash,
    node_hash,
)
from app.ledger.tiles import WIDTH, TileId, append_leaves, hashes_in, partial_tiles, subtree_hash, tiles_of, width_at

# The vectors that certificate transparency's implementations share.
VECTOR = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = ["6e340b9c", "fac54203", "aeb6bcfe", "d37ee418", "4e3bbb1f", "76e67dad", "ddb89be4", "5dc9da79"]


def hashes(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % index) for index in range(count)]


def root_by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(root_by_definition(leaves[:split]), root_by_definition(leaves[split:]))


def path_by_definition(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*path_by_definition(index, leaves[:split]), root_by_definition(leaves[split:])]
    return [*path_by_definition(index - split, leaves[split:]), root_by_definition(leaves[:split])]


def consistency_by_definition(old: int, leaves: list[bytes], *, known: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962 section 2.1.2, word for word."""
    if old == len(leaves):
        return [] if known else [root_by_definition(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if old <= split:
        return [*consistency_by_definition(old, leaves[:split], known=known), root_by_definition(leaves[split:])]
    return [
        *consistency_by_definition(old - split, leaves[split:], known=False),
        root_by_definition(leaves[:split]),
    ]


def reader(leaves: list[bytes]):
    """A hash reader that knows the leaves and reckons every subtree anew."""

    def read(nodes: list[Node]) -> list[bytes]:
        return [
            root_by_definition(leaves[node.number << node.level : (node.number + 1) << node.level]) for node in nodes
        ]

    return read


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_roots_come_out(size):
    leaves = [leaf_hash(leaf) for leaf in VECTOR[:size]]

    assert Frontier().append(leaves).root().hex().startswith(ROOTS[size - 1])


def test_the_root_of_no_leaves_is_the_hash_of_nothing():
    assert Frontier().root() == EMPTY_ROOT == hashlib.sha256(b"").digest()


@settings(max_examples=1500, deadline=None)
@given(st.integers(1, 300), st.data())
def test_proofs_are_those_of_the_definition_and_hold(size, data):
    leaves = hashes(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root, old_root = root_by_definition(leaves), root_by_definition(leaves[:old])

    inclusion = inclusion_proof(index, size, reader(leaves))
    consistency = consistency_proof(old, size, reader(leaves))

    assert inclusion == path_by_definition(index, leaves)
    assert consistency == consistency_by_definition(old, leaves)
    assert inclusion_holds(leaves[index], index, size, inclusion, root)
    assert consistency_holds(old, old_root, size, root, consistency)


@settings(max_examples=800, deadline=None)
@given(st.integers(2, 200), st.data())
def test_an_altered_inclusion_proof_does_not_hold(size, data):
    leaves = hashes(size)
    index = data.draw(st.integers(0, size - 1))
    root = root_by_definition(leaves)
    proof = inclusion_proof(index, size, reader(leaves))
    step = data.draw(st.integers(0, len(proof) - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index))

    assert not inclusion_holds(leaves[other], index, size, proof, root)
    assert not inclusion_holds(leaves[index], other, size, proof, root)
    assert not inclusion_holds(leaves[index], index, size, [*proof[:step], bytes(32), *proof[step + 1 :]], root)
    assert not inclusion_holds(leaves[index], index, size, proof[:step] + proof[step + 1 :], root)
    assert not inclusion_holds(leaves[index], index, size, [*proof, bytes(32)], root)
    assert not inclusion_holds(leaves[index], index, size, [proof[0][:31], *proof[1:]], root)
    assert not inclusion_holds(leaves[index], index, size, proof, bytes(32))
    assert not inclusion_holds(leaves[index], size, size, proof, root)
    assert not inclusion_holds(leaves[index], -1, size, proof, root)


@settings(max_examples=800, deadline=None)
@given(st.integers(2, 200), st.data())
def test_an_altered_consistency_proof_does_not_hold(size, data):
    leaves = hashes(size)
    old = data.draw(st.integers(1, size - 1))
    root, old_root = root_by_definition(leaves), root_by_definition(leaves[:old])
    proof = consistency_proof(old, size, reader(leaves))
    step = data.draw(st.integers(0, len(proof) - 1))

    assert not consistency_holds(old, bytes(32), size, root, proof)
    assert not consistency_holds(old, old_root, size, bytes(32), proof)
    assert not consistency_holds(old, old_root, size, root, [*proof[:step], bytes(32), *proof[step + 1 :]])
    assert not consistency_holds(old, old_root, size, root, proof[:step] + proof[step + 1 :])
    assert not consistency_holds(old, old_root, size, root, [*proof, bytes(32)])
    assert not consistency_holds(size + 1, old_root, size, root, proof)


def test_trees_of_one_size_are_consistent_only_if_they_are_one():
    root = root_by_definition(hashes(5))

    assert consistency_holds(5, root, 5, root, [])
    assert not consistency_holds(5, root, 5, bytes(32), [])
    assert not consistency_holds(5, root, 5, root, [bytes(32)])


def test_every_tree_begins_with_the_empty_one():
    root = root_by_definition(hashes(5))

    assert consistency_proof(0, 5, reader(hashes(5))) == []
    assert consistency_holds(0, EMPTY_ROOT, 5, root, [])
    assert not consistency_holds(0, root, 5, root, [])


@pytest.mark.parametrize("index", [-1, 5, 6])
def test_a_leaf_that_the_tree_does_not_hold_has_no_proof(index):
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion_proof(index, 5, reader(hashes(5)))


@pytest.mark.parametrize("old", [-1, 6])
def test_a_tree_has_not_grown_from_a_larger_one(old):
    with pytest.raises(ValueError, match="has not grown"):
        consistency_proof(old, 5, reader(hashes(5)))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=8))
def test_appends_of_any_batches_make_the_tree_of_all_leaves(batches):
    leaves = hashes(sum(batches))
    edge, tiles, size = Frontier(), {}, 0
    for batch in batches:
        added = leaves[size : size + batch]
        edge = edge.append(added)
        right = {tile: tiles[tile] for tile in partial_tiles(size)}
        tiles |= append_leaves(size, right, added)
        size += batch

    assert edge.size == size
    assert edge.root() == root_by_definition(leaves)
    assert frontier(size, hashes_in(lambda wanted: {tile: tiles[tile] for tile in wanted})) == edge
    assert {tile: len(data) // 32 for tile, data in tiles.items()} == {
        TileId(level, number): width_at(TileId(level, number), size)
        for level in range(8)
        for number in tiles_of(size, level)
    }


def test_seventy_thousand_leaves_have_the_tiles_that_the_specification_names():
    tiles = append_leaves(0, {}, hashes(70_000))
    widths = [[len(tiles[TileId(level, number)]) // 32 for number in tiles_of(70_000, level)] for level in range(4)]

    assert widths == [[256] * 273 + [112], [256, 17], [1], []]
    assert partial_tiles(70_000) == [(0, 273), (1, 1), (2, 0)]
    assert partial_tiles(256) == [(1, 0)]


def test_tiles_of_a_million_leaves_prove_in_few_reads_and_two_milliseconds():
    """The hashes below the tiles that the proofs use are invented; nothing else of the tree is ever read."""
    size, asked = 1_000_000, []
    invented = {
        TileId(level, number): b"".join(
            leaf_hash(b"%d/%d/%d" % (level, number, place)) for place in range(width_at(TileId(level, number), size))
        )
        for level, number in [(0, 3906), (0, 1234), (1, 15), (1, 4), (2, 0)]
    }

    def read(wanted: list[TileId]) -> dict[TileId, bytes]:
        asked.append(wanted)
        return {tile: invented[tile] for tile in wanted}

    taken = []
    for _ in range(20):
        begin = perf_counter()
        proof = inclusion_proof(1234 * WIDTH + 77, size, hashes_in(read))
        taken.append(perf_counter() - begin)

    assert len(proof) == 20
    assert len(asked) == 20
    assert len(asked[0]) == 5
    assert min(taken) < 0.002


def test_several_proofs_read_what_they_share_once():
    asked = []

    def read(nodes):
        asked.append(nodes)
        return reader(hashes(100))(nodes)

    proofs = inclusion_proofs([3, 4, 99], 100, read)

    assert proofs == [path_by_definition(index, hashes(100)) for index in (3, 4, 99)]
    assert len(asked) == 1
    assert len(set(asked[0])) == len(asked[0])


def test_an_append_to_an_edge_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="tile 0/1 has 0 bytes"):
        append_leaves(300, {}, hashes(1))
    with pytest.raises(ValueError, match="32 bytes"):
        append_leaves(0, {}, [b"short"])


def test_a_stored_tile_that_is_too_short_is_told():
    with pytest.raises(ValueError, match="tile 0/0 has no hashes"):
        inclusion_proof(0, 3, hashes_in(lambda wanted: {tile: bytes(64) for tile in wanted}))


@pytest.mark.parametrize("count", [1, 2, 4, 64, 256])
def test_a_subtree_hashes_to_the_root_over_its_leaves(count):
    assert subtree_hash(b"".join(hashes(count))) == root_by_definition(hashes(count))
