"""Fills a database with a public log: entries alone, or whole histories that verify."""

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from app.domain.actor import Actor, ByRole
from app.domain.event import Event, Kind
from app.domain.log_number import log_number
from app.domain.moment import day_in_denver, to_minute
from app.domain.publication import Leaf, Listing, public_inquiry
from app.domain.status import Status
from app.ledger.entry import entry, rest_hash
from app.ledger.merkle import leaf_hash
from app.ledger.payload import write_payload
from app.service.publish import stored_entry
from app.service.sign_checkpoint import sign_checkpoint
from app.settings import Settings
from app.store import ledger, log
from app.store.bulk_insert import insert_rows
from app.store.engine import Database, open_database
from app.store.ledger_files import KeyFile
from app.store.log import Publication
from app.store.session import WriteSession
from app.store.tables import EventRow, LogEntryRow
from app.store.vault import Vault
from app.web.clock import utc_now

AT_ONCE = 10_000
LEAVES = 5
SCREEN = "1.0.0"
DESK = Actor("019a9c1c-0000-7000-8000-000000000001", ByRole.DISPATCHER, "desk")
_ACTIVITIES = ("worksite", "school", "residence", "traffic_stop")
ANSWERS = {
    "open": {
        "en": "APD has logged your question and will ask ICE. ICE has not answered yet. In danger, call 911.",
        "es": "APD registró su pregunta y le preguntará a ICE. ICE todavía no ha respondido. En peligro, llame al 911.",
    },
    "confirmed": {
        "en": "ICE (ERO) told APD at 13:00 on March 10, 2026 that federal agents are conducting immigration enforcement"
        " there. ICE can speak only for ICE. APD cannot interfere with it. If anyone is in danger, call 911.",
        "es": "ICE (ERO) le dijo a APD a las 13:00 del 10 de marzo de 2026 que agentes federales están llevando a cabo"
        " un operativo de inmigración en ese lugar. ICE solo puede hablar por ICE. Si hay peligro, llame al 911.",
    },
}


def seed_entries(data: Path, count: int) -> None:
    """Store this many entries of the log, and nothing that they were made from."""
    settings = Settings(data_dir=data)
    database = open_database(settings.url)
    now = utc_now()
    try:
        for begin in range(0, count, AT_ONCE):
            rows = []
            for serial in range(begin + 1, min(begin + AT_ONCE, count) + 1):
                at = now - timedelta(days=2) - (count - serial) * timedelta(minutes=5)
                told = public_inquiry([leaf for leaf, _ in _history(1_000_000 + LEAVES * serial, at, serial)])
                rows.append(_row(told, at))
            with database.writing.begin() as connection:
                insert_rows(connection, LogEntryRow.__table__, rows)  # type: ignore[attr-defined]  # SQLModel's stub lacks it
    finally:
        database.dispose()


