"""The tables verified by several processes at once, each a part of them with a connection of its own."""

import gc
import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from itertools import pairwise
from multiprocessing.connection import Connection

from sqlalchemy.exc import DBAPIError

from app.ledger.parts import Asked, Part, PartRead
from app.ledger.tiles import WIDTH
from app.service.tables_source import AT_ONCE, TablesSource
from app.service.verify_kept import UNREADABLE
from app.store.engine import Database, open_database

# Fewer events are read in order before processes have shared them out.
_WORTH_SHARING = 20_000
# macOS does not bear a fork without an exec; elsewhere it spares each process a second of importing.
_FORKS = sys.platform == "linux"
_SECONDS_TO_STOP = 5
# How far these processes give way to the service, where it runs on the same machine.
_GIVES_WAY = 10


def shares(size: int, processes: int) -> list[tuple[int, int]]:
    """Return the bundles of each process, from one number to before another, as equal as reading several at once lets.

    There are fewer than `processes` where there is not enough to share.
    """
    runs = -(-size // (WIDTH * AT_ONCE))
    bundles = -(-size // WIDTH)
    edges = [min(runs * place // processes * AT_ONCE, bundles) for place in range(processes + 1)]
    return [(first, end) for first, end in pairwise(edges) if first < end]


@contextmanager
def sharing(database: Database, today: date, processes: int) -> Iterator["SharedParts"]:
    """Start processes that wait for their parts; they are gone at the end of the block."""
    database.dispose()  # no process may inherit a connection of SQLite's
    context = multiprocessing.get_context("fork") if _FORKS else multiprocessing.get_context("spawn")
    pipes: list[Connection] = []
    started = []
    for _ in range(processes):
        ours, theirs = context.Pipe()
        pipes.append(ours)
        # A forked process holds our ends as well: it would never learn that we are gone.
        inherited = pipes if _FORKS else []
        process = context.Process(target=_serve, args=(theirs, inherited, database.url, today), daemon=True)
        process.start()
        theirs.close()
        started.append(process)
    try:
        yield SharedParts(pipes)
    finally:
        for pipe in pipes:
            pipe.close()
        for process in started:
            process.terminate()
            process.join(_SECONDS_TO_STOP)


class SharedParts:
    """The parts of the tables, one for each process that waits at the other end of a pipe."""

    def __init__(self, pipes: Sequence[Connection]) -> None:
        self._pipes = pipes

    def read(self, asked: Asked) -> Sequence[PartRead | None]:
        """Share the bundles out and let every process read its own."""
        if asked.size < _WORTH_SHARING:
            return [None]
        shared = shares(asked.size, len(self._pipes))
        self._pipes = self._pipes[: len(shared)]
        for pipe, share in zip(self._pipes, shared, strict=True):
            with suppress(OSError):  # a process that came to an end: its answer will show it
                pipe.send((share, asked))
        return [_answer(pipe) for pipe in self._pipes]


def _answer(pipe: Connection) -> PartRead | None:
    """Return what a process answers, None where it came to an end instead."""
    try:
        read: PartRead | None = pipe.recv()
    except (EOFError, OSError):
        return None
    return read


def _serve(pipe: Connection, inherited: Sequence[Connection], url: str, today: date) -> None:
    """Check one part in a process of its own, as far as the other end of the pipe asks for it."""
    for each in inherited:
        each.close()
    os.nice(_GIVES_WAY)
    gc.disable()  # it makes next to no garbage in cycles, and ends soon
    try:
        (first, end), asked = pipe.recv()
        with open_database(url).read() as session:
            source = TablesSource(session, today, with_log=True)
            pipe.send(Part(source, source.problems, first, end).read(asked))
    except (EOFError, BrokenPipeError):
        return  # whoever asked is gone
    except (DBAPIError, *UNREADABLE):
        pipe.send(None)
