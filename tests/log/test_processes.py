"""The ledger of real processes, over HTTP: killed while they write, two at once, and read by Go's own libraries."""

import base64
import hashlib
import json
import shutil
import sqlite3
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.domain.moment import exact
from app.ledger.checkpoint import VerifierKey, open_checkpoint
from tests.faults import kill
from tests.ledger.test_go import go_verifier, verdict
from tests.process import Process, migrated

__all__ = ["go_verifier"]

AT_ONCE = {"APP_PUBLICATION_DELAY": "PT0S", "APP_CHECKPOINT_INTERVAL": "PT1S"}
WITHOUT_KEY = (
    "Without --key this tells only whether it agrees with itself, not whose it is:"
    " give --key with a key that you were given apart from it.\n"
)
LOGGED = 130  # two events each: a full tile and some


def log_inquiry(process, token, key="a"):
    body = {
        "source": "city",
        "channel": "311",
        "observed_at": exact(datetime.now(UTC)),
        "place": {"latitude": 35.08, "longitude": -106.63},
        "observation": {"activity": "other"},
    }
    answer = process.request("POST", "/v1/inquiries", token, json=body, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    return answer.json()


def signed(process):
    keys = [VerifierKey.parse(line) for line in process.request("GET", "/ledger/key").text.splitlines()]
    return open_checkpoint(process.request("GET", "/ledger/checkpoint").content, keys)


def wait_until(holds):
    ended = threading.Event()
    for _ in range(200):
        if holds():
            return
        ended.wait(0.05)
    raise AssertionError("it did not come to that within ten seconds")


def is_sound(process):
    done = process.command("verify", "--database")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == WITHOUT_KEY
    return done.stdout.startswith("Sound: ")


def test_a_ledger_is_sound_after_sigkill_at_any_moment_of_its_writing(tmp_path):
    assert kill.run(tmp_path, 2, seed=20260721, **AT_ONCE).violations == []

    process = Process(tmp_path, **AT_ONCE)
    try:
        assert is_sound(process)
        process.start()  # the right edge was checked before it answered
        assert process.request("GET", "/readyz").json()["ledger"] == "ok"
    finally:
        process.close()


def test_an_older_database_put_back_is_found_by_verify_and_stops_the_start(tmp_path):
    process = migrated(tmp_path, **AT_ONCE)
    try:
        token = process.token("intake")
        process.start()
        log_inquiry(process, token)
        process.stop()
        shutil.copy(process.data_dir / "app.db", tmp_path / "older.db")
        process.start()
        size = signed(process).size
        log_inquiry(process, token, "b")
        wait_until(lambda: signed(process).size > size)
        process.stop()
        shutil.copy(tmp_path / "older.db", process.data_dir / "app.db")

        verified, started = process.command("verify", "--database"), process.command("serve")
    finally:
        process.close()

    assert verified.returncode == 1
    assert "leaves were signed once, and now there are" in verified.stdout
    assert started.returncode != 0
    assert "older than the newest checkpoint" in started.stderr


def test_of_the_tables_too_a_key_that_is_given_has_to_have_signed(tmp_path):
    process = migrated(tmp_path, **AT_ONCE)
    try:
        process.start()
        process.stop()
        folders = (process.data_dir, tmp_path / "another")
        ours, another = (
            process.command("ledger-key", "show", APP_DATA_DIR=str(folder)).stdout.strip() for folder in folders
        )

        by_ours = process.command("verify", "--database", "--key", ours)
        by_another = process.command("verify", "--database", "--key", another)
        by_both = process.command("verify", "--database", "--key", another, "--key", ours)
    finally:
        process.close()

    assert (by_ours.returncode, by_ours.stderr) == (by_both.returncode, by_both.stderr) == (0, "")
    assert by_another.returncode == 1
    assert "no trusted key has signed this" in by_another.stdout


def test_before_anything_was_signed_the_tables_can_be_checked_against_nothing(tmp_path):
    process = migrated(tmp_path, **AT_ONCE)
    try:
        empty = process.command("verify", "--database")
        process.token("intake")  # an event
        unsigned = process.command("verify", "--database")
    finally:
        process.close()

    for done in (empty, unsigned):
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            "Could not check: the tables keep no checkpoint and no key, as before the first start of the service.\n"
        )


