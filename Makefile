# `make` lists what can be made. Everything runs in .venv, which is made and kept up to date on the way.

PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet --quiet
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run dev admin password test lint bench replay lighthouse screens requirements venv venv-dev chromium ready check pytest

help:
	@echo "make run           set everything up and serve the site at http://localhost:8000"
	@echo "make admin         make an admin (asks, or takes EMAIL=... PASSWORD=...)"
	@echo "make password      set an account's password (EMAIL=..., PASSWORD=... or asks)"
	@echo "make dev           serve it for development: reloads when a file changes, shows errors"
	@echo "make test          all checks, then all tests on SQLite and on PostgreSQL"
	@echo "make lint          the checks alone: ruff, djlint, mypy"
	@echo "make bench         measure imports, pages, ticks, searches and the check of links"
	@echo "make replay        import a history of notes under learners' marks: nothing may be lost"
	@echo "                   (REPO=path FILE=README.md EVERY=n: a git repository's, every n-th commit)"
	@echo "make lighthouse    what Lighthouse says of the roadmap page on a phone (needs node and npm)"
	@echo "make screens       a picture of every page, in screens/ to leaf through, and those of the README"
	@echo "make requirements  pin what requirements*.in ask for (UPGRADE=--upgrade: at its newest)"

run: ready
	@$(MANAGE) collectstatic --no-input --verbosity 0
	@exec $(BIN)/python -m gunicorn -c aienotes/gunicorn.py aienotes.wsgi

dev: export DEBUG := on
dev: ready
	@exec $(MANAGE) runserver

admin: venv
	@$(MANAGE) migrate --no-input --verbosity 0
	@$(MANAGE) make_admin

password: venv
	@$(MANAGE) migrate --no-input --verbosity 0
	@$(MANAGE) set_password

# The database, up to date and not empty.
ready: venv
	@$(MANAGE) migrate --no-input --verbosity 0
	@$(MANAGE) import_bundled

test: lint check pytest

lint: venv-dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m djlint templates --lint --quiet
	$(BIN)/python -m djlint templates --check --quiet
	$(BIN)/python -m mypy .

check: venv-dev
	DJANGO_SETTINGS_MODULE=tests.settings $(MANAGE) makemigrations --check --dry-run
	$(BIN)/python -m tests.production manage.py check --deploy --fail-level WARNING

# How notes are read depends on no database, and what a browser makes of a page does not either: that is tried once.
pytest: venv-dev chromium
	env -u DATABASE_URL $(BIN)/python -m pytest -n $(WORKERS)
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest -n $(WORKERS) -m "not looks" --ignore tests/reading

bench: venv-dev
	$(BIN)/python -m benchmarks

replay: venv-dev
	@$(BIN)/python -m benchmarks.replay $(if $(REPO),--repo "$(REPO)") $(if $(FILE),--file "$(FILE)") $(if $(EVERY),--every "$(EVERY)")

lighthouse: venv-dev chromium
	@$(BIN)/python -m benchmarks.lighthouse

screens: venv-dev chromium
	@$(BIN)/python -m tests.screens

requirements: venv-dev
	$(PIP) install uv
	$(BIN)/python -m uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 requirements.in -o requirements.txt
	$(BIN)/python -m uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 requirements-dev.in -c requirements.txt -o requirements-dev.txt

chromium: venv-dev
	@$(BIN)/python -m tests.browser.chromium

# What was installed is kept beside it: a copy says more than a time, which a checkout changes.
venv: $(BIN)/python
	@cmp -s requirements.txt .venv/requirements.txt || { echo "Installing what the site is made of ..." && \
		$(PIP) install -r requirements.txt && cp requirements.txt .venv/requirements.txt; }

venv-dev: $(BIN)/python
	@cmp -s requirements-dev.txt .venv/requirements-dev.txt || { echo "Installing what the tests need ..." && \
		$(PIP) install -r requirements-dev.txt && cp requirements-dev.txt .venv/requirements-dev.txt; }

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "$(PYTHON) is not here. Install Python 3.11 or newer, or name it: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, and $(PYTHON) is older. Name a newer one: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "$(PYTHON) lacks its venv module. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv
