"""`verify --database` finds an edit of every column of every event, and of all else that the ledger covers."""

import json

import pytest
from sqlalchemy import text

from app.domain.actor import OPERATOR
from app.domain.event import Event, Kind
from app.store.tables import EventRow
from tests.log.steps import tick

COLUMNS = [column.name for column in EventRow.__table__.columns]
OTHER = {
    "index": lambda value: value + 1_000,
    "at": lambda value: value.replace("19:00:00.000Z", "19:00:00.001Z"),
    "kind": lambda value: "callback:read" if value != "callback:read" else "callback:erased",
    "by": lambda value: value + "x",
    "by_role": lambda value: "service" if value != "service" else "auditor",
    "inquiry_id": lambda value: "0" * 36 if value != "0" * 36 else None,
    "call_id": lambda value: "0" * 36 if value is None else None,
    "detail": lambda value: json.dumps({"a": "b"}) if value == "{}" else "{}",
    "sealed": lambda value: json.dumps({"detail": "00"}) if value == "{}" else "{}",
    "screen_version": lambda value: value + "1",
    "rest_salt": lambda value: bytes([value[0] ^ 1]) + value[1:],
    "salt": lambda value: value[:-1] + bytes([value[-1] ^ 128]),
    "payload": lambda value: value.replace('"v":1', '"v":2'),
}  # fmt: skip

# An older log is continued by the first event alone.
EVERY_KIND = set(Kind) - {Kind.LOG_CONTINUED}


@pytest.fixture
def full(desk, settle):
    """A service with an event of every kind, all of them signed and public."""
    settle()
    inquiry = desk.logged(callback={"phone": "+15055550100"})
    desk.post(f"/v1/inquiries/{inquiry['id']}/claim", {"take": False})
    desk.get(f"/v1/inquiries/{inquiry['id']}/callback")
    call = desk.called(inquiry)
    desk.post(f"/v1/calls/{call['id']}/outcome", {"outcome": "not_ice", "agency": "hsi"})
    desk.as_("supervisor").post(f"/v1/calls/{call['id']}/correction", {"outcome": "confirmed", "reason": "wrong key"})
    desk.post(f"/v1/inquiries/{inquiry['id']}/answered", {"method": "phone"})
    withdrawn = desk.logged()
    desk.post(f"/v1/inquiries/{withdrawn['id']}/withdraw", {"reason": "by_asker"})
    there = {event["kind"] for event in events_of(desk)}
    desk.service.writer.submit(lambda session: _add_events(session, EVERY_KIND - there, desk.clock())).result(30)
    desk.clock.forward(hours=30)
    tick(desk)
    return desk


def _add_events(session, kinds, at):
    for kind in sorted(kinds):
        session.add_event(Event(Kind(kind), at, OPERATOR))


def events_of(desk):
    with desk.service.database.reading.connect() as connection:
        raw = connection.execute(text('SELECT * FROM event ORDER BY "index"')).mappings().all()
        return [
            {name: json.dumps(value) if isinstance(value, dict) else value for name, value in row.items()}
            for row in raw
        ]


def test_an_untouched_ledger_is_sound(full, verified):
    report = verified()

    assert report.sound, report.problems
    assert report.size == len(events_of(full))
    assert {event["kind"] for event in events_of(full)} == EVERY_KIND
    assert report.opened == report.size - 1  # the place of what was withdrawn stays closed


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in {"subject", "seq"}])
def test_an_edit_of_a_column_of_any_event_is_found_at_its_index(full, verified, exec_past_triggers, column):
    for event in events_of(full):
        changed = OTHER[column](event[column])
        assert changed != event[column], f"{column} of {event['index']} was not changed"
        _write(full, exec_past_triggers, event["index"], column, changed)
        report = verified()
        assert not report.sound, f"{column} of event {event['index']}"
        if column != "index":
            assert report.problems[0].index == event["index"]
        _write(full, exec_past_triggers, changed if column == "index" else event["index"], column, event[column])
    assert verified().sound


@pytest.mark.parametrize(("subject", "seq"), [("'2025-000001'", "0"), ("NULL", "NULL"), ("'2026-000001'", "77")])
def test_an_edit_of_whose_leaf_it_is_is_found(full, verified, exec_past_triggers, subject, seq):
    for event in events_of(full):
        if event["subject"] is None and subject == "NULL":
            continue
        before = ("NULL", "NULL") if event["subject"] is None else (f"'{event['subject']}'", event["seq"])
        _set(exec_past_triggers, full, event["index"], f"subject = {subject}, seq = {seq}")
        assert verified().problems[0].index == event["index"]
        _set(exec_past_triggers, full, event["index"], f"subject = {before[0]}, seq = {before[1]}")


def test_an_event_that_is_taken_out_or_put_in_is_found(full, verified, exec_past_triggers):
    size = len(events_of(full))
    exec_past_triggers(f'DELETE FROM event WHERE "index" = {size - 3}', full)  # noqa: S608  # ours

    assert verified().problems[0].index == size - 3


