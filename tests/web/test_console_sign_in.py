"""Signing in at the console: who may, for how long, by what, and that it ends where it should (security.md, 10)."""

import pytest

from app.domain.actor import Role
from app.service.sign_in import make_link
from app.web.sessions import COOKIE

HERE = {"Sec-Fetch-Site": "same-origin"}
PAGES = ("", "/new", "/find", "/overdue", "/contacts", "/facilities", "/tokens", "/slips", "/inquiries/26-1")


@pytest.fixture
def nobody(desk):
    return desk.as_(None)


def cookie_of(answer):
    """Return what a browser sends back, having kept the answer's cookie."""
    return answer.headers["set-cookie"].partition(";")[0]


def sign_in(desk, role="dispatcher", secret=None):
    """Sign in by a role's token and return the browser's headers."""
    answer = desk.as_(None).post(
        "/console/sign-in", data={"token": secret or desk.room.secrets[role], "next": ""}, headers=HERE
    )
    assert answer.status_code == 303, answer.text
    return {"Cookie": cookie_of(answer)}


def same_origin_token(nobody, browser):
    page = nobody.get("/console", headers=browser).text
    return page.partition('data-same-origin="')[2].partition('"')[0]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_leads_whoever_is_not_signed_in_to_the_sign_in_page(nobody, path):
    answer = nobody.get(f"/console{path}?lang=es")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/console/sign-in?lang=es&next=/console{path}"
    assert answer.headers["cache-control"] == "no-store"


def test_a_token_starts_a_session_whose_cookie_no_script_and_no_other_site_can_use(nobody, desk):
    secret = desk.room.secrets["dispatcher"]
    answer = nobody.post("/console/sign-in", data={"token": f" {secret}\n"}, headers=HERE)

    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    for part in ("HttpOnly", "SameSite=strict", "Secure", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert secret not in cookie
    page = nobody.get("/console", headers={"Cookie": cookie_of(answer)})
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert secret not in page.text


@pytest.mark.parametrize("secret", ["", "iceconf_unheard-of", "x" * 5000, "café"])
def test_a_token_of_no_use_starts_nothing(nobody, secret):
    answer = nobody.post("/console/sign-in", data={"token": secret}, headers=HERE)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert 'role="alert"' in answer.text
    if secret:
        assert secret not in answer.text


def test_intake_has_no_console_and_a_revoked_token_no_session(desk, nobody):
    revoked = desk.new_token()
    desk.as_("supervisor").delete(f"/v1/tokens/{revoked['id']}")
    for secret in (desk.room.secrets["intake"], revoked["secret"]):
        answer = nobody.post("/console/sign-in", data={"token": secret}, headers=HERE)
        assert answer.status_code == 403


def test_another_site_cannot_sign_anybody_in(desk, nobody):
    for site in ("cross-site", "same-site", "none"):
        fields = {"token": desk.room.secrets["dispatcher"]}
        answer = nobody.post("/console/sign-in", data=fields, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/console/contacts", "/console/contacts?lang=en"),
        ("https://elsewhere.example/", "/console?lang=en"),
        ("//elsewhere.example", "/console?lang=en"),
        ("/console/../../elsewhere", "/console?lang=en"),
        ("/console\\elsewhere", "/console?lang=en"),
    ],
)
def test_signing_in_leads_to_the_page_that_was_wanted_and_never_elsewhere(desk, nobody, wanted, led_to):
    fields = {"token": desk.room.secrets["dispatcher"], "next": wanted}
    answer = nobody.post("/console/sign-in", data=fields, headers=HERE)
    assert answer.headers["location"] == led_to


def test_a_link_is_used_by_its_button_alone_and_once(desk, nobody):
    secret = desk.service.writer.submit(lambda session: make_link(session, desk.clock.now)).result()
    for _ in range(2):
        page = nobody.get(f"/console/link/{secret}")
        assert page.status_code == 200
        assert "set-cookie" not in page.headers
    used = nobody.post(f"/console/link/{secret}", headers=HERE)
    assert used.status_code == 303
    assert nobody.get("/console", headers={"Cookie": cookie_of(used)}).status_code == 200
    again = nobody.post(f"/console/link/{secret}", headers=HERE)
    assert again.status_code == 410
    assert "set-cookie" not in again.headers


