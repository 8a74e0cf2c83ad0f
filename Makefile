# Everything LedgerFlow's developers and first users do. Needs Python 3.11 or later, make and git; nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= $(shell for each in python3.11 python3 python3.12 python3.13 python3.14; do \
	if $$each -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$each; break; fi; done)
# The version that the lock file names installs everything else.
UV_VERSION = $(shell sed -n '/^name = "uv"$$/{n;s/version = "\(.*\)"/\1/p;}' uv.lock)

BIN := .venv/bin
READY := .venv/.ready
WORKERS ?= 2
CORPUS ?= ../shared/corpus
AGREEMENT ?= 1000
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
# Not in git. The tests keep to a folder of their own below it.
demo up lint: export LEDGERFLOW_DATA_DIR ?= ./var

.PHONY: help setup demo up test lint format types agreement bench chaos reversal mutants score screenshots clean

help:  ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 22

setup: $(READY)  ## Create .venv with everything that the application and its tests need

$(READY): pyproject.toml uv.lock
	@if [ -z "$(PYTHON)" ]; then \
		echo "LedgerFlow needs Python 3.11 or later with its venv module: install python3.11 and, on Debian, python3.11-venv."; \
		exit 1; fi
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test "$$($(BIN)/uv --version 2>/dev/null | cut -d' ' -f2)" = "$(UV_VERSION)" || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	$(BIN)/uv sync --locked --quiet --python $(BIN)/python
	@touch $@

demo: setup  ## Start LedgerFlow with demo books on http://localhost:9000
	@$(BIN)/ledgerflow demo

up: setup  ## Start LedgerFlow with your own books (data in ./var)
	@$(BIN)/ledgerflow up

test: setup  ## Run every test on a real PostgreSQL, with coverage (HTML in reports/coverage)
	$(BIN)/pytest -n $(WORKERS) --dist loadscope --cov --cov-report=term-missing:skip-covered --cov-report=html $(PYTEST)

lint: setup  ## Check style, types, import contracts and migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

format: setup  ## Put every file into the one format
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

types: setup  ## Check types alone
	$(BIN)/mypy

agreement: setup  ## Compare a thousand generated ledgers with Beancount and hledger (AGREEMENT=25)
	$(BIN)/python -m benchmarks.peers
	AGREEMENT=$(AGREEMENT) $(BIN)/pytest tests/exchange/test_three_engines.py --no-skips -n 0 -s -q

bench: setup  ## Measure speed against peers, as a table of ratios (BENCH=--quick)
	$(BIN)/python -m benchmarks $(BENCH)

chaos: setup  ## Kill web, worker and PostgreSQL 200 times each at work; nothing promised is lost (CHAOS="--seed 7")
	$(BIN)/python -m tests.chaos.run $(CHAOS)

reversal: setup  ## Take every migration back and apply all again, on a scratch database
	$(BIN)/pytest tests/ops/reversal.py -n 0 -q

mutants: setup  ## Break the ledger and the proof on purpose; the tests must notice at least 85 %
	$(BIN)/python -m tests.mutants

score: setup  ## Read every file of the corpus, where it is there, and compare with the floor
	$(BIN)/python .ci/corpus_floor.py $(CORPUS) $(RAISE)

screenshots: setup  ## Take the pictures of docs/images anew (needs Chromium)
	$(BIN)/pytest tests/browser/screenshots.py --quiet -n 0

clean:  ## Remove what can be made again; data in ./var stays
	rm -rf .venv reports mutants staticfiles .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -path ./.venv-peers -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
