# One short verb for each thing a developer does. Needs Python 3.11 or later, and make.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
# Modules are compiled when first used, and kept for the many processes that tests start.
override export PYTHONDONTWRITEBYTECODE :=

# Tests wait for no disk where memory has room for what they write; benchmarks and trials do.
IN_MEMORY := $(shell [ "$$(df --output=avail /dev/shm 2>/dev/null | tail -1)" -gt 4000000 ] 2>/dev/null \
	&& echo PYTEST_DEBUG_TEMPROOT=/dev/shm)

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

install: $(INSTALLED)  ## the virtual environment, from the lock file
$(INSTALLED): requirements.lock pyproject.toml
	@echo "Installing pixflow in .venv: about half a minute."
	@test -x $(BIN)/python || { echo "- a virtual environment"; $(PYTHON) -m venv .venv; }
	@echo "- $$(grep -c == requirements.lock) packages of requirements.lock, each checked against its hash"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements.lock
	@echo "- pixflow itself"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
	@echo "Installed. Next: make demo, or make test."

demo: $(INSTALLED)  ## an invented Mission locale in your browser
	@echo "Inventing two Missions locales and some months of their work: about half a minute."
	@echo "The pages then open on http://127.0.0.1:8000; Ctrl+C stops them. pixflow prints French."
	@$(BIN)/pixflow demo

test: $(INSTALLED)  ## every test but the long ones
	@$(IN_MEMORY) $(BIN)/python -m pytest -m "not benchmark and not trial" --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(INSTALLED)  ## style, types and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(INSTALLED)  ## mend what the style checks can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

coverage: $(INSTALLED)  ## the tests, and the lines they never run
	@$(BIN)/python -m pytest -m "not benchmark and not trial" --cov --cov-report=term $(ARGS)

bench: $(INSTALLED)  ## how fast it is, compared in one run
	@$(BIN)/python -m pytest -m benchmark -s $(ARGS)

trials: $(INSTALLED)  ## kill, cut, fill, race, tamper: what must survive
	@$(BIN)/python -m pytest -m trial -s $(ARGS)

map: $(INSTALLED)  ## draw the house from its imports: docs/house.md and README
	@$(BIN)/python -m tests.house

lock:  ## write requirements.lock anew (needs uv)
	@uv export --quiet --no-emit-project --all-groups --no-header --format requirements.txt -o requirements.lock

.PHONY: help install demo test check format coverage bench trials map lock
