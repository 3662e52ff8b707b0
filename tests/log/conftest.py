"""Desks with inquiries that have gone their way, for the tests of the public log."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.moment import day_in_denver
from app.ledger.report import Report
from app.service.verify_ledger import verify_database
from app.store.engine import open_to_migrate
from tests.desk import Desk
from tests.web.conftest import desk, desk_with

__all__ = ["desk", "desk_with"]


@pytest.fixture
def settle(desk: Desk) -> Callable[..., dict[str, Any]]:
    """Log an inquiry and settle it by a call: `settle(outcome="not_ice", activity="school")`."""
    desk.contact()

    def settled(outcome: str = "confirmed", **changed: Any) -> dict[str, Any]:
        inquiry = desk.logged(**changed)
        return {**inquiry, "call": desk.called(inquiry, outcome=outcome)["id"]}

    return settled


@pytest.fixture
def verified(desk: Desk) -> Callable[[], Report]:
    """Verify the tables as they stand."""
    return lambda: verify_database(desk.service.database, [], day_in_denver(desk.clock()))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that is not there yet."""
    return tmp_path / "mirror"


@pytest.fixture
def exec_past_triggers(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Edit the tables as somebody with the file or a superuser could: past the triggers that forbid it."""

    def execute(statement: str, desk: Desk | None = None) -> None:
        url = desk.service.settings.url if desk else request.getfixturevalue("sqlite_url")
        engine = open_to_migrate(url)
        try:
            with engine.begin() as connection:
                if engine.dialect.name == "postgresql":
                    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
                    connection.exec_driver_sql(statement)
                    return
                triggers = connection.exec_driver_sql(
                    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
                ).fetchall()
                for name, _ in triggers:
                    connection.exec_driver_sql(f"DROP TRIGGER {name}")
                connection.exec_driver_sql(statement)
                for _, made_by in triggers:
                    connection.exec_driver_sql(made_by)
        finally:
            engine.dispose()

    return execute
