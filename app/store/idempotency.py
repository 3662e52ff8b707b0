"""What a repeated `POST` is answered with. Written in the same transaction as what it repeats."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session

from app.store.rows import Rows
from app.store.session import WriteSession
from app.store.tables import IdempotencyRow


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The first answer to a key: `fingerprint` is None once what the request brought was erased."""

    key_hash: str
    fingerprint: str | None
    status_code: int
    location: str | None
    resource_id: str
    kept_since: datetime


kept_answers = Rows(IdempotencyRow, KeptAnswer)
_t = IdempotencyRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it


def find(session: Session, key_hash: str) -> KeptAnswer | None:
    """Return what a key was answered with."""
    return kept_answers.first(session, _t.key_hash == key_hash)


def forget_fingerprints(session: WriteSession, resource_id: str) -> None:
    """Empty the fingerprints of the requests about a resource, since one of them brought what is erased now."""
    session.change(update(IdempotencyRow).where(_t.resource_id == resource_id).values(fingerprint=None))


def forget_before(session: WriteSession, moment: datetime) -> int:
    """Delete the answers kept since before a time, and return how many."""
    return session.change(delete(IdempotencyRow).where(_t.kept_since < moment))
