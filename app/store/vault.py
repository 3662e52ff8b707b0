"""The vault: what may have to be erased is sealed, so that destroying a small key destroys every copy of it.

Each box has a key of its own; the day's key for its class wraps it. Day keys are files in a folder that no backup
copies. When the last thing sealed on a day has been kept long enough, the day's key is destroyed, and nothing sealed
under it can be read anywhere: not in the tables, the write-ahead log, or a backup (security.md, 7).
AES-256-GCM; the box's owner and kind are its associated data, so that no box can stand in for another.
"""

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.domain.sealed import BoxKind, RetentionClass
from app.store.randomness import Random

KEY_BYTES = 32
NONCE_BYTES = 12
_VERSION = b"\x01"  # in front of each wrapped key: a later way of sealing gets another number
HOLD_FILE = "LEGAL-HOLD"


class VaultUnavailable(OSError):
    """The folder of day keys cannot be read or written: nothing was sealed."""


class Vault:
    """The day keys of one folder. Keys once read stay in memory until they are destroyed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._keys: dict[tuple[RetentionClass, date], bytes] = {}

    def seal(
        self, owner_id: str, kind: BoxKind, day: date, content: Mapping[str, object], random: Random = os.urandom
    ) -> tuple[bytes, bytes]:
        """Return the wrapped key and the ciphertext of a content (JSON)."""
        bound = _bound(owner_id, kind)
        key = random(KEY_BYTES)
        wrapped = _encrypt(self._day_key(kind.retention, day), random(NONCE_BYTES), key, bound)
        return _VERSION + wrapped, _encrypt(key, random(NONCE_BYTES), orjson.dumps(content), bound)

    def open(
        self, owner_id: str, kind: BoxKind, day: date, wrapped_key: bytes, ciphertext: bytes
    ) -> dict[str, object] | None:
        """Return a box's content, or None where its day key was destroyed, by this process or another.

        Raises InvalidTag where the box was altered.
        """
        if not os.path.exists(f"{self.folder}/{_name(kind.retention, day)}"):  # noqa: PTH110  # for each box of a page
            self._keys.pop((kind.retention, day), None)
        day_key = self._known_day_key(kind.retention, day)
        if day_key is None:
            return None
        bound = _bound(owner_id, kind)
        if wrapped_key[:1] != _VERSION:
            raise InvalidTag
        content = orjson.loads(_decrypt(_decrypt(day_key, wrapped_key[1:], bound), ciphertext, bound))
        return dict(content)

    @property
    def on_hold(self) -> bool:
        """Whether a legal hold forbids every erasing: while a file of that name lies in the folder."""
        return (self.folder / HOLD_FILE).exists()

    def can_be_used(self) -> bool:
        """Tell whether the folder is there, or can be made, and keys can be written to it."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            return False
        return os.access(self.folder, os.R_OK | os.W_OK | os.X_OK)

    def days(self) -> list[tuple[RetentionClass, date]]:
        """Return the days that have a key, by class. Other keys may lie in the folder too."""
        found = []
        for file in self.folder.glob("*.key"):
            name, _, day = file.stem.partition("-")
            with suppress(ValueError):
                found.append((RetentionClass(name), date.fromisoformat(day)))
        return sorted(found)

    def destroy(self, retention: RetentionClass, day: date) -> None:
        """Destroy a day's key: overwrite it, remove it, and see the removal reach the disk."""
        file = self._file(retention, day)
        self._keys.pop((retention, day), None)
        try:
            with file.open("r+b") as key:
                key.write(os.urandom(KEY_BYTES))
                key.flush()
                os.fsync(key.fileno())
            file.unlink()
        except FileNotFoundError:
            return  # another process destroyed it
        sync_folder(self.folder)

    def _file(self, retention: RetentionClass, day: date) -> Path:
        return self.folder / _name(retention, day)

    def _known_day_key(self, retention: RetentionClass, day: date) -> bytes | None:
        key = self._keys.get((retention, day))
        if key is None:
            try:
                key = self._file(retention, day).read_bytes()
            except FileNotFoundError:
                return None
            except OSError as error:
                raise VaultUnavailable(error.errno, error.strerror, error.filename) from error
            self._keys[retention, day] = key
        return key

    def _day_key(self, retention: RetentionClass, day: date) -> bytes:
        """Return a day's key, made on its first use; of several processes that make it one wins for all."""
        key = self._known_day_key(retention, day)
        if key is not None:
            return key
        try:
            make_key_file(self._file(retention, day))
        except OSError as error:  # no such folder, not allowed, a full disk
            raise VaultUnavailable(error.errno, error.strerror, error.filename) from error
        key = self._known_day_key(retention, day)
        if key is None:
            raise FileNotFoundError("a day key vanished while it was made")
        return key


def _name(retention: RetentionClass, day: date) -> str:
    return f"{retention.value}-{day.isoformat()}.key"


def make_key_file(file: Path, content: bytes | None = None) -> None:
    """Write 32 random bytes, or a content, to a file that is whole or absent, mode 0600, unless one is there."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        try:
            os.write(descriptor, os.urandom(KEY_BYTES) if content is None else content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.link(draft, file)  # fails if it is there already, unlike a rename
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    sync_folder(file.parent)


def ciphertext_hash(ciphertext: bytes) -> str:
    """Return what an event keeps of a sealed box: enough to show that it was not replaced."""
    return hashlib.sha256(ciphertext).hexdigest()


def _bound(owner_id: str, kind: BoxKind) -> bytes:
    return f"{owner_id}/{kind.value}".encode()


def _encrypt(key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def _decrypt(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    if len(sealed) < NONCE_BYTES:
        raise InvalidTag  # as for every other altered box
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)


def sync_folder(folder: Path) -> None:
    """See to it that what was made in a folder, or removed from it, is on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
