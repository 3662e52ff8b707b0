"""How an inquiry moves on when a call is placed, its outcome recorded or corrected, or the inquiry withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.answer import Answer, Facts, answer_for, counts_unanswered
from app.domain.call import Agency, Call, in_order_of_outcomes
from app.domain.due import DueTimes, due_at
from app.domain.inquiry import Inquiry, WithdrawalReason
from app.domain.status import SETTLED, SETTLED_BY, Outcome, Status, status_of


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction replaced: the call's ordinal within the inquiry, and what it had been recorded with."""

    ordinal: int
    outcome: Outcome
    agency: Agency | None


@dataclass(frozen=True, slots=True)
class Progress:
    """An inquiry after an event, and the answer that the event wrote, or None where it left the answer alone."""

    inquiry: Inquiry
    answer: Answer | None


def progress(
    inquiry: Inquiry,
    calls: Sequence[Call],
    at: datetime,
    times: DueTimes,
    *,
    correction: Correction | None = None,
    withdrawn: WithdrawalReason | None = None,
) -> Progress:
    """Return the inquiry as it stands at `at`, after its calls as they are now."""
    status = status_of(in_order_of_outcomes(calls), withdrawn=inquiry.withdrawn or withdrawn is not None)
    changed = status is not inquiry.status
    answer = None
    if changed or (correction and _answer_is_untrue(inquiry, calls, correction)):
        basis = _standing_call(calls, status)
        answer = answer_for(
            Facts(
                status=status,
                agency=basis.agency if basis else None,
                told_at=basis.told_at if basis else None,
                declined=basis is not None and basis.outcome is Outcome.DECLINED,
                unanswered=sum(call.outcome is Outcome.NO_ANSWER for call in calls),
                ended=sum(call.outcome is not None for call in calls),
                corrected_at=at if correction else None,
                withdrawn_reason=withdrawn,
            )
        )
        inquiry = replace(
            inquiry,
            answer_en=answer.en,
            answer_es=answer.es,
            answer_call=basis.ordinal if basis else None,
        )
    if changed:
        inquiry = replace(inquiry, status=status, status_since=at, answered_status=None)
        if status in SETTLED or status is Status.WITHDRAWN:
            inquiry = replace(inquiry, claimed_by=None, claimed_at=None)
        if status in SETTLED and inquiry.settled_at is None:
            inquiry = replace(inquiry, settled_at=at)
    if withdrawn:
        inquiry = replace(inquiry, withdrawn_reason=withdrawn)
    return Progress(with_due_time(inquiry, calls, times), answer)


def with_due_time(inquiry: Inquiry, calls: Sequence[Call], times: DueTimes) -> Inquiry:
    """Return the inquiry with the time at which its next step is late."""
    return replace(inquiry, due_at=due_at(inquiry, calls, times))


def _standing_call(calls: Sequence[Call], status: Status) -> Call | None:
    """Return the call whose outcome a settled status rests on; None where it rests on a number of calls or on none."""
    words = [outcome for outcome, settled in SETTLED_BY.items() if settled is status]
    if status is Status.UNCONFIRMED:
        words = [Outcome.DECLINED]
    return next((call for call in reversed(in_order_of_outcomes(calls)) if call.outcome in words), None)


def _answer_is_untrue(inquiry: Inquiry, calls: Sequence[Call], correction: Correction) -> bool:
    """Tell whether the standing answer speaks of what the correction replaced."""
    now = next(call for call in calls if call.ordinal == correction.ordinal)
    if (now.outcome, now.agency) == (correction.outcome, correction.agency):
        return False
    if inquiry.answer_call is None:  # the answer may count the calls that nobody answered, this one among them
        counted = sum(call.outcome is Outcome.NO_ANSWER for call in calls) + 1
        return correction.outcome is Outcome.NO_ANSWER and counts_unanswered(inquiry.answer, counted)
    return inquiry.answer_call == correction.ordinal
