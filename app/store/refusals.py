"""How many submissions the screen refused: counts by day, category and language, and nothing else of them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlmodel import Session

from app.store.session import WriteSession
from app.store.tables import RefusalCountRow

_t = RefusalCountRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """How many submissions were refused on a day (America/Denver) for a category and the rule's language."""

    day: date
    category: str
    language: str
    refused: int


def add_refusals(session: WriteSession, day: date, kinds: frozenset[tuple[str, str]]) -> None:
    """Count one refused submission for each of its categories and languages."""
    for category, language in sorted(kinds):
        where = (_t.day == day, _t.category == category, _t.language == language)
        if not session.change(update(RefusalCountRow).where(*where).values(refused=_t.refused + 1)):
            session.add_row(RefusalCountRow, day=day, category=category, language=language, refused=1)


def refusals_until(session: Session, day: date) -> list[RefusalCount]:
    """Return the counts up to a day, included."""
    rows = session.execute(select(_t.day, _t.category, _t.language, _t.refused).where(_t.day <= day))
    return [RefusalCount(*row) for row in rows]
