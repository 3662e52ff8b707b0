"""Identifiers are UUIDs of version 7: in the order of time, otherwise random."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.identifier import earliest_id, is_id, made_at, new_id
from app.domain.moment import to_millisecond
from tests.builders import AT

moments = st.datetimes(datetime(1970, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # the framework's own form
ten_bytes = st.binary(min_size=10, max_size=10)


@given(at=moments, drawn=ten_bytes)
def test_an_id_is_a_uuid_of_version_7_and_tells_its_millisecond(at, drawn):
    text = new_id(at, lambda count: drawn[:count])
    uuid = UUID(text)
    assert (uuid.version, uuid.variant) == (7, "specified in RFC 4122")
    assert uuid.int >> 80 == (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert text == str(uuid)
    assert is_id(text)
    assert made_at(text) == to_millisecond(at)


def test_the_published_example_is_ours():
    """RFC 9562, A.6: 2022-02-22 14:22:22 -05:00, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F."""
    at = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    drawn = bytes.fromhex("0cc3 18c4dc0c0c07398f")
    assert new_id(at, lambda _: drawn) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(at=moments, later=st.timedeltas(timedelta(milliseconds=1), timedelta(days=9000)), one=ten_bytes, other=ten_bytes)
def test_a_later_id_sorts_after_an_earlier_one(at, later, one, other):
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert new_id(at, lambda _: one) < new_id(at + later, lambda _: other)


def test_every_one_of_the_74_random_bits_counts():
    draws = [(1 << bit).to_bytes(10) for bit in range(80)]
    ids = {new_id(AT, lambda _, drawn=drawn: drawn) for drawn in [bytes(10), *draws]}
    assert len(ids) == 75  # six bits hold version and variant


@given(at=moments, drawn=ten_bytes)
def test_the_earliest_id_of_a_moment_parts_what_was_made_before_from_the_rest(at, drawn):
    after = at + timedelta(milliseconds=1)

    assert new_id(at, lambda _: b"\xff" * 10) < earliest_id(after) <= new_id(after, lambda _: drawn)


def test_two_ids_of_one_moment_differ():
    assert len({new_id(AT, secrets.token_bytes) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "019a9c1e",
        "019a9c1e7a507c3e9f003f2b8a6d5c41",
        "{019a9c1e-7a50-7c3e-9f00-3f2b8a6d5c41}",
        "019A9C1E-7A50-7C3E-9F00-3F2B8A6D5C41",
        "019a9c1e-7a50-7c3e-9f00-3f2b8a6d5c41 ",
        "019a9c1e-7a50-7c3e-9f00-3f2b8a6d5c41\n",
        "019a9c1e-7a50-7c3e-9f00-3f2b8a6d5c4g",
        "\u066019a9c1e-7a50-7c3e-9f00-3f2b8a6d5c41",
        "../9a9c1e-7a50-7c3e-9f00-3f2b8a6d5c41",
    ],
)
def test_only_the_form_that_this_service_writes_is_an_id(text):
    assert not is_id(text)
