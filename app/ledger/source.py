"""Where the verifier reads a ledger from: the public endpoints, a mirror's files, or anything else of this shape.

A mirror's files have the paths of the endpoints below `ledger/`, and beside them `log.json`: a JSON array of the
public log's entries, one on a line, so that a million are read one at a time.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from app.ledger.entry import SALT_BYTES, Json, canonical_json
from app.ledger.merkle import HASH_BYTES
from app.ledger.tiles import WIDTH, Kind, Resource, decode_entries, path_of


class Missing(Exception):
    """The source answers, and does not have what its own checkpoint says there is."""


class CouldNotCheck(Exception):
    """The source does not answer, so nothing can be said of the ledger."""


class Opened(NamedTuple):
    """What opens one leaf."""

    payload: bytes
    salt: bytes


LogEntry = Mapping[str, Any]


class Source(Protocol):
    """What the verifier asks. Methods raise Missing, CouldNotCheck, or ValueError for what cannot be read."""

    @property
    def makes_entries_from_openings(self) -> bool:
        """Tell whether entries are stored nowhere, but made when they are asked for from what opens them."""

    def key(self) -> bytes:
        """Return the verifier keys, one on a line."""

    def checkpoint(self) -> bytes:
        """Return the newest checkpoint as a signed note."""

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile."""

    def entries(self, number: int, width: int) -> Sequence[bytes]:
        """Return the first `width` entries of a bundle."""

    def opened(self, number: int) -> Sequence[Opened | None]:
        """Return what opens the leaves of a bundle, None for a closed one; what is left out at the end is closed."""

    def log(self) -> Iterator[LogEntry]:
        """Return every entry of the public log, once: the settled ones, the withdrawn and the unsettled."""

    def entry_now(self, number: str) -> LogEntry | None:
        """Return a settled entry as it stands now, None where it cannot have changed since `log` was read."""


def encode_opened(number: int, leaves: Sequence[Opened | None]) -> bytes:
    """Return the JSON array that `opened/<N>` serves: 256 members, null for what is closed or not there yet."""
    members: list[Json] = [
        None
        if leaf is None
        else {"index": number * WIDTH + place, "payload": leaf.payload.decode(), "salt": leaf.salt.hex()}
        for place, leaf in enumerate(leaves)
    ]
    return canonical_json(members + [None] * (WIDTH - len(members)))


def decode_opened(number: int, written: bytes) -> list[Opened | None]:
    """Read such an array. Raises ValueError where it is none, or a member stands in another's place."""
    members = json.loads(written)
    if not isinstance(members, list) or len(members) > WIDTH:
        raise ValueError("opened leaves are an array of 256")
    return [_opened(number * WIDTH + place, member) for place, member in enumerate(members)]


def _opened(index: int, member: object) -> Opened | None:
    match member:
        case None:
            return None
        case {"index": int(found), "payload": str(payload), "salt": str(salt), **rest} if found == index and not rest:
            leaf = Opened(payload.encode(), bytes.fromhex(salt))
            if leaf.salt.hex() == salt and len(leaf.salt) == SALT_BYTES:
                return leaf
    raise ValueError(f"what stands for leaf {index} does not open it")


