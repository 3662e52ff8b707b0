"""Who may import what: ledger ← domain ← store ← service ← {web, delivery} ← {main, serving, demo, cli, commands}.

The reasons stand in docs/decisions/0002-layers.md. Imports within functions count, and those for typing alone too.
"""

import ast
import sys
from pathlib import Path

import pytest

APP = Path(__file__).parent.parent / "app"
BELOW = {"ledger": set(), "domain": {"ledger"}, "settings": {"domain"}}
BELOW["store"] = {"ledger", "domain"}
BELOW["service"] = BELOW["store"] | {"store"}
BELOW["web"] = BELOW["delivery"] = BELOW["service"] | {"service", "settings"}
TOP = {"main", "serving", "demo", "cli", "commands"}
BELOW |= {name: {*BELOW["web"], "web", "delivery", *TOP} for name in (*TOP, "__main__")}

# orjson writes and reads the JSON that we made ourselves, ten times as fast; what others send has readers of its own.
LIBRARIES = {
    "ledger": {"cryptography", "orjson"},  # Ed25519
    "domain": {"orjson"},
    "settings": {"pydantic", "pydantic_settings", "annotated_types", "limits"},  # limits reads a rate as it is written
    "store": {"sqlmodel", "sqlalchemy", "alembic", "orjson", "cryptography"},  # cryptography: the vault
    "service": {
        "sqlmodel",
        "sqlalchemy",
        "orjson",
    },  # the session's type, and the error of a database that cannot be had
    # The session's type; the error of an endpoint's secret that cannot be opened.
    "delivery": {"httpx", "httpcore", "standardwebhooks", "anyio", "sqlmodel", "cryptography"},
    "web": {
        *("fastapi", "starlette", "anyio", "pydantic", "pydantic_core", "annotated_types", "jinja2", "markupsafe"),
        *("limits", "phonenumbers", "email_validator", "prometheus_client", "orjson"),
        "httpx",  # to ask the identity provider
        *("sqlmodel", "sqlalchemy"),  # the session's type, and the error of a database that cannot be had
    },
    **{name: {"fastapi", "starlette", "anyio", "uvicorn", "typer", "httpx", "sqlalchemy"} for name in TOP},
    "__main__": set(),
}
# The clock, randomness, the machine and its network come to the rules as arguments, or not at all.
NOT_PURE = {
    *("os", "time", "random", "secrets", "socket", "ssl", "http", "subprocess", "shutil", "tempfile", "logging"),
    *("sqlite3", "threading", "multiprocessing", "concurrent", "asyncio", "queue", "select", "signal"),
}


def layer_of(module):
    return module.split(".")[1]


def imports_of(file):
    """Return the full names of the modules that a file imports."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports by dots; a full name says what it is"
            yield from (f"{node.module}.{alias.name}" if node.module == "app" else node.module for alias in node.names)


FILES = sorted(file for file in APP.rglob("*.py") if file != APP / "__init__.py")
IMPORTS = {file: set(imports_of(file)) for file in FILES}


def layer_of_file(file):
    return file.relative_to(APP).parts[0].removesuffix(".py")


def test_every_file_belongs_to_a_layer():
    assert {layer_of_file(file) for file in FILES} <= BELOW.keys()
    assert BELOW.keys() == LIBRARIES.keys()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(APP)))
def test_a_file_imports_only_what_its_layer_may(file):
    layer = layer_of_file(file)
    ours = {layer_of(module) for module in IMPORTS[file] if module.startswith("app.")}
    roots = {module.partition(".")[0] for module in IMPORTS[file]} - {"app"}
    assert ours <= BELOW[layer] | {layer}
    assert roots - sys.stdlib_module_names <= LIBRARIES[layer]
    if layer == "domain":
        assert not roots & NOT_PURE


def test_only_the_settings_read_the_environment():
    reading = {
        layer_of_file(file)
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"}
    }
    assert reading == {"settings"}
