"""How far the public sees, as this process knows it: the log's version, the newest checkpoint, and what moves both.

What is served is made anew when the version changes and not for each reader. The cut moves on as time passes, at most
once a second whoever reads; checkpoints are signed on the clock, so that polling them tells nothing of single events.
"""

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from fastapi import Request
from sqlmodel import Session

from app.domain.moment import DENVER, day_in_denver
from app.domain.publication import pause_between_cuts, unsettled_before
from app.service.check_ledger import check_edge
from app.service.publish import Due, due, publish
from app.service.read_evidence import Signed
from app.service.sign_checkpoint import StrangeKey, known_keys, opened, require_continued, sign_checkpoint
from app.service.tables_source import Stopped
from app.service.verify_ledger import verify_database
from app.store import ledger
from app.store.ledger import StoredCheckpoint
from app.store.ledger_files import KeyFile, KeysRefused, read_if_there, write_whole
from app.store.log import Publication
from app.store.migrate import is_current
from app.store.session import WriteSession
from app.store.soundness import Difference, LedgerUnsound
from app.store.writer import DatabaseUnavailable, OutcomeUnknown, WriterStopped
from app.web.service import Service

WHOLE_CHECK_EVERY = timedelta(days=1)
_SOON = timedelta(seconds=1)
# After each bundle, which takes about 3 ms, the whole check rests, so that nobody waits for it.
RESTING_SECONDS = 0.004
STRANGE_KEY = (
    "The ledger was signed with another key than the one in its key file (APP_LEDGER_KEY_FILE)."
    " Put the file with the older key back; to change keys let both sign for a while (`ledger-key`);"
    " if the older key is lost, see `ledger-key replace-lost`."
)

log = logging.getLogger(__name__)


class NoLog(Exception):
    """The public log cannot be served yet: nothing of it was ever read."""


@dataclass(frozen=True, slots=True)
class LogVersion:
    """What the public log's bytes depend on: how far the public sees, and the day."""

    publication: Publication
    day: date

    @property
    def tag(self) -> str:
        """What ETags are made of: the index of the newest public event, the cut, the day."""
        return f"{self.publication.newest}.{self.publication.cut}-{self.day:%Y%m%d}"

    @property
    def changed_at(self) -> datetime:
        """When the log last changed: with an event, or with the day, when a week may be over."""
        midnight = datetime(self.day.year, self.day.month, self.day.day, tzinfo=DENVER).astimezone(UTC)
        return max(self.publication.moved_at, midnight)

    @property
    def unsettled_before(self) -> date:
        """The last day whose waiting inquiries are listed as unsettled."""
        return unsettled_before(self.day)


