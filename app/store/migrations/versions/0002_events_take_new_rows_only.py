"""Events take new rows only. The service never edits them; now the database refuses to, too."""

from alembic import op

revision, down_revision = "0002", "0001"

_REFUSAL = "events take new rows only"

_ON_SQLITE = """
CREATE TRIGGER event_refuses_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, '{refusal}'); END;

CREATE TRIGGER event_refuses_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, '{refusal}'); END;

-- INSERT OR REPLACE deletes the row in its way past the trigger above, so it is refused before.
CREATE TRIGGER event_refuses_replace BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE "index" = NEW."index")
  OR EXISTS (SELECT 1 FROM event WHERE subject = NEW.subject AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, '{refusal}'); END
"""

# Once for each statement: one that meets no row is refused as well, and TRUNCATE has no rows to ask about.
_ON_POSTGRESQL = """
CREATE FUNCTION event_refuses_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation'; END $$;

CREATE TRIGGER event_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON event
FOR EACH STATEMENT EXECUTE FUNCTION event_refuses_change()
"""


def upgrade() -> None:
    """Make the triggers."""
    written = _ON_SQLITE if _on_sqlite() else _ON_POSTGRESQL
    for statement in written.format(refusal=_REFUSAL).split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Drop the triggers."""
    if _on_sqlite():
        for change in ("update", "delete", "replace"):
            op.execute(f"DROP TRIGGER event_refuses_{change}")
    else:
        op.execute("DROP TRIGGER event_refuses_change ON event")
        op.execute("DROP FUNCTION event_refuses_change()")


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
