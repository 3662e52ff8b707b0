"""Sign how large the ledger is and what its root is, after everything that was signed before."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.ledger.checkpoint import Checkpoint, NoteRefused, SigningKey, VerifierKey, open_checkpoint
from app.ledger.checkpoint import sign_checkpoint as signed
from app.store import ledger
from app.store.ledger import StoredCheckpoint
from app.store.session import WriteSession
from app.store.soundness import Difference, LedgerUnsound


class StrangeKey(Exception):
    """None of the keys that would sign is one that signed before."""


def sign_checkpoint(
    session: WriteSession, keys: Sequence[SigningKey], known: Checkpoint | None, at: datetime, size: int | None = None
) -> StoredCheckpoint:
    """Sign the ledger as it stands, or its first `size` leaves; store that and return it.

    It returns the last one where nothing has changed since.

    It continues the last one that was stored, and the one that this process served last (`known`). Raises
    LedgerUnsound where it would not, and StrangeKey.
    """
    session.write_pending()
    trusted = admit_keys(session, keys, at)
    last = ledger.newest_checkpoint(session)
    size = session.next_index if size is None else size
    for before in (opened(last, trusted) if last else None, known):
        if before is not None:
            require_continued(session, before, size)
    if last is not None and last.size == size and _signed_by(last, keys):
        return last
    checkpoint = Checkpoint(keys[0].name, size, ledger.root_at(session, size))
    added = StoredCheckpoint(last.number + 1 if last else 0, checkpoint.size, signed(checkpoint, keys), at)
    ledger.add_checkpoint(session, last, added)
    return added


def admit_keys(session: WriteSession, keys: Sequence[SigningKey], at: datetime) -> list[VerifierKey]:
    """Note keys that are new, and return all that ever signed. Raises StrangeKey where no key is known already."""
    written = ledger.verifier_keys(session)
    ours = [str(key.verifier) for key in keys]
    if written and not set(written) & set(ours):
        raise StrangeKey
    for verifier in ours:
        if verifier not in written:
            ledger.add_verifier_key(session, verifier, at)
            written.append(verifier)
    return _parsed(written)


def known_keys(session: Session) -> list[VerifierKey]:
    """Return the keys that ever signed, oldest first. Raises LedgerUnsound where a row holds something else."""
    try:
        written = ledger.verifier_keys(session)
    except DBAPIError:
        session.rollback()
        ledger.size_of(session)  # raises again where it is the database that cannot be read
        written = [""]
    return _parsed(written)


def _parsed(written: Sequence[str]) -> list[VerifierKey]:
    try:
        return [VerifierKey.parse(each) for each in written]
    except (ValueError, TypeError, AttributeError):  # SQLite lets an edit put anything into a column
        raise LedgerUnsound(Difference(None, "a stored verifier key is none")) from None


def opened(stored: StoredCheckpoint, trusted: Sequence[VerifierKey]) -> Checkpoint:
    """Return what a stored checkpoint says. Raises LedgerUnsound where it is not one that was signed here."""
    try:
        return open_checkpoint(stored.note, trusted)
    except NoteRefused as error:
        raise LedgerUnsound(Difference(None, f"the stored checkpoint: {error}")) from None


def require_continued(session: Session, before: Checkpoint, size: int) -> None:
    """Raise LedgerUnsound unless the stored tree begins with what a checkpoint signed."""
    if before.size > size:
        raise LedgerUnsound(Difference(size, f"{before.size} events were signed once, and now there are {size}"))
    if ledger.root_at(session, before.size) != before.root:
        raise LedgerUnsound(Difference(None, f"the tree does not begin with the {before.size} events once signed"))


def _signed_by(stored: StoredCheckpoint, keys: Sequence[SigningKey]) -> bool:
    """Tell whether each of the keys, and no other, has signed."""
    names = [line.partition(" ")[2] for line in stored.note.decode().splitlines() if line.startswith("\u2014 ")]
    lines = [key.signature_line(stored.note.decode().partition("\n\n")[0] + "\n") for key in keys]
    return names == [line.strip().partition(" ")[2] for line in lines]
