"""The demo is a day that could have been: told by the use cases, accepted by the screen, partly public already."""

import shutil
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select

from app.demo import FILE, STORY, NotEmpty, fill
from app.domain.screening import screen
from app.settings import Settings
from app.store.engine import open_database
from app.store.session import WriteSession
from app.store.tables import CallInquiryRow, CallRow, CorrectionRow, EventRow, InquiryRow, SealedBoxRow, TokenRow
from app.store.vault import Vault

NOW = datetime(2026, 3, 11, 19, 30, tzinfo=UTC)
DAY = tomllib.loads(FILE.read_text(encoding="utf-8"))
POLICY = Settings.model_construct().policy


def filled(database, folder, now=NOW):
    same_in_each_run = Random(1).randbytes  # noqa: S311  # so that two databases can be compared
    with WriteSession(
        database.writing, vault=Vault(folder), policy=POLICY, screen_version="1.0.0", random=same_in_each_run
    ) as session:
        session.begin_batch()
        logged = fill(session, now)
        session.write_pending()
        session.commit()
    return logged


def rows(database, table, *left_out):
    kept = [column for column in table.__table__.columns if column.name not in left_out]
    with database.read() as session:
        return [tuple(row) for row in session.execute(select(*kept).order_by(*table.__table__.primary_key))]


@pytest.fixture
def demo(database, tmp_path):
    filled(database, tmp_path / "demo-vault")
    return database


def texts():
    """Yield each text of the day that the screen would read, and where it stands."""
    read = {
        "log_inquiry": ("address", "outlet", "note"),
        "place_call": ("answered_by", "reference", "note"),
        "record_outcome": ("answered_by", "reference", "note"),
        "correct_call": ("answered_by", "reference", "note", "reason"),
        "add_contact": ("title",),
        "add_facility": ("name",),
    }
    for verb, names in read.items():
        for step in DAY[verb]:
            yield from (
                (f"{verb} {step.get('name', step.get('call'))}: {name}", step[name]) for name in names if name in step
            )


@pytest.mark.parametrize("text", [text for _, text in texts()], ids=[place for place, _ in texts()])
def test_the_screen_accepts_each_text_of_the_day(text):
    assert screen(text) == ()


def test_the_day_is_the_same_on_both_engines(demo, migrated_file, tmp_path):
    shutil.copy(migrated_file, tmp_path / "other.db")
    other = open_database(f"sqlite:///{tmp_path / 'other.db'}")
    filled(other, tmp_path / "other-vault")

    # What is sealed may differ, and with it its hashes; boxes are numbered by the database, which may have had others.
    for table, *left_out in (
        (InquiryRow,),
        (CallRow,),
        (CallInquiryRow,),
        (CorrectionRow,),
        (TokenRow,),
        (EventRow, "sealed", "payload"),
        (SealedBoxRow, "id", "wrapped_key", "ciphertext"),
    ):
        here = rows(demo, table, *left_out)
        assert here
        assert here == rows(other, table, *left_out)
    other.dispose()


def test_the_day_has_every_status_source_and_way_of_withdrawing(demo):
    inquiries = rows(demo, InquiryRow)
    names = [column.name for column in InquiryRow.__table__.columns]
    found = {name: Counter(str(row[names.index(name)]) for row in inquiries) for name in names}

    assert len(inquiries) == len(DAY["log_inquiry"]) == 40
    assert set(found["status"]) == {
        "open", "calling", "awaiting_ice", "confirmed", "not_ice", "unconfirmed", "withdrawn",
    }  # fmt: skip
    assert set(found["source"]) == {"public", "media", "city"}
    assert set(found["language"]) == {"en", "es"}
    assert set(found["withdrawn_reason"]) == {"by_asker", "outside_city", "entered_in_error", "duplicate", "None"}
    assert found["claimed_by"]["None"] == len(inquiries) - 1
    assert "None" not in {
        str(row[names.index("block")]) for row in inquiries if row[names.index("status")] != "withdrawn"
    }


def test_each_use_case_is_in_the_day():
    assert set(DAY) == {
        "create_token", "add_contact", "add_facility", "log_inquiry", "place_call", "record_outcome", "join_call",
        "correct_call", "claim", "read_callback", "mend_callback", "erase_callback", "mark_answered", "withdraw",
    }  # fmt: skip
    assert max(len(call["for"]) for call in DAY["place_call"]) >= 3


def test_late_entries_carry_both_times(demo):
    with demo.read() as session:
        times = session.execute(select(InquiryRow.asked_at, InquiryRow.received_at)).all()
    late = [received - asked for asked, received in times if received - asked > timedelta(minutes=15)]

    assert len(late) == 4


def test_a_part_of_the_day_is_older_than_the_publication_delay_and_nothing_is_in_the_future(demo):
    delay = Settings.model_construct().publication_delay
    with demo.read() as session:
        at = session.execute(select(EventRow.at).order_by(EventRow.index)).scalars().all()
        settled = session.execute(select(InquiryRow.settled_at).where(InquiryRow.settled_at.is_not(None))).scalars()
        public = [moment for moment in settled if moment <= NOW - delay]

    assert at == sorted(at)
    assert at[0] >= NOW - STORY
    assert at[-1] <= NOW
    assert len(public) >= 8


def test_the_tokens_of_the_day_end_with_it(demo):
    with demo.read() as session:
        ends = session.execute(select(TokenRow.expires_at)).scalars().all()

    assert len(ends) == 3
    assert all(end <= NOW for end in ends)


def test_a_database_with_an_inquiry_is_left_alone(demo, tmp_path):
    before = rows(demo, EventRow)

    with pytest.raises(NotEmpty):
        filled(demo, tmp_path / "demo-vault")

    assert rows(demo, EventRow) == before
