"""The console's pages of alerts, corrections and webhooks: who sees them, what they show, in both languages."""

import json
import re

import pytest

from tests.delivery import receivers
from tests.delivery.receivers import receiving, wait_until
from tests.desk import open_desk

HERE = {"Sec-Fetch-Site": "same-origin"}
PAGES = ("/alerts", "/corrections", "/webhooks")


def browser(desk, role):
    answer = desk.as_(None).post("/console/sign-in", data={"token": desk.room.secrets[role], "next": ""}, headers=HERE)
    assert answer.status_code == 303
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0]}


def page(desk, path, role="supervisor", lang="en"):
    separator = "&" if "?" in path else "?"
    answer = desk.as_(None).get(f"/console{path}{separator}lang={lang}", headers=browser(desk, role))
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.text


@pytest.fixture
def local(sqlite_url, data_dir):
    with open_desk(sqlite_url, data_dir, webhook_allow=["127.0.0.0/8"]) as opened:
        opened.contact()
        yield opened


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page(local, path):
    assert local.as_(None).get(f"/console{path}").status_code == 303


def test_a_dispatcher_sees_alerts_and_corrections_and_no_webhooks(local):
    for path in ("/alerts", "/corrections"):
        page(local, path, "dispatcher")
    answer = local.as_(None).get("/console/webhooks", headers=browser(local, "dispatcher"))
    assert answer.status_code == 403


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("path", PAGES)
def test_each_page_stands_in_both_languages_empty_and_full(local, path, lang):
    assert f'lang="{lang}"' in page(local, path, lang=lang)
    inquiry = local.logged(activity="city_facility")
    call = local.called(inquiry, outcome="not_ice")
    local.post(f"/v1/inquiries/{inquiry['id']}/answered", {"method": "phone"})
    local.as_("supervisor").post(f"/v1/calls/{call['id']}/correction", {"outcome": "confirmed", "reason": "Misheard."})
    local.as_("supervisor").post("/v1/webhooks", {"url": "https://cad.example.org/", "events": ["inquiry.logged"]})

    full = page(local, path, lang=lang)

    assert ("cad.example.org" if path == "/webhooks" else inquiry["number"]) in full
    assert "<script" not in re.sub(r'<script type="module" src="[^"]+"></script>', "", full)


def test_an_alert_waits_until_it_is_acknowledged_and_then_is_history_with_who(local):
    inquiry = local.logged(activity="city_facility")
    (alert,) = local.get("/v1/alerts").json()["items"]

    assert f'data-path="/v1/alerts/{alert["id"]}/acknowledge"' in page(local, "/alerts", "dispatcher")
    assert "data-path" not in page(local, "/alerts", "auditor")
    local.post(f"/v1/alerts/{alert['id']}/acknowledge")
    after = page(local, "/alerts", "dispatcher")
    assert "data-path" not in after
    assert inquiry["number"] in after
    assert "a dispatcher" in after  # the token's name


def test_who_was_told_the_old_answer_shows_with_what_and_when_until_told_anew(local):
    inquiry = local.logged()
    call = local.called(inquiry, outcome="not_ice")
    old = local.get(f"/v1/inquiries/{inquiry['id']}").json()["answer"]["en"]
    local.post(f"/v1/inquiries/{inquiry['id']}/answered", {"method": "phone"})
    assert inquiry["number"] not in page(local, "/corrections")
    local.clock.forward(minutes=3)
    local.as_("supervisor").post(f"/v1/calls/{call['id']}/correction", {"outcome": "confirmed", "reason": "Misheard."})
    new = local.get(f"/v1/inquiries/{inquiry['id']}").json()["answer"]["en"]

    told = page(local, "/corrections")

    assert inquiry["number"] in told
    assert "13:00" in told  # when they were told
    assert old in told
    assert new in told
    local.post(f"/v1/inquiries/{inquiry['id']}/answered", {"method": "phone"})
    assert inquiry["number"] not in page(local, "/corrections")


def test_who_was_not_told_yet_is_told_the_new_answer_first_and_is_not_listed(local):
    inquiry = local.logged()
    call = local.called(inquiry, outcome="not_ice")
    local.as_("supervisor").post(f"/v1/calls/{call['id']}/correction", {"outcome": "confirmed", "reason": "Misheard."})

    assert inquiry["number"] not in page(local, "/corrections")
    stale = local.post(f"/v1/inquiries/{inquiry['id']}/answered", {"method": "phone", "status": "not_ice"})
    assert stale.status_code == 409


def test_deliveries_show_how_they_stand_and_no_body_and_no_secret(local):
    with receiving(receivers.says(500)) as receiver:
        hook = {"url": receiver.url, "events": ["inquiry.logged"]}
        webhook = local.as_("supervisor").post("/v1/webhooks", hook).json()
        local.logged()
        path = f"/v1/webhooks/{webhook['id']}/deliveries"
        wait_until(lambda: local.as_("supervisor").get(path).json()["items"][0]["attempts"] == 1)

    shown = page(local, f"/webhooks/{webhook['id']}")

    assert "(500)" in shown
    assert "/retry" in shown
    assert json.loads(receiver.messages[0].body)["data"]["number"] not in shown
    assert webhook["secret"] not in shown + page(local, "/webhooks")
    assert "/retry" not in page(local, f"/webhooks/{webhook['id']}", "auditor")
    assert "/retry" not in page(local, f"/webhooks/{webhook['id']}?state=failed")
