"""The short version of the trials in tests/faults/kill.py, on each engine, with the control that proves their sight."""

import signal
from datetime import UTC, datetime

from app.domain.moment import exact
from tests.faults.kill import run
from tests.process import migrated


def test_what_was_acknowledged_survives_sigkill_under_load_and_nothing_is_doubled(tmp_path):
    report = run(tmp_path, 10, seed=20260721)

    assert report.violations == []
    assert report.acknowledged > 50
    assert report.sent_again > 10


def test_so_it_is_on_postgresql(tmp_path, postgresql_server):
    url = postgresql_server.create_database()

    report = run(tmp_path, 2, seed=20260721, APP_DATABASE_URL=url)

    assert report.violations == []
    assert report.acknowledged > 10


def test_a_service_that_acknowledges_before_its_commit_is_caught(tmp_path):
    report = run(tmp_path, 3, seed=20260721, early=True)

    # What was lost is missed, or was made anew when its request was repeated to see.
    lost = {"an acknowledged inquiry is there 0 times", "a repeat was answered by another resource"}
    assert lost & set(report.violations)


def test_a_service_that_is_asked_to_end_ends_and_all_that_it_acknowledged_is_there(tmp_path):
    process = migrated(tmp_path)
    try:
        token = process.token("intake")
        process.start()
        place, observation = {"latitude": 35.08, "longitude": -106.63}, {"activity": "other"}
        body = {"source": "city", "channel": "311", "place": place, "observation": observation}
        body["observed_at"] = exact(datetime.now(UTC))
        logged = process.request("POST", "/v1/inquiries", token, json=body)
        assert process.stop() in {0, -signal.SIGTERM}
        process.start()
        assert process.request("GET", f"/v1/status/{logged.json()['receipt']}").status_code == 200
        assert "Traceback" not in process.log()
        assert token not in process.log()
    finally:
        process.close()
