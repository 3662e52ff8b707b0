"""A query that the writer asks in every batch: what is the same each time is worked out once for a process.

SQLAlchemy's own execution of a small query spends ten times as long as the database does, most of it on finding out
again what the query is. Which text it has, and how a column's value is read, is still SQLAlchemy's to say.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.sql.util import find_tables
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.store.engine import sql_text

Read = Callable[[Any], Any]


class PreparedRead:
    """A query whose values are given by name, of types that the driver takes as they are: texts, numbers, bytes."""

    def __init__(self, query: Select[Any]) -> None:
        self._query = query
        # What must have been written before it is asked.
        self.tables = frozenset(str(table.name) for table in find_tables(query, include_joins=True))
        self._prepared: dict[str, tuple[str, Sequence[tuple[int, Read]]]] = {}

    def rows(self, connection: Connection, values: dict[str, Any]) -> list[Sequence[Any]]:
        """Return all rows, each column as its type reads it."""
        text, reads = self._prepared_for(connection.dialect)
        found: list[Sequence[Any]] = list(connection.exec_driver_sql(text, values))
        return [_read(row, reads) for row in found] if reads else found

    def _prepared_for(self, dialect: Dialect) -> tuple[str, Sequence[tuple[int, Read]]]:
        if dialect.name not in self._prepared:
            found = ((place, _reads(column.type, dialect)) for place, column in enumerate(self._query.selected_columns))
            reads = [(place, read) for place, read in found if read is not None]
            on_sqlite = dialect.name == "sqlite"
            text = sql_text(self._query) if on_sqlite else str(self._query.compile(dialect=dialect))
            self._prepared[dialect.name] = text, reads
        return self._prepared[dialect.name]


def _reads(of: TypeEngine[Any], dialect: Dialect) -> Read | None:
    """Return what makes a column's value of the driver's; PostgreSQL's driver knows all types but our own."""
    if dialect.name == "postgresql" and not isinstance(of, TypeDecorator):
        return None
    return of.dialect_impl(dialect).result_processor(dialect, None)


def _read(row: Sequence[Any], reads: Sequence[tuple[int, Read]]) -> Sequence[Any]:
    values = list(row)
    for place, read in reads:
        values[place] = read(values[place])
    return values
