# Set up, run, test and check the service. Needs Python 3.11 or later, make and a C library; nothing else first.
#
#   make run     set up, migrate, serve
#   make test    set up, pass the tests (ARGS="-k receipt" for a part)
#   make bench   set up, measure and hold the figures against bench/bounds.toml (ARGS="main --full" for a part, in full)
#   make screen-report   the screen's recall, false refusals and misses on the project's own cases
#   make screenshots     every page in both languages, sizes and schemes, into screenshots/
#   make check   lint, format, types, Dockerfile, locks, OpenAPI drift and breaking changes
#
# The stamps inside .venv depend on the lock files, so that a second `make` starts at once.

PYTHON ?= python3
ARGS ?=
PY := .venv/bin/python
UV := .venv/bin/uv

# The same Python everywhere: uv fetches none of its own.
export UV_PYTHON_DOWNLOADS = never
export PIP_DISABLE_PIP_VERSION_CHECK = 1

BOOTSTRAPPED := .venv/.bootstrapped
DEVELOPMENT := .venv/.requirements-dev.installed
# PostgreSQL's client only where PostgreSQL is set, in the environment or in .env.
DATABASE := $(APP_DATABASE_URL) $(shell grep -s '^APP_DATABASE_URL=' .env)
RUNTIME := .venv/.requirements$(if $(findstring postgresql,$(DATABASE)),-postgres).installed

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test bench screen-report screenshots check lint types containers locks openapi-drift openapi-compatible openapi lock

help:
	@sed -n '3,8s/^# *//p' Makefile

run: $(RUNTIME)
	@$(PY) -m app migrate && $(PY) -m app welcome && exec $(PY) -m app serve

test: $(DEVELOPMENT)
	@$(PY) -m pytest $(ARGS)

bench: $(DEVELOPMENT)
	@$(PY) -m bench $(ARGS)

screen-report: $(DEVELOPMENT)
	@$(PY) -m bench.screen_report $(ARGS)

screenshots: $(DEVELOPMENT)
	@$(PY) -m tests.browser.screenshots screenshots $(ARGS) && $(PY) -m tests.browser.console_screenshots screenshots $(ARGS)

check: lint types containers locks openapi-drift openapi-compatible

lint: $(DEVELOPMENT)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: $(DEVELOPMENT)
	@$(PY) -m mypy

containers: $(DEVELOPMENT)
	@.venv/bin/hadolint Dockerfile

# Without the network: the locks against pyproject.toml and against what each installed library asks for.
locks: $(DEVELOPMENT)
	@$(PY) -m pytest tests/test_locks.py

openapi-drift: $(DEVELOPMENT)
	@$(PY) -m app openapi | diff -u openapi/openapi.json - \
	|| { echo "openapi/openapi.json is not what the service serves: run 'make openapi' and commit it." >&2; exit 1; }

openapi-compatible: $(DEVELOPMENT)
	@$(PY) -m openapi.compatible

openapi: $(DEVELOPMENT)
	@$(PY) -m app openapi > .venv/openapi.json && mv .venv/openapi.json openapi/openapi.json

# The development lock comes first and binds the others: what is tested is what is shipped.
# `make lock UPGRADE=--upgrade` takes newer releases; without it a pin stays while pyproject.toml allows it.
LOCKING = $(UV) pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --generate-hashes $(UPGRADE)
lock: $(BOOTSTRAPPED)
	$(LOCKING) --all-extras --group dev pyproject.toml -o requirements-dev.lock
	$(LOCKING) -c requirements-dev.lock pyproject.toml -o requirements.lock
	$(LOCKING) -c requirements-dev.lock --extra postgres pyproject.toml -o requirements-postgres.lock
	echo uv | $(LOCKING) -c requirements-dev.lock - -o requirements-bootstrap.lock

$(BOOTSTRAPPED): requirements-bootstrap.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "Python 3.11 or later is needed; '$(PYTHON)' is older or absent. Name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' \
	|| { echo "'$(PYTHON)' cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install -qq --require-hashes --only-binary :all: -r requirements-bootstrap.lock \
	|| echo "uv has no build for this machine; pip does its work, more slowly." >&2
	@touch $@

# uv where it works, else pip: it also knows an index that only pip was told of. Both hold every file to its hash.
# Compiled at once, so that the service starts in half the time also where Python is told to write no bytecode.
INSTALL = { $(UV) pip install --quiet --compile-bytecode --python $(PY) --require-hashes -r $< 2>.venv/uv.log \
	|| $(PY) -m pip install --quiet --require-hashes -r $< || { cat .venv/uv.log >&2; exit 1; }; }

# The development lock holds all that the others hold, at the same versions: no need to install twice.
.venv/.%.installed: %.lock $(BOOTSTRAPPED)
	@echo "Setting up .venv from $< …"
	@$(INSTALL)
	@touch $@ $(if $(findstring -dev,$@),.venv/.requirements.installed .venv/.requirements-postgres.installed)
