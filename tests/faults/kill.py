"""Kill the real service at random under load, again and again: nothing acknowledged is lost, nothing is doubled.

Each trial: start the service, let clients log inquiries and record calls, each request with an idempotency key of its
own, and end the process by SIGKILL at a random moment. What a client had sent and not heard of is sent again, with its
key, after the next start. At the end the database is read past the service and held against what clients were told.

The long version: `python -m tests.faults.kill --trials 5000`; `--acknowledge-early` is the control that must fail.
"""

import argparse
import asyncio
import itertools
import json
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from app.domain.moment import exact
from app.store.engine import open_database
from tests.process import Process, migrated

Rows = Callable[[str], list[Any]]
CLIENTS = 8
LONGEST_SECONDS = 0.4  # from the first answer to the kill

# The control: an answer leaves, and the commit follows a little later.
ACKNOWLEDGES_EARLY = """
import time
import app.store.writer as writer
answer = writer.Writer._answer
def transact(self, batch):
    with self._open_session() as session:
        session.begin_batch()
        for job in batch:
            job.attempt(session)
        session.write_pending()
        answer(self, batch)
        time.sleep(0.1)
        session.commit()
writer.Writer._transact = transact
writer.Writer._answer = lambda self, batch: None
"""


@dataclass
class Request:
    """A request with its key, sent until it is answered; `answer` is None until then."""

    key: str
    path: str
    body: dict[str, Any]
    token: str
    answer: dict[str, Any] | None = None
    times_sent: int = 0


@dataclass
class Report:
    """What came of the trials."""

    trials: int = 0
    acknowledged: int = 0
    sent_again: int = 0
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        bound = 1 - 0.05 ** (1 / self.trials) if self.trials and not self.violations else 1.0
        return (
            f"{self.trials} trials, {self.acknowledged} acknowledged, {self.sent_again} sent again,"
            f" {len(self.violations)} violations, 95 % upper bound {bound:.2g} a trial"
        )


