# POS Bridge: `make demo` shows it, `make check` takes a minute, `make test` proves it.

VENV := .venv
BIN := $(VENV)/bin
PAGE := pos_bridge/public/till/index.html
PAGE_SOURCES := $(shell find frontend/src frontend/index.html frontend/vite.config.ts -type f 2>/dev/null)
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$python && break; done)
BENCH ?= $(HOME)/frappe-bench
ARGS ?=
ONLY ?=

.PHONY: help demo page check test soak benchmark chromium emupos mt-sics clean

help:
	@echo "make demo       the till, its devices and a ledger on http://127.0.0.1:8686/till"
	@echo "make check      linters, types and fast tests (a minute)"
	@echo "make test       everything, with a browser; ERPNext where a bench is found"
	@echo "make soak       the chaos tests at full counts, figures into docs/proof.md"
	@echo "make benchmark  the figures of docs/performance.md [ONLY=name]"

# Standard output belongs to the program (`--once --json` prints one object), so set-up talks on standard error.
demo: .make/agent $(if $(findstring --once,$(ARGS)),,$(PAGE))
	@$(BIN)/pos-bridge demo $(ARGS)

page: $(PAGE)

.make/python:
	@test -n "$(PYTHON)" || { echo "Python 3.10 or newer is needed. On Debian: apt-get install python3 python3-venv" >&2; exit 1; }
	@mkdir -p .make
	@$(PYTHON) -m venv $(VENV) >&2 || { sh scripts/install-packages python3-venv && $(PYTHON) -m venv $(VENV) >&2; }
	@touch $@

.make/agent: .make/python pyproject.toml
	@$(BIN)/pip install --quiet --editable '.[agent]' >&2
	@touch $@

.make/dev: .make/python pyproject.toml
	@$(BIN)/pip install --quiet --editable '.[agent,dev]' >&2
	@touch $@ .make/agent

.make/node: frontend/package-lock.json
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a * 100 + +b < 2019 ? 1 : 0)' \
		|| { echo "Node 20.19 or newer is needed to build the page." >&2; exit 1; }
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error >&2
	@mkdir -p .make && touch $@

$(PAGE): .make/node $(PAGE_SOURCES)
	@cd frontend && npm run --silent build >&2
	@touch $@

chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || sh scripts/install-packages chromium >&2 \
		|| echo "Chromium was not found, so the tests in a browser will be reported as not run." >&2

# A receipt printer and a scale that somebody else wrote, for the drivers' contracts; they need Python 3.13.
emupos: .make/python
	@test -x .make/emupos/bin/emupos || for python in python3.14 python3.13 $(wildcard $(HOME)/.pyenv/versions/3.1[34]*/bin/python); do \
		$$python -c '' 2>/dev/null && $$python -m venv .make/emupos >&2 \
			&& .make/emupos/bin/pip install --quiet 'emupos >=0.4,<0.5' >&2 && exit; done; true
	@test -x .make/emupos/bin/emupos || echo "Python 3.13 was not found, so what printers and scales do with emupos will be reported as not run." >&2
	@command -v zbarimg >/dev/null || sh scripts/install-packages zbar-tools >&2 || true

# A scale by yet another author; it needs Python 3.11.
mt-sics: .make/python
	@test -x .make/mt-sics/bin/mtsics-tcp || ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { $(BIN)/python -m venv .make/mt-sics >&2 && .make/mt-sics/bin/pip install --quiet 'mt-sics-emulator >=0.1,<0.2' >&2; } || true
	@test -x .make/mt-sics/bin/mtsics-tcp \
		|| echo "mt-sics-emulator could not be installed (it needs Python 3.11), so MT-SICS against it will be reported as not run." >&2

check: .make/dev .make/node
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	cd frontend && npm run --silent check
	cd frontend && npm run --silent test
	$(BIN)/pytest -q -m "not slow and not browser"

test: check $(PAGE) chromium emupos mt-sics
	$(BIN)/pytest -q -m "(slow or browser) and not erpnext"
	@sh scripts/test-on-erpnext "$(BENCH)"

soak: .make/dev $(PAGE) chromium
	$(BIN)/python -m benchmarks.soak --bench "$(BENCH)" $(ONLY)

benchmark: .make/dev $(PAGE) chromium
	@$(BIN)/python -m benchmarks $(ONLY)

clean:
	rm -rf $(VENV) .make frontend/node_modules pos_bridge/public/till
