"""What is sealed can be read with its keys alone, by its owner and kind alone, and never after its day's end."""

import errno
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from app.domain.sealed import BoxKind, RetentionClass
from app.store.vault import HOLD_FILE, Vault, VaultUnavailable, make_key_file
from tests.databases import every_byte_under

DAY = date(2026, 1, 31)
OWNER = "019c0de0-0000-7000-8000-000000000001"
CONTENT = {"phone": "+15055550134", "note": "canary niño", "latitude": 35.0844}


@pytest.fixture
def sealed(vault):
    return vault.seal(OWNER, BoxKind.CALLBACK, DAY, CONTENT)


def test_a_box_opens_with_its_keys(vault, sealed):
    assert vault.open(OWNER, BoxKind.CALLBACK, DAY, *sealed) == CONTENT
    assert Vault(vault.folder).open(OWNER, BoxKind.CALLBACK, DAY, *sealed) == CONTENT


def test_nothing_of_a_content_shows(sealed):
    assert b"canary" not in b"".join(sealed)
    assert b"5055550134" not in b"".join(sealed)


def test_a_folder_that_cannot_be_used_is_told_as_such(tmp_path, sealed, vault):
    (tmp_path / "file").touch()
    with pytest.raises(VaultUnavailable):
        Vault(tmp_path / "file").seal(OWNER, BoxKind.CALLBACK, DAY, CONTENT)

    (day_key,) = vault.folder.iterdir()
    day_key.unlink()
    day_key.mkdir()
    with pytest.raises(VaultUnavailable):
        Vault(vault.folder).open(OWNER, BoxKind.CALLBACK, DAY, *sealed)


def test_a_full_disk_leaves_no_draft_of_a_key_behind(tmp_path, monkeypatch):
    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(VaultUnavailable):
        Vault(tmp_path).seal(OWNER, BoxKind.CALLBACK, DAY, CONTENT)

    assert list(tmp_path.iterdir()) == []


def test_other_keys_beside_the_day_keys_keep_none_of_them_from_ending(vault, sealed):
    (vault.folder / "ledger.key").touch()

    assert vault.days() == [(RetentionClass.CALLBACK, DAY)]


def test_the_same_content_is_sealed_differently_each_time(vault, sealed):
    again = vault.seal(OWNER, BoxKind.CALLBACK, DAY, CONTENT)

    assert again[0] != sealed[0]
    assert again[1] != sealed[1]


@pytest.mark.parametrize(
    ("owner", "kind"), [("019c0de0-0000-7000-8000-000000000002", BoxKind.DETAIL), (OWNER, BoxKind.CALL_DETAIL)]
)
def test_no_box_stands_in_for_another(vault, owner, kind):
    """Same day's key, other owner or kind."""
    sealed = vault.seal(OWNER, BoxKind.DETAIL, DAY, CONTENT)

    with pytest.raises(InvalidTag):
        vault.open(owner, kind, DAY, *sealed)


def test_every_altered_byte_is_noticed(vault, sealed):
    for part in (0, 1):
        for place in range(len(sealed[part])):
            altered = bytearray(sealed[part])
            altered[place] ^= 1
            parts = [bytes(altered) if each == part else sealed[each] for each in (0, 1)]
            with pytest.raises(InvalidTag):
                vault.open(OWNER, BoxKind.CALLBACK, DAY, *parts)


@pytest.mark.parametrize("length", [0, 1, 5, 12, 13, 20])
def test_a_cut_box_is_noticed(vault, sealed, length):
    wrapped, ciphertext = sealed
    for cut in ((wrapped[:length], ciphertext), (wrapped, ciphertext[:length])):
        with pytest.raises(InvalidTag):
            vault.open(OWNER, BoxKind.CALLBACK, DAY, *cut)


