"""Checkpoints: signed on the clock, each continuing the last; the start, and an older database put back."""

import shutil
import stat
from datetime import timedelta

import pytest

from app.ledger.checkpoint import SigningKey, VerifierKey, open_checkpoint, open_note
from app.service.check_ledger import NoCheckpoint, TablesBehind
from app.service.sign_checkpoint import StrangeKey, sign_checkpoint
from app.store import ledger, log
from app.store.ledger_files import KeyFile, KeysRefused
from app.store.soundness import LedgerUnsound
from app.web.public_log import PublicLog
from tests.desk import NOON, open_desk
from tests.log.steps import keys_of, many_events, signed, tick

ORIGIN = "localhost/ice-confirmation"


def test_a_checkpoint_is_signed_on_the_clock_and_not_with_each_event(desk):
    tick(desk)
    size = signed(desk).size
    for _ in range(3):
        desk.logged()
    assert signed(desk).size == size

    tick(desk)

    assert signed(desk).size == size + 6


def test_a_correction_is_signed_at_once_and_what_else_happened_waits_for_the_clock(desk, settle):
    settled = settle()
    desk.clock.forward(days=2)
    tick(desk)
    before = signed(desk).size

    desk.as_("supervisor").post(
        f"/v1/calls/{settled['call']}/correction", {"outcome": "not_ice", "reason": "wrong key"}
    )
    for _ in range(3):
        desk.logged()
    desk.clock.forward(seconds=2)
    entry = desk.as_(None).get(f"/v1/log/{settled['number']}").json()

    assert entry["corrections"][0]["to"] == "not_ice"
    with desk.service.database.read() as session:
        corrected = max(log.leaves_of(session, [settled["number"]])[settled["number"]], key=lambda leaf: leaf.index)
    assert before <= corrected.index < ledger_size(desk) - 6
    assert signed(desk).size == corrected.index + 1
    evidence = desk.as_(None).get(f"/v1/log/{settled['number']}/evidence").json()["events"]
    assert evidence[-1]["index"] == corrected.index

    tick(desk)

    assert signed(desk).size == ledger_size(desk)


def ledger_size(desk):
    with desk.service.database.read() as session:
        return ledger.size_of(session)


def test_where_nothing_happened_the_checkpoint_stays(desk):
    tick(desk)
    before = desk.as_(None).get("/ledger/checkpoint").content
    tick(desk)

    assert desk.as_(None).get("/ledger/checkpoint").content == before


def test_the_newest_checkpoint_is_a_file_and_keys_are_for_the_service_alone(desk):
    tick(desk)

    assert (desk.data_dir / "checkpoint").read_bytes() == desk.as_(None).get("/ledger/checkpoint").content
    assert stat.S_IMODE((desk.data_dir / "ledger.key").stat().st_mode) == 0o600


def test_a_key_file_that_vanishes_is_told_as_unavailable_and_no_other_key_is_made(desk):
    tick(desk)
    keys, file = keys_of(desk), desk.service.settings.ledger_key
    away = file.rename(file.with_name("away"))

    answer = desk.as_(None).get("/ledger/key")

    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert not file.exists()
    away.rename(file)
    assert keys_of(desk) == keys


def test_of_each_earlier_day_the_last_checkpoint_is_kept(desk):
    for _ in range(3):
        for _ in range(2):
            desk.logged()
            tick(desk)
        desk.clock.forward(days=1)

    with desk.service.database.read() as session:
        kept = [each.signed_at.date() for each in ledger.checkpoints(session)]
    assert [day.day for day in kept] == [10, 11, 12]


def test_a_checkpoint_never_follows_one_that_it_does_not_continue(database, write):
    key = SigningKey(ORIGIN, bytes(32))
    write(lambda session: sign_checkpoint(session, [key], None, NOON))
    other = open_checkpoint(write(lambda session: sign_checkpoint(session, [key], None, NOON)).note, [key.verifier])
    larger = type(other)(other.origin, 5, bytes(32))

    with pytest.raises(LedgerUnsound):
        write(lambda session: sign_checkpoint(session, [key], larger, NOON))


def test_a_key_that_nobody_knows_signs_nothing(write):
    write(lambda session: sign_checkpoint(session, [SigningKey(ORIGIN, bytes(32))], None, NOON))

    with pytest.raises(StrangeKey):
        write(lambda session: sign_checkpoint(session, [SigningKey(ORIGIN, b"x" * 32)], None, NOON))


def test_while_keys_change_both_sign_and_the_old_one_may_go_then(desk):
    tick(desk)
    (old,) = keys_of(desk)
    file = KeyFile(desk.data_dir / "ledger.key", ORIGIN)
    file.replace((*file.read(), SigningKey(ORIGIN, bytes(32))))
    tick(desk)
    new = str(SigningKey(ORIGIN, bytes(32)).verifier)
    assert keys_of(desk) == [old, new]
    note = desk.as_(None).get("/ledger/checkpoint").content
    for each in (old, new):
        assert open_note(note, [VerifierKey.parse(each)])

    file.replace(file.read()[1:])
    desk.logged()
    tick(desk)

    assert keys_of(desk) == [new]
    assert open_note(desk.as_(None).get("/ledger/checkpoint").content, [VerifierKey.parse(new)])


