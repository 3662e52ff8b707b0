"""Whether the keys and checkpoints that the tables keep are what was signed, and the log's columns fit its entries.

Part of verifying the tables. SQLite lets an edit put anything into any column: what cannot be read as what it should
hold is a finding like any other, and keeps nobody from checking the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.domain.moment import day_in_denver
from app.domain.publication import Listing
from app.domain.status import Status
from app.ledger.checkpoint import Checkpoint, NoteRefused, VerifierKey, open_checkpoint
from app.ledger.report import Problem
from app.ledger.source import CouldNotCheck
from app.service.sign_checkpoint import known_keys
from app.store import ledger
from app.store.ledger import StoredCheckpoint
from app.store.soundness import LedgerUnsound

# What reading a value raises that is of another type than its column's.
UNREADABLE = (ValueError, TypeError, AttributeError, OverflowError)
_TO_THE_MINUTE = 16  # characters of a time


@dataclass(slots=True)
class Kept:
    """Keys to trust, whether there is a checkpoint, and the notes of those before the newest that were signed."""

    keys: list[VerifierKey]
    any_checkpoint: bool = False
    earlier: list[bytes] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_kept(session: Session, keys: Sequence[VerifierKey]) -> Kept:
    """Read keys and checkpoints, and note what is wrong with them. Raises DBAPIError where nothing can be read."""
    kept = Kept(list(keys))
    try:
        kept.keys += known_keys(session)
    except LedgerUnsound as unsound:
        kept.problems.append(Problem(None, unsound.difference.what))
    try:
        stored = list(ledger.checkpoints(session))
    except (*UNREADABLE, DBAPIError):
        session.rollback()
        ledger.size_of(session)  # raises again where it is the database that cannot be read
        kept.problems.append(Problem(None, "a stored checkpoint cannot be read"))
        return kept
    opened = [_opened(each, kept) for each in stored]
    kept.any_checkpoint = bool(stored)
    for each, checkpoint in zip(stored[:-1], opened, strict=False):
        if checkpoint is not None and (opened[-1] is None or checkpoint.origin == opened[-1].origin):
            kept.earlier.append(each.note)
    return kept


def newest_problems(session: Session, keys: Sequence[VerifierKey], *, signed_before: bool) -> list[Problem]:
    """Return what is wrong with the newest checkpoint to somebody who trusts these keys alone, not the tables' own.

    Without keys, only whether it is there. `signed_before`: one is known of from elsewhere. Raises CouldNotCheck where
    nothing was ever signed. What is wrong with it whoever is trusted, `read_kept` notes.
    """
    try:
        newest = ledger.newest_checkpoint(session)
        if newest is None and not signed_before and not ledger.verifier_keys(session):
            raise CouldNotCheck("the tables keep no checkpoint and no key, as before the first start of the service")
        if newest is None:
            return [Problem(None, "a checkpoint was signed before, and the tables keep none")]
        if keys:
            open_checkpoint(newest.note, keys)
    except NoteRefused as error:
        return [Problem(None, f"the checkpoint: {error}")]
    except (*UNREADABLE, DBAPIError):
        return []
    return []


def _opened(stored: StoredCheckpoint, kept: Kept) -> Checkpoint | None:
    """Return what a stored checkpoint says; None, and a problem noted, where it is not one that was signed."""
    try:
        checkpoint = open_checkpoint(stored.note, kept.keys)
    except NoteRefused as error:
        kept.problems.append(Problem(None, f"stored checkpoint {stored.number}: {error}"))
        return None
    if checkpoint.size != stored.size:
        kept.problems.append(Problem(None, f"stored checkpoint {stored.number} has another size than was signed"))
    return checkpoint


def columns_fit(columns: Sequence[Any], entry: Mapping[str, Any]) -> bool:
    """Tell whether the columns by which the log is listed and narrowed say the same as an entry's own words.

    `columns` are those of `stored_events.listed_entries`. Where a point is on the map no entry tells: that there is
    none where the area command stands alone is all that is asked.
    """
    try:
        return _say_the_same(columns, entry)
    except (KeyError, *UNREADABLE):
        return False


def _say_the_same(columns: Sequence[Any], entry: Mapping[str, Any]) -> bool:
    number, listing, status, asked_at, *place_and_source, latitude, longitude, published_at, updated_at = columns
    if (number, status) != (entry["number"], entry["status"]):
        return False
    if listing != Listing.SETTLED:
        return (
            (listing == Listing.WITHDRAWN) == (status == Status.WITHDRAWN)
            and {*place_and_source, latitude, longitude, published_at} == {None}
            and day_in_denver(datetime.fromisoformat(asked_at)).isoformat() == entry["day"]
        )
    minutes = [written[:_TO_THE_MINUTE] for written in (published_at, updated_at)]
    return (
        asked_at == entry["asked_at"].replace("Z", ".000Z")
        and place_and_source == [entry["source"], entry["area_command"], entry["activity"]]
        and minutes == [entry["published_at"][:_TO_THE_MINUTE], entry["updated_at"][:_TO_THE_MINUTE]]
        and (latitude is None) == (longitude is None)
        and (latitude is None or entry["block"] is not None)
    )
