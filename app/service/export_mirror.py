"""The mirror kit for a newsroom: the whole public log and all that proves it, as files that need no server of ours.

What is there already is not written again: full tiles and bundles never change, and opened leaves change only where
something became public since.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from string import Template
from xml.sax.saxutils import escape

import orjson
from sqlmodel import Session

from app.domain.moment import exact, to_minute
from app.domain.publication import unsettled_before
from app.ledger.checkpoint import Checkpoint, NoteRefused, VerifierKey, open_checkpoint
from app.ledger.entry import ENTRY_BYTES
from app.ledger.merkle import HASH_BYTES
from app.ledger.source import encode_log, encode_opened
from app.ledger.tiles import WIDTH, Kind, Resource, TileId, encode_entries, path_of, tiles_of, width_at
from app.service.log_formats import as_atom, as_csv
from app.service.read_evidence import opened_leaves
from app.service.sign_checkpoint import known_keys
from app.store import ledger, log
from app.store.log import BEGINNING, LogFilter, LogList, Publication
from app.store.mirror import MirrorFolder

FEED = "log.atom"
_STATE = "export.json"
# What is there beside the ledger, and what says of each file that it is whole; `sha256sum -c SHA256SUMS` reads it too.
KIT = ("log.json", "log.csv", "log-withdrawn.csv", "log-unsettled.csv", FEED, "index.html", _STATE)
SUMS = "SHA256SUMS"
_PAGE = Path(__file__).with_name("mirror_page.html")
NEWEST_IN_FEED = 200
_ENTRY_IN_BUNDLE = ENTRY_BYTES + 2

Progress = Callable[[int, int], None]
"""Told how many events of how many are done."""


class NotThisLedger(Exception):
    """The folder holds a mirror of another ledger, or of one that this does not continue."""


class NothingSigned(Exception):
    """There is no checkpoint yet."""


def export_mirror(session: Session, folder: MirrorFolder, today: date, progress: Progress) -> int:
    """Bring a mirror to the ledger's state and return the number of events it holds.

    All is read from one state of the database. Raises NothingSigned, NotThisLedger, OSError.
    """
    newest = ledger.newest_checkpoint(session)
    if newest is None:
        raise NothingSigned
    trusted = known_keys(session)
    checkpoint = open_checkpoint(newest.note, trusted)
    _require_same(session, folder, trusted, checkpoint)
    folder.begin(last=SUMS)
    _export_tree(session, folder, checkpoint.size)
    now = log.publication(session)
    _export_opened(session, folder, checkpoint.size, progress)
    lasting = unsettled_before(today)
    for listed in LogList:
        _export_csv(session, folder, table_name(listed), LogFilter(lasting, listed))
    with folder.open("log.json") as file:
        for line in encode_log(_entries(session, lasting)):
            file.write(line)
    rows = log.newest_updated(session, LogFilter(lasting), limit=NEWEST_IN_FEED)
    folder.put(FEED, as_atom(rows, checkpoint.origin, to_minute(now.moved_at)))
    folder.put("ledger/checkpoint", newest.note)
    folder.put("ledger/key", "".join(f"{key}\n" for key in trusted).encode())
    folder.put("index.html", _page(checkpoint, newest.note, [str(key) for key in trusted], now.moved_at))
    folder.put(_STATE, orjson.dumps({"cut": now.cut, "moved_at": exact(now.moved_at)}))
    folder.finish(SUMS, sums_of(folder.draft))
    return checkpoint.size


def table_name(listed: LogList) -> str:
    """Return the name of a list's table."""
    return "log.csv" if listed is LogList.SETTLED else f"log-{listed.value}.csv"


def sums_of(folder: Path) -> bytes:
    """Return what SHA256SUMS says of a folder's files. Raises OSError where one is missing."""
    lines = []
    for name in (*KIT, "ledger/checkpoint", "ledger/key"):
        with (folder / name).open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n")
    return "".join(lines).encode()


def read_state(folder: Path) -> Publication:
    """Return how far the public saw at an export. Raises OSError and ValueError where that is not known."""
    told = orjson.loads((folder / _STATE).read_bytes())
    try:
        return Publication(cut=int(told["cut"]), moved_at=datetime.fromisoformat(told["moved_at"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"{_STATE} tells something else") from error


def _require_same(session: Session, folder: MirrorFolder, trusted: list[VerifierKey], checkpoint: Checkpoint) -> None:
    filed = folder.read("ledger/checkpoint")
    if filed is None:
        if folder.folder.exists() and any(folder.folder.iterdir()):
            raise NotThisLedger
        return
    try:
        before = open_checkpoint(filed, trusted)
    except NoteRefused:
        raise NotThisLedger from None
    if before.size > checkpoint.size or ledger.root_at(session, before.size) != before.root:
        raise NotThisLedger


def _export_tree(session: Session, folder: MirrorFolder, size: int) -> None:
    level = 0
    while size >> (8 * level):
        for number in tiles_of(size, level):
            tile = TileId(level, number)
            width = width_at(tile, size)
            name = "ledger/" + path_of(Resource(Kind.TILE, level, number, width))
            if not folder.keep(name, width * HASH_BYTES):
                hashes = ledger.read_tiles(session.connection(), [tile])[tile]
                folder.put(name, hashes[: width * HASH_BYTES])
        level += 1


def _export_opened(session: Session, folder: MirrorFolder, size: int, progress: Progress) -> None:
    """Write bundles of entries, and what opens them; the latter anew only where something may have become public."""
    before = _state(folder)
    changed = log.places_opened_since(session, before.moved_at) if before.cut else set()
    changed_bundles = {index // WIDTH for index in changed}
    for number in tiles_of(size, 0):
        first = number * WIDTH
        end = min(first + WIDTH, size)
        entries = "ledger/" + path_of(Resource(Kind.ENTRIES, 0, number, end - first))
        if not folder.keep(entries, (end - first) * _ENTRY_IN_BUNDLE):
            folder.put(entries, encode_entries(ledger.entries(session, first, end)))
        opened = "ledger/" + path_of(Resource(Kind.OPENED, 0, number))
        as_before = first + WIDTH <= before.cut and number not in changed_bundles
        if not (as_before and folder.keep(opened)):
            folder.put(opened, encode_opened(number, opened_leaves(session, number, size)))
        progress(end, size)


def _state(folder: MirrorFolder) -> Publication:
    """Return how far the public saw at the last export; from the beginning where that is not known."""
    try:
        return read_state(folder.folder)
    except (OSError, ValueError):
        return Publication(moved_at=BEGINNING)


def _export_csv(session: Session, folder: MirrorFolder, name: str, narrowed: LogFilter) -> None:
    short = narrowed.listed is not LogList.SETTLED
    with folder.open(name) as file:
        file.write(as_csv([], short=short))
        for rows in log.in_pages(session, narrowed):
            file.write(as_csv(rows, short=short, with_header=False))


def _entries(session: Session, lasting: date) -> Iterator[dict[str, object]]:
    for listed in LogList:
        for rows in log.in_pages(session, LogFilter(lasting, listed)):
            for row in rows:
                yield orjson.loads(row.entry)


def _page(checkpoint: Checkpoint, note: bytes, keys: list[str], moved_at: datetime) -> bytes:
    return (
        Template(_PAGE.read_text(encoding="utf-8"))
        .substitute(
            origin=escape(checkpoint.origin),
            size=f"{checkpoint.size:,}",
            at=to_minute(moved_at),
            checkpoint=escape(note.decode()),
            keys=escape("\n".join(keys)),
        )
        .encode()
    )
