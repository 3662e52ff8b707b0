"""The inquiries as they stand, the calls about them, and what corrections replaced."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from app.domain.call import Agency
from app.domain.inquiry import Activity, AreaCommand, CallbackKind, Channel, Language, Marking, Source, WithdrawalReason
from app.domain.status import Outcome, Status
from app.store.columns import UtcTime, one_of, text_in_code_point_order, word, words_of
from app.store.tables.base import Row, where_there_is_one


class InquiryRow(Row, table=True):
    """The current state of each inquiry; domain/inquiry.py says what each column means."""

    __tablename__ = "inquiry"
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        one_of("source", Source),
        one_of("channel", Channel),
        one_of("language", Language),
        one_of("area_command", AreaCommand),
        one_of("activity", Activity),
        one_of("status", Status),
        one_of("answered_status", Status),
        one_of("withdrawn_reason", WithdrawalReason),
        one_of("callback_kind", CallbackKind),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="point_is_whole"),
        CheckConstraint("(status = 'withdrawn') = (withdrawn_reason IS NOT NULL)", name="withdrawal_has_reason"),
        CheckConstraint("(claimed_by IS NULL) = (claimed_at IS NULL)", name="claim_is_whole"),
        CheckConstraint("(callback_kind IS NULL) = (callback_hint IS NULL)", name="callback_is_whole"),
        CheckConstraint("serial > 0", name="serial_counts_from_1"),
        Index("ix_inquiry_status_first_event", "status", "first_event"),
        # What is near is looked for among what was observed lately: few, however long the log has grown.
        Index("ix_inquiry_observed_at_point", "observed_at", "latitude", "longitude"),
        where_there_is_one("ix_inquiry_claimed_by", "claimed_by"),
        where_there_is_one("ix_inquiry_crossing_key", "crossing_key"),
    )

    id: str = Field(primary_key=True, max_length=36)
    year: int
    serial: int
    receipt: str = Field(max_length=14, unique=True)
    source: Source = Field(sa_type=word(Source))
    outlet: str | None = Field(sa_type=Text)
    channel: Channel = Field(sa_type=word(Channel))
    language: Language = Field(sa_type=word(Language))
    asked_at: datetime = Field(sa_type=UtcTime)
    observed_at: datetime = Field(sa_type=UtcTime)
    ongoing: bool | None
    facility: str | None = Field(max_length=80)
    area_command: AreaCommand = Field(sa_type=word(AreaCommand))
    activity: Activity = Field(sa_type=word(Activity))
    agents: int | None
    vehicles: int | None
    markings: tuple[Marking, ...] = Field(sa_type=words_of(Marking))
    block: str | None = Field(sa_type=Text)
    street_key: str | None = Field(sa_type=text_in_code_point_order(200), index=True)
    crossing_key: str | None = Field(sa_type=text_in_code_point_order(200))
    latitude: float | None
    longitude: float | None
    city_facility: bool
    status: Status = Field(sa_type=word(Status))
    status_since: datetime = Field(sa_type=UtcTime)
    answer_en: str = Field(sa_type=Text)
    answer_es: str = Field(sa_type=Text)
    answer_call: int | None
    received_at: datetime = Field(sa_type=UtcTime, index=True)
    received_by: str = Field(max_length=64)
    due_at: datetime | None = Field(sa_type=UtcTime, index=True)
    claimed_by: str | None = Field(max_length=64)
    claimed_at: datetime | None = Field(sa_type=UtcTime)
    answered_at: datetime | None = Field(sa_type=UtcTime)
    answered_status: Status | None = Field(sa_type=word(Status))
    withdrawn_reason: WithdrawalReason | None = Field(sa_type=word(WithdrawalReason))
    replaced_by: str | None = Field(max_length=36)
    settled_at: datetime | None = Field(sa_type=UtcTime)
    callback_kind: CallbackKind | None = Field(sa_type=word(CallbackKind))
    callback_hint: str | None = Field(max_length=8)
    callback_erase_after: datetime | None = Field(sa_type=UtcTime, index=True)
    callback_erased_at: datetime | None = Field(sa_type=UtcTime)
    first_event: int = Field(unique=True)
    newest_event: int
    updated_at: datetime = Field(sa_type=UtcTime)
    last_event_at: datetime = Field(sa_type=UtcTime)
    leaves: int


class CallRow(Row, table=True):
    """Confirmation calls."""

    __tablename__ = "call"
    __table_args__ = (
        one_of("outcome", Outcome),
        one_of("agency", Agency),
        CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name="outcome_is_whole"),
    )

    id: str = Field(primary_key=True, max_length=36)
    contact_id: str = Field(foreign_key="contact.id", max_length=36)
    placed_at: datetime = Field(sa_type=UtcTime, index=True)
    placed_by: str = Field(max_length=64)
    outcome: Outcome | None = Field(sa_type=word(Outcome))
    agency: Agency | None = Field(sa_type=word(Agency))
    outcome_at: datetime | None = Field(sa_type=UtcTime)
    outcome_order: int | None
    recorded_by: str | None = Field(max_length=64)
    last_event_at: datetime = Field(sa_type=UtcTime)
    first_event: int = Field(unique=True)
    newest_event: int


class CallInquiryRow(Row, table=True):
    """Which inquiries a call covers; `ordinal` counts the calls of an inquiry from 1."""

    __tablename__ = "call_inquiry"
    __table_args__ = (UniqueConstraint("inquiry_id", "ordinal"),)

    call_id: str = Field(primary_key=True, foreign_key="call.id", max_length=36)
    inquiry_id: str = Field(primary_key=True, foreign_key="inquiry.id", max_length=36)
    ordinal: int


class CorrectionRow(Row, table=True):
    """What a supervisor's correction replaced. Its texts are sealed."""

    __tablename__ = "correction"
    __table_args__ = (one_of("replaced_outcome", Outcome), one_of("replaced_agency", Agency))

    id: str = Field(primary_key=True, max_length=36)
    call_id: str = Field(foreign_key="call.id", max_length=36, index=True)
    at: datetime = Field(sa_type=UtcTime)
    by: str = Field(max_length=64)
    replaced_outcome: Outcome = Field(sa_type=word(Outcome))
    replaced_agency: Agency | None = Field(sa_type=word(Agency))
    first_event: int = Field(unique=True)
