"""Who is signed in at the console, and the links that sign somebody in once."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "console_session",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("token_id", sa.String(length=36), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.String(length=24), nullable=False),
        sa.Column("seen_at", sa.String(length=24), nullable=False),
        sa.Column("ended_at", sa.String(length=24), nullable=True),
        sa.Column("first_event", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name="fk_console_session_token_id"),
        sa.PrimaryKeyConstraint("id", name="pk_console_session"),
        sa.UniqueConstraint("first_event", name="uq_console_session_first_event"),
        sa.UniqueConstraint("secret_hash", name="uq_console_session_secret_hash"),
    )
    op.create_table(
        "sign_in_link",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("token_id", sa.String(length=36), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.Column("used_at", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name="fk_sign_in_link_token_id"),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_sign_in_link"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("sign_in_link")
    op.drop_table("console_session")
