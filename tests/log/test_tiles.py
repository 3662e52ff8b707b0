"""The ledger's endpoints, to the byte: widths, sizes, what is open, proofs."""

import base64
import hashlib

import pytest

from app.ledger.checkpoint import VerifierKey, open_checkpoint
from app.ledger.entry import entry, leaf_hash
from app.ledger.merkle import Frontier, inclusion_holds
from app.ledger.source import decode_opened
from app.ledger.tiles import decode_entries
from app.ledger.tlog_proof import check_proof
from tests.log.steps import keys_of, many_events, signed, tick


@pytest.fixture
def reader(desk):
    return desk.as_(None)


@pytest.fixture
def some(desk):
    """The service after some more than 256 events, and a checkpoint over them."""
    many_events(desk, 280)
    tick(desk)
    return desk


def test_the_root_follows_from_the_entries_that_are_served(some, reader):
    checkpoint = signed(some)
    width = checkpoint.size - 256

    entries = decode_entries(reader.get("/ledger/tile/entries/000").content)
    entries += decode_entries(reader.get(f"/ledger/tile/entries/001.p/{width}").content)
    tiles = reader.get("/ledger/tile/0/000").content + reader.get(f"/ledger/tile/0/001.p/{width}").content

    assert Frontier().append(map(leaf_hash, entries)).root() == checkpoint.root
    assert tiles == b"".join(map(leaf_hash, entries))
    assert len(reader.get("/ledger/tile/1/000.p/1").content) == 32


NOT_THERE = [
        "/ledger/tile/0/001", "/ledger/tile/0/001.p/0", "/ledger/tile/0/001.p/256", "/ledger/tile/0/001.p/257",
        "/ledger/tile/0/001.p/200", "/ledger/tile/0/002", "/ledger/tile/0/002.p/1", "/ledger/tile/1/000",
        "/ledger/tile/1/000.p/2", "/ledger/tile/2/000.p/1", "/ledger/tile/64/000", "/ledger/tile/-1/000",
        "/ledger/tile/0/0", "/ledger/tile/0/x000/000", "/ledger/tile/0/1", "/ledger/tile/entries/001",
        "/ledger/tile/entries/002.p/1", "/ledger/tile/0/000.p/", "/ledger/tile/0/000.p/01", "/ledger/opened/002",
        "/ledger/opened/001.p/5", "/ledger/opened/1", "/ledger/tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "/ledger/tile/0/", "/ledger/tile/0", "/ledger/nothing", "/ledger/tile/00/000",
    ]  # fmt: skip


def test_what_does_not_exist_yet_is_404_and_never_empty(some, reader):
    for path in NOT_THERE:
        answer = reader.get(path)
        assert answer.status_code == 404, path
        assert "immutable" not in answer.headers["cache-control"], path


def test_no_leaf_beyond_the_checkpoint_is_served(some, reader):
    size = signed(some).size
    some.logged()

    assert reader.get(f"/ledger/tile/0/001.p/{size - 255}").status_code == 404
    assert reader.get(f"/ledger/tile/entries/001.p/{size - 255}").status_code == 404
    assert not any(decode_opened(1, reader.get("/ledger/opened/001").content))


def test_tiles_never_change_and_say_so(some, reader):
    first = reader.get("/ledger/tile/0/000")
    partial = reader.get("/ledger/tile/0/001.p/9")
    many_events(some, 300)
    tick(some)

    assert reader.get("/ledger/tile/0/000").content == first.content
    assert reader.get("/ledger/tile/0/001.p/9").content == partial.content
    for answer in (first, partial):
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["access-control-allow-origin"] == "*"


def test_the_checkpoint_is_cached_for_seconds(some, reader):
    answer = reader.get("/ledger/checkpoint")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=5"


