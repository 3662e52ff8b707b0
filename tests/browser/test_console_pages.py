"""Every page of the console, in both languages, light and dark, narrow and wide: accessible, and wholly by keyboard."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from app.service.keep_contacts import add_contact
from tests.browser.conftest import LANGUAGES
from tests.browser.console_pages import console_pages, pages_before_sign_in, tell_story
from tests.builders import SUPERVISOR, a_new_contact


@pytest.fixture(scope="module")
def story_site(console_site):
    """A service whose inquiries stand at each step, and what they are called by."""
    console_site.do(lambda session: add_contact(session, a_new_contact(), SUPERVISOR, datetime.now(UTC)))
    return console_site, tell_story(console_site)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_wrong_on_any_page_light_and_dark_narrow_and_wide(story_site, windows, faults, lang):
    site, told = story_site
    wrong = []
    for page, openings in (
        (windows.open(lang=lang), pages_before_sign_in(site)),
        (windows.signed_in(site, "supervisor", lang=lang), console_pages(site, told)),
    ):
        for name, open_page in openings:
            open_page(page, lang)
            wrong += [f"{name}, {fault}" for fault in faults(page)]
    assert not wrong, "\n".join(wrong)


def test_the_focus_goes_through_a_page_in_reading_order_and_is_always_seen(story_site, windows):
    site, told = story_site
    page = windows.signed_in(site, "supervisor")
    for path in ("/console", "/console/new", f"/console/inquiries/{told['outcome']}", "/console/contacts"):
        page.goto(f"{site.url}{path}?lang=en")
        page.wait_for_selector("body[data-ready]")
        page.evaluate("document.activeElement.blur()")
        places = []
        for _ in range(60):
            page.keyboard.press("Tab")
            here = page.evaluate(
                """() => {
                     const at = document.activeElement;
                     if (at === document.body) return null;
                     const box = at.getBoundingClientRect(), style = getComputedStyle(at);
                     return {
                       html: at.outerHTML.slice(0, 90),
                       outline: parseFloat(style.outlineWidth), style: style.outlineStyle,
                       place: [...document.querySelectorAll("*")].indexOf(at), seen: box.width > 0 && box.height > 0,
                     };
                   }"""
            )
            if here is None:
                break
            assert here["seen"], here
            assert here["outline"] >= 2, here
            assert here["style"] != "none", here
            places.append(here["place"])
        assert len(places) > 8, path
        assert places == sorted(places), path


def test_the_asker_is_taken_to_be_told_by_the_contact_that_they_left(story_site, windows):
    site, told = story_site
    page = windows.signed_in(site, "dispatcher")
    for name, method in (("tell", "email"), ("call", "phone"), ("outcome", "phone")):
        page.goto(f"{site.url}/console/inquiries/{told[name]}?lang=en")
        assert page.locator("#told [name='/method']:checked").get_attribute("value") == method, name


def test_where_nothing_is_overdue_it_is_not_said_that_nothing_waits(story_site, windows):
    site, _ = story_site
    page = windows.signed_in(site, "supervisor")
    page.goto(f"{site.url}/console/overdue?lang=en")

    expect(page.locator("#live")).to_contain_text("Nothing is overdue.")


def test_the_skip_link_leads_past_the_navigation(story_site, windows):
    site, _ = story_site
    page = windows.signed_in(site, "supervisor")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_single_letter_keys_can_be_turned_off(story_site, windows):
    site, _ = story_site
    page = windows.signed_in(site, "supervisor")
    page.wait_for_selector("body[data-ready]")
    page.click("#open-help")
    page.click("text=Turn them off")
    page.wait_for_selector("body[data-ready][data-keys=off]")
    page.keyboard.press("n")
    page.wait_for_timeout(300)
    assert page.url.endswith("/console?lang=en")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".queue tbody a").first).to_be_focused()


def test_no_link_of_the_console_is_dead(story_site, windows):
    site, told = story_site
    page = windows.signed_in(site, "supervisor")
    seen, waiting = set(), ["/console", f"/console/inquiries/{told['corrected']}"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = page.goto(f"{site.url}{path}")
        assert answer.status == 200, path
        hrefs = page.eval_on_selector_all("a[href^='/']", "links => links.map((link) => link.getAttribute('href'))")
        if path.startswith("/console"):
            waiting += [href.partition("#")[0].replace("lang=es", "lang=en") for href in hrefs]
    assert len(seen) > 15
