# Thin names over the commands; `make run` and `make test` are all a newcomer needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SQL := dbt_project/models dbt_project/tests pipelines/restatements
export DO_NOT_TRACK := 1

.PHONY: run test test-long lint format docs bench dev web lock clean
.DEFAULT_GOAL := run

# uv is used when the machine has it; plain pip gives the same versions from the same constraints.
$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing pinned dependencies into $(VENV) (first time only) ..." >&2
	@if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable '.[dev]'; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'; \
	fi
	@touch $@

run: $(STAMP)
	@$(BIN)/incident-marts run $(ARGS)

test: lint
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

test-long: $(STAMP)
	@$(BIN)/python -m pytest -m long $(ARGS)

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 $(SQL)

format: $(STAMP)
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format . ; $(BIN)/sqlfluff fix --disable-progress-bar $(SQL)

# What is derived from the definitions of the metrics; `make test` fails while it is out of date.
docs: $(STAMP)
	@$(BIN)/python -m tests.dbt.generate_metric_docs

bench: $(STAMP)
	@$(BIN)/python -m benchmarks $(ARGS)

dev: $(STAMP)
	@$(BIN)/incident-marts dagster

web: $(STAMP)
	@$(BIN)/incident-marts web

# Rewrites constraints.txt for every supported platform; names versions only, never an index address.
lock:
	@uv pip compile --quiet --universal --python-version 3.11 --extra dev --no-header --no-annotate \
		--no-emit-index-url --upgrade pyproject.toml --output-file constraints.txt

clean:
	@rm -rf $(VENV) build *.egg-info dbt_project/target dbt_project/logs
