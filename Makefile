# Two commands on a fresh machine with Python 3.11: `make demo` and `make test`.
# Each makes .venv and installs what it needs; nothing is installed again until pyproject.toml changes.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
# torch comes first and by exact version, so that later requirements find it satisfied
TORCH ?= torch==2.13.0
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test quick zoo lint clean

help:
	@echo "make demo    watch a real training run fail, and read the report"
	@echo "make test    lint, types and the whole test suite"
	@echo "make quick   the fast part of the test suite"
	@echo "make zoo     every training program of tests/zoo, also those that fail like others"
	@echo "make clean   remove .venv and caches"

setup: $(READY)

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: no python3.11 or python3 on PATH"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: $(PYTHON) is older than 3.11; name a newer one with make PYTHON=..."; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet "$(TORCH)"
	$(BIN)/python -m pip install --quiet --editable ".[dev,torch]"
# pip compiles what it copies, and an editable package is not copied
	$(BIN)/python -m compileall -q src
	@touch $@

demo: $(READY)
	@$(BIN)/numsan run demo/digits.py; status=$$?; \
		test $$status -eq 3 || { echo "make: expected exit status 3 from numsan run, got $$status"; exit 1; }

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python

# one thread per test process: the workers share the cores already
test: lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) -m "not more"

zoo: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) tests/zoo

quick: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) -m "not slow"

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis build dist
