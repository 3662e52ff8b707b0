"""What webhooks send, as receivers read it: by Standard Webhooks, `data` by the contract's allow-list (api.md)."""

from app.domain.inquiry import Activity, AreaCommand, Flag
from app.domain.status import Status
from app.domain.webhook import MessageType
from app.web.fields import Moment, Output


class NamedFacility(Output):
    """The City facility that the inquiry names."""

    slug: str
    name: str


class MessageData(Output):
    """The inquiry as it stood after the event.

    `supersedes` is the `webhook-id` of the message that told the status which a correction has replaced; else null.
    """

    id: str
    number: str
    status: Status
    status_since: Moment
    area_command: AreaCommand
    activity: Activity
    facility: NamedFacility | None
    flags: list[Flag]
    supersedes: str | None


class Message(Output):
    """A message's body. `timestamp` is when it happened; the header `webhook-timestamp` is when it was sent."""

    type: MessageType
    timestamp: Moment
    data: MessageData
