"""The reads that every moment brings: a token or session by its hash, a status, whether anything was asked near by.

On SQLite they run in place, on a connection of their own and without SQLAlchemy's execution: about 15 µs each, less
than handing them to a thread and back. They never wait for a writer: SQLite's readers do not. On PostgreSQL they go
over the network, so the caller hands them to a thread.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError

from app.domain.actor import Role
from app.domain.inquiry import Inquiry
from app.domain.log_number import log_number
from app.domain.moment import exact
from app.domain.place import Point
from app.domain.status import Status
from app.store.engine import Database, sql_text
from app.store.inquiries import Box, box_around, end_of_prefix
from app.store.tables import CallInquiryRow, CallRow, ConsoleSessionRow, InquiryRow, TokenRow
from app.store.writer import DatabaseUnavailable

_session = ConsoleSessionRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_token = TokenRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_inquiry = InquiryRow.__table__.c  # type: ignore[attr-defined]  # as above
_call = CallRow.__table__.c  # type: ignore[attr-defined]  # as above
_link = CallInquiryRow.__table__.c  # type: ignore[attr-defined]  # as above

_TOKEN_BY_HASH = select(
    _token.id,
    _token.name,
    type_coerce(_token.role, String),
    type_coerce(_token.expires_at, String),
    type_coerce(_token.revoked_at, String),
).where(_token.secret_hash == bindparam("sought"))

_SESSION_BY_HASH = (
    select(
        _token.id,
        _token.name,
        type_coerce(_token.role, String),
        type_coerce(_token.expires_at, String),
        type_coerce(_token.revoked_at, String),
        _session.id,
        type_coerce(_session.started_at, String),
        type_coerce(_session.seen_at, String),
    )
    .join_from(ConsoleSessionRow, TokenRow, _session.token_id == _token.id)
    .where(_session.secret_hash == bindparam("sought"), _session.ended_at.is_(None))
)

_STATUS_BY_RECEIPT = select(
    _inquiry.receipt,
    _inquiry.year,
    _inquiry.serial,
    type_coerce(_inquiry.status, String),
    _inquiry.answer_en,
    _inquiry.answer_es,
    type_coerce(_inquiry.received_at, String),
    type_coerce(_inquiry.updated_at, String),
    select(func.count()).where(_link.inquiry_id == _inquiry.id).correlate(InquiryRow).scalar_subquery(),
    select(type_coerce(func.max(_call.placed_at), String))
    .where(_link.inquiry_id == _inquiry.id, _call.id == _link.call_id)
    .correlate(InquiryRow)
    .scalar_subquery(),
).where(_inquiry.receipt == bindparam("sought"))


# Each change of the database empties a reader's cache, so what counts is how many pages are looked at: both look
# through the index of what was observed lately, and at the rows of those alone that fit by what it holds.
_NO_TEXT: ColumnElement[str] = literal_column("''", String)
_LATELY = and_(
    type_coerce(_inquiry.observed_at, String) >= bindparam("since"),
    _inquiry.id != bindparam("itself"),
)
_NEAR_THE_POINT = exists().where(
    _LATELY,
    _inquiry.latitude.between(bindparam("south"), bindparam("north")),
    _inquiry.longitude.between(bindparam("west"), bindparam("east")),
)
_ON_THE_STREET = exists().where(
    _LATELY,
    or_(_inquiry.latitude.is_(None), bindparam("by_street", type_=Boolean)),
    or_(
        # Not by the index of streets: that holds those of all times.
        func.coalesce(_inquiry.street_key, _NO_TEXT).between(bindparam("street"), bindparam("last_of_street")),
        func.coalesce(_inquiry.crossing_key, _NO_TEXT).between(bindparam("street"), bindparam("last_of_street")),
    ),
)
_ANYTHING_NEAR = select(or_(_NEAR_THE_POINT, _ON_THE_STREET))
_QUERIES = (_TOKEN_BY_HASH, _SESSION_BY_HASH, _STATUS_BY_RECEIPT, _ANYTHING_NEAR)

# What no coordinates lie in, and what no street begins with.
_NOWHERE, _NO_STREET = Box(south=0, north=-1, west=0, east=-1), "\U0010ffff"


@dataclass(frozen=True, slots=True)
class KnownToken:
    """What a request's token is known by."""

    id: str
    name: str
    role: Role
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownSession:
    """Who is signed in by a cookie, since when, and when the person last did something."""

    id: str
    token: KnownToken
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptStatus:
    """What an asker is told by receipt."""

    receipt: str
    number: str
    status: Status
    answer_en: str
    answer_es: str
    received_at: datetime
    updated_at: datetime
    calls: int
    last_call_at: datetime | None