def test_a_link_is_over_after_ten_minutes(desk, nobody):
    secret = desk.service.writer.submit(lambda session: make_link(session, desk.clock.now)).result()
    desk.clock.forward(minutes=10)
    assert nobody.post(f"/console/link/{secret}", headers=HERE).status_code == 410


def test_signing_out_ends_the_session_on_the_server(desk, nobody):
    browser = sign_in(desk)
    token = same_origin_token(nobody, browser)
    assert nobody.post("/console/sign-out", data={"same_origin_token": "x"}, headers=browser).status_code == 403
    assert nobody.get("/console", headers=browser).status_code == 200

    answer = nobody.post("/console/sign-out", data={"same_origin_token": token}, headers=browser)
    assert answer.status_code == 303
    assert answer.headers["set-cookie"].startswith(f'{COOKIE}="";')
    assert nobody.get("/console", headers=browser).status_code == 303
    assert nobody.get("/v1/inquiries", headers=browser).status_code == 401


def test_a_session_ends_after_thirty_minutes_of_nothing_and_twelve_hours_of_anything(desk, nobody):
    idle, busy = sign_in(desk), sign_in(desk)
    for _ in range(36):
        desk.clock.forward(minutes=20)
        assert nobody.get("/console", headers=busy).status_code == 200
    assert nobody.get("/console", headers=idle).status_code == 303
    desk.clock.forward(minutes=1)
    assert nobody.get("/console", headers=busy).status_code == 303


def test_what_a_page_does_by_itself_keeps_nobody_signed_in(desk, nobody):
    browser = sign_in(desk)
    for _ in range(4):
        desk.clock.forward(minutes=10)
        answer = nobody.get("/console", headers={**browser, "X-Background": "1", "X-Fragment": "live"})
    assert answer.status_code == 401


def test_each_sign_in_is_a_session_of_its_own(desk):
    assert sign_in(desk) != sign_in(desk)


def test_a_change_needs_the_pages_own_token(desk, nobody):
    browser = sign_in(desk)
    body = desk.an_inquiry()
    assert nobody.post("/v1/inquiries", body, headers=browser).status_code == 403
    token = same_origin_token(nobody, browser)
    answer = nobody.post("/v1/inquiries", body, headers={**browser, "X-Same-Origin-Token": token})
    assert answer.status_code == 201


@pytest.mark.parametrize("role", ["dispatcher", "supervisor", "auditor"])
def test_each_role_sees_the_pages_that_are_its_own(desk, nobody, role):
    desk.logged()
    browser = sign_in(desk, role)
    acts, oversees = role in {"dispatcher", "supervisor"}, role in {"supervisor", "auditor"}
    may = {"/new": acts, "/overdue": oversees, "/tokens": oversees}
    for path in PAGES:
        answer = nobody.get(f"/console{path}", headers=browser)
        assert answer.status_code == (200 if may.get(path, True) else 403), path
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"].startswith("text/html")


def test_an_auditor_changes_nothing_by_any_route(desk, nobody):
    browser = sign_in(desk, "auditor")
    headers = {**browser, "X-Same-Origin-Token": same_origin_token(nobody, browser)}
    inquiry = desk.logged()
    for method, path in (("POST", "/v1/inquiries"), ("POST", f"/v1/inquiries/{inquiry['id']}/claim")):
        assert nobody.request(method, path, json={}, headers=headers).status_code == 403
    assert nobody.get(f"/v1/inquiries/{inquiry['id']}/callback", headers=headers).status_code == 403


def test_a_number_is_found_as_people_say_it(desk, nobody):
    desk.logged()
    browser = sign_in(desk)
    for said in ("26-1", "2026-1", "1", "2026-000001"):
        assert "2026-000001" in nobody.get(f"/console/inquiries/{said}", headers=browser).text
    assert nobody.get("/console/inquiries/26-2", headers=browser).status_code == 404
    assert nobody.get("/console/nothing/here", headers=browser).status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_no_page_of_the_console_is_open_to_a_bearer_token(desk, role):
    """A page is for browsers: a token in a header must not become a page that holds a same-origin token."""
    assert desk.as_(role.value).get("/console").status_code == 303
