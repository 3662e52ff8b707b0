"""What other systems are told, and when: an allow-list of fields, one message for an inquiry (api.md, webhooks).

The body is that of Standard Webhooks: `type`, `timestamp`, `data`. No note, receipt, callback, staff name, address or
coordinates is in it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import orjson

from app.domain.event import Kind
from app.domain.facility import Facility
from app.domain.inquiry import Inquiry
from app.domain.moment import exact
from app.domain.referral import AlertKind

# More endpoints than any city has; each event is written once for each.
MOST_WEBHOOKS = 100


class MessageType(StrEnum):
    """The events that a webhook may take."""

    INQUIRY_LOGGED = "inquiry.logged"
    CALL_OUTCOME_RECORDED = "call.outcome_recorded"
    INQUIRY_STATUS_CHANGED = "inquiry.status_changed"
    ALERT_CITY_FACILITY = "alert.city_facility"
    ALERT_POSSIBLE_IMPERSONATION = "alert.possible_impersonation"


MESSAGE_OF_ALERT = {
    AlertKind.CITY_FACILITY: MessageType.ALERT_CITY_FACILITY,
    AlertKind.POSSIBLE_IMPERSONATION: MessageType.ALERT_POSSIBLE_IMPERSONATION,
}


@dataclass(frozen=True, slots=True)
class Webhook:
    """An endpoint of another system. Its secrets are sealed (store/webhooks.py); the older one signs too for a while.

    `disabled_at` is when the endpoint said that it is gone, or a supervisor stopped it; None while it is sent to.
    """

    id: str
    url: str
    description: str | None
    events: tuple[MessageType, ...]
    secret: bytes
    older_secret: bytes | None
    older_secret_until: datetime | None
    created_at: datetime
    disabled_at: datetime | None
    first_event: int
    newest_event: int


def messages_of(kind: Kind, before: Inquiry | None, after: Inquiry) -> tuple[MessageType, ...]:
    """Return what an event is told as, by the inquiry before it (None: just logged) and after it; alerts aside."""
    types = []
    if before is None:
        types.append(MessageType.INQUIRY_LOGGED)
    if kind is Kind.INQUIRY_OUTCOME:
        types.append(MessageType.CALL_OUTCOME_RECORDED)
    if before is not None and before.status is not after.status:
        types.append(MessageType.INQUIRY_STATUS_CHANGED)
    return tuple(types)


def message_body(
    message: MessageType, inquiry: Inquiry, facility: Facility | None, supersedes: str | None, at: datetime
) -> str:
    """Return a message's body, to be sent as it is: what is signed is the text.

    `supersedes` is the `webhook-id` of the message that told the status which a correction has replaced.
    """
    named = facility.name if facility else inquiry.facility
    data = {
        "id": inquiry.id,
        "number": inquiry.number,
        "status": inquiry.status.value,
        "status_since": exact(inquiry.status_since),
        "area_command": inquiry.area_command.value,
        "activity": inquiry.activity.value,
        "facility": None if inquiry.facility is None else {"slug": inquiry.facility, "name": named},
        "flags": [flag.value for flag in inquiry.flags],
        "supersedes": supersedes,
    }
    body = {"type": message.value, "timestamp": exact(at), "data": data}
    return orjson.dumps(body).decode()