def test_the_last_events_taken_away_are_found(full, verified, exec_past_triggers):
    size = len(events_of(full))
    exec_past_triggers(f'DELETE FROM event WHERE "index" >= {size - 2}', full)  # noqa: S608  # ours

    assert verified().problems[0].index == size - 2


def test_an_event_that_no_checkpoint_covers_yet_is_checked_too(full, verified, exec_past_triggers):
    full.logged()
    index = len(events_of(full)) - 1
    assert verified().sound
    exec_past_triggers(
        f"""UPDATE event SET payload = replace(payload, 'worksite', 'school') WHERE "index" = {index}""",  # noqa: S608  # ours
        full,
    )

    assert verified().problems[0].index == index


@pytest.mark.parametrize("column", ["at", "by", "detail", "payload"])
def test_a_bit_that_makes_a_column_no_text_is_found_at_its_event(full, verified, exec_past_triggers, column):
    if not full.service.database.on_sqlite:
        return  # PostgreSQL stores no text that is none
    size = len(events_of(full))
    for index in (0, size // 2, size - 1):
        written = events_of(full)[index][column].encode()
        flipped = bytes([written[0] | 0x80]) + written[1:]
        set_to = f'UPDATE event SET "{column}" = CAST(X\'{{}}\' AS TEXT) WHERE "index" = {index}'  # noqa: S608  # ours
        exec_past_triggers(set_to.format(flipped.hex()), full)

        assert verified().problems[0].index == index

        exec_past_triggers(set_to.format(written.hex()), full)
    assert verified().sound


def test_json_that_is_spaced_as_older_rows_are_is_sound(full, verified, exec_past_triggers):
    spaced = 0
    for event in events_of(full):
        for column in ("detail", "sealed"):
            before = event[column]
            after = json.dumps(json.loads(before))
            spaced += after != before or not full.service.database.on_sqlite
            _write(full, exec_past_triggers, event["index"], column, after)

    assert spaced
    assert verified().sound


def test_an_entry_of_the_log_that_is_bytes_is_found(full, verified, exec_past_triggers):
    if not full.service.database.on_sqlite:
        return  # PostgreSQL's columns have one type
    exec_past_triggers("UPDATE log_entry SET entry = CAST(entry AS BLOB)", full)

    assert not verified().sound


def test_an_entry_of_the_log_that_is_no_text_is_found(full, verified, exec_past_triggers):
    broken = "X'80'" if full.service.database.on_sqlite else "'{'"
    text_of = f"CAST({broken} AS TEXT)" if full.service.database.on_sqlite else broken
    exec_past_triggers(f"UPDATE log_entry SET entry = {text_of}", full)  # noqa: S608  # ours

    assert not verified().sound


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE log_entry SET entry = replace(entry, 'worksite', 'school')",
        "UPDATE log_entry SET entry = replace(entry, '\"confirmed\"', '\"not_ice\"')",
        "DELETE FROM log_entry WHERE listing = 'settled'",
        "DELETE FROM log_entry WHERE listing = 'withdrawn'",
        "UPDATE log_entry SET listing = 'waiting' WHERE listing = 'settled'",
    ],
)
def test_a_log_that_tells_something_else_than_the_leaves_is_found(full, verified, exec_past_triggers, edit):
    exec_past_triggers(edit, full)

    assert not verified().sound


@pytest.mark.parametrize("place", [0, 5, 31, 32, 100])
def test_a_byte_changed_in_a_tile_is_found_at_its_leaf(full, verified, exec_past_triggers, place):
    with full.service.database.reading.connect() as connection:
        tile = connection.execute(text("SELECT hashes FROM ledger_tile WHERE level = 0 AND number = 0")).scalar_one()
    changed = bytearray(tile)
    changed[place] ^= 1
    written = f"X'{changed.hex()}'" if full.service.database.on_sqlite else f"'\\x{changed.hex()}'::bytea"
    exec_past_triggers(f"UPDATE ledger_tile SET hashes = {written} WHERE level = 0 AND number = 0", full)  # noqa: S608  # ours

    assert verified().problems[0].index == place // 32


@pytest.mark.parametrize(
    "edit", ["DELETE FROM ledger_key", "DELETE FROM checkpoint", "UPDATE checkpoint SET note = ''"]
)
def test_a_ledger_without_its_signature_is_not_sound(full, verified, exec_past_triggers, edit):
    exec_past_triggers(edit, full)

    assert not verified().sound


def _write(desk, execute, index, column, value):
    if value is None:
        written = "NULL"
    elif isinstance(value, bytes):
        written = f"X'{value.hex()}'" if desk.service.database.on_sqlite else f"'\\x{value.hex()}'::bytea"
    elif isinstance(value, int):
        written = str(value)
    else:
        quoted = value.replace("'", "''")
        written = f"'{quoted}'"
    _set(execute, desk, index, f'"{column}" = {written}')


