"""Column types that hold the same bytes on SQLite and PostgreSQL.

Each says in one line what it keeps; how a value is bound and read follows from that (hence D102 below), and is the
same for every dialect (ARG002).
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Dialect, String
from sqlalchemy.types import TypeDecorator

from app.domain.moment import exact


class UtcTime(TypeDecorator[datetime]):
    """A time in UTC to the millisecond, kept as RFC 3339 text of 24 characters: readable, and ordered as text."""

    impl = String(24)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002, D102  # the framework's own form
        return None if value is None else exact(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102  # the framework's own form
        return None if value is None else datetime.fromisoformat(value)


class Word(TypeDecorator[StrEnum]):
    """A word of a closed list, kept by its value."""

    impl = String(32)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__(32)
        self.words = words

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:  # noqa: ARG002, D102  # the framework's own form
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002, D102  # the framework's own form
        return None if value is None else self.words(value)


class Words(TypeDecorator[tuple[StrEnum, ...]]):
    """Several words of a closed list, kept with commas between them; none is the empty text."""

    impl = String(200)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__(200)
        self.words = words

    def process_bind_param(self, value: tuple[StrEnum, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002, D102  # the framework's own form
        return None if value is None else ",".join(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002, D102  # the framework's own form
        return None if value is None else tuple(self.words(word) for word in value.split(",") if word)


def word(words: type[StrEnum]) -> Any:  # noqa: ANN401  # SQLModel's `sa_type` is declared for classes alone
    """Return the type of a column that holds a word of a closed list."""
    return Word(words)


def words_of(words: type[StrEnum]) -> Any:  # noqa: ANN401  # as above
    """Return the type of a column that holds several words of a closed list."""
    return Words(words)


def text_in_code_point_order(length: int) -> Any:  # noqa: ANN401  # as above
    """Return the type of a short text that is sorted, or searched by how it begins, in the same order on both engines.

    SQLite compares bytes; PostgreSQL would go by its operating system's language, which passes over hyphens.
    """
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """Return the constraint that a column holds a word of a closed list, or null where the column may be null.

    The words are alternatives and no list, which SQLite would write into an index again for each row.
    """
    return CheckConstraint(" OR ".join(f"{column} = '{word.value}'" for word in words), name=f"{column}_is_listed")


def utc(text: str) -> datetime:
    """Return the time that a column's text tells, for rows read past the types above."""
    return datetime.fromisoformat(text).astimezone(UTC)
