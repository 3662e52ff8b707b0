"""A whole invented ledger in memory: what a service would have written, logged and published."""

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.domain.moment import to_minute
from app.ledger.checkpoint import Checkpoint, SigningKey, sign_checkpoint
from app.ledger.entry import entry, leaf_hash, rest_hash
from app.ledger.merkle import Frontier
from app.ledger.payload import write_payload
from app.ledger.source import Mirror, Opened, encode_log, encode_opened
from app.ledger.tiles import WIDTH, Kind, Resource, TileId, append_leaves, encode_entries, path_of, tiles_of, width_at

ORIGIN = "log.example/ledger"
KEY = SigningKey(ORIGIN, bytes(range(32)))
BEGIN = datetime(2026, 1, 31, 18, 4, 30, tzinfo=UTC)
ANSWERS = {
    status: {"en": f"Your inquiry is {status}.", "es": f"Su consulta está {status}."}
    for status in ("open", "calling", "confirmed", "not_ice", "unconfirmed", "withdrawn")
}


class InventedLedger:
    """Events are added by methods named for them; `write_mirror` exports what they make."""

    def __init__(self) -> None:
        self.leaves: list[Opened] = []
        self.closed: set[int] = set()
        self.log: dict[str, dict[str, Any]] = {}
        self.now = BEGIN
        self._seq: dict[str, int] = {}
        self._places: dict[str, int] = {}
        self.told: dict[str, dict[str, Any]] = {}

    def add(self, kind: str, subject: str | None, data: dict[str, Any], *, seq: int | None = None) -> int:
        index = len(self.leaves)
        if subject is not None and seq is None:
            seq = self._seq.get(subject, 0)
        if subject is not None:
            self._seq[subject] = seq + 1
        salt = hashlib.sha256(f"salt {index}".encode()).digest()[:16]
        written = write_payload(
            {
                "v": 1,
                "kind": kind,
                "at": to_minute(self.now),
                "by_role": "dispatcher",
                "subject": subject,
                "seq": seq,
                "data": data,
                "rest": rest_hash(salt, {"index": index}),
            }
        )
        self.leaves.append(Opened(written, salt))
        self.now += timedelta(seconds=40)
        return index

    def logged(self, number: str | None = None) -> str:
        number = number or f"2026-{len(self._places) + 1:06d}"
        asked = to_minute(self.now - timedelta(minutes=3))
        self.told[number] = {
            "number": number,
            "asked_at": asked,
            "source": "media",
            "outlet": "KUNM",
            "late": False,
            "calls": [],
            "corrections": [],
        }
        first = self.add(
            "inquiry:logged",
            number,
            {"asked_at": asked, "source": "media", "outlet": "KUNM", "status": "open", "answer": ANSWERS["open"]},
        )
        place = {
            "observed_at": asked,
            "activity": "worksite",
            "area_command": "southeast",
            "block": "1200 block of Central Ave SE",
        }
        self.closed.add(self.add("inquiry:place", number, place))
        self._places[number] = first + 1
        self.told[number] |= place
        return number

    def called(self, number: str) -> None:
        told, placed = self.told[number], to_minute(self.now)
        told["calls"].append({"placed_at": placed, "outcome": None, "agency": None})
        if len(told["calls"]) == 1:
            told["minutes_to_call"] = _minutes(told["asked_at"], placed)
        self.add(
            "inquiry:called",
            number,
            {"call": len(told["calls"]), "placed_at": placed, "status": "calling", "answer": ANSWERS["calling"]},
        )

    def outcome(self, number: str, outcome: str = "confirmed", status: str = "confirmed") -> int:
        told = self.told[number]
        told["calls"][-1] |= {"outcome": outcome, "agency": "ero"}
        told |= {"status": status, "answer": ANSWERS[status]}
        if "minutes_to_answer" not in told:
            told["minutes_to_answer"] = _minutes(told["asked_at"], to_minute(self.now))
        self.closed.discard(self._places[number])
        self.log[number] = told
        data = {"call": len(told["calls"]), "outcome": outcome, "agency": "ero", "status": status}
        return self.add("inquiry:outcome", number, data | {"answer": ANSWERS[status]})

    def corrected(self, number: str, replaces: int, outcome: str = "not_ice", status: str = "not_ice") -> int:
        told = self.told[number]
        told["corrections"].append(
            {"corrected_at": to_minute(self.now), "call": 1, "from": told["calls"][0]["outcome"], "to": outcome}
        )
        told["calls"][0] |= {"outcome": outcome, "agency": "hsi"}
        told |= {"status": status, "answer": ANSWERS[status]}
        data = {"call": 1, "outcome": outcome, "agency": "hsi", "status": status, "answer": ANSWERS[status]}
        return self.add("inquiry:corrected", number, data | {"replaces": replaces})

    def withdrawn(self, number: str) -> None:
        data = {"reason": "duplicate", "replaced_by": "2026-000001"}
        day = datetime.fromisoformat(self.told[number]["asked_at"]) - timedelta(hours=7)
        self.log[number] = {"number": number, "day": day.date().isoformat(), "status": "withdrawn", **data}
        self.add("inquiry:withdrawn", number, data | {"status": "withdrawn", "answer": ANSWERS["withdrawn"]})

    def settled(self, number: str | None = None) -> str:
        number = self.logged(number)
        self.called(number)
        self.outcome(number)
        self.add("inquiry:answered", number, {"status": "confirmed", "method": "phone"})
        return number

    def entries(self) -> list[bytes]:
        return [entry(leaf.salt, leaf.payload) for leaf in self.leaves]

    def checkpoint(self, size: int | None = None) -> bytes:
        entries = self.entries()[:size]
        root = Frontier().append(map(leaf_hash, entries)).root()
        return sign_checkpoint(Checkpoint(ORIGIN, len(entries), root), [KEY])

    def write_mirror(self, directory: Path) -> Path:
        entries, size = self.entries(), len(self.leaves)
        files = {"ledger/checkpoint": self.checkpoint(), "ledger/key": f"{KEY.verifier}\n".encode()}
        for tile, data in tiles_over(entries).items():
            files["ledger/" + path_of(Resource(Kind.TILE, *tile, width_at(tile, size)))] = data
        for number in tiles_of(size, 0):
            span = slice(number * WIDTH, (number + 1) * WIDTH)
            width = width_at(TileId(0, number), size)
            files["ledger/" + path_of(Resource(Kind.ENTRIES, 0, number, width))] = encode_entries(entries[span])
            opened = [None if index in self.closed else leaf for index, leaf in enumerate(self.leaves)][span]
            files["ledger/" + path_of(Resource(Kind.OPENED, 0, number))] = encode_opened(number, opened)
        files["log.json"] = b"".join(encode_log(self.log.values()))
        for name, data in files.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_bytes(data)
        return directory

    def mirror(self, directory: Path) -> Mirror:
        return Mirror(self.write_mirror(directory))


