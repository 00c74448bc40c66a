# The front door. `make` alone prints what can be done.

PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
SEED ?= 20261116

.DEFAULT_GOAL := help
.PHONY: help demo test check bench soak docs words format lock clean

help: ## print this
	@echo "make TARGET, where TARGET is one of:"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.ready ## sell a few products end to end, then keep serving (ONCE=1: then stop)
	$(BIN)/konter demo $(if $(ONCE),--once)

# Compiled files are kept even where the environment asks for none: each of the suite's processes
# would compile everything again, which is a third of a minute of work together.
unexport PYTHONDONTWRITEBYTECODE

test: $(VENV)/.ready-dev $(VENV)/.browser ## run every test that runs Konter (ARGS="tests/ledger -x" to narrow it)
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not soak" --ignore tests/laws $(ARGS)

check: $(VENV)/.ready-dev ## format, lint, types, import contract, laws of the house
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/laws

bench: $(VENV)/.ready-dev ## measure the figures that matter; writes build/bench.json
	$(BIN)/python -m bench

soak: $(VENV)/.ready-dev ## long fault runs with a fixed seed (SEED=n for another)
	$(BIN)/python -m pytest -n 2 --dist worksteal -v -m soak --timeout=900 --hypothesis-seed=$(SEED) $(ARGS)
	$(BIN)/python -m pytest -n 2 -m hypothesis --timeout=900 --hypothesis-profile=soak \
		--hypothesis-seed=$(SEED) tests/upstreams
	$(BIN)/python -m bench --row 8

docs: $(VENV)/.ready-dev $(VENV)/.browser ## write the reference pages and the README's pictures again
	$(BIN)/python -m tools.reference_docs
	$(BIN)/python -m tools.screenshots

words: $(VENV)/.ready-dev ## add the texts that have no English yet to the translations
	$(BIN)/python -m tools.words

format: $(VENV)/.ready-dev ## format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## pin all packages again (maintainers; needs uv)
	$(UV) pip compile pyproject.toml --extra build --extra dev $(LOCKING) -o requirements-dev.lock
	$(UV) pip compile pyproject.toml --extra build -c requirements-dev.lock $(LOCKING) -o requirements.lock

LOCKING := --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links

clean: ## remove what was built and measured (not .konter: that is a shop's data)
	rm -rf $(VENV) build dist src/*.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# Installation: pinned, checked by hash, and again only when the pins or the project change.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/.ready: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what Konter needs into $(VENV) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing what Konter and its tests need into $(VENV) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pytest --collect-only -q >/dev/null || true  # compiles all files, once
	@touch $@ $(VENV)/.ready

# Page tests need a browser: Debian's, installed where we may. The first is the quicker one.
$(VENV)/.browser: | $(BIN)/python
	@command -v chromium-headless-shell >/dev/null || { [ "$$(id -u)" = 0 ] && { \
		echo "Installing chromium-headless-shell for the page tests ..."; \
		apt-get -qq update >/dev/null 2>&1; \
		DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
			chromium-headless-shell >/dev/null 2>&1; }; } || \
	command -v chromium >/dev/null || { \
		echo "The page tests need Chromium. On Debian and Ubuntu:"; \
		echo "  sudo apt install chromium-headless-shell   (or chromium)"; \
		exit 1; }
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Konter needs Python 3.11 or newer as '$(PYTHON)'; or name one: make PYTHON=python3.12"; \
		exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv is missing. On Debian and Ubuntu: apt install python3-venv"; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)
