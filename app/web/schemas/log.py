"""The public log as people and programs read it (api.md, Public views)."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from app.domain.call import Agency
from app.domain.inquiry import Activity, AreaCommand, Source, WithdrawalReason
from app.domain.report import SMALLEST_COUNTED
from app.domain.status import Outcome, Status
from app.service.read_evidence import OpenedLeaf
from app.service.read_refusals import MonthOfRefusals
from app.web.fields import Output
from app.web.schemas.shared import AnswerView

# A time cut to the minute; the entries are served as they are stored.
Minute = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-01-31T18:04:00Z"]})]
Day = Annotated[str, WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-01-31"]})]
Number = Annotated[str, Field(examples=["2026-000123"])]


class LoggedCall(Output):
    """A call about an inquiry, as the public sees it."""

    placed_at: Minute
    outcome: Outcome | None
    agency: Agency | None


class LoggedCorrection(Output):
    """What was recorded of a call, and what it was corrected to. `call` counts the inquiry's calls from 1."""

    corrected_at: Minute
    call: int
    before: Annotated[Outcome, Field(alias="from")]
    after: Annotated[Outcome, Field(alias="to")]


class LoggedAlert(Output):
    """A notice that the order calls for."""

    kind: str
    raised_at: Minute
    acknowledged_at: Minute | None


class LogEntryView(Output):
    """An inquiry that was settled. Where `block` is null the area command stands alone."""

    number: Number
    asked_at: Minute
    observed_at: Minute
    block: str | None
    area_command: AreaCommand
    activity: Activity
    source: Source
    outlet: str | None
    status: Status
    answer: AnswerView
    calls: list[LoggedCall]
    minutes_to_call: int | None
    minutes_to_answer: int | None
    late: bool
    corrections: list[LoggedCorrection]
    alerts: list[LoggedAlert]
    published_at: Minute
    updated_at: Minute


class ShortEntryView(Output):
    """An inquiry that was withdrawn, or is not settled after a week: no number is missing without a word."""

    number: Number
    day: Annotated[Day, Field(description="When it was asked, in Albuquerque.")]
    status: Status
    reason: WithdrawalReason | None
    replaced_by: Annotated[str | None, Field(description="The number of the inquiry that stands in its place.")]


class LogPage(Output):
    """A page of the log, newest asked first. `next` is the cursor of the following page, null on the last."""

    items: list[LogEntryView | ShortEntryView]
    next: str | None


class EvidenceLeaf(Output):
    """What opens one leaf: the exact payload, its salt in hex, the path to the root in base64."""

    index: int
    payload: str
    salt: str
    proof: list[str]

    @classmethod
    def of(cls, leaf: OpenedLeaf) -> "EvidenceLeaf":
        """Show a leaf."""
        return cls(index=leaf.index, payload=leaf.payload, salt=leaf.salt, proof=leaf.proof)


class EvidenceView(Output):
    """What lets anybody check an entry: the signed checkpoint, and each open leaf of the inquiry."""

    checkpoint: str
    events: list[EvidenceLeaf]


class RefusalsOfMonth(Output):
    """How many texts the screen refused in a month, for a category and the language of the rule."""

    month: Annotated[str, Field(examples=["2026-01"])]
    category: str
    language: str
    refused: Annotated[int | Literal["<5"], Field(description="`<5` where there were fewer than five.")]

    @classmethod
    def of(cls, counted: MonthOfRefusals) -> "RefusalsOfMonth":
        """Show a month's count."""
        return cls(
            month=counted.month,
            category=counted.category,
            language=counted.language,
            refused="<5" if counted.refused is None else counted.refused,
        )


class RefusalsView(Output):
    """The counts, newest month first."""

    items: list[RefusalsOfMonth]


if f"<{SMALLEST_COUNTED}" != "<5":
    raise AssertionError("what refusals show for a few is written out above")