def test_an_older_database_put_back_stops_the_start_in_one_sentence(sqlite_url, data_dir, tmp_path):
    with open_desk(sqlite_url, data_dir) as desk:
        tick(desk)
    shutil.copy(data_dir / "app.db", tmp_path / "older.db")
    with open_desk(sqlite_url, data_dir) as desk:
        desk.logged()
        tick(desk)
    shutil.copy(tmp_path / "older.db", data_dir / "app.db")

    with (
        pytest.raises(TablesBehind, match=r"older than the newest checkpoint: .* Put the newer database back"),
        open_desk(sqlite_url, data_dir),
    ):
        pass


def test_another_ledgers_key_stops_the_start(sqlite_url, data_dir):
    with open_desk(sqlite_url, data_dir) as desk:
        tick(desk)
    KeyFile(data_dir / "ledger.key", ORIGIN).replace((SigningKey(ORIGIN, bytes(32)),))

    with pytest.raises(KeysRefused, match="another key"), open_desk(sqlite_url, data_dir):
        pass


def test_a_checkpoints_file_of_another_ledger_stops_the_start(sqlite_url, data_dir):
    with open_desk(sqlite_url, data_dir) as desk:
        tick(desk)
    (data_dir / "checkpoint").write_bytes(b"nonsense")

    with pytest.raises(NoCheckpoint), open_desk(sqlite_url, data_dir):
        pass


def test_keys_for_another_origin_stop_the_start(sqlite_url, data_dir):
    with open_desk(sqlite_url, data_dir):
        pass

    with (
        pytest.raises(KeysRefused, match="APP_LEDGER_ORIGIN"),
        open_desk(sqlite_url, data_dir, ledger_origin="other.example/log"),
    ):
        pass


def test_two_processes_with_one_key_sign_one_history(sqlite_url, data_dir):
    with open_desk(sqlite_url, data_dir) as one, open_desk(sqlite_url, data_dir) as other:
        for _ in range(5):
            one.logged()
            other.logged()
            tick(one)
            tick(other)
            assert signed(one) == signed(other)
            other.logged()
            tick(other)
            one.clock.forward(seconds=2)
            assert signed(one) == signed(other)
        with one.service.database.read() as session:
            assert ledger.size_of(session) == signed(one).size


def test_a_change_of_the_right_edge_stops_writes_and_shows_in_readyz(sqlite_url, data_dir, exec_past_triggers):
    with open_desk(sqlite_url, data_dir) as desk:
        desk.logged()
        tick(desk)
        index = signed(desk).size - 1
    exec_past_triggers(f"""UPDATE event SET payload = replace(payload, 'unknown', 'valley') WHERE "index" = {index}""")  # noqa: S608  # ours

    with open_desk_without_tokens(sqlite_url, data_dir) as public_log:
        public_log.check()
        assert public_log._service.soundness.difference.index == index  # noqa: SLF001  # what readyz tells


def open_desk_without_tokens(url, data_dir):
    """The service opened and not started: an unsound one makes no tokens."""
    from contextlib import contextmanager  # noqa: PLC0415  # loaded only where it is needed

    from app.main import open_service  # noqa: PLC0415  # loaded only where it is needed
    from app.settings import Settings  # noqa: PLC0415  # loaded only where it is needed

    @contextmanager
    def opened():
        service = open_service(Settings.model_construct(database_url=url, data_dir=data_dir))
        try:
            yield PublicLog(service)
        finally:
            service.point_reads.close()
            service.database.dispose()

    return opened()


def test_what_is_found_unsound_is_written_to_no_more(desk):
    tick(desk)
    desk.logged()
    with desk.service.database.writing.begin() as connection:
        connection.exec_driver_sql("DELETE FROM ledger_tile WHERE level = 0")

    refused = desk.post("/v1/inquiries", desk.an_inquiry())
    again = desk.post("/v1/inquiries", desk.an_inquiry())
    ready = desk.as_(None).get("/readyz")

    assert (refused.status_code, again.status_code, ready.status_code) == (503, 503, 503)
    assert ready.json()["ledger"].startswith("not sound from event 0")
    assert desk.as_(None).get("/v1/log").status_code == 200  # readers are shown what was public


def test_the_whole_check_finds_what_the_edge_does_not_show(desk, exec_past_triggers):
    many_events(desk, 300)
    tick(desk)
    exec_past_triggers("""UPDATE event SET "by" = 'nobody' WHERE "index" = 20""", desk)

    desk.app.state.public_log._check_whole()  # noqa: SLF001  # what runs daily

    assert desk.service.soundness.difference.index == 20
    assert desk.post("/v1/inquiries", desk.an_inquiry()).status_code == 503


@pytest.mark.parametrize("interval", [timedelta(minutes=1), timedelta(seconds=7)])
def test_the_next_checkpoint_comes_with_the_clock(desk_with, interval):
    desk = desk_with(checkpoint_interval=interval)
    desk.clock.forward(seconds=3)

    assert 0 < desk.app.state.public_log.seconds_to_next_checkpoint() <= interval.total_seconds() + 1
