"""The parts of a ledger, checked one after the other in this process: what several processes do at once."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.ledger.parts import Asked, Later, Part, PartRead
from app.ledger.payload import read_payload
from app.ledger.report import Problems
from app.ledger.source import LogEntry, Opened, Source
from app.ledger.tiles import WIDTH


class PartsInTurn:
    """Parts of a few bundles each. `sure` is what came out: None before they were asked."""

    def __init__(self, source: Source, bundles: int = 1) -> None:
        self.sure: bool | None = None
        self._source = source
        self._bundles = bundles
        self._parts: list[Part] = []

    def read(self, asked: Asked) -> Sequence[PartRead | None]:
        self.sure = False
        end = -(-asked.size // WIDTH)
        sources = [_PartOf(self._source, first) for first in range(0, end, self._bundles)]
        for source in sources:
            source.others = sources
            first = source.first
            self._parts.append(Part(source, Problems(), first, min(first + self._bundles, end)))
        return [part.read(asked) for part in self._parts]

    def finish(self, later: Sequence[Later], newest_at: str) -> bool:
        self.sure = all(part.finish(of_this, newest_at) for part, of_this in zip(self._parts, later, strict=True))
        return self.sure


class _PartOf:
    """A source whose log is that of the inquiries that begin in one part; what begins nowhere is in the first one's."""

    def __init__(self, source: Source, first: int) -> None:
        self.first = first
        self.others: list[_PartOf] = []
        self.begun: set[str] = set()
        self._source = source

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def opened(self, number: int) -> Sequence[Opened | None]:
        opened = self._source.opened(number)
        if number >= self.first:
            self.begun.update(number for leaf in opened if leaf and (number := _number_that_begins(leaf)))
        return opened

    def log(self) -> Iterator[LogEntry]:
        elsewhere = set().union(*(other.begun for other in self.others if other is not self))
        for entry in self._source.log():
            number = entry.get("number") if isinstance(entry, dict) else None
            if number in self.begun or (self.first == 0 and number not in elsewhere):
                yield entry


def _number_that_begins(leaf: Opened) -> str | None:
    try:
        read = read_payload(leaf.payload)
    except ValueError:
        return None
    return read.subject if read.kind == "inquiry:logged" else None
