"""Move the one cut on: what has become old enough is shown, and what corrects what is shown already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlmodel import Session

from app.domain.inquiry import Activity, AreaCommand, Source
from app.domain.moment import to_minute
from app.domain.place import Point, cell_centre
from app.domain.publication import Listing, PublicInquiry, cut_after, public_inquiry, public_leaves
from app.store import ledger, log
from app.store.log import Before, NewEntry, Publication
from app.store.published_alerts import alert_events_of, alerted_between
from app.store.session import WriteSession

# Events that become public in one transaction: so few that no dispatcher waits for it.
AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Due:
    """How far the public sees, and whether something is public by now that is not shown yet.

    `looked` is the index below which each correction was considered.
    """

    publication: Publication
    is_due: bool
    looked: int


def due(session: Session, delay: timedelta, at: datetime, looked: int) -> Due:
    """Tell whether there is something to publish; corrections below `looked` were considered already."""
    now = log.publication(session)
    head = ledger.size_of(session)
    old_enough = cut_after(now.cut, log.times_from(session, now.cut, 1), at, delay) > now.cut
    corrected = log.corrected_from(session, max(now.looked, now.cut, looked))
    return Due(now, old_enough or bool(corrected), head)


def publish(session: WriteSession, delay: timedelta, at: datetime) -> Publication:
    """Publish what is due of the next few events and return how far the public sees then."""
    before = log.publication(session)
    cut = cut_after(before.cut, log.times_from(session, before.cut, AT_ONCE), at, delay)
    numbers = log.subjects_between(session, before.cut, cut) | log.corrected_from(session, max(cut, before.looked))
    numbers |= alerted_between(session, before.cut, cut)
    alerts = alert_events_of(session, numbers, cut)
    told = [
        public_inquiry(public, alerts.get(number, ()))
        for number, leaves in log.leaves_of(session, numbers).items()
        if (public := public_leaves(leaves, cut))
    ]
    _store(session, told, at)
    newest = max([before.newest, cut - 1, *(inquiry.newest for inquiry in told)])
    moved = (cut, newest) != (before.cut, before.newest)
    after = Publication(cut, newest, session.next_index, at if moved else before.moved_at)
    if after != before:
        log.move_publication(session, after)
    return after


def _store(session: WriteSession, told: Sequence[PublicInquiry], at: datetime) -> None:
    before = log.stored_before(session, [inquiry.number for inquiry in told])
    points = log.points_of(session, [inquiry.first for inquiry in told if inquiry.listing is Listing.SETTLED])
    entries = [stored_entry(inquiry, before.get(inquiry.number), points.get(inquiry.first), at) for inquiry in told]
    log.replace_entries(session, entries)


def stored_entry(
    inquiry: PublicInquiry, before: Before | None, point: tuple[float, float] | None, at: datetime
) -> NewEntry:
    """Return what is stored of an inquiry that is public; `point` is where it was, as the tables hold it."""
    told = inquiry.entry
    settled = inquiry.listing is Listing.SETTLED
    published_at = (before.published_at if before and before.published_at else at) if settled else None
    changed = before is None or any(before.entry.get(name) != value for name, value in told.items())
    updated_at = at if changed or before is None else before.updated_at
    # Where the area command stands alone, a cell would tell more than the entry does.
    centre = cell_centre(Point(*point)) if settled and point and told["block"] else None
    return NewEntry(
        first=inquiry.first,
        number=inquiry.number,
        listing=inquiry.listing,
        status=inquiry.status,
        logged_on=inquiry.logged_on,
        asked_at=inquiry.asked_at,
        source=Source(told["source"]) if settled else None,
        area_command=AreaCommand(told["area_command"]) if settled else None,
        activity=Activity(told["activity"]) if settled else None,
        latitude=centre.latitude if centre else None,
        longitude=centre.longitude if centre else None,
        newest=inquiry.newest,
        published_at=published_at,
        updated_at=updated_at,
        entry=_json(told, published_at, updated_at),
    )


def _json(told: Mapping[str, object], published_at: datetime | None, updated_at: datetime) -> str:
    times = (
        {} if published_at is None else {"published_at": to_minute(published_at), "updated_at": to_minute(updated_at)}
    )
    return orjson.dumps({**told, **times}).decode()
