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
CLASSIFY ?= ../shared/classify
AGREEMENT ?= 1000
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
# Not in git. The tests keep to a folder of their own below it.
demo up lint: export LEDGERFLOW_DATA_DIR ?= ./var

COMPOSE_TESTS ?= tests/compose/development.py tests/compose/search.py tests/compose/recovery.py tests/compose/production.py
# Which Docker installation the targets mean: dev (http://localhost:9000) or prod.
ENV = dev
BACKUPS := archives/docker_archive/database_backups
PROJECT = $(or $(COMPOSE_PROJECT_NAME),ledgerflow-$(ENV))
compose = docker compose --project-name $(PROJECT) --file docker-compose.$(ENV).yml --env-file .env.$(ENV)

.PHONY: help setup demo up test coverage test-whole pages lint format types agreement bench mutants score screenshots clean \
	env volumes dev dev-logs dev-down prod prod-logs prod-down shell superuser link migrate collectstatic backup-full \
	restore drill nuke test-compose bench-ops damages faults fuzz chaos reversal bench-classify

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

setup: $(READY)  ## Create .venv with everything that the application and its tests need

$(READY): pyproject.toml uv.lock
	@if [ -z "$(PYTHON)" ]; then \
		echo "LedgerFlow needs Python 3.11 or later with its venv module: install python3.11 and, on Debian, python3.11-venv."; \
		exit 1; fi
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test "$$($(BIN)/uv --version 2>/dev/null | cut -d' ' -f2)" = "$(UV_VERSION)" || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	$(BIN)/uv sync --locked --all-extras --quiet --python $(BIN)/python
	@touch $@

demo: setup  ## Start LedgerFlow with demo books on http://localhost:9000
	@$(BIN)/ledgerflow demo

up: setup  ## Start LedgerFlow with your own books (data in ./var)
	@$(BIN)/ledgerflow up

test: setup  ## Run the tests on a real PostgreSQL, with coverage (reports/coverage.html); heavy ones in short
	@mkdir -p reports
	$(BIN)/slipcover --json --out reports/coverage.json -m pytest --short -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(PYTEST)
	@$(MAKE) --no-print-directory coverage

coverage:  ## Show what the last run of the tests covered, and refuse less than 90 %
	$(BIN)/slipcover --fail-under 90 --merge reports/coverage.json --xml --out reports/coverage.xml
	$(BIN)/pycobertura show --format html --output reports/coverage.html reports/coverage.xml

