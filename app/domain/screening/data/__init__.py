"""The words and rules of the screen as text files that language staff can read and mend, and their common hash."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = Path(__file__).parent
_STREETS = _FOLDER.parent.parent / "streets.txt"  # the list that addresses are read with; names on it are places here
_KINDS = (".txt", ".toml")


def data_files() -> tuple[Path, ...]:
    """Return every data file of the screen, in the order of its name."""
    own = (path for path in _FOLDER.rglob("*") if path.suffix in _KINDS)
    return (*sorted(own, key=lambda path: path.as_posix()), _STREETS)


def read_lines(name: str) -> Iterator[str]:
    """Yield the lines of one data file that say something: neither empty nor a comment."""
    for line in (_FOLDER / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def read_tables(name: str) -> dict[str, Any]:
    """Return the tables of one TOML data file."""
    return tomllib.loads((_FOLDER / name).read_text("utf-8"))


def names_of(folder: str, kind: str) -> tuple[str, ...]:
    """Return the names of the data files of a kind (".txt", ".toml") in a folder, in order."""
    return tuple(sorted(path.relative_to(_FOLDER).as_posix() for path in (_FOLDER / folder).glob("*" + kind)))


def read_streets() -> Iterator[tuple[str, bool]]:
    """Yield the city's streets without their type, and whether the name can be nothing but a street."""
    for line in _STREETS.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name = line.removeprefix("~").strip().rpartition(" ")[0]
            if name:
                yield name, not line.startswith("~")


@cache
def data_hash() -> str:
    """Return the SHA-256 over all data files, in hexadecimal: one name and one content after the other."""
    digest = hashlib.sha256()
    for path in data_files():
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
