"""Inquiries as clients read them (api.md)."""

from collections.abc import Sequence

from app.domain.actor import ByRole
from app.domain.event import Kind
from app.domain.inquiry import (
    Activity,
    AreaCommand,
    CallbackKind,
    Channel,
    Flag,
    Inquiry,
    Language,
    Marking,
    Source,
    WithdrawalReason,
)
from app.domain.status import Outcome, Status
from app.service.log_inquiry import Callback, InquiryDetail
from app.service.read_inquiries import FullInquiry, NearbyInquiry
from app.store.timeline import TimelineItem
from app.web.fields import (
    Moment,
    Output,
)
from app.web.schemas.shared import AnswerView


class PlaceView(Output):
    """Where it was seen. `address` and the exact coordinates are null once they were erased."""

    address: str | None
    latitude: float | None
    longitude: float | None
    facility: str | None
    area_command: AreaCommand
    block: str | None


class ObservationView(Output):
    """What was seen. `note` is null once it was erased."""

    activity: Activity
    agents: int | None
    vehicles: int | None
    markings: list[Marking]
    note: str | None


class CallbackHint(Output):
    """That the asker left a contact, and how much of it is shown."""

    kind: CallbackKind
    hint: str
    erase_after: Moment


class InquiryShort(Output):
    """An inquiry as `intake` sees it."""

    id: str
    number: str
    receipt: str
    status: Status
    status_since: Moment
    answer: AnswerView
    received_at: Moment

    @classmethod
    def of(cls, inquiry: Inquiry) -> "InquiryShort":
        """Show an inquiry."""
        return cls(
            id=inquiry.id,
            number=inquiry.number,
            receipt=inquiry.receipt,
            status=inquiry.status,
            status_since=inquiry.status_since,
            answer=AnswerView(en=inquiry.answer_en, es=inquiry.answer_es),
            received_at=inquiry.received_at,
        )


class InquiryView(InquiryShort):
    """An inquiry as staff read it."""

    source: Source
    outlet: str | None
    channel: Channel
    language: Language
    asked_at: Moment
    observed_at: Moment
    ongoing: bool | None
    place: PlaceView
    observation: ObservationView
    received_by: str
    late: bool
    calls: list[str]
    callback: CallbackHint | None
    due_at: Moment | None
    claimed_by: str | None
    claimed_at: Moment | None
    answered_at: Moment | None
    withdrawn_reason: WithdrawalReason | None
    replaced_by: str | None
    flags: list[Flag]

    @classmethod
    def full(cls, full: FullInquiry) -> "InquiryView":
        """Show an inquiry with its detail."""
        return cls(**_shown(full.inquiry, full.detail, full.calls))


class NearbyCall(Output):
    """The newest call about an inquiry nearby."""

    id: str
    outcome: Outcome | None
    placed_at: Moment


class NearbyView(Output):
    """An inquiry that may be about the same activity. `distance_m` is null where it is in the same block."""

    id: str
    number: str
    block: str | None
    distance_m: int | None
    activity: Activity
    asked_at: Moment
    status: Status
    call: NearbyCall | None

    @classmethod
    def of(cls, near: NearbyInquiry) -> "NearbyView":
        """Show what was asked nearby."""
        call = near.call
        return cls(
            id=near.inquiry.id,
            number=near.inquiry.number,
            block=near.inquiry.block,
            distance_m=near.distance_m,
            activity=near.inquiry.activity,
            asked_at=near.inquiry.asked_at,
            status=near.inquiry.status,
            call=NearbyCall(id=call.id, outcome=call.outcome, placed_at=call.placed_at) if call else None,
        )


class LoggedInquiry(InquiryView):
    """A new inquiry, with what was asked lately and close by."""

    nearby: list[NearbyView]

    @classmethod
    def logged(cls, full: FullInquiry, nearby: Sequence[NearbyInquiry]) -> "LoggedInquiry":
        """Show an inquiry that was just logged."""
        return cls(**_shown(full.inquiry, full.detail, full.calls), nearby=[NearbyView.of(near) for near in nearby])


def _shown(inquiry: Inquiry, detail: InquiryDetail, calls: Sequence[str]) -> dict[str, object]:
    callback = None
    if inquiry.callback_kind and inquiry.callback_hint and inquiry.callback_erase_after:
        callback = CallbackHint(
            kind=inquiry.callback_kind, hint=inquiry.callback_hint, erase_after=inquiry.callback_erase_after
        )
    return {
        "id": inquiry.id,
        "number": inquiry.number,
        "receipt": inquiry.receipt,
        "status": inquiry.status,
        "status_since": inquiry.status_since,
        "answer": AnswerView(en=inquiry.answer_en, es=inquiry.answer_es),
        "received_at": inquiry.received_at,
        "source": inquiry.source,
        "outlet": inquiry.outlet,
        "channel": inquiry.channel,
        "language": inquiry.language,
        "asked_at": inquiry.asked_at,
        "observed_at": inquiry.observed_at,
        "ongoing": inquiry.ongoing,
        "place": PlaceView(
            address=detail.address,
            latitude=detail.point.latitude if detail.point else None,
            longitude=detail.point.longitude if detail.point else None,
            facility=inquiry.facility,
            area_command=inquiry.area_command,
            block=inquiry.block,
        ),
        "observation": ObservationView(
            activity=inquiry.activity,
            agents=inquiry.agents,
            vehicles=inquiry.vehicles,
            markings=list(inquiry.markings),
            note=detail.note,
        ),
        "received_by": inquiry.received_by,
        "late": inquiry.late,
        "calls": list(calls),
        "callback": callback,
        "due_at": inquiry.due_at,
        "claimed_by": inquiry.claimed_by,
        "claimed_at": inquiry.claimed_at,
        "answered_at": inquiry.answered_at,
        "withdrawn_reason": inquiry.withdrawn_reason,
        "replaced_by": inquiry.replaced_by,
        "flags": list(inquiry.flags),
    }


class TimelineView(Output):
    """One event of an inquiry: `data` is what its leaf in the ledger tells, and what staff see besides."""

    index: int
    at: Moment
    kind: Kind
    by: str
    by_role: ByRole
    data: dict[str, object]

    @classmethod
    def of(cls, item: TimelineItem) -> "TimelineView":
        """Show an event."""
        return cls(index=item.index, at=item.at, kind=item.kind, by=item.by, by_role=item.by_role, data=item.data)


class CallbackView(Output):
    """The contact itself. One of `phone` and `email` is null."""

    kind: CallbackKind
    phone: str | None
    email: str | None
    erase_after: Moment | None

    @classmethod
    def of(cls, inquiry: Inquiry, callback: Callback) -> "CallbackView":
        """Show a contact."""
        phone = callback.value if callback.kind is CallbackKind.PHONE else None
        email = callback.value if callback.kind is CallbackKind.EMAIL else None
        return cls(kind=callback.kind, phone=phone, email=email, erase_after=inquiry.callback_erase_after)
