"""The asker's proof file opens its leaf and no other (C2SP tlog-proof)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ledger.checkpoint import NoteRefused, SigningKey
from app.ledger.entry import entry, leaf_hash
from app.ledger.merkle import inclusion_proof
from app.ledger.tiles import hashes_in
from app.ledger.tlog_proof import check_proof, make_proof
from tests.ledger.ledger_builder import KEY, ORIGIN, a_ledger, b64, tiles_over

LEDGER = a_ledger(20)
TILES = tiles_over(LEDGER.entries())
NOTE = LEDGER.checkpoint()
INDEX = 17


def proof_of(index: int) -> bytes:
    hashes = inclusion_proof(index, len(LEDGER.leaves), hashes_in(lambda wanted: {one: TILES[one] for one in wanted}))
    leaf = LEDGER.leaves[index]
    return make_proof(leaf.salt, leaf.payload, index, hashes, NOTE)


PROOF = proof_of(INDEX)


@pytest.mark.parametrize("index", range(0, len(LEDGER.leaves), 7))
def test_a_proof_shows_its_payload_and_where_it_stands(index):
    shown = check_proof(proof_of(index), [KEY.verifier])

    assert (shown.index, shown.payload) == (index, LEDGER.leaves[index].payload)
    assert (shown.checkpoint.origin, shown.checkpoint.size) == (ORIGIN, len(LEDGER.leaves))


def test_a_proof_has_the_lines_that_the_specification_names():
    leaf = LEDGER.leaves[INDEX]
    head, _, checkpoint = PROOF.partition(b"\n\n")
    lines = head.decode().split("\n")

    assert lines[:3] == ["c2sp.org/tlog-proof@v1", f"extra {b64(leaf.salt + leaf.payload)}", f"index {INDEX}"]
    assert all(len(line) == 44 for line in lines[3:])
    assert checkpoint == NOTE


def test_the_only_leaf_of_a_tree_needs_no_hashes():
    ledger = a_ledger(0)
    alone = a_ledger(0)
    del alone.leaves[1:]
    leaf = ledger.leaves[0]
    proof = make_proof(leaf.salt, leaf.payload, 0, [], alone.checkpoint())

    assert b"index 0\n\n" in proof
    assert check_proof(proof, [KEY.verifier]).payload == leaf.payload


@given(st.integers(0, len(PROOF) - 1), st.integers(0, 7))
def test_a_proof_with_any_bit_changed_is_refused(place, bit):
    changed = bytearray(PROOF)
    changed[place] ^= 1 << bit

    with pytest.raises(NoteRefused):
        check_proof(bytes(changed), [KEY.verifier])


def test_a_proof_by_a_stranger_is_refused():
    with pytest.raises(NoteRefused, match="no trusted key"):
        check_proof(PROOF, [SigningKey(ORIGIN, bytes(32)).verifier])


def test_a_proof_of_another_payload_is_refused():
    leaf = LEDGER.leaves[INDEX]
    altered = leaf.payload.replace(b'"v":1', b'"v":2')
    forged = PROOF.replace(b64(leaf.salt + leaf.payload).encode(), b64(leaf.salt + altered).encode())

    assert leaf_hash(entry(leaf.salt, altered)) != leaf_hash(entry(leaf.salt, leaf.payload))
    with pytest.raises(NoteRefused, match="not in the tree"):
        check_proof(forged, [KEY.verifier])


@pytest.mark.parametrize("extra", [b"", b"extra \n", b"extra AAAA\n", b"extra A\n"])
def test_a_proof_that_opens_nothing_is_refused(extra):
    head, rest = PROOF.split(b"extra ")[0], PROOF[PROOF.index(b"index ") :]

    with pytest.raises(NoteRefused):
        check_proof(head + extra + rest, [KEY.verifier])
