"""Raise the alerts that an event calls for, close those that lost their ground, raise again what nobody heard."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from app.domain.actor import SERVICE, Actor
from app.domain.event import Event, Kind
from app.domain.identifier import new_id
from app.domain.inquiry import Inquiry
from app.domain.referral import Alert, AlertKind, alerts_to_close, alerts_to_raise, raised_again
from app.domain.webhook import MESSAGE_OF_ALERT
from app.service.looking_up import the_inquiry
from app.service.tell_webhooks import tell
from app.store import alerts, inquiries
from app.store.session import WriteSession

# So that many at once hold up no other writer; the rest follows a moment later.
AT_ONCE = 100


def follow_with_alerts(
    session: WriteSession, before: Inquiry | None, after: Inquiry, by: Actor, at: datetime
) -> Inquiry:
    """Raise and close what an event of an inquiry calls for; return the inquiry with these events.

    `before` is None for one that was just logged. The caller writes the inquiry's row.
    """
    for kind in alerts_to_close(before, after):
        for alert in alerts.open_of_inquiry(session, after.id, kind):
            index = _add_event(session, Kind.ALERT_CLOSED, alert.id, kind, after, by, at)
            alerts.alerts.replace(session, alert, replace(alert, closed_at=at, newest_event=index))
            after = replace(after, newest_event=index)
    for kind in alerts_to_raise(before, after):
        after = _raise(session, kind, after, by, at)
    return after


def _raise(session: WriteSession, kind: AlertKind, inquiry: Inquiry, by: Actor, at: datetime) -> Inquiry:
    alert_id = new_id(at, session.random)
    index = _add_event(session, Kind.ALERT_RAISED, alert_id, kind, inquiry, by, at)
    alert = Alert(
        id=alert_id,
        kind=kind,
        inquiry_id=inquiry.id,
        raised_at=at,
        due_at=at + session.policy.alert_due,
        repeats=0,
        acknowledged_at=None,
        acknowledged_by=None,
        closed_at=None,
        first_event=index,
        newest_event=index,
    )
    alerts.alerts.add(session, alert)
    tell(session, MESSAGE_OF_ALERT[kind], inquiry, index, at)
    return replace(inquiry, newest_event=index)


def raise_overdue_again(session: WriteSession, at: datetime) -> int:
    """Raise again the alerts that nobody acknowledged in time, a bounded number in one go; return how many."""
    raised = 0
    for before in alerts.overdue(session, at, AT_ONCE):
        after = raised_again(before, at, session.policy.alert_due)
        if after is None:
            continue
        inquiry = the_inquiry(session, before.inquiry_id)
        again = {"again": after.repeats}
        index = _add_event(session, Kind.ALERT_RAISED, before.id, before.kind, inquiry, SERVICE, at, again)
        alerts.alerts.replace(session, before, replace(after, newest_event=index))
        # Nobody did anything, so a claim that rests goes on resting: `last_event_at` stays.
        inquiries.inquiries.replace(session, inquiry, replace(inquiry, newest_event=index))
        tell(session, MESSAGE_OF_ALERT[before.kind], inquiry, index, at)
        raised += 1
    return raised


def _add_event(
    session: WriteSession,
    what: Kind,
    alert_id: str,
    kind: AlertKind,
    inquiry: Inquiry,
    by: Actor,
    at: datetime,
    more: Mapping[str, object] | None = None,
) -> int:
    detail = {"alert_id": alert_id, "alert": kind.value, **(more or {})}
    return session.add_event(Event(what, at, by, inquiry.id, detail=detail))
