"""Dispatchers go first, and what waits goes on arriving."""

import asyncio

from app.delivery.precedence import Precedence


def started(at_work, *, seldom_seconds, tries, seconds):
    """Return how many of some messages may start within a time."""

    async def count():
        precedence = Precedence(at_work, seldom_seconds)
        tasks = [asyncio.create_task(precedence.give()) for _ in range(tries)]
        done, waiting = await asyncio.wait(tasks, timeout=seconds)
        for task in waiting:
            task.cancel()
        return len(done)

    return asyncio.run(count())


def test_at_rest_every_message_starts_at_once():
    assert started(lambda: 0, seldom_seconds=60, tries=20, seconds=5) == 20


def test_while_somebody_waits_for_a_change_one_starts_now_and_the_others_later():
    assert started(lambda: 1, seldom_seconds=60, tries=20, seconds=0.1) == 1


def test_however_long_somebody_waits_messages_go_on():
    assert started(lambda: 1, seldom_seconds=0.001, tries=5, seconds=10) == 5


def test_what_waited_starts_when_the_change_is_made():
    at_work = iter([1, 2, 1])

    assert started(lambda: next(at_work, 0), seldom_seconds=60, tries=3, seconds=5) == 3


def test_a_single_change_is_looked_past_sooner_than_one_of_many(monkeypatch):
    """Looking as seldom as changes come, it met each of them."""
    slept, sleep = [], asyncio.sleep

    async def noted(seconds):
        slept.append(seconds)
        await sleep(0)

    monkeypatch.setattr("app.delivery.precedence.asyncio.sleep", noted)
    at_work = iter([1, 1, 8])

    started(lambda: next(at_work, 0), seldom_seconds=60, tries=2, seconds=5)

    assert len(slept) == 2
    assert slept[0] < slept[1]
