"""Verify the ledger from the tables: all that the public can check, and what only the tables can show.

The public sees opened leaves. Here every event is held against its leaf, open or not, with each of its columns: what a
payload does not tell, its `rest` binds.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import date

from sqlalchemy.exc import DBAPIError

from app.ledger.checkpoint import NoteRefused, VerifierKey
from app.ledger.parts import Parts
from app.ledger.report import Problem, Report
from app.ledger.source import CouldNotCheck
from app.ledger.verify import verify
from app.service.tables_source import TablesSource
from app.service.verify_kept import UNREADABLE, Kept, read_kept
from app.service.verify_parts import sharing
from app.store.engine import Database

# Old checkpoints that the tree is held against besides the newest.
_OLDER = 400


def verify_database(
    database: Database,
    keys: Sequence[VerifierKey],
    today: date,
    *,
    older: Sequence[bytes] = (),
    may_go_on: Callable[[], bool] = lambda: True,
    processes: int = 1,
) -> Report:
    """Verify the tables; without keys by those that the tables name, which shows only that they agree with themselves.

    The tree is held against the checkpoints that the tables keep and against `older` ones. `may_go_on` is asked before
    each bundle that is read in order. Several processes share the work, each takes a core for as long as it lasts.
    Raises CouldNotCheck, and Stopped if it may not.
    """
    try:
        with (
            sharing(database, today, processes) if processes > 1 else nullcontext() as parts,
            database.read() as session,
        ):
            kept = read_kept(session, keys)
            source = TablesSource(session, today, may_go_on)
            report = _verified(source, kept, older, parts)
            found = sorted(
                [*source.problems.in_order(), *report.problems, *kept.problems],
                key=lambda problem: (problem.index is None, problem.index or 0),
            )
            return Report(report.size, tuple(found), report.opened)
    except DBAPIError as error:
        raise CouldNotCheck(f"the database cannot be read ({type(error).__name__})") from None


def _verified(source: TablesSource, kept: Kept, older: Sequence[bytes], parts: Parts | None) -> Report:
    """Verify what is signed, then what is not yet. Raises NoteRefused for what is wrong with `older` alone."""
    report = Report(0)
    try:
        if kept.any_checkpoint:
            report = verify(source, kept.keys, [*kept.earlier[-_OLDER:], *older], parts)
        elif source.size_now():
            report = Report(0, (Problem(None, "there is no checkpoint"),))
        source.read_unsigned(report.size)
    except NoteRefused:
        raise
    except UNREADABLE as error:
        source.problems.add(None, f"a table holds what its columns may not hold ({type(error).__name__})")
    return report
