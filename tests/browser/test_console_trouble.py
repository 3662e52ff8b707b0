"""What goes wrong while a caller is on the line: nothing typed is lost, nothing is done twice, everybody is told."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from app.domain.actor import OPERATOR
from app.domain.status import Outcome
from app.service.correct_call import correct_call
from app.service.keep_tokens import revoke_token
from app.service.log_inquiry import log_inquiry
from app.store import directory
from app.store.point_reads import KnownToken
from tests.browser.test_console_job import ADDRESS, NOTE, Keyboard, log_by_keyboard
from tests.builders import a_new_inquiry, an_outcome

LOST_WITHIN_MS, CAUGHT_UP_WITHIN_MS = 10_000, 2_000


def new_inquiry(site, **changes):
    """Log an inquiry past the browser."""
    now = datetime.now(UTC)
    return site.do(lambda session: log_inquiry(session, a_new_inquiry(observed_at=now, **changes), OPERATOR, now))


def typed_form(page):
    """Type half of a new inquiry."""
    page.keyboard.press("n")
    page.wait_for_selector("form[data-new]")
    page.keyboard.type(ADDRESS)
    page.keyboard.press("Tab")
    page.keyboard.press("w")
    page.keyboard.press("Tab")
    page.keyboard.type(NOTE)


def the_form_is_as_typed(page):
    return (
        page.input_value("[name='/place/address']") == ADDRESS
        and page.input_value("[name='/observation/note']") == NOTE
    )


def known_token(site, role) -> KnownToken:
    return site.do(lambda session: next(each for each in directory.tokens.page(session, before=None, limit=99)[0]
                                        if each.role == role))  # fmt: skip


def test_a_lost_connection_shows_and_everything_missed_is_there_on_its_return(site, windows, report):
    page = windows.signed_in(site)
    page.wait_for_timeout(500)
    page.context.set_offline(True)
    lost = page.evaluate("Date.now()")
    expect(page.locator("#connection")).to_contain_text("Connection lost, data as of", timeout=LOST_WITHIN_MS)
    shown_after = page.evaluate("Date.now()") - lost
    missed = new_inquiry(site)
    assert missed.number not in page.locator("#live").inner_text()

    page.context.set_offline(False)
    back = page.evaluate("Date.now()")
    expect(page.locator("#live")).to_contain_text(missed.number, timeout=CAUGHT_UP_WITHIN_MS)
    caught_up_after = page.evaluate("Date.now()") - back
    expect(page.locator("#connection")).to_be_hidden()
    report(f"lost connection shown after {shown_after} ms, caught up {caught_up_after} ms after its return")


def test_a_service_that_is_silent_counts_as_a_lost_connection(site, windows, monkeypatch):
    """The line stays open, and nothing comes: as behind a proxy that died."""
    monkeypatch.setattr("app.web.api.stream.SILENCE_SECONDS", 60)
    page = windows.signed_in(site)

    expect(page.locator("#connection")).to_contain_text("Connection lost", timeout=LOST_WITHIN_MS)


def test_a_form_half_typed_survives_a_lost_connection_and_is_stored_once(site, windows):
    page = windows.signed_in(site)
    typed_form(page)
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#form-fault")).to_contain_text("Not sent")
    assert the_form_is_as_typed(page)

    page.context.set_offline(False)
    page.focus("[name='/observation/note']")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#live[data-step=call]")
    page.goto(f"{site.url}/console")
    expect(page.locator(".queue tbody tr")).to_have_count(1)


def test_a_form_half_typed_survives_a_sign_out_within_the_page(site, windows):
    page = windows.signed_in(site)
    typed_form(page)
    now, token = datetime.now(UTC), known_token(site, "dispatcher")
    site.do(lambda session: revoke_token(session, token.id, None, OPERATOR, now))
    expect(page.locator("#connection")).to_contain_text("You were signed out")
    assert page.evaluate("document.activeElement.name") == "/observation/note", "nothing steals the focus"

    page.keyboard.press("Control+Enter")
    expect(page.locator("#again")).to_be_visible()
    page.fill("#again-token", "iceconf_wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#again-fault")).to_contain_text("unknown")
    page.fill("#again-token", site.new_token("dispatcher", "desk two"))
    page.keyboard.press("Enter")

    page.wait_for_selector("#live[data-step=call]")
    expect(page.locator(".asked")).to_contain_text(NOTE)


def test_nothing_typed_is_in_any_storage_of_the_browser(site, windows):
    page = windows.signed_in(site)
    typed_form(page)

    kept = page.evaluate(
        """async () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie,
             await indexedDB.databases(), await caches.keys(), history.state])"""
    )
    assert kept == '[{},{},"",[],[],null]'
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert set(cookies) == {"__Host-session"}
    assert cookies["__Host-session"]["httpOnly"]
    assert cookies["__Host-session"]["secure"]
    assert cookies["__Host-session"]["sameSite"] == "Strict"


def test_pressing_save_twice_stores_one_inquiry(site, windows):
    page = windows.signed_in(site)
    typed_form(page)
    page.evaluate(
        "() => { const form = document.querySelector('form[data-new]'); form.requestSubmit(); form.requestSubmit(); }"
    )
    page.wait_for_selector("#live[data-step=call]")

    page.goto(f"{site.url}/console")
    expect(page.locator(".queue tbody tr")).to_have_count(1)


def test_sending_an_outcome_twice_records_one(site, windows):
    page = windows.signed_in(site)
    keyboard = Keyboard(page)
    log_by_keyboard(keyboard)
    keyboard.press("c")
    page.wait_for_selector("#live[data-step=outcome]")
    keyboard.press("4")
    page.wait_for_selector("#outcome .said")
    keyboard.press("Enter", "Enter")
    page.wait_for_selector("#live[data-step=call]")

    expect(page.locator(".events")).to_contain_text("Call 1: no answer")
    expect(page.locator(".events li", has_text="no answer")).to_have_count(1)


def test_the_second_dispatcher_is_told_who_has_it_and_may_take_it_over(site, windows):
    inquiry = new_inquiry(site)
    first = windows.signed_in(site, token=site.new_token("dispatcher", "desk one"))
    second = windows.signed_in(site, token=site.new_token("dispatcher", "desk two"))
    for page in (first, second):
        page.goto(f"{site.url}/console/inquiries/{inquiry.number}?lang=en")
    # The second one's page is still as it was before the first one pressed.
    second.context.set_offline(True)
    first.keyboard.press("k")
    expect(first.locator(".clockline")).to_contain_text("desk one")
    second.context.set_offline(False)
    second.keyboard.press("c")

    expect(second.locator("#message")).to_contain_text("desk one has it")
    expect(second.locator(".clockline")).to_contain_text("desk one")
    assert second.get_attribute("#live", "data-step") == "call"
    second.keyboard.press("k")
    expect(second.locator(".clockline")).to_contain_text("desk two")
    expect(first.locator(".clockline")).to_contain_text("desk two")
    expect(first.locator(".events")).to_contain_text("Taken over from desk one")


def test_an_outcome_that_another_recorded_first_stands_and_is_told(site, windows):
    page = windows.signed_in(site)
    keyboard = Keyboard(page)
    log_by_keyboard(keyboard)
    keyboard.press("c")
    page.wait_for_selector("#live[data-step=outcome]")
    keyboard.press("1")
    page.wait_for_selector("#outcome .said")
    page.fill("#outcome [name='/note']", "They gave a reference.")
    call = page.get_attribute("#live", "data-call")
    answer = page.request.post(
        f"{site.url}/v1/calls/{call}/outcome",
        headers={"Authorization": f"Bearer {site.tokens['supervisor']}"},
        data={"outcome": "declined"},
    )
    assert answer.ok
    page.keyboard.press("Control+Enter")

    expect(page.locator("#outcome-fault")).not_to_be_empty()
    assert page.input_value("#outcome [name='/note']") == "They gave a reference."
    expect(page.locator("h1 .status")).to_have_text("Unconfirmed")


def test_a_correction_shows_while_one_looks_and_tells_what_was_told_before(site, windows):
    page = windows.signed_in(site)
    keyboard = Keyboard(page)
    log_by_keyboard(keyboard)
    keyboard.press("c")
    page.wait_for_selector("#live[data-step=outcome]")
    call = page.get_attribute("#live", "data-call")
    keyboard.press("1")
    page.wait_for_selector("#outcome .said")
    keyboard.press("Enter")
    page.wait_for_selector("#live[data-step=tell]")
    old = page.locator("#answer").inner_text()
    keyboard.press("t", "Enter")
    page.wait_for_selector("#live[data-step=done]")

    now = datetime.now(UTC)
    site.do(lambda session: correct_call(session, call, an_outcome(Outcome.NOT_ICE), "Misheard.", None, OPERATOR, now))

    expect(page.locator("h1 .status")).to_have_text("Not ICE")
    told = page.locator("section.notice.warn")
    expect(told).to_contain_text("Told the old answer")
    expect(told).to_contain_text("“Confirmed”")
    expect(told).to_contain_text("by phone")
    expect(told.locator("blockquote")).to_have_text(old)
    expect(told).to_contain_text("receipt, the public log and its feed")
    assert page.get_attribute("#live", "data-step") == "tell"


def test_a_new_answer_is_read_before_the_asker_counts_as_told(site, windows):
    page = windows.signed_in(site)
    keyboard = Keyboard(page)
    log_by_keyboard(keyboard)
    keyboard.press("c")
    page.wait_for_selector("#live[data-step=outcome]")
    call = page.get_attribute("#live", "data-call")
    keyboard.press("1")
    page.wait_for_selector("#outcome .said")
    keyboard.press("Enter")
    page.wait_for_selector("#live[data-step=tell]")
    keyboard.press("t")
    now = datetime.now(UTC)
    site.do(lambda session: correct_call(session, call, an_outcome(Outcome.DECLINED), "Misheard.", None, OPERATOR, now))
    keyboard.press("Enter")

    expect(page.locator("#told-fault")).to_contain_text("Another answer stands now")
    expect(page.locator("#told-answer")).to_contain_text("declined")
    keyboard.press("Enter")
    page.wait_for_selector("#live[data-step=done]")


@pytest.mark.parametrize(
    ("lang", "says"), [("en", "Take out what tells who a person is"), ("es", "Quite lo que dice quién")]
)
def test_refused_words_are_marked_while_typing_and_one_key_takes_them_out(site, windows, lang, says):
    page = windows.signed_in(site, lang=lang)
    page.goto(f"{site.url}/console/new?lang={lang}")
    page.fill("[name='/place/address']", ADDRESS)
    page.select_option("[name='/observation/activity']", "worksite")
    page.focus("[name='/observation/note']")
    page.keyboard.type("Agents 👮 took A123456789 away in a van")

    marked = page.locator("[data-field='/observation/note'] mark")
    expect(marked).to_contain_text("A123456789")
    expect(page.locator("[data-field='/observation/note'] .fault")).to_contain_text(says)
    expect(page.locator("#announced")).to_contain_text(says)
    assert page.get_attribute("[name='/observation/note']", "aria-invalid") == "true"
    page.keyboard.press("F9")
    assert "A123456789" not in page.input_value("[name='/observation/note']")
    assert page.input_value("[name='/observation/note']").startswith("Agents 👮 took")
    expect(page.locator("[data-field='/observation/note'] mark")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#live[data-step=call]")


def test_each_problem_is_a_sentence_beside_its_field(site, windows):
    page = windows.signed_in(site, lang="es")
    page.goto(f"{site.url}/console/new?lang=es")
    page.fill("[name='/callback/phone']", "12")
    page.fill("[name='/observation/agents']", "many")
    page.keyboard.press("Control+Enter")

    for pointer, sentence in (
        ("/observation/activity", "Complete este campo"),
        ("/callback/phone", "no es un número de teléfono"),
        ("/observation/agents", "no es de la clase correcta"),
    ):
        expect(page.locator(f"[data-field='{pointer}'] .fault")).to_contain_text(sentence)
        assert page.get_attribute(f"[name='{pointer}']", "aria-invalid") == "true"
    expect(page.locator("#message")).to_contain_text("Mire los campos marcados")
    page.select_option("[name='/observation/activity']", "school")
    page.fill("[name='/callback/phone']", "505 555 0142")
    page.fill("[name='/observation/agents']", "4")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-field='/place/address'] .fault")).to_contain_text("Diga dónde es")


def test_an_auditor_sees_all_and_can_change_nothing(site, windows):
    inquiry = new_inquiry(site)
    page = windows.signed_in(site, "auditor")
    expect(page.locator(".queue")).to_contain_text(inquiry.number)
    page.goto(f"{site.url}/console/inquiries/{inquiry.number}?lang=en")
    expect(page.locator("h1")).to_contain_text(inquiry.number)
    assert page.locator("#live button").count() == 0
    assert page.goto(f"{site.url}/console/new?lang=en").status == 403
    assert page.goto(f"{site.url}/console/tokens?lang=en").status == 200
    assert page.locator("main form[data-path]").count() == 0
