"""Inquiries as each role is shown them, the same by every route."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from sqlmodel import Session

from app.domain.actor import Actor, ByRole
from app.domain.inquiry import Inquiry
from app.domain.place import Point
from app.service.log_inquiry import InquiryDetail, NewInquiry
from app.service.read_inquiries import (
    FullInquiry,
    NearbyInquiry,
    nearby_inquiries,
    nearby_known,
    read_inquiry,
    read_own_inquiry,
)
from app.store.session import WriteSession
from app.web.access import actor_of
from app.web.changing import Change, Shown
from app.web.schemas.inquiry_views import (
    InquiryShort,
    InquiryView,
    LoggedInquiry,
)
from app.web.service import Service, service_of


@dataclass(frozen=True, slots=True)
class ShownInquiry:
    """How somebody is shown inquiries: `intake` in short, staff whole."""

    service: Service
    by: Actor

    def stored(self, session: Session, inquiry_id: str) -> Shown:
        """Show an inquiry as it stands."""
        if self.by.role is ByRole.INTAKE:
            own = read_own_inquiry(session, inquiry_id, self.by)
            return Shown(InquiryShort.of(own), own.newest_event)
        full = read_inquiry(session, self.service.vault, inquiry_id)
        return Shown(InquiryView.full(full), full.inquiry.newest_event)

    def stored_with_nearby(self, session: Session, inquiry_id: str) -> Shown:
        """Show an inquiry as its 201 does: with what is nearby, to those who may read that."""
        if self.by.role is ByRole.INTAKE:
            return self.stored(session, inquiry_id)
        service = self.service
        full = read_inquiry(session, service.vault, inquiry_id)
        near = nearby_inquiries(session, service.vault, inquiry_id, service.policy, service.clock())
        return Shown(LoggedInquiry.logged(full, near), full.inquiry.newest_event)

    async def just_logged(self, new: NewInquiry, inquiry: Inquiry) -> Shown:
        """Show the same from what was written, of which nothing need be read again."""
        if self.by.role is ByRole.INTAKE:
            return Shown(InquiryShort.of(inquiry), inquiry.newest_event)
        service = self.service
        near: Sequence[NearbyInquiry] = ()
        if await self._anything_near(inquiry, new.point):
            near = await service.read(
                lambda session: nearby_known(
                    session, service.vault, inquiry, new.point, service.policy, service.clock()
                )
            )
        full = FullInquiry(inquiry, InquiryDetail(new.address, new.point, new.note), ())
        return Shown(LoggedInquiry.logged(full, near), inquiry.newest_event)

    async def _anything_near(self, inquiry: Inquiry, point: Point | None) -> bool:
        reads, policy = self.service.point_reads, self.service.policy
        since = self.service.clock() - policy.nearby_window
        if policy.nearby_meters <= 0:
            return False
        if reads.in_place:
            return reads.anything_near(inquiry, point, policy.nearby_meters, since)
        return await self.service.on_thread(lambda: reads.anything_near(inquiry, point, policy.nearby_meters, since))


def inquiry_change(request: Request, use_case: Callable[[WriteSession, Actor, datetime], Inquiry]) -> Change[Inquiry]:
    """Return a change of one inquiry, which is answered as it stands after."""
    shows = ShownInquiry(service_of(request), actor_of(request))
    return Change(use_case=use_case, identify=lambda inquiry: inquiry.id, show=shows.stored)
