"""Read confirmation calls as staff see them, with their texts opened and their corrections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.domain.call import Agency
from app.domain.sealed import BoxKind
from app.domain.status import Outcome
from app.service.looking_up import the_call
from app.store import boxes, calls
from app.store.calls import CallFilter, CallRecord, CorrectionRecord
from app.store.vault import Vault


@dataclass(frozen=True, slots=True)
class OutcomeTexts:
    """The sealed texts of an outcome; all None once erased."""

    answered_by: str | None = None
    reference: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class FullCorrection:
    """A correction: why, and what it replaced."""

    at: datetime
    by: str
    reason: str | None
    replaced_outcome: Outcome
    replaced_agency: Agency | None
    replaced_texts: OutcomeTexts


@dataclass(frozen=True, slots=True)
class FullCall:
    """A call with the ids of its inquiries, its texts as they stand, and its corrections, oldest first."""

    call: CallRecord
    inquiry_ids: tuple[str, ...]
    texts: OutcomeTexts
    corrections: tuple[FullCorrection, ...]


def read_call(session: Session, vault: Vault, call_id: str) -> FullCall:
    """Return one call. Raises NotFound."""
    return _full(session, vault, [the_call(session, call_id)])[0]


def list_calls(
    session: Session, vault: Vault, narrowed: CallFilter, *, before: int | None, limit: int
) -> tuple[list[FullCall], int | None]:
    """Return a page of calls, newest first, and where the next one begins."""
    page, following = calls.page(session, narrowed, before=before, limit=limit)
    return _full(session, vault, page), following


def _full(session: Session, vault: Vault, found: Sequence[CallRecord]) -> list[FullCall]:
    ids = [call.id for call in found]
    covered, corrected = calls.inquiries_of(session, ids), calls.corrections_of(session, ids)
    texts = boxes.read(session, vault, BoxKind.CALL_DETAIL, ids)
    reasons = boxes.read(
        session, vault, BoxKind.CORRECTION_DETAIL, [each.id for of in corrected.values() for each in of]
    )
    return [
        _with_corrections(call, tuple(covered[call.id]), _texts(texts.get(call.id)), corrected[call.id], reasons)
        for call in found
    ]


def _with_corrections(
    call: CallRecord,
    covered: tuple[str, ...],
    texts: OutcomeTexts,
    corrections: Sequence[CorrectionRecord],
    reasons: dict[str, dict[str, object]],
) -> FullCall:
    """Walk through the corrections: each brought texts of its own and replaced those before it."""
    full = []
    for each in corrections:
        content = reasons.get(each.id)
        reason = None if content is None else str(content["reason"])
        full.append(FullCorrection(each.at, each.by, reason, each.replaced_outcome, each.replaced_agency, texts))
        texts = _texts(content)
    return FullCall(call, covered, texts, tuple(full))


def _texts(content: dict[str, object] | None) -> OutcomeTexts:
    if content is None:
        return OutcomeTexts()
    answered_by, reference, note = (
        None if content[name] is None else str(content[name]) for name in ("answered_by", "reference", "note")
    )
    return OutcomeTexts(answered_by, reference, note)
