"""Whether what a mirror holds beside the ledger, its tables, feed and page, tells the same as its `log.json`.

`log.json` itself is held against the leaves by the verifier. A mirror of the endpoints alone has none of these files.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import orjson

from app.domain.moment import to_minute
from app.ledger.payload import read_payload
from app.ledger.report import Problem
from app.ledger.source import LogEntry, Mirror, Missing
from app.ledger.tiles import WIDTH
from app.service.export_mirror import FEED, KIT, NEWEST_IN_FEED, SUMS, read_state, sums_of, table_name
from app.service.log_formats import as_atom, as_csv
from app.store.log import LogList, LogRow

_NUMBER_IN_FEED = re.compile(rb"<id>https://[^<]*/v1/log/([0-9]{4}-[0-9]{6,9})</id>")


def kit_problems(folder: Path) -> list[Problem]:
    """Return what is wrong with a mirror's files that are no part of its ledger, each with its leaf if it has one."""
    if not any((folder / name).exists() for name in (*KIT, SUMS)):
        return []
    problems = [Problem(None, f"{name} is not what {SUMS} says") for name in _otherwise_summed(folder)]
    try:
        problems += _differences(folder)
    except (Missing, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        problems.append(Problem(None, f"the files beside the ledger cannot be read: {error!r}"))
    return problems


def _otherwise_summed(folder: Path) -> list[str]:
    """Return the files that have another sum than is told of them; the sums themselves where only they differ."""
    try:
        told = (folder / SUMS).read_bytes().splitlines()
        expected = sums_of(folder).splitlines()
    except OSError as error:
        return [Path(error.filename).name]
    other = [line.split()[-1].decode() for line in expected if line not in told]
    return other or ([SUMS] if told != expected else [])


def _differences(folder: Path) -> Iterator[Problem]:
    """Hold each row of the tables and each entry of the feed against `log.json`, in one reading of it."""
    source = Mirror(folder)
    feed = _Feed(folder)
    with ExitStack() as stack:
        tables = {
            listed: _Table(stack.enter_context((folder / table_name(listed)).open("rb")), listed) for listed in LogList
        }
        for entry in source.log():
            listed = _list_of(entry)
            if tables[listed].differs_from(entry):
                yield _at(source, entry["number"], f"{table_name(listed)} tells {entry['number']} otherwise")
            feed.compare(entry)
        for listed, table in tables.items():
            if table.has_more():
                yield Problem(None, f"{table_name(listed)} has rows that log.json has not")
    number = feed.first_difference(source)
    if number is not None:
        yield _at(source, number, f"{FEED} does not tell what changed last")


def _list_of(entry: LogEntry) -> LogList:
    if "calls" in entry:
        return LogList.SETTLED
    return LogList.WITHDRAWN if entry["status"] == "withdrawn" else LogList.UNSETTLED


class _Table:
    """A table, read as far as it agrees."""

    def __init__(self, file: BinaryIO, listed: LogList) -> None:
        self._file = file
        self._short = listed is not LogList.SETTLED
        header = as_csv([], short=self._short)
        self._agrees = file.read(len(header)) == header

    def differs_from(self, entry: LogEntry) -> bool:
        """Tell whether the next row is the first that is not this entry's."""
        if not self._agrees:
            return False
        row = as_csv([_row(entry)], short=self._short, with_header=False)
        self._agrees = self._file.read(len(row)) == row
        return not self._agrees

    def has_more(self) -> bool:
        """Tell whether rows are left over, or the header was another."""
        return self._agrees and self._file.read(1) != b""


class _Feed:
    """The feed, whose entries are looked for while the log is read."""

    def __init__(self, folder: Path) -> None:
        self._written = (folder / FEED).read_bytes()
        self._moved_at = read_state(folder).moved_at
        self._numbers = [number.decode() for number in _NUMBER_IN_FEED.findall(self._written)]
        self._told: dict[str, LogEntry] = {number: {} for number in self._numbers}
        self._left_out = ""
        self._settled = 0

    def compare(self, entry: LogEntry) -> None:
        """Take an entry of the log in."""
        if "calls" not in entry:
            return
        self._settled += 1
        if entry["number"] in self._told:
            self._told[entry["number"]] = entry
        else:
            self._left_out = max(self._left_out, entry["updated_at"])

    def first_difference(self, source: Mirror) -> str | None:
        """Return the first number where the feed is another than it has to be, empty where it is none's."""
        for number, told in self._told.items():
            if not told:
                return number
        updated = [self._told[number]["updated_at"] for number in self._numbers]
        if (
            len(updated) != min(NEWEST_IN_FEED, self._settled)
            or updated != sorted(updated, reverse=True)
            or (updated and self._left_out > updated[-1])
        ):
            return ""
        origin = source.checkpoint().decode().partition("\n")[0]
        rows = [_row(self._told[number]) for number in self._numbers]
        expected = as_atom(rows, origin, to_minute(self._moved_at))
        if expected == self._written:
            return None
        same = next((at for at, (a, b) in enumerate(zip(expected, self._written, strict=False)) if a != b), 0)
        entries = expected.count(b"</entry>", 0, same)
        inside = b"<entry>" in expected[:same] and entries < len(self._numbers)
        return self._numbers[entries] if inside else ""


def _row(entry: LogEntry) -> LogRow:
    return LogRow(0, "", entry.get("updated_at", ""), None, None, orjson.dumps(entry).decode())


def _at(source: Mirror, number: str, what: str) -> Problem:
    """Return a problem with the first leaf of an inquiry, which is looked for; None where there is none."""
    return Problem(_first_leaf(source, number) if number else None, what)


def _first_leaf(source: Mirror, number: str) -> int | None:
    for bundle, leaves in enumerate(_bundles(source)):
        for place, leaf in enumerate(leaves):
            if leaf is not None and number.encode() in leaf:
                try:
                    read = read_payload(leaf)
                except ValueError:
                    continue
                if (read.subject, read.seq) == (number, 0):
                    return bundle * WIDTH + place
    return None


def _bundles(source: Mirror) -> Iterator[Sequence[bytes | None]]:
    bundle = 0
    while True:
        try:
            opened = source.opened(bundle)
        except (Missing, ValueError):
            return
        yield [leaf and leaf.payload for leaf in opened]
        bundle += 1
