"""What stands beside the code keeps its promises: set-up, container, CI, and what a commit must not hold."""

import os
import re
import subprocess
import sys
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

REPOSITORY = Path(__file__).parent.parent
TOOLS = Path(sys.executable).parent
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE_TEXT = (REPOSITORY / "compose.yaml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(COMPOSE_TEXT)

# A machine's own folders and the hosts that packages come from. Spelt apart, so that this file passes its own test.
# A path may follow a letter in a URL or an import; only a path from the root is a machine's.
MACHINE_PATH = re.compile(r"(?<![\w.~/}-])/(?:root|home/\w+|work|Users/\w+|tmp/\w+|opt/(?:pypi|wheels))\b")
REGISTRY_HOSTS = ("pypi" + ".org", "files.python" + "hosted.org", "registry.npm" + "js.org", "deb.debian" + ".org")


def run(*command, folder=REPOSITORY, **environment):
    return subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def committed_texts():
    """Return the text of each committed file, by name; pictures and fonts have none."""
    listed = run("git", "ls-files", "-z").stdout.split("\0")
    texts = {}
    for name in filter(None, listed):
        path = REPOSITORY / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            texts[name] = content.decode("utf-8", "replace")
    return texts


def test_no_committed_file_names_a_folder_of_one_machine():
    found = {name: MACHINE_PATH.findall(text) for name, text in committed_texts().items()}

    assert {name: paths for name, paths in found.items() if paths} == {}


def test_no_committed_file_names_a_package_host():
    found = [(name, host) for name, text in committed_texts().items() for host in REGISTRY_HOSTS if host in text]

    assert found == []


@pytest.mark.parametrize("path", ["/ro" + "ot/.cache", "cd /wo" + "rk/main", '"/ho' + 'me/somebody"', "=/t" + "mp/x1"])
def test_the_search_for_machine_paths_finds_them(path):
    assert MACHINE_PATH.search(path)


def test_hadolint_finds_nothing_in_the_dockerfile():
    linted = run(TOOLS / "hadolint", "Dockerfile")

    assert (linted.returncode, linted.stdout) == (0, "")


def test_hadolint_would_find_something(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN cd x && apt-get install y\n")

    assert run(TOOLS / "hadolint", "Dockerfile", folder=tmp_path).returncode == 1


def test_the_image_runs_as_somebody_who_is_not_root():
    users = re.findall(r"^USER (\S+)$", DOCKERFILE.split("\nFROM ")[-1], re.MULTILINE)

    assert users
    assert users[-1].split(":")[0].isdigit()
    assert int(users[-1].split(":")[0]) != 0


def test_the_image_installs_only_what_has_a_hash():
    installs = re.findall(r"pip install (?:[^&\n]|\\\n)*", DOCKERFILE)

    assert len(installs) == 2
    assert all("--require-hashes" in install for install in installs)


def test_the_image_names_a_version_of_its_base():
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    assert len(bases) == 2
    assert all(re.fullmatch(r"python:3\.11-slim-bookworm(@sha256:[0-9a-f]{64})?", base) for base in bases)


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (404, False)])
def test_the_image_s_health_check_tells_alive_from_not(status, healthy):
    command = yaml.safe_load(re.search(r"HEALTHCHECK .*\\\n\s+CMD (.*)", DOCKERFILE)[1])

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/healthz" else 500)
            self.end_headers()

        def log_message(self, *_):
            """Keep the tests' output clean."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        answering = Thread(target=server.handle_request)
        answering.start()
        checked = run(sys.executable, *command[1:], APP_PORT=str(server.server_port))
        answering.join()

    assert command[0] == "python"
    assert (checked.returncode == 0) is healthy


def test_the_image_gets_only_named_files():
    ignored = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)

    assert "*" in ignored
    for name in " ".join(copied).split():
        assert f"!{name}" in ignored
        assert (REPOSITORY / name).exists()


@pytest.mark.parametrize("service", COMPOSE["services"].values(), ids=COMPOSE["services"])
def test_each_container_is_read_only_and_without_privileges(service):
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")


def test_compose_has_no_password_of_ours():
    settings = {
        f"{name}.{key}": value
        for name, service in COMPOSE["services"].items()
        for key, value in service["environment"].items()
    }
    secrets = {name: value for name, value in settings.items() if re.search("PASS|SECRET|TOKEN|KEY", name)}

    assert set(secrets) == {"service.PGPASSWORD", "migrate.PGPASSWORD", "database.POSTGRES_PASSWORD"}
    # `:?` stops the start where the variable is unset or empty; `:-` would bring a default.
    assert all(re.fullmatch(r"\$\{POSTGRES_PASSWORD:\?[^}]+\}", value) for value in secrets.values())
    assert not re.search(r"\w+://[^\s/]*:[^\s/]*@", COMPOSE_TEXT)


def test_compose_keeps_the_vault_apart_from_the_data():
    mounts = dict(mount.split(":") for mount in COMPOSE["services"]["service"]["volumes"])
    declared = re.findall(r"APP_(?:DATA|VAULT)_DIR=(\S+)", DOCKERFILE)

    assert len(mounts) == len(set(mounts.values())) == 2
    assert set(mounts.values()) == set(declared)
    assert set(mounts) | {"database"} == set(COMPOSE["volumes"])


def test_compose_opens_the_service_to_this_host_only():
    ports = {name: service.get("ports", []) for name, service in COMPOSE["services"].items()}

    assert ports == {"service": ["127.0.0.1:8000:8000"], "migrate": [], "database": []}


def test_compose_starts_the_service_after_a_healthy_database_and_its_migration():
    waits = COMPOSE["services"]["service"]["depends_on"]

    assert waits["database"]["condition"] == "service_healthy"
    assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert "healthcheck" in COMPOSE["services"]["database"]


def test_each_program_that_the_makefile_starts_exists():
    modules = set(re.findall(r"\$\(PY\) -m ([\w.]+)", MAKEFILE)) - {"pytest", "pip", "ruff", "mypy"}
    folders = [REPOSITORY / module.replace(".", "/") for module in modules]

    assert modules >= {"app", "openapi.compatible"}
    for folder in folders:
        assert (folder / "__main__.py").exists() or folder.with_suffix(".py").exists(), f"{folder.name} is not there"


def test_each_target_is_phony_or_a_stamp():
    targets = set(re.findall(r"^([a-z][\w-]*):(?!=)", MAKEFILE, re.MULTILINE))
    phony = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split())

    assert targets == phony


def test_a_python_that_is_too_old_is_named_plainly(tmp_path):
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    for name in ["Makefile", "requirements-bootstrap.lock"]:
        (tmp_path / name).write_bytes((REPOSITORY / name).read_bytes())

    made = run("make", f"PYTHON={old}", ".venv/.bootstrapped", folder=tmp_path)

    assert made.returncode != 0
    assert "Python 3.11 or later is needed" in made.stderr


def test_ci_runs_the_readme_s_two_commands_and_takes_no_skip_for_an_answer():
    script = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")

    assert os.access(REPOSITORY / ".ci" / "run", os.X_OK)
    assert script.endswith("export REQUIRE_ALL=1\nmake test\nmake check\n")
    assert run("bash", "-n", ".ci/run").returncode == 0


def test_each_folder_of_code_is_type_checked():
    folders = {name.split("/")[0] for name in committed_texts() if name.endswith(".py")}

    assert set(PROJECT["tool"]["mypy"]["files"]) == folders - {"tests"}


def test_each_lint_rule_that_is_off_says_why():
    lines = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    codes = [line for line in lines if re.match(r'\s+"[A-Z]+\d*",', line)]

    assert len(codes) > 10
    assert [line for line in codes if not re.search(r"# \w[\w', ]+ \w+", line)] == []


def test_a_skip_in_the_code_of_a_check_carries_its_reason():
    """`noqa` and `type: ignore` name the rule and say why it does not hold there."""
    bare = re.compile(
        r"#\s*(?:noqa|type: ignore)(?!(?:: [A-Z]+\d+(?:, ?[A-Z]+\d+)*|\[[\w, -]+\])\s+(?:#|-{1,2}|[:(])\s*\w)"
    )
    found = [
        f"{name}:{number}"
        for name, text in committed_texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if name.endswith(".py") and name != "tests/test_tooling.py" and bare.search(line)
    ]

    assert found == []
