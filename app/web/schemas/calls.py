"""Confirmation calls as clients send and read them (api.md)."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.domain.call import Agency
from app.domain.status import Outcome
from app.service.answering_calls import NewOutcome
from app.service.place_call import NewCall
from app.service.read_calls import FullCall, FullCorrection, OutcomeTexts
from app.web.fields import (
    Identifier,
    Ids,
    Input,
    Moment,
    Output,
    Text,
    Time,
    Title,
    refused,
)
from app.web.schemas.shared import Once


class OutcomeInput(Input):
    """What a call brought."""

    outcome: Outcome
    agency: Annotated[Agency, Field(description="The agency that spoke; null where nobody did.")] | None = None
    answered_by: Annotated[Title, Field(description="A role or desk, never a name. Read by the screen.")] | None = None
    reference: Annotated[Title, Field(description="ICE's own reference. Read by the screen.")] | None = None
    note: Annotated[Text, Field(description="Read by the screen.")] | None = None

    def texts(self) -> dict[str, str | None]:
        """Return what the screen reads, by JSON pointer."""
        return {"/answered_by": self.answered_by, "/reference": self.reference, "/note": self.note}

    def brought(self) -> NewOutcome:
        """Return it as the use cases take it."""
        return NewOutcome(self.outcome, self.agency, self.answered_by, self.reference, self.note)


class CorrectionInput(OutcomeInput):
    """What a call brought in truth, and why it is corrected."""

    reason: Annotated[Text, Field(description="Read by the screen.")]

    def texts(self) -> dict[str, str | None]:
        """Return what the screen reads, by JSON pointer."""
        return {**super().texts(), "/reason": self.reason}


class CallInput(Input):
    """A confirmation call: for which inquiries, to whom, when; it may carry its outcome at once."""

    inquiry_ids: Annotated[Ids, Once]
    contact_id: Annotated[Identifier, Field(description="Default: on duty, lowest priority.")] | None = None
    placed_at: Annotated[Time, Field(description="Default now.")] | None = None
    outcome: Outcome | None = None
    agency: Agency | None = None
    answered_by: Title | None = None
    reference: Title | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _outcome_goes_first(self) -> Self:
        of_an_outcome = (self.agency, self.answered_by, self.reference, self.note)
        if self.outcome is None and any(each is not None for each in of_an_outcome):
            raise refused(
                "outcome_missing", "These fields belong to an outcome. Give `outcome` too, or leave them out."
            )
        return self

    def texts(self) -> dict[str, str | None]:
        """Return what the screen reads, by JSON pointer."""
        return {"/answered_by": self.answered_by, "/reference": self.reference, "/note": self.note}

    def placed(self) -> NewCall:
        """Return it as the use case takes it."""
        outcome = None
        if self.outcome is not None:
            outcome = NewOutcome(self.outcome, self.agency, self.answered_by, self.reference, self.note)
        return NewCall(tuple(self.inquiry_ids), self.contact_id, self.placed_at, outcome)


class JoinInput(Input):
    """The inquiries that are to join a call."""

    inquiry_ids: Annotated[Ids, Once]


class ReplacedOutcome(Output):
    """What a correction replaced."""

    outcome: Outcome
    agency: Agency | None
    answered_by: str | None
    reference: str | None
    note: str | None


class CorrectionView(Output):
    """A correction. `reason` is null once it was erased."""

    at: Moment
    by: str
    reason: str | None
    replaced: ReplacedOutcome

    @classmethod
    def of(cls, correction: FullCorrection) -> "CorrectionView":
        """Show a correction."""
        replaced = ReplacedOutcome(
            outcome=correction.replaced_outcome,
            agency=correction.replaced_agency,
            **_texts(correction.replaced_texts),
        )
        return cls(at=correction.at, by=correction.by, reason=correction.reason, replaced=replaced)


class CallView(Output):
    """A confirmation call as staff read it."""

    id: str
    inquiry_ids: list[str]
    contact_id: str
    placed_at: Moment
    placed_by: str
    outcome: Outcome | None
    agency: Agency | None
    answered_by: str | None
    reference: str | None
    note: str | None
    outcome_at: Moment | None
    recorded_by: str | None
    corrections: list[CorrectionView]

    @classmethod
    def of(cls, full: FullCall) -> "CallView":
        """Show a call."""
        call = full.call
        return cls(
            id=call.id,
            inquiry_ids=list(full.inquiry_ids),
            contact_id=call.contact_id,
            placed_at=call.placed_at,
            placed_by=call.placed_by,
            outcome=call.outcome,
            agency=call.agency,
            **_texts(full.texts),
            outcome_at=call.outcome_at,
            recorded_by=call.recorded_by,
            corrections=[CorrectionView.of(correction) for correction in full.corrections],
        )


def _texts(texts: OutcomeTexts) -> dict[str, str | None]:
    return {"answered_by": texts.answered_by, "reference": texts.reference, "note": texts.note}
