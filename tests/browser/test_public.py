"""Every public page in a real browser: accessible, wholly by keyboard, without a script, small, and from here alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LANGUAGES
from tests.browser.public_pages import public_pages

COLD_BYTES, WARM_BYTES = 100_000, 15_000
# What is fetched when a reader presses *Check this entry*: the page with its script, the evidence and the key.
CHECKED_BYTES = 20_000


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_wrong_on_any_page_light_and_dark_narrow_and_wide(public_site, windows, faults, lang):
    page = windows.open(lang=lang)
    wrong = []
    for name, open_page in public_pages(public_site):
        open_page(page, lang)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        wrong += [f"{name}, {fault}" for fault in faults(page)]
    assert not wrong, "\n".join(wrong)


def test_axe_finds_what_is_wrong(public_site, windows, axe):
    page = windows.open()
    page.goto(f"{public_site.url}/status")
    page.evaluate("document.querySelector('label').remove()")

    assert any(found.startswith("label:") for found in axe(page))


def test_no_page_asks_another_origin_for_anything(public_site, windows):
    page = windows.open()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for _, open_page in public_pages(public_site):
        open_page(page, "en")

    assert asked
    assert [each for each in asked if not each.startswith(public_site.url)] == []


def test_no_page_writes_to_the_browser_s_console(public_site, windows):
    page = windows.open()
    said = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
    for name, open_page in public_pages(public_site):
        if name not in {"not-found", "status-unknown"}:  # Chromium itself tells of a 404
            open_page(page, "es")

    assert said == []


@pytest.mark.parametrize("name", ["home", "entry", "status", "reports", "not-found"])
def test_the_focus_goes_through_a_page_in_reading_order_and_is_always_seen(public_site, windows, name):
    page = windows.open()
    dict(public_pages(public_site))[name](page, "en")
    places = []
    for _ in range(120):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """() => {
                 const at = document.activeElement;
                 if (at === document.body) return null;
                 const box = at.getBoundingClientRect(), style = getComputedStyle(at);
                 return {html: at.outerHTML.slice(0, 90), outline: parseFloat(style.outlineWidth),
                         style: style.outlineStyle, seen: box.width > 0 && box.height > 0,
                         place: [...document.querySelectorAll("*")].indexOf(at)};
               }"""
        )
        if here is None:
            break
        assert here["seen"], here
        assert here["outline"] >= 2, here
        assert here["style"] != "none", here
        places.append(here["place"])
    # A field for a date has four stops of its own.
    assert places == sorted(places)
    assert len(places) > 6


def test_the_skip_link_leads_past_the_navigation(public_site, windows):
    page = windows.open()
    page.goto(public_site.url)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_every_page_reads_the_same_without_a_script(public_site, windows):
    """Save the button of the entry's check, which needs one and says so."""
    with_script, without = windows.open(), windows.open(java_script_enabled=False)
    for name, open_page in public_pages(public_site):
        if name == "entry-checked":
            continue
        open_page(with_script, "es")
        open_page(without, "es")
        shown = with_script.inner_text("body").replace("Comprobar esta entrada ahora", "").split()
        whole = without.inner_text("body").split()
        missing = [word for word in shown if word not in whole]
        assert missing == [], name


def test_without_a_script_no_button_is_shown_that_would_do_nothing(public_site, windows):
    page = windows.open(java_script_enabled=False)
    dict(public_pages(public_site))["entry"](page, "en")

    expect(page.locator("[data-check] button")).to_be_hidden()
    expect(page.locator("[data-check] noscript a")).to_be_visible()


def test_an_answer_is_looked_up_without_a_script_and_the_receipt_stays_out_of_the_history(public_site, windows):
    page = windows.open(java_script_enabled=False)
    visited = []
    page.on("framenavigated", lambda frame: visited.append(frame.url))
    dict(public_pages(public_site))["status-answered"](page, "en")
    receipt = page.locator(".particulars code").inner_text()

    assert page.url == f"{public_site.url}/status?lang=en"
    assert all(receipt not in each and receipt.replace("-", "") not in each for each in visited)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the proof").click()
    assert download.value.suggested_filename.endswith(".tlog-proof")
    assert receipt not in download.value.url


def test_what_a_page_weighs_over_the_wire(public_site, windows, capsys):
    """Cold: a browser that was never here. Warm: one that has seen another page, and then this one again."""
    told = []
    for name, open_page in public_pages(public_site):
        cold = _weight(windows.open(), lambda page, open_page=open_page: open_page(page, "en"))
        page = windows.open()
        page.goto(f"{public_site.url}/problems/gone")
        if name.startswith("entry"):  # an entry's script comes with the first entry
            page.goto(f"{public_site.url}/log/2026-000001")
        warm = _weight(page, lambda page, open_page=open_page: open_page(page, "en"))
        again = _weight(page, lambda page, open_page=open_page: open_page(page, "en"))
        told.append((name, cold, warm, again))
    with capsys.disabled():
        print("\npage, bytes cold, warm, again:", *(f"\n  {name:18} {c:7} {w:7} {a:7}" for name, c, w, a in told))  # noqa: T201  # the figures
    assert [each for each in told if each[1] > COLD_BYTES] == []
    assert [each for each in told if each[2] > (CHECKED_BYTES if each[0] == "entry-checked" else WARM_BYTES)] == []
    assert [each for each in told if each[3] > WARM_BYTES] == []


def _weight(page, visit):
    """Return how many bytes came over the wire, headers included."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    received = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    visit(page)
    page.wait_for_load_state("networkidle")
    session.detach()
    return round(sum(received))


def test_at_400_per_cent_nothing_is_lost_or_scrolls_sideways(public_site, windows):
    """WCAG 2.2, 1.4.10: 1280 px at 400 % is 320 px; text spacing as in 1.4.12 widens it further."""
    page = windows.open(size="narrow")
    spaced = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }"
    for name, open_page in public_pages(public_site):
        open_page(page, "es")
        page.evaluate(
            """(text) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);
                           document.adoptedStyleSheets = [sheet]; }""",
            spaced,
        )
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name


def test_an_entry_prints_without_what_is_for_the_screen(public_site, windows):
    page = windows.open()
    dict(public_pages(public_site))["entry"](page, "en")
    page.emulate_media(media="print")

    for hidden in ("nav", ".foot", "[data-check]", ".no-print >> nth=0"):
        expect(page.locator(hidden).first).to_be_hidden()
    for shown in ("h1", ".answer", ".story", ".particulars"):
        expect(page.locator(shown).first).to_be_visible()


def test_an_entry_that_was_checked_prints_with_what_the_check_found(public_site, windows):
    page = windows.open()
    dict(public_pages(public_site))["entry-checked"](page, "en")
    page.emulate_media(media="print")

    expect(page.locator("[data-check] pre")).to_be_visible()
    expect(page.locator("[data-check] button")).to_be_hidden()


def test_no_column_of_a_report_is_cut_off_on_letter_paper(public_site, windows):
    """Letter is 8.5 in wide, 816 px; with margins of half an inch 720 are left."""
    page = windows.open()
    page.set_viewport_size({"width": 720, "height": 960})
    for lang in ("en", "es"):
        dict(public_pages(public_site))["reports"](page, lang)
        page.emulate_media(media="print")

        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), lang
