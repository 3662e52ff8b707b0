"""What dispatchers have before them: what is late first, then the oldest; who is on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from app.service.read_inquiries import FullInquiry, with_detail
from app.store import directory, event_feed, inquiries
from app.store.vault import Vault

# An answer that nobody has marked as told stays in the queue for a shift.
UNTOLD_FOR = timedelta(hours=12)
AT_MOST = 300


@dataclass(frozen=True, slots=True)
class Waiting:
    """An inquiry with something left to do; `holder` is the name of the token that claimed it."""

    full: FullInquiry
    overdue: bool
    holder: str | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits, and the index of the newest event that it shows. `more` tells that further ones wait."""

    items: tuple[Waiting, ...]
    as_of: int
    more: bool


def read_queue(session: Session, vault: Vault, at: datetime) -> Queue:
    """Return what waits: the overdue first, the longest overdue at the top, then by when it was entered."""
    as_of = event_feed.newest_index(session)
    found = inquiries.waiting(session, at - UNTOLD_FOR, AT_MOST + 1)
    more = len(found) > AT_MOST
    names = directory.token_names(session, {each.claimed_by for each in found if each.claimed_by is not None})
    items = [
        Waiting(
            full,
            overdue=full.inquiry.due_at is not None and full.inquiry.due_at < at,
            holder=names.get(full.inquiry.claimed_by, "?") if full.inquiry.claimed_by else None,
        )
        for full in with_detail(session, vault, found[:AT_MOST])
    ]
    return Queue(tuple(sorted(items, key=_order)), as_of, more)


def _order(item: Waiting) -> tuple[bool, datetime, int]:
    inquiry = item.full.inquiry
    since = inquiry.due_at if item.overdue and inquiry.due_at else inquiry.received_at
    return not item.overdue, since, inquiry.first_event
