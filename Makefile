# What a person types. Everything is installed into .venv, beside this file (PyTorch and optax into
# .venv-adapters, the lowest versions that bea allows into .venv-lowest, what builds the site into
# .venv-docs), and nowhere else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_FLAGS := --quiet --disable-pip-version-check --no-input
PIP := $(BIN)/python -m pip $(PIP_FLAGS)
OUT ?= results/demo
PYTEST_ARGS ?= -q -n 2 --dist worksteal

# PyTorch for `make test-adapters`. On Linux the newest release brings several GB of CUDA; TORCH= chooses
# another build, such as the CPU build of PyTorch's own index.
TORCH ?= torch==2.13.0

# What `make test-lowest` runs: that which calls the dependencies. With LOWEST_TESTS= it is everything.
LOWEST_TESTS ?= tests/series tests/trees tests/algebra tests/fields tests/measure/order/test_order_fit.py \
	tests/plots/house tests/cli/reading tests/cli/test_entry.py

CORE := $(VENV)/.installed-core
TEST := $(VENV)/.installed-test
BROWSER := $(VENV)/.installed-browser
NOTEBOOK := $(VENV)/.installed-notebook
ADAPTERS := .venv-adapters
LOWEST := .venv-lowest
DOCS := .venv-docs
SITE := $(DOCS)/.installed-docs
EXTRAS := $(ADAPTERS)/.installed-adapters

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo test test-adapters test-browser test-lowest lint format bench notebook notebooks docs clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

install: $(TEST) ## Install bea, its dependencies and the test tools into .venv

demo: $(CORE) ## Derive, measure and draw the main examples into results/demo (OUT=folder)
	$(BIN)/bea demo --out $(OUT)

test: lint ## Run every check: style, types, floors, tests with doctests, notebooks
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-adapters: $(EXTRAS) ## Install PyTorch (CPU) and optax into .venv-adapters and run their tests
	$(ADAPTERS)/bin/python -m pytest $(PYTEST_ARGS) tests/adapters bea/adapters

test-browser: $(BROWSER) ## Test the explorer in a browser: Debian's chromium and chromium-driver
	$(BIN)/python -m pytest -q tests/browser

test-lowest: ## Install the lowest versions of the dependencies into .venv-lowest and run LOWEST_TESTS
	@$(PYTHON) -m venv --clear $(LOWEST)
	@$(PYTHON) tests/tools/lowest.py > $(LOWEST)/lowest.txt
	@$(LOWEST)/bin/python -m pip $(PIP_FLAGS) install --constraint $(LOWEST)/lowest.txt --editable '.[test]'
	$(LOWEST)/bin/python -m pytest $(PYTEST_ARGS) $(LOWEST_TESTS)

lint: $(TEST) ## Check style, types and the floors of the architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(TEST) ## Put the code into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(CORE) ## Print the tables of the benchmarks
	@set -e; for script in benchmarks/bench_*.py; do \
		echo "== $$script"; $(BIN)/python "$$script"; \
	done

notebook: $(NOTEBOOK) ## Open the lessons in Jupyter
	$(BIN)/python -m jupyter lab notebooks

notebooks: $(EXTRAS) ## Run the notebooks anew, some of which need extras, and keep their outputs
	$(ADAPTERS)/bin/python tests/notebooks/execute.py notebooks/*.ipynb

docs: $(SITE) ## Build the documentation site into results/docs, and test it: open results/docs/index.html
	$(DOCS)/bin/python -m pytest --noconftest -q tests/site

clean: ## Remove .venv, caches and results
	rm -rf $(VENV) $(ADAPTERS) $(LOWEST) $(DOCS) docs/lessons docs/reference/api build dist results *.egg-info
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find bea tests benchmarks notebooks -depth \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -exec rm -rf {} + 2>/dev/null || true

# A stamp is newer than pyproject.toml once its install has succeeded. The test install holds the
# core, so it leaves both stamps.
$(CORE): pyproject.toml | environment
	@echo "Installing bea and its dependencies into $(VENV) ..."
	@$(PIP) install --editable .
	@touch $@

$(TEST): pyproject.toml | environment
	@echo "Installing bea, its dependencies and the test tools into $(VENV) ..."
	@$(PIP) install --editable '.[test]'
	@touch $(CORE) $@

$(BROWSER): $(TEST)
	@$(PIP) install --editable '.[browser]'
	@touch $@

$(NOTEBOOK): $(TEST)
	@echo "Installing Jupyter into $(VENV) ..."
	@$(PIP) install --editable '.[notebook]'
	@touch $@

$(EXTRAS): pyproject.toml
	@echo "Installing bea, PyTorch and optax into $(ADAPTERS) ..."
	@$(PYTHON) -m venv $(ADAPTERS)
	@$(ADAPTERS)/bin/python -m pip $(PIP_FLAGS) install $(TORCH)
	@$(ADAPTERS)/bin/python -m pip $(PIP_FLAGS) install --editable '.[test,torch,zoo,optax,networks]'
	@touch $@

$(SITE): pyproject.toml
	@echo "Installing bea and Sphinx into $(DOCS) ..."
	@$(PYTHON) -m venv $(DOCS)
	@$(DOCS)/bin/python -m pip $(PIP_FLAGS) install --editable '.[docs]'
	@touch $@

# Makes .venv where there is none, and again where it was left half made.
.PHONY: environment
environment:
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
			echo "bea needs Python 3.11 or newer: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; \
			exit 1; \
		}; \
		$(PYTHON) -m venv --clear $(VENV); \
	}
