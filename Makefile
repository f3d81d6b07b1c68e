# The few verbs a person types. `make` alone lists them.
PYTHON ?= python3
PORT   ?= 8000
VENV   := .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run test check bench lock clean

help: ## list these verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run ## start the service on http://127.0.0.1:8000 (PORT= changes it) and print a curl line
	@CDS_PORT=$(PORT) $(BIN)/python -m cds_service serve --example fixtures/requests/lumbar-mri-bilateral-hoffmann.json

test: check ## every check and every test
	$(BIN)/python -m pytest -q --cov --cov-report=term:skip-covered

check: $(VENV)/.dev ## lint, types, import laws, content
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m cds_service check

bench: $(VENV)/.run ## the service against the bare ceiling, in two minutes or more
	@$(BIN)/python -m benchmarks

lock: $(VENV)/.dev ## resolve the newest versions into requirements*.txt
	$(BIN)/pip-compile -q --upgrade --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	    -o requirements.txt pyproject.toml
	$(BIN)/pip-compile -q --upgrade --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	    --allow-unsafe --extra dev -c requirements.txt -o requirements-dev.txt pyproject.toml

clean: ## remove the environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage build *.egg-info

# An environment is brought up to date only when its lock has changed.
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