test-whole: setup  ## Run every test whole, the heavy ones too, and look at each page in light and dark with every row
	PAGES=whole $(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(PYTEST)

pages: setup  ## Look at each page in light and dark with every row: accessible, and no wider than a phone
	PAGES=whole $(BIN)/pytest tests/browser/test_every_page.py -n 0 -q

lint: setup  ## Check style, types, import contracts, migrations and the requirements of tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(BIN)/python .ci/tool_requirements.py --own pyproject.toml || test $$? -eq 3

format: setup  ## Put every file into the one format
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

types: setup  ## Check types alone
	$(BIN)/mypy

agreement: setup  ## Compare a thousand generated ledgers with Beancount and hledger (AGREEMENT=25)
	$(BIN)/python -m benchmarks.peers
	AGREEMENT=$(AGREEMENT) $(BIN)/pytest tests/exchange/test_three_engines.py --no-skips -n $(WORKERS) --dist load -v

bench: setup  ## Measure speed against peers, as a table of ratios, and suggestions where CLASSIFY has books (BENCH=--quick)
	$(BIN)/python -m benchmarks $(BENCH)
	@if [ -f "$(CLASSIFY)/bench.py" ]; then $(MAKE) bench-classify; else \
		echo "Suggestions are not measured: CLASSIFY=folder names the labelled books."; fi

bench-classify: setup  ## Measure suggestions beside other programs on labelled books, into docs/classification.md (CLASSIFY=folder)
	$(BIN)/python -W ignore -m benchmarks.classification measure $(CLASSIFY) --write

bench-ops: setup  ## Measure backups and restores of a database of 5,000,000 lines (OPS="--lines 200000")
	$(BIN)/python -m benchmarks.operations $(OPS)

damages: setup  ## Harm a dump in 2,000 ways, each of which must be refused
	DAMAGES=2000 $(BIN)/pytest tests/ops/backups/test_dumps.py -k "every_truncation or flip_anywhere" -n 0 -s -q

faults: setup  ## Put every kind of fault into 5,000 proven statements: each detected, single rows named
	FAULTS=5000 $(BIN)/pytest tests/statements/test_located_faults.py -n 0 -s -q

fuzz: setup  ## Read 10,000 mutations of files by each reader: no crash, no hang, no amount that is not in the file (FUZZ=2000)
	FUZZ=$(or $(FUZZ),10000) CORPUS=$(CORPUS) $(BIN)/pytest tests/fuzz -n $(WORKERS) -s -q

chaos: setup  ## Kill web, worker and PostgreSQL 200 times each at work; nothing promised is lost (CHAOS="--seed 7")
	$(BIN)/python -m tests.chaos.run $(CHAOS)

reversal: setup  ## Take every migration back and apply all again, on a scratch database
	$(BIN)/pytest tests/ops/reversal.py -n 0 -q

mutants: setup  ## Break the ledger and the proof on purpose; the tests must notice at least 85 %
	$(BIN)/python -m tests.mutants

score: setup  ## Read every file of the corpus, where it is there, and compare with the floor (SCORE=--table)
	$(BIN)/python .ci/corpus_floor.py $(CORPUS) $(RAISE) $(SCORE)
	$(BIN)/python .ci/pdf_boxes.py $(CORPUS)

screenshots: setup  ## Take the pictures of docs/images anew (needs Chromium)
	$(BIN)/pytest tests/browser/screenshots.py --quiet -n 0

env:  ## Docker: make .env.dev with secrets of its own (ENV=prod URL=https://books.example.org: .env.prod)
	@docker/make_env.sh $(ENV) $(URL)

volumes:  ## Docker: make the volumes that hold the data; `docker compose down -v` leaves them
	@for each in postgres media pgbackrest caddy; do docker volume create $(PROJECT)_$$each >/dev/null; done
	@mkdir -p $(BACKUPS)  # dumps are written as user 1000, and readable by that user alone
	@test "$$(stat -c %u $(BACKUPS))" = 1000 || chown 1000 $(BACKUPS) 2>/dev/null || chmod 1777 $(BACKUPS)

dev: override ENV = dev
dev: env volumes  ## Docker: start LedgerFlow for development on http://localhost:9000
	@$(compose) up --build --detach --wait
	@$(compose) exec -T django ledgerflow link

dev-logs:  ## Docker: follow what the containers of development say
	@$(MAKE) --no-print-directory ENV=dev .logs

dev-down:  ## Docker: stop development; data stays
	@$(MAKE) --no-print-directory ENV=dev .down

prod: override ENV = prod
prod: volumes  ## Docker: start LedgerFlow for people, as .env.prod says (PROFILES="--profile caddy")
	@test -e .env.prod || { echo "make prod: .env.prod is missing; make it with: make env ENV=prod URL=https://books.example.org" >&2; exit 1; }
	@$(compose) $(PROFILES) up --build --detach --wait

prod-logs:  ## Docker: follow what the containers of production say
	@$(MAKE) --no-print-directory ENV=prod .logs

prod-down:  ## Docker: stop production; data stays
	@$(MAKE) --no-print-directory ENV=prod .down

.PHONY: .logs .down
.logs:
	@$(compose) logs --follow --tail 100

.down:
	@$(compose) --profile '*' down --remove-orphans

shell:  ## Docker: Python with LedgerFlow's models, in the running container (ENV=prod)
	@$(compose) exec django python manage.py shell

superuser:  ## Docker: make a firm administrator with a password (ENV=prod)
	@$(compose) exec django python manage.py createsuperuser

link:  ## Docker: print a sign-in link that works once (ENV=prod)
	@$(compose) exec -T django ledgerflow link

migrate:  ## Docker: bring the schema up to date, as the owner of the database (ENV=prod)
	@$(compose) run --rm migrate

collectstatic:  ## Docker: collect and compress the static files, as the image of production does when it is built
	@$(compose) run --rm --no-deps -e DEBUG=0 django python manage.py collectstatic --noinput

backup-full:  ## Docker: make a full physical backup now (ENV=prod)
	@$(compose) exec -T backup lf-backup full

restore:  ## Docker: go back to a time: make restore TO="2026-11-23 14:05:00" (ENV=prod)
	@docker/restore.sh $(ENV) --to "$(TO)"

drill:  ## Docker: prove that single moments can be had: restore beside, verify, remove (ENV=prod)
	@docker/restore.sh $(ENV) --drill $(if $(TO),--to "$(TO)")

nuke:  ## Docker: remove database and documents, after the typed name and a verified backup (ENV=prod)
	@docker/nuke.sh $(ENV)

test-compose: setup  ## Docker: build, start, wipe, restore, break: every promise about the containers
	$(BIN)/pytest $(COMPOSE_TESTS) -n 0 -q $(PYTEST)

clean:  ## Remove what can be made again; data in ./var stays
	rm -rf /dev/shm/lf-$$(id -u)-$$(printf %s "$$PWD" | sha256sum | cut -c1-8)
	rm -rf .venv reports mutants staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -path ./.venv-peers -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
