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
    """Insert rows that have values for the same columns, by the columns' names; the database gives the others.

    Raises ValueError where a row has a value that would be left out.
    """
    names = tuple(name for name in table.columns.keys() if name in rows[0])  # noqa: SIM118  # not a dict
    if any(len(row) != len(names) for row in rows):
        raise ValueError(f"the rows of {table.name} have not all the same columns")
    text, binds, in_order, positional = _compiled(table, names, connection.dialect)
    bound = [list(in_order(row)) for row in rows]
    for values in bound:
        for place, bind in binds:
            if values[place] is not None:  # which is NULL, whatever the type
                values[place] = bind(values[place])
    if positional:
        connection.exec_driver_sql(text, [tuple(values) for values in bound])
    else:
        connection.exec_driver_sql(text, [dict(zip(names, values, strict=True)) for values in bound])


@cache
def _compiled(
    table: Table, names: tuple[str, ...], dialect: Dialect
) -> tuple[str, Sequence[tuple[int, Bind]], Callable[[dict[str, Any]], Sequence[Any]], bool]:
    """Return the statement as the driver takes it, what binds the values in which places, and how they are given."""
    compiled = insert(table).inline().compile(dialect=dialect, column_keys=names)
    types = (table.columns[name].type.dialect_impl(dialect) for name in names)
    binds = ((place, each.bind_processor(dialect)) for place, each in enumerate(types))
    in_order = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
    return str(compiled), [(place, bind) for place, bind in binds if bind is not None], in_order, dialect.positional
