"""What the ledger costs: an inclusion proof, an append, and verifying beside plain hashing of the same bytes.

Run: python -m bench.ledger [leaves]. Everything is in memory; what the tables add is measured with the service.
"""

import gc
import hashlib
import os
import resource
import statistics
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from time import perf_counter

from app.domain.moment import to_minute
from app.ledger.checkpoint import Checkpoint, SigningKey, sign_checkpoint
from app.ledger.entry import entry
from app.ledger.merkle import frontier, inclusion_holds, inclusion_proof, leaf_hash
from app.ledger.payload import write_payload
from app.ledger.source import LogEntry, Opened
from app.ledger.tiles import WIDTH, TileId, append_leaves, hashes_in, partial_tiles
from app.ledger.verify import verify

KEY = SigningKey("log.example/ledger", bytes(32))
BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
LEAVES_OF_AN_INQUIRY = 5
ANSWER = {
    "en": "ICE says that this is its own activity. Ask for a name and a badge number; you may film from a distance.",
    "es": "ICE dice que esta actividad es suya. Pida nombre y número de placa; puede grabar a distancia.",
}


def stored_tiles(leaves: int) -> dict[TileId, bytes]:
    """Return the tiles of a tree of this many leaves, appended by the thousand."""
    tiles: dict[TileId, bytes] = {}
    for size in range(0, leaves, 1_000):
        batch = [leaf_hash(b"%d" % index) for index in range(size, min(size + 1_000, leaves))]
        tiles |= append_leaves(size, tiles, batch)
    return tiles


def proof_seconds(tiles: dict[TileId, bytes], leaves: int, proofs: int = 300) -> list[float]:
    """Return how long single inclusion proofs took, each held against the root."""
    read = hashes_in(lambda wanted: {tile: tiles[tile] for tile in wanted})
    root = frontier(leaves, read).root()
    taken = []
    for turn in range(proofs):
        index = turn * 7_919_993 % leaves
        begin = perf_counter()
        proof = inclusion_proof(index, leaves, read)
        taken.append(perf_counter() - begin)
        if not inclusion_holds(leaf_hash(b"%d" % index), index, leaves, proof, root):
            raise AssertionError(f"the proof of leaf {index} does not hold")
    return taken


def append_seconds(tiles: dict[TileId, bytes], leaves: int, batch: int = 64, batches: int = 300) -> list[float]:
    """Return how long appends of a batch took, from entries to the tiles that are to be stored."""
    edge = {tile: tiles[tile] for tile in partial_tiles(leaves)}
    taken = []
    for turn in range(batches):
        entries = [b"v1 %064d" % (turn * batch + place) for place in range(batch)]
        begin = perf_counter()
        edge = edge | append_leaves(leaves, edge, [leaf_hash(added) for added in entries])
        leaves += batch
        taken.append(perf_counter() - begin)
    return taken


class InventedLedger:
    """A sound ledger of inquiries that were called about, settled and answered; made anew each time it is read."""

    makes_entries_from_openings = False

    def __init__(self, leaves: int) -> None:
        self.inquiries = leaves // LEAVES_OF_AN_INQUIRY
        self.size = self.inquiries * LEAVES_OF_AN_INQUIRY
        self._opened: list[Opened] = []
        self._entries: list[bytes] = []
        for number in range(self.inquiries):
            self._opened += opened_of(number)
        self._entries = [entry(leaf.salt, leaf.payload) for leaf in self._opened]
        self._tiles: dict[TileId, bytes] = {}
        for size in range(0, self.size, WIDTH):
            self._tiles |= append_leaves(size, self._tiles, [*map(leaf_hash, self._entries[size : size + WIDTH])])

    def key(self) -> bytes:
        """Return the verifier key."""
        return str(KEY.verifier).encode()

    def checkpoint(self) -> bytes:
        """Return the signed head."""
        read = hashes_in(lambda wanted: {tile: self._tiles[tile] for tile in wanted})
        return sign_checkpoint(Checkpoint(KEY.name, self.size, frontier(self.size, read).root()), [KEY])

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Return a stored tile."""
        return self._tiles[TileId(level, number)][: width * 32]

    def entries(self, number: int, width: int) -> Sequence[bytes]:
        """Return a bundle's entries."""
        return self._entries[number * WIDTH : number * WIDTH + width]

    def opened(self, number: int) -> Sequence[Opened]:
        """Return what opens a bundle's leaves."""
        return self._opened[number * WIDTH : (number + 1) * WIDTH]

    def log(self) -> Iterator[LogEntry]:
        """Return the public log, newest first."""
        return map(log_entry, range(self.inquiries - 1, -1, -1))

    def entry_now(self, number: str) -> None:
        """Return None: nothing changes."""

    def hashed(self) -> list[bytes]:
        """Return the bytes that a verifier has to hash: openings, leaves and nodes."""
        nodes = [bytes(65)] * (self.size - 1)
        leaves = [b"\x00" + committed for committed in self._entries]
        return [leaf.salt + leaf.payload for leaf in self._opened] + leaves + nodes


