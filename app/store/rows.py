"""Between a domain value and its row: the same names on both sides, so that neither can drift from the other."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, select, update
from sqlmodel import Session, SQLModel

from app.store.session import WriteSession

Value = TypeVar("Value")


class Rows(Generic[Value]):
    """Reads and writes one table as values of one frozen dataclass. Its fields are columns of the table."""

    def __init__(self, table: type[SQLModel], value: type[Value]) -> None:
        self.table = table
        self.value: Callable[..., Value] = value
        self.names = tuple(field.name for field in fields(value))  # type: ignore[arg-type]  # a dataclass, by contract
        self.columns: Sequence[ColumnElement[Any]] = [table.__table__.c[name] for name in self.names]  # type: ignore[attr-defined]  # SQLModel's stub lacks it
        self._all = select(*self.columns)
        self._fields_of: Callable[[Value], tuple[Any, ...]] = attrgetter(*self.names)

    def select(self) -> "Select[Any]":
        """Return the query of all rows, to be narrowed."""
        return self._all

    def read(self, row: Sequence[Any]) -> Value:
        """Return the value of a row of `select`."""
        return self.value(*row)

    def first(self, session: Session, *where: ColumnElement[bool]) -> Value | None:
        """Return the value of the row that meets the conditions, or None."""
        row = session.execute(self.select().where(*where).limit(1)).first()
        return None if row is None else self.read(row)

    def every(self, session: Session, *where: ColumnElement[bool], order_by: ColumnElement[Any]) -> list[Value]:
        """Return the values of all rows that meet the conditions."""
        return [self.read(row) for row in session.execute(self.select().where(*where).order_by(order_by))]

    def page(
        self, session: Session, *where: ColumnElement[bool], before: int | None, limit: int
    ) -> tuple[list[Value], int | None]:
        """Return the newest values whose first event lies before one, and where the next page begins, if there is one.

        Each table's `first_event` is the ledger index of the event that made the row: unique and in order of time.
        """
        first_event = self.table.__table__.c.first_event  # type: ignore[attr-defined]  # as above
        query = self.select().where(*where).order_by(first_event.desc()).limit(limit + 1)
        if before is not None:
            query = query.where(first_event < before)
        values = [self.read(row) for row in session.execute(query)]
        more = len(values) > limit
        values = values[:limit]
        return values, values[-1].first_event if more else None  # type: ignore[attr-defined]  # as said above

    def add(self, session: WriteSession, value: Value) -> None:
        """Add a row."""
        session.add_row(self.table, **dict(zip(self.names, self._fields_of(value), strict=True)))

    def replace(self, session: WriteSession, old: Value, new: Value) -> None:
        """Write what differs between two values of one row, found by its id."""
        if new is old:
            return
        both = zip(self.names, self._fields_of(old), self._fields_of(new), strict=True)
        changed = {name: after for name, before, after in both if after != before}
        if changed:
            key = self.table.__table__.c.id  # type: ignore[attr-defined]  # as above
            session.change(update(self.table).where(key == old.id).values(**changed))  # type: ignore[attr-defined]  # as said above
