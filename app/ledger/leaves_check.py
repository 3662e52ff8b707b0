"""Do the opened leaves fit their entries, and is nothing left out before them.

Part of the verifier. Every leaf is opened once the publication delay has passed, save the place of an inquiry that was
never settled; a correction opens at once. So a closed leaf, or a gap in seq, that lies before an open leaf which is no
correction was left out.
"""

import hashlib
from collections.abc import Sequence
from itertools import zip_longest
from typing import Protocol

from app.ledger.entry import SALT_BYTES, opens
from app.ledger.history import Inquiry, first_leaf, follow
from app.ledger.payload import Leaf, read_payload, read_payloads
from app.ledger.report import Problems
from app.ledger.source import Missing, Opened, Source
from app.ledger.tiles import WIDTH

CORRECTED = "inquiry:corrected"
LOGGED = "inquiry:logged"
PLACE = "inquiry:place"
CONTINUED = "log:continued"


def newest_open(source: Source, size: int) -> int:
    """Return the index of the newest open leaf that is no correction, -1 where there is none.

    All before it has to be open from now on, however long the reading takes and whatever is published meanwhile.
    """
    for number in range((size - 1) // WIDTH, -1, -1):
        try:
            opened = source.opened(number)[: size - number * WIDTH]
        except (Missing, ValueError):
            continue  # told when the bundle is read in its turn
        for place in range(len(opened) - 1, -1, -1):
            leaf = opened[place]
            if leaf is not None and _kind_of(leaf) != CORRECTED:
                return number * WIDTH + place
    return -1


def _kind_of(leaf: Opened) -> str | None:
    try:
        return read_payload(leaf.payload).kind
    except ValueError:
        return None


class Inquiries(Protocol):
    """Where the inquiries are that leaves tell of."""

    def get(self, number: str) -> Inquiry | None:
        """Return an inquiry, None where no first leaf of it is at hand. Changes to it are kept."""

    def add(self, inquiry: Inquiry) -> None:
        """Add an inquiry, or replace it."""

    def miss(self, number: str) -> None:
        """Take note of a leaf whose inquiry is not at hand. Raises ValueError if it ought to be."""


class LeavesCheck:
    """The opened leaves while they come in. `newest` is that of `newest_open`; what opened after it is passed over.

    Without `entries_told` the entries were made from the openings just now, and are not held against them once more.
    A check that begins after the first leaf (`begin_at`) leaves to others what goes on from before it.
    """

    def __init__(self, problems: Problems, newest: int, inquiries: Inquiries, *, entries_told: bool = True) -> None:
        self.opened = 0
        self.newest_at = ""
        self.first_in_year: dict[str, int] = {}
        self.next_in_year: dict[str, int] = {}
        self._problems = problems
        self._newest = newest
        self._inquiries = inquiries
        self._entries_told = entries_told
        self._begins_later = False
        self._continued = False
        self._places: set[int] = set()
        self._gaps: list[tuple[int, str]] = []

    def begin_at(self, index: int, before: Opened | None) -> None:
        """Begin with this leaf, and not with the first; `before` is what opens the one before it."""
        self._begins_later = True
        if before is not None and _kind_of(before) == LOGGED:
            self._places.add(index)

    def add(self, number: int, entries: Sequence[bytes], opened: Sequence[Opened | None]) -> None:
        """Take a bundle in with what opens its leaves."""
        sha256, told = hashlib.sha256, self._entries_told
        indexes, payloads, closed = [], [], []
        for index, (entry, leaf) in enumerate(zip_longest(entries, opened[: len(entries)]), number * WIDTH):
            if leaf is None:
                closed.append(index)
                continue
            payload, salt = leaf
            if len(salt) == SALT_BYTES and (not told or b"v1 " + sha256(salt + payload).hexdigest().encode() == entry):
                indexes.append(index)
                payloads.append(payload)
            else:
                self._problems.add(index, "what opens the leaf is not what was committed to")
        for index, read in zip(indexes, read_payloads(payloads), strict=True):
            try:
                if isinstance(read, ValueError):
                    raise read
                if index <= self._newest or read.kind == CORRECTED:
                    self._open(index, read)
            except ValueError as error:
                self._problems.add(index, str(error))
        self._check_closed(closed)

    def finish(self) -> None:
        """Tell of the gaps before corrections that should have closed by now."""
        for index, number in self._gaps:
            if index < self._newest:
                self._problems.add(index, f"leaves of {number} are left out before its correction")

    def _check_closed(self, closed: Sequence[int]) -> None:
        for index in closed:
            if index < self._newest and index not in self._places:
                self._problems.add(index, "the leaf is closed, and a later one is open")
        self._places = {max(self._places, default=-1)}  # the next bundle may begin with the place

    def _open(self, index: int, leaf: Leaf) -> None:
        self.opened += 1
        if index == self._newest:
            self.newest_at = leaf.at
        if leaf.subject is None:
            if leaf.kind == CONTINUED:
                if index:
                    raise ValueError("only the first leaf can continue an older log")
                self._continued = True
            return
        if leaf.seq == 0:
            self._begin(index, leaf, leaf.subject)
            return
        inquiry = self._inquiries.get(leaf.subject)
        if inquiry is None:
            self._inquiries.miss(leaf.subject)
            return
        follow(inquiry, index, leaf)
        if inquiry.gap == index:
            self._gaps.append((index, leaf.subject))

    def _begin(self, index: int, leaf: Leaf, number: str) -> None:
        inquiry = first_leaf(index, leaf)
        year, _, written = number.partition("-")
        count = int(written)
        expected = self.next_in_year.get(year)
        if (expected is not None and count < expected) and self._inquiries.get(number) is not None:
            raise ValueError(f"two first leaves for {number}")
        continues = self._continued and not self.next_in_year
        self._places.add(index + 1)  # the place is written with the first leaf, next to it
        self._inquiries.add(inquiry)
        self.next_in_year[year] = max(count + 1, expected or 0)
        if expected is None:
            self.first_in_year[year] = count
            # A log that continues another begins with whatever number comes next; what came before is told elsewhere.
            if continues or self._begins_later:
                return
        if count != (expected or 1):
            raise ValueError(f"{number} is not the number that follows: {year}-{expected or 1:06d} is left out")


def history_of(source: Source, number: str, first: int, size: int) -> Inquiry | None:
    """Return what is told of one inquiry now, from its first leaf on; used where the log moved while it was read.

    Raises ValueError, and Missing, for what is wrong with it.
    """
    inquiry: Inquiry | None = None
    for bundle in range(first // WIDTH, -(-size // WIDTH)):
        base = bundle * WIDTH
        entries = source.entries(bundle, min(WIDTH, size - base))
        for index, (entry, leaf) in enumerate(zip(entries, source.opened(bundle), strict=False), base):
            if leaf is None or number.encode() not in leaf.payload:
                continue
            read = read_payload(leaf.payload)
            if read.subject != number:
                continue
            if not opens(entry, leaf.salt, leaf.payload):
                raise ValueError(f"what opens leaf {index} is not what was committed to")
            if inquiry is None:
                inquiry = first_leaf(index, read)
            else:
                follow(inquiry, index, read)
    return inquiry
