"""Tile paths have one spelling, and bundles come back as they went (C2SP tlog-tiles)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ledger.tiles import Kind, Resource, TileId, decode_entries, encode_entries, parse_path, path_of, width_at

resources = st.one_of(
    st.builds(Resource, st.just(Kind.TILE), st.integers(0, 63), st.integers(0, 10**18 - 1), st.integers(1, 256)),
    st.builds(Resource, st.just(Kind.ENTRIES), st.just(0), st.integers(0, 10**18 - 1), st.integers(1, 256)),
    st.builds(Resource, st.just(Kind.OPENED), st.just(0), st.integers(0, 10**18 - 1), st.just(256)),
)


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("tile/0/x001/x234/067", Resource(Kind.TILE, 0, 1_234_067)),
        ("tile/63/000.p/255", Resource(Kind.TILE, 63, 0, 255)),
        ("tile/entries/x001/000.p/1", Resource(Kind.ENTRIES, 0, 1000, 1)),
        ("opened/x273/999", Resource(Kind.OPENED, 0, 273_999)),
    ],
)
def test_a_path_names_its_tile(path, resource):
    assert parse_path(path) == resource
    assert path_of(resource) == path


@given(resources)
def test_every_path_comes_back_as_it_went(resource):
    assert parse_path(path_of(resource)) == resource


@pytest.mark.parametrize(
    "path",
    [
        "tile/64/000",
        "tile/00/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/0/\u0660\u0660\u0660",
        "tile/data/000",
        "tile/8/0/000",
        "opened/000.p/5",
        "opened/0",
        "entries/000",
        "tile/0/x001/x001/x001/x001/x001/x001/001",
        "",
    ],
)
def test_every_other_spelling_is_refused(path):
    with pytest.raises(ValueError, match="no path of the ledger"):
        parse_path(path)


@given(st.text(max_size=40))
def test_no_other_text_is_a_path(path):
    with pytest.raises(ValueError, match="no path of the ledger"):
        parse_path(path)


def test_a_tile_grows_from_nothing_to_its_full_width():
    assert [width_at(TileId(0, 1), size) for size in (0, 256, 257, 511, 512, 9999)] == [0, 0, 1, 255, 256, 256]
    assert [width_at(TileId(1, 0), size) for size in (0, 255, 256, 65_536, 65_537)] == [0, 0, 1, 256, 256]


@given(st.lists(st.binary(max_size=300), max_size=300))
def test_bundles_come_back_as_they_went(entries):
    assert decode_entries(encode_entries(entries)) == entries


def test_a_bundle_is_length_and_entry_in_turn():
    assert encode_entries([b"ab", b""]) == b"\x00\x02ab\x00\x00"


@pytest.mark.parametrize("bundle", [b"\x00", b"\x00\x02a", b"\x00\x01ab"])
def test_a_bundle_that_is_cut_short_is_refused(bundle):
    with pytest.raises(ValueError, match="ends inside an entry"):
        decode_entries(bundle)


def test_an_entry_too_long_for_its_length_is_refused():
    with pytest.raises(ValueError, match="65535 bytes"):
        encode_entries([bytes(65_536)])