def encode_log(entries: Iterable[LogEntry]) -> Iterator[bytes]:
    """Yield the lines of a mirror's `log.json`: a JSON array with one entry on a line."""
    yield b"["
    before = b"\n"
    for entry in entries:
        yield before + json.dumps(entry, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
        before = b",\n"
    yield b"\n]\n"


def decode_log(lines: Iterable[bytes]) -> Iterator[LogEntry]:
    """Read such lines. Raises ValueError where they are no such array."""
    expected_first, closed = True, False
    for line in lines:
        text = line.strip()
        if expected_first:
            if text != b"[":
                raise ValueError("the log is an array with one entry on a line")
            expected_first = False
        elif closed:
            raise ValueError("something follows the end of the log")
        elif text == b"]":
            closed = True
        else:
            entry = json.loads(text.removesuffix(b","))
            if not isinstance(entry, dict):
                raise ValueError("an entry of the log is an object")
            yield entry
    if not closed:
        raise ValueError("the log ends before its array does")


class _Paths(ABC):
    """Reads a ledger by the paths of tlog-tiles."""

    makes_entries_from_openings = False

    @abstractmethod
    def _get(self, path: str) -> bytes:
        """Return what is at a path below the ledger's address. Raises Missing, CouldNotCheck."""

    def key(self) -> bytes:
        return self._get("ledger/key")

    def checkpoint(self) -> bytes:
        return self._get("ledger/checkpoint")

    def tile(self, level: int, number: int, width: int) -> bytes:
        return self._widest(Resource(Kind.TILE, level, number, width))[: width * HASH_BYTES]

    def entries(self, number: int, width: int) -> Sequence[bytes]:
        return decode_entries(self._widest(Resource(Kind.ENTRIES, 0, number, width)))[:width]

    def opened(self, number: int) -> Sequence[Opened | None]:
        return decode_opened(number, self._get("ledger/" + path_of(Resource(Kind.OPENED, 0, number))))

    def _widest(self, resource: Resource) -> bytes:
        """Return a partial tile, or the full one that has taken its place since, as the specification lets it."""
        try:
            return self._get("ledger/" + path_of(resource))
        except Missing:
            if resource.width == WIDTH:
                raise
            return self._get("ledger/" + path_of(resource._replace(width=WIDTH)))


class Mirror(_Paths):
    """An export: a directory whose files mirror the endpoints."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def log(self) -> Iterator[LogEntry]:
        """Return the entries of `log.json`."""
        try:
            with (self._directory / "log.json").open("rb") as lines:
                yield from decode_log(lines)
        except FileNotFoundError:
            raise Missing("log.json") from None
        except OSError as error:
            raise CouldNotCheck(f"log.json: {error.strerror}") from None

    def entry_now(self, number: str) -> LogEntry | None:  # noqa: ARG002 - the shape of a source
        """Return None: files do not change while they are read."""
        return None

    def _get(self, path: str) -> bytes:
        try:
            return (self._directory / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise Missing(path) from None
        except OSError as error:
            raise CouldNotCheck(f"{path}: {error.strerror}") from None


class Url(_Paths):
    """The public endpoints, through a function that fetches a path below the service's address.

    It returns the body of a 200, raises Missing for a 404 and CouldNotCheck for everything else.
    """

    def __init__(self, fetch: Callable[[str], bytes]) -> None:
        self._get_path = fetch

    def log(self) -> Iterator[LogEntry]:
        """Return the entries of every page of the three lists. Raises ValueError for one in another's list."""
        for listed in ("", "withdrawn", "unsettled"):
            query = listed and f"&status={listed}"
            cursor: str | None = ""
            while cursor is not None:
                page = json.loads(self._get(f"v1/log?limit=200{query}{cursor and '&cursor=' + cursor}"))
                for entry in page["items"]:
                    if _list_of(entry) != listed:
                        raise ValueError(f"{entry['number']} is in the list of what is {listed or 'settled'}")
                    yield entry
                cursor = page["next"]

    def entry_now(self, number: str) -> LogEntry | None:
        """Return the entry as it is served now, None where there is none."""
        try:
            entry = json.loads(self._get(f"v1/log/{number}"))
        except Missing:
            return None
        return entry if isinstance(entry, dict) else None

    def _get(self, path: str) -> bytes:
        return self._get_path(path)


def _list_of(entry: LogEntry) -> str:
    """Return the list that an entry belongs to: that of the settled ones, which is told in full, has no name."""
    if "calls" in entry:
        return ""
    return "withdrawn" if entry["status"] == "withdrawn" else "unsettled"
