"""What clients send and read (api.md). Inputs forbid what they do not name; outputs have every field, always."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from app.domain.actor import ByRole, Role
from app.domain.call import Agency
from app.domain.contact import Contact
from app.domain.event import Kind
from app.domain.facility import Facility
from app.domain.inquiry import (
    Activity,
    AnswerMethod,
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
from app.domain.place import Point
from app.domain.screening import Category
from app.domain.status import Outcome, Status
from app.service.answering_calls import NewOutcome
from app.service.log_inquiry import Callback, InquiryDetail, NewInquiry
from app.service.place_call import NewCall
from app.service.read_calls import FullCall, FullCorrection, OutcomeTexts
from app.service.read_inquiries import FullInquiry, NearbyInquiry
from app.store.directory import Token
from app.store.timeline import TimelineItem
from app.web.fields import (
    Address,
    Email,
    Hours,
    Identifier,
    Ids,
    Input,
    Latitude,
    Longitude,
    Moment,
    Name,
    Output,
    Phone,
    Priority,
    Slug,
    Text,
    Time,
    Title,
    Whole,
    YesNo,
    refused,
)


def _each_once(values: Sequence[object] | None) -> Sequence[object] | None:
    if values is not None and len(set(values)) != len(values):
        raise refused("repeated", "Name each one once.")
    return values


Once = AfterValidator(_each_once)


class PlaceInput(Input):
    """Where it was seen: an address, or both coordinates, or all three."""

    address: Address | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    facility: Annotated[Slug, Field(description="Slug of a City facility.")] | None = None
    area_command: AreaCommand = AreaCommand.UNKNOWN

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise refused("half_a_point", "Give both coordinates or neither.")
        if self.address is None and self.latitude is None:
            raise refused("nowhere", "Give an address or both coordinates.")
        return self

    @property
    def point(self) -> Point | None:
        """The coordinates, if they were given."""
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)


class ObservationInput(Input):
    """What was seen: agents, vehicles, markings. Never who was being looked for."""

    activity: Activity
    agents: Whole | None = None
    vehicles: Whole | None = None
    markings: Annotated[list[Marking], Once] = []
    note: Annotated[Text, Field(description="What the agents did. Read by the screen.")] | None = None


class CallbackInput(Input):
    """Where the asker wants the answer brought back to: a phone number or an e-mail address."""

    phone: Phone | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.phone is None) == (self.email is None):
            raise refused("one_of_two", "Give either a phone number or an e-mail address.")
        return self

    def taken(self) -> Callback:
        """Return it as the use cases take it."""
        if self.phone is not None:
            return Callback(CallbackKind.PHONE, self.phone)
        return Callback(CallbackKind.EMAIL, self.email or "")


class InquiryInput(Input):
    """One person's question about observed activity at a place."""

    source: Source
    outlet: (
        Annotated[Title, Field(description="For the media only: the outlet, never a person. Read by the screen.")]
        | None
    ) = None
    channel: Channel
    language: Annotated[Language, Field(description="Of the answer.")] = Language.ENGLISH
    asked_at: Annotated[Time, Field(description="When the person asked, at most 30 days ago; default now.")] | None = (
        None
    )
    observed_at: Annotated[Time, Field(description="Not in the future, at most 30 days ago.")]
    ongoing: YesNo | None = None
    place: PlaceInput
    observation: ObservationInput
    callback: CallbackInput | None = None

    @model_validator(mode="after")
    def _outlet_is_the_medias(self) -> Self:
        if self.outlet is not None and self.source is not Source.MEDIA:
            raise refused("media_only", "Only the media have an outlet. Leave it out or give the source as media.")
        return self

    def texts(self) -> dict[str, str | None]:
        """Return what the screen reads, by JSON pointer."""
        return {
            "/place/address": self.place.address,
            "/outlet": self.outlet,
            "/observation/note": self.observation.note,
        }

    def asked(self) -> NewInquiry:
        """Return it as the use case takes it."""
        return NewInquiry(
            source=self.source,
            outlet=self.outlet,
            channel=self.channel,
            language=self.language,
            asked_at=self.asked_at,
            observed_at=self.observed_at,
            ongoing=self.ongoing,
            address=self.place.address,
            point=self.place.point,
            facility=self.place.facility,
            area_command=self.place.area_command,
            activity=self.observation.activity,
            agents=self.observation.agents,
            vehicles=self.observation.vehicles,
            markings=tuple(self.observation.markings),
            note=self.observation.note,
            callback=self.callback.taken() if self.callback else None,
        )


class AnswerView(Output):
    """The sentence that the asker is given, in both languages."""

    en: str
    es: str


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


