"""Why something is refused. A refusal names positions and kinds, never what was submitted."""

from dataclasses import dataclass
from typing import ClassVar

from app.domain.screening import Finding


@dataclass(frozen=True, slots=True)
class Fault:
    """One field at fault: where (a JSON pointer), a stable code, and how to mend it. Never its value."""

    pointer: str
    code: str
    detail: str
    start: int | None = None  # code points of the text as sent, for a passage to take out
    end: int | None = None


class Refusal(Exception):
    """Something that will not be done, and why. `slug` names its problem type and help page."""

    slug: ClassVar[str]

    def __init__(self, detail: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = faults


class InvalidRequest(Refusal):
    """A field is missing, of the wrong form, or names what is not there."""

    slug = "invalid-request"

    def __init__(self, *faults: Fault) -> None:
        super().__init__("The request cannot be used as it is. Mend what `errors` lists and send it again.", faults)


class NotCollected(Refusal):
    """A field asks for what this service never collects."""

    slug = "not-collected"

    def __init__(self, *faults: Fault) -> None:
        super().__init__(
            "This service never collects who people are, where they come from or their immigration status. Leave that"
            " out and send the rest again.",
            faults,
        )


class ProtectedDetail(Refusal):
    """A free-text field tells what this service does not collect. Holds positions and kinds, never the text."""

    slug = "protected-detail"

    def __init__(self, findings: dict[str, tuple[Finding, ...]]) -> None:
        """Take the findings by the field's JSON pointer."""
        super().__init__(
            "A text tells what this service never keeps. Nothing of it was stored. Take out the passages that `errors`"
            " marks and send it again. For a question about immigration, turn to legal aid or to the City's Office of"
            " Immigrant and Refugee Affairs; this service cannot help with it.",
            tuple(
                Fault(pointer, finding.category, finding.detail, finding.start, finding.end)
                for pointer, found in findings.items()
                for finding in found
            ),
        )
        self.findings = tuple(finding for found in findings.values() for finding in found)


class NotFound(Refusal):
    """There is no such thing, or none that the asker may know of."""

    slug = "not-found"

    def __init__(self) -> None:
        super().__init__("There is nothing here under this address. Check the identifier, number or receipt.")


class Gone(Refusal):
    """It was here and was erased, as promised."""

    slug = "gone"

    def __init__(self) -> None:
        super().__init__("The contact was erased, as was promised. It cannot be had back.")


class OutcomeRecorded(Refusal):
    """A call's outcome stands once recorded."""

    slug = "outcome-recorded"

    def __init__(self) -> None:
        super().__init__("This call has an outcome already, and it stands. A supervisor can record a correction.")


class NoOutcome(Refusal):
    """There is no outcome to correct yet."""

    slug = "no-outcome"

    def __init__(self) -> None:
        super().__init__("This call has no outcome yet. Record the outcome first; only then can it be corrected.")


class InquiryClosed(Refusal):
    """Nothing more can be done with a withdrawn inquiry, nor can a settled one be withdrawn."""

    slug = "inquiry-closed"

    @classmethod
    def withdrawn(cls, *faults: Fault) -> "InquiryClosed":
        """Refuse what would go on with a withdrawn inquiry; `faults` says which, where there are several."""
        return cls("The inquiry was withdrawn; nothing more is done with it. Log a new one if the asker asks.", faults)

    @classmethod
    def settled(cls) -> "InquiryClosed":
        """Refuse to withdraw what was settled once: the public log keeps it."""
        return cls("The inquiry was settled, so it stays in the log. A wrong outcome can be corrected instead.")


class CallTooOld(Refusal):
    """The activity asked about now need not be the one that the call was about."""

    slug = "call-too-old"

    def __init__(self) -> None:
        super().__init__("The call was placed too long ago to answer a new inquiry. Place a new call.")


class AlreadyClaimed(Refusal):
    """Somebody else is on it."""

    slug = "already-claimed"

    def __init__(self, claimed_by: str) -> None:
        super().__init__("Somebody else is on this inquiry. Send `take` as true to take it over; that is recorded.")
        self.claimed_by = claimed_by


class StatusChanged(Refusal):
    """The answer that was told is not the one that stands."""

    slug = "status-changed"

    def __init__(self) -> None:
        super().__init__("Another status stands now. Read the new answer to the asker before you mark it as told.")


class NoContact(Refusal):
    """Nobody to call."""

    slug = "no-contact"

    def __init__(self) -> None:
        super().__init__("No contact is on duty. Name one by `contact_id`, or have a supervisor add or activate one.")


class PreconditionFailed(Refusal):
    """It has changed since it was read."""

    slug = "precondition-failed"

    def __init__(self) -> None:
        super().__init__("It has changed since you read it. Read it again, then decide.")
