"""What of the ledger lies beside the database: the keys that sign, and the newest checkpoint.

The checkpoint's file is what shows that an older database was put back. Neither file is in any backup.
"""

import os
from contextlib import suppress
from pathlib import Path

from app.ledger.checkpoint import SigningKey, read_key_file, write_key_file
from app.ledger.merkle import HASH_BYTES
from app.store.vault import make_key_file, sync_folder


class KeysRefused(Exception):
    """The key file cannot be used; one plain sentence says why and what to do."""


class KeyFile:
    """The file of the keys that sign, a line each: all of them sign. It is read anew when it has changed."""

    def __init__(self, file: Path, origin: str) -> None:
        self.file = file
        self.origin = origin
        self._read_at: tuple[int, int] | None = None
        self._keys: tuple[SigningKey, ...] = ()

    def make(self) -> None:
        """Make a first key, unless there is one."""
        make_key_file(self.file, write_key_file([self.new_key()]))

    def new_key(self) -> SigningKey:
        """Return a new key, which signs once it is in the file."""
        return SigningKey(self.origin, os.urandom(HASH_BYTES))

    def read(self) -> tuple[SigningKey, ...]:
        """Return the keys that sign now. Raises KeysRefused."""
        try:
            status = self.file.stat()
            state = (status.st_mtime_ns, status.st_ino)
            if state != self._read_at:
                self._keys, self._read_at = read_key_file(self.file.read_bytes()), state
        except (OSError, ValueError):
            raise KeysRefused(
                "The ledger's key file (APP_LEDGER_KEY_FILE) cannot be read. Put it back from your copy."
                " If there is none, see `ledger-key replace-lost`."
            ) from None
        if any(key.name != self.origin for key in self._keys):
            raise KeysRefused(
                "The ledger's keys bear another name than APP_LEDGER_ORIGIN. Set it to the name that they bear."
            )
        return self._keys

    def replace(self, keys: tuple[SigningKey, ...]) -> None:
        """Write other keys in the place of those there are."""
        write_whole(self.file, write_key_file(keys))


def write_whole(file: Path, content: bytes) -> None:
    """Write a file, mode 0600, that is on disk with all of its content or stays as it was."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        try:
            os.write(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.replace(file)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
    sync_folder(file.parent)


def read_if_there(file: Path) -> bytes | None:
    """Return a file's content, None where there is no such file."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