class Trials:
    """The clients and what they were told."""

    def __init__(self, process: Process, seed: int, roles: Sequence[str]) -> None:
        self.process, self.random, self.roles = process, random.Random(seed), roles  # noqa: S311  # trials are repeated by their seed
        self.report = Report()
        self.requests: list[Request] = []
        self.uncalled: list[str] = []
        self._numbers = itertools.count(1)
        self.tokens = {role: process.token(role) for role in ("intake", "dispatcher", "supervisor")}

    def prepare(self) -> None:
        """Give the service a contact to call."""
        self.process.start()
        contact = {"title": "duty desk", "agency": "ero", "phone": "+15055550111"}
        added = self.process.request("POST", "/v1/contacts", self.tokens["supervisor"], json=contact)
        assert added.status_code == 201, added.text
        self.process.kill()

    def run(self, trials: int, *, tell: bool = False) -> Report:
        """Run the trials, then settle what is in doubt and check the database."""
        for trial in range(trials):
            self.process.start()
            asyncio.run(self._load(self.random.uniform(0, LONGEST_SECONDS)))
            self.report.trials += 1
            if tell and trial % 10 == 9:
                print(f"\r{self.report}", end="", file=sys.stderr, flush=True)  # noqa: T201  # a command
        self.process.start()
        asyncio.run(self._settle())
        log = self.process.log()
        assert self.process.stop() in {0, -15}
        if "Traceback" in log:
            self.report.violations.append("a traceback in the log")
        self._check_the_database()
        return self.report

    async def _load(self, seconds: float) -> None:
        async with self._client() as client:
            await self._send_again(client)
            answered = asyncio.Event()
            clients = [asyncio.create_task(self._be_a_client(client, answered)) for _ in range(CLIENTS)]
            await asyncio.wait_for(answered.wait(), 20)
            await asyncio.sleep(seconds)
            self.process.kill()
            await asyncio.gather(*clients)

    async def _settle(self) -> None:
        async with self._client() as client:
            await self._send_again(client)
            told = [request for request in self.requests if request.answer is not None]
            for request in self.random.sample(told, min(50, len(told))):
                before = request.answer
                await self._send(client, request)
                if before is not None and request.answer is not None and request.answer["id"] != before["id"]:
                    self.report.violations.append("a repeat was answered by another resource")

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.process.url, timeout=20, trust_env=False)

    async def _send_again(self, client: httpx.AsyncClient) -> None:
        for request in self.requests:
            if request.answer is None:
                self.report.sent_again += request.times_sent > 0
                if not await self._send(client, request):
                    raise RuntimeError("the service is gone before it was killed: " + self.process.log()[-500:])

    async def _be_a_client(self, client: httpx.AsyncClient, answered: asyncio.Event) -> None:
        """Send one request after the other until the service is gone."""
        while True:
            request = self._new_request()
            self.requests.append(request)
            if not await self._send(client, request):
                return
            answered.set()
            if request.path == "/v1/inquiries" and request.answer is not None:
                self.uncalled.append(request.answer["id"])

    def _new_request(self) -> Request:
        key = f"key-{next(self._numbers)}"
        if self.uncalled and "dispatcher" in self.roles and self.random.random() < 0.3:
            body = {"inquiry_ids": [self.uncalled.pop()], "outcome": "confirmed"}
            return Request(key, "/v1/calls", body, self.tokens["dispatcher"])
        body = {
            "source": "media",
            "outlet": key,  # kept as it is: by it a row is known
            "channel": "web",
            "observed_at": exact(datetime.now(UTC) - timedelta(minutes=5)),
            "place": {"address": f"{self.random.randrange(1, 9999)} Central Ave SE"},
            "observation": {"activity": "worksite"},
        }
        role = self.random.choice(self.roles)
        return Request(key, "/v1/inquiries", body, self.tokens[role])

    async def _send(self, client: httpx.AsyncClient, request: Request) -> bool:
        """Send a request; tell whether an answer came."""
        request.times_sent += 1
        headers = {"Authorization": f"Bearer {request.token}", "Idempotency-Key": request.key}
        try:
            answer = await client.post(request.path, json=request.body, headers=headers)
        except httpx.TransportError:
            return False
        if answer.status_code != 201:
            self.report.violations.append(f"{request.path} answered {answer.status_code}: {answer.text[:200]}")
            return True
        self.report.acknowledged += request.answer is None
        request.answer = answer.json()
        return True

    def _check_the_database(self) -> None:
        database = open_database(self.process.database_url)
        with database.read() as session:

            def rows(query: str) -> list[Any]:
                return list(session.execute(text(query)))

            self._check_what_was_acknowledged(rows)
            self._check_order(rows)
            if database.on_sqlite and rows("PRAGMA integrity_check") != [("ok",)]:
                self.report.violations.append("SQLite finds its file damaged")
        database.dispose()

    def _check_what_was_acknowledged(self, rows: Rows) -> None:
        found = self.report.violations
        by_key: dict[str, list[str]] = {}
        for inquiry_id, outlet in rows("SELECT id, outlet FROM inquiry"):
            by_key.setdefault(outlet, []).append(inquiry_id)
        called = {row[0] for row in rows("SELECT call_id FROM call_inquiry")}
        for request in self.requests:
            told = request.answer["id"] if request.answer else None
            if told is not None and request.path == "/v1/calls" and told not in called:
                found.append("an acknowledged call is lost")
            if told is not None and request.path == "/v1/inquiries" and by_key.get(request.key) != [told]:
                found.append(f"an acknowledged inquiry is there {len(by_key.get(request.key, []))} times")
        found += [f"{key} is there {len(ids)} times" for key, ids in by_key.items() if len(ids) != 1]
        twice = rows("SELECT inquiry_id FROM call_inquiry GROUP BY inquiry_id HAVING COUNT(*) > 1")
        found += ["an inquiry was called for twice"] * len(twice)

    def _check_order(self, rows: Rows) -> None:
        """Check log numbers, the events' indexes, and each inquiry's leaves."""
        found = self.report.violations
        inquiries = rows("SELECT year, serial, leaves FROM inquiry ORDER BY serial")
        if [serial for _, serial, _ in inquiries] != list(range(1, len(inquiries) + 1)):
            found.append("a log number is missing or doubled")
        indexes = [row[0] for row in rows('SELECT "index" FROM event ORDER BY "index"')]
        if indexes != list(range(len(indexes))):
            found.append("an event's index is missing or doubled")
        seqs: dict[str, list[int]] = {}
        for subject, seq in rows('SELECT subject, seq FROM event WHERE subject IS NOT NULL ORDER BY "index"'):
            seqs.setdefault(subject, []).append(seq)
        found += [f"{subject} has leaves {of}" for subject, of in seqs.items() if of != list(range(len(of)))]
        leaves = {f"{year}-{serial:06d}": count for year, serial, count in inquiries}
        if {subject: len(of) for subject, of in seqs.items()} != leaves:
            found.append("an inquiry and its leaves do not tell the same")


def run(folder: Path, trials: int, *, seed: int, early: bool = False, tell: bool = False, **settings: str) -> Report:
    """Run the trials in a folder and return what came of them; `early` is the control, whose writes are not read."""
    process = migrated(folder, **settings)
    try:
        of_these = Trials(process, seed, ("intake",) if early else ("intake", "dispatcher"))
        of_these.prepare()
        process.before = ACKNOWLEDGES_EARLY if early else ""
        return of_these.run(trials, tell=tell)
    finally:
        process.close()


def main() -> int:
    """Run the long version."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kill", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--trials", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--database-url", default="", help="an empty PostgreSQL database; default: SQLite")
    parser.add_argument("--acknowledge-early", action="store_true", help="the control, which must fail")
    chosen = parser.parse_args()
    settings = {"APP_DATABASE_URL": chosen.database_url} if chosen.database_url else {}
    with tempfile.TemporaryDirectory() as folder:
        report = run(
            Path(folder), chosen.trials, seed=chosen.seed, early=chosen.acknowledge_early, tell=True, **settings
        )
    print(f"\nseed {chosen.seed}: {report}")  # noqa: T201  # as above
    print(json.dumps(report.violations[:20], indent=1))  # noqa: T201  # as above
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
