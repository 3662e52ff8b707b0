"""Sealed boxes in the tables: read by their owner, erased without a trace, kept under a legal hold."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from app.domain.sealed import BoxKind, RetentionClass
from app.store import boxes
from app.store.engine import truncate_wal
from app.store.tables import SealedBoxRow
from app.store.vault import HOLD_FILE, Vault, ciphertext_hash
from tests.databases import every_byte_under, writes

AT = datetime(2026, 1, 31, 18, 4, 5, tzinfo=UTC)
OWNER, OTHER = "019c0de0-0000-7000-8000-000000000001", "019c0de0-0000-7000-8000-000000000002"
CONTENT = {"phone": "+15055550134 canary"}


def put(session, owner=OWNER, kind=BoxKind.CALLBACK, at=AT):
    return boxes.put(session, owner, kind, at, CONTENT)


def read(database, vault, kind=BoxKind.CALLBACK):
    with database.read() as session:
        return boxes.read(session, vault, kind, [OWNER, OTHER])


def how_many(database):
    with database.read() as session:
        return session.execute(select(func.count()).select_from(SealedBoxRow)).scalar_one()


def test_a_box_is_read_by_owner_and_kind(database, vault, write):
    write(lambda session: [put(session), put(session, OTHER), put(session, kind=BoxKind.DETAIL)])

    assert read(database, vault) == {OWNER: CONTENT, OTHER: CONTENT}
    assert read(database, vault, BoxKind.DETAIL) == {OWNER: CONTENT}
    assert read(database, vault, BoxKind.CALL_DETAIL) == {}
    with database.read() as session:
        assert boxes.read(session, vault, BoxKind.CALLBACK, []) == {}


def test_a_box_that_cannot_be_opened_is_absent_and_told_and_keeps_no_other_from_being_read(
    database, vault, write, caplog
):
    """As one that was altered, and as those of a day whose key was lost with the vault and made anew."""
    write(lambda session: [put(session), put(session, OTHER)])
    write(
        lambda session: session.change(
            update(SealedBoxRow).where(SealedBoxRow.owner_id == OWNER).values(ciphertext=bytes(40))
        )
    )

    assert read(database, vault) == {OTHER: CONTENT}
    (told,) = caplog.records
    assert (told.message, told.levelname) == ("a sealed box cannot be opened", "ERROR")

    for key in vault.folder.glob("*.key"):
        key.unlink()
    anew = Vault(vault.folder)
    anew.seal(OWNER, BoxKind.CALLBACK, AT.date(), CONTENT)
    assert read(database, anew) == {}


def test_an_event_can_show_that_a_box_was_not_replaced(database, write):
    kept = write(put)

    with database.read() as session:
        assert ciphertext_hash(session.execute(select(SealedBoxRow.ciphertext)).scalar_one()) == kept


def test_boxes_are_keyed_in_the_order_in_which_they_were_sealed(database, write):
    """Random keys would have a batch touch a page of a large index for each box."""
    days = [AT + timedelta(days=place) for place in range(5)]
    for at in days:
        write(lambda session, at=at: put(session, at=at))

    with database.read() as session:
        kept = session.execute(select(SealedBoxRow.day).order_by(SealedBoxRow.id)).scalars().all()
    assert kept == [at.date().isoformat() for at in days]


def test_erasing_takes_the_box_alone(database, vault, write):
    write(lambda session: [put(session), put(session, OTHER), put(session, kind=BoxKind.DETAIL)])

    erased = write(lambda session: (boxes.erase(session, BoxKind.CALLBACK, OWNER), session.erased)[1])

    assert erased == 1
    assert read(database, vault) == {OTHER: CONTENT}
    assert read(database, vault, BoxKind.DETAIL) == {OWNER: CONTENT}


def test_an_erased_box_is_in_no_byte_of_the_database(sqlite_database, vault, data_dir):
    """Not in the tables, their free space or the write-ahead log; the control is the other box, which is there."""
    writes(sqlite_database, vault, lambda session: [put(session), put(session, OTHER)])
    with sqlite_database.read() as session:
        rows = session.execute(select(SealedBoxRow.owner_id, SealedBoxRow.wrapped_key, SealedBoxRow.ciphertext)).all()
    secrets = {owner: (wrapped[1:], ciphertext) for owner, wrapped, ciphertext in rows}
    assert all(each in every_byte_under(data_dir) for pair in secrets.values() for each in pair)

    writes(sqlite_database, vault, lambda session: boxes.erase(session, BoxKind.CALLBACK, OWNER))
    assert truncate_wal(sqlite_database)

    left = every_byte_under(data_dir)
    assert not any(each in left for each in secrets[OWNER])
    assert all(each in left for each in secrets[OTHER])
    assert b"canary" not in left


def test_an_erased_box_is_in_the_log_until_that_is_emptied(sqlite_database, vault, data_dir):
    """The positive control of the test above: it can see what it looks for."""
    writes(sqlite_database, vault, put)
    with sqlite_database.read() as session:
        wrapped = session.execute(select(SealedBoxRow.wrapped_key)).scalar_one()[1:]

    writes(sqlite_database, vault, lambda session: boxes.erase(session, BoxKind.CALLBACK, OWNER))

    assert wrapped in every_byte_under(data_dir)


def test_under_a_legal_hold_a_box_is_shown_to_nobody_and_erased_when_it_ends(database, vault, write):
    write(put)
    (vault.folder / HOLD_FILE).touch()
    erased = write(lambda session: (boxes.erase(session, BoxKind.CALLBACK, OWNER), session.erased)[1])

    assert erased == 0
    assert read(database, vault) == {}
    assert how_many(database) == 1

    (vault.folder / HOLD_FILE).unlink()
    assert write(lambda session: (boxes.erase_set_aside(session), session.erased)[1]) == 1
    assert how_many(database) == 0


def test_ending_a_hold_erases_only_what_was_set_aside(database, vault, write):
    write(put)

    write(boxes.erase_set_aside)

    assert read(database, vault) == {OWNER: CONTENT}


@pytest.mark.parametrize(("retention", "left"), [(RetentionClass.CALLBACK, 3), (RetentionClass.DETAIL, 2)])
def test_a_day_of_a_class_is_erased_whole_and_nothing_else(database, vault, write, retention, left):
    next_day = AT + timedelta(days=1)
    write(
        lambda session: [
            put(session),
            put(session, kind=BoxKind.DETAIL),
            put(session, kind=BoxKind.CALL_DETAIL),
            put(session, OTHER, at=next_day),
        ]
    )

    erased = write(lambda session: boxes.erase_day(session, retention, AT.date()))

    assert erased == 4 - left
    assert how_many(database) == left


def test_a_box_whose_day_is_over_is_absent(database, vault, write):
    write(put)

    vault.destroy(RetentionClass.CALLBACK, AT.date())

    assert read(database, vault) == {}
