"""The public log's rows: how far the public sees, the entries as they are shown, and the leaves they are made from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import ColumnElement, String, delete, func, insert, or_, select, type_coerce, update
from sqlmodel import Session

from app.domain.event import Kind
from app.domain.inquiry import Activity, AreaCommand, Source
from app.domain.publication import Leaf, Listing
from app.domain.status import Status
from app.store.session import WriteSession
from app.store.tables import EventRow, InquiryRow, LogEntryRow, PublicationRow

_t = LogEntryRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_event = EventRow.__table__.c  # type: ignore[attr-defined]  # as above
_inquiry = InquiryRow.__table__.c  # type: ignore[attr-defined]  # as above
_publication = PublicationRow.__table__.c  # type: ignore[attr-defined]  # as above

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_ONLY = 1


@dataclass(frozen=True, slots=True)
class Publication:
    """How far the public sees; app/store/tables says what each is."""

    cut: int = 0
    newest: int = -1
    looked: int = 0
    moved_at: datetime = BEGINNING


class LogList(StrEnum):
    """The lists of the public log: in full, and two by number, day and reason alone."""

    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    UNSETTLED = "unsettled"


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What a list of the log is narrowed by; None narrows nothing. Times are those of the asking, `to` not included.

    `unsettled_before` is the last day whose waiting inquiries are listed as unsettled.
    """

    unsettled_before: date
    listed: LogList = LogList.SETTLED
    asked_from: datetime | None = None
    asked_to: datetime | None = None
    status: Status | None = None
    source: Source | None = None
    area_command: AreaCommand | None = None
    activity: Activity | None = None
    updated_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: after the entry that was asked about then, and logged at that index."""

    asked_at: str
    first: int


@dataclass(frozen=True, slots=True)
class LogRow:
    """An entry as it is stored; times are texts, `entry` is JSON."""

    first: int
    asked_at: str
    updated_at: str
    latitude: float | None
    longitude: float | None
    entry: str

    @property
    def position(self) -> Position:
        """Where the page after it begins."""
        return Position(self.asked_at, self.first)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be stored."""

    first: int
    number: str
    listing: Listing
    status: Status
    logged_on: date
    asked_at: datetime
    source: Source | None
    area_command: AreaCommand | None
    activity: Activity | None
    latitude: float | None
    longitude: float | None
    newest: int
    published_at: datetime | None
    updated_at: datetime
    entry: str


@dataclass(frozen=True, slots=True)
class Before:
    """What was stored of an entry before it changes."""

    published_at: datetime | None
    updated_at: datetime
    entry: dict[str, Any] = field(default_factory=dict)


def publication(session: Session) -> Publication:
    """Return how far the public sees."""
    row = session.execute(
        select(_publication.cut, _publication.newest, _publication.looked, _publication.moved_at)
    ).first()
    return Publication() if row is None else Publication(*row)


def move_publication(session: WriteSession, moved: Publication) -> None:
    """Write how far the public sees from now on."""
    values = {"cut": moved.cut, "newest": moved.newest, "looked": moved.looked, "moved_at": moved.moved_at}
    if not session.change(update(PublicationRow).where(_publication.id == _ONLY).values(**values)):
        session.add_row(PublicationRow, id=_ONLY, **values)


def times_from(session: Session, index: int, limit: int) -> list[datetime]:
    """Return when the events from an index on happened, in the ledger's order."""
    query = select(_event.at).where(_event.index >= index).order_by(_event.index).limit(limit)
    return list(session.execute(query).scalars())


def subjects_between(session: Session, first: int, end: int) -> set[str]:
    """Return the numbers of the inquiries that events from one index to before another are of."""
    where = (_event.index >= first, _event.index < end, _event.subject.is_not(None))
    return set(session.execute(select(_event.subject).where(*where).distinct()).scalars())


def closed_places(session: Session, first: int, end: int) -> set[int]:
    """Return which events from one index to before another are places of inquiries that are not listed in full."""
    rows = session.execute(
        select(_event.index)
        .join(LogEntryRow, _t.number == _event.subject, isouter=True)
        .where(
            _event.index >= first,
            _event.index < end,
            _event.kind == Kind.INQUIRY_PLACE,
            func.coalesce(_t.listing, Listing.WAITING) != Listing.SETTLED,
        )
    )
    return set(rows.scalars())


def corrected_from(session: Session, index: int) -> set[str]:
    """Return the numbers of the inquiries that were corrected from an index on."""
    where = (_event.index >= index, _event.kind == Kind.INQUIRY_CORRECTED)
    return set(session.execute(select(_event.subject).where(*where).distinct()).scalars())


def leaves_of(session: Session, numbers: Iterable[str]) -> dict[str, list[Leaf]]:
    """Return all leaves of some inquiries, open or not, each inquiry's in order."""
    found: dict[str, list[Leaf]] = {}
    rows = session.execute(
        select(_event.index, _event.kind, _event.subject, _event.payload)
        .where(_event.subject.in_(list(numbers)))
        .order_by(_event.subject, _event.seq)
    )
    for index, kind, number, payload in rows:
        told = orjson.loads(payload)
        leaf = Leaf(index, kind, datetime.fromisoformat(told["at"]), number, told["data"])
        found.setdefault(number, []).append(leaf)
    return found


