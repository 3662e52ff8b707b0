"""Acknowledge an alert: somebody has heard it and sees to it."""

from dataclasses import replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.event import Event, Kind
from app.domain.referral import Alert
from app.service.looking_up import IfMatch, the_alert, the_inquiry
from app.store import alerts, inquiries
from app.store.session import WriteSession


def acknowledge_alert(session: WriteSession, alert_id: str, if_match: IfMatch, by: Actor, at: datetime) -> Alert:
    """Acknowledge an alert; one that is acknowledged stays as it is. Raises NotFound, PreconditionFailed."""
    before = the_alert(session, alert_id, if_match)
    if before.acknowledged_at is not None:
        return before
    detail = {"alert_id": before.id, "alert": before.kind.value}
    index = session.add_event(Event(Kind.ALERT_ACKNOWLEDGED, at, by, before.inquiry_id, detail=detail))
    after = replace(before, acknowledged_at=at, acknowledged_by=by.id, newest_event=index)
    alerts.alerts.replace(session, before, after)
    inquiry = the_inquiry(session, before.inquiry_id)
    inquiries.inquiries.replace(session, inquiry, replace(inquiry, newest_event=index, last_event_at=at))
    return after
