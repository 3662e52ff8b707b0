"""Make a progress report from the public log."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from app.domain.report import By, Group, group, report
from app.store.report import entries_asked


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its groups, and the same figures for all of them together."""

    by: By
    groups: tuple[Group, ...]
    total: Group


def make_report(session: Session, first: date | None, end: date | None, by: By) -> Report:
    """Return the figures of the inquiries asked from a day to before another; None leaves an end open."""
    entries = list(entries_asked(session, first, end))
    return Report(by, tuple(report(entries, by)), group(None, entries))
