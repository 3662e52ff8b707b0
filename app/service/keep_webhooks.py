"""Add, change and remove the endpoints that other systems take events at; rotate their secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.delivery import OLDER_SECRET_SIGNS
from app.domain.errors import Fault, InvalidRequest
from app.domain.event import Event, Kind
from app.domain.identifier import new_id
from app.domain.webhook import MOST_WEBHOOKS, MessageType, Webhook
from app.service.looking_up import IfMatch, the_webhook
from app.store import outbox, webhooks
from app.store.session import WriteSession
from app.store.webhooks import SECRET_BYTES, WebhookSecrets, new_secret


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """An endpoint to add; its URL may be reached."""

    url: str
    description: str | None
    events: tuple[MessageType, ...]


def add_webhook(
    session: WriteSession, secrets: WebhookSecrets, new: NewWebhook, by: Actor, at: datetime
) -> tuple[Webhook, str]:
    """Add an endpoint and return it with its secret. Raises InvalidRequest where there are too many."""
    if webhooks.count(session) >= MOST_WEBHOOKS:
        raise InvalidRequest(Fault("", "too_many", f"There are {MOST_WEBHOOKS} webhooks already. Remove one first."))
    webhook_id, secret = new_id(at, session.random), new_secret(session.random(SECRET_BYTES))
    index = session.add_event(Event(Kind.WEBHOOK_ADDED, at, by, detail={"webhook_id": webhook_id}))
    webhook = Webhook(
        id=webhook_id,
        url=new.url,
        description=new.description,
        events=new.events,
        secret=secrets.seal(webhook_id, secret),
        older_secret=None,
        older_secret_until=None,
        created_at=at,
        disabled_at=None,
        first_event=index,
        newest_event=index,
    )
    webhooks.add(session, webhook)
    return webhook, secret


def change_webhook(
    session: WriteSession, webhook_id: str, changes: Mapping[str, object], if_match: IfMatch, by: Actor, at: datetime
) -> Webhook:
    """Change fields of an endpoint, by their names; `active` stops it or sends to it again.

    What is the same already is no event. Raises NotFound, PreconditionFailed.
    """
    before = the_webhook(session, webhook_id, if_match)
    changes = dict(changes)
    if "active" in changes:
        changes["disabled_at"] = None if changes.pop("active") else before.disabled_at or at
    after = replace(before, **changes)  # type: ignore[arg-type]  # names and values come from the request's own model
    if after == before:
        return before
    index = session.add_event(Event(Kind.WEBHOOK_CHANGED, at, by, detail={"webhook_id": before.id}))
    after = replace(after, newest_event=index)
    webhooks.replace(session, before, after)
    outbox.ring_after(session)
    return after


def disable_webhook(session: WriteSession, webhook_id: str, by: Actor, at: datetime) -> None:
    """Stop sending to an endpoint that said it is gone; what waited for it has failed and can be replayed by hand."""
    before = webhooks.find(session, webhook_id)
    if before is None or before.disabled_at is not None:
        return
    detail = {"webhook_id": before.id, "disabled": "gone"}
    index = session.add_event(Event(Kind.WEBHOOK_CHANGED, at, by, detail=detail))
    webhooks.replace(session, before, replace(before, disabled_at=at, newest_event=index))
    outbox.fail_waiting(session, webhook_id)


def remove_webhook(session: WriteSession, webhook_id: str, if_match: IfMatch, by: Actor, at: datetime) -> Webhook:
    """Remove an endpoint with its secrets and what was on its way; return it as it was.

    Raises NotFound, PreconditionFailed.
    """
    before = the_webhook(session, webhook_id, if_match)
    index = session.add_event(Event(Kind.WEBHOOK_REMOVED, at, by, detail={"webhook_id": before.id}))
    webhooks.remove(session, webhook_id)
    return replace(before, disabled_at=before.disabled_at or at, newest_event=index)


def rotate_secret(
    session: WriteSession, secrets: WebhookSecrets, webhook_id: str, if_match: IfMatch, by: Actor, at: datetime
) -> tuple[Webhook, str]:
    """Give an endpoint a new secret and return both; the one before signs too for a day.

    Raises NotFound, PreconditionFailed.
    """
    before = the_webhook(session, webhook_id, if_match)
    secret = new_secret(session.random(SECRET_BYTES))
    index = session.add_event(Event(Kind.WEBHOOK_SECRET_ROTATED, at, by, detail={"webhook_id": before.id}))
    after = replace(
        before,
        secret=secrets.seal(before.id, secret),
        older_secret=before.secret,
        older_secret_until=at + OLDER_SECRET_SIGNS,
        newest_event=index,
    )
    webhooks.replace(session, before, after)
    return after, secret
