"""Inquiries, asked as questions: one by id or receipt, a page of them, those nearby."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, or_, select
from sqlmodel import Session

from app.domain.inquiry import Activity, AreaCommand, Inquiry, Source
from app.domain.place import Point
from app.domain.status import SETTLED, Status
from app.store.prepared_read import PreparedRead
from app.store.rows import Rows
from app.store.session import WriteSession
from app.store.tables import CallInquiryRow, InquiryRow

inquiries = Rows(InquiryRow, Inquiry)
_t = InquiryRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_link = CallInquiryRow.__table__.c  # type: ignore[attr-defined]  # as above

_NEWEST_SERIAL = PreparedRead(select(func.max(_t.serial)).where(_t.year == bindparam("year")))
# Rounding moves a point by up to half of 0.001°, in each direction.
_ROUNDING = 0.0005
_METERS_PER_DEGREE = 111_195.0  # along a meridian, on a sphere of the IUGG's mean radius
_CANDIDATES = 60


@dataclass(frozen=True, slots=True)
class InquiryFilter:
    """What a list of inquiries is narrowed by; None narrows nothing."""

    status: Status | None = None
    source: Source | None = None
    area_command: AreaCommand | None = None
    activity: Activity | None = None
    overdue: bool | None = None
    claimed_by: str | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    number: tuple[int, int] | None = None
    receipt: str | None = None
    street: str | None = None
    received_by: str | None = None
    now: datetime | None = None


def find(session: Session, inquiry_id: str) -> Inquiry | None:
    """Return an inquiry by its id."""
    return inquiries.first(session, _t.id == inquiry_id)


def find_several(session: Session, inquiry_ids: Sequence[str]) -> dict[str, Inquiry]:
    """Return the inquiries that there are, by id."""
    found = session.execute(inquiries.select().where(_t.id.in_(inquiry_ids)))
    return {inquiry.id: inquiry for inquiry in map(inquiries.read, found)}


def next_serial(session: WriteSession, year: int) -> int:
    """Return the next serial number of a year's log; the write lock makes it nobody else's."""
    key = f"serial of {year}"
    if key not in session.looked_up:
        session.looked_up[key] = session.ask(_NEWEST_SERIAL, year=year)[0][0] or 0
    session.looked_up[key] += 1
    return int(session.looked_up[key])


def page(
    session: Session, narrowed: InquiryFilter, *, before: int | None, limit: int
) -> tuple[list[Inquiry], int | None]:
    """Return a page of inquiries, newest first, and where the next one begins."""
    return inquiries.page(session, *_conditions(narrowed), before=before, limit=limit)


def _conditions(narrowed: InquiryFilter) -> list[ColumnElement[bool]]:
    equal = {
        _t.status: narrowed.status,
        _t.source: narrowed.source,
        _t.area_command: narrowed.area_command,
        _t.activity: narrowed.activity,
        _t.claimed_by: narrowed.claimed_by,
        _t.received_by: narrowed.received_by,
        _t.receipt: narrowed.receipt,
    }
    where: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if narrowed.received_from is not None:
        where.append(_t.received_at >= narrowed.received_from)
    if narrowed.received_to is not None:
        where.append(_t.received_at < narrowed.received_to)
    sought: list[ColumnElement[bool]] = []
    if narrowed.number is not None:
        year, serial = narrowed.number
        sought.append(and_(_t.year == year, _t.serial == serial))
    if narrowed.street is not None:
        sought.append(_street_starts_with(narrowed.street))
    if sought:
        where.append(or_(*sought))
    if narrowed.overdue is not None:
        late = _t.due_at < narrowed.now
        where.append(late if narrowed.overdue else ~func.coalesce(late, False))
    return where


def _street_starts_with(start: str) -> ColumnElement[bool]:
    """Compare by a range and not by LIKE: the same on both engines, and an index answers it."""
    end = end_of_prefix(start)
    first = and_(_t.street_key >= start, _t.street_key < end)
    return or_(first, and_(_t.crossing_key >= start, _t.crossing_key < end))


def end_of_prefix(start: str) -> str:
    """Return what every text that starts so comes before, and no other that comes after it."""
    return start + "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Box:
    """Degrees between which the rounded coordinates lie of all that is near a point."""

    south: float
    north: float
    west: float
    east: float


def box_around(point: Point, meters: float) -> Box:
    """Return the box that holds what lies within some metres of a point, rounded as the tables hold it."""
    reach = meters / _METERS_PER_DEGREE + _ROUNDING
    wider = reach * 1.25  # a degree of longitude is shorter: by a fifth in Albuquerque
    return Box(point.latitude - reach, point.latitude + reach, point.longitude - wider, point.longitude + wider)


def nearby(
    session: Session,
    point: Point | None,
    street_key: str | None,
    since: datetime,
    meters: float,
    *,
    but_not: str | None = None,
) -> list[Inquiry]:
    """Return inquiries observed since a time that may be close: by rounded coordinates, where they lack by the street.

    The caller measures the exact distance and compares the blocks. Withdrawn ones and `but_not`, an id, are left out.
    """
    where = [_t.observed_at >= since, _t.status != Status.WITHDRAWN]
    if but_not is not None:
        where.append(_t.id != but_not)
    found: list[Row[tuple[object, ...]]] = []
    if point is not None:
        around = box_around(point, meters)
        nearest = func.abs(_t.latitude - point.latitude) + func.abs(_t.longitude - point.longitude)
        found += session.execute(
            inquiries.select()
            .where(
                *where,
                _t.latitude.between(around.south, around.north),
                _t.longitude.between(around.west, around.east),
            )
            .order_by(nearest)
            .limit(_CANDIDATES)
        )
    if street_key is not None:
        street = _street_starts_with(street_key.split()[0])
        lacking = [_t.latitude.is_(None)] if point is not None else []
        newest = inquiries.select().where(*where, *lacking, street).order_by(_t.observed_at.desc())
        found += session.execute(newest.limit(_CANDIDATES))
    return [inquiries.read(row) for row in found]


def waiting(session: Session, settled_since: datetime, limit: int) -> list[Inquiry]:
    """Return the inquiries with something left to do, the next due first.

    Those that are not settled, those whose asker waits to be called back, and those settled since a time whose asker
    was not told yet.
    """
    settled = _t.status.in_(SETTLED)
    query = inquiries.select().where(
        _t.status != Status.WITHDRAWN,
        or_(
            _t.status.in_(set(Status) - SETTLED - {Status.WITHDRAWN}),
            and_(settled, _t.due_at.is_not(None)),
            and_(settled, _t.answered_status.is_(None), _t.status_since >= settled_since),
        ),
    )
    ordered = query.order_by(_t.due_at.is_(None), _t.due_at, _t.first_event).limit(limit)
    return [inquiries.read(row) for row in session.execute(ordered)]


def with_callback_due(session: Session, at: datetime, limit: int) -> list[Inquiry]:
    """Return inquiries whose asker's contact has been kept long enough."""
    query = inquiries.select().where(_t.callback_erase_after <= at).order_by(_t.callback_erase_after).limit(limit)
    return [inquiries.read(row) for row in session.execute(query)]


def told_another_status(session: Session, limit: int) -> list[Inquiry]:
    """Return inquiries whose asker was told a status that is not the one that stands, those changed last first."""
    query = inquiries.select().where(_t.answered_at.is_not(None), _t.answered_status.is_(None))
    return [inquiries.read(row) for row in session.execute(query.order_by(_t.status_since.desc()).limit(limit))]


def calls_of(session: Session, inquiry_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the ids of each inquiry's calls, in the order of their ordinals."""
    found: dict[str, list[str]] = {inquiry_id: [] for inquiry_id in inquiry_ids}
    links = select(_link.inquiry_id, _link.call_id).where(_link.inquiry_id.in_(inquiry_ids)).order_by(_link.ordinal)
    for inquiry_id, call_id in session.execute(links):
        found[inquiry_id].append(call_id)
    return found