class PointReads:
    """These reads, over one connection where they run in place."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.in_place = database.on_sqlite
        self._connection: sqlite3.Connection | None = None
        self._text = {query: sql_text(query) for query in _QUERIES} if self.in_place else {}

    def token(self, secret_hash: str) -> KnownToken | None:
        """Return the token with this hash of its secret."""
        row = self._first(_TOKEN_BY_HASH, sought=secret_hash)
        if row is None:
            return None
        return _known(row)

    def session(self, secret_hash: str) -> KnownSession | None:
        """Return the session with this hash of its cookie's secret, unless it was ended."""
        row = self._first(_SESSION_BY_HASH, sought=secret_hash)
        if row is None:
            return None
        *token, session_id, started_at, seen_at = row
        return KnownSession(
            session_id, _known(token), datetime.fromisoformat(started_at), datetime.fromisoformat(seen_at)
        )

    def status(self, receipt: str) -> ReceiptStatus | None:
        """Return what the holder of a receipt is told."""
        row = self._first(_STATUS_BY_RECEIPT, sought=receipt)
        if row is None:
            return None
        canonical, year, serial, status, answer_en, answer_es, received_at, updated_at, calls, last_call_at = row
        return ReceiptStatus(
            canonical,
            log_number(year, serial),
            Status(status),
            answer_en,
            answer_es,
            datetime.fromisoformat(received_at),
            datetime.fromisoformat(updated_at),
            calls,
            _time(last_call_at),
        )

    def anything_near(self, inquiry: Inquiry, point: Point | None, meters: float, since: datetime) -> bool:
        """Tell whether an inquiry observed since a time may be near a new one, so that they are worth reading.

        The streets are compared where either lacks coordinates, as `inquiries.nearby` does.
        """
        box = box_around(point, meters) if point else _NOWHERE
        street = inquiry.street_key.split()[0] if inquiry.street_key else _NO_STREET
        row = self._first(
            _ANYTHING_NEAR,
            since=exact(since),
            itself=inquiry.id,
            south=box.south,
            north=box.north,
            west=box.west,
            east=box.east,
            by_street=point is None,
            street=street,
            last_of_street=end_of_prefix(street),
        )
        return row is not None and bool(row[0])

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _first(self, query: Select[Any], **sought: str | float | bool | None) -> Sequence[Any] | None:
        if not self.in_place:
            try:
                with self._database.read() as session:
                    return session.execute(query, sought).first()
            except DBAPIError:
                raise DatabaseUnavailable from None
        try:
            if self._connection is None:
                self._connection = self._open()
            row: Sequence[Any] | None = self._connection.execute(self._text[query], sought).fetchone()
        except (sqlite3.Error, DBAPIError):
            self.close()
            raise DatabaseUnavailable from None
        return row

    def _open(self) -> sqlite3.Connection:
        pooled = self._database.reading.raw_connection()
        connection = pooled.driver_connection
        pooled.detach()  # ours for good, and not missing from the pool
        if not isinstance(connection, sqlite3.Connection):
            raise TypeError("only SQLite is read in place")
        # A short wait only: this runs where everybody waits.
        connection.execute("PRAGMA busy_timeout = 200")
        connection.execute("PRAGMA query_only = ON")
        return connection


def _known(row: Sequence[Any]) -> KnownToken:
    token_id, name, role, expires_at, revoked_at = row
    return KnownToken(token_id, name, Role(role), _time(expires_at), _time(revoked_at))


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
