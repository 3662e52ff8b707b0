"""The parts of a ledger, checked one after the other in this process: what several processes do at once."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from app.ledger.checkpoint import VerifierKey
from app.ledger.parts import Asked, Part, PartRead
from app.ledger.payload import Leaf, read_payload
from app.ledger.report import Problems, Report
from app.ledger.source import LogEntry, Mirror, Missing, Opened
from app.ledger.tiles import WIDTH
from app.ledger.verify import verify


def verified(mirror: Mirror, keys: list[VerifierKey], older: Sequence[bytes], bundles: int = 1) -> tuple[Report, bool]:
    """Verify by parts of a few bundles each; tell what is found, and whether the parts were sure that all is sound."""
    parts = _PartsInTurn(_WholeMirror(_folder_of(mirror)), bundles)
    in_order = _InOrder(_folder_of(mirror))
    report = verify(in_order, keys, older, parts)
    return report, parts.asked and not in_order.was_read


class _InOrder(Mirror):
    """A mirror that knows whether it was read in order, as is done where parts are not sure."""

    was_read = False

    def entries(self, number: int, width: int) -> Sequence[bytes]:
        self.was_read = True
        return super().entries(number, width)


class _PartsInTurn:
    asked = False

    def __init__(self, source: "_WholeMirror", bundles: int) -> None:
        self._source = source
        self._bundles = bundles

    def read(self, asked: Asked) -> Sequence[PartRead | None]:
        self.asked = True
        end = -(-asked.size // WIDTH)
        return [
            Part(self._source, Problems(), first, min(first + self._bundles, end)).read(asked)
            for first in range(0, end, self._bundles)
        ]


class _WholeMirror(Mirror):
    """A mirror that also finds the entries that belong to a bundle, and the leaves of an inquiry."""

    def logged(self, number: int) -> Sequence[tuple[int, LogEntry]]:
        firsts = self._firsts
        return [
            (firsts[entry["number"]], entry)
            for entry in self._entries
            if firsts.get(entry["number"], -1) // WIDTH == number
        ]

    def any_logged_outside(self, _size: int) -> bool:
        firsts = self._firsts
        return any(entry["number"] not in firsts for entry in self._entries)

    def leaves_of(self, number: str) -> Sequence[tuple[int, Opened]]:
        return [(index, opened) for index, opened, leaf in self._leaves if leaf.subject == number]

    def entry_now(self, number: str) -> LogEntry | None:
        return next((entry for entry in self._entries if entry["number"] == number), None)

    @cached_property
    def _entries(self) -> list[LogEntry]:
        return list(self.log())

    @cached_property
    def _firsts(self) -> dict[str, int]:
        """The first leaf of each inquiry, by its number."""
        firsts: dict[str, int] = {}
        for index, _, leaf in self._leaves:
            if leaf.kind == "inquiry:logged":
                firsts.setdefault(leaf.subject or "", index)
        return firsts

    @cached_property
    def _leaves(self) -> list[tuple[int, Opened, Leaf]]:
        found = []
        for number in range(len(list((self._directory / "ledger/opened").iterdir()))):
            with suppress(Missing, ValueError):
                bundle = self.opened(number)
                for place, opened in enumerate(bundle):
                    with suppress(ValueError):
                        if opened is not None:
                            found.append((number * WIDTH + place, opened, read_payload(opened.payload)))
        return found


def _folder_of(mirror: Mirror) -> Path:
    return mirror._directory  # noqa: SLF001  # where it is
