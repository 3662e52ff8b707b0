"""What is named in a request must be there, and be as it was when the caller read it."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlmodel import Session

from app.domain.contact import Contact
from app.domain.delivery import Delivery
from app.domain.errors import NotFound, PreconditionFailed
from app.domain.facility import Facility
from app.domain.identifier import is_id
from app.domain.inquiry import Inquiry
from app.domain.referral import Alert
from app.domain.webhook import Webhook
from app.store import alerts, calls, directory, inquiries, outbox, webhooks
from app.store.calls import CallRecord
from app.store.directory import Token

# The indexes that an `If-Match` header names; None where it names none.
IfMatch = frozenset[int] | None


class _HasNewestEvent(Protocol):
    @property
    def newest_event(self) -> int: ...


Found = TypeVar("Found", bound=_HasNewestEvent)


def the_inquiry(session: Session, inquiry_id: str, if_match: IfMatch = None) -> Inquiry:
    """Return an inquiry. Raises NotFound, PreconditionFailed."""
    return _the(inquiries.find, session, inquiry_id, if_match)


def the_call(session: Session, call_id: str, if_match: IfMatch = None) -> CallRecord:
    """Return a call. Raises NotFound, PreconditionFailed."""
    return _the(calls.find, session, call_id, if_match)


def the_contact(session: Session, contact_id: str, if_match: IfMatch = None) -> Contact:
    """Return a contact. Raises NotFound, PreconditionFailed."""
    return _the(directory.find_contact, session, contact_id, if_match)


def the_facility(session: Session, facility_id: str, if_match: IfMatch = None) -> Facility:
    """Return a City facility. Raises NotFound, PreconditionFailed."""
    return _the(directory.find_facility, session, facility_id, if_match)


def the_token(session: Session, token_id: str, if_match: IfMatch = None) -> Token:
    """Return a token. Raises NotFound, PreconditionFailed."""
    return _the(directory.find_token, session, token_id, if_match)


def the_alert(session: Session, alert_id: str, if_match: IfMatch = None) -> Alert:
    """Return an alert. Raises NotFound, PreconditionFailed."""
    return _the(alerts.find, session, alert_id, if_match)


def the_webhook(session: Session, webhook_id: str, if_match: IfMatch = None) -> Webhook:
    """Return an endpoint. Raises NotFound, PreconditionFailed."""
    return _the(webhooks.find, session, webhook_id, if_match)


def the_delivery(session: Session, webhook_id: str, delivery_id: str, if_match: IfMatch = None) -> Delivery:
    """Return a delivery of an endpoint. Raises NotFound, PreconditionFailed."""
    the_webhook(session, webhook_id)
    return _the(lambda of, given: outbox.find(of, webhook_id, given), session, delivery_id, if_match)


def _the(find: Callable[[Session, str], Found | None], session: Session, given: str, if_match: IfMatch) -> Found:
    found = find(session, given) if is_id(given) else None
    if found is None:
        raise NotFound
    if if_match is not None and found.newest_event not in if_match:
        raise PreconditionFailed
    return found
