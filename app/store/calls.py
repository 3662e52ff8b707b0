"""Confirmation calls, their inquiries and corrections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlmodel import Session

from app.domain.call import Agency, Call
from app.domain.status import Outcome
from app.store.rows import Rows
from app.store.session import WriteSession
from app.store.tables import CallInquiryRow, CallRow, CorrectionRow, InquiryRow


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call as it stands in the tables; its texts are sealed (vault)."""

    id: str
    contact_id: str
    placed_at: datetime
    placed_by: str
    outcome: Outcome | None
    agency: Agency | None
    outcome_at: datetime | None
    outcome_order: int | None
    recorded_by: str | None
    last_event_at: datetime
    first_event: int
    newest_event: int


@dataclass(frozen=True, slots=True)
class CorrectionRecord:
    """What a correction replaced; its reason and the replaced texts are sealed (vault)."""

    id: str
    call_id: str
    at: datetime
    by: str
    replaced_outcome: Outcome
    replaced_agency: Agency | None
    first_event: int


@dataclass(frozen=True, slots=True)
class CallFilter:
    """What a list of calls is narrowed by; None narrows nothing."""

    inquiry_id: str | None = None
    contact_id: str | None = None
    outcome: Outcome | None = None
    open: bool | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None


calls = Rows(CallRow, CallRecord)
corrections = Rows(CorrectionRow, CorrectionRecord)
_t = CallRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_link = CallInquiryRow.__table__.c  # type: ignore[attr-defined]  # as above
_inquiry = InquiryRow.__table__.c  # type: ignore[attr-defined]  # as above
_correction = CorrectionRow.__table__.c  # type: ignore[attr-defined]  # as above


def find(session: Session, call_id: str) -> CallRecord | None:
    """Return a call by its id."""
    return calls.first(session, _t.id == call_id)


def page(
    session: Session, narrowed: CallFilter, *, before: int | None, limit: int
) -> tuple[list[CallRecord], int | None]:
    """Return a page of calls, newest first, and where the next one begins."""
    where: list[ColumnElement[bool]] = []
    if narrowed.inquiry_id is not None:
        where.append(_t.id.in_(select(_link.call_id).where(_link.inquiry_id == narrowed.inquiry_id)))
    if narrowed.contact_id is not None:
        where.append(_t.contact_id == narrowed.contact_id)
    if narrowed.outcome is not None:
        where.append(_t.outcome == narrowed.outcome)
    if narrowed.open is not None:
        where.append(_t.outcome.is_(None) if narrowed.open else _t.outcome.is_not(None))
    if narrowed.placed_from is not None:
        where.append(_t.placed_at >= narrowed.placed_from)
    if narrowed.placed_to is not None:
        where.append(_t.placed_at < narrowed.placed_to)
    return calls.page(session, *where, before=before, limit=limit)


def inquiries_of(session: Session, call_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the ids of the inquiries that each call covers, in the order in which they were logged."""
    found: dict[str, list[str]] = {call_id: [] for call_id in call_ids}
    links = (
        select(_link.call_id, _link.inquiry_id)
        .where(_link.call_id.in_(call_ids), _link.inquiry_id == _inquiry.id)
        .order_by(_inquiry.first_event)
    )
    for call_id, inquiry_id in session.execute(links):
        found[call_id].append(inquiry_id)
    return found


def corrections_of(session: Session, call_ids: Sequence[str]) -> dict[str, list[CorrectionRecord]]:
    """Return each call's corrections, oldest first."""
    found: dict[str, list[CorrectionRecord]] = {call_id: [] for call_id in call_ids}
    for record in corrections.every(session, _correction.call_id.in_(call_ids), order_by=_correction.first_event):
        found[record.call_id].append(record)
    return found


def calls_of(session: Session, inquiry_ids: Sequence[str]) -> dict[str, list[Call]]:
    """Return each inquiry's calls as the rules look at them, in the order of their ordinals."""
    found: dict[str, list[Call]] = {inquiry_id: [] for inquiry_id in inquiry_ids}
    joined = (
        select(
            _link.inquiry_id,
            _t.id,
            _link.ordinal,
            _t.placed_at,
            _t.outcome,
            _t.agency,
            _t.outcome_at,
            _t.outcome_order,
            _t.last_event_at,
        )
        .where(_link.inquiry_id.in_(inquiry_ids), _link.call_id == _t.id)
        .order_by(_link.ordinal)
    )
    for inquiry_id, *call in session.execute(joined):
        found[inquiry_id].append(Call(*call))
    return found


def link(session: WriteSession, call_id: str, inquiry_id: str, ordinal: int) -> None:
    """Let a call cover an inquiry, as that inquiry's `ordinal`th."""
    session.add_row(CallInquiryRow, call_id=call_id, inquiry_id=inquiry_id, ordinal=ordinal)


def newest_call_of(session: Session, inquiry_ids: Sequence[str]) -> dict[str, Call]:
    """Return each inquiry's newest call, where it has one."""
    return {inquiry_id: of[-1] for inquiry_id, of in calls_of(session, inquiry_ids).items() if of}
