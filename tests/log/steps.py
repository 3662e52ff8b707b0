"""What the tests of the log let happen, and what they ask of the ledger."""

from app.domain.actor import OPERATOR
from app.domain.event import Event, Kind
from app.ledger.checkpoint import VerifierKey, open_checkpoint


def tick(desk):
    """What the clock does each minute."""
    desk.room.run(desk.app.state.public_log._tick())  # noqa: SLF001  # the clock's own work


def signed(desk):
    note = desk.as_(None).get("/ledger/checkpoint").content
    return open_checkpoint(note, [VerifierKey.parse(line) for line in keys_of(desk)])


def keys_of(desk):
    return desk.as_(None).get("/ledger/key").text.splitlines()


def many_events(desk, count):
    """Let the service record many events at once, as a busy day would."""

    def record(session):
        for _ in range(count):
            session.add_event(Event(Kind.FACILITY_CHANGED, desk.clock(), OPERATOR))

    desk.service.writer.submit(record).result(30)
