"""The histories of all inquiries at once, in memory that does not grow: what rests for long is set aside on disk."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn

from app.ledger.history import Inquiry

# Most inquiries are over within hours; about 5 MB hold those of some weeks.
_RECENT = 4_096


class Histories:
    """Inquiries by number, and which of them the public log lists. The file it uses is private and vanishes with it."""

    def __init__(self) -> None:
        self._recent: dict[str, Inquiry] = {}
        self._aside = sqlite3.connect("", isolation_level=None)
        self._aside.executescript(
            """
            PRAGMA page_size = 16384;
            PRAGMA journal_mode = OFF;
            CREATE TABLE inquiry (number TEXT PRIMARY KEY, packed BLOB NOT NULL) WITHOUT ROWID;
            CREATE TABLE listed (
                number TEXT, short INTEGER, times INTEGER NOT NULL, PRIMARY KEY (number, short)
            ) WITHOUT ROWID;
            BEGIN;
            """
        )

    def get(self, number: str) -> Inquiry | None:
        """Return an inquiry, None where no first leaf of it was added. Changes to it are kept."""
        inquiry = self._recent.get(number)
        if inquiry is None:
            inquiry = self.look([number]).get(number)
            if inquiry is not None:
                self.add(inquiry)
        return inquiry

    def look(self, numbers: Sequence[str]) -> dict[str, Inquiry]:
        """Return those of a few hundred inquiries that there are, to be looked at alone: one query for all."""
        found = {number: self._recent[number] for number in numbers if number in self._recent}
        if len(found) < len(numbers):
            rows = self._aside.execute(
                "SELECT number, packed FROM inquiry WHERE number IN (SELECT value FROM json_each(?))",
                (json.dumps([number for number in numbers if number not in found]),),
            )
            found.update((number, Inquiry.unpacked(packed)) for number, packed in rows)
        return found

    def add(self, inquiry: Inquiry) -> None:
        """Add an inquiry, or replace it."""
        if len(self._recent) >= _RECENT:
            self._set_aside(_RECENT // 2)
        self._recent[inquiry.number] = inquiry

    def miss(self, number: str) -> NoReturn:
        """Raise ValueError: every inquiry that a first leaf was added of is at hand."""
        raise ValueError(f"{number} has no first leaf")

    def note_listed(self, listed: Iterable[tuple[str, bool]]) -> None:
        """Note that the log lists numbers, each in short (True) or in full."""
        self._aside.executemany(
            "INSERT INTO listed VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1", listed
        )

    def listed_twice(self) -> Iterator[str]:
        """Yield the numbers that the log lists more than once in one way, in their order."""
        rows = self._aside.execute("SELECT number FROM listed WHERE times > 1 ORDER BY number, short")
        return (number for (number,) in rows)

    def unlisted(self) -> Iterator[Inquiry]:
        """Yield the inquiries that the log does not list, in the order of their numbers."""
        self._set_aside(len(self._recent))
        rows = self._aside.execute(
            "SELECT packed FROM inquiry"
            " WHERE NOT EXISTS (SELECT 1 FROM listed WHERE listed.number = inquiry.number) ORDER BY number"
        )
        return (Inquiry.unpacked(packed) for (packed,) in rows)

    def close(self) -> None:
        """Let the file go."""
        self._aside.close()

    def _set_aside(self, count: int) -> None:
        oldest = list(self._recent)[:count]
        self._aside.executemany(
            "INSERT OR REPLACE INTO inquiry VALUES (?, ?)",
            ((number, self._recent.pop(number).packed()) for number in oldest),
        )
