# `make run` and `make test` do all the set-up on a fresh machine.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint test-scale test-faults test-browsers audit bench-load bench-quality bench-speed bench-widget lock clean help

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

run: $(VENV)/.run ## set up and serve the knowledge folder on http://127.0.0.1:8000
	$(BIN)/python -m chatbot serve

test: lint chromium ## lint, types, layers, budget and all tests (SQLite, Chromium)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not scale and not faults and not browsers"

lint: $(VENV)/.dev ## ruff, mypy --strict and the size budget
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.budget

test-scale: $(VENV)/.dev ## PostgreSQL, Redis and several processes
	@command -v redis-server >/dev/null || { echo "Missing: apt-get install -y redis-server"; exit 1; }
	$(BIN)/python -m pytest -m scale

test-faults: $(VENV)/.dev chromium ## the fault plan at full length; writes docs/reliability.md
	$(BIN)/python -m pytest -n 2 --dist loadfile -p tests.faults.table -m "not scale and not browsers"

bench-load: $(VENV)/.dev ## throughput, growth and memory; prints the tables of docs/scaling.md
	@command -v wrk >/dev/null || { echo "Missing: apt-get install -y wrk"; exit 1; }
	$(BIN)/python -m benchmarks.load

audit: build/audit/.done ## known weaknesses of what is locked (pip-audit) and of our code (bandit)
	for lock in requirements.lock requirements-scale.lock; do \
	  build/audit/bin/pip-audit --strict --require-hashes --disable-pip -r $$lock || exit 1; done
	build/audit/bin/bandit -q -c pyproject.toml -r chatbot wsgi.py

build/audit/.done:
	$(PYTHON) -m venv build/audit
	build/audit/bin/pip install -q pip-audit 'bandit[toml]'
	@touch $@

test-browsers: $(VENV)/.dev build/browsers/.done ## the widget in Chromium, Firefox and WebKitGTK
	@for tool in chromium firefox-esr WebKitWebDriver xvfb-run; do command -v $$tool >/dev/null || \
	  { echo "Missing $$tool: apt-get install -y --no-install-recommends chromium firefox-esr webkit2gtk-driver xvfb fonts-dejavu-core"; exit 1; }; done
	$(BIN)/python -m pytest -m browsers -s tests/widget/test_browsers.py

bench-quality: build/bench/.done ## answers beside other engines; prints the table of docs/quality.md
	build/bench/bin/python -m benchmarks.quality

bench-speed: build/bench/.done ## ranking at 1,000 to 100,000 passages beside other engines
	build/bench/bin/python -m benchmarks.speed

build/bench/.done: benchmarks/requirements.txt requirements.lock
	$(PYTHON) -m venv build/bench
	build/bench/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	build/bench/bin/pip install -q --disable-pip-version-check --no-deps -r benchmarks/requirements.txt
	@touch $@

bench-widget: $(VENV)/.dev chromium build/lighthouse/.done ## what the button costs a site, beside others
	$(BIN)/python -m benchmarks.widget | tee docs/widget-measurements.md

chromium:
	@command -v chromium >/dev/null || { echo "Missing: apt-get install -y --no-install-recommends chromium fonts-dejavu-core"; exit 1; }

lock: $(VENV)/.dev ## write the lock files anew
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q --upgrade --generate-hashes --no-header --no-emit-index-url requirements.txt -o requirements.lock
	$(BIN)/uv pip compile -q --upgrade --generate-hashes --no-header --no-emit-index-url -c requirements.lock requirements.txt requirements-scale.txt -o requirements-scale.lock
	$(BIN)/uv pip compile -q --upgrade --generate-hashes --no-header --no-emit-index-url -c requirements.lock requirements-dev.txt -o requirements-dev.lock

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock | $(VENV)/bin/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.run

build/browsers/.done: tests/widget/package.json tests/widget/package-lock.json
build/lighthouse/.done: benchmarks/widget/package.json benchmarks/widget/package-lock.json
build/%/.done:
	@command -v npm >/dev/null || { echo "Missing: Node.js 20 with npm"; exit 1; }
	mkdir -p $(@D) && cp $^ $(@D) && cd $(@D) && npm ci --silent --no-fund --no-audit
	@touch $@

clean: ## remove the virtual environment and caches; instance/ stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build