def points_of(session: Session, firsts: Iterable[int]) -> dict[int, tuple[float, float]]:
    """Return the rounded coordinates of inquiries by the index of their first event, where there are any."""
    rows = session.execute(
        select(_inquiry.first_event, _inquiry.latitude, _inquiry.longitude).where(
            _inquiry.first_event.in_(list(firsts)), _inquiry.latitude.is_not(None)
        )
    )
    return {first: (latitude, longitude) for first, latitude, longitude in rows}


def stored_before(session: Session, numbers: Iterable[str]) -> dict[str, Before]:
    """Return what is stored of some entries."""
    rows = session.execute(
        select(_t.number, _t.published_at, _t.updated_at, _t.entry).where(_t.number.in_(list(numbers)))
    )
    return {
        number: Before(published_at, updated_at, orjson.loads(entry))
        for number, published_at, updated_at, entry in rows
    }


def replace_entries(session: WriteSession, entries: Sequence[NewEntry]) -> None:
    """Store entries in the place of those with the same numbers."""
    if not entries:
        return
    session.change(delete(LogEntryRow).where(_t.number.in_([each.number for each in entries])))
    names = NewEntry.__slots__
    session.connection().execute(
        insert(LogEntryRow), [{name: getattr(each, name) for name in names} for each in entries]
    )


_ROW = select(
    _t.first,
    type_coerce(_t.asked_at, String),
    type_coerce(_t.updated_at, String),
    _t.latitude,
    _t.longitude,
    _t.entry,
)


_asked_at: ColumnElement[str] = type_coerce(_t.asked_at, String)
_NEWEST_FIRST = (_t.asked_at.desc(), _t.first.desc())


def _beyond(after: Position | None) -> list[ColumnElement[bool]]:
    """Return the conditions of what follows a position, newest first."""
    if after is None:
        return []
    return [_asked_at <= after.asked_at, or_(_asked_at < after.asked_at, _t.first < after.first)]


def page(session: Session, narrowed: LogFilter, *, after: Position | None, limit: int) -> list[LogRow]:
    """Return entries, newest asked first; those asked in the same minute in the reverse order of their numbers."""
    query = _ROW.where(*_conditions(narrowed), *_beyond(after)).order_by(*_NEWEST_FIRST).limit(limit)
    return [LogRow(*row) for row in session.execute(query)]


def piece(session: Session, narrowed: LogFilter, *, after: Position | None, limit: int) -> list[LogRow]:
    """Return what `page` does, to who reads a whole list: the index tells the last one, and the rows are read forwards.

    Forwards a disk reads ahead, backwards it does not: a list too long for the memory takes half as long.
    """
    where = [*_conditions(narrowed), *_beyond(after)]
    place = select(type_coerce(_t.asked_at, String), _t.first).where(*where).order_by(*_NEWEST_FIRST)
    last = session.execute(place.offset(limit - 1).limit(1)).first()
    if last is not None:
        asked_at, first = last
        where += [_asked_at >= asked_at, or_(_asked_at > asked_at, _t.first >= first)]
    rows = session.execute(_ROW.where(*where).order_by(_t.asked_at, _t.first)).all()
    return [LogRow(*row) for row in reversed(rows)]


def newest_updated(session: Session, narrowed: LogFilter, *, limit: int) -> list[LogRow]:
    """Return the entries that changed last."""
    query = _ROW.where(*_conditions(narrowed)).order_by(_t.updated_at.desc(), _t.first.desc()).limit(limit)
    return [LogRow(*row) for row in session.execute(query)]


def find(session: Session, number: str, unsettled_before: date) -> LogRow | None:
    """Return the entry with a number, None where it is not listed."""
    listed = or_(_t.listing != Listing.WAITING, _t.logged_on <= unsettled_before)
    row = session.execute(_ROW.where(_t.number == number, listed)).first()
    return None if row is None else LogRow(*row)


def places_opened_since(session: Session, at: datetime) -> set[int]:
    """Return the indexes of the places that may have opened at a time or later."""
    where = (_t.listing == Listing.SETTLED, _t.updated_at >= at)
    return {first + 1 for first in session.execute(select(_t.first).where(*where)).scalars()}


def count(session: Session) -> int:
    """Return how many entries the three lists have, those that wait for their week included."""
    return int(session.execute(select(func.count()).select_from(LogEntryRow)).scalar_one())


def in_pages(session: Session, narrowed: LogFilter, at_once: int = 1000) -> Iterator[list[LogRow]]:
    """Yield all entries of a list, some at a time."""
    after = None
    while rows := piece(session, narrowed, after=after, limit=at_once):
        yield rows
        if len(rows) < at_once:
            return
        after = rows[-1].position


def _conditions(narrowed: LogFilter) -> list[ColumnElement[bool]]:
    waiting = narrowed.listed is LogList.UNSETTLED
    where: list[ColumnElement[bool]] = [_t.listing == (Listing.WAITING if waiting else Listing(narrowed.listed.value))]
    if waiting:
        where.append(_t.logged_on <= narrowed.unsettled_before)
    equal = {
        _t.status: narrowed.status,
        _t.source: narrowed.source,
        _t.area_command: narrowed.area_command,
        _t.activity: narrowed.activity,
    }
    where += [column == value for column, value in equal.items() if value is not None]
    if narrowed.asked_from is not None:
        where.append(_t.asked_at >= narrowed.asked_from)
    if narrowed.asked_to is not None:
        where.append(_t.asked_at < narrowed.asked_to)
    if narrowed.updated_since is not None:
        where.append(_t.updated_at >= narrowed.updated_since)
    return where
