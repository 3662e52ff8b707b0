"""How many submitted texts the screen refused, by month: as far as the public sees."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session

from app.domain.report import SMALLEST_COUNTED
from app.store.refusals import refusals_until


@dataclass(frozen=True, slots=True)
class MonthOfRefusals:
    """One month's count for a category and the language of the rule; None where it is under five."""

    month: str
    category: str
    language: str
    refused: int | None


def read_refusals(session: Session, first_hidden: date) -> list[MonthOfRefusals]:
    """Return the counts, newest month first, of all days before one."""
    months: Counter[tuple[str, str, str]] = Counter()
    for day in refusals_until(session, first_hidden - timedelta(days=1)):
        months[f"{day.day:%Y-%m}", day.category, day.language] += day.refused
    return [
        MonthOfRefusals(month, category, language, refused if refused >= SMALLEST_COUNTED else None)
        for (month, category, language), refused in sorted(
            months.items(), key=lambda counted: (-int(counted[0][0].replace("-", "")), counted[0][1:])
        )
    ]
