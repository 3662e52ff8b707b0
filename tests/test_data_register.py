"""What is stored is in the data register, and what is in the register is stored: columns, boxes, files, log lines."""

import json
import logging
from datetime import timedelta
from fnmatch import fnmatch
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlmodel import SQLModel

from app.domain.sealed import BoxKind, Retention
from app.service.read_data_register import STORES, Periods, as_page, read_data_register
from app.settings import Settings
from app.store import tables
from app.store.vault import Vault
from app.web.log_lines import JsonLines
from tests.desk import open_desk

DEFAULTS = Settings.model_construct()
REGISTER = read_data_register(
    Periods(DEFAULTS.policy.retention, DEFAULTS.publication_delay, DEFAULTS.checkpoint_interval)
)
REPOSITORY = Path(__file__).parent.parent


def registered(store):
    return {(each.place, each.field) for each in REGISTER if each.store == store}


def told_wrongly(told, stored):
    """Say what app/data_register.toml lacks, and what it tells of that is not stored; nothing if it is right."""
    untold, gone = sorted(stored - told), sorted(told - stored)
    return (f"not in app/data_register.toml: {untold}. " if untold else "") + (f"not stored: {gone}" if gone else "")


@pytest.fixture
def desk(sqlite_url, data_dir):
    with open_desk(sqlite_url, data_dir) as opened:
        yield opened


def test_each_column_of_the_tables_is_in_the_register_and_nothing_that_is_not():
    assert tables.EventRow.metadata is SQLModel.metadata
    columns = {(table.name, column.name) for table in SQLModel.metadata.tables.values() for column in table.columns}

    assert told_wrongly(registered("table") - {("alembic_version", "version_num")}, columns) == ""


def test_each_column_of_a_migrated_database_is_in_the_register_and_nothing_that_is_not(database):
    found = inspect(database.reading)
    columns = {(table, column["name"]) for table in found.get_table_names() for column in found.get_columns(table)}

    assert told_wrongly(registered("table"), columns) == ""


def test_what_is_sealed_is_in_the_register_and_nothing_that_is_not(desk, monkeypatch):
    sealed = set()
    seal = Vault.seal

    def seen(vault, owner_id, kind, day, content, random):
        sealed.update((kind.value, name) for name in content)
        return seal(vault, owner_id, kind, day, content, random)

    monkeypatch.setattr(Vault, "seal", seen)
    desk.contact()
    inquiry = desk.logged(callback={"phone": "+15055550100"})
    desk.put(f"/v1/inquiries/{inquiry['id']}/callback", {"email": "asker@example.org"})
    call = desk.called(inquiry, outcome="confirmed", answered_by="duty officer", reference="R 7", note="Until noon.")
    corrected = {"outcome": "not_ice", "reason": "They called back.", "note": "It was another agency."}
    assert desk.as_("supervisor").post(f"/v1/calls/{call['id']}/correction", corrected).status_code == 200

    assert registered("sealed") == sealed
    assert {kind for kind, _ in sealed} == {kind.value for kind in BoxKind}


def test_everything_sealed_is_marked_as_sealed_and_never_published():
    boxed = [each for each in REGISTER if each.store == "sealed"]

    assert boxed
    assert all(each.sealed and not each.published and each.published_as is None for each in boxed)


def test_each_file_that_the_service_writes_is_in_the_register(desk):
    desk.logged(callback={"phone": "+15055550100"})
    names = {file.relative_to(desk.data_dir).as_posix() for file in desk.data_dir.rglob("*") if file.is_file()}
    patterns = {("vault/" if place == "vault_dir" else "") + field for place, field in registered("file")}

    assert names
    assert [name for name in names if not any(fnmatch(name, pattern) for pattern in patterns)] == []
    unseen = {pattern for pattern in patterns if not any(fnmatch(name, pattern) for name in names)}
    # The one is made by the operator, the other for the first webhook.
    assert unseen <= {"vault/LEGAL-HOLD", "webhook.key", "checkpoint"}


def test_each_part_of_a_log_line_is_in_the_register(desk, caplog):
    caplog.set_level("INFO")

    desk.logged()
    desk.get("/v1/inquiries/nowhere")
    desk.as_(None).get("/v1/inquiries")
    parts = {name for record in caplog.records for name in json.loads(JsonLines().format(record))}
    # What a failing writer and a failing request add (app/store/writer.py, app/web/observing.py).
    failed = logging.LogRecord("app", logging.ERROR, "", 0, "failed", None, None)
    failed.__dict__.update(error="ValueError", place="x.py:1", request="…", code="SQLITE_FULL", constraint="uq_x")
    parts |= set(json.loads(JsonLines().format(failed)))

    assert {field for _, field in registered("log")} == parts


@pytest.mark.parametrize("stored", REGISTER, ids=lambda each: f"{each.place}.{each.field}")
def test_each_line_of_the_register_has_its_sentences_in_both_languages(stored):
    sentences = [stored.why, stored.kept, *([stored.published_as] if stored.published_as else [])]

    assert stored.store in STORES
    for words in sentences:
        for sentence in (words.en, words.es):
            assert sentence.endswith(".")
            assert "{" not in sentence
            assert "  " not in sentence
        assert words.en != words.es


def test_no_note_receipt_contact_or_staff_is_published():
    published = {(each.place, each.field) for each in REGISTER if each.published}

    assert not published & {("inquiry", "receipt"), ("inquiry", "received_by"), ("inquiry", "claimed_by")}
    assert not published & {("call", "placed_by"), ("call", "recorded_by"), ("correction", "by"), ("event", "by")}
    assert not [each for each in published if each[0] in {"contact", "token", "idempotency", "sealed_box", *BoxKind}]


def test_the_page_is_what_the_register_says():
    page = (REPOSITORY / "docs" / "data.md").read_text(encoding="utf-8")

    assert page == as_page(REGISTER), "run: python -m app data-register > docs/data.md"


def test_the_register_tells_the_periods_that_are_set():
    periods = Periods(Retention(timedelta(hours=36), timedelta(days=400)), timedelta(minutes=90), timedelta(minutes=2))
    kept = {each.field: each.kept for each in read_data_register(periods) if each.store == "sealed"}
    asked_at = next(each for each in read_data_register(periods) if each.field == "asked_at")

    assert "at the latest 36 hours after" in kept["phone"].en
    assert "a más tardar 36 horas después" in kept["phone"].es
    assert kept["note"].en.startswith("400 days, ")
    assert kept["note"].es.startswith("400 días, ")
    assert "90 minutes after" in asked_at.published_as.en
    assert "90 minutos después" in asked_at.published_as.es


def test_anybody_can_read_the_register(desk):
    answer = desk.as_(None).get("/v1/data-register")

    assert answer.status_code == 200
    items = answer.json()["items"]
    assert [(each["store"], each["place"], each["field"]) for each in items] == [
        (each.store, each.place, each.field) for each in REGISTER
    ]
    block = next(each for each in items if each["field"] == "block")
    assert block["published"] is True
    assert "area command stands alone" in block["published_as"]["en"]
    note = next(each for each in items if (each["place"], each["field"]) == ("detail", "note"))
    assert (note["published"], note["published_as"], note["sealed"]) == (False, None, True)
