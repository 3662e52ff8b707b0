"""docs/webhooks.md holds what it says: its receivers run as printed, its events and fields are those that are sent."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.delivery.signing import signed_headers
from app.domain.delivery import SCHEDULE
from app.domain.webhook import MessageType
from app.store.webhooks import SECRET_BYTES, new_secret
from app.web.schemas.messages import Message
from app.web.webhook_document import EXAMPLES, webhook_operations, webhook_schemas
from tests.delivery.at_work import outbox_over, working
from tests.delivery.receivers import refused_port, wait_until

PAGE = (Path(__file__).parent.parent.parent / "docs" / "webhooks.md").read_text(encoding="utf-8")
SECRET, OTHER = new_secret(b"r" * SECRET_BYTES), new_secret(b"o" * SECRET_BYTES)
ID = "019a9c20-aaaa-7000-8000-000000000001"
BODY = json.dumps(EXAMPLES[MessageType.INQUIRY_STATUS_CHANGED])


def block(language):
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[1]


@contextmanager
def documented(language, folder, secret):
    """Run a receiver as the page prints it; give its URL and what it printed so far."""
    suffix, command = {"python": (".py", [sys.executable]), "javascript": (".mjs", [shutil.which("node")])}[language]
    program, printed, port = folder / f"receiver{suffix}", folder / "printed.txt", refused_port()
    program.write_text(block(language))
    with printed.open("w") as output:
        process = subprocess.Popen(
            [*command, str(program)],
            env={**os.environ, "WEBHOOK_SECRET": secret, "PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: answers(port) or process.poll() is not None, seconds=20)
        assert process.poll() is None, printed.read_text()
        yield f"http://127.0.0.1:{port}/", lambda: told(printed)
    finally:
        process.kill()
        process.wait(10)


def told(printed):
    """Return what a receiver took; Python's also writes a line for each request."""
    return [line for line in printed.read_text().splitlines() if line.startswith(("inquiry.", "call.", "alert."))]


def answers(port):
    try:
        return post(f"http://127.0.0.1:{port}/", {}, b"{}") == 401
    except OSError:
        return False


def post(url, headers, body):
    try:
        return urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=5).status  # noqa: S310  # the framework's own form
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


@pytest.fixture(params=["python", "javascript"])
def receiver(request, tmp_path):
    with documented(request.param, tmp_path, SECRET) as running:
        yield running


def signed(*secrets, at=None, body=BODY):
    return signed_headers(secrets, ID, body, at or datetime.now(UTC))


def test_a_documented_receiver_takes_what_is_signed_and_a_repeat_once(receiver):
    url, printed = receiver

    assert post(url, signed(SECRET), BODY.encode()) == 204
    assert post(url, signed(SECRET), BODY.encode()) == 204
    assert post(url, signed(OTHER, SECRET), BODY.encode()) == 204  # while the secret is being changed
    wait_until(printed)
    assert printed() == ["inquiry.status_changed 2026-000123 confirmed"]


def test_a_documented_receiver_refuses_what_is_not(receiver):
    url, printed = receiver
    old, early = (datetime.fromtimestamp(time.time() + seconds, UTC) for seconds in (-400, 400))

    for headers, body in [
        ({}, BODY),
        (signed(OTHER), BODY),
        (signed(SECRET), BODY + " "),
        ({**signed(SECRET), "webhook-id": "another"}, BODY),
        ({**signed(SECRET), "webhook-signature": "v1,"}, BODY),
        ({**signed(SECRET), "webhook-signature": signed(SECRET)["webhook-signature"].replace("v1,", "v2,")}, BODY),
        ({**signed(SECRET), "webhook-timestamp": "now"}, BODY),
        (signed(SECRET, at=old), BODY),
        (signed(SECRET, at=early), BODY),
    ]:
        assert post(url, headers, body.encode()) == 401
    assert printed() == []


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_the_worker_and_a_documented_receiver_understand_each_other(sqlite_database, vault, tmp_path, language):
    with outbox_over(sqlite_database, vault) as outbox:
        port = refused_port()
        _, secret = outbox.adds_webhook(f"http://127.0.0.1:{port}/", MessageType.INQUIRY_LOGGED)
        with documented(language, tmp_path, secret) as (url, printed):
            from app.service.keep_webhooks import change_webhook  # noqa: PLC0415  # loaded only where it is needed
            from app.store.webhooks import webhooks  # noqa: PLC0415  # loaded only where it is needed
            from tests.builders import SUPERVISOR  # noqa: PLC0415  # loaded only where it is needed

            with sqlite_database.read() as session:
                webhook_id = webhooks.first(session).id
            outbox.writer.submit(
                lambda session: change_webhook(session, webhook_id, {"url": url}, None, SUPERVISOR, outbox.clock())
            ).result(10)
            with working(outbox):
                outbox.logs(3)
                wait_until(lambda: len(printed()) == 3)
                wait_until(lambda: outbox.states(webhook_id) == ["delivered"] * 3)


def test_the_page_names_every_event_and_prints_a_payload_of_today():
    assert set(re.findall(r"^\| `([a-z_.]+)` \|", PAGE, re.MULTILINE)) == {each.value for each in MessageType}
    printed = json.loads(block("json"))
    assert Message.model_validate(printed).model_dump(mode="json") == printed


def test_the_page_tells_the_schedule():
    words = {"seconds": "s", "minutes": "min", "hours": "h"}
    assert set(words) == {"seconds", "minutes", "hours"}
    times = []
    for each in SCHEDULE[1:]:
        seconds = int(each.total_seconds())
        size, unit = next((size, unit) for size, unit in ((3600, "h"), (60, "min"), (1, "s")) if seconds % size == 0)
        times.append(f"{seconds // size} {unit}")
    assert ", ".join(times[:-1]) + f" and {times[-1]} after its first attempt" in " ".join(PAGE.split())


@pytest.mark.parametrize("message", MessageType)
def test_every_event_is_documented_with_a_payload_that_is_one(message):
    operation = webhook_operations()[message.value]["post"]
    content = operation["requestBody"]["content"]["application/json"]

    assert content["example"] == EXAMPLES[message]
    assert Message.model_validate(EXAMPLES[message]).model_dump(mode="json") == EXAMPLES[message]
    assert EXAMPLES[message]["type"] == message.value
    schema = webhook_schemas()[content["schema"]["$ref"].rpartition("/")[2]]
    assert schema["properties"]["type"]["const"] == message.value
    assert {each["name"] for each in operation["parameters"]} == set(signed(SECRET))
