# One verb for each thing a developer does. Needs Python 3.11 or later, and make.
PYTHON ?= python3
BIN := .venv/bin
# Two stamps for one environment: what runs is in it, and so is the rest, for development.
RUNS := .venv/.runs
INSTALLED := .venv/.installed
# Python keeps compiled modules for the many processes that tests start.
override export PYTHONDONTWRITEBYTECODE :=

# Tests, their PostgreSQL and their browser write to memory when it has room; benchmarks and trials write to the disk.
IN_MEMORY := $(shell [ "$$(df --output=avail /dev/shm 2>/dev/null | tail -1)" -gt 4000000 ] 2>/dev/null \
	&& echo TMPDIR=/dev/shm)

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps

install: $(INSTALLED)  ## install the virtual environment from the lock files
$(RUNS): requirements-run.lock pyproject.toml
	@echo "Installing what runs in .venv: about half a minute."
	@test -x $(BIN)/python || { echo "- a virtual environment"; $(PYTHON) -m venv .venv; }
	@echo "- $$(grep -c == $<) packages of $<, each checked against its hash"
	@$(PIP) --require-hashes -r $<
	@echo "- pixflow itself"
	@$(PIP) --no-build-isolation -e .
	@touch $@

$(INSTALLED): requirements.lock $(RUNS)
	@echo "- the rest of the $$(grep -c == $<) packages of $<, for development"
	@$(PIP) --require-hashes -r $<
	@touch $@
	@echo "Installed. Next: make demo, or make test."

demo: $(RUNS)  ## serve an invented Mission locale in your browser
	@echo "Inventing two Missions locales and some months of their work: about ten seconds."
	@echo "The pages then open on the address that it prints; Ctrl+C stops them. pixflow prints French."
	@$(BIN)/pixflow demo $(ARGS)

test: $(INSTALLED)  ## run every test but the long ones
	@$(IN_MEMORY) $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --ignore=tests/benchmarks $(ARGS)

check: $(INSTALLED)  ## check style, types, and who may import whom
	@failed=0; for tool in "ruff check ." "ruff format --check ." mypy "lint-imports --no-logo"; do \
		$(BIN)/$$tool || failed=1; done; exit $$failed

format: $(INSTALLED)  ## fix what the style check can fix
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

coverage: $(INSTALLED)  ## run the tests, and list the lines they never run
	@$(BIN)/python -m pytest --cov --cov-report=term $(ARGS)

bench: $(INSTALLED)  ## measure speed, all in one run
	@$(BIN)/python -m pytest -m benchmark -s $(ARGS)

trials: $(INSTALLED)  ## kill, cut, fill, race, tamper: what must survive
	@$(BIN)/python -m pytest -m trial -s $(ARGS)
	@[ -n "$(ARGS)" ] || $(BIN)/python -m pytest -m "hypothesis and not trial and not benchmark" \
		--hypothesis-profile=trials --numprocesses auto --dist loadfile

map: $(INSTALLED)  ## draw the house from its imports
	@$(BIN)/python -m tests.house

events: $(INSTALLED)  ## print every event: its fields, the decisions that record it, its words
	@$(BIN)/python -m tests.event_list

pictures: $(INSTALLED)  ## take the pictures of the documentation again
	@$(BIN)/python -m tests.browser.pictures

EXPORT := uv export --quiet --no-emit-project --all-extras --no-header --format requirements.txt
lock:  ## write the lock files: of development, and of running only (needs uv)
	@$(EXPORT) --all-groups -o requirements.lock
	@$(EXPORT) --no-default-groups --group build -o requirements-run.lock

.PHONY: help install demo test check format coverage bench trials map events pictures lock