class PublicLog:
    """One for a process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._settings = service.settings
        self.keys = KeyFile(service.settings.ledger_key, service.settings.ledger_origin)
        self._file = service.settings.data_dir / "checkpoint"
        self._pause = pause_between_cuts(self._settings.publication_delay)
        self._version: LogVersion | None = None
        self._stored: StoredCheckpoint | None = None
        self._signed: Signed | None = None
        self._state: tuple[object, ...] = ()
        self._read_at: datetime | None = None
        self._looked = 0
        self._behind = False
        self._checked = False
        self._lock = asyncio.Lock()
        self._stopping = asyncio.Event()

    # At the start

    def check(self) -> None:
        """Check the ledger's right edge before anything is served or signed; make the first key.

        A difference is noted, so that nothing is written. Raises TablesBehind, NoCheckpoint, KeysRefused, each with one
        plain sentence: then the start stops.
        """
        service = self._service
        if self._checked or not is_current(service.database):
            return
        with service.database.read() as session:
            written = ledger.verifier_keys(session)
            if not written:  # else a key that is not there is lost, and the operator has to say so
                self.keys.make()
            keys = [key.verifier for key in self.keys.read()]
            if written and not {str(key) for key in keys} & set(written):
                raise KeysRefused(STRANGE_KEY)
            try:
                check_edge(session, read_if_there(self._file), keys)
            except LedgerUnsound as unsound:
                self._note(unsound)
        self._checked = True

    # For readers

    async def version(self) -> LogVersion:
        """Return the log's version now; what is public by now is published before. Raises DatabaseUnavailable."""
        if self._is_fresh():
            assert self._version is not None  # noqa: S101  # or it would not be fresh
            return self._version
        async with self._lock:
            if not self._is_fresh():
                await self._refresh()
        if self._version is None:
            raise DatabaseUnavailable
        return self._version

    def fresh_state(self) -> tuple[object, ...] | None:
        """Return what public bytes depend on, the checkpoint included, where nothing has to be read for it."""
        return self._state if self._is_fresh() else None

    async def state(self) -> tuple[object, ...]:
        """Return what public bytes depend on. Raises DatabaseUnavailable."""
        await self.version()
        return self._state

    async def signed(self) -> Signed:
        """Return the newest checkpoint. Raises DatabaseUnavailable while there is none."""
        await self.version()
        if self._signed is None:
            raise DatabaseUnavailable
        return self._signed

    def seconds_to_next_checkpoint(self) -> int:
        """Return when the next checkpoint may be looked for."""
        return max(1, round(self._until_next().total_seconds()) + 1)

    def _is_fresh(self) -> bool:
        if self._read_at is None or self._version is None or self._service.log_stale.is_set():
            return False
        return self._read_at <= self._service.clock() <= self._read_at + self._pause

    async def _refresh(self) -> None:
        service = self._service
        service.log_stale.clear()
        now = service.clock()
        try:
            found = await service.read(lambda session: self._read(session, now))
            if found.is_due and self._clock_holds() and service.soundness.difference is None:
                before = found.publication
                publication = await service.writer.run(lambda session: self._publish(session, now))
                self._behind = publication.cut > before.cut
                await service.read(self._adopt_newest)
            else:
                publication = found.publication
                self._behind = False
        except (DatabaseUnavailable, OutcomeUnknown, WriterStopped) as error:
            # What was public stays so: readers are shown it as it stood.
            log.warning("the public log could not be moved on", extra={"error": type(error).__name__})
            if self._version is None:
                raise DatabaseUnavailable from None
            publication = self._version.publication
        self._looked = max(self._looked, publication.looked)
        self._version = LogVersion(publication, day_in_denver(now))
        self._state = (self._version, self._signed)
        self._read_at = now

    def _read(self, session: Session, now: datetime) -> Due:
        found = due(session, self._settings.publication_delay, now, self._looked)
        if not found.is_due:
            self._looked = max(self._looked, found.looked)
        self._adopt_newest(session)
        return found

    def _publish(self, session: WriteSession, now: datetime) -> Publication:
        moved = publish(session, self._settings.publication_delay, now)
        newest = ledger.newest_checkpoint(session)
        if newest is None:
            self._sign(session, now)
        elif newest.size <= moved.newest:
            # A correction of what is public opens at once, and a leaf that is open has to stand in a signed tree: this
            # is the one checkpoint off the clock. It ends with the newest public leaf, whose index is told with it, and
            # not with the newest event: so it counts nothing of what else happened since the clock last struck.
            self._sign(session, now, moved.newest + 1)
        return moved

    # On the clock

    async def run(self) -> None:
        """Sign checkpoints on the clock, move the cut on and check the whole ledger daily, until told to stop.

        It ends between two pieces of work: one that ran on while the database closes would lose its connection.
        """
        await asyncio.gather(self._keep(), self._check_daily())

    def stop(self) -> None:
        """Let `run` end soon."""
        self._stopping.set()

    async def _keep(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._tick()
            except (DatabaseUnavailable, OutcomeUnknown, WriterStopped) as error:
                log.warning("no checkpoint was signed", extra={"error": type(error).__name__})
            except Exception as error:  # noqa: BLE001  # the next turn tries again
                log.error("no checkpoint was signed", extra={"error": type(error).__name__})  # noqa: TRY400  # no traceback with values
            await self._wait(self._until_next())

    async def _check_daily(self) -> None:
        while not self._stopping.is_set():
            if self._signed is None:  # nothing was signed yet that the tables could differ from
                await self._wait(_SOON)
                continue
            try:
                await asyncio.to_thread(self._check_whole)
            except Stopped:
                return
            except Exception as error:  # noqa: BLE001  # the next turn tries again
                log.error("the ledger could not be checked", extra={"error": type(error).__name__})  # noqa: TRY400  # no traceback with values
            await self._wait(WHOLE_CHECK_EVERY)

    async def _wait(self, at_most: timedelta) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), at_most.total_seconds())

    async def _tick(self) -> None:
        service = self._service
        if not self._checked:
            await service.on_thread(self.check)
            if not self._checked:
                return
        async with self._lock:
            await self._refresh()
            while self._behind:
                await self._refresh()
            if service.soundness.difference is None:
                now = service.clock()
                await service.writer.run(lambda session: self._sign(session, now))
                await service.read(self._adopt_newest)

    def _sign(self, session: WriteSession, now: datetime, size: int | None = None) -> None:
        known = self._signed.checkpoint if self._signed else None
        try:
            sign_checkpoint(session, self.keys.read(), known, now, size)
        except LedgerUnsound as unsound:
            self._note(unsound)
            raise
        except (StrangeKey, KeysRefused) as error:
            log.error("the ledger's key file cannot be used", extra={"error": type(error).__name__})  # noqa: TRY400  # told in one line
            raise DatabaseUnavailable from None

    def _adopt_newest(self, session: Session) -> None:
        """Take the newest stored checkpoint for the one to serve, if it continues the last; keep it as a file."""
        stored = ledger.newest_checkpoint(session)
        if stored is None or stored == self._stored:
            return
        try:
            checkpoint = opened(stored, known_keys(session))
            if self._signed is not None:
                require_continued(session, self._signed.checkpoint, checkpoint.size)
            require_continued(session, checkpoint, ledger.size_of(session))
        except LedgerUnsound as unsound:
            self._note(unsound)
            return
        write_whole(self._file, stored.note)
        self._stored, self._signed = stored, Signed(checkpoint, stored.note)
        self._state = (self._version, self._signed)

    def _check_whole(self) -> None:
        def may_go_on() -> bool:
            time.sleep(RESTING_SECONDS)
            return not self._stopping.is_set()

        keys = [key.verifier for key in self.keys.read()]
        report = verify_database(
            self._service.database, keys, day_in_denver(self._service.clock()), may_go_on=may_go_on
        )
        for problem in report.problems:
            self._note(LedgerUnsound(Difference(problem.index, problem.what)))

    def _note(self, unsound: LedgerUnsound) -> None:
        self._service.soundness.note(unsound.difference)
        log.error("the ledger is not sound", extra={"first_index": unsound.difference.index})

    def _until_next(self) -> timedelta:
        interval = self._settings.checkpoint_interval
        since = (self._service.clock() - datetime(1970, 1, 1, tzinfo=UTC)) % interval
        return interval - since

    def _clock_holds(self) -> bool:
        return self._service.clock_watch.state() == "ok"


def public_log_of(request: Request) -> PublicLog:
    """Return the public log that a request is for."""
    found: PublicLog = request.app.state.public_log
    return found
