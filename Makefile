# The two commands of the README are `make demo` and `make test`; the others are for developers.
# Everything Python lives in .venv; system packages are only asked for by `make test`.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
WANGGE_HOME ?= demo

BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE  # compiled modules are kept, else every command starts anew
# Without a network, a set-up that is already there is used as it is.
RUN_STAMP := .venv/.ready
DEV_STAMP := .venv/.ready-dev

.PHONY: help demo serve test test-quick check lint format types docs lock bench system clean

help:  ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ —/' | sort

demo: $(RUN_STAMP)  ## build the demo town, check, publish, look up and map it
	$(BIN)/wangge --home $(WANGGE_HOME) demo

serve: $(RUN_STAMP)  ## show what was published, on http://127.0.0.1:8000
	$(BIN)/wangge --home $(WANGGE_HOME) serve --host $(HOST) --port $(PORT)

test: $(DEV_STAMP) system  ## install what the tests need and run all of them
	$(BIN)/pytest -n 2 --dist worksteal -m "not long" $(PYTEST_ARGS)

test-all: $(DEV_STAMP) system  ## the long ones too
	$(BIN)/pytest -n 2 --dist worksteal $(PYTEST_ARGS)

check: lint types docs-unchanged  ## everything but the tests

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: $(DEV_STAMP)  ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(DEV_STAMP)
	$(BIN)/mypy

docs: $(DEV_STAMP)  ## write docs/rules.md and docs/cli.md from the code
	$(BIN)/python -m boundaries.rules.document docs/rules.md
	$(BIN)/python -m cli.document docs/cli.md

docs-unchanged: docs
	git diff --exit-code -- docs

lock: $(DEV_STAMP)  ## pin every dependency anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-header \
	    --upgrade -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-header \
	    --upgrade -c requirements.lock --extra fast --extra bulk --group dev \
	    -o requirements-dev.lock pyproject.toml

system:
	sh .ci/system-packages

$(RUN_STAMP): pyproject.toml requirements.lock package-lock.json hatch_build.py
	sh .ci/python-environment $(PYTHON)
	$(BIN)/uv pip install --quiet -r requirements.lock
	$(BIN)/uv pip install --quiet --no-deps -e .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP) requirements-dev.lock
	$(BIN)/uv pip install --quiet -r requirements-dev.lock
	$(BIN)/python -m boundaries.warming
	@touch $@

clean:  ## remove what was made, the environment too
	rm -rf .venv build dist demo wangge-data maps/assets/served/vendor geo/address/vendor .mypy_cache .ruff_cache .pytest_cache
