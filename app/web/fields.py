"""The types of fields that clients send and read: strict where JSON is loose.

A time is RFC 3339 text and never a number; whole numbers are neither texts, floats nor booleans; a text has no control
characters save newline and tab.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated

import phonenumbers
from annotated_types import Ge, Le, MaxLen, MinLen
from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from app.domain.contact import read_hours
from app.domain.identifier import is_id
from app.domain.moment import DENVER, exact, to_millisecond
from app.web.validation import OWN

TEXT_LENGTH = 2000
ADDRESS_LENGTH = 200
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SLUG = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"


class Input(BaseModel):
    """What a client sends: nothing but the fields that the contract names."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Output(BaseModel):
    """What a client reads: every field, always."""

    model_config = ConfigDict(frozen=True)


def refused(code: str, sentence: str) -> PydanticCustomError:
    """Return the error of a validator of ours; the sentence never holds the value."""
    return PydanticCustomError(OWN + code, sentence)


def _read_time(value: object) -> datetime:
    fault = refused("not_a_time", "Give an RFC 3339 time with its offset, such as 2026-01-31T18:04:05Z.")
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise fault
    try:
        return to_millisecond(datetime.fromisoformat(_to_microseconds(value.upper())).astimezone(UTC))
    except (ValueError, OverflowError):
        raise fault from None


def _to_microseconds(text: str) -> str:
    """Cut what is finer than a microsecond, which datetime does not read."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def _read_day(value: object) -> date:
    fault = refused("not_a_day", "Give a day such as 2026-01-31.")
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise fault
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise fault from None


def _read_day_or_time(value: object) -> datetime:
    if isinstance(value, str) and len(value) == len("2026-01-31"):
        day = _read_day(value)
        return datetime(day.year, day.month, day.day, tzinfo=DENVER).astimezone(UTC)
    return _read_time(value)


def _without_controls(text: str) -> str:
    if _CONTROL.search(text):
        raise refused("control_character", "Take out the control characters; newline and tab may stay.")
    return text


def _a_text(text: str) -> str:
    _without_controls(text)
    if not text.strip():
        raise refused("blank", "Give a text, or leave the field out.")
    return text


def _read_phone(text: str) -> str:
    fault = refused("not_a_phone_number", "Give a phone number in E.164 form, such as +15055550100.")
    if not _E164.fullmatch(text):
        raise fault
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        raise fault from None
    if not phonenumbers.is_possible_number(number):
        raise fault
    return text


def _read_email(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        raise refused("not_an_email_address", "Give an e-mail address, such as name@example.com.") from None


def _read_hours(text: str) -> str:
    try:
        read_hours(text)
    except ValueError:
        raise refused("not_hours", "Give hours such as Mo-Fr 08:00-17:00, or null for always.") from None
    return text


def _read_id(text: str) -> str:
    if not is_id(text):
        raise refused("not_an_id", "Give an id as this service wrote it.")
    return text


_TIME_SCHEMA = {"type": "string", "format": "date-time", "examples": ["2026-01-31T18:04:05.123Z"]}
Time = Annotated[datetime, BeforeValidator(_read_time), PlainSerializer(exact), WithJsonSchema(_TIME_SCHEMA)]
Day = Annotated[date, BeforeValidator(_read_day)]
# A day means its beginning in Albuquerque.
DayOrTime = Annotated[
    datetime,
    BeforeValidator(_read_day_or_time),
    WithJsonSchema({"type": "string", "examples": ["2026-01-31", "2026-01-31T18:04:05Z"]}),
]
# A time in an answer: no need to read what we wrote.
Moment = Annotated[datetime, PlainSerializer(exact, return_type=str), WithJsonSchema(_TIME_SCHEMA)]

# The length comes first: it is then told of a text, counted in characters, and stands in the API's document.
Text = Annotated[str, Strict(), MaxLen(TEXT_LENGTH), AfterValidator(_a_text)]
Address = Annotated[str, Strict(), MaxLen(ADDRESS_LENGTH), AfterValidator(_a_text)]
Name = Annotated[str, Strict(), MaxLen(100), AfterValidator(_a_text)]
Title = Annotated[str, Strict(), MaxLen(200), AfterValidator(_a_text)]
# What the screen is asked about may be blank; it is kept nowhere.
AskedText = Annotated[str, Strict(), MaxLen(TEXT_LENGTH), AfterValidator(_without_controls)]
# What a list is searched for; PostgreSQL knows no text with NUL.
SearchedText = Annotated[str, AfterValidator(_without_controls)]
Slug = Annotated[str, Strict(), MaxLen(80), Field(pattern=_SLUG)]
Identifier = Annotated[
    str, Strict(), MaxLen(36), AfterValidator(_read_id), WithJsonSchema({"type": "string", "format": "uuid"})
]
Phone = Annotated[
    str,
    Strict(),
    MaxLen(16),
    AfterValidator(_read_phone),
    WithJsonSchema({"type": "string", "pattern": r"^\+[1-9]\d{6,14}$", "examples": ["+15055550100"]}),
]
Email = Annotated[
    str,
    Strict(),
    MaxLen(254),
    AfterValidator(_without_controls),
    AfterValidator(_read_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": 254}),
]
Hours = Annotated[
    str,
    Strict(),
    MaxLen(200),
    AfterValidator(_read_hours),
    WithJsonSchema({"type": "string", "maxLength": 200, "examples": ["Mo-Fr 08:00-17:00"]}),
]
Whole = Annotated[int, Strict(), Ge(0), Le(999)]
Priority = Annotated[int, Strict(), Ge(0), Le(9999)]
YesNo = Annotated[bool, Strict()]


def _not_boolean(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("float_type", "a number")
    return value


Latitude = Annotated[float, BeforeValidator(_not_boolean), Strict(), Ge(-90), Le(90), Field(allow_inf_nan=False)]
Longitude = Annotated[float, BeforeValidator(_not_boolean), Strict(), Ge(-180), Le(180), Field(allow_inf_nan=False)]
# Codes of whole lists.
Ids = Annotated[list[Identifier], MinLen(1), MaxLen(100)]
