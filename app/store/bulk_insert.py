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
    text, binds, in_order, positional = _compiled(table, connection.dialect)
    bound = [list(in_order(row)) for row in rows]
    for values in bound:
        for place, bind in binds:
            values[place] = bind(values[place])
    if positional:
        connection.exec_driver_sql(text, [tuple(values) for values in bound])
    else:
        names = table.columns.keys()
        connection.exec_driver_sql(text, [dict(zip(names, values, strict=True)) for values in bound])


@cache
def _compiled(
    table: Table, dialect: Dialect
) -> tuple[str, Sequence[tuple[int, Bind]], Callable[[dict[str, Any]], Sequence[Any]], bool]:
    """Return the statement as the driver takes it, what binds the values in which places, and how they are given."""
    names = table.columns.keys()
    compiled = insert(table).compile(dialect=dialect, column_keys=names)
    types = (column.type.dialect_impl(dialect) for column in table.columns)
    binds = ((place, each.bind_processor(dialect)) for place, each in enumerate(types))
    in_order = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
    return str(compiled), [(place, bind) for place, bind in binds if bind is not None], in_order, dialect.positional
