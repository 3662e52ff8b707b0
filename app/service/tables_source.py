"""The tables as the verifier reads a ledger: each event is held against its leaf, open or not, with every column.

What a payload does not tell, its `rest` binds.
"""

from bisect import bisect_left
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.domain.event import Kind
from app.domain.publication import Listing, unsettled_before
from app.ledger.entry import canonical_json
from app.ledger.merkle import HASH_BYTES
from app.ledger.report import Problems
from app.ledger.source import LogEntry, Missing, Opened
from app.ledger.tiles import WIDTH, TileId
from app.service.read_evidence import closed_leaves
from app.service.verify_kept import columns_fit
from app.store import ledger, log
from app.store.stored_events import events_of, leaf_tiles, listed_entries, places_of_settled, stored_events

# Bundles read at once: eight make the questions cheap, and are read in a few milliseconds.
AT_ONCE = 8
# An edit can give an entry any first event.
EVERY_EVENT = range(-(1 << 62), 1 << 62)


class Stopped(Exception):
    """The check was told not to go on."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Some bundles as they were read at once: the events' columns, the tiles of their leaves, and which are closed.

    What is closed is None where that cannot be told; the log's entries are `listed` where they were asked for.
    """

    first: int = 0
    end: int = 0
    rows: Sequence[Sequence[Any]] = ()
    tiles: Mapping[int, bytes] = field(default_factory=dict)
    listed: Sequence[tuple[int, str, Sequence[Any]]] = ()
    closed: Container[int] | None = frozenset()

    def bundle(self, number: int) -> Sequence[Sequence[Any]]:
        """Return the events of one of them."""
        first, end = (bisect_left(self.rows, place * WIDTH, key=_index) for place in (number, number + 1))
        return self.rows[first:end]


_NO_RUN = _Run()
_index = itemgetter(0)
_DETAIL, _SEALED = 9, 10  # places in a row of `stored_events`
_PLACE = Kind.INQUIRY_PLACE.value


def _read_run(session: Session, first: int, end: int, unsettled_before: date | None) -> _Run:
    """Read bundles; with a day, the log's entries too, those of waiting inquiries up to it."""
    rows = stored_events(session, first * WIDTH, end * WIDTH)
    tiles = leaf_tiles(session, first, end)
    begins, ends = first * WIDTH, rows[-1][0] + 1 if rows else first * WIDTH
    if unsettled_before is None or log.publication(session).cut < ends:
        listed = (
            [] if unsettled_before is None else list(listed_entries(session, unsettled_before, range(begins, ends)))
        )
        return _Run(first, end, rows, tiles, listed, _closed(session, begins, ends, rows))
    # The place of the inquiry that was logged just before is here.
    listed = list(listed_entries(session, unsettled_before, range(begins - 1, ends)))
    settled = {logged + 1 for logged, _, (_, listing, *_) in listed if listing == Listing.SETTLED}
    return _Run(first, end, rows, tiles, listed, _places(rows) - settled)


def _places(rows: Sequence[Sequence[Any]]) -> set[int]:
    return {row[0] for row in rows if row[2] == _PLACE}


def _closed(session: Session, first: int, end: int, rows: Sequence[Sequence[Any]]) -> set[int] | None:
    if log.publication(session).cut >= end:
        return _places(rows) - places_of_settled(session, first, end)
    try:
        return closed_leaves(session, first, end)
    except DBAPIError:
        session.rollback()
        log.publication(session)  # raises again where it is the database that cannot be read
        return None


def _opened(row: Sequence[Any]) -> Opened:
    try:
        return Opened(row[-1].encode(), row[-2])
    except (AttributeError, UnicodeError):
        return Opened(b"", b"")