def test_tables_that_were_emptied_are_not_sound(tmp_path):
    process = migrated(tmp_path, **AT_ONCE)
    try:
        process.start()
        process.stop()
        emptied = sqlite3.connect(process.data_dir / "app.db")
        with emptied:
            emptied.execute("DELETE FROM checkpoint")
        emptied.close()
        without_checkpoint = process.command("verify", "--database")
        (process.data_dir / "checkpoint").rename(tmp_path / "checkpoint")
        by_their_key = process.command("verify", "--database")
        (tmp_path / "checkpoint").rename(process.data_dir / "checkpoint")
        for file in process.data_dir.glob("app.db*"):
            file.unlink()
        assert process.command("migrate").returncode == 0
        by_the_file = process.command("verify", "--database")
    finally:
        process.close()

    for done in (without_checkpoint, by_their_key, by_the_file):
        assert done.returncode == 1
        assert "a checkpoint was signed before, and the tables keep none" in done.stdout


def test_two_processes_with_one_key_make_one_ledger(tmp_path):
    one = migrated(tmp_path, **AT_ONCE)
    other = Process(tmp_path, **AT_ONCE)
    try:
        token = one.token("intake")
        one.start()
        other.start()
        with ThreadPoolExecutor(8) as clients:
            made = list(clients.map(lambda turn: log_inquiry((one, other)[turn % 2], token, f"k{turn}"), range(60)))
        assert len({inquiry["number"] for inquiry in made}) == 60
        wait_until(lambda: signed(one).size >= 120 and signed(one) == signed(other))
        for each in (one, other):
            done = one.command("verify", "--url", each.url)
            assert done.returncode == 0, done.stdout
            assert done.stderr.endswith(WITHOUT_KEY)  # it may have waited for a checkpoint before
        assert is_sound(one)
    finally:
        one.close()
        other.close()


@pytest.fixture(scope="module")
def serving(tmp_path_factory) -> Iterator[Process]:
    """A service with a full tile of events and some more, all signed."""
    process = migrated(tmp_path_factory.mktemp("serving"), **AT_ONCE)
    try:
        intake, dispatcher, supervisor = (process.token(role) for role in ("intake", "dispatcher", "supervisor"))
        process.start()
        contact = {"title": "duty desk", "agency": "ero", "phone": "+15055550111"}
        process.request("POST", "/v1/contacts", supervisor, json=contact)
        made = [log_inquiry(process, intake, f"k{turn}") for turn in range(LOGGED)]
        for inquiry in (made[0], made[-1]):
            call = {"inquiry_ids": [inquiry["id"]], "outcome": "confirmed"}
            assert process.request("POST", "/v1/calls", dispatcher, json=call).status_code == 201
        wait_until(lambda: signed(process).size > 2 * LOGGED + 4)
        yield process
    finally:
        process.close()


@pytest.fixture
def claims(serving, tmp_path):
    """A folder with what the service claims: that the events of two entries are in the tree."""
    told = [
        leaf
        for number in ("000001", f"{LOGGED:06d}")
        for leaf in serving.request("GET", f"/v1/log/{datetime.now(UTC).year}-{number}/evidence").json()["events"]
    ]
    inclusion = [
        {"Index": leaf["index"], "Entry": base64.b64encode(entry_of(leaf)).decode(), "Proof": leaf["proof"]}
        for leaf in told
    ]
    assert len({claim["Index"] // 256 for claim in inclusion}) == 2
    (tmp_path / "claims.json").write_text(json.dumps({"Inclusion": inclusion, "Consistency": []}))
    return tmp_path


def entry_of(leaf):
    return b"v1 " + hashlib.sha256(bytes.fromhex(leaf["salt"]) + leaf["payload"].encode()).hexdigest().encode()


@contextmanager
def altering(url, path, place):
    """A server between the two that changes a byte of what one path answers."""

    class Between(BaseHTTPRequestHandler):
        def do_GET(self):
            try:
                with urllib.request.urlopen(url + self.path, timeout=10) as answer:  # noqa: S310  # ours
                    body = bytearray(answer.read())
            except urllib.error.HTTPError as error:
                self.send_error(error.code)
                return
            if self.path == path:
                body[place] ^= 1
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_go_finds_what_a_running_service_serves_sound(go_verifier, serving, claims):
    assert verdict(go_verifier, claims, serving.url) == "sound"


def test_go_finds_each_byte_that_is_altered_on_its_way(go_verifier, serving, claims):
    size = signed(serving).size
    answers = {
        "/ledger/checkpoint": "checkpoint:",
        "/ledger/key": "checkpoint:",
        "/ledger/tile/0/000": "",
        f"/ledger/tile/0/001.p/{size - 256}": "",
        "/ledger/tile/1/000.p/1": "",
        "/ledger/tile/entries/000": "bundle:",
        f"/ledger/tile/entries/001.p/{size - 256}": "bundle:",
    }
    for path, begins in answers.items():
        length = len(serving.request("GET", path).content)
        for place in (5, length // 2):
            with altering(serving.url, path, place) as between:
                found = verdict(go_verifier, claims, between)
            assert found != "sound", (path, place)
            assert found.startswith(begins), (path, place, found)
