"""Changes are handed over together where that costs nobody anything, and none waits for what does not come."""

import asyncio

import pytest

from app.store import gathering as gatherings
from app.store.gathering import Gathering

MOST = 8


def gathered(story):
    """Return the batches that were handed over in a story, which is given the gathering and the batches so far."""

    async def tell():
        batches = []
        gathering = Gathering(asyncio.get_running_loop(), MOST, lambda batch: batches.append(list(batch)))
        await story(gathering, batches)
        return batches

    return asyncio.run(tell())


async def passes(count=3):
    """Let the loop look at its connections some times."""
    for _ in range(count):
        await asyncio.sleep(0)


def test_alone_a_change_is_handed_over_at_once():
    async def story(gathering, _batches):
        gathering.add(1)
        await passes()

    assert gathered(story) == [[1]]


def test_what_comes_at_once_goes_together_in_its_order():
    async def story(gathering, _batches):
        gathering.add(1)
        gathering.add(2)
        await passes(1)
        gathering.add(3)
        await passes()

    assert gathered(story) == [[1, 2, 3]]


def test_what_comes_while_a_batch_is_under_way_is_the_next():
    async def story(gathering, batches):
        gathering.add(1)
        await passes()
        gathering.add(2)
        gathering.add(3)
        await asyncio.sleep(2 * gatherings.GATHER_SECONDS)
        assert batches == [[1]]
        gathering.answered(1)
        await asyncio.sleep(2 * gatherings.GATHER_SECONDS)

    assert gathered(story) == [[1], [2, 3]]


def test_those_who_were_just_answered_are_expected_back(monkeypatch):
    monkeypatch.setattr(gatherings, "EXPECT_SECONDS", 60)
    monkeypatch.setattr(gatherings, "GATHER_SECONDS", 60)

    async def story(gathering, batches):
        gathering.add(1)
        gathering.add(2)
        await passes()
        gathering.add(3)
        gathering.answered(2)
        await asyncio.sleep(0.02)
        assert batches == [[1, 2]]
        gathering.add(4)
        gathering.add(5)
        await asyncio.sleep(0.02)

    assert gathered(story) == [[1, 2], [3, 4, 5]]


def test_who_does_not_come_back_is_not_waited_for():
    async def story(gathering, _batches):
        gathering.add(1)
        gathering.add(2)
        await passes()
        gathering.add(3)
        gathering.answered(2)
        await asyncio.sleep(5 * gatherings.EXPECT_SECONDS)

    assert gathered(story) == [[1, 2], [3]]


@pytest.mark.parametrize(("most_seconds", "first"), [(0.0, [0]), (60.0, list(range(MOST)))])
def test_what_keeps_coming_is_gathered_for_a_bounded_time_and_number(monkeypatch, most_seconds, first):
    monkeypatch.setattr(gatherings, "GATHER_SECONDS", most_seconds)

    async def story(gathering, batches):
        for change in range(20):
            if batches:
                break
            gathering.add(change)
            await passes(1)

    assert gathered(story)[0] == first
