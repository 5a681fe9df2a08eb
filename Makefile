# Every target sets itself up: a machine needs Python 3.11 or 3.12, git and make, nothing else.
.DEFAULT_GOAL := help
PYTHON := $(shell for p in python3.12 python3.11 python3 python; do \
  $$p -c 'import sys; sys.exit(0 if (3,11) <= sys.version_info[:2] <= (3,12) else 1)' >/dev/null 2>&1 && { echo $$p; break; }; done)
BIN := .venv/bin
WORKERS ?= auto
# The lock files name every package and its hash, so pip has nothing to resolve.
PIP_LOCKED := -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r
COMPILE := .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url --no-emit-find-links
PYAIRBYTE := airbyte==0.71.3
# Clients that others wrote, which drive the emulators in tests/clients; each has a line in docs/dependencies.md.
CLIENTS := pypipedrive-client==1.0.2 zohocrmsdk8-0==7.0.0 mailigen==1.0 setuptools

.PHONY: help setup demo test prove test-browser lint format bench emulators lock clean python

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 is needed, and neither was found on PATH." >&2; exit 1; }

setup: .venv/.ready ## build .venv from the lock file

.venv/.ready: requirements/dev.txt pyproject.toml | python
	$(PYTHON) -m venv .venv
	$(BIN)/python $(PIP_LOCKED) requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

.venv-pyairbyte/.ready: requirements/pyairbyte.txt | python
	$(PYTHON) -m venv .venv-pyairbyte
	.venv-pyairbyte/bin/python $(PIP_LOCKED) requirements/pyairbyte.txt
	@touch $@

.venv-clients/.ready: requirements/clients.txt | python
	$(PYTHON) -m venv .venv-clients
	.venv-clients/bin/python $(PIP_LOCKED) requirements/clients.txt
	@touch $@

demo: setup ## local vendors, two syncs and the way back, totals that add up; no account needed
	$(BIN)/python -m demo

test: setup .venv-pyairbyte/.ready .venv-clients/.ready ## every test
	$(BIN)/python -m pytest -n $(WORKERS)

prove: setup ## the full counts of what `make test` samples: histories, crashes, faults, kills; takes hours
	MAILSYNC_PROVE=1 $(BIN)/python -m pytest -n $(WORKERS) -m prove --timeout=0

test-browser: setup ## look at the run report in headless Chromium; skipped where there is none
	$(BIN)/python -m pytest -rs browser-tests

lint: setup ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup ## let ruff write
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure, print one table
	$(BIN)/python -m benchmarks

emulators: setup ## serve the vendors on loopback until Ctrl-C
	$(BIN)/python -m emulators serve

lock: | python ## write requirements/*.txt anew
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(COMPILE) pyproject.toml -o requirements/run.txt
	$(COMPILE) pyproject.toml --extra emulators --group dev -o requirements/dev.txt
	echo '$(PYAIRBYTE)' | $(COMPILE) - -o requirements/pyairbyte.txt
	printf '%s\n' $(CLIENTS) | $(COMPILE) - -o requirements/clients.txt

clean: ## remove what make built
	rm -rf .venv .venv-pyairbyte .venv-clients .venv-lock demo-output bench-output
