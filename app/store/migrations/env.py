"""What alembic runs for each command: one connection, which migrate.py opened and commits."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import AutoString

from app.store.columns import UtcTime, Word, Words
from app.store.tables import EventRow

# The types of columns.py are text to the database. A migration outlives them, so it names what the database has.
_KEPT_AS_TEXT = (UtcTime, Word, Words)


def render_item(kind: str, item: Any, _autogenerate: AutogenContext) -> str | Literal[False]:  # noqa: ANN401  # alembic's
    """Return how a new migration writes a column's type; False leaves it to alembic."""
    if kind != "type":
        return False
    # SQLModel's own kind of string is one too.
    return f"sa.String(length={item.length})" if isinstance(item, (*_KEPT_AS_TEXT, AutoString)) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=EventRow.metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
)
context.run_migrations()
