"""Desks for the tests of the API: one for each test, or one that many share."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from app.store import migrate
from tests.databases import ENGINES
from tests.desk import Desk, open_desk


@pytest.fixture
def desk(database_url: str, data_dir: Path) -> Iterator[Desk]:
    """A desk of its own, on each engine in turn."""
    with open_desk(database_url, data_dir) as opened:
        yield opened


@pytest.fixture(scope="session", params=ENGINES)
def shared_desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk for many tests, on each engine in turn: for what is refused, or only adds to what is there."""
    folder = tmp_path_factory.mktemp("shared_desk")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), folder / "app.db")
        url = f"sqlite:///{folder / 'app.db'}"
    else:
        server = request.getfixturevalue("postgresql_server")
        url = server.create_database()
        migrate.upgrade(url)
    with open_desk(url, folder) as opened:
        opened.contact()
        yield opened


@pytest.fixture
def desk_with(sqlite_url: str, data_dir: Path) -> Iterator[Callable[..., Desk]]:
    """Open a desk with settings of one's own, on SQLite: `desk_with(public_rate="3/minute")`."""
    with ExitStack() as stack:

        def opened(**settings: Any) -> Desk:
            return stack.enter_context(open_desk(sqlite_url, data_dir, **settings))

        yield opened