class ClaimInput(Input):
    """Whether to take an inquiry over from somebody else."""

    take: YesNo = False


class AnsweredInput(Input):
    """How the asker was told, and what."""

    method: AnswerMethod
    status: Annotated[Status, Field(description="What was told; default the current status.")] | None = None


class WithdrawInput(Input):
    """Why an inquiry is withdrawn, and by which it is replaced."""

    reason: WithdrawalReason
    replaced_by: Identifier | None = None


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


class OutcomeInput(Input):
    """What a call brought."""

    outcome: Outcome
    agency: Annotated[Agency, Field(description="The agency that spoke; null where nobody did.")] | None = None
    answered_by: Annotated[Title, Field(description="A role or desk, never a name. Read by the screen.")] | None = None
    reference: Annotated[Title, Field(description="ICE's own reference. Read by the screen.")] | None = None
    note: Annotated[Text, Field(description="Read by the screen.")] | None = None

    def texts(self) -> dict[str, str | None]:
        """Return what the screen reads, by JSON pointer."""
        return {"/answered_by": self.answered_by, "/reference": self.reference, "/note": self.note}

    def brought(self) -> NewOutcome:
        """Return it as the use cases take it."""
        return NewOutcome(self.outcome, self.agency, self.answered_by, self.reference, self.note)


class CorrectionInput(OutcomeInput):
    """What a call brought in truth, and why it is corrected."""

    reason: Annotated[Text, Field(description="Read by the screen.")]

    def texts(self) -> dict[str, str | None]:
        """Return what the screen reads, by JSON pointer."""
        return {**super().texts(), "/reason": self.reason}


class CallInput(Input):
    """A confirmation call: for which inquiries, to whom, when; it may carry its outcome at once."""

    inquiry_ids: Annotated[Ids, Once]
    contact_id: Annotated[Identifier, Field(description="Default: on duty, lowest priority.")] | None = None
    placed_at: Annotated[Time, Field(description="Default now.")] | None = None
    outcome: Outcome | None = None
    agency: Agency | None = None
    answered_by: Title | None = None
    reference: Title | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _outcome_goes_first(self) -> Self:
        of_an_outcome = (self.agency, self.answered_by, self.reference, self.note)
        if self.outcome is None and any(each is not None for each in of_an_outcome):
            raise refused(
                "outcome_missing", "These fields belong to an outcome. Give `outcome` too, or leave them out."
            )
        return self

    def texts(self) -> dict[str, str | None]:
        """Return what the screen reads, by JSON pointer."""
        return {"/answered_by": self.answered_by, "/reference": self.reference, "/note": self.note}

    def placed(self) -> NewCall:
        """Return it as the use case takes it."""
        outcome = None
        if self.outcome is not None:
            outcome = NewOutcome(self.outcome, self.agency, self.answered_by, self.reference, self.note)
        return NewCall(tuple(self.inquiry_ids), self.contact_id, self.placed_at, outcome)


class JoinInput(Input):
    """The inquiries that are to join a call."""

    inquiry_ids: Annotated[Ids, Once]


class ReplacedOutcome(Output):
    """What a correction replaced."""

    outcome: Outcome
    agency: Agency | None
    answered_by: str | None
    reference: str | None
    note: str | None


class CorrectionView(Output):
    """A correction. `reason` is null once it was erased."""

    at: Moment
    by: str
    reason: str | None
    replaced: ReplacedOutcome

    @classmethod
    def of(cls, correction: FullCorrection) -> "CorrectionView":
        """Show a correction."""
        replaced = ReplacedOutcome(
            outcome=correction.replaced_outcome,
            agency=correction.replaced_agency,
            **_texts(correction.replaced_texts),
        )
        return cls(at=correction.at, by=correction.by, reason=correction.reason, replaced=replaced)


class CallView(Output):
    """A confirmation call as staff read it."""

    id: str
    inquiry_ids: list[str]
    contact_id: str
    placed_at: Moment
    placed_by: str
    outcome: Outcome | None
    agency: Agency | None
    answered_by: str | None
    reference: str | None
    note: str | None
    outcome_at: Moment | None
    recorded_by: str | None
    corrections: list[CorrectionView]

    @classmethod
    def of(cls, full: FullCall) -> "CallView":
        """Show a call."""
        call = full.call
        return cls(
            id=call.id,
            inquiry_ids=list(full.inquiry_ids),
            contact_id=call.contact_id,
            placed_at=call.placed_at,
            placed_by=call.placed_by,
            outcome=call.outcome,
            agency=call.agency,
            **_texts(full.texts),
            outcome_at=call.outcome_at,
            recorded_by=call.recorded_by,
            corrections=[CorrectionView.of(correction) for correction in full.corrections],
        )


