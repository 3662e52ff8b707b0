"""What the console says: both languages whole, a sentence for every problem, a word for every event."""

import ast
import re
from pathlib import Path

import pytest

from app.domain.event import Kind
from app.domain.screening import Category
from app.web.messages import LANGUAGES, catalogue
from app.web.validation import _SENTENCES

APP = Path("app")
SCRIPTS = sorted((APP / "web" / "static").glob("console*.js"))
TEMPLATES = sorted((APP / "web" / "templates" / "console").glob("*.html"))
_CALLS = {"refused": 0, "Fault": 1}


def codes_in_the_source():
    """Return every code that the service can name in `errors`, as its source says them."""
    found = {code for code, _ in _SENTENCES.values()} | set(Category) | {"not_collected"}
    for file in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
                place = _CALLS[node.func.id]
                if len(node.args) > place and isinstance(node.args[place], ast.Constant):
                    found.add(node.args[place].value)
    return sorted(found)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", codes_in_the_source())
def test_each_code_of_a_problem_has_a_sentence(language, code):
    assert catalogue(language)[f"console.js.code.{code}"]


@pytest.mark.parametrize(
    "kind", [kind for kind in Kind if kind.value.split(":")[0] in {"inquiry", "callback", "alert"}]
)
def test_each_kind_of_event_of_an_inquiry_has_a_word(kind):
    assert catalogue("en")[f"console.event.{kind.value.replace(':', '_')}"]


def test_the_scripts_say_only_what_the_catalogue_holds_and_all_of_it():
    source = "".join(file.read_text("utf-8") for file in SCRIPTS)
    said = set(re.findall(r'\b(?:say|refuse)\((?:[^()"]*\? )?"(\w+)"', source)) | set(
        re.findall(r': "(cmd_\w+)"', source)
    )
    said |= set(re.findall(r'say\([^()"]*\? "\w+" : "(\w+)"', source))
    held = {key.removeprefix("console.js.") for key in catalogue("en") if re.fullmatch(r"console\.js\.\w+", key)}
    by_the_server = {"minutes", "hours", "days", "due_in", "due_late"}
    assert said <= held
    assert held - said - by_the_server == set()


def test_the_pages_say_nothing_that_is_not_in_the_catalogue():
    """Words stand in templates in no language but that of the call to ICE, which is read aloud in English."""
    for file in TEMPLATES:
        if file.name == "script.html":
            continue
        html = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", file.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub(r'<[^>]*>|[\w-]+="[^"]*"', " ", html)
        words = set(re.findall(r"[A-Za-zÁ-ú]{4,}", text)) - {"English", "Español", "Ctrl", "Enter", "nbsp"}
        assert not words, (file.name, words)


def test_no_script_or_style_stands_in_a_page():
    for file in TEMPLATES:
        html = file.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)", html), file.name
    for file in SCRIPTS:
        source = file.read_text("utf-8")
        assert not re.search(r"innerHTML|localStorage|sessionStorage|document\.write|eval\(|https?://", source), (
            file.name
        )
