"""Alerts that the order calls for; webhooks, their messages, and the outbox from which these are sent."""
# ruff: noqa: E501  # a list of words is a line

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "delivery_worker",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_worker"),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("events", sa.String(length=200), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("older_secret", sa.LargeBinary(), nullable=True),
        sa.Column("older_secret_until", sa.String(length=24), nullable=True),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("disabled_at", sa.String(length=24), nullable=True),
        sa.Column("first_event", sa.Integer(), nullable=False),
        sa.Column("newest_event", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(older_secret IS NULL) = (older_secret_until IS NULL)", name=op.f("ck_webhook_older_secret_is_whole")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        sa.UniqueConstraint("first_event", name="uq_webhook_first_event"),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("inquiry_id", sa.String(length=36), nullable=False),
        sa.Column("raised_at", sa.String(length=24), nullable=False),
        sa.Column("due_at", sa.String(length=24), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", sa.String(length=24), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=64), nullable=True),
        sa.Column("closed_at", sa.String(length=24), nullable=True),
        sa.Column("first_event", sa.Integer(), nullable=False),
        sa.Column("newest_event", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('city_facility', 'possible_impersonation')", name=op.f("ck_alert_kind_is_listed")),
        sa.CheckConstraint(
            "(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name=op.f("ck_alert_acknowledgement_is_whole")
        ),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"], name="fk_alert_inquiry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sa.UniqueConstraint("first_event", name="uq_alert_first_event"),
    )
    op.create_index("ix_alert_due_at", "alert", ["due_at"])
    op.create_index("ix_alert_inquiry_id", "alert", ["inquiry_id"])

    op.create_table(
        "message",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("inquiry_id", sa.String(length=36), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "type IN ('inquiry.logged', 'call.outcome_recorded', 'inquiry.status_changed', 'alert.city_facility', 'alert.possible_impersonation')",
            name=op.f("ck_message_type_is_listed"),
        ),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"], name="fk_message_inquiry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
    )
    op.create_index("ix_message_at", "message", ["at"])
    op.create_index("ix_message_inquiry_id_event", "message", ["inquiry_id", "event"])

    op.create_table(
        "delivery",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("webhook_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.String(length=24), nullable=True),
        sa.Column("leased_by", sa.String(length=36), nullable=True),
        sa.Column("last_tried_at", sa.String(length=24), nullable=True),
        sa.Column("last_result", sa.String(length=32), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("newest_event", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "last_result IN ('accepted', 'gone', 'redirected', 'refused', 'no_connection', 'bad_certificate', 'timed_out', 'broken_answer', 'not_signed', 'may_not_be_reached')",
            name=op.f("ck_delivery_last_result_is_listed"),
        ),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name=op.f("ck_delivery_state_is_listed")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_delivery_message_id"),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name="fk_delivery_webhook_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("position", name="uq_delivery_position"),
    )
    first = sa.text("state = 'waiting' AND due_at IS NULL")
    later = sa.text("state = 'waiting' AND due_at IS NOT NULL")
    op.create_index(
        "ix_delivery_first_attempts",
        "delivery",
        ["webhook_id", "leased_by", "position"],
        sqlite_where=first,
        postgresql_where=first,
    )
    op.create_index(
        "ix_delivery_later_attempts", "delivery", ["webhook_id", "due_at"], sqlite_where=later, postgresql_where=later
    )
    op.create_index("ix_delivery_leased_by", "delivery", ["leased_by"])
    op.create_index("ix_delivery_message_id", "delivery", ["message_id"])
    op.create_index("ix_delivery_webhook_id_position", "delivery", ["webhook_id", "position"])


def downgrade() -> None:
    """Drop the tables; their indexes go along."""
    op.drop_table("delivery")
    op.drop_table("message")
    op.drop_table("alert")
    op.drop_table("webhook")
    op.drop_table("delivery_worker")
