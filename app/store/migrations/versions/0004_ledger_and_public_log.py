"""The tree over all events, signed checkpoints and their keys, and the public log as it is shown."""
# ruff: noqa: E501  # a list of words is a line

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "checkpoint",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_checkpoint"),
    )
    op.create_table(
        "ledger_key",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("since", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_ledger_key"),
    )
    op.create_table(
        "ledger_tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name="pk_ledger_tile"),
    )
    op.create_table(
        "log_entry",
        sa.Column("first", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("listing", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("logged_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=True),
        sa.Column("area_command", sa.String(length=32), nullable=True),
        sa.Column("activity", sa.String(length=32), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.String(length=24), nullable=True),
        sa.Column("updated_at", sa.String(length=24), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "activity IN ('traffic_stop', 'worksite', 'residence', 'public_place', 'courthouse', 'school', 'medical', 'place_of_worship', 'city_facility', 'other')",
            name=op.f("ck_log_entry_activity_is_listed"),
        ),
        sa.CheckConstraint(
            "area_command IN ('foothills', 'northeast', 'northwest', 'southeast', 'southwest', 'valley', 'university', 'unknown')",
            name=op.f("ck_log_entry_area_command_is_listed"),
        ),
        sa.CheckConstraint(
            "listing IN ('settled', 'withdrawn', 'waiting')", name=op.f("ck_log_entry_listing_is_listed")
        ),
        sa.CheckConstraint("source IN ('public', 'media', 'city')", name=op.f("ck_log_entry_source_is_listed")),
        sa.CheckConstraint(
            "status IN ('open', 'calling', 'awaiting_ice', 'confirmed', 'not_ice', 'unconfirmed', 'withdrawn')",
            name=op.f("ck_log_entry_status_is_listed"),
        ),
        sa.PrimaryKeyConstraint("first", name="pk_log_entry"),
        sa.UniqueConstraint("number", name="uq_log_entry_number"),
    )
    op.create_index("ix_log_entry_listing_activity_asked_at", "log_entry", ["listing", "activity", "asked_at", "first"])
    op.create_index(
        "ix_log_entry_listing_area_command_asked_at", "log_entry", ["listing", "area_command", "asked_at", "first"]
    )
    op.create_index("ix_log_entry_listing_asked_at", "log_entry", ["listing", "asked_at", "first"])
    op.create_index("ix_log_entry_listing_source_asked_at", "log_entry", ["listing", "source", "asked_at", "first"])
    op.create_index("ix_log_entry_listing_status_asked_at", "log_entry", ["listing", "status", "asked_at", "first"])
    op.create_index("ix_log_entry_listing_updated_at", "log_entry", ["listing", "updated_at", "first"])

    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cut", sa.Integer(), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
    )


def downgrade() -> None:
    """Drop the tables; their indexes go along."""
    op.drop_table("publication")
    op.drop_table("log_entry")
    op.drop_table("ledger_tile")
    op.drop_table("ledger_key")
    op.drop_table("checkpoint")
