"""What a leaf says has one form for each kind of event, and no second reading."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ledger.payload import DATA_KEYS, read_payload, read_payloads, write_payload

AT = "2026-01-31T18:04:00Z"
TIMES = {"asked_at", "observed_at", "placed_at"}


def data_of(kind: str) -> dict:
    special = {"answer": {"en": 'He said "yes".', "es": "Dijo «sí»."}, **dict.fromkeys(TIMES, "2026-01-31T18:04:00Z")}
    return {key: special.get(key, 1) for key in DATA_KEYS[kind]}


def written(kind: str = "inquiry:called", **changes) -> bytes:
    of_inquiry = kind.startswith("inquiry:")
    fields = {
        "v": 1,
        "kind": kind,
        "at": AT,
        "by_role": "dispatcher",
        "subject": "2026-000123" if of_inquiry else None,
        "seq": 2 if of_inquiry else None,
        "data": data_of(kind) if kind in DATA_KEYS else {},
        "rest": "ab" * 32,
    }
    return write_payload(fields | changes)


@pytest.mark.parametrize("kind", [*DATA_KEYS, "callback:read", "token:created"])
def test_every_kind_is_read_as_it_was_written(kind):
    one = written(kind)
    leaf = read_payload(one)

    assert leaf.kind == kind
    assert leaf.at == AT
    assert leaf.told() == json.loads(one)["data"]
    assert (leaf.subject is None) == (leaf.seq is None) == (not kind.startswith("inquiry:"))


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": None},
        {"seq": None},
        {"seq": -1},
        {"data": {}},
        {"data": data_of("inquiry:called") | {"note": "x"}},
        {"data": data_of("inquiry:called") | {"placed_at": "2026-01-31T18:04:05Z"}},
        {"data": data_of("inquiry:called") | {"call": [1]}},
        {"data": data_of("inquiry:called") | {"call": True}},
        {"data": data_of("inquiry:called") | {"answer": "yes"}},
        {"data": data_of("inquiry:called") | {"answer": {"en": "yes"}}},
        {"rest": "AB" * 32},
        {"rest": "ab" * 31},
        {"by_role": "D. Spatcher"},
        {"by_role": None},
        {"at": "2026-01-31T18:04:59Z"},
        {"v": 2},
        {"note": "more"},
        {"kind": "called"},
        {"subject": "26-123"},
    ],
)
def test_what_the_form_does_not_allow_is_never_written(changes):
    with pytest.raises(ValueError, match="form"):
        written(**changes)


@pytest.mark.parametrize("changes", [{"data": {"kind": "phone"}}, {"subject": "2026-000123", "seq": 2}, {"seq": 2}])
def test_other_kinds_tell_nothing(changes):
    with pytest.raises(ValueError, match="form"):
        written("callback:read", **changes)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"seq":2', b'"seq":02'),
        (b'"seq":2', b'"seq": 2'),
        (b'"seq":2', b'"seq":2.0'),
        (b'"call":1', b'"call":1,"call":1'),
        (b'"call":1', b'"call":-0'),
        (b'"v":1', b'"v":1,"v":1'),
        (b'"v":1', b'"v":2'),
        (b'\\"yes\\"', b"\\u0022yes\\u0022"),
        (b'\\"yes\\"', b"\\/yes"),
        (b'\\"yes\\"', b"\xffyes"),
        (b'\\"yes\\"', b"\nyes"),
        ("í".encode(), b"\\u00ed"),
        (b'{"at"', b' {"at"'),
        (b'"v":1}', b'"v":1}\n'),
        (b'"v":1}', b'"v":1},{}'),
    ],
)
def test_a_second_way_to_write_a_payload_is_refused(old, new):
    sound = written()
    assert old in sound

    with pytest.raises(ValueError, match="form"):
        read_payload(sound.replace(old, new))


def test_one_malformed_payload_spoils_no_other():
    sound, other, without_escapes = written(), written("callback:read"), written("inquiry:place")
    junk = [
        b"},{",
        sound + sound,
        b"",
        b"\xff",
        sound.replace(b"yes", b"\n"),
        without_escapes.replace(b"000123", b"0123"),
    ]

    assert read_payloads([sound, without_escapes]) == [read_payload(sound), read_payload(without_escapes)]
    for malformed in junk:
        found = read_payloads([sound, malformed, other, without_escapes])
        assert isinstance(found[1], ValueError)
        assert [found[0], *found[2:]] == [read_payload(one) for one in (sound, other, without_escapes)]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.integers(-(2**63), 2**64 - 1))
def test_every_text_and_whole_number_is_read_as_it_was_written(text, number):
    data = data_of("inquiry:called") | {"answer": {"en": text, "es": text}, "call": number}

    assert read_payload(written(data=data)).told() == data


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(junk):
    with pytest.raises(ValueError, match="form"):
        read_payload(junk)
