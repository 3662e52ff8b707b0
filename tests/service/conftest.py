"""An office in which use cases run one after the other, each as the writer would run it."""

import pytest

from app.store.vault import Vault
from tests.service.office import Office


@pytest.fixture
def office(shared_database, tmp_path):
    """An office on each engine in turn; what was written there is taken back after the test."""
    with shared_database.writing.connect() as connection, connection.begin() as whole_test:
        yield Office(connection, Vault(tmp_path / "vault"))
        whole_test.rollback()
