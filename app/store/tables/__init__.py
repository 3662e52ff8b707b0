"""The tables. What each column is for, how long it is kept and who sees it stands in docs/data.md.

Rows are the current state; the events are the history. The database holds the same rules as the code: closed lists,
references, uniqueness; triggers (migrations) refuse any change of an event.
"""

from app.store.tables.delivery import AlertRow, DeliveryRow, DeliveryWorkerRow, MessageRow, WebhookRow
from app.store.tables.events import EventRow, IdempotencyRow, RefusalCountRow, SealedBoxRow
from app.store.tables.inquiries import CallInquiryRow, CallRow, CorrectionRow, InquiryRow
from app.store.tables.keeping import ConsoleSessionRow, ContactRow, FacilityRow, SignInLinkRow, TokenRow
from app.store.tables.public import CheckpointRow, LedgerKeyRow, LedgerTileRow, LogEntryRow, PublicationRow

__all__ = [
    "AlertRow",
    "CallInquiryRow",
    "CallRow",
    "CheckpointRow",
    "ConsoleSessionRow",
    "ContactRow",
    "CorrectionRow",
    "DeliveryRow",
    "DeliveryWorkerRow",
    "EventRow",
    "FacilityRow",
    "IdempotencyRow",
    "InquiryRow",
    "LedgerKeyRow",
    "LedgerTileRow",
    "LogEntryRow",
    "MessageRow",
    "PublicationRow",
    "RefusalCountRow",
    "SealedBoxRow",
    "SignInLinkRow",
    "TokenRow",
    "WebhookRow",
]
