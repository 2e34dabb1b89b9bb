# Needs Python 3.11 or later with venv, and nothing else. `make` alone lists the targets.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
JOBS ?= auto

SUITABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	if $$name -c '$(SUITABLE)' >/dev/null 2>&1; then echo $$name; break; fi; done)

PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
LOCKED := install --require-hashes -r requirements/build.txt -r requirements/base.txt

.PHONY: help demo run test lint bench lock screenshots

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | \
		while IFS='|' read -r name text; do printf '%-18s%s\n' "$$name" "$$text"; done

demo: $(VENV)/.base ## play one prescription through, from message to label, on a fresh database
	@$(BIN)/pharmacy demo

run: $(VENV)/.base ## serve the application with the demonstration data on http://127.0.0.1:8000
	@$(BIN)/pharmacy demo --serve

test: $(VENV)/.test ## run the whole test suite
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(TESTS)

lint: $(VENV)/.lint ## check style, types and import arrows
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --output-format concise .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: $(VENV)/.bench ## measure, and compare with other ways of doing the same
	@$(BIN)/python -m bench

screenshots: $(VENV)/.test ## draw the pictures in docs/images anew
	@$(BIN)/python -m docs.screenshots

# Hashes come from the ordinary package index, whatever this machine's pip is set to. Run it with Python 3.11, the
# oldest one supported; `make lock UPGRADE=--upgrade` takes newer releases.
COMPILE = env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND="make lock" \
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-options \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(UPGRADE)

lock: $(VENV)/.lock ## pin every package with its hashes, from setup.cfg and requirements/*.in
	@$(COMPILE) --output-file requirements/build.txt requirements/build.in
	@$(COMPILE) --output-file requirements/base.txt setup.cfg
	@$(COMPILE) --constraint requirements/base.txt --output-file requirements/test.txt requirements/test.in
	@$(COMPILE) --constraint requirements/base.txt --constraint requirements/test.txt \
		--output-file requirements/lint.txt requirements/lint.in
	@$(COMPILE) --constraint requirements/base.txt --constraint requirements/test.txt \
		--output-file requirements/bench.txt requirements/bench.in

$(VENV)/.python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or later with its venv module is missing."; \
		echo "On Debian and Ubuntu: apt-get install python3 python3-venv"; \
		exit 1; \
	fi
	@echo "Preparing $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.base: $(VENV)/.python requirements/build.txt requirements/base.txt setup.cfg
	@echo "Installing the application ..."
	@$(PIP) $(LOCKED)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.base requirements/test.txt
	@echo "Installing what the tests need ..."
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.test requirements/bench.txt
	@echo "Installing what the labels are compared with ..."
	@$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@

$(VENV)/.lint: $(VENV)/.test requirements/lint.txt
	@echo "Installing what the style and type checks need ..."
	@$(PIP) install --require-hashes -r requirements/lint.txt
	@touch $@

$(VENV)/.lock: $(VENV)/.base
	@$(PIP) install "pip-tools>=7.5"
	@touch $@
