"""Rows by the batch into one table: the statement is compiled once for a process, and not again for each batch.

SQLAlchemy's own execution of an insert spends about as long on a row as the database does, on what is the same for
every row. Which columns there are, and how a value is bound, is still SQLAlchemy's to say.
"""

from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert

Bind = Callable[[Any], Any]


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that have a value for every column, by the columns' names."""
    text, binds, positional = _compiled(table, connection.dialect)
    bound = [row | {name: bind(row[name]) for name, bind in binds} for row in rows]
    if positional:
        in_order = itemgetter(*table.columns.keys())
        connection.exec_driver_sql(text, [in_order(each) for each in bound])
    else:
        connection.exec_driver_sql(text, bound)


@cache
def _compiled(table: Table, dialect: Dialect) -> tuple[str, Sequence[tuple[str, Bind]], bool]:
    """Return the statement as the driver takes it, what binds the values of which columns, and how they are given."""
    compiled = insert(table).compile(dialect=dialect, column_keys=table.columns.keys())
    found = ((column.name, column.type.dialect_impl(dialect).bind_processor(dialect)) for column in table.columns)
    return str(compiled), [(name, bind) for name, bind in found if bind is not None], dialect.positional
