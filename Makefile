# Two commands: `make` sets up and builds everything, `make test` sets up and checks everything.
# Needed: Python 3.11 to 3.13, make and git. Only the set-up uses the network. PYTHON=python3.12 make chooses another Python.

SHELL := bash
VENV := .venv
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(firstword $(foreach v,python3 python3.13 python3.12 python3.11,\
  $(if $(shell $(v) -c '$(SUPPORTED)' 2>/dev/null && echo yes),$(v))))
REFUSAL = Python 3.11, 3.12 or 3.13 is needed, and $(or $(PYTHON),what was found) is none of them. Name one: make PYTHON=/path/to/python3.12
BIN := $(VENV)/bin
SET_UP := $(VENV)/set-up
TEST_UP := $(VENV)/set-up-tests
LOCK := $(VENV)/lock/bin/uv pip compile --quiet --universal --fork-strategy fewest --generate-hashes \
  --no-header --no-annotate --python-version 3.11
# pip tells every file it fetches; that is shortened to a line now and then
INSTALL := PYTHONUNBUFFERED=1 $(BIN)/python -m pip install --disable-pip-version-check --require-hashes --requirement
PROGRESS := { n=0; while read -r line; do case "$$line" in \
  Collecting*) n=$$((n + 1)); [ $$((n % 20)) -ne 0 ] || echo "  $$n packages" ;; \
  Installing*) echo "  putting them in place" ;; esac; done; }

.DEFAULT_GOAL := all
.PHONY: all test test-all test-browser html export find bench lab lock clean help

all: $(SET_UP)  ## set up, then validate the evidence, run the notebooks, draw the figures, write the pages
	@$(BIN)/doit

test: $(TEST_UP)  ## set up, then run every check
	@$(BIN)/python -m pytest

html: $(SET_UP)  ## write the notebooks as a static site: site/index.html
	@cd notebooks && ../$(BIN)/python -m derisking.build.website

test-all: $(TEST_UP)  ## what machines, power cuts and hostile tables can do; an hour or two (DAMAGES=500 KILLS=5: less)
	@BIN="$(CURDIR)/$(BIN)" bash .ci/test-all

test-browser: $(TEST_UP)  ## check that site and JupyterLab in headless Chromium (Debian: apt-get install chromium chromium-driver)
	@$(BIN)/python -m pytest -n 0 -m browser tests/test_site_in_browser.py tests/test_jupyterlab_in_browser.py

export: $(SET_UP)  ## write the tables to dist/: data package (zip), SQLite, Stata, Parquet
	@cd notebooks && ../$(BIN)/python -m derisking.build.export

find: $(SET_UP)  ## who says what about a word: make find WORDS="Kathmandu"
	@cd notebooks && ../$(BIN)/python -m derisking.build.find -- "$$WORDS"

bench: $(SET_UP)  ## time the build beside plain nbconvert; AGAINST=path measures another checkout too, BUILDS=1 builds alone
	@$(BIN)/python notebooks/derisking/build/bench.py $(if $(AGAINST),--against "$(AGAINST)") $(if $(BUILDS),--builds)

lab: $(SET_UP)  ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab notebooks

lock: $(SET_UP)  ## write both locks anew from pyproject.toml (uses the network)
	@$(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install --quiet uv
	@$(LOCK) --upgrade pyproject.toml --output-file requirements.lock
	@$(LOCK) --upgrade --group test --constraint requirements.lock --output-file requirements-test.lock

clean:  ## remove the environment and what the build remembers; results stay
	@rm -rf $(VENV) $(VENV).old .build .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

# The environment that works stays aside until the new one stands, also if this is broken off.
$(SET_UP): requirements.lock
	@$(or $(PYTHON),false) -c '$(SUPPORTED)' 2>/dev/null || { echo "$(REFUSAL)"; exit 1; }
	@if [ -d $(VENV).old ]; then rm -rf $(VENV); else [ ! -d $(VENV) ] || mv $(VENV) $(VENV).old; fi
	@echo "setting up $(VENV) with $$($(PYTHON) --version): about $$(grep -c '^[a-z].*==' $<) packages, a minute or two"
	@set -o pipefail; if $(PYTHON) -m venv $(VENV) && $(INSTALL) $< | $(PROGRESS) && touch $@; then rm -rf $(VENV).old; else \
	  rm -rf $(VENV); [ ! -d $(VENV).old ] || { mv $(VENV).old $(VENV); echo "$(VENV) is as it was before."; }; exit 1; fi

$(TEST_UP): $(SET_UP) requirements-test.lock
	@echo "adding what the checks need"
	@set -o pipefail; $(INSTALL) requirements-test.lock | $(PROGRESS)
	@touch $@
