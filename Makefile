# Each target sets up what it needs in .venv: a machine with Python 3.10+ and make is enough.
PYTHON ?= python3
DBT ?= 1.10.18
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo docs pictures test test-slow test-superset test-all test-dbt lint bench clean

help:
	@echo "make demo   an example end to end, in an embedded DuckDB"
	@echo "make test   the tests, but for the slow ones; every engine is in it"
	@echo "make test-all  all tests"
	@echo "make test-superset  the dashboard in a real Superset; needs Chromium"
	@echo "make test-dbt  the suite on another dbt-core (DBT=1.10.18 or 1.12.6)"
	@echo "make lint   ruff, mypy, import-linter, sqlfluff"
	@echo "make docs   what is made from declarations: tables of docs/configuration.md, the seed of metrics"
	@echo "make pictures  the pictures of the docs, from the demo; needs Chromium"
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

$(VENV)/.superset: $(VENV)/.created requirements-superset.txt
	@echo "Installing Apache Superset ..."
	@$(PYTHON) -m venv $(VENV)/superset
	@$(VENV)/superset/bin/python -m pip --quiet --disable-pip-version-check install --requirement requirements-superset.txt
	@touch $@

demo: $(VENV)/.runtime
	@$(BIN)/mlmon demo
	@echo 'Here, mlmon is in a directory of its own: export PATH="$(abspath $(BIN)):$$PATH"'

PYTEST := -m pytest python_tests -n 2 --dist loadgroup --no-loadscope-reorder --durations 30

test: $(VENV)/.dev $(VENV)/.cloud
	$(BIN)/python $(PYTEST) -m "not slow"

test-slow: $(VENV)/.dev $(VENV)/.fakesnow
	$(BIN)/python $(PYTEST) -m slow $(if $(PART),--part $(PART))

# The dashboard in a real Superset, of which 0.7 GB are installed.
test-superset: $(VENV)/.dev $(VENV)/.superset
	$(BIN)/python -m pytest python_tests/dashboards

test-all: test test-slow test-superset

# DBT is a version that requirements-dbt-*.txt name. The cloud's adapters have dbt in environments of their own.
$(VENV)/.dbt-$(DBT): $(VENV)/.created pyproject.toml requirements-dev.txt requirements-dbt-$(DBT).txt
	@echo "Installing dbt-core $(DBT) ..."
	@$(PYTHON) -m venv $(VENV)/dbt-$(DBT)
	@$(VENV)/dbt-$(DBT)/bin/python -m pip --quiet --disable-pip-version-check install --constraint requirements-dev.txt --editable ".[dev]"
	@$(VENV)/dbt-$(DBT)/bin/python -m pip --quiet --disable-pip-version-check install --no-deps --requirement requirements-dbt-$(DBT).txt
	@touch $@

test-dbt: $(VENV)/.dbt-$(DBT)
	$(VENV)/dbt-$(DBT)/bin/python $(PYTEST) --ignore python_tests/cloud

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check mlmon_cli python_tests/cli
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/dbt --quiet build --exclude-resource-type unit_test  # compiling some models reads others
	$(BIN)/sqlfluff lint --processes 0 models tests

docs: $(VENV)/.dev
	$(BIN)/python python_tests/docs/configuration_tables.py
	$(BIN)/dbt --quiet run-operation mlmon_catalog > seeds/mlmon_metric_catalog.csv

pictures: $(VENV)/.dev
	$(BIN)/python -m python_tests.page.pictures

bench: $(VENV)/.runtime
	$(BIN)/python benchmarks/bench.py measure --rows $(or $(ROWS),1000000)
	$(BIN)/python benchmarks/bench.py write

clean:
	rm -rf $(VENV) target dbt_packages logs mlmon_demo build dist
