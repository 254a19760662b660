# Each target sets up what it needs in .venv: a machine with Python 3.10+ and make is enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test test-oldest lint bench clean

help:
	@echo "make demo   an example end to end, in an embedded DuckDB"
	@echo "make test   the test suite"
	@echo "make test-oldest  a part of it on the oldest dbt that is supported"
	@echo "make lint   ruff, mypy, import-linter, sqlfluff"
	@echo "make bench  speed, beside other tools (ROWS=1000000); writes docs/benchmarks.md"
	@echo "make clean  remove .venv and what builds leave behind"

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 10) else f"Python 3.10 or newer is needed; {sys.executable} is {v[0]}.{v[1]}. Try: make PYTHON=python3.12 ...")'
	@echo "Setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade "pip>=24"
	@touch $@

$(VENV)/.runtime: $(VENV)/.created pyproject.toml requirements-dev.txt
	@echo "Installing mlmon ..."
	@$(PIP) install --constraint requirements-dev.txt --editable ".[flights]"
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@echo "Installing what the tests need ..."
	@$(PIP) install --constraint requirements-dev.txt --editable ".[dev]"
	@touch $@

$(VENV)/.cloud: $(VENV)/.created requirements-cloud.txt
	@echo "Installing the adapters of the cloud warehouses ..."
	@$(PYTHON) -m venv $(VENV)/cloud
	@$(VENV)/cloud/bin/python -m pip --quiet --disable-pip-version-check install --requirement requirements-cloud.txt
	@touch $@

$(VENV)/.fakesnow: $(VENV)/.created requirements-fakesnow.txt
	@echo "Installing a stand-in for Snowflake ..."
	@$(PYTHON) -m venv $(VENV)/fakesnow
	@$(VENV)/fakesnow/bin/python -m pip --quiet --disable-pip-version-check install --requirement requirements-fakesnow.txt
	@touch $@

demo: $(VENV)/.runtime
	@$(BIN)/mlmon demo

test: $(VENV)/.dev $(VENV)/.cloud $(VENV)/.fakesnow
	$(BIN)/python -m pytest python_tests -n 2 --dist loadfile

$(VENV)/.oldest: $(VENV)/.created requirements-oldest.txt
	@echo "Installing the oldest dbt ..."
	@$(PYTHON) -m venv $(VENV)/oldest
	@$(VENV)/oldest/bin/python -m pip --quiet --disable-pip-version-check install --requirement requirements-oldest.txt
	@touch $@

test-oldest: $(VENV)/.oldest
	$(VENV)/oldest/bin/python -m pytest python_tests/test_unit_tests.py python_tests/engines/test_postgres.py

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check mlmon_cli python_tests/cli
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/dbt --quiet build --exclude-resource-type unit_test  # compiling some models reads others
	$(BIN)/sqlfluff lint models tests

bench: $(VENV)/.runtime
	$(BIN)/python benchmarks/bench.py measure --rows $(or $(ROWS),1000000)
	$(BIN)/python benchmarks/bench.py write

clean:
	rm -rf $(VENV) target dbt_packages logs mlmon_demo build dist
