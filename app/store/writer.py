"""The one writer: what is waiting is written in one transaction, committed once, and only then answered.

Measured before this was chosen: a session of its own for each request wrote 260-370 inquiries a second and stopped for
good at 64 connections; one thread with group commit wrote 2,743. Costs and alternatives: docs/decisions/0001.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, SQLAlchemyError

from app.domain.errors import Refusal
from app.store.engine import Database, truncate_wal
from app.store.gathering import Gathering
from app.store.session import WriteSession
from app.store.soundness import LedgerUnsound

Result = TypeVar("Result")
# A batch is bounded so that the first in it does not wait long for the last.
BATCH = 256
# How often the write-ahead log is tried to be emptied of what was erased while a reader is in the way.
TRUNCATE_AGAIN_SECONDS = 1.0

log = logging.getLogger(__name__)


class DatabaseUnavailable(Exception):
    """The database could not be had before anything was committed: nothing was written."""


class OutcomeUnknown(Exception):
    """The database was lost during the commit: it may or may not have been written."""


class WriterStopped(Exception):
    """The service is shutting down."""


class ChangeFailed(Exception):
    """The database refused a change that the rules had let pass: a defect.

    It stands in for the database's own error, whose text may repeat what was submitted.
    """


@dataclass(slots=True)
class _Job(Generic[Result]):
    change: Callable[[WriteSession], Result]
    done: "Future[Result] | asyncio.Future[Result]"
    # The loop on which `done` is awaited, or None where a thread waits for it.
    loop: asyncio.AbstractEventLoop | None = field(default=None)
    result: Any = field(default=None)
    error: BaseException | None = field(default=None)

    def attempt(self, session: WriteSession) -> None:
        """Run the change; a refusal is kept as its result, unless something was written before it."""
        before = session.writes
        try:
            self.result, self.error = self.change(session), None
        except Refusal as refusal:
            if session.writes != before:
                raise
            self.result, self.error = None, refusal

    def answer(self) -> None:
        gone = not self.done.set_running_or_notify_cancel() if isinstance(self.done, Future) else self.done.cancelled()
        if gone:
            return
        if self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(self.result)


class Writer:
    """A thread that writes what it is handed, in the order in which it came."""

    def __init__(self, database: Database, open_session: Callable[[], WriteSession]) -> None:
        self._database = database
        self._open_session = open_session
        # What was handed over together is written together.
        self._waiting: queue.SimpleQueue[Sequence[_Job[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        # Held while something is put into the queue, so that nothing comes after its end.
        self._door = threading.Lock()
        self._stopped = False
        # What came on each loop.
        self._gathering: dict[asyncio.AbstractEventLoop, Gathering[_Job[Any]]] = {}
        # Erased boxes whose bytes SQLite's write-ahead log may still hold, though no key opens them.
        self.erasures_waiting = 0
        # Whether the database was lost to the last write. A transaction that wrote nothing asked nothing of the disk.
        self.lost = False
        # Told, on the writer's thread, once a batch was written and answered. They return at once and raise nothing.
        self.listeners: list[Callable[[], None]] = []

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is waiting, then end."""
        with self._door:
            if self._stopped:
                return
            self._stopped = True
            self._waiting.put(None)
        self._thread.join()

    def submit(self, change: Callable[[WriteSession], Result]) -> "Future[Result]":
        """Hand a change over; its future ends when the batch is on disk, or with what it was refused by."""
        done: Future[Result] = Future()
        with self._door:
            if not self._stopped:
                self._waiting.put([_Job(change, done)])
                return done
        done.set_exception(WriterStopped())
        return done

    async def run(self, change: Callable[[WriteSession], Result]) -> Result:
        """Write a change and return its result once it is on disk.

        A caller that goes away does not take the change back: it was asked for, and it is written.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Result] = loop.create_future()
        if loop not in self._gathering:
            self._gathering[loop] = Gathering(loop, BATCH, self._hand_over)
        self._gathering[loop].add(_Job(change, done, loop))
        return await done

    def _hand_over(self, gathered: "Sequence[_Job[Any]]") -> None:
        with self._door:
            if not self._stopped:
                self._waiting.put(gathered)
                return
        for job in gathered:
            job.error = WriterStopped()
        self._answer(gathered)

    def _work(self) -> None:
        ends = False
        while not ends:
            batch, ends = self._next_batch()
            if batch:
                self._write(batch)
            self._answer(batch)
            for tell in self.listeners if batch else ():
                tell()
            if self.erasures_waiting and (ends or self._waiting.empty()) and truncate_wal(self._database):
                self.erasures_waiting = 0

    def _answer(self, batch: Sequence[_Job[Any]]) -> None:
        """Answer each where it is awaited; a loop is woken once for all of its own."""
        awaited: dict[asyncio.AbstractEventLoop | None, list[_Job[Any]]] = {}
        for job in batch:
            awaited.setdefault(job.loop, []).append(job)
        for loop, jobs in awaited.items():
            if loop is None:
                _answer_here(jobs)
            else:
                with suppress(RuntimeError):  # the loop was closed, and nobody awaits anything there
                    loop.call_soon_threadsafe(self._answer_on, loop, jobs)

    def _answer_on(self, loop: asyncio.AbstractEventLoop, jobs: Sequence[_Job[Any]]) -> None:
        _answer_here(jobs)
        self._gathering[loop].answered(len(jobs))

    def _next_batch(self) -> "tuple[list[_Job[Any]], bool]":
        """Return what is waiting, and whether nothing follows; nothing where only erasures wait for a reader to end."""
        batch: list[_Job[Any]] = []
        try:
            jobs = self._waiting.get(timeout=TRUNCATE_AGAIN_SECONDS if self.erasures_waiting else None)
            while jobs is not None:
                batch.extend(jobs)
                if len(batch) >= BATCH:
                    return batch, False
                jobs = self._waiting.get_nowait()
        except queue.Empty:
            return batch, False
        return batch, True

    def _write(self, batch: Sequence[_Job[Any]]) -> DatabaseUnavailable | OutcomeUnknown | None:
        """Write the batch in one transaction; if one of it fails, each in its own, so that it fails alone.

        A lost database is no member's fault, and is returned. None is then tried again by itself: each would wait as
        long as the batch has waited, and what may have been committed must not be written twice.
        """
        lost = None
        try:
            self._transact(batch)
        except (DatabaseUnavailable, OutcomeUnknown) as loss:
            lost = loss
            for job in batch:
                job.error = type(loss)()
        except Exception as error:  # noqa: BLE001  # whatever it was, it must not reach its neighbours
            if len(batch) == 1:
                batch[0].error = _without_values(error)
                return None
            for job in batch:
                lost = lost or self._write([job])
                if lost and job.error is None:
                    job.error = type(lost)()
        return lost

    def _transact(self, batch: Sequence[_Job[Any]]) -> None:
        committing = False
        try:
            with self._open_session() as session:
                session.begin_batch()
                for job in batch:
                    job.attempt(session)
                session.write_pending()
                committing = True
                session.commit()
        except LedgerUnsound as unsound:
            log.error("the ledger is not sound; nothing is written", extra={"first_index": unsound.difference.index})  # noqa: TRY400  # told in one line
            raise DatabaseUnavailable from None
        except DBAPIError as error:
            if error.connection_invalidated or _cannot_be_had(error):
                _note("the database cannot be had", error)
                self.lost = True
                raise (OutcomeUnknown if committing else DatabaseUnavailable) from None
            raise
        self.lost = self.lost and not session.writes
        self.erasures_waiting += session.erased
        for done_outside in session.after_commit:
            try:
                done_outside()
            except Exception as error:  # noqa: BLE001  # the batch is on disk, and that is what its members asked
                _note("what follows a commit failed", error)


def _answer_here(jobs: Sequence[_Job[Any]]) -> None:
    for job in jobs:
        job.answer()


def _cannot_be_had(error: DBAPIError) -> bool:
    """Tell a database that cannot be had (locked, full, gone, damaged) from a statement that is wrong."""
    if isinstance(error.orig, sqlite3.Error):
        # The low byte is the error's class; https://www.sqlite.org/rescode.html
        return getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF not in _SQLITE_WRONG
    return isinstance(error, OperationalError | InternalError | InterfaceError)


# What SQLite says of a statement or its values; everything else is about the file or the machine.
_SQLITE_WRONG = {
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_RANGE,
    sqlite3.SQLITE_TOOBIG,
}


def _without_values(error: Exception) -> Exception:
    """Return what the caller of a change that failed is told; an error of the database's is logged and left here."""
    if isinstance(error, Refusal):
        return error
    _note("a change failed", error)
    return ChangeFailed() if isinstance(error, SQLAlchemyError) else error


def _note(what: str, error: Exception) -> None:
    """Log what kind of failure it was; never its text, which may repeat what was submitted."""
    origin = getattr(error, "orig", None)
    code = getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", None)
    constraint = getattr(getattr(origin, "diag", None), "constraint_name", None)
    if isinstance(origin, sqlite3.IntegrityError):  # "UNIQUE constraint failed: table.column", "CHECK …: its name"
        constraint = str(origin).partition(" constraint failed: ")[2] or None
    log.error(what, extra={"error": type(error).__name__, "code": code, "constraint": constraint})
