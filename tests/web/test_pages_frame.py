"""What all pages share: refusals in the frame, files that are kept for ever, what robots are told, the API's page."""

import re
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.web.assets import FOLDER, address_of
from app.web.problem_types import PROBLEM_TYPES
from tests.problem import is_problem
from tests.web.public_entries import Elements, seen_by_all, settled, words

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PUBLIC_PAGES = ["/", "/status", "/reports", "/about", "/docs", "/problems/gone"]


@pytest.mark.parametrize("path", PUBLIC_PAGES)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_page_is_whole_without_a_script_and_says_where_one_is(shared_desk, path, lang):
    page = Elements(shared_desk.as_(None).get(f"{path}?lang={lang}").text)

    assert page.all("script") == []
    assert page.all("html")[0]["lang"] == lang
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert page.all("title")[0]["text"].strip()
    navigation = page.all("nav")[0]["text"].split("\n")
    assert len([each for each in navigation if each.strip()]) == 6
    assert [each["href"] for each in page.all("a", hreflang="es" if lang == "en" else "en")]


@pytest.mark.parametrize(
    "path", ["/nothing", "/log/2020-000001", "/problems/zxcanary", "/console-not", "/docs/zxcanary"]
)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_browser_is_told_of_a_missing_page_in_the_frame(shared_desk, path, lang):
    page = shared_desk.as_(None).get(path, headers={**BROWSER, "Accept-Language": lang})

    assert page.status_code == 404
    assert page.headers["content-language"] == lang
    kind = PROBLEM_TYPES["not-found"]
    assert Elements(page.text).all("h1")[0]["text"] == (kind.title_es if lang == "es" else kind.title)
    assert "zxcanary" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert {"accept", "accept-language"} == {each.strip().lower() for each in page.headers["vary"].split(",")}


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/log/2020-000001", "/ledger/nothing", "/v1/inquiries"])
def test_what_programs_read_is_refused_as_the_contract_says_whatever_is_accepted(shared_desk, path):
    answer = shared_desk.as_(None).get(path, headers=BROWSER)

    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/problem+json"])
def test_who_does_not_accept_pages_is_refused_as_the_contract_says(shared_desk, accept):
    is_problem(shared_desk.as_(None).get("/nothing", headers={"Accept": accept}), "not-found")


def test_a_method_that_a_page_does_not_take_is_refused_with_those_it_takes(shared_desk):
    answer = shared_desk.as_(None).post("/about", headers=BROWSER)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert "405" in words(answer.text)


@pytest.mark.parametrize("name", sorted(file.name for file in FOLDER.iterdir()))
def test_a_file_by_its_own_address_may_be_kept_for_ever(shared_desk, name):
    answer = shared_desk.as_(None).get(address_of(name), headers={"Accept-Encoding": "gzip"})

    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert "max-age=31536000" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == (FOLDER / name).read_bytes()


@pytest.mark.parametrize("path", ["/static/style.css", "/static/000000000000/style.css"])
def test_a_file_by_another_address_is_asked_for_again(shared_desk, path):
    nobody = shared_desk.as_(None)

    answer = nobody.get(path, headers={"Accept-Encoding": "identity"})

    assert answer.headers["cache-control"] == "public, no-cache"
    assert answer.content == (FOLDER / "style.css").read_bytes()
    assert nobody.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_pages_name_files_by_addresses_that_may_be_kept(shared_desk):
    for path in PUBLIC_PAGES:
        loaded = Elements(shared_desk.as_(None).get(path).text).all("link", rel="stylesheet")
        assert [each["href"] for each in loaded] == [address_of("style.css")]


def test_a_script_that_imports_another_does_so_by_its_bare_name():
    """So that both come from one folder of one version."""
    imported = [
        found for file in FOLDER.glob("*.js") for found in re.findall(r'from "([^"]+)"', file.read_text("utf-8"))
    ]

    assert [each for each in imported if not re.fullmatch(r"\./[\w-]+\.js", each)] == []