def tiles_over(entries: list[bytes], batch: Callable[[], int] = lambda: 100) -> dict[TileId, bytes]:
    """The tiles as a store would keep them that appends a batch at a time."""
    tiles: dict[TileId, bytes] = {}
    size = 0
    while size < len(entries):
        hashes = [leaf_hash(one) for one in entries[size : size + batch()]]
        tiles |= append_leaves(size, tiles, hashes)
        size += len(hashes)
    return tiles


def a_ledger(inquiries: int = 60) -> InventedLedger:
    """Settled, corrected, withdrawn and open inquiries, staff's events between them, the last leaves still closed."""
    ledger = InventedLedger()
    for turn in range(inquiries):
        number = ledger.logged()
        if turn % 7 == 3:
            ledger.withdrawn(number)
        elif turn % 11 != 5:
            ledger.called(number)
            ledger.add("alert:raised", None, {})
            replaced = ledger.outcome(number)
            ledger.add("inquiry:answered", number, {"status": "confirmed", "method": "phone"})
            if turn % 5 == 4:
                ledger.corrected(number, replaced)
    pending = ledger.logged()
    ledger.closed |= set(range(len(ledger.leaves) - 2, len(ledger.leaves)))
    del ledger.told[pending]
    return ledger


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _minutes(begin: str, end: str) -> int:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)) // timedelta(minutes=1)
