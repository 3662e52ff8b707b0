"""What is public, and when: the cut, the open leaves, what an entry tells."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.event import Kind
from app.domain.publication import (
    Leaf,
    Listing,
    cut_after,
    is_unsettled,
    pause_between_cuts,
    public_inquiry,
    public_leaves,
)
from app.domain.status import Status

NOW = datetime(2026, 3, 10, 19, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
ANSWER = {"en": "One.", "es": "Uno."}


def a_leaf(index, kind, minutes=0, **data):
    return Leaf(index, kind, NOW + timedelta(minutes=minutes), "2026-000001", data)


def a_history():
    """Logged, called, answered by ICE, told to the asker, corrected; the leaves of others stand between."""
    return [
        a_leaf(
            4, Kind.INQUIRY_LOGGED, 1, asked_at="2026-03-10T19:00:00Z", source="public", outlet=None,
            status="open", answer=ANSWER,
        ),
        a_leaf(
            5, Kind.INQUIRY_PLACE, 1, observed_at="2026-03-10T18:50:00Z", activity="school", area_command="valley",
            block="1200 block of Central Ave SE",
        ),
        a_leaf(7, Kind.INQUIRY_CALLED, 3, call=1, placed_at="2026-03-10T19:03:00Z", status="calling", answer=None),
        a_leaf(
            9, Kind.INQUIRY_OUTCOME, 9, call=1, outcome="confirmed", agency="ero", status="confirmed",
            answer={"en": "Two.", "es": "Dos."},
        ),
        a_leaf(10, Kind.INQUIRY_ANSWERED, 10, status="confirmed", method="phone"),
        a_leaf(
            15, Kind.INQUIRY_CORRECTED, 60, call=1, outcome="not_ice", agency="hsi", status="not_ice",
            answer={"en": "Three.", "es": "Tres."}, replaces=9,
        ),
    ]  # fmt: skip


def indexes(leaves):
    return [leaf.index for leaf in leaves]


def test_the_cut_is_the_first_event_that_is_too_young():
    times = [NOW - DAY - timedelta(minutes=1), NOW - DAY, NOW - DAY + timedelta(milliseconds=1), NOW]

    assert cut_after(100, times, NOW, DAY) == 102


@pytest.mark.parametrize(("delay", "step"), [(DAY, 60), (timedelta(hours=1), 60), (timedelta(minutes=10), 10)])
def test_what_happened_in_one_minute_or_a_sixtieth_of_the_delay_becomes_public_together(delay, step):
    times = [NOW + timedelta(seconds=second) for second in range(step)]
    cuts = {cut_after(0, times, NOW + delay + timedelta(seconds=second), delay) for second in range(1, step)}

    assert cuts == {1}  # what happened on the stroke of the minute goes with the one before
    assert cut_after(0, times, NOW + delay + timedelta(seconds=step), delay) == step


def test_without_a_delay_all_is_public():
    assert cut_after(0, [NOW, NOW], NOW, timedelta(0)) == 2


def test_a_clock_that_ran_ahead_holds_back_what_follows_it():
    times = [NOW - 3 * DAY, NOW + DAY, NOW - 3 * DAY]

    assert cut_after(0, times, NOW, DAY) == 1


@given(st.lists(st.integers(-3000, 3000)), st.integers(0, 3000))
def test_below_the_cut_every_event_is_old_enough_and_the_next_one_is_not(minutes, delay):
    times = [NOW + timedelta(minutes=each) for each in minutes]

    cut = cut_after(0, times, NOW, timedelta(minutes=delay))

    assert all(at <= NOW - timedelta(minutes=delay) for at in times[:cut])
    assert cut == len(times) or times[cut] > NOW - timedelta(minutes=delay)


@pytest.mark.parametrize(("delay", "pause"), [(DAY, 1), (timedelta(seconds=30), 0.5), (timedelta(0), 0)])
def test_the_cut_stands_still_for_a_second_at_most(delay, pause):
    assert pause_between_cuts(delay) == timedelta(seconds=pause)


@pytest.mark.parametrize(
    ("cut", "public"),
    [
        (4, []),
        (6, [4]),  # the place waits until the inquiry is settled
        (9, [4, 7]),
        (10, [4, 5, 7, 9, 15]),  # settled: the place opens, and the correction of what is public at once
        (11, [4, 5, 7, 9, 10, 15]),
        (16, [4, 5, 7, 9, 10, 15]),
    ],
)
def test_the_place_opens_when_it_is_settled_and_a_correction_at_once(cut, public):
    assert indexes(public_leaves(a_history(), cut)) == public


def test_a_correction_of_what_is_not_public_waits():
    history = a_history()
    history.insert(5, a_leaf(12, Kind.INQUIRY_CALLED, 20, call=2, placed_at="x", status="confirmed", answer=None))
    history.insert(
        6,
        a_leaf(13, Kind.INQUIRY_OUTCOME, 21, call=2, outcome="declined", agency="ero", status="confirmed", answer=None),
    )
    history[7] = a_leaf(
        15,
        Kind.INQUIRY_CORRECTED,
        60,
        call=2,
        outcome="not_ice",
        agency="hsi",
        status="not_ice",
        answer=None,
        replaces=13,
    )

    assert indexes(public_leaves(history, 11)) == [4, 5, 7, 9, 10]
    assert indexes(public_leaves(history, 14)) == [4, 5, 7, 9, 10, 12, 13, 15]


def test_a_correction_of_a_correction_follows_at_once():
    history = [
        *a_history(),
        a_leaf(
            16, Kind.INQUIRY_CORRECTED, 61, call=1, outcome="declined", agency="hsi", status="unconfirmed",
            answer=None, replaces=15,
        ),
    ]  # fmt: skip

    assert indexes(public_leaves(history, 10))[-2:] == [15, 16]


def test_no_status_is_told_by_what_the_asker_was_told():
    history = a_history()[:4]
    history.append(a_leaf(10, Kind.INQUIRY_ANSWERED, 10, status="unconfirmed", method="phone"))

    assert public_inquiry(history).status is Status.CONFIRMED


def test_an_entry_tells_the_old_and_the_new():
    told = public_inquiry(public_leaves(a_history(), 10))

    assert (told.listing, told.status, told.newest) == (Listing.SETTLED, Status.NOT_ICE, 15)
    assert told.entry["corrections"] == [
        {"corrected_at": "2026-03-10T20:00:00Z", "call": 1, "from": "confirmed", "to": "not_ice"}
    ]
    assert told.entry["calls"] == [{"placed_at": "2026-03-10T19:03:00Z", "outcome": "not_ice", "agency": "hsi"}]
    assert told.entry["answer"] == {"en": "Three.", "es": "Tres."}
    assert (told.entry["minutes_to_call"], told.entry["minutes_to_answer"], told.entry["late"]) == (3, 9, False)


def test_what_was_asked_after_the_call_took_no_minutes():
    history = a_history()
    history[0] = a_leaf(
        4, Kind.INQUIRY_LOGGED, 30, asked_at="2026-03-10T19:30:00Z", source="public", outlet=None, status="open",
        answer=ANSWER,
    )  # fmt: skip

    told = public_inquiry(public_leaves(history, 10)).entry

    assert (told["minutes_to_call"], told["minutes_to_answer"]) == (0, 0)


def test_an_unsettled_inquiry_tells_its_number_day_and_status_alone():
    told = public_inquiry(public_leaves(a_history(), 9))

    assert told.listing is Listing.WAITING
    assert told.entry == {
        "number": "2026-000001",
        "day": "2026-03-10",
        "status": "calling",
        "reason": None,
        "replaced_by": None,
    }


def test_a_withdrawn_inquiry_tells_why_and_what_replaced_it():
    history = [
        a_history()[0],
        a_leaf(
            6,
            Kind.INQUIRY_WITHDRAWN,
            2,
            reason="duplicate",
            replaced_by="2026-000000",
            status="withdrawn",
            answer=ANSWER,
        ),
    ]

    told = public_inquiry(public_leaves(history, 7))

    assert told.listing is Listing.WITHDRAWN
    assert (told.entry["reason"], told.entry["replaced_by"]) == ("duplicate", "2026-000000")


def test_what_is_not_settled_is_listed_a_week_on():
    assert not is_unsettled(date(2026, 3, 10), date(2026, 3, 16))
    assert is_unsettled(date(2026, 3, 10), date(2026, 3, 17))