def test_the_icon_is_found_where_browsers_look_for_it(shared_desk):
    answer = shared_desk.as_(None).get("/favicon.ico")

    assert shared_desk.as_(None).get(answer.headers["location"]).headers["content-type"] == "image/svg+xml"


def test_robots_are_told_what_not_to_read_and_where_the_map_is(shared_desk):
    told = shared_desk.as_(None).get("/robots.txt").text

    assert "Disallow: /console" in told
    assert "Disallow: /v1/status/" in told
    assert "Sitemap: http://desk.test/sitemap.xml" in told


def test_the_map_of_the_site_has_the_pages_and_the_public_entries(desk_with):
    desk = desk_with()
    desk.contact()
    settled(desk)
    hidden = desk.logged()
    nobody = seen_by_all(desk)

    body = nobody.get("/sitemap.xml").text

    root = ET.fromstring(body)  # noqa: S314  # made here
    places = [place.text for place in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert "http://desk.test/log/2026-000001" in places
    assert hidden["number"] not in body
    assert all(nobody.get(place.removeprefix("http://desk.test")).status_code == 200 for place in places)


def test_the_api_s_page_tells_parameters_fields_roles_and_problems(shared_desk):
    page = Elements(shared_desk.as_(None).get("/docs").text)
    (logging,) = page.all("details", id="post-v1-inquiries")
    told = " ".join(logging["text"].split())

    for field in ("source", "place.address", "observation.markings", "callback.phone", "Idempotency-Key:"):
        assert field in told, field
    assert "public | media | city" in told
    assert "Intake (intake)" in told
    assert '"1200 Central Ave SE"' in told
    assert "protected-detail" in told
    assert "not-collected" in told


def test_the_api_s_page_leads_to_the_page_of_each_problem(shared_desk):
    page = Elements(shared_desk.as_(None).get("/docs?lang=es").text)

    linked = {
        each["href"].split("/")[2].partition("?")[0] for each in page.all("a") if each["href"].startswith("/problems/")
    }

    assert linked
    assert linked <= set(PROBLEM_TYPES)
    assert set(PROBLEM_TYPES) - linked <= {"method-not-allowed", "gone"}


def test_the_api_s_page_has_spanish_around_it(shared_desk):
    told = words(shared_desk.as_(None).get("/docs?lang=es").text)

    for word in ("Quién puede", "Parámetros", "Campos del cuerpo", "obligatorio", "Rechazos"):
        assert word in told


def test_the_page_about_the_service_lists_every_stored_field_and_the_key(shared_desk):
    nobody = shared_desk.as_(None)
    page = nobody.get("/about").text
    register = nobody.get("/v1/data-register").json()["items"]

    for each in register:
        assert f"<code>{each['field']}</code>" in page, each
    assert nobody.get("/ledger/key").text.strip() in Elements(page).all("main")[0]["text"]


def test_the_page_about_the_service_tells_commands_that_there_are(shared_desk):
    page = shared_desk.as_(None).get("/about").text
    commands = [line.split() for line in re.findall(r"python -m app ([a-z].*?)(?=[\n<])", page)]

    assert ["verify", "--url", "https://desk.test", "--checkpoint", "checkpoint.txt"] in [
        [word.replace("http://", "https://") for word in each] for each in commands
    ]
    for name, *words_of_it in commands:
        told = CliRunner().invoke(app, [name, "--help"])
        assert told.exit_code == 0, name
        assert [word for word in words_of_it if word.startswith("--") and word not in told.output] == []
    (fetched,) = re.findall(r"curl -o checkpoint.txt https?://[^/]+(\S+?)(?=[\n<])", page)
    assert shared_desk.as_(None).get(fetched).text.startswith("localhost/ice-confirmation\n")


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("slug", sorted(PROBLEM_TYPES))
def test_the_page_of_a_problem_sets_names_of_fields_as_code(shared_desk, slug, lang):
    page = shared_desk.as_(None).get(f"/problems/{slug}?lang={lang}").text

    assert "`" not in page
    if slug == "protected-detail":
        assert "<code>errors</code>" in page
