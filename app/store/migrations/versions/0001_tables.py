"""The tables, as the service began with them.

A migration says what the database had at its time: it names no class and no list of the code, which go on changing.
"""
# ruff: noqa: E501  # a list of words is a line

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def _in_code_point_order(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "contact",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("agency", sa.String(length=32), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("hours", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("first_event", sa.Integer(), nullable=False),
        sa.Column("newest_event", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "agency IN ('ero', 'hsi', 'cbp', 'other', 'unspecified')", name=op.f("ck_contact_agency_is_listed")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
        sa.UniqueConstraint("first_event", name="uq_contact_first_event"),
    )
    op.create_table(
        "event",
        sa.Column("index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("by_role", sa.String(length=32), nullable=False),
        sa.Column("inquiry_id", sa.String(length=36), nullable=True),
        sa.Column("call_id", sa.String(length=36), nullable=True),
        sa.Column("subject", sa.String(length=20), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.JSON(), nullable=False),
        sa.Column("screen_version", sa.String(length=64), nullable=False),
        sa.Column("rest_salt", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "by_role IN ('intake', 'dispatcher', 'supervisor', 'auditor', 'operator', 'service')",
            name=op.f("ck_event_by_role_is_listed"),
        ),
        sa.CheckConstraint(
            "kind IN ('inquiry:logged', 'inquiry:place', 'inquiry:called', 'inquiry:outcome', 'inquiry:corrected', 'inquiry:answered', 'inquiry:withdrawn', 'call:outcome', 'call:corrected', 'inquiry:claimed', 'inquiry:released', 'callback:read', 'callback:mended', 'callback:erased', 'day_key:destroyed', 'contact:added', 'contact:changed', 'facility:added', 'facility:changed', 'token:created', 'token:revoked', 'session:started', 'session:ended', 'alert:raised', 'alert:acknowledged', 'alert:closed', 'webhook:added', 'webhook:changed', 'webhook:removed', 'webhook:secret_rotated', 'delivery:retried', 'ledger_key:added', 'ledger_key:retired', 'log:continued')",
            name=op.f("ck_event_kind_is_listed"),
        ),
        sa.CheckConstraint("(subject IS NULL) = (seq IS NULL)", name=op.f("ck_event_subject_has_seq")),
        sa.PrimaryKeyConstraint("index", name="pk_event"),
        sa.UniqueConstraint("subject", "seq", name="uq_event_subject_seq"),
    )
    op.create_index("ix_event_at", "event", ["at"])
    op.create_index("ix_event_call_id_index", "event", ["call_id", "index"])
    op.create_index("ix_event_inquiry_id_index", "event", ["inquiry_id", "index"])

    op.create_table(
        "facility",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("slug", _in_code_point_order(80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("first_event", sa.Integer(), nullable=False),
        sa.Column("newest_event", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_facility"),
        sa.UniqueConstraint("first_event", name="uq_facility_first_event"),
        sa.UniqueConstraint("slug", name="uq_facility_slug"),
    )
    op.create_table(
        "idempotency",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("status_code", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(length=200), nullable=True),
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("kept_since", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_kept_since", "idempotency", ["kept_since"])
    op.create_index("ix_idempotency_resource_id", "idempotency", ["resource_id"])

    op.create_table(
        "inquiry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.String(length=14), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.String(length=24), nullable=False),
        sa.Column("observed_at", sa.String(length=24), nullable=False),
        sa.Column("ongoing", sa.Boolean(), nullable=True),
        sa.Column("facility", sa.String(length=80), nullable=True),
        sa.Column("area_command", sa.String(length=32), nullable=False),
        sa.Column("activity", sa.String(length=32), nullable=False),
        sa.Column("agents", sa.Integer(), nullable=True),
        sa.Column("vehicles", sa.Integer(), nullable=True),
        sa.Column("markings", sa.String(length=200), nullable=False),
        sa.Column("block", sa.Text(), nullable=True),
        sa.Column("street_key", _in_code_point_order(200), nullable=True),
        sa.Column("crossing_key", _in_code_point_order(200), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("city_facility", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("status_since", sa.String(length=24), nullable=False),
        sa.Column("answer_en", sa.Text(), nullable=False),
        sa.Column("answer_es", sa.Text(), nullable=False),
        sa.Column("answer_call", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.String(length=24), nullable=False),
        sa.Column("received_by", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.String(length=24), nullable=True),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("claimed_at", sa.String(length=24), nullable=True),
        sa.Column("answered_at", sa.String(length=24), nullable=True),
        sa.Column("answered_status", sa.String(length=32), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=32), nullable=True),
        sa.Column("replaced_by", sa.String(length=36), nullable=True),
        sa.Column("settled_at", sa.String(length=24), nullable=True),
        sa.Column("callback_kind", sa.String(length=32), nullable=True),
        sa.Column("callback_hint", sa.String(length=8), nullable=True),
        sa.Column("callback_erase_after", sa.String(length=24), nullable=True),
        sa.Column("callback_erased_at", sa.String(length=24), nullable=True),
        sa.Column("first_event", sa.Integer(), nullable=False),
        sa.Column("newest_event", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.String(length=24), nullable=False),
        sa.Column("last_event_at", sa.String(length=24), nullable=False),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'withdrawn') = (withdrawn_reason IS NOT NULL)", name=op.f("ck_inquiry_withdrawal_has_reason")
        ),
        sa.CheckConstraint(
            "activity IN ('traffic_stop', 'worksite', 'residence', 'public_place', 'courthouse', 'school', 'medical', 'place_of_worship', 'city_facility', 'other')",
            name=op.f("ck_inquiry_activity_is_listed"),
        ),
        sa.CheckConstraint(
            "answered_status IN ('open', 'calling', 'awaiting_ice', 'confirmed', 'not_ice', 'unconfirmed', 'withdrawn')",
            name=op.f("ck_inquiry_answered_status_is_listed"),
        ),
        sa.CheckConstraint(
            "area_command IN ('foothills', 'northeast', 'northwest', 'southeast', 'southwest', 'valley', 'university', 'unknown')",
            name=op.f("ck_inquiry_area_command_is_listed"),
        ),
        sa.CheckConstraint("callback_kind IN ('phone', 'email')", name=op.f("ck_inquiry_callback_kind_is_listed")),
        sa.CheckConstraint(
            "channel IN ('phone', 'web', 'email', 'in_person', 'text', '311')",
            name=op.f("ck_inquiry_channel_is_listed"),
        ),
        sa.CheckConstraint("language IN ('en', 'es')", name=op.f("ck_inquiry_language_is_listed")),
        sa.CheckConstraint("source IN ('public', 'media', 'city')", name=op.f("ck_inquiry_source_is_listed")),
        sa.CheckConstraint(
            "status IN ('open', 'calling', 'awaiting_ice', 'confirmed', 'not_ice', 'unconfirmed', 'withdrawn')",
            name=op.f("ck_inquiry_status_is_listed"),
        ),
        sa.CheckConstraint(
            "withdrawn_reason IN ('by_asker', 'duplicate', 'outside_city', 'entered_in_error')",
            name=op.f("ck_inquiry_withdrawn_reason_is_listed"),
        ),
        sa.CheckConstraint(
            "(callback_kind IS NULL) = (callback_hint IS NULL)", name=op.f("ck_inquiry_callback_is_whole")
        ),
        sa.CheckConstraint("(claimed_by IS NULL) = (claimed_at IS NULL)", name=op.f("ck_inquiry_claim_is_whole")),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_inquiry_point_is_whole")),
        sa.CheckConstraint("serial > 0", name=op.f("ck_inquiry_serial_counts_from_1")),
        sa.PrimaryKeyConstraint("id", name="pk_inquiry"),
        sa.UniqueConstraint("first_event", name="uq_inquiry_first_event"),
        sa.UniqueConstraint("receipt", name="uq_inquiry_receipt"),
        sa.UniqueConstraint("year", "serial", name="uq_inquiry_year_serial"),
    )
    op.create_index("ix_inquiry_callback_erase_after", "inquiry", ["callback_erase_after"])
    op.create_index("ix_inquiry_claimed_by", "inquiry", ["claimed_by"])
    op.create_index("ix_inquiry_crossing_key", "inquiry", ["crossing_key"])
    op.create_index("ix_inquiry_due_at", "inquiry", ["due_at"])
    op.create_index("ix_inquiry_observed_at_point", "inquiry", ["observed_at", "latitude", "longitude"])
    op.create_index("ix_inquiry_received_at", "inquiry", ["received_at"])
    op.create_index("ix_inquiry_status_first_event", "inquiry", ["status", "first_event"])
    op.create_index("ix_inquiry_street_key", "inquiry", ["street_key"])

    op.create_table(
        "refusal_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "category", "language", name="pk_refusal_count"),
    )
    op.create_table(
        "sealed_box",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("retention", sa.String(length=32), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("set_aside", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('callback', 'detail', 'call_detail', 'correction_detail')",
            name=op.f("ck_sealed_box_kind_is_listed"),
        ),
        sa.CheckConstraint("retention IN ('callback', 'detail')", name=op.f("ck_sealed_box_retention_is_listed")),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_box"),
    )
    op.create_index("ix_sealed_box_owner_id_kind", "sealed_box", ["owner_id", "kind"])
    op.create_index("ix_sealed_box_retention_day", "sealed_box", ["retention", "day"])

    op.create_table(
        "token",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=True),
        sa.Column("revoked_at", sa.String(length=24), nullable=True),
        sa.Column("first_event", sa.Integer(), nullable=False),
        sa.Column("newest_event", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('intake', 'dispatcher', 'supervisor', 'auditor')", name=op.f("ck_token_role_is_listed")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("first_event", name="uq_token_first_event"),
        sa.UniqueConstraint("secret_hash", name="uq_token_secret_hash"),
    )
    op.create_table(
        "call",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("contact_id", sa.String(length=36), nullable=False),
        sa.Column("placed_at", sa.String(length=24), nullable=False),
        sa.Column("placed_by", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("agency", sa.String(length=32), nullable=True),
        sa.Column("outcome_at", sa.String(length=24), nullable=True),
        sa.Column("outcome_order", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=True),
        sa.Column("last_event_at", sa.String(length=24), nullable=False),
        sa.Column("first_event", sa.Integer(), nullable=False),
        sa.Column("newest_event", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "agency IN ('ero', 'hsi', 'cbp', 'other', 'unspecified')", name=op.f("ck_call_agency_is_listed")
        ),
        sa.CheckConstraint(
            "outcome IN ('confirmed', 'not_ice', 'declined', 'no_answer', 'left_message')",
            name=op.f("ck_call_outcome_is_listed"),
        ),
        sa.CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name=op.f("ck_call_outcome_is_whole")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_call_contact_id"),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
        sa.UniqueConstraint("first_event", name="uq_call_first_event"),
    )
    op.create_index("ix_call_placed_at", "call", ["placed_at"])

    op.create_table(
        "call_inquiry",
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("inquiry_id", sa.String(length=36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_call_inquiry_call_id"),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"], name="fk_call_inquiry_inquiry_id"),
        sa.PrimaryKeyConstraint("call_id", "inquiry_id", name="pk_call_inquiry"),
        sa.UniqueConstraint("inquiry_id", "ordinal", name="uq_call_inquiry_inquiry_id_ordinal"),
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("replaced_outcome", sa.String(length=32), nullable=False),
        sa.Column("replaced_agency", sa.String(length=32), nullable=True),
        sa.Column("first_event", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "replaced_agency IN ('ero', 'hsi', 'cbp', 'other', 'unspecified')",
            name=op.f("ck_correction_replaced_agency_is_listed"),
        ),
        sa.CheckConstraint(
            "replaced_outcome IN ('confirmed', 'not_ice', 'declined', 'no_answer', 'left_message')",
            name=op.f("ck_correction_replaced_outcome_is_listed"),
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_correction_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
        sa.UniqueConstraint("first_event", name="uq_correction_first_event"),
    )
    op.create_index("ix_correction_call_id", "correction", ["call_id"])


def downgrade() -> None:
    """Drop the tables; their indexes go along."""
    op.drop_table("correction")
    op.drop_table("call_inquiry")

    op.drop_table("call")
    op.drop_table("token")

    op.drop_table("sealed_box")
    op.drop_table("refusal_count")

    op.drop_table("inquiry")

    op.drop_table("idempotency")
    op.drop_table("facility")

    op.drop_table("event")
    op.drop_table("contact")
