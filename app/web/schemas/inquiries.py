"""What clients send about inquiries (api.md)."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.domain.inquiry import (
    Activity,
    AnswerMethod,
    AreaCommand,
    CallbackKind,
    Channel,
    Language,
    Marking,
    Source,
    WithdrawalReason,
)
from app.domain.place import Point
from app.domain.status import Status
from app.service.log_inquiry import Callback, NewInquiry
from app.web.fields import (
    Address,
    Email,
    Identifier,
    Input,
    Latitude,
    Longitude,
    Phone,
    Slug,
    Text,
    Time,
    Title,
    Whole,
    YesNo,
    refused,
)
from app.web.schemas.shared import Once


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
    markings: Annotated[tuple[Marking, ...], Once] = ()
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
            markings=self.observation.markings,
            note=self.observation.note,
            callback=self.callback.taken() if self.callback else None,
        )


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