def _texts(texts: OutcomeTexts) -> dict[str, str | None]:
    return {"answered_by": texts.answered_by, "reference": texts.reference, "note": texts.note}


class StatusView(Output):
    """What an asker is told by receipt. Never the place."""

    receipt: str
    number: str
    status: Status
    answer: AnswerView
    received_at: Moment
    updated_at: Moment
    calls: int
    last_call_at: Moment | None


class ScreenInput(Input):
    """A text to try on the screen; nothing of it is kept or counted."""

    text: Annotated[str, Field(max_length=2000, strict=True)]


class FindingView(Output):
    """A passage to take out: code points from `start` up to `end` of the text as it was sent."""

    category: Category
    code: Category
    start: int
    end: int
    detail: str


class ScreenView(Output):
    """Whether a text would be accepted, and what to take out."""

    accepted: bool
    findings: list[FindingView]


class ContactInput(Input):
    """A designated contact at ICE: a desk or role, never a person's name."""

    title: Annotated[Title, Field(description="Read by the screen.")]
    agency: Agency
    phone: Phone
    hours: Annotated[Hours, Field(description="America/Denver; null: always.")] | None = None
    active: YesNo = True
    priority: Annotated[Priority, Field(description="The lowest on duty is called first.")] = 100

    def texts(self) -> dict[str, str | None]:
        """Return what the screen reads, by JSON pointer."""
        return {"/title": self.title}


class ContactChange(Input):
    """The fields of a contact to change; what is left out stays as it is."""

    title: Title = Field(default_factory=str)
    agency: Agency = Field(default_factory=lambda: Agency.UNSPECIFIED)
    phone: Phone = Field(default_factory=str)
    hours: Hours | None = None
    active: YesNo = Field(default_factory=bool)
    priority: Priority = Field(default_factory=int)

    def texts(self) -> dict[str, str | None]:
        """Return what the screen reads, by JSON pointer."""
        return {"/title": self.title if "title" in self.model_fields_set else None}


class ContactView(Output):
    """A designated contact at ICE."""

    id: str
    title: str
    agency: Agency
    phone: str
    hours: str | None
    active: bool
    priority: int

    @classmethod
    def of(cls, contact: Contact) -> "ContactView":
        """Show a contact."""
        return cls(
            id=contact.id,
            title=contact.title,
            agency=contact.agency,
            phone=contact.phone,
            hours=contact.hours,
            active=contact.active,
            priority=contact.priority,
        )


class FacilityInput(Input):
    """A City facility."""

    slug: Slug
    name: Annotated[Title, Field(description="Read by the screen.")]
    latitude: Latitude
    longitude: Longitude

    def texts(self) -> dict[str, str | None]:
        """Return what the screen reads, by JSON pointer."""
        return {"/name": self.name}


class FacilityChange(Input):
    """The fields of a City facility to change; what is left out stays as it is."""

    slug: Slug = Field(default_factory=str)
    name: Title = Field(default_factory=str)
    latitude: Latitude = Field(default_factory=float)
    longitude: Longitude = Field(default_factory=float)

    def texts(self) -> dict[str, str | None]:
        """Return what the screen reads, by JSON pointer."""
        return {"/name": self.name if "name" in self.model_fields_set else None}


class FacilityView(Output):
    """A City facility."""

    id: str
    slug: str
    name: str
    latitude: float
    longitude: float

    @classmethod
    def of(cls, facility: Facility) -> "FacilityView":
        """Show a facility."""
        return cls(
            id=facility.id,
            slug=facility.slug,
            name=facility.name,
            latitude=facility.latitude,
            longitude=facility.longitude,
        )


class TokenInput(Input):
    """An access token to create."""

    name: Annotated[Name, Field(description="What it is for, such as a desk or a program.")]
    role: Role
    expires_at: Annotated[Time, Field(description="Null: never.")] | None = None


class TokenView(Output):
    """An access token. Its secret is shown once, when it is created."""

    id: str
    name: str
    role: Role
    created_at: Moment
    created_by: str
    expires_at: Moment | None
    revoked_at: Moment | None

    @classmethod
    def of(cls, token: Token) -> "TokenView":
        """Show a token."""
        return cls(**_token(token))


class NewTokenView(TokenView):
    """A token that was just created. `secret` is null when the request is repeated."""

    secret: str | None

    @classmethod
    def created(cls, token: Token, secret: str | None) -> "NewTokenView":
        """Show a token with its secret."""
        return cls(**_token(token), secret=secret)


def _token(token: Token) -> dict[str, object]:
    names = ("id", "name", "role", "created_at", "created_by", "expires_at", "revoked_at")
    return {name: getattr(token, name) for name in names}
