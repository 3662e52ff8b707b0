"""Verify the ledger from the tables: all that the public can check, and what only the tables can show.

The public sees opened leaves. Here every event is held against its leaf, open or not, with each of its columns: what a
payload does not tell, its `rest` binds.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, String, Text, cast, select, type_coerce
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.domain.publication import unsettled_before
from app.ledger.checkpoint import VerifierKey
from app.ledger.entry import Json, canonical_json
from app.ledger.merkle import HASH_BYTES
from app.ledger.report import Problem, Problems, Report
from app.ledger.source import CouldNotCheck, LogEntry, Missing, Opened
from app.ledger.tiles import WIDTH, TileId
from app.ledger.verify import verify
from app.service.read_evidence import opened_leaves
from app.store import ledger, log
from app.store.engine import Database
from app.store.log import LogFilter, LogList
from app.store.tables import EventRow

_t = EventRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_COLUMNS: tuple[ColumnElement[Any], ...] = (
    _t.index,
    type_coerce(_t.at, String),
    type_coerce(_t.kind, String),
    _t.by,
    type_coerce(_t.by_role, String),
    _t.inquiry_id,
    _t.call_id,
    _t.subject,
    _t.seq,
    cast(_t.detail, Text),
    cast(_t.sealed, Text),
    _t.screen_version,
    _t.rest_salt,
    _t.salt,
    _t.payload,
)
_EVENTS = select(*_COLUMNS)
# Old checkpoints that the tree is held against besides the newest.
_OLDER = 400


class Stopped(Exception):
    """The check was told not to go on."""


def verify_database(
    database: Database,
    keys: Sequence[VerifierKey],
    today: date,
    *,
    older: Sequence[bytes] = (),
    may_go_on: Callable[[], bool] = lambda: True,
) -> Report:
    """Verify the tables; without keys by those that the tables name, which shows only that they agree with themselves.

    The tree is held against the checkpoints that the tables keep and against `older` ones. `may_go_on` is asked before
    each bundle. Raises CouldNotCheck, and Stopped if it may not.
    """
    try:
        with database.read() as session:
            source = TablesSource(session, today, may_go_on)
            trusted = [*keys, *(VerifierKey.parse(each) for each in ledger.verifier_keys(session))]
            newest = ledger.newest_checkpoint(session)
            if newest is None:
                return Report(0, (Problem(None, "there is no checkpoint"),) if ledger.size_of(session) else ())
            kept = [each.note for each in ledger.checkpoints(session) if each.number < newest.number]
            report = verify(source, trusted, [*kept[-_OLDER:], *older])
            source.read_unsigned(newest.size)
            found = sorted(
                [*source.problems.in_order(), *report.problems],
                key=lambda problem: (problem.index is None, problem.index or 0),
            )
            return Report(report.size, tuple(found), report.opened)
    except DBAPIError as error:
        raise CouldNotCheck(f"the database cannot be read ({type(error).__name__})") from None


class TablesSource:
    """The tables as the verifier reads a ledger. What only they can show is noted in `problems`."""

    def __init__(self, session: Session, today: date, may_go_on: Callable[[], bool]) -> None:
        self.problems = Problems()
        self._session = session
        self._unsettled_before = unsettled_before(today)
        self._may_go_on = may_go_on
        self._bundle: list[Sequence[Any]] = []
        self._number = -1

    def key(self) -> bytes:
        """Return the verifier keys."""
        return "".join(f"{key}\n" for key in ledger.verifier_keys(self._session)).encode()

    def checkpoint(self) -> bytes:
        """Return the newest checkpoint."""
        newest = ledger.newest_checkpoint(self._session)
        if newest is None:
            raise Missing("the checkpoint")
        return newest.note

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Return the first hashes of a tile."""
        found = ledger.read_tiles(self._session.connection(), [TileId(level, number)])
        hashes = found.get(TileId(level, number), b"")
        if len(hashes) < width * HASH_BYTES:
            raise Missing(f"tile {level}/{number}")
        return hashes[: width * HASH_BYTES]

    def entries(self, number: int, width: int) -> Sequence[bytes]:
        """Return the first entries of a bundle, each event held against its columns."""
        if not self._may_go_on():
            raise Stopped
        first = number * WIDTH
        self._read(number)
        entries = []
        for place, row in enumerate(self._bundle[:width]):
            if row[0] != first + place:
                break
            try:
                entries.append(self._entry(row))
            except (TypeError, AttributeError, UnicodeError):  # an edit changed a value's type, which SQLite lets it
                self.problems.add(row[0], "a column of the event is of another type than was committed to")
                entries.append(b"")
        return entries

    def opened(self, number: int) -> Sequence[Opened | None]:
        """Return what opens the public leaves of a bundle."""
        if self._number != number:
            self._read(number)
        first = number * WIDTH
        cut = log.publication(self._session).cut
        if first + WIDTH > cut:
            return opened_leaves(self._session, number, first + WIDTH)
        closed = log.closed_places(self._session, first, first + WIDTH)
        return [None if row[0] in closed else Opened(row[14].encode(), row[13]) for row in self._bundle]

    def log(self) -> Iterator[LogEntry]:
        """Return every entry of the three lists."""
        for listed in LogList:
            for rows in log.in_pages(self._session, LogFilter(self._unsettled_before, listed)):
                for row in rows:
                    yield json.loads(row.entry)

    def entry_now(self, number: str) -> LogEntry | None:
        """Return an entry as it is stored now."""
        self._session.rollback()
        found = log.find(self._session, number, self._unsettled_before)
        entry: LogEntry | None = json.loads(found.entry) if found else None
        return entry

    def read_unsigned(self, size: int) -> None:
        """Check the events after the newest checkpoint, which the tree holds already."""
        self._session.rollback()
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

    def _read(self, number: int) -> None:
        self._session.rollback()  # each bundle as it is now: an open transaction keeps SQLite's log from being emptied
        first = number * WIDTH
        query = _EVENTS.where(_t.index >= first, _t.index < first + WIDTH).order_by(_t.index)
        self._bundle, self._number = list(self._session.execute(query)), number

    def _entry(self, row: Sequence[Any]) -> bytes:
        """Return an event's entry, and note where a column is not what the payload tells or binds."""
        (
            index,
            at,
            kind,
            by,
            by_role,
            inquiry,
            call,
            subject,
            seq,
            detail,
            sealed,
            screen,
            rest_salt,
            salt,
            payload,
        ) = row
        rest = sha256(
            rest_salt
            + (
                f'{{"at":"{at}","by":"{by}","call":{_text(call)},"detail":{_canonical(detail)}'
                f',"inquiry":{_text(inquiry)},"screen":"{screen}","sealed":{_canonical(sealed)}}}'
            ).encode()
        ).hexdigest()
        number, place = ("null", "null") if subject is None else (f'"{subject}"', seq)
        if not payload.endswith(
            f'}},"kind":"{kind}","rest":"{rest}","seq":{place},"subject":{number},"v":1}}'
        ) or not payload.startswith(f'{{"at":"{at[:16]}:00Z","by_role":"{by_role}","data":{{'):
            self.problems.add(index, "a column of the event is not what was committed to")
        return b"v1 " + sha256(salt + payload.encode()).hexdigest().encode()


def _text(value: str | None) -> str:
    return "null" if value is None else f'"{value}"'


def _canonical(written: str) -> str:
    """Return stored JSON in its canonical form, or as it stands where it is none: then it fits no hash."""
    if written == "{}":
        return written
    try:
        read: Json = json.loads(written)
        return canonical_json(read).decode()
    except ValueError:
        return written
