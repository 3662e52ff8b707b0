"""What an asker is told by receipt, and what the screen says of a text (api.md)."""

from app.domain.screening import Category
from app.domain.status import Status
from app.web.fields import AskedText, Input, Moment, Output
from app.web.schemas.shared import AnswerView


class StatusView(Output):
    """What an asker is told by receipt. Never the place."""

    receipt: str
    number: str
    status: Status
    answer: AnswerView
    received_at: Moment
    updated_at: Moment
    calls: int
    last_call_at: Moment | None


class ScreenInput(Input):
    """A text to try on the screen; nothing of it is kept or counted."""

    text: AskedText


class FindingView(Output):
    """A passage to take out: code points from `start` up to `end` of the text as it was sent."""

    category: Category
    code: Category
    start: int
    end: int
    detail: str


class ScreenView(Output):
    """Whether a text would be accepted, and what to take out."""

    accepted: bool
    findings: list[FindingView]
