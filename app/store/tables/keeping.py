"""What supervisors keep up: contacts, facilities, tokens; and who is signed in."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from app.domain.actor import Role
from app.domain.call import Agency
from app.store.columns import UtcTime, one_of, text_in_code_point_order, word
from app.store.tables.base import Row


class ContactRow(Row, table=True):
    """The designated contacts at ICE."""

    __tablename__ = "contact"
    __table_args__ = (one_of("agency", Agency),)

    id: str = Field(primary_key=True, max_length=36)
    title: str = Field(sa_type=Text)
    agency: Agency = Field(sa_type=word(Agency))
    phone: str = Field(max_length=16)
    hours: str | None = Field(max_length=200)
    active: bool
    priority: int
    first_event: int = Field(unique=True)
    newest_event: int


class FacilityRow(Row, table=True):
    """City facilities."""

    __tablename__ = "facility"

    id: str = Field(primary_key=True, max_length=36)
    slug: str = Field(sa_type=text_in_code_point_order(80), unique=True)
    name: str = Field(sa_type=Text)
    latitude: float
    longitude: float
    first_event: int = Field(unique=True)
    newest_event: int


class TokenRow(Row, table=True):
    """Access tokens. The secret itself is kept nowhere, its SHA-256 is."""

    __tablename__ = "token"
    __table_args__ = (one_of("role", Role),)

    id: str = Field(primary_key=True, max_length=36)
    name: str = Field(max_length=100)
    role: Role = Field(sa_type=word(Role))
    secret_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_type=UtcTime)
    created_by: str = Field(max_length=64)
    expires_at: datetime | None = Field(sa_type=UtcTime)
    revoked_at: datetime | None = Field(sa_type=UtcTime)
    first_event: int = Field(unique=True)
    newest_event: int


class ConsoleSessionRow(Row, table=True):
    """Who is signed in at the console. The cookie's secret is kept nowhere, its SHA-256 is."""

    __tablename__ = "console_session"

    id: str = Field(primary_key=True, max_length=36)
    token_id: str = Field(foreign_key="token.id", max_length=36)
    secret_hash: str = Field(max_length=64, unique=True)
    started_at: datetime = Field(sa_type=UtcTime)
    seen_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(sa_type=UtcTime)
    first_event: int = Field(unique=True)


class SignInLinkRow(Row, table=True):
    """Links that sign somebody in once, within minutes. The secret is kept nowhere, its SHA-256 is."""

    __tablename__ = "sign_in_link"

    secret_hash: str = Field(primary_key=True, max_length=64)
    token_id: str = Field(foreign_key="token.id", max_length=36)
    expires_at: datetime = Field(sa_type=UtcTime)
    used_at: datetime | None = Field(sa_type=UtcTime)