def test_each_day_and_class_has_a_key_of_its_own(vault):
    for kind in BoxKind:
        vault.seal(OWNER, kind, DAY, CONTENT)
        vault.seal(OWNER, kind, date(2026, 2, 1), CONTENT)

    assert vault.days() == [(each, day) for each in RetentionClass for day in (DAY, date(2026, 2, 1))]
    keys = [file.read_bytes() for file in vault.folder.iterdir()]
    assert len(set(keys)) == 4
    assert {len(key) for key in keys} == {32}


def test_only_the_service_reads_the_keys(vault, sealed):
    assert {stat.S_IMODE(file.stat().st_mode) for file in vault.folder.iterdir()} == {0o600}
    assert stat.S_IMODE(vault.folder.stat().st_mode) == 0o700


def test_a_destroyed_key_opens_nothing_more_and_its_bytes_are_gone(vault, sealed):
    file = next(vault.folder.iterdir())
    key = file.read_bytes()
    held = os.open(file, os.O_RDONLY)  # what the file held is overwritten, not only its name removed

    vault.destroy(RetentionClass.CALLBACK, DAY)

    assert vault.open(OWNER, BoxKind.CALLBACK, DAY, *sealed) is None
    assert Vault(vault.folder).open(OWNER, BoxKind.CALLBACK, DAY, *sealed) is None
    assert key not in every_byte_under(vault.folder)
    assert os.read(held, 64) != key
    os.close(held)
    assert vault.days() == []


def test_a_key_that_another_process_destroyed_opens_nothing_in_this_one(vault, sealed):
    """`erase-expired` runs beside `serve`, which has read the key before."""
    Vault(vault.folder).destroy(RetentionClass.CALLBACK, DAY)

    assert vault.open(OWNER, BoxKind.CALLBACK, DAY, *sealed) is None


def test_destroying_a_key_again_is_no_error(vault, sealed):
    Vault(vault.folder).destroy(RetentionClass.CALLBACK, DAY)

    vault.destroy(RetentionClass.CALLBACK, DAY)


def test_the_other_class_outlives_a_destroyed_one(vault, sealed):
    detail = vault.seal(OWNER, BoxKind.DETAIL, DAY, CONTENT)

    vault.destroy(RetentionClass.CALLBACK, DAY)

    assert vault.open(OWNER, BoxKind.DETAIL, DAY, *detail) == CONTENT


SEAL = """
import sys
from datetime import date
from pathlib import Path
from app.domain.sealed import BoxKind
from app.store.vault import Vault
sys.stdin.readline()
wrapped, cipher = Vault(Path(sys.argv[1])).seal(sys.argv[2], BoxKind.DETAIL, date(2026, 1, 31), {"note": "x"})
print(wrapped.hex(), cipher.hex())
"""


def test_processes_that_make_the_same_key_agree(vault):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SEAL, vault.folder, OWNER],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:  # all are ready before the first may go on
        process.stdin.write("\n")
        process.stdin.flush()
    for process in started:
        wrapped, cipher = map(bytes.fromhex, process.communicate(timeout=20)[0].split())
        assert vault.open(OWNER, BoxKind.DETAIL, DAY, wrapped, cipher) == {"note": "x"}
    assert len(list(vault.folder.iterdir())) == 1


def test_threads_that_make_the_same_key_agree(tmp_path):
    for attempt in range(20):
        file = tmp_path / f"{attempt}.key"
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda file: make_key_file(file) or file.read_bytes(), [file] * 4))
        assert len(set(made)) == 1
        assert len(made[0]) == 32


def test_a_hold_lasts_while_its_file_is_there(vault, sealed):
    assert not vault.on_hold
    (vault.folder / HOLD_FILE).touch()
    assert vault.on_hold
    (vault.folder / HOLD_FILE).unlink()
    assert not vault.on_hold


def test_a_vault_that_cannot_be_used_says_so(tmp_path):
    (tmp_path / "file").touch()

    assert Vault(tmp_path / "new" / "vault").can_be_used()
    assert not Vault(tmp_path / "file" / "vault").can_be_used()
