"""Receipts are read aloud, typed and written down: what goes wrong on the way is noticed; the rest does not matter."""

import secrets
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.receipt import ALPHABET, new_receipt, read_receipt

random_bytes = st.binary(min_size=7, max_size=7)
receipts = random_bytes.map(lambda drawn: new_receipt(lambda count: drawn[:count]))


def test_a_receipt_is_three_groups_of_four_characters():
    assert new_receipt(bytes) == "0000-0000-0000"
    groups = new_receipt(secrets.token_bytes).split("-")
    assert [len(group) for group in groups] == [4, 4, 4]
    assert set("".join(groups)) <= set(ALPHABET)


def test_every_one_of_the_55_bits_counts():
    """A bit left out would make two draws one receipt; the last bit of the 56 drawn is the one unused."""
    draws = [(1 << bit).to_bytes(7) for bit in range(1, 56)]
    assert len({new_receipt(lambda _, drawn=drawn: drawn) for drawn in draws}) == 55


@given(place=st.integers(0, 10), drawn=random_bytes, value=st.integers(0, 31))
def test_each_random_character_takes_all_32_values_equally_often(place, drawn, value):
    """For any rest of the draw, exactly one setting of five bits gives each character."""
    bits = int.from_bytes(drawn) >> 1
    others = bits & ~(31 << 5 * place)
    texts = {
        new_receipt(lambda _, chosen=chosen: ((others | chosen << 5 * place) << 1).to_bytes(7)).replace("-", "")[place]
        for chosen in range(32)
    }
    assert texts == set(ALPHABET)
    assert ALPHABET[value] in texts


@given(receipts)
def test_a_receipt_reads_back_as_itself(receipt):
    assert read_receipt(receipt) == receipt


@given(receipts, st.data())
def test_case_hyphens_spaces_and_look_alikes_do_not_matter(receipt, data):
    bare = receipt.replace("-", "")
    if data.draw(st.booleans()):
        bare = bare.lower()
    bare = bare.replace("0", data.draw(st.sampled_from("0Oo"))).replace("1", data.draw(st.sampled_from("1IiLl")))
    place = data.draw(st.integers(0, 12))
    between = data.draw(st.sampled_from(["", " ", "-", " - ", "\u2013", "\u00a0", "\n"]))
    assert read_receipt(f" {bare[:place]}{between}{bare[place:]}\n") == receipt


def test_each_of_the_372_single_errors_of_a_receipt_is_caught():
    """The check is linear over GF(32): whether an error shows does not hang on the rest. Yet three receipts."""
    for drawn in (bytes(7), b"\xff" * 7, b"K7QF2M9"):
        right = new_receipt(lambda _, drawn=drawn: drawn).replace("-", "")
        for place in range(12):
            for wrong in set(ALPHABET) - {right[place]}:
                assert read_receipt(right[:place] + wrong + right[place + 1 :]) is None


def test_each_swap_of_two_characters_is_caught_wherever_they_stand():
    """All 66 pairs of places, neighbours among them, with all 992 pairs of differing characters in them."""
    for first, second in combinations(range(11), 2):
        for left in range(32):
            for right in set(range(32)) - {left}:
                bits = left << 5 * first | right << 5 * second
                written = list(new_receipt(lambda _, bits=bits: (bits << 1).to_bytes(7)).replace("-", ""))
                written[first], written[second] = written[second], written[first]
                assert read_receipt("".join(written)) is None


@given(receipts, st.integers(0, 10))
def test_a_character_swapped_with_the_check_character_is_caught(receipt, place):
    letters = list(receipt.replace("-", ""))
    if letters[place] != letters[11]:
        letters[place], letters[11] = letters[11], letters[place]
        assert read_receipt("".join(letters)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "0",
        "0" * 11,
        "0" * 13,
        "UUUU-UUUU-UUUU",
        "0000-0000-000\u0660",
        "\uff10" * 12,
        "\u0131" * 12,
        "0000_0000_0000",
        "0" * 12 + "\x00",
        "\ud800",
        " " * 41,
        "0" * 12 + " " * 29,
    ],
)
def test_what_cannot_be_a_receipt_is_none(text):
    assert read_receipt(text) is None


@given(st.text(max_size=60))
def test_no_text_makes_reading_fail(text):
    found = read_receipt(text)
    assert found is None or read_receipt(found) == found