def test_every_leaf_is_open_once_it_is_old_save_places_of_what_is_not_settled(desk, reader, settle):
    settle()
    waiting = desk.logged()
    tick(desk)
    assert not any(decode_opened(0, reader.get("/ledger/opened/000").content))

    desk.clock.forward(hours=24)
    opened = decode_opened(0, reader.get("/ledger/opened/000").content)[: signed(desk).size]

    closed = [index for index, leaf in enumerate(opened) if leaf is None]
    with desk.service.database.read() as session:
        from app.store import log  # noqa: PLC0415  # loaded only where it is needed

        places = [leaf.index for leaf in log.leaves_of(session, [waiting["number"]])[waiting["number"]]][1:]
    assert closed == places
    entries = decode_entries(reader.get(f"/ledger/tile/entries/000.p/{signed(desk).size}").content)
    assert all(
        entry(leaf.salt, leaf.payload) == committed for leaf, committed in zip(opened, entries, strict=True) if leaf
    )


def test_evidence_leads_from_each_open_leaf_to_the_signed_root(desk, reader, settle):
    inquiry = settle()
    desk.clock.forward(hours=24)

    told = reader.get(f"/v1/log/{inquiry['number']}/evidence").json()

    checkpoint = open_checkpoint(told["checkpoint"].encode(), [VerifierKey.parse(key) for key in keys_of(desk)])
    assert len(told["events"]) == 4
    for leaf in told["events"]:
        committed = b"v1 " + hashlib.sha256(bytes.fromhex(leaf["salt"]) + leaf["payload"].encode()).hexdigest().encode()
        proof = [base64.b64decode(step) for step in leaf["proof"]]
        assert inclusion_holds(leaf_hash(committed), leaf["index"], checkpoint.size, proof, checkpoint.root)


def test_evidence_is_for_what_is_listed_alone(desk, reader, settle):
    number = settle()["number"]

    assert reader.get(f"/v1/log/{number}/evidence").status_code == 404
    assert reader.get("/v1/log/2026-999999/evidence").status_code == 404


def test_a_proof_that_does_not_hold_does_not_go_out(desk, reader, settle, exec_past_triggers):
    number = settle()["number"]
    desk.clock.forward(hours=24)
    assert reader.get(f"/v1/log/{number}/evidence").status_code == 200
    exec_past_triggers(
        f"""UPDATE event SET payload = replace(payload, 'confirmed', 'declined') WHERE subject = '{number}'""",  # noqa: S608  # ours
        desk,
    )
    desk.logged()
    tick(desk)  # what was kept goes

    assert reader.get(f"/v1/log/{number}/evidence").status_code == 503


def test_an_asker_can_prove_that_the_inquiry_was_logged(desk, reader):
    tick(desk)
    inquiry = desk.logged(address="1234 Quetzalcoatl Parkway SE")
    early = reader.get(f"/v1/status/{inquiry['receipt']}/proof")
    assert early.status_code == 404
    assert 1 <= int(early.headers["retry-after"]) <= 61

    tick(desk)
    desk.clock.forward(seconds=2)
    proof = reader.get(f"/v1/status/{inquiry['receipt']}/proof")

    proven = check_proof(proof.content, [VerifierKey.parse(key) for key in keys_of(desk)])
    assert b'"kind":"inquiry:logged"' in proven.payload
    assert inquiry["number"].encode() in proven.payload
    assert b"Quetzal" not in proven.payload
    assert proof.headers["content-type"] == "text/plain; charset=utf-8"
    assert proof.headers["cache-control"] == "no-store"


def test_a_proof_needs_a_receipt_that_there_is(reader):
    unknown, malformed = (reader.get(f"/v1/status/{each}/proof") for each in ("K7QF-2M9X-TD3W", "x"))

    assert unknown.status_code == malformed.status_code == 404
    assert "retry-after" not in unknown.headers


def test_proofs_are_limited_like_other_look_ups(desk_with):
    desk = desk_with(public_rate="3/minute")

    statuses = [desk.as_(None).get("/v1/status/K7QF-2M9X-TD3W/proof").status_code for _ in range(4)]

    assert statuses == [404, 404, 404, 429]
