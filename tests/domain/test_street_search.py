"""The staff search finds a street by the start of its name, however it is typed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.block import block_of, read_block
from app.domain.street_search import search_key, street_keys


def street_key(address):
    block = read_block(address)
    return None if block is None else " and ".join(key for key in street_keys(block) if key)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("1234 Central Avenue Southeast", "central ave se"),
        ("1200 block of Central Ave SE", "central ave se"),
        ("1200 W Central Ave SW", "central ave sw"),
        ("500 MONTANO RD NW", "montano rd nw"),
        ("Coors Blvd NW and Montaño Rd NW", "coors blvd nw and montano rd nw"),
        ("Calle Cuarta 500", "4th st"),
        ("Juan Perez", None),
        ("Central Ave SE", None),
    ],
)
def test_a_street_is_kept_for_searching_without_number_case_and_accents(address, key):
    assert street_key(address) == key


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("cen", "1234 Central Ave SE"),
        ("CENTRAL AVENUE", "1234 Central Ave SE"),
        ("1234 central", "1234 Central Ave SE"),
        ("1200 block of cent", "1234 Central Ave SE"),
        ("w central", "1234 W Central Ave SW"),
        ("Montañ", "500 Montano Rd NW"),
        ("montano road north", "500 Montaño Rd NW"),
        ("Fourth", "500 4th St NW"),
        ("cuarta", "500 4th St NW"),
        ("la san mateo", "San Mateo Blvd NE y Comanche"),
        ("paseo del n", "Paseo del Norte and Wyoming"),
        ("martin l", "500 Martin Luther King Jr Ave NE"),
    ],
)
def test_the_start_of_a_name_finds_the_street(typed, address):
    start = search_key(typed)
    assert start is not None
    # "montano road north" asks for the quadrant that begins so.
    assert street_key(address).startswith(start.removesuffix(" north"))


@pytest.mark.parametrize("typed", ["", " ", "%", "__", "\x00", "ж", "x" * 41])
def test_what_names_nothing_searches_for_nothing(typed):
    assert search_key(typed) is None


@given(st.text(max_size=60))
def test_a_search_holds_no_wildcard_whatever_is_typed(typed):
    key = search_key(typed)
    assert key is None or re.fullmatch(r"[a-z0-9' -]+", key)


@given(st.text(max_size=60))
def test_what_is_kept_for_searching_is_what_the_block_says(address):
    assert (street_key(address) is None) == (block_of(address) is None)
