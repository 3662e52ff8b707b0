"""Rows by the batch: what is given is stored, and nothing that is given is left out in silence."""

from datetime import date

import pytest
from sqlalchemy import select

from app.store.bulk_insert import insert_rows
from app.store.tables import RefusalCountRow

TABLE = RefusalCountRow.__table__
A_ROW = {"day": date(2026, 1, 31), "category": "identity", "language": "en", "refused": 2}


def test_rows_are_stored_in_whatever_order_their_columns_are_given(database):
    rows = [A_ROW, dict(reversed((A_ROW | {"language": "es", "refused": 3}).items()))]

    with database.writing.begin() as connection:
        insert_rows(connection, TABLE, rows)
        stored = connection.execute(select(TABLE.c.language, TABLE.c.refused).order_by(TABLE.c.language)).all()

    assert [tuple(row) for row in stored] == [("en", 2), ("es", 3)]


@pytest.mark.parametrize(
    "rows",
    [
        [{name: value for name, value in A_ROW.items() if name != "refused"}, A_ROW | {"language": "es"}],
        [A_ROW | {"stray": 1}],
    ],
    ids=["a value that the first row has not", "what is no column"],
)
def test_a_value_that_would_be_left_out_is_refused(database, rows):
    with database.writing.begin() as connection, pytest.raises(ValueError, match="refusal_count"):
        insert_rows(connection, TABLE, rows)
