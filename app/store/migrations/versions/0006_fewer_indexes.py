"""Fewer indexes: each takes a page of the log at every commit, and these were asked nothing, or held mostly nothing."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"

# Of columns that most rows leave empty: those rows need not be in the index.
_MOSTLY_EMPTY = (
    ("ix_event_call_id_index", "event", ["call_id", "index"]),
    ("ix_inquiry_claimed_by", "inquiry", ["claimed_by"]),
    ("ix_inquiry_crossing_key", "inquiry", ["crossing_key"]),
    ("ix_delivery_leased_by", "delivery", ["leased_by"]),
)
_UNASKED = (("ix_event_at", "event", ["at"]), ("ix_message_at", "message", ["at"]))
_OF_A_BOX = "owner_id, kind, retention, day, wrapped_key, ciphertext, set_aside"


def upgrade() -> None:
    """Drop what is not asked, shorten what is mostly empty, and let the database number the boxes."""
    for name, table, _ in _UNASKED:
        op.drop_index(name, table)
    for name, table, columns in _MOSTLY_EMPTY:
        op.drop_index(name, table)
        there = sa.text(f"{columns[0]} IS NOT NULL")
        op.create_index(name, table, columns, sqlite_where=there, postgresql_where=there)
    number = sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)
    _make_boxes_anew(number, ["day", "retention"], "", "")


def downgrade() -> None:
    """Bring them back."""
    made = "lower(hex(randomblob(16)))" if _on_sqlite() else "replace(gen_random_uuid()::text, '-', '')"
    _make_boxes_anew(sa.Column("id", sa.String(length=32), nullable=False), ["retention", "day"], "id, ", f"{made}, ")
    for name, table, columns in _MOSTLY_EMPTY:
        op.drop_index(name, table)
        op.create_index(name, table, columns)
    for name, table, columns in _UNASKED:
        op.create_index(name, table, columns)


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _make_boxes_anew(key: "sa.Column[int] | sa.Column[str]", by_day: list[str], names: str, values: str) -> None:
    """Make the table with another key, and bring the boxes over in their order."""
    for index in sa.inspect(op.get_bind()).get_indexes("sealed_box"):
        op.drop_index(str(index["name"]), "sealed_box")
    op.rename_table("sealed_box", "sealed_box_before")
    if not _on_sqlite():  # there a key's name is taken until it is gone
        op.drop_constraint("pk_sealed_box", "sealed_box_before")
    op.create_table(
        "sealed_box",
        key,
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
    op.create_index(f"ix_sealed_box_{'_'.join(by_day)}", "sealed_box", by_day)
    op.execute(
        f"INSERT INTO sealed_box ({names}{_OF_A_BOX}) SELECT {values}{_OF_A_BOX} FROM sealed_box_before ORDER BY id"  # noqa: S608  # our own words
    )
    op.drop_table("sealed_box_before")
