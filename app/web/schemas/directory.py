"""Contacts, City facilities and tokens as supervisors send and read them (api.md)."""

from typing import Annotated

from pydantic import Field

from app.domain.actor import Role
from app.domain.call import Agency
from app.domain.contact import Contact
from app.domain.facility import Facility
from app.store.directory import Token
from app.web.fields import (
    Hours,
    Input,
    Latitude,
    Longitude,
    Moment,
    Name,
    Output,
    Phone,
    Priority,
    Slug,
    Time,
    Title,
    YesNo,
)


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
