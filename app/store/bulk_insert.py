"""Rows by the batch into one table: the statement is compiled once for a process, and not again for each batch.

SQLAlchemy's own execution of an insert spends about as long on a row as the database does, on what is the same for
every row. Which columns there are, and how a value is bound, is still SQLAlchemy's to say.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert

Bind = Callable[[Any], Any] | None


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have a value for every column, by the columns' names."""
    text, binds, positional = _compiled(table, connection.dialect)
    values = [[row[name] if bind is None else bind(row[name]) for name, bind in binds] for row in rows]
    if positional:
        connection.exec_driver_sql(text, [tuple(each) for each in values])
    else:
        names = [name for name, _ in binds]
        connection.exec_driver_sql(text, [dict(zip(names, each, strict=True)) for each in values])


@cache
def _compiled(table: Table, dialect: Dialect) -> tuple[str, Sequence[tuple[str, Bind]], bool]:
    """Return the statement as the driver takes it, each column with what binds its value, and how values are given."""
    names = [column.name for column in table.columns]
    compiled = insert(table).compile(dialect=dialect, column_keys=names)
    binds = [(name, table.columns[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names]
    return str(compiled), binds, dialect.positional