class TablesSource:
    """The tables as the verifier reads a ledger. What only they can show is noted in `problems`.

    `with_log` reads the log's entries together with the events that they begin with, as `logged` gives them.
    """

    # Entries are stored nowhere: they are made from the same payload and salt that open them.
    makes_entries_from_openings = True

    def __init__(
        self, session: Session, today: date, may_go_on: Callable[[], bool] = lambda: True, *, with_log: bool = False
    ) -> None:
        self.problems = Problems()
        self._session = session
        self._unsettled_before = unsettled_before(today)
        self._may_go_on = may_go_on
        self._with_log = with_log
        self._run = _NO_RUN

    def key(self) -> bytes:
        """Return the verifier keys."""
        return "".join(f"{key}\n" for key in ledger.verifier_keys(self._session)).encode()

    def checkpoint(self) -> bytes:
        """Return the newest checkpoint."""
        newest = ledger.newest_checkpoint(self._session)
        if newest is None:
            raise Missing("the checkpoint")
        return newest.note

    def size_now(self) -> int:
        """Return how many events there are."""
        return ledger.size_of(self._session)

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Return the first hashes of a tile."""
        if level == 0 and self._run.first <= number < self._run.end:
            hashes = self._run.tiles.get(number, b"")
        else:
            tile = TileId(level, number)
            hashes = ledger.read_tiles(self._session.connection(), [tile]).get(tile, b"")
        if not isinstance(hashes, bytes) or len(hashes) < width * HASH_BYTES:
            raise Missing(f"tile {level}/{number}")
        return hashes[: width * HASH_BYTES]

    def entries(self, number: int, width: int) -> Sequence[bytes]:
        """Return the first entries of a bundle, each event held against its columns."""
        if not self._may_go_on():
            raise Stopped
        entries = []
        for index, row in enumerate(self._bundle(number)[:width], number * WIDTH):
            if row[0] != index:
                break
            try:
                bound = _is_bound(row) or _is_bound(_with_canonical_json(row))
                entries.append(b"v1 " + sha256(row[-2] + row[-1].encode()).hexdigest().encode())
            except (TypeError, AttributeError, UnicodeError):  # an edit changed a value's type, which SQLite lets it
                self.problems.add(index, "a column of the event is of another type than was committed to")
                entries.append(b"")
            else:
                if not bound:
                    self.problems.add(index, "a column of the event is not what was committed to")
        return entries

    def opened(self, number: int) -> Sequence[Opened | None]:
        """Return what opens the public leaves of a bundle."""
        rows, closed = self._bundle(number), self._run.closed
        if closed is None:
            raise ValueError("a column of an event is no text")
        make: Callable[[type[Opened], tuple[bytes, bytes]], Opened] = tuple.__new__  # Opened(…) takes twice as long
        try:
            return [None if row[0] in closed else make(Opened, (row[-1].encode(), row[-2])) for row in rows]
        except (AttributeError, UnicodeError):  # as above; it was told then
            return [None if row[0] in closed else _opened(row) for row in rows]

    def log(self) -> Iterator[LogEntry]:
        """Return every entry of the three lists."""
        try:
            for listed in listed_entries(self._session, self._unsettled_before, EVERY_EVENT):
                yield self._told(*listed)
        except DBAPIError:
            self._session.rollback()
            log.count(self._session)  # raises again where it is the database that cannot be read
            raise ValueError("an entry is no text") from None

    def logged(self, number: int) -> Sequence[tuple[int, LogEntry]]:
        """Return the entries whose inquiries begin in a bundle, each with its first event."""
        self._bundle(number)
        return [(listed[0], self._told(*listed)) for listed in self._run.listed if listed[0] // WIDTH == number]

    def any_logged_outside(self, size: int) -> bool:
        """Tell whether an entry of the log has a first event that no ledger of this size holds."""
        outside = (range(EVERY_EVENT.start, 0), range(size, EVERY_EVENT.stop))
        return any(
            listed for where in outside for listed in listed_entries(self._session, self._unsettled_before, where)
        )

    def leaves_of(self, number: str) -> Sequence[tuple[int, Opened]]:
        """Return all leaves of an inquiry in their order, each with its index."""
        return [(row[0], _opened(row)) for row in events_of(self._session, number)]

    def _told(self, first: int, entry: object, columns: Sequence[Any]) -> LogEntry:
        """Return what an entry tells, and note where the log lists it by something else."""
        if not isinstance(entry, str):  # bytes would be read as well, and no reader is served them
            raise ValueError("an entry is no text")  # noqa: TRY004  # one error for all that cannot be read
        told: LogEntry = orjson.loads(entry)
        if not columns_fit(columns, told):
            self.problems.add(first, "the log lists the entry by something else than it tells")
        return told

    def entry_now(self, number: str) -> LogEntry | None:
        """Return an entry as it is stored now."""
        self._begin_anew()
        found = log.find(self._session, number, self._unsettled_before)
        entry: LogEntry | None = orjson.loads(found.entry) if found else None
        return entry

    def read_unsigned(self, size: int) -> None:
        """Check the events after the newest checkpoint, which the tree holds already."""
        self._begin_anew()
        head = ledger.size_of(self._session)
        for number in range(size // WIDTH, -(-head // WIDTH)):
            first = number * WIDTH
            width = min(WIDTH, head - first)
            entries = self.entries(number, width)
            if len(entries) < width:
                self.problems.add(first + len(entries), "the event is missing")
            try:
                tile = self.tile(0, number, len(entries))
            except Missing:
                self.problems.add(first, f"tile 0/{number} is missing or short")
                continue
            for place, entry in enumerate(entries):
                if sha256(b"\x00" + entry).digest() != tile[place * HASH_BYTES : (place + 1) * HASH_BYTES]:
                    self.problems.add(first + place, "the event is not what was committed to")

    def _begin_anew(self) -> None:
        """See the tables as they are now: what was read before may have been added to."""
        self._session.rollback()
        self._run = _NO_RUN

    def _bundle(self, number: int) -> Sequence[Sequence[Any]]:
        """Return the events of a bundle, having read it with those after it."""
        if not self._run.first <= number < self._run.end:
            self._session.rollback()  # an open transaction keeps SQLite's log from being emptied
            first = number - number % AT_ONCE
            self._run = _read_run(
                self._session, first, first + AT_ONCE, self._unsettled_before if self._with_log else None
            )
        return self._run.bundle(number)


def _is_bound(row: Sequence[Any]) -> bool:
    """Tell whether an event's payload tells, or binds by its `rest`, every column beside it."""
    _, at, kind, by, by_role, inquiry, call, subject, seq, detail, sealed, screen, rest_salt, _, payload = row
    call = "null" if call is None else f'"{call}"'
    inquiry = "null" if inquiry is None else f'"{inquiry}"'
    rest = (
        f'{{"at":"{at}","by":"{by}","call":{call},"detail":{detail}'
        f',"inquiry":{inquiry},"screen":"{screen}","sealed":{sealed}}}'
    )
    place = '"seq":null,"subject":null' if subject is None else f'"seq":{seq},"subject":"{subject}"'
    begins: bool = payload.startswith(f'{{"at":"{at[:16]}:00Z","by_role":"{by_role}","data":{{')
    bound = sha256(rest_salt + rest.encode()).hexdigest()
    return begins and payload.endswith(f'}},"kind":"{kind}","rest":"{bound}",{place},"v":1}}')


def _with_canonical_json(row: Sequence[Any]) -> Sequence[Any]:
    """Return an event with its JSON in the canonical form: older rows have spaces in it."""
    return [*row[:_DETAIL], *map(_canonical, row[_DETAIL : _SEALED + 1]), *row[_SEALED + 1 :]]


def _canonical(written: str) -> str:
    """Return stored JSON in its canonical form, or as it stands where it is none: then it fits no hash."""
    try:
        return canonical_json(orjson.loads(written)).decode()
    except ValueError:
        return written