def _set(execute, desk, index, what):
    execute(f'UPDATE event SET {what} WHERE "index" = {index}', desk)  # noqa: S608  # ours


@pytest.fixture
def kept(full):
    """The same, with a checkpoint of a day before the newest."""
    full.clock.forward(days=1)
    full.logged()
    tick(full)
    return full


# The rest of the tables is checked all the same: what the first event says is found behind it.
NO_LONGER_SIGNED = {
    "an earlier checkpoint's note": "checkpoint SET note = {bytes} WHERE number = (SELECT min(number) FROM checkpoint)",
    "the newest checkpoint's note": "checkpoint SET note = {bytes} WHERE number = (SELECT max(number) FROM checkpoint)",
    "an earlier checkpoint's size": "checkpoint SET size = 1 WHERE number = (SELECT min(number) FROM checkpoint)",
    "the newest checkpoint's size": "checkpoint SET size = 3 WHERE number = (SELECT max(number) FROM checkpoint)",
    "when a checkpoint was signed": "checkpoint SET signed_at = 'x'",
    "a key": "ledger_key SET verifier = 'x'",
}  # fmt: skip


@pytest.mark.parametrize("what", NO_LONGER_SIGNED)
def test_an_edit_of_what_was_signed_is_found_and_keeps_nothing_else_from_being_found(
    kept, verified, exec_past_triggers, what
):
    assert verified().sound
    other = "X'7878'" if kept.service.database.on_sqlite else "'xx'::bytea"
    exec_past_triggers(f"UPDATE {NO_LONGER_SIGNED[what].format(bytes=other)}", kept)  # ours
    assert not verified().sound

    _write(kept, exec_past_triggers, 1, "by", "somebody else")

    assert verified().problems[0].index == 1


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE ledger_tile SET hashes = 5",
        "UPDATE checkpoint SET note = 5",
        "UPDATE checkpoint SET size = 'x'",
        "UPDATE publication SET cut = 'x'",
        "UPDATE publication SET moved_at = 'x'",
        "UPDATE ledger_key SET verifier = CAST(X'80' AS TEXT)",
        "UPDATE checkpoint SET signed_at = CAST(X'80' AS TEXT)",
        "UPDATE log_entry SET entry = '5'",
        'UPDATE log_entry SET entry = \'{"number": "2026-000001"}\'',
    ],
)
def test_a_value_of_another_type_is_a_finding_and_no_failure(kept, verified, exec_past_triggers, edit):
    if not kept.service.database.on_sqlite:
        return  # PostgreSQL's columns have one type
    exec_past_triggers(edit, kept)

    assert not verified().sound


@pytest.mark.parametrize(
    "edit",
    [
        "number = '2026-000009' WHERE number = '2026-000001'",
        "status = 'confirmed' WHERE status = 'withdrawn'",
        "status = 'unconfirmed' WHERE listing = 'settled'",
        "source = 'media' WHERE listing = 'settled'",
        "area_command = 'valley' WHERE listing = 'settled'",
        "activity = 'school' WHERE listing = 'settled'",
        "activity = 'school' WHERE listing = 'withdrawn'",
        "asked_at = '2026-03-10T18:59:00.000Z' WHERE listing = 'settled'",
        "asked_at = '2026-03-09T19:00:00.000Z' WHERE listing = 'withdrawn'",
        "updated_at = '2026-03-10T19:00:00.000Z' WHERE listing = 'settled'",
        "published_at = NULL WHERE listing = 'settled'",
        "latitude = 35.1, longitude = -106.6 WHERE listing = 'withdrawn'",
        "latitude = NULL WHERE listing = 'settled'",
    ],
)
def test_an_entry_that_is_listed_by_what_it_does_not_tell_is_found_at_its_leaf(
    full, verified, exec_past_triggers, edit
):
    with full.service.database.reading.connect() as connection:
        first = connection.execute(
            text(f"SELECT min(first) FROM log_entry WHERE{edit.partition('WHERE')[2]}")  # noqa: S608  # ours
        ).scalar_one()

    exec_past_triggers(f"UPDATE log_entry SET {edit}", full)  # noqa: S608  # ours

    assert verified().problems[0].index == first


def test_the_daily_check_finds_an_edit_behind_a_checkpoint_that_is_none_any_more(kept, exec_past_triggers):
    earlier = "UPDATE checkpoint SET note = CAST('' AS {}) WHERE number = (SELECT min(number) FROM checkpoint)"
    exec_past_triggers(earlier.format("BLOB" if kept.service.database.on_sqlite else "bytea"), kept)
    _write(kept, exec_past_triggers, 1, "by", "somebody else")

    kept.app.state.public_log._check_whole()  # noqa: SLF001  # the clock's own work

    assert kept.service.soundness.difference.index == 1
