"""The histories of all inquiries at once, in memory that does not grow: what rests for long is set aside on disk."""

import sqlite3
from collections.abc import Iterator

from app.ledger.history import Inquiry

# Most inquiries are over within hours; about 10 MB hold those of some weeks.
_RECENT = 8_192


class Histories:
    """Inquiries by number, and which of them the public log lists. The file it uses is private and vanishes with it."""

    def __init__(self) -> None:
        self._recent: dict[str, Inquiry] = {}
        self._aside = sqlite3.connect("", isolation_level=None)
        self._aside.executescript(
            """
            PRAGMA journal_mode = OFF;
            CREATE TABLE inquiry (number TEXT PRIMARY KEY, packed TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE listed (number TEXT, short INTEGER, PRIMARY KEY (number, short)) WITHOUT ROWID;
            BEGIN;
            """
        )

    def get(self, number: str) -> Inquiry | None:
        """Return an inquiry, None where no first leaf of it was added. Changes to it are kept."""
        inquiry = self._recent.get(number)
        if inquiry is None:
            row = self._aside.execute("SELECT packed FROM inquiry WHERE number = ?", (number,)).fetchone()
            if row is not None:
                inquiry = Inquiry.unpacked(row[0])
                self.add(inquiry)
        return inquiry

    def add(self, inquiry: Inquiry) -> None:
        """Add an inquiry, or replace it."""
        if len(self._recent) >= _RECENT:
            self._set_aside(_RECENT // 2)
        self._recent[inquiry.number] = inquiry

    def list_once(self, number: str, *, short: bool) -> bool:
        """Note that the log lists a number, in short or in full; tell whether it does so for the first time."""
        added = self._aside.execute("INSERT OR IGNORE INTO listed VALUES (?, ?)", (number, short))
        return added.rowcount == 1

    def unlisted(self) -> Iterator[Inquiry]:
        """Yield the inquiries that the log does not list, in the order of their numbers."""
        self._set_aside(len(self._recent))
        rows = self._aside.execute(
            "SELECT packed FROM inquiry WHERE NOT EXISTS (SELECT 1 FROM listed WHERE listed.number = inquiry.number)"
            " ORDER BY number"
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
