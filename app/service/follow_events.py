"""Follow what happens, for those who watch it live."""

from sqlmodel import Session

from app.store import event_feed
from app.store.event_feed import FedEvent


def newest_event(session: Session) -> int:
    """Return the index of the newest event, -1 where there is none."""
    return event_feed.newest_index(session)


def events_after(session: Session, index: int, limit: int) -> list[FedEvent]:
    """Return what happened after an event, oldest first, at most so many."""
    return event_feed.events_after(session, index, limit)
