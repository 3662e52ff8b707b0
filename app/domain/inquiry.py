"""An inquiry: one person's question about observed activity at a place. Nothing in it says who anybody is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.answer import Answer
from app.domain.log_number import log_number
from app.domain.status import Status

# An inquiry entered longer than this after it was asked is marked `late` (after an outage, from paper slips).
LATE_AFTER = timedelta(minutes=15)
# A claim without an event for this long holds nobody back.
CLAIM_IDLE = timedelta(minutes=30)
# A client's clock may run this far ahead.
CLOCK_TOLERANCE = timedelta(minutes=2)
# What was asked or seen longer ago than this is no inquiry about something going on.
OLDEST_INQUIRY = timedelta(days=30)


class Source(StrEnum):
    """Who asks."""

    PUBLIC = "public"
    MEDIA = "media"
    CITY = "city"


class Channel(StrEnum):
    """How the question reached the police."""

    PHONE = "phone"
    WEB = "web"
    EMAIL = "email"
    IN_PERSON = "in_person"
    TEXT = "text"
    NON_EMERGENCY = "311"


class Language(StrEnum):
    """The language that the asker is answered in. Never that of somebody observed."""

    ENGLISH = "en"
    SPANISH = "es"


class AreaCommand(StrEnum):
    """The police department's area commands."""

    FOOTHILLS = "foothills"
    NORTHEAST = "northeast"
    NORTHWEST = "northwest"
    SOUTHEAST = "southeast"
    SOUTHWEST = "southwest"
    VALLEY = "valley"
    UNIVERSITY = "university"
    UNKNOWN = "unknown"


class Activity(StrEnum):
    """What the observed activity looked like, or where."""

    TRAFFIC_STOP = "traffic_stop"
    WORKSITE = "worksite"
    RESIDENCE = "residence"
    PUBLIC_PLACE = "public_place"
    COURTHOUSE = "courthouse"
    SCHOOL = "school"
    MEDICAL = "medical"
    PLACE_OF_WORSHIP = "place_of_worship"
    CITY_FACILITY = "city_facility"
    OTHER = "other"


class Marking(StrEnum):
    """What the agents or their vehicles were marked with."""

    ICE = "ice"
    ERO = "ero"
    HSI = "hsi"
    CBP = "cbp"
    DHS = "dhs"
    POLICE = "police"
    SHERIFF = "sheriff"
    OTHER_FEDERAL = "other_federal"
    NONE_SEEN = "none_seen"


class AnswerMethod(StrEnum):
    """How the asker was told the answer."""

    PHONE = "phone"
    EMAIL = "email"
    TEXT = "text"
    IN_PERSON = "in_person"
    WEB = "web"


class WithdrawalReason(StrEnum):
    """Why an inquiry was withdrawn."""

    BY_ASKER = "by_asker"
    DUPLICATE = "duplicate"
    OUTSIDE_CITY = "outside_city"
    ENTERED_IN_ERROR = "entered_in_error"


class CallbackKind(StrEnum):
    """What the asker left to be called back by."""

    PHONE = "phone"
    EMAIL = "email"


class Flag(StrEnum):
    """What the order's other sections want noticed."""

    CITY_FACILITY = "city_facility"
    POSSIBLE_IMPERSONATION = "possible_impersonation"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """The current state of an inquiry, as it stands in the tables. What is sealed (vault) is not in it.

    Coordinates are WGS 84 degrees rounded to 0.001. `answer_call` is the ordinal of the call that the standing answer
    speaks of. `answered_status` is the status that the asker was told, None again once another stands: order comes from
    the events, never from the clock. `leaves` counts the inquiry's leaves in the ledger; `first_event` and
    `newest_event` are ledger indexes (reads of the callback aside). `updated_at` is the time of its newest leaf,
    `last_event_at` of its newest event.
    """

    id: str
    year: int
    serial: int
    receipt: str
    source: Source
    outlet: str | None
    channel: Channel
    language: Language
    asked_at: datetime
    observed_at: datetime
    ongoing: bool | None
    facility: str | None
    area_command: AreaCommand
    activity: Activity
    agents: int | None
    vehicles: int | None
    markings: tuple[Marking, ...]
    block: str | None
    street_key: str | None
    crossing_key: str | None
    latitude: float | None
    longitude: float | None
    city_facility: bool
    status: Status
    status_since: datetime
    answer_en: str
    answer_es: str
    answer_call: int | None
    received_at: datetime
    received_by: str
    due_at: datetime | None
    claimed_by: str | None
    claimed_at: datetime | None
    answered_at: datetime | None
    answered_status: Status | None
    withdrawn_reason: WithdrawalReason | None
    replaced_by: str | None
    settled_at: datetime | None
    callback_kind: CallbackKind | None
    callback_hint: str | None
    callback_erase_after: datetime | None
    callback_erased_at: datetime | None
    first_event: int
    newest_event: int
    updated_at: datetime
    last_event_at: datetime
    leaves: int

    @property
    def number(self) -> str:
        """The log number that people say aloud."""
        return log_number(self.year, self.serial)

    @property
    def answer(self) -> Answer:
        """The sentence that the asker is given, as it was written."""
        return Answer(en=self.answer_en, es=self.answer_es)

    @property
    def late(self) -> bool:
        """Whether it was entered long after it was asked."""
        return self.received_at - self.asked_at > LATE_AFTER

    @property
    def withdrawn(self) -> bool:
        """Whether it was withdrawn."""
        return self.status is Status.WITHDRAWN

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What the order's other sections want noticed of it."""
        flags = [Flag.CITY_FACILITY] if self.city_facility else []
        return (*flags, Flag.POSSIBLE_IMPERSONATION) if self.status is Status.NOT_ICE else tuple(flags)
