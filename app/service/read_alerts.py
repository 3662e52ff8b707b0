"""Alerts beside their inquiries, for the console; and who was told an answer that no longer stands."""

from dataclasses import dataclass

from sqlmodel import Session

from app.domain.inquiry import Inquiry
from app.domain.referral import Alert
from app.service.read_desk import Told, told_of
from app.store import alerts, inquiries, timeline

_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class AlertOfInquiry:
    """An alert and the inquiry that it is about."""

    alert: Alert
    inquiry: Inquiry


@dataclass(frozen=True, slots=True)
class ToldTheOldAnswer:
    """An inquiry whose asker was told an answer that no longer stands: what and when, and not told anew since."""

    inquiry: Inquiry
    told: Told


def alerts_with_inquiries(session: Session, *, acknowledged: bool | None) -> list[AlertOfInquiry]:
    """Return the newest alerts with their inquiries, newest first; `acknowledged` None narrows nothing."""
    found, _ = alerts.page(session, acknowledged=acknowledged, before=None, limit=_AT_MOST)
    of = inquiries.find_several(session, [each.inquiry_id for each in found])
    return [AlertOfInquiry(each, of[each.inquiry_id]) for each in found]


def told_the_old_answer(session: Session) -> list[ToldTheOldAnswer]:
    """Return whose askers were told an answer before another one was written, those changed last first."""
    changed = inquiries.told_another_status(session, _AT_MOST)
    told = [(each, told_of(timeline.of_inquiry(session, each.id))) for each in changed]
    return [ToldTheOldAnswer(inquiry, what) for inquiry, what in told if what is not None and not what.stands]
