"""Webhooks and their deliveries as supervisors send and read them (api.md)."""

from typing import Annotated
from urllib.parse import urlsplit

from annotated_types import MaxLen, MinLen
from pydantic import AfterValidator, Field, Strict, WithJsonSchema
from pydantic_core import Url, ValidationError

from app.domain.delivery import Delivery, DeliveryState, Result
from app.domain.webhook import MessageType, Webhook
from app.store.outbox import Message
from app.web.fields import Input, Moment, Output, Title, YesNo, refused
from app.web.schemas.shared import Once

URL_LENGTH = 1000


def _read_url(text: str) -> str:
    """Return a URL in the one form that every reader understands alike, so that what is checked is what is reached."""
    fault = refused("not_a_url", "Give an https URL with a host, without a user, a password or a fragment.")
    try:
        url = Url(text)
    except (ValidationError, ValueError):
        raise fault from None
    if url.scheme not in {"http", "https"} or not url.host or url.username or url.password or url.fragment is not None:
        raise fault
    canonical = str(url)
    # httpx reads the URL later by other code: where the two disagree, it is refused.
    if len(canonical) > URL_LENGTH or not canonical.isascii() or urlsplit(canonical).hostname is None:
        raise fault
    return canonical


WebhookUrl = Annotated[
    str,
    Strict(),
    MaxLen(URL_LENGTH),
    AfterValidator(_read_url),
    WithJsonSchema({"type": "string", "format": "uri", "maxLength": URL_LENGTH}),
]
Events = Annotated[list[MessageType], MinLen(1), MaxLen(len(MessageType)), Once]


class WebhookInput(Input):
    """An endpoint of another system."""

    url: Annotated[WebhookUrl, Field(description="https; public, unless the operator allows more.")]
    description: Annotated[Title, Field(description="What it is for. Read by the screen.")] | None = None
    events: Annotated[Events, Field(description="What it takes.")]

    def texts(self) -> dict[str, str | None]:
        """Return what the screen reads, by JSON pointer."""
        return {"/description": self.description}


class WebhookChange(Input):
    """The fields of an endpoint to change; what is left out stays as it is."""

    url: WebhookUrl = Field(default_factory=str)
    description: Title | None = None
    events: Events = Field(default_factory=list)
    active: Annotated[YesNo, Field(description="False: send nothing. True: send again.")] = Field(default_factory=bool)

    def texts(self) -> dict[str, str | None]:
        """Return what the screen reads, by JSON pointer."""
        return {"/description": self.description}


class WebhookView(Output):
    """An endpoint of another system. Its secret is shown once, when it is made."""

    id: str
    url: str
    description: str | None
    events: list[MessageType]
    active: bool
    created_at: Moment
    disabled_at: Moment | None
    older_secret_until: Moment | None

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookView":
        """Show an endpoint."""
        return cls(**_webhook(webhook))


class NewWebhookView(WebhookView):
    """An endpoint with a secret that was just made. `secret` is null when the request is repeated."""

    secret: str | None

    @classmethod
    def created(cls, webhook: Webhook, secret: str | None) -> "NewWebhookView":
        """Show an endpoint with its secret."""
        return cls(**_webhook(webhook), secret=secret)


class DeliveryView(Output):
    """How the delivery of a message stands. Neither what was sent nor what was answered is shown.

    `message_id` is the `webhook-id`, the same at each attempt.
    """

    id: str
    message_id: str
    type: MessageType
    inquiry_id: str
    created_at: Moment
    state: DeliveryState
    attempts: int
    last_attempt_at: Moment | None
    last_result: Result | None
    last_status: int | None
    next_attempt_at: Moment | None

    @classmethod
    def of(cls, delivery: Delivery, message: Message) -> "DeliveryView":
        """Show a delivery."""
        return cls(
            id=delivery.id,
            message_id=message.id,
            type=message.type,
            inquiry_id=message.inquiry_id,
            created_at=message.at,
            state=delivery.state,
            attempts=delivery.attempts,
            last_attempt_at=delivery.last_tried_at,
            last_result=delivery.last_result,
            last_status=delivery.last_status,
            next_attempt_at=delivery.due_at,
        )


def _webhook(webhook: Webhook) -> dict[str, object]:
    names = ("id", "url", "description", "created_at", "disabled_at", "older_secret_until")
    active = webhook.disabled_at is None
    return {**{name: getattr(webhook, name) for name in names}, "events": list(webhook.events), "active": active}
