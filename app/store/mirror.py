"""A mirror's folder: filled beside the one there is, and put in its place in one step, whole or not at all.

What an interrupted export left beside it is gone on with. Unchanged files are linked and not copied.
"""

import ctypes
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Self

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


class MirrorFolder:
    """The folder, and the one beside it that is being filled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.draft = self.folder.with_name(f".{self.folder.name}.next")
        self._old = self.folder.with_name(f".{self.folder.name}.old")
        self._names: set[str] = set()

    def begin(self, last: str) -> None:
        """Begin to fill, or go on; `last` is the file that is written when all others are.

        Raises OSError where the folder cannot be written beside.
        """
        if self._old.exists():  # an export was stopped between two renames, or while it cleared up
            if self.folder.exists():
                shutil.rmtree(self._old)
            else:
                self._old.rename(self.folder)
        if (self.draft / last).exists():  # an export was stopped just before it put this in its place, or just after
            if self.folder.exists():
                self._clear_up()
            else:
                self.draft.rename(self.folder)
        self.draft.mkdir(parents=True, exist_ok=True)

    def read(self, name: str) -> bytes | None:
        """Return a file of the finished mirror."""
        with suppress(FileNotFoundError, NotADirectoryError):
            return (self.folder / name).read_bytes()
        return None

    def keep(self, name: str, size: int | None = None) -> bool:
        """Take a file over as it is, of this size if it is given; tell whether there was one."""
        there, here = self.draft / name, self.folder / name
        self._names.add(name)
        if _has_size(there, size):
            return True
        if not _has_size(here, size):
            return False
        there.parent.mkdir(parents=True, exist_ok=True)
        there.unlink(missing_ok=True)
        try:
            os.link(here, there)
        except OSError:  # a file system without links
            shutil.copyfile(here, there)
        return True

    def put(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all."""
        with self.open(name) as draft:
            draft.write(content)

    def open(self, name: str) -> "_Draft":
        """Write a file in pieces; it is there once the block ends."""
        self._names.add(name)
        return _Draft(self.draft / name)

    def finish(self, last: str, content: bytes) -> None:
        """Write the last file, and put what was filled in the place of what there is."""
        self._drop_what_an_older_export_left()
        self.put(last, content)
        _sync(self.draft)
        if not self.folder.exists():
            self.draft.rename(self.folder)
        elif _exchange(self.draft, self.folder):
            self._clear_up()
        else:
            self.folder.rename(self._old)
            self.draft.rename(self.folder)
            shutil.rmtree(self._old)
        _sync(self.folder.parent)

    def _drop_what_an_older_export_left(self) -> None:
        """Remove files that an interrupted export wrote, and that are no part of this one: parts, narrower tiles."""
        for file in self.draft.rglob("*"):
            name = file.relative_to(self.draft).as_posix()
            if name not in self._names and not file.is_dir():
                file.unlink()

    def _clear_up(self) -> None:
        # By its other name first: what is left of it if this is interrupted is then gone on with by nobody.
        self.draft.rename(self._old)
        shutil.rmtree(self._old)


class _Draft:
    """A file that is being written."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._part = file.with_name(f"{file.name}.part")

    def __enter__(self) -> Self:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._open = self._part.open("wb")
        return self

    def write(self, content: bytes) -> None:
        self._open.write(content)

    def __exit__(self, kind: object, *_: object) -> None:
        self._open.flush()
        os.fsync(self._open.fileno())
        self._open.close()
        if kind is None:
            self._part.replace(self._file)
        else:
            self._part.unlink()


def _has_size(file: Path, size: int | None) -> bool:
    try:
        found = file.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return False
    return size is None or found == size


def _exchange(a: Path, b: Path) -> bool:
    """Exchange two folders in one step, where the system can (renameat2, Linux 3.15)."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    done: int = renameat2(_AT_FDCWD, os.fsencode(a), _AT_FDCWD, os.fsencode(b), _RENAME_EXCHANGE)
    return done == 0


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