def log_entry(count: int) -> LogEntry:
    """Return the entry of the public log for an inquiry."""
    at = to_minute(BEGIN + timedelta(minutes=count))
    return {
        "number": f"2026-{count + 1:06d}",
        "asked_at": at,
        "observed_at": at,
        "block": "1200 block of Central Ave SE",
        "area_command": "southeast",
        "activity": "worksite",
        "source": "public",
        "outlet": None,
        "status": "confirmed",
        "answer": ANSWER,
        "calls": [{"placed_at": at, "outcome": "confirmed", "agency": "ero"}],
        "minutes_to_call": 0,
        "minutes_to_answer": 0,
        "late": False,
        "corrections": [],
    }


def opened_of(count: int) -> Iterator[Opened]:
    """Yield the five leaves of an inquiry, opened."""
    told, at = log_entry(count), to_minute(BEGIN + timedelta(minutes=count))
    outcome = {"outcome": "confirmed", "agency": "ero"}
    now = {"status": "confirmed", "answer": ANSWER}
    events = [
        ("inquiry:logged", {name: told[name] for name in ("asked_at", "source", "outlet")} | now | {"status": "open"}),
        ("inquiry:place", {name: told[name] for name in ("observed_at", "activity", "area_command", "block")}),
        ("inquiry:called", {"call": 1, "placed_at": told["asked_at"], "status": "calling", "answer": ANSWER}),
        ("inquiry:outcome", {"call": 1} | outcome | now),
        ("inquiry:answered", {"status": "confirmed", "method": "phone"}),
    ]
    for seq, (kind, data) in enumerate(events):
        written = write_payload(
            {
                "v": 1,
                "kind": kind,
                "at": at,
                "by_role": "dispatcher",
                "subject": told["number"],
                "seq": seq,
                "data": data,
                "rest": hashlib.sha256(b"%d" % count).hexdigest(),
            }
        )
        yield Opened(written, os.urandom(16))


def verify_seconds(ledger: InventedLedger) -> tuple[float, float, int]:
    """Return how long verifying took, how long plain hashing of the same bytes takes, and the peak in kB."""
    begin = perf_counter()
    report = verify(ledger, [KEY.verifier])
    verified = perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if not report.sound or report.opened != ledger.size:
        raise AssertionError(f"a sound ledger was found unsound: {report.problems[:3]}")
    hashed = ledger.hashed()
    sha256 = hashlib.sha256
    begin = perf_counter()
    for part in hashed:
        sha256(part).digest()
    return verified, perf_counter() - begin, peak


def main(leaves: int) -> None:
    """Print the figures with what each has to reach."""
    tiles = stored_tiles(leaves)
    proofs, appends = proof_seconds(tiles, leaves), append_seconds(tiles, leaves)
    print(
        f"inclusion proof of {leaves:,}: median {statistics.median(proofs) * 1e3:.2f} ms, "
        f"longest {max(proofs) * 1e3:.2f} ms (at most 2 ms)"
    )
    print(
        f"append of 64 to {leaves:,}: median {statistics.median(appends) * 1e6:.0f} µs, "
        f"longest {max(appends) * 1e6:.0f} µs"
    )
    edge = frontier(leaves, hashes_in(lambda wanted: {tile: tiles[tile] for tile in wanted}))
    begin = perf_counter()
    edge.append(leaf_hash(b"%d" % place) for place in range(64)).root()
    print(f"frontier of {leaves:,}, 64 leaves and the root: {(perf_counter() - begin) * 1e6:.0f} µs")
    for share in (leaves // 10, leaves // 4):
        ledger = InventedLedger(share)
        gc.collect()
        gc.freeze()  # a real source does not keep its rows in memory, so they are no work for the collector
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        verified, hashed, peak = verify_seconds(ledger)
        print(
            f"verify {ledger.size:,} events: {ledger.size / verified:,.0f}/s, {hashed / verified:.2f} of plain hashing "
            f"({ledger.size / hashed:,.0f}/s); memory at its peak +{max(0, peak - before) / 1024:.0f} MB"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
