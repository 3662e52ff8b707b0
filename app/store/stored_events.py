"""Events and entries of the log as they stand in the tables, each column as it is stored: somebody's edits, too.

For whoever holds them against the ledger, all of them and fast. Everything else reads them through their meaning.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, String, Text, bindparam, cast, or_, select, type_coerce
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import NullType
from sqlmodel import Session

from app.domain.publication import Listing
from app.store import ledger
from app.store.tables import EventRow, LedgerTileRow, LogEntryRow

_t = EventRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_entry = LogEntryRow.__table__.c  # type: ignore[attr-defined]  # as above
_tile = LedgerTileRow.__table__.c  # type: ignore[attr-defined]  # as above
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
    type_coerce(_t.rest_salt, NullType),
    type_coerce(_t.salt, NullType),
    _t.payload,
)
_ENTRIES_AT_ONCE = 1_000
_EVENTS = select(*_COLUMNS).where(_t.index >= bindparam("first"), _t.index < bindparam("end")).order_by(_t.index)

_OF_INQUIRY = select(*_COLUMNS).where(_t.subject == bindparam("number")).order_by(_t.index)

_LISTED = select(_entry.first, type_coerce(_entry.listing, String)).where(
    _entry.first >= bindparam("first"), _entry.first < bindparam("end")
)

_LEAF_TILES = select(_tile.number, _tile.hashes).where(
    _tile.level == 0, _tile.number >= bindparam("first"), _tile.number < bindparam("end")
)
_LISTED_BY: tuple[ColumnElement[Any], ...] = (
    _entry.number,
    *(type_coerce(column, String) for column in (_entry.listing, _entry.status, _entry.asked_at)),
    *(type_coerce(column, String) for column in (_entry.source, _entry.area_command, _entry.activity)),
    *(type_coerce(column, NullType) for column in (_entry.latitude, _entry.longitude)),
    *(type_coerce(column, String) for column in (_entry.published_at, _entry.updated_at)),
)
_ENTRIES = (
    select(_entry.first, _entry.entry, *_LISTED_BY)
    .where(
        _entry.first > bindparam("after", type_=BigInteger),
        _entry.first < bindparam("end", type_=BigInteger),
        or_(_entry.listing != Listing.WAITING, _entry.logged_on <= bindparam("unsettled_before", type_=Date)),
    )
    .order_by(_entry.first)
    .limit(_ENTRIES_AT_ONCE)
)


def stored_events(session: Session, first: int, end: int) -> Sequence[Sequence[Any]]:
    """Return the events from one index to before another, in order: the columns in EventRow's order, JSON as written.

    Types are those that the columns should have, and may be others on SQLite. Of an event that cannot be read (bytes
    that are no text, say) all but the index is None. Raises DBAPIError where it is the database that cannot be read.
    """
    try:
        # The driver's own rows: there is nothing to convert, and wrapping each takes as long as a third of the reading.
        return session.connection().execute(_EVENTS, {"first": first, "end": end}).cursor.fetchall()
    except (DBAPIError, sqlite3.Error):
        session.rollback()
        if end - first > 1:
            middle = (first + end) // 2
            return [*stored_events(session, first, middle), *stored_events(session, middle, end)]
        ledger.size_of(session)
        return [(first, *[None] * (len(_COLUMNS) - 1))]


def events_of(session: Session, number: str) -> Sequence[Sequence[Any]]:
    """Return the events of the inquiry with a number, in order, with the columns of `stored_events`."""
    return session.connection().execute(_OF_INQUIRY, {"number": number}).all()


def leaf_tiles(session: Session, first: int, end: int) -> dict[int, bytes]:
    """Return the tiles of leaf hashes from one number to before another that there are, by number."""
    found = session.connection().execute(_LEAF_TILES, {"first": first, "end": end}).all()
    return dict(found)


def places_of_settled(session: Session, first: int, end: int) -> set[int]:
    """Return which events from one index to before another are places of inquiries that are listed in full."""
    listed = session.connection().execute(_LISTED, {"first": first - 1, "end": end - 1}).all()
    settled = Listing.SETTLED.value
    # The place is written with the first event, next to it.
    return {logged + 1 for logged, listing in listed if listing == settled}


def listed_entries(session: Session, unsettled_before: date, logged: range) -> Iterator[tuple[int, str, Sequence[Any]]]:
    """Yield first event, entry and the columns that it is listed by, for all three lists, in the order of first events.

    These are the entries whose first event is in `logged`. The columns: number, listing, status, asked_at, source,
    area_command, activity, latitude, longitude, published_at, updated_at.
    """
    after = logged.start - 1
    asked = {"end": logged.stop, "unsettled_before": unsettled_before}
    while rows := session.connection().execute(_ENTRIES, {"after": after, **asked}).all():
        for after, entry, *columns in rows:
            yield after, entry, columns
