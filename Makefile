# Everything a developer or an operator types. `make help` lists it; each target sets up what it needs.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
FUZZ_READY := $(VENV)/.ready-fuzz
LOCKS := $(wildcard requirements/*.lock)
PREFIX ?= /opt/gatepost
SECONDS ?= 60
TESTS ?=
BENCH ?=
CORPUS ?= corpus

.PHONY: help setup run demo test servers check format fuzz bench model docs lock install clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv with .venv/bin/gatepost and all tools
$(READY): pyproject.toml tools/setup.sh $(LOCKS)
	tools/setup.sh $(VENV)
	@touch $@

run demo: setup ## the gateway with an embedded mailbox behind it and a dozen instructive messages
	$(BIN)/gatepost demo

servers: ## the real servers that tests talk to (Debian packages; needs root once)
	tests/servers/install.sh

test: setup servers ## all tests; TESTS='tests/smtp -k pipelining' for some
	$(BIN)/pytest $(TESTS)

check: setup ## what needs no server: style, types, import contracts, sizes, docs equal to code
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -q -p no:cacheprovider tests/test_architecture.py $(wildcard tests/test_docs.py)

format: setup ## lay the code out and mend what ruff can mend
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

fuzz: setup $(FUZZ_READY) ## every fuzz target, SECONDS=60 each
	$(BIN)/python tests/fuzz/run.py $(SECONDS)
$(FUZZ_READY): requirements/fuzz.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r $<
	@touch $@

bench: setup servers ## side by side with Postfix; BENCH='--shapes a,b' for some
	$(BIN)/python -m bench.peers $(BENCH)

model: setup ## train the filter's default model from the mail in CORPUS=directory
	$(BIN)/python -m tools.train $(CORPUS)

docs: setup ## write docs/reference from the code
	$(BIN)/python -m tools.reference

lock: setup ## write requirements/*.lock from pyproject.toml
	tools/lock.sh

install: ## for a server: the gateway alone into PREFIX=/opt/gatepost
	tools/setup.sh --run $(PREFIX)

clean: ## take away what was made here, except what git knows
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage* bench/results
	find src tests bench tools -name __pycache__ -type d -prune -exec rm -rf {} +
