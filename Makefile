# Everything the project does, by name. `make` alone lists it.
# From a fresh clone, `make start` and `make test` need Python 3.11 or newer, git and make.

SHELL := /bin/sh
VENV ?= .venv
PORT ?= 8866
ONLY ?=
JOBS ?=
RUN := $(VENV)/bin
# Which tests are begun first, how many processes "auto" is and what stays together: tests/conftest.py.
SPREAD := -n auto --dist loadfile --no-loadscope-reorder
STARTED := $(VENV)/.set-up-for-start
DEVELOPED := $(VENV)/.set-up-for-dev

# Where this is set, each of the hundred servers that tests start would compile all its libraries anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help start demo test prove-short check docs lock data screenshots frontend prove bench release clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

# A stamp is older than pyproject.toml or the lock when what is wanted has changed: then, and only then,
# packages are fetched again. A virtual environment that no longer runs is made anew.
$(STARTED): pyproject.toml requirements/tools.txt requirements/start.txt tools/set_up.sh
	@sh tools/set_up.sh start "$(VENV)"

$(DEVELOPED): pyproject.toml requirements/tools.txt requirements/dev.txt tools/set_up.sh
	@sh tools/set_up.sh dev "$(VENV)"

start: $(STARTED) ## set up and open the workbook (OPTIONS="--no-browser …" is passed on)
	@$(RUN)/workbook start --port $(PORT) $(OPTIONS)

demo: $(STARTED) ## open it with a simulated couple, already at "together"
	@$(RUN)/workbook demo --port $(PORT) $(OPTIONS)

test: $(DEVELOPED) ## set up and run every test, the notebooks and the docstrings' examples
	@$(RUN)/python -m tools.chromium
	@$(RUN)/python -m pytest $(SPREAD) -m "not proof" $(OPTIONS)

prove-short: $(DEVELOPED) ## run every proof in its short form, and its controls
	@$(RUN)/python -m tools.chromium
	@$(RUN)/python -m pytest $(SPREAD) -m proof tests/proofs $(OPTIONS)

# Every check runs even if an earlier one fails: one run tells all.
check: $(DEVELOPED) ## what CI checks besides: lint, types, layers, generated files in step
	@status=0; for check in "ruff format --check --quiet" "ruff check" "mypy" "lint-imports --no-cache" "python -m tools.structure" \
	    "python -m tools.environment --check" "python -m tools.lock --check" \
	    "python -m tools.docs --check" "python -m tools.notebooks" "python -m tools.wording"; do \
	    $(RUN)/$$check || { echo "FAILED: $$check"; status=1; }; done; exit $$status

docs: $(DEVELOPED) ## write the generated pages of docs/ and environment.yml again
	@$(RUN)/python -m tools.environment
	@$(RUN)/python -m tools.docs

lock: $(DEVELOPED) ## bring the lock in step with pyproject.toml (OPTIONS=--upgrade for the newest versions)
	@$(RUN)/python -m tools.lock $(OPTIONS)

data: $(STARTED) ## remake the simulated cohort in data/ (after a questionnaire has changed)
	@$(RUN)/workbook simulate --couples 240 --seed 20261122 --occasions 2 --out data/cohort --replace

screenshots: $(DEVELOPED) ## take a picture of every page, wide and narrow, into docs/screenshots/
	@$(RUN)/python -m tools.chromium
	@$(RUN)/python -m tools.screenshots

frontend: ## build the browser's bundle again (needs Node.js 20 or newer; the result is committed)
	@command -v npm >/dev/null || { echo "This needs Node.js 20 or newer with npm: see https://nodejs.org"; exit 1; }
	@cd frontend && npm ci --no-audit --no-fund && npm run build

prove: $(DEVELOPED) ## run the long proofs (ONLY=name,… for some; JOBS=n side by side)
	@$(RUN)/python -m tests.proofs $(if $(ONLY),--only $(ONLY)) $(if $(JOBS),--jobs $(JOBS))

bench: $(DEVELOPED) ## measure speed and memory
	@$(RUN)/python -m benchmarks

release: $(DEVELOPED) ## audit every dependency and write the bill of materials to build/release/
	@$(RUN)/python -m tools.release

clean: ## remove what was built here; answers live elsewhere and stay
	@rm -rf "$(VENV)" build dist mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
