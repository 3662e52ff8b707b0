"""Everything that happened, and what of it is sealed or only counted."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from app.domain.actor import ByRole
from app.domain.event import Kind
from app.domain.sealed import BoxKind, RetentionClass
from app.store.columns import UtcTime, one_of, word
from app.store.tables.base import Row, where_there_is_one


class EventRow(Row, table=True):
    """Everything that ever happened, in the order of the ledger. Rows are added and never changed."""

    __tablename__ = "event"
    __table_args__ = (
        one_of("by_role", ByRole),
        one_of("kind", Kind),
        UniqueConstraint("subject", "seq"),
        CheckConstraint("(subject IS NULL) = (seq IS NULL)", name="subject_has_seq"),
        Index("ix_event_inquiry_id_index", "inquiry_id", "index"),
        where_there_is_one("ix_event_call_id_index", "call_id", "index"),
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
