"""What happened: every change is an event, and the ledger commits to each (ledger.md, What a leaf is)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.actor import Actor
from app.domain.answer import Answer
from app.domain.inquiry import Inquiry
from app.domain.moment import exact, to_minute

Data = Mapping[str, object]


class Kind(StrEnum):
    """Every kind of event. Those of no use any more stay listed, since the ledger keeps their leaves."""

    INQUIRY_LOGGED = "inquiry:logged"
    INQUIRY_PLACE = "inquiry:place"
    INQUIRY_CALLED = "inquiry:called"
    INQUIRY_OUTCOME = "inquiry:outcome"
    INQUIRY_CORRECTED = "inquiry:corrected"
    INQUIRY_ANSWERED = "inquiry:answered"
    INQUIRY_WITHDRAWN = "inquiry:withdrawn"
    # Of a call whose inquiries were all withdrawn: there is none left to tell it of.
    CALL_OUTCOME = "call:outcome"
    CALL_CORRECTED = "call:corrected"
    INQUIRY_CLAIMED = "inquiry:claimed"
    INQUIRY_RELEASED = "inquiry:released"
    CALLBACK_READ = "callback:read"
    CALLBACK_MENDED = "callback:mended"
    CALLBACK_ERASED = "callback:erased"
    DAY_KEY_DESTROYED = "day_key:destroyed"
    CONTACT_ADDED = "contact:added"
    CONTACT_CHANGED = "contact:changed"
    FACILITY_ADDED = "facility:added"
    FACILITY_CHANGED = "facility:changed"
    TOKEN_CREATED = "token:created"  # noqa: S105  # a word, no secret
    TOKEN_REVOKED = "token:revoked"  # noqa: S105  # a word, no secret
    SESSION_STARTED = "session:started"
    SESSION_ENDED = "session:ended"
    ALERT_RAISED = "alert:raised"
    ALERT_ACKNOWLEDGED = "alert:acknowledged"
    ALERT_CLOSED = "alert:closed"
    WEBHOOK_ADDED = "webhook:added"
    WEBHOOK_CHANGED = "webhook:changed"
    WEBHOOK_REMOVED = "webhook:removed"
    WEBHOOK_SECRET_ROTATED = "webhook:secret_rotated"  # noqa: S105  # as above
    DELIVERY_RETRIED = "delivery:retried"
    LEDGER_KEY_ADDED = "ledger_key:added"
    LEDGER_KEY_RETIRED = "ledger_key:retired"
    LOG_CONTINUED = "log:continued"


# The kinds whose leaves tell something of an inquiry; every other leaf says only that something happened.
TOLD = frozenset(
    {
        Kind.INQUIRY_LOGGED,
        Kind.INQUIRY_PLACE,
        Kind.INQUIRY_CALLED,
        Kind.INQUIRY_OUTCOME,
        Kind.INQUIRY_CORRECTED,
        Kind.INQUIRY_ANSWERED,
        Kind.INQUIRY_WITHDRAWN,
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """One event before it is written.

    `data` is what the public will see of it (only where `kind` is in TOLD), `detail` what staff see besides; neither
    ever holds anything that may have to be erased. `sealed` has the hex SHA-256 of each sealed box's ciphertext.
    `subject` and `seq` are the inquiry's number and the leaf's place among its leaves, or None.
    """

    kind: Kind
    at: datetime
    by: Actor
    inquiry_id: str | None = None
    call_id: str | None = None
    subject: str | None = None
    seq: int | None = None
    data: Data = field(default_factory=dict)
    detail: Data = field(default_factory=dict)
    sealed: Mapping[str, str] = field(default_factory=dict)

    def payload(self, rest: str) -> dict[str, object]:
        """Return what the leaf commits to; `rest` is the hash that binds what is not told."""
        return {
            "v": 1,
            "kind": self.kind.value,
            "at": to_minute(self.at),
            "by_role": self.by.role.value,
            "subject": self.subject,
            "seq": self.seq,
            "data": dict(self.data),
            "rest": rest,
        }

    def rest(self, screen_version: str) -> dict[str, object]:
        """Return what the payload binds by a hash and does not tell."""
        return {
            "at": exact(self.at),
            "by": self.by.id,
            "inquiry": self.inquiry_id,
            "call": self.call_id,
            "screen": screen_version,
            "sealed": dict(self.sealed),
            "detail": dict(self.detail),
        }


def logged_data(inquiry: Inquiry) -> Data:
    """Return what `inquiry:logged` tells."""
    return {
        "asked_at": to_minute(inquiry.asked_at),
        "source": inquiry.source.value,
        "outlet": inquiry.outlet,
        "status": inquiry.status.value,
        "answer": answer_data(inquiry.answer),
    }


def place_data(inquiry: Inquiry) -> Data:
    """Return what `inquiry:place` tells: the block as the public will see it, none where people live."""
    return {
        "observed_at": to_minute(inquiry.observed_at),
        "activity": inquiry.activity.value,
        "area_command": inquiry.area_command.value,
        "block": public_block(inquiry),
    }


def public_block(inquiry: Inquiry) -> str | None:
    """Return the block, or None where the activity is at a residence: then the area command stands alone."""
    return None if inquiry.activity.value == "residence" else inquiry.block


def answer_data(answer: Answer | None) -> dict[str, str] | None:
    """Return an answer as payloads hold it; None where the event left it alone."""
    return None if answer is None else {"en": answer.en, "es": answer.es}
