"""What all tables have in common: how constraints are named, and what a row is."""

from sqlalchemy import Index, MetaData, text
from sqlmodel import SQLModel

# Constraints have names, so that a migration can find them on either engine.
SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Row(SQLModel):
    """A row. Rows are written and read past pydantic's validation, so that need not be built at every start."""

    model_config = {"defer_build": True}


def where_there_is_one(name: str, column: str, *more: str) -> Index:
    """Return an index of the rows that have a value there, where most have none: those cost nothing."""
    there = text(f"{column} IS NOT NULL")
    return Index(name, column, *more, sqlite_where=there, postgresql_where=there)
