# Every target sets up what it needs: a private uv, a virtual environment, the locked packages.
UV := $(shell command -v uv || echo .uv/bin/uv)
PYTHON ?= python3

.PHONY: help demo test exhaustive check format screens bench soak doctor run lock clean

help: ## what the targets do
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

.uv/bin/uv:
	@echo "Setting up: fetching uv (once per checkout) …"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-warn-script-location --target .uv uv

.venv/.ready: pyproject.toml requirements.lock $(filter .uv/bin/uv,$(UV))
	@echo "Setting up: installing the locked packages into .venv …"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	@$(UV) pip sync --python .venv requirements.lock
	@$(UV) pip install --quiet --python .venv --no-deps --editable .
	@touch $@

demo: .venv/.ready ## watch a whole incident in a local workspace, no Slack needed
	@.venv/bin/sitrep demo

test: .venv/.ready ## run the whole test suite
	@.venv/bin/pytest

SEED := $(or $(SEED),$(shell date +%s))
exhaustive: .venv/.ready ## kill the bot at every call and commit of every workflow (3 hours; SAMPLE=3 SEED=7: a part; DATABASE=postgresql)
	@echo "SAMPLE=$(or $(SAMPLE),all) SEED=$(SEED)"
	@SAMPLE=$(SAMPLE) SEED=$(SEED) .venv/bin/pytest -m exhaustive tests/faults

check: .venv/.ready ## lint, format, strict types, manifest
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/sitrep manifest --check

format: .venv/.ready ## put the code into its format
	@.venv/bin/ruff check --fix --quiet .
	@.venv/bin/ruff format --quiet .

screens: .venv/.ready ## draw the pictures of the documents anew, from what Slack receives
	@.venv/bin/python -m tests.screens

bench: .venv/.ready ## measure declare and intake against a bare Bolt app
	@.venv/bin/python -m tests.bench

soak: .venv/.ready ## mix faults at random for SECONDS (600) and compare; SEED repeats a run, DATABASE=sqlite
	@.venv/bin/python -m tests.soak

doctor: .venv/.ready ## check what the bot needs: tokens, scopes, database, configuration
	@.venv/bin/sitrep doctor

run: .venv/.ready ## run the bot with the tokens in .env
	@.venv/bin/sitrep run

lock: ## bring requirements.lock up to date with pyproject.toml
	@$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --group dev pyproject.toml --output-file requirements.lock --no-header --no-emit-index-url
	@touch requirements.lock

clean: ## remove what the targets made
	@rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache
