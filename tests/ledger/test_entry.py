"""What a leaf commits to: one form for each payload, and an entry that only its salt and payload open."""

import hashlib

import pytest

from app.ledger.entry import canonical_json, entry, leaf_hash, opens, rest_hash

SALT = bytes(range(16))


def test_canonical_json_sorts_keys_and_leaves_out_white_space():
    assert (
        canonical_json({"b": [1, True, None], "a": {"z": "ñ", "y": -3}})
        == '{"a":{"y":-3,"z":"ñ"},"b":[1,true,null]}'.encode()
    )


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        {"a": 0.5},
        [{"a": 1e9}],
        {1: "a"},
        {None: 1},
        {"a": b"x"},
        {1, 2},
        "\ud800",
        {"\udfff": 1},
        2**64,
        -(2**63) - 1,
    ],
)
def test_what_has_no_single_form_is_refused(value):
    with pytest.raises(ValueError, match=r"canonical|key|surrogates|64-bit"):
        canonical_json(value)


def test_an_entry_is_v1_and_the_hex_hash_of_salt_and_payload():
    assert entry(SALT, b"{}") == b"v1 " + hashlib.sha256(SALT + b"{}").hexdigest().encode()


def test_a_leaf_is_hashed_with_a_zero_byte_in_front():
    assert leaf_hash(b"v1 x") == hashlib.sha256(b"\x00v1 x").digest()


@pytest.mark.parametrize("salt", [b"", SALT[:15], SALT + b"\x00"])
def test_a_salt_of_another_length_is_refused(salt):
    with pytest.raises(ValueError, match="16 bytes"):
        entry(salt, b"{}")
    with pytest.raises(ValueError, match="16 bytes"):
        rest_hash(salt, {})
    assert not opens(entry(SALT, b"{}"), salt, b"{}")


def test_an_entry_opens_to_its_own_salt_and_payload_alone():
    committed = entry(SALT, b"{}")

    assert opens(committed, SALT, b"{}")
    assert not opens(committed, SALT, b"{ }")
    assert not opens(committed, bytes(16), b"{}")
    assert not opens(committed.upper(), SALT, b"{}")


def test_the_rest_is_bound_in_canonical_form():
    assert rest_hash(SALT, {"by": "u1", "at": "t"}) == hashlib.sha256(SALT + b'{"at":"t","by":"u1"}').hexdigest()
