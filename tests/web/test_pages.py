"""The pages beside the API: help for each problem type, and the API's document, with nothing from elsewhere."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from app.web.problem_types import PROBLEM_TYPES
from tests.problem import is_problem


class Links(HTMLParser):
    """Collects what a page loads, what it leads to, and every inline script, style or handler."""

    def __init__(self, html):
        super().__init__()
        self.loaded, self.targets, self.inline = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        found = [given[name] for name in ("href", "src", "action") if name in given]
        (self.targets if tag in {"a", "form"} else self.loaded).extend(found)
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


def text_of(html):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html))


@pytest.mark.parametrize("slug", PROBLEM_TYPES)
def test_every_problem_type_has_a_page_in_both_languages(shared_desk, slug):
    kind = PROBLEM_TYPES[slug]
    nobody = shared_desk.as_(None)

    english, spanish = nobody.get(f"/problems/{slug}"), nobody.get(f"/problems/{slug}?lang=es")

    assert english.headers["content-language"] == "en"
    assert spanish.headers["content-language"] == "es"
    assert 'lang="en"' in english.text
    assert 'lang="es"' in spanish.text
    assert kind.title in unescape(english.text)
    assert kind.title_es in unescape(spanish.text)
    assert kind.title != kind.title_es
    assert kind.help_en != kind.help_es


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        (None, "en"),
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en;q=0.3, es;q=0.7", "es"),
        ("fr, de", "en"),
        ("es;q=0", "en"),
        ("nonsense;;;q=x", "en"),
        ("*", "en"),
    ],
)
def test_a_page_is_in_the_language_that_the_browser_prefers(shared_desk, asked, language):
    headers = {"Accept-Language": asked} if asked else {}

    answer = shared_desk.as_(None).get("/problems/gone", headers=headers)

    assert answer.headers["content-language"] == language
    assert "accept-language" in answer.headers["vary"].lower()


def test_an_unknown_problem_type_is_404_and_is_not_repeated(shared_desk):
    answer = shared_desk.as_(None).get("/problems/zxcanary")

    is_problem(answer, "not-found")
    assert "zxcanary" not in answer.text


def test_pages_ignore_what_a_query_adds(shared_desk):
    assert shared_desk.as_(None).get("/problems/gone?utm_source=x&utm_source=y").status_code == 200


@pytest.mark.parametrize("path", ["/docs", "/problems/protected-detail"])
def test_a_page_loads_nothing_from_elsewhere_and_holds_nothing_inline(shared_desk, path):
    links = Links(shared_desk.as_(None).get(path).text)

    assert links.inline == []
    assert links.loaded
    assert [target for target in links.targets + links.loaded if not re.match(r"/(?!/)|[#?]", target)] == []
    for target in links.loaded:
        assert shared_desk.as_(None).get(target).status_code == 200, target


def test_the_docs_tell_every_operation(shared_desk):
    nobody = shared_desk.as_(None)
    told = text_of(nobody.get("/docs").text)

    for path, operations in nobody.get("/openapi.json").json()["paths"].items():
        for method in operations:
            assert f"{method.upper()} {path}" in told


def test_static_files_do_not_lead_out_of_their_folder(shared_desk):
    nobody = shared_desk.as_(None)
    for path in (
        "/static/../main.py",
        "/static/..%2f..%2fmain.py",
        "/static/%2e%2e/%2e%2e/settings.py",
        "/static//etc/passwd",
    ):
        assert nobody.get(path).status_code == 404
