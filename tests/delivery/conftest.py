"""An outbox for the tests of delivery, on each engine in turn."""

from collections.abc import Iterator

import pytest

from app.store.engine import Database
from app.store.vault import Vault
from tests.delivery.at_work import FastClock, Outbox, outbox_over


@pytest.fixture
def clock() -> FastClock:
    """The machine's clock, unless a test makes it fast."""
    return FastClock()


@pytest.fixture
def outbox(database: Database, vault: Vault, clock: FastClock) -> Iterator[Outbox]:
    """An outbox over a database of its own."""
    with outbox_over(database, vault, clock) as opened:
        yield opened
