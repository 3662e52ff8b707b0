"""Erase what has been kept long enough: contacts, details with their day keys, answers kept for repeats."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.actor import Actor
from app.domain.delivery import DELIVERIES_KEPT
from app.domain.event import Event, Kind
from app.domain.sealed import RetentionClass, day_key_ends
from app.service.erase_callback import without_callback
from app.store import boxes, idempotency, inquiries, outbox
from app.store.session import WriteSession

# How long a repeated request is answered with the first one's answer (api.md, Conventions).
ANSWERS_KEPT = timedelta(days=7)
# So that a long list of what is due holds up no other writer.
AT_ONCE = 200
DELIVERIES_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased; `more` tells that something due is left for the next run."""

    callbacks: int
    details: int
    day_keys: int
    answers: int
    on_hold: bool
    more: bool


def erase_expired(session: WriteSession, by: Actor, at: datetime) -> Erased:
    """Erase what is due at a time, a bounded number of contacts in one go. A legal hold keeps all but the answers."""
    answers = idempotency.forget_before(session, at - ANSWERS_KEPT)
    outbox.forget_before(session, at - DELIVERIES_KEPT, DELIVERIES_AT_ONCE)
    if session.vault.on_hold:
        return Erased(0, 0, 0, answers, on_hold=True, more=False)
    due = inquiries.with_callback_due(session, at, AT_ONCE)
    for before in due:
        inquiries.inquiries.replace(session, before, without_callback(session, before, by, at))
    if len(due) == AT_ONCE:
        return Erased(len(due), 0, 0, answers, on_hold=False, more=True)
    boxes.erase_set_aside(session)
    details = keys = 0
    for retention, day in session.vault.days():
        if day_key_ends(day, session.policy.retention.of(retention)) <= at:
            erased = boxes.erase_day(session, retention, day)
            details += erased if retention is RetentionClass.DETAIL else 0
            keys += 1
            session.add_event(
                Event(Kind.DAY_KEY_DESTROYED, at, by, detail={"retention": retention.value, "day": day.isoformat()})
            )
            # The event is committed first: a key that is still there is destroyed by the next run, one that is gone
            # without a word could not be told from a loss.
            session.after_commit.append(lambda retention=retention, day=day: session.vault.destroy(retention, day))  # type: ignore[misc]  # defaults bind the loop's values
    return Erased(len(due), details, keys, answers, on_hold=False, more=False)
