"""The locks hold what pyproject.toml asks for, each file with its hash, from no index by name.

No network is needed: what each library asks for in turn is read from the installed libraries.
"""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parent.parent
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = PROJECT["project"]["dependencies"]
POSTGRES = PROJECT["project"]["optional-dependencies"]["postgres"]
DEVELOPMENT = PROJECT["dependency-groups"]["dev"]

ASKED = {
    "requirements.lock": RUNTIME,
    "requirements-postgres.lock": RUNTIME + POSTGRES,
    "requirements-dev.lock": RUNTIME + POSTGRES + DEVELOPMENT,
    "requirements-bootstrap.lock": ["uv"],
}
PIN = re.compile(
    r"(?P<pin>[A-Za-z0-9._-]+==[^\s;]+)(?: ; (?P<marker>[^\\]+))? \\"
    r"(?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+",
)


def text_of(lock):
    return (REPOSITORY / lock).read_text(encoding="utf-8")


def pins_of(lock):
    """Return each pinned requirement of the lock that holds on this machine, by name."""
    pins = [
        Requirement(f"{found['pin']} ; {found['marker']}" if found["marker"] else found["pin"])
        for found in PIN.finditer(text_of(lock))
    ]
    return {canonicalize_name(pin.name): pin for pin in pins if pin.marker is None or pin.marker.evaluate()}


def version_in(pin):
    return str(pin.specifier).removeprefix("==")


def test_every_lock_in_the_repository_is_checked_here():
    assert {path.name for path in REPOSITORY.glob("*.lock")} == set(ASKED)


@pytest.mark.parametrize("lock", ASKED)
def test_each_pin_has_a_hash_and_nothing_else_stands_in_the_lock(lock):
    assert PIN.sub("", text_of(lock)).strip() == ""


@pytest.mark.parametrize("lock", ASKED)
def test_the_lock_holds_what_the_project_asks_for(lock):
    pins = pins_of(lock)
    for asked in map(Requirement, ASKED[lock]):
        assert canonicalize_name(asked.name) in pins, f"run 'make lock': {asked} is not in {lock}"
        assert asked.specifier.contains(version_in(pins[canonicalize_name(asked.name)])), f"run 'make lock': {asked}"


@pytest.mark.parametrize("lock", ASKED)
def test_the_lock_holds_what_each_locked_library_asks_for(lock):
    """A lock that was edited by hand, or made from other wishes, lacks something that a library needs."""
    pins = pins_of(lock)
    asked = [Requirement(line) for line in ASKED[lock]]
    seen = set()
    while asked:
        wanted = asked.pop()
        name = canonicalize_name(wanted.name)
        assert name in pins, f"run 'make lock': {wanted} is not in {lock}"
        assert wanted.specifier.contains(version_in(pins[name]), prereleases=True), f"run 'make lock': {wanted}"
        for extra in {"", *wanted.extras}:
            if (name, extra) not in seen:
                seen.add((name, extra))
                lines = map(Requirement, metadata.requires(name) or ())
                asked += [line for line in lines if line.marker is None or line.marker.evaluate({"extra": extra})]
    assert {name for name, _ in seen} == set(pins), f"run 'make lock': {lock} holds what nothing asks for"


@pytest.mark.parametrize("lock", set(ASKED) - {"requirements-dev.lock"})
def test_what_is_tested_is_what_is_shipped(lock):
    tested = pins_of("requirements-dev.lock")
    assert {name: str(pin) for name, pin in pins_of(lock).items()} == {
        name: str(tested[name]) for name in pins_of(lock)
    }


def test_the_tests_run_on_the_locked_versions():
    pins = pins_of("requirements-dev.lock")
    assert {name: metadata.version(name) for name in pins} == {name: version_in(pin) for name, pin in pins.items()}


@pytest.mark.parametrize("lock", ASKED)
def test_no_lock_names_an_index(lock):
    assert not re.search(r"://|--(extra-)?index|--find-links|@ ", text_of(lock))
