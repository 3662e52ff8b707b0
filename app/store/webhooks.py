"""Endpoints of other systems, and their secrets, sealed.

A secret is needed in the clear at each delivery, so it cannot be kept as a hash. It is sealed with AES-256-GCM under a
key that is a file in APP_DATA_DIR and in no backup of the database; the endpoint's id is the associated data.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, select
from sqlmodel import Session

from app.domain.webhook import MessageType, Webhook
from app.store.prepared_read import PreparedRead
from app.store.rows import Rows
from app.store.session import WriteSession
from app.store.tables import DeliveryRow, WebhookRow

SECRET_BYTES = 32
# As Standard Webhooks writes a symmetric secret.
SECRET_PREFIX = "whsec_"  # noqa: S105  # a mark, no secret
KEY_FILE = "webhook.key"
_NONCE_BYTES = 12
_VERSION = b"\x01"  # in front of each sealed secret: a later way of sealing gets another number

webhooks = Rows(WebhookRow, Webhook)
_t = WebhookRow.__table__.c  # type: ignore[attr-defined]  # SQLModel's stub lacks it
_IN_USE = PreparedRead(select(_t.id, _t.events).where(_t.disabled_at.is_(None)).order_by(_t.first_event))
_delivery = DeliveryRow.__table__.c  # type: ignore[attr-defined]  # as above


class CannotBeOpened(Exception):
    """A secret was sealed under another key, or for another endpoint, or altered."""


class WebhookSecrets:
    """Seals and opens the endpoints' secrets. In the clear they are `whsec_` and 32 random bytes in base 64."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, webhook_id: str, secret: str) -> bytes:
        """Return a secret as it is stored."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, secret.encode(), webhook_id.encode())

    def open(self, webhook_id: str, sealed: bytes) -> str:
        """Return a secret in the clear. Raises CannotBeOpened."""
        nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if sealed[:1] != _VERSION or not ciphertext:
            raise CannotBeOpened
        try:
            return self._cipher.decrypt(nonce, ciphertext, webhook_id.encode()).decode()
        except InvalidTag:
            raise CannotBeOpened from None


def new_secret(random_bytes: bytes) -> str:
    """Return random bytes as a secret is written."""
    return SECRET_PREFIX + base64.b64encode(random_bytes).decode()


def find(session: Session, webhook_id: str) -> Webhook | None:
    """Return an endpoint by its id."""
    return webhooks.first(session, _t.id == webhook_id)


def count(session: Session) -> int:
    """Return how many endpoints there are."""
    return int(session.execute(select(func.count()).select_from(WebhookRow)).scalar_one())


def taking(session: WriteSession, message: MessageType) -> list[str]:
    """Return the ids of the endpoints that take a message, read once for a batch."""
    if "webhooks" not in session.looked_up:
        in_use = session.ask(_IN_USE)
        session.looked_up["webhooks"] = {
            each: [webhook_id for webhook_id, events in in_use if each in events] for each in MessageType
        }
    taking_it: list[str] = session.looked_up["webhooks"][message]
    return taking_it


def add(session: WriteSession, webhook: Webhook) -> None:
    """Add an endpoint."""
    webhooks.add(session, webhook)
    session.looked_up.pop("webhooks", None)


def replace(session: WriteSession, old: Webhook, new: Webhook) -> None:
    """Write what differs between an endpoint before and after."""
    webhooks.replace(session, old, new)
    session.looked_up.pop("webhooks", None)


def remove(session: WriteSession, webhook_id: str) -> None:
    """Delete an endpoint, its secrets, and what was on its way to it."""
    session.change(delete(DeliveryRow).where(_delivery.webhook_id == webhook_id))
    session.change(delete(WebhookRow).where(_t.id == webhook_id))
    session.looked_up.pop("webhooks", None)
