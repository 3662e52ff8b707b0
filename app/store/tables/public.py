"""The ledger, and the log as the public sees it."""

from datetime import date, datetime

from sqlalchemy import Date, Index, LargeBinary, Text
from sqlmodel import Field

from app.domain.inquiry import Activity, AreaCommand, Source
from app.domain.publication import Listing
from app.domain.status import Status
from app.store.columns import UtcTime, one_of, word
from app.store.tables.base import Row


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
