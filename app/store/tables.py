"""The tables. What each column is for, how long it is kept and who sees it stands in docs/data.md.

Rows are the current state; the events are the history. The database holds the same rules as the code: closed lists,
references, uniqueness; triggers (migrations) refuse any change of an event.
"""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from app.domain.actor import ByRole, Role
from app.domain.call import Agency
from app.domain.delivery import DeliveryState, Result
from app.domain.event import Kind
from app.domain.inquiry import (
    Activity,
    AreaCommand,
    CallbackKind,
    Channel,
    Language,
    Marking,
    Source,
    WithdrawalReason,
)
from app.domain.publication import Listing
from app.domain.referral import AlertKind
from app.domain.sealed import BoxKind, RetentionClass
from app.domain.status import Outcome, Status
from app.domain.webhook import MessageType
from app.store.columns import UtcTime, one_of, text_in_code_point_order, word, words_of

# Constraints have names, so that a migration can find them on either engine.
SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Row(SQLModel):
    """A row. Rows are written and read past pydantic's validation, so that need not be built at every start."""

    model_config = {"defer_build": True}


def _where_there_is_one(name: str, column: str, *more: str) -> Index:
    """Return an index of the rows that have a value there, where most have none: those cost nothing."""
    there = text(f"{column} IS NOT NULL")
    return Index(name, column, *more, sqlite_where=there, postgresql_where=there)


class EventRow(Row, table=True):
    """Everything that ever happened, in the order of the ledger. Rows are added and never changed."""

    __tablename__ = "event"
    __table_args__ = (
        one_of("by_role", ByRole),
        one_of("kind", Kind),
        UniqueConstraint("subject", "seq"),
        CheckConstraint("(subject IS NULL) = (seq IS NULL)", name="subject_has_seq"),
        Index("ix_event_inquiry_id_index", "inquiry_id", "index"),
        _where_there_is_one("ix_event_call_id_index", "call_id", "index"),
    )

    index: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcTime)
    kind: Kind = Field(sa_type=word(Kind))
    by: str = Field(max_length=64)
    by_role: ByRole = Field(sa_type=word(ByRole))
    inquiry_id: str | None = Field(max_length=36)
    call_id: str | None = Field(max_length=36)
    subject: str | None = Field(max_length=20)
    seq: int | None
    detail: dict[str, object] = Field(sa_type=JSON)
    sealed: dict[str, str] = Field(sa_type=JSON)
    screen_version: str = Field(max_length=64)
    rest_salt: bytes = Field(sa_type=LargeBinary)
    salt: bytes = Field(sa_type=LargeBinary)
    payload: str = Field(sa_type=Text)


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
        _where_there_is_one("ix_inquiry_claimed_by", "claimed_by"),
        _where_there_is_one("ix_inquiry_crossing_key", "crossing_key"),
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


class SealedBoxRow(Row, table=True):
    """What is sealed with a key of its own, which the day's key wraps; without `wrapped_key` nobody can read it."""

    __tablename__ = "sealed_box"
    __table_args__ = (
        one_of("kind", BoxKind),
        one_of("retention", RetentionClass),
        Index("ix_sealed_box_day_retention", "day", "retention"),
        Index("ix_sealed_box_owner_id_kind", "owner_id", "kind"),
    )

    # Given by the database, in order: it names the box to nobody.
    id: int | None = Field(primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite"))
    owner_id: str = Field(max_length=36)
    kind: BoxKind = Field(sa_type=word(BoxKind))
    retention: RetentionClass = Field(sa_type=word(RetentionClass))
    day: str = Field(max_length=10)
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    ciphertext: bytes = Field(sa_type=LargeBinary)
    set_aside: bool


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


class IdempotencyRow(Row, table=True):
    """What a repeated `POST` is answered with. Neither the key nor the body is kept, only keyed hashes of them."""

    __tablename__ = "idempotency"

    key_hash: str = Field(primary_key=True, max_length=64)
    fingerprint: str | None = Field(max_length=64)
    status_code: int
    location: str | None = Field(max_length=200)
    resource_id: str = Field(max_length=36, index=True)
    kept_since: datetime = Field(sa_type=UtcTime, index=True)


class RefusalCountRow(Row, table=True):
    """How many texts the screen refused, by day, category and the rule's language. Nothing of the texts."""

    __tablename__ = "refusal_count"

    day: date = Field(primary_key=True, sa_type=Date)
    category: str = Field(primary_key=True, max_length=32)
    language: str = Field(primary_key=True, max_length=2)
    refused: int


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


class LedgerTileRow(Row, table=True):
    """The tree over all events as it is served: tiles of 256 hashes, the last of each level not full yet."""

    __tablename__ = "ledger_tile"

    level: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    hashes: bytes = Field(sa_type=LargeBinary)


class CheckpointRow(Row, table=True):
    """Signed checkpoints: the newest, and the last one of each day before. `number` is one more than the last one's."""

    __tablename__ = "checkpoint"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    size: int
    note: bytes = Field(sa_type=LargeBinary)
    signed_at: datetime = Field(sa_type=UtcTime)


class LedgerKeyRow(Row, table=True):
    """The public keys that ever signed, in the order in which they began; a new one begins beside an old one."""

    __tablename__ = "ledger_key"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    verifier: str = Field(sa_type=Text)
    since: datetime = Field(sa_type=UtcTime)


class PublicationRow(Row, table=True):
    """How far the public sees: one row. All events below `cut` are public, of the others the corrections of those.

    `newest` is the index of the newest public event, -1 for none; below `looked` each correction was considered.
    """

    __tablename__ = "publication"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    cut: int
    newest: int
    looked: int
    moved_at: datetime = Field(sa_type=UtcTime)


class LogEntryRow(Row, table=True):
    """The public log as it is shown: made from opened leaves alone, and made again from them at any time.

    `entry` is what is served, in JSON; the other columns are what lists are narrowed and ordered by. The place's
    columns are null until the inquiry is settled. The coordinates are those of a cell's centre.
    """

    __tablename__ = "log_entry"
    __table_args__ = (
        one_of("listing", Listing),
        one_of("status", Status),
        one_of("source", Source),
        one_of("area_command", AreaCommand),
        one_of("activity", Activity),
        Index("ix_log_entry_listing_asked_at", "listing", "asked_at", "first"),
        Index("ix_log_entry_listing_status_asked_at", "listing", "status", "asked_at", "first"),
        Index("ix_log_entry_listing_source_asked_at", "listing", "source", "asked_at", "first"),
        Index("ix_log_entry_listing_area_command_asked_at", "listing", "area_command", "asked_at", "first"),
        Index("ix_log_entry_listing_activity_asked_at", "listing", "activity", "asked_at", "first"),
        Index("ix_log_entry_listing_updated_at", "listing", "updated_at", "first"),
    )

    first: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: str = Field(max_length=20, unique=True)
    listing: Listing = Field(sa_type=word(Listing))
    status: Status = Field(sa_type=word(Status))
    logged_on: date = Field(sa_type=Date)
    asked_at: datetime = Field(sa_type=UtcTime)
    source: Source | None = Field(sa_type=word(Source))
    area_command: AreaCommand | None = Field(sa_type=word(AreaCommand))
    activity: Activity | None = Field(sa_type=word(Activity))
    latitude: float | None
    longitude: float | None
    newest: int
    published_at: datetime | None = Field(sa_type=UtcTime)
    updated_at: datetime = Field(sa_type=UtcTime)
    entry: str = Field(sa_type=Text)


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
        _where_there_is_one("ix_delivery_leased_by", "leased_by"),
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