def seed_history(data: Path, events: int) -> None:
    """Store a sound ledger of about this many events, all public, with its log."""
    settings = Settings(data_dir=data)
    database = open_database(settings.url)
    try:
        first, begin = _head(database), utc_now() - timedelta(days=3650)
        histories = _histories(first, begin, (events - first) // LEAVES)
        while some := list(islice(histories, AT_ONCE // LEAVES)):
            _store(database, settings, some)
        with _session(database, settings) as session:
            session.begin_batch()
            file = KeyFile(settings.ledger_key, settings.ledger_origin)
            file.make()
            sign_checkpoint(session, file.read(), None, utc_now())
            log.move_publication(
                session, Publication(session.next_index, session.next_index - 1, session.next_index, utc_now())
            )
            session.write_pending()
            session.commit()
    finally:
        database.dispose()


def _head(database: Database) -> int:
    with database.read() as session:
        return ledger.size_of(session)


def _session(database: Database, settings: Settings) -> WriteSession:
    return WriteSession(
        database.writing, vault=Vault(settings.vault_folder), policy=settings.policy, screen_version=SCREEN
    )


def _histories(first: int, begin: datetime, count: int) -> Iterator[list[tuple[Leaf, Event]]]:
    serials: dict[int, int] = {}
    for turn in range(count):
        at = begin + turn * timedelta(minutes=5)
        year = day_in_denver(at).year
        serials[year] = serials.get(year, 0) + 1
        yield _history(first + turn * LEAVES, at, serials[year])


def _store(database: Database, settings: Settings, histories: list[list[tuple[Leaf, Event]]]) -> None:
    rows, entries, hashes = [], [], []
    for history in histories:
        for leaf, event in history:
            rest_salt, salt = secrets.token_bytes(16), secrets.token_bytes(16)
            payload = write_payload(event.payload(rest_hash(rest_salt, event.rest(SCREEN))))  # type: ignore[arg-type]  # all of it is JSON
            hashes.append(leaf_hash(entry(salt, payload)))
            rows.append(_event_row(leaf.index, event, rest_salt, salt, payload.decode()))
        entries.append(_row(public_inquiry([leaf for leaf, _ in history]), history[0][0].at))
    with _session(database, settings) as session:
        session.begin_batch()
        insert_rows(session.connection(), EventRow.__table__, rows)  # type: ignore[attr-defined]  # SQLModel's stub lacks it
        insert_rows(session.connection(), LogEntryRow.__table__, entries)  # type: ignore[attr-defined]  # as above
        ledger.append(session.connection(), session.next_index, hashes)
        session.commit()


def _event_row(index: int, event: Event, rest_salt: bytes, salt: bytes, payload: str) -> dict[str, Any]:
    return {
        "index": index,
        "at": event.at,
        "kind": event.kind,
        "by": event.by.id,
        "by_role": event.by.role,
        "inquiry_id": event.inquiry_id,
        "call_id": event.call_id,
        "subject": event.subject,
        "seq": event.seq,
        "detail": {},
        "sealed": dict(event.sealed),
        "screen_version": SCREEN,
        "rest_salt": rest_salt,
        "salt": salt,
        "payload": payload,
    }


def _history(first: int, at: datetime, serial: int) -> list[tuple[Leaf, Event]]:
    """Return what happened to one inquiry: logged, called, confirmed, answered."""
    number = log_number(day_in_denver(at).year, serial)
    inquiry_id, call_id = (f"019a9c1c-{kind}-7000-8000-{serial:012d}" for kind in ("0001", "0002"))
    minute = to_minute(at)
    called = {"call": 1, "placed_at": minute, "status": Status.CALLING, "answer": None}
    ended = {
        "call": 1,
        "outcome": "confirmed",
        "agency": "ero",
        "status": Status.CONFIRMED,
        "answer": ANSWERS["confirmed"],
    }
    told: list[tuple[Kind, dict[str, Any], str | None, int]] = [
        (
            Kind.INQUIRY_LOGGED,
            {"asked_at": minute, "source": "public", "outlet": None, "status": "open", "answer": ANSWERS["open"]},
            None,
            0,
        ),
        (
            Kind.INQUIRY_PLACE,
            {
                "observed_at": minute,
                "activity": _ACTIVITIES[serial % len(_ACTIVITIES)],
                "area_command": ("valley", "southeast", "northeast")[serial % 3],
                "block": None
                if _ACTIVITIES[serial % len(_ACTIVITIES)] == "residence"
                else f"{serial % 90 + 1}00 block of Central Ave SE",
            },
            None,
            0,
        ),
        (Kind.INQUIRY_CALLED, called, call_id, 2),
        (Kind.INQUIRY_OUTCOME, ended, call_id, 9),
        (Kind.INQUIRY_ANSWERED, {"status": "confirmed", "method": "phone"}, None, 10),
    ]
    history = []
    for seq, (kind, data, call, later) in enumerate(told):
        then = at + timedelta(minutes=later)
        sealed = {"detail": "ab" * 32} if seq == 0 else {}
        event = Event(kind, then, DESK, inquiry_id, call, subject=number, seq=seq, data=data, sealed=sealed)
        leaf = Leaf(first + seq, kind, then.replace(second=0, microsecond=0), number, json.loads(json.dumps(data)))
        history.append((leaf, event))
    return history


def _row(told: Any, at: datetime) -> dict[str, Any]:  # noqa: ANN401  # a public inquiry
    stored = stored_entry(told, None, None, at.astimezone(UTC))
    if stored.listing is not Listing.SETTLED:
        raise AssertionError("every invented inquiry is settled")
    return {name: getattr(stored, name) for name in LogEntryRow.model_fields}
