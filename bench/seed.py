"""Fills a database with inquiries in bulk as the service would leave them, less the events, which nobody here reads."""

import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.domain.identifier import new_id
from app.domain.receipt import new_receipt
from app.domain.sealed import BoxKind, sealing_day
from app.settings import Settings
from app.store.bulk_insert import insert_rows
from app.store.engine import open_database
from app.store.tables import InquiryRow, SealedBoxRow
from app.store.vault import Vault
from app.web.clock import utc_now
from app.web.schemas.inquiries import InquiryInput
from bench.invented import inquiries, place
from bench.rivals import row_of

AT_ONCE = 10_000
FROM_THE_OLDEST = 500
# A new inquiry every five minutes, for ten years where there are a million.
APART = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Seeded:
    """The receipts, and the index before which a page deep in the list begins."""

    receipts: list[str]
    deep: int


def seed(data: Path, count: int) -> Seeded:
    """Store this many inquiries with their sealed details in the database of a folder."""
    settings = Settings(data_dir=data)
    vault, now, chance = Vault(settings.vault_folder), utc_now(), random.Random(3)  # noqa: S311  # invented places
    body = InquiryInput.model_validate_json(next(inquiries(1)))
    receipts: list[str] = []
    database = open_database(settings.url)
    try:
        for begin in range(0, count, AT_ONCE):
            rows: list[dict[str, Any]] = []
            boxes: list[dict[str, Any]] = []
            for serial in range(begin + 1, min(begin + AT_ONCE, count) + 1):
                at = now - (count - serial + 1) * APART
                latitude, longitude = place(chance)
                row = row_of(body, new_id(at, secrets.token_bytes), serial) | {
                    "receipt": new_receipt(secrets.token_bytes),
                    "latitude": round(latitude, 3),
                    "longitude": round(longitude, 3),
                    "asked_at": at,
                    "observed_at": at,
                    "received_at": at,
                    "due_at": None,
                    "callback_erase_after": None,
                    "first_event": 10 + 2 * serial,  # the tokens' events come first
                    "newest_event": 11 + 2 * serial,
                }
                rows.append(row)
                boxes.append(_box(vault, row["id"], now, body, latitude, longitude))
                receipts.append(row["receipt"])
            with database.writing.begin() as connection:
                insert_rows(connection, InquiryRow.__table__, rows)  # type: ignore[attr-defined]  # SQLModel's stub lacks it
                insert_rows(connection, SealedBoxRow.__table__, boxes)  # type: ignore[attr-defined]  # as above
    finally:
        database.dispose()
    return Seeded(receipts, deep=10 + 2 * min(FROM_THE_OLDEST, count // 2))


def _box(
    vault: Vault, owner_id: str, at: datetime, body: InquiryInput, latitude: float, longitude: float
) -> dict[str, Any]:
    day = sealing_day(at)
    content = {
        "address": body.place.address,
        "latitude": latitude,
        "longitude": longitude,
        "note": body.observation.note,
    }
    wrapped_key, ciphertext = vault.seal(owner_id, BoxKind.DETAIL, day, content)
    return {
        "owner_id": owner_id,
        "kind": BoxKind.DETAIL,
        "retention": BoxKind.DETAIL.retention,
        "day": day.isoformat(),
        "wrapped_key": wrapped_key,
        "ciphertext": ciphertext,
        "set_aside": False,
    }
