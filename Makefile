PYTHON ?= $(if $(wildcard .venv/bin/python),.venv/bin/python,python3)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: ## open the sample store
	$(PYTHON) -m tui demo

.PHONY: test
test: ## run the tests
	$(PYTHON) -m pytest -n auto

.PHONY: lint
lint: ## check form, types and the directions of imports
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy --strict
	$(PYTHON) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

.PHONY: format
format: ## put code into form
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

.PHONY: walk
walk: ## walk through the sample store on a pseudo-terminal
	$(PYTHON) -m pytest tests/ui/test_walk.py

.PHONY: snapshots
snapshots: ## keep the pictures of screens as they are now; look at the differences before committing them
	$(PYTHON) -m pytest tests/snapshots --snapshot-update

.PHONY: backends
backends: ## start old servers, databases, object stores and proxies, and write what the deck does with each
	$(PYTHON) -m tests.backends --table docs/backends.md

.PHONY: faults
faults: ## servers, stores and writes that fail, and 500 pairs of moves at the same moment
	DECK_RACE_PAIRS=500 $(PYTHON) -m pytest -rP tests/faults

.PHONY: bench
bench: ## measure, and print the figures beside their budgets
	$(PYTHON) -m tests.benchmarks

.PHONY: readme
readme: ## write the table of keys in docs/keys.md anew
	$(PYTHON) -m tests.support.readme

.PHONY: screenshots
screenshots: ## draw the pictures of the README anew, from the sample store
	$(PYTHON) -m tests.support.screenshots

.PHONY: ci
ci: ## all that is required of a change, from a fresh environment
	.ci/run
