"""A signing key that is lost: no start without a word, a way on that the operator has to ask for, and its traces."""

import pytest
from sqlalchemy import text

from app.store.engine import open_database
from tests.log.test_processes import AT_ONCE, is_sound, log_inquiry, signed, wait_until
from tests.process import migrated


@pytest.fixture
def process(tmp_path):
    """A service that has signed something, and is stopped."""
    process = migrated(tmp_path, **AT_ONCE)
    process.intake = process.token("intake")
    process.start()
    size = signed(process).size
    log_inquiry(process, process.intake)
    wait_until(lambda: signed(process).size > size)
    process.stop()
    yield process
    process.close()


def test_a_lost_key_is_replaced_by_an_explicit_command_and_readers_notice(process, tmp_path):
    key_file = process.data_dir / "ledger.key"
    old = process.command("ledger-key", "show").stdout.strip()
    kept = tmp_path / "kept-checkpoint"
    kept.write_bytes((process.data_dir / "checkpoint").read_bytes())
    assert process.command("ledger-key", "replace-lost", "--lost", old).returncode != 0  # it is there
    key_file.unlink()

    started, shown = process.command("serve"), process.command("ledger-key", "show")
    assert started.returncode != 0
    assert shown.returncode != 0
    for sentence in (started.stderr, shown.stderr):
        assert "ledger-key replace-lost" in sentence
    assert not key_file.exists()  # none was made in silence

    other = process.command("ledger-key", "replace-lost", "--lost", "localhost/other+00000000+AAAA")
    assert other.returncode != 0
    assert old in other.stderr
    assert not key_file.exists()

    replaced = process.command("ledger-key", "replace-lost", "--lost", old)
    assert replaced.returncode == 0, replaced.stderr
    new = replaced.stdout.splitlines()[0]
    process.start()
    log_inquiry(process, process.intake, "b")
    wait_until(lambda: process.request("GET", "/ledger/key").text.split() == [new])

    assert is_sound(process)
    by_old = process.command("verify", "--url", process.url, "--key", old)
    assert by_old.returncode == 1
    assert "no trusted key has signed this" in by_old.stdout
    by_both = process.command("verify", "--url", process.url, "--key", old, "--key", new, "--checkpoint", str(kept))
    assert by_both.returncode == 0, by_both.stdout + by_both.stderr
    assert recorded(process) == [old, new, "ledger_key:added"]


def test_an_old_key_is_retired_only_once_the_new_one_has_signed_beside_it(process):
    old = process.command("ledger-key", "show").stdout.strip()
    added = process.command("ledger-key", "add").stdout.splitlines()[0]
    early = process.command("ledger-key", "retire")
    assert early.returncode != 0
    assert "signed nothing yet" in early.stderr

    process.start()
    wait_until(lambda: process.request("GET", "/ledger/key").text.split() == [old, added])
    assert process.command("ledger-key", "retire").returncode == 0

    wait_until(lambda: process.request("GET", "/ledger/key").text.split() == [added])
    assert is_sound(process)


def recorded(process):
    """The keys in their order, and the event."""
    database = open_database(process.database_url)
    with database.read() as session:
        keys = session.execute(text("SELECT verifier FROM ledger_key ORDER BY number")).scalars().all()
        kinds = session.execute(text("SELECT kind FROM event WHERE kind LIKE 'ledger_key:%'")).scalars().all()
    database.dispose()
    return [*keys, *kinds]


def test_a_damaged_key_file_is_left_to_the_operator_and_an_interrupted_replacement_goes_on(process):
    key_file = process.data_dir / "ledger.key"
    old = process.command("ledger-key", "show").stdout.strip()
    key_file.write_bytes(b"damaged")
    refused = process.command("ledger-key", "replace-lost", "--lost", old)
    assert refused.returncode != 0
    assert "Move it away" in refused.stderr
    assert key_file.read_bytes() == b"damaged"
    key_file.unlink()
    first = process.command("ledger-key", "replace-lost", "--lost", old).stdout.splitlines()[0]
    database = open_database(process.database_url)
    with database.writing.begin() as connection:  # as if the command had been killed before its commit
        connection.execute(text("DELETE FROM ledger_key WHERE number = 1"))
    database.dispose()

    again = process.command("ledger-key", "replace-lost", "--lost", old).stdout.splitlines()[0]

    assert again == first
    process.start()
    assert process.request("GET", "/readyz").json()["ledger"] == "ok"
