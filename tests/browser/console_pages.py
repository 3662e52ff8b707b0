"""Every page of the console with how somebody comes to it, for the tests that look at all and for the screenshots."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from playwright.sync_api import Page

from app.domain.moment import exact
from app.service.keep_contacts import add_contact
from app.service.keep_facilities import NewFacility, add_facility
from app.service.sign_in import make_link
from tests.browser.conftest import Site
from tests.builders import SUPERVISOR, a_new_contact

Opening = Callable[[Page, str], object]
OBSERVATION = {
    "activity": "worksite",
    "agents": 4,
    "vehicles": 2,
    "markings": ["police", "hsi"],
    "note": "Four agents in vests beside two white SUVs, blocking the loading dock; one is filming the street.",
}


def tell_story(site: Site) -> dict[str, str]:
    """Log inquiries that stand at each step of their way, through the API; return what each is called by."""
    now = datetime.now(UTC)
    site.do(
        lambda session: add_contact(
            session, a_new_contact(title="HSI tip desk", hours="Mo 08:00-08:01"), SUPERVISOR, now
        )
    )
    site.do(
        lambda session: add_facility(
            session, NewFacility("city-hall", "City Hall", 35.0868, -106.6505), SUPERVISOR, now
        )
    )
    with httpx.Client(base_url=site.url, trust_env=False) as client:
        client.headers["Authorization"] = f"Bearer {site.tokens['supervisor']}"
        post = _poster(client)
        told = {}
        for name, address, more in (
            (
                "late",
                "400 Roma Ave NW",
                {"asked_at": exact(now - timedelta(hours=5)), "source": "media", "outlet": "KUNM"},
            ),
            ("call", "1210 Central Ave SE", {"callback": {"phone": "+15055550142"}}),
            ("outcome", "1217 Central Ave SE", {"language": "es"}),
            ("tell", "Coors and Montaño", {"language": "es", "callback": {"email": "asker@example.org"}}),
            ("done", "8200 Menaul Blvd NE", {}),
            ("corrected", "5600 Lomas Blvd NE", {}),
            ("withdrawn", "6400 Gibson Blvd SE", {}),
        ):
            body = {
                "source": "public",
                "channel": "phone",
                "observed_at": exact(now - timedelta(minutes=9)),
                "ongoing": True,
                "place": {"address": address, "area_command": "southeast"},
                "observation": OBSERVATION,
                **more,
            }
            logged = post("/v1/inquiries", body)
            told[name] = logged["number"]
            told[f"{name}-id"] = logged["id"]
        told["call-of-outcome"] = post("/v1/calls", {"inquiry_ids": [told["outcome-id"]]})["id"]
        post(
            "/v1/calls",
            {"inquiry_ids": [told["tell-id"]], "outcome": "not_ice", "agency": "hsi", "reference": "DO-1234"},
        )
        for name in ("done", "corrected"):
            call = post("/v1/calls", {"inquiry_ids": [told[f"{name}-id"]], "outcome": "confirmed", "agency": "ero"})
            told[f"call-of-{name}"] = call["id"]
            post(f"/v1/inquiries/{told[f'{name}-id']}/answered", {"method": "phone"})
        post(
            f"/v1/calls/{told['call-of-corrected']}/correction",
            {"outcome": "not_ice", "reason": "The desk called back."},
        )
        hook = {"url": "https://cad.example.org/hooks/ice", "events": ["inquiry.logged", "inquiry.status_changed"]}
        told["webhook"] = post("/v1/webhooks", hook)["id"]
        post(f"/v1/inquiries/{told['withdrawn-id']}/withdraw", {"reason": "duplicate", "replaced_by": told["call-id"]})
        post(f"/v1/inquiries/{told['outcome-id']}/claim", {})
    return told


def _poster(client: httpx.Client) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
    def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = client.post(path, json=body)
        assert answer.is_success, answer.text
        made: dict[str, Any] = answer.json()
        return made

    return post


def pages_before_sign_in(site: Site) -> Iterator[tuple[str, Opening]]:
    """Yield the pages that somebody sees who is not signed in."""

    def goto(path: str) -> Opening:
        return lambda page, lang: page.goto(f"{site.url}{path}?lang={lang}")

    def refused(page: Page, lang: str) -> None:
        page.goto(f"{site.url}/console/sign-in?lang={lang}")
        page.fill("#token", "iceconf_wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]")

    def used(page: Page, lang: str) -> None:
        page.goto(f"{site.url}/console/link/never-made?lang={lang}")
        page.click("form button")
        page.wait_for_selector("[role=alert]")

    yield "sign-in", goto("/console/sign-in")
    yield "sign-in-refused", refused
    yield "link", goto(f"/console/link/{site.do(lambda session: make_link(session, datetime.now(UTC)))}")
    yield "link-used", used


def console_pages(site: Site, told: dict[str, str]) -> Iterator[tuple[str, Opening]]:
    """Yield the console's pages for a signed-in supervisor, and what opens on them."""

    def goto(path: str) -> Opening:
        def open_page(page: Page, lang: str) -> None:
            page.goto(f"{site.url}/console{path}?lang={lang}")
            page.wait_for_selector("body[data-ready]")

        return open_page

    def then(path: str, *steps: Callable[[Page], object]) -> Opening:
        def open_page(page: Page, lang: str) -> None:
            goto(path)(page, lang)
            for step in steps:
                step(page)

        return open_page

    yield "queue", goto("")
    yield "overdue", goto("/overdue")
    yield "new", goto("/new")
    yield "new-filled", then("/new", _fill_new)
    yield "new-faults", then("/new", lambda page: page.keyboard.press("Control+Enter"), _shown(".fault:not([hidden])"))
    for step in ("call", "outcome", "tell", "done", "corrected", "withdrawn", "late"):
        yield f"inquiry-{step}", goto(f"/inquiries/{told[step]}")
    of = f"/inquiries/{told['outcome']}"
    yield "outcome", then(of, lambda page: page.keyboard.press("2"), _shown("#outcome .said"))
    yield "withdraw", then(of, lambda page: page.keyboard.press("w"), _shown("#withdraw"))
    yield "told", then(f"/inquiries/{told['tell']}", lambda page: page.keyboard.press("t"), _shown("#told"))
    yield "command", then(of, lambda page: page.keyboard.press("/"), _shown("#command"))
    yield "keys", then(of, lambda page: page.keyboard.press("?"), _shown("#help"))
    yield (
        "correction",
        then(
            f"/calls/{told['call-of-done']}/correction",
            lambda page: page.check("[value=not_ice]"),
            _shown("#correction-said .said"),
        ),
    )
    for name in (
        "find",
        "alerts",
        "corrections",
        "webhooks",
        "contacts",
        "facilities",
        "tokens",
        "slips",
        "nothing-here",
    ):
        yield name, goto(f"/{name}")
    yield (
        "found",
        then("/find", lambda page: page.fill("#q", "central"), lambda page: page.keyboard.press("Enter"), _shown("h2")),
    )
    yield "deliveries", goto(f"/webhooks/{told['webhook']}")
    yield "lost", then("", _lose)


def _shown(selector: str) -> Callable[[Page], object]:
    return lambda page: page.locator(selector).first.wait_for()


def _fill_new(page: Page) -> None:
    page.fill("[name='/place/address']", "1213 Central Ave SE")
    page.select_option("[name='/observation/activity']", "worksite")
    page.fill(
        "[name='/observation/note']", "They asked for Maria Lopez, who is undocumented, and took A123456789 away."
    )
    page.wait_for_selector("mark")
    page.wait_for_selector("#nearby .near")
    for details in page.locator("details summary").all():
        details.click()


def _lose(page: Page) -> None:
    page.context.set_offline(True)
    page.locator("#connection").wait_for()
    page.context.set_offline(False)
    page.evaluate("window.stop()")
