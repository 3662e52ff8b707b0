"""A worker in a process of its own, to be killed or stopped: `python -m tests.delivery.worker_process URL VAULT [die]`.

With `die` it kills itself, past every handler, after a message was sent and before that was written down.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from app.delivery.sender import Sender
from app.delivery.worker import Worker
from app.store.engine import open_database
from app.store.vault import Vault
from tests.delivery.at_work import LOOPBACK, QUICK, SECRETS, FastClock, outbox_over


class DiesAfterSending(Sender):
    """Sends a message, and lives no longer."""

    async def send(self, url, headers, body):
        """Send, and die."""
        await super().send(url, headers, body)
        os.kill(os.getpid(), signal.SIGKILL)


async def _leads_to_itself(host, _port):
    return [host]


def main(url: str, vault: str, *rest: str) -> None:
    """Work until killed."""
    kind = DiesAfterSending if rest else Sender

    async def open_sender():
        return kind(LOOPBACK, look_up=_leads_to_itself, deadline_seconds=20.0)

    with outbox_over(open_database(url), Vault(Path(vault)), FastClock()) as outbox:
        worker = Worker(outbox.writer.run, outbox.read, open_sender, SECRETS, outbox.clock, pace=QUICK)
        asyncio.run(worker.run())


if __name__ == "__main__":
    main(*sys.argv[1:])
