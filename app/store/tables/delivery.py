"""Alerts, and what is told to other systems."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, Text, text
from sqlmodel import Field

from app.domain.delivery import DeliveryState, Result
from app.domain.referral import AlertKind
from app.domain.webhook import MessageType
from app.store.columns import UtcTime, one_of, word, words_of
from app.store.tables.base import Row, where_there_is_one


class AlertRow(Row, table=True):
    """Notices that the order calls for; domain/referral.py says what each column means."""

    __tablename__ = "alert"
    __table_args__ = (
        one_of("kind", AlertKind),
        CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledgement_is_whole"),
    )

    id: str = Field(primary_key=True, max_length=36)
    kind: AlertKind = Field(sa_type=word(AlertKind))
    inquiry_id: str = Field(foreign_key="inquiry.id", max_length=36, index=True)
    raised_at: datetime = Field(sa_type=UtcTime)
    due_at: datetime = Field(sa_type=UtcTime, index=True)
    repeats: int
    acknowledged_at: datetime | None = Field(sa_type=UtcTime)
    acknowledged_by: str | None = Field(max_length=64)
    closed_at: datetime | None = Field(sa_type=UtcTime)
    first_event: int = Field(unique=True)
    newest_event: int


class WebhookRow(Row, table=True):
    """Endpoints of other systems. Secrets are sealed under a key that is a file and in no backup."""

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint("(older_secret IS NULL) = (older_secret_until IS NULL)", name="older_secret_is_whole"),
    )

    id: str = Field(primary_key=True, max_length=36)
    url: str = Field(sa_type=Text)
    description: str | None = Field(sa_type=Text)
    events: tuple[MessageType, ...] = Field(sa_type=words_of(MessageType))
    secret: bytes = Field(sa_type=LargeBinary)
    older_secret: bytes | None = Field(sa_type=LargeBinary)
    older_secret_until: datetime | None = Field(sa_type=UtcTime)
    created_at: datetime = Field(sa_type=UtcTime)
    disabled_at: datetime | None = Field(sa_type=UtcTime)
    first_event: int = Field(unique=True)
    newest_event: int


class MessageRow(Row, table=True):
    """What is told to other systems: written with the event, in its transaction. `id` is the `webhook-id`."""

    __tablename__ = "message"
    __table_args__ = (one_of("type", MessageType), Index("ix_message_inquiry_id_event", "inquiry_id", "event"))

    id: str = Field(primary_key=True, max_length=36)
    type: MessageType = Field(sa_type=word(MessageType))
    inquiry_id: str = Field(foreign_key="inquiry.id", max_length=36)
    event: int
    at: datetime = Field(sa_type=UtcTime)
    body: str = Field(sa_type=Text)


_WAITING_FIRST = text("state = 'waiting' AND due_at IS NULL")
_WAITING_AGAIN = text("state = 'waiting' AND due_at IS NOT NULL")


class DeliveryRow(Row, table=True):
    """The outbox: a row for each message and endpoint; domain/delivery.py says what each column means."""

    __tablename__ = "delivery"
    __table_args__ = (
        one_of("state", DeliveryState),
        one_of("last_result", Result),
        Index("ix_delivery_webhook_id_position", "webhook_id", "position"),
        Index(
            "ix_delivery_first_attempts",
            "webhook_id",
            "leased_by",
            "position",
            sqlite_where=_WAITING_FIRST,
            postgresql_where=_WAITING_FIRST,
        ),
        Index(
            "ix_delivery_later_attempts",
            "webhook_id",
            "due_at",
            sqlite_where=_WAITING_AGAIN,
            postgresql_where=_WAITING_AGAIN,
        ),
        where_there_is_one("ix_delivery_leased_by", "leased_by"),
    )

    id: str = Field(primary_key=True, max_length=36)
    position: int = Field(sa_type=BigInteger, unique=True)
    message_id: str = Field(foreign_key="message.id", max_length=36, index=True)
    webhook_id: str = Field(foreign_key="webhook.id", max_length=36)
    state: DeliveryState = Field(sa_type=word(DeliveryState))
    step: int
    attempts: int
    due_at: datetime | None = Field(sa_type=UtcTime)
    leased_by: str | None = Field(max_length=36)
    last_tried_at: datetime | None = Field(sa_type=UtcTime)
    last_result: Result | None = Field(sa_type=word(Result))
    last_status: int | None
    newest_event: int


class DeliveryWorkerRow(Row, table=True):
    """The processes that send. One whose `beat` stands still has died or was stopped; others take its work over."""

    __tablename__ = "delivery_worker"

    id: str = Field(primary_key=True, max_length=36)
    beat: int
