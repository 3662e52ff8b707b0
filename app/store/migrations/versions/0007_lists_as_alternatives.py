"""Closed lists are checked as alternatives: SQLite writes every list of `IN (…)` into an index again for each row.

That took a seventh of the writer's time. PostgreSQL keeps such a list as an array, once, and has nothing to change.
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"

_LIST = re.compile(r"(\w+) IN \(('[^']*'(?:, '[^']*')*)\)")
_WORD = re.compile(r"'[^']*'")
_ALTERNATIVES = re.compile(r"(\w+) = '[^']*'(?: OR \1 = '[^']*')+")
_WRITE = sa.text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :name")


def upgrade() -> None:
    """Write the lists of all tables' checks as alternatives."""
    _rewrite_checks(_LIST, lambda column, words: " OR ".join(f"{column} = {word}" for word in words))


def downgrade() -> None:
    """Write them as lists again."""
    _rewrite_checks(_ALTERNATIVES, lambda column, words: f"{column} IN ({', '.join(words)})")


def _rewrite_checks(check: re.Pattern[str], written: Callable[[str, list[str]], str]) -> None:
    """Change the checks where SQLite keeps them: no row changes, so none has to be copied.

    It is the simpler of the two ways in https://www.sqlite.org/lang_altertable.html#otheralter. Some builds of SQLite
    forbid it (macOS's own): there the checks stay as they are, which say the same.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    version = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    tables = connection.execute(sa.text("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")).all()
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    try:
        for name, sql in tables:
            anew = check.sub(lambda found: written(found[1], _WORD.findall(found[0])), sql)
            if anew != sql:
                connection.execute(_WRITE, {"name": name, "sql": anew})
        connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    except sa.exc.DatabaseError as error:
        if "may not be modified" not in str(error.orig):
            raise
    finally:
        connection.execute(sa.text("PRAGMA writable_schema = RESET"))  # which reads the tables' texts again
