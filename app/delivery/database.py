"""How delivery reaches the database: changes by the one writer, questions on a thread."""

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from sqlmodel import Session

from app.store.session import WriteSession

log = logging.getLogger(__name__)
Done = TypeVar("Done")


class Writes(Protocol):
    """What writes a change."""

    async def __call__(self, change: Callable[[WriteSession], Done], /) -> Done:
        """Write a change and return its result once it is on disk."""
        ...


class Reads(Protocol):
    """What answers a question from one state of the database."""

    async def __call__(self, question: Callable[[Session], Done], /) -> Done:
        """Answer a question."""
        ...


async def succeeds(work: Callable[[], Awaitable[object]]) -> bool:
    """Do what may fail with the database and tell whether it did not; whoever asks tries again later."""
    try:
        await work()
    except Exception as error:  # noqa: BLE001  # whatever it was; its text may hold an address, its kind does not
        log.error("deliveries cannot be had", extra={"error": type(error).__name__})  # noqa: TRY400  # as above
        return False
    return True
