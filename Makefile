# `make run` and `make test` do all their own set-up: they need make and Python 3.11, 3.12 or 3.13, nothing else.
PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(shell $(name) -c 'import sys; v = sys.version_info; print("$(name)" if (3, 11) <= v[:2] <= (3, 13) else "")' 2>/dev/null)))
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= -n logical --dist loadfile
# Which tests `test-all` runs, as -m of pytest has it; all, if nothing is chosen.
CHOSEN ?=
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: run test test-all lint format types audit clean help

help: ## show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(VENV)/made:
	@test -n "$(PYTHON)" || { echo "PerSRV needs Python 3.11, 3.12 or 3.13; none is on the PATH. Set PYTHON=/path/to/python3."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run: $(VENV)/made pyproject.toml constraints.txt
	$(PIP) -e '.[sandbox]'
	@touch $@

$(VENV)/dev: $(VENV)/made pyproject.toml constraints.txt
	$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/run

$(VENV)/all: $(VENV)/dev
	$(PIP) -e '.[dev,all]'
	@touch $@

run: $(VENV)/run ## the bot, when PERSRV_BOT_TOKEN is set; otherwise the sandbox with its chat page
	@$(BIN)/persrv start

test: lint types $(VENV)/dev ## lint, types, import contract and every test of the light install
	$(BIN)/pytest $(WORKERS) -m "not heavy"

test-all: $(VENV)/all lint types ## every test, with the heavy extras: torch, transformers, peft, paddleocr; some gigabytes
	REQUIRE_HEAVY=1 $(BIN)/pytest $(WORKERS) $(if $(CHOSEN),-m "$(CHOSEN)")

lint: $(VENV)/dev ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev ## mypy, strictly
	$(BIN)/mypy

format: $(VENV)/dev ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

audit: $(VENV)/made ## known weaknesses of the pinned packages (pip-audit, in an environment of its own; needs the network)
	@test -d $(VENV)-audit || $(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.9,<3'
	@rm -f $(VENV)-audit/report.json
	@$(VENV)-audit/bin/pip-audit --no-deps --disable-pip --progress-spinner off -r constraints.txt -f json -o $(VENV)-audit/report.json >/dev/null 2>&1 || true
	@$(PYTHON) .ci/audit.py $(VENV)-audit/report.json

clean: ## remove the virtual environment and the caches, not the data
	rm -rf $(VENV) $(VENV)-audit .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
