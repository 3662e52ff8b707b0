"""Sealed boxes in their table: put in, read, and taken away for good."""

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, select, update
from sqlmodel import Session

from app.domain.sealed import BoxKind, RetentionClass, sealing_day
from app.store.session import WriteSession
from app.store.tables import SealedBoxRow
from app.store.vault import Vault, ciphertext_hash

log = logging.getLogger(__name__)

_t = SealedBoxRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it


def put(session: WriteSession, owner_id: str, kind: BoxKind, at: datetime, content: Mapping[str, object]) -> str:
    """Seal a content under the day's key and return the hash that its event keeps."""
    day = sealing_day(at)
    wrapped_key, ciphertext = session.vault.seal(owner_id, kind, day, content, session.random)
    session.add_row(
        SealedBoxRow,
        owner_id=owner_id,
        kind=kind,
        retention=kind.retention,
        day=day.isoformat(),
        wrapped_key=wrapped_key,
        ciphertext=ciphertext,
        set_aside=False,
    )
    return ciphertext_hash(ciphertext)


def read(session: Session, vault: Vault, kind: BoxKind, owner_ids: Sequence[str]) -> dict[str, dict[str, object]]:
    """Return the contents of one kind of box by owner; those erased, past their day, or not to be opened, are absent.

    What cannot be opened was altered, or sealed under a day key that was lost with the vault: it is told in the log,
    and keeps nobody from the rest of the inquiry, or of a list.
    """
    if not owner_ids:
        return {}
    rows = session.execute(
        select(_t.owner_id, _t.day, _t.wrapped_key, _t.ciphertext).where(
            _t.kind == kind, _t.owner_id.in_(owner_ids), _t.set_aside.is_(False)
        )
    )
    contents = {}
    for owner_id, day, wrapped_key, ciphertext in rows:
        try:
            content = vault.open(owner_id, kind, date.fromisoformat(day), wrapped_key, ciphertext)
        except InvalidTag:
            log.error("a sealed box cannot be opened", extra={"error": "InvalidTag"})  # noqa: TRY400  # told in one line
            continue
        if content is not None:
            contents[owner_id] = content
    return contents


def erase(session: WriteSession, kind: BoxKind, owner_id: str) -> None:
    """Delete a box with its key, overwritten in the file.

    Under a legal hold it is set aside instead: nobody is shown it, and it is deleted when the hold ends.
    """
    where = (_t.kind == kind, _t.owner_id == owner_id)
    if session.vault.on_hold:
        session.change(update(SealedBoxRow).where(*where).values(set_aside=True))
    else:
        session.erased += session.change(delete(SealedBoxRow).where(*where))


def erase_set_aside(session: WriteSession) -> None:
    """Delete what a legal hold, now ended, had set aside."""
    session.erased += session.change(delete(SealedBoxRow).where(_t.set_aside.is_(True)))


def erase_day(session: WriteSession, retention: RetentionClass, day: date) -> int:
    """Delete every box that a day's key of a class wraps, and return how many there were."""
    erased = session.change(delete(SealedBoxRow).where(_t.retention == retention, _t.day == day.isoformat()))
    session.erased += erased
    return erased
