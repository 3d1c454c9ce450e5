# Everything a person does with this checkout. `make` alone lists the targets; each sets up what it needs by itself.

BIN := .venv/bin
DEMO_HOME := .bokgi/demo
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(UPGRADE)
SHORT := $(BIN)/pytest --dist loadfile --no-loadscope-reorder --durations=10

.DEFAULT_GOAL := help
.PHONY: help run demo environment environment-run environment-test test check web-check drills bench format pages lock clean

help: ## List the targets, a sentence each.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{printf "  make %-17s %s\n", $$1, $$2}'

run: environment-run ## Do all the set-up and serve the demo market on port 3000 until Ctrl-C.
	@$(BIN)/bokgi --home $(DEMO_HOME) serve --demo

demo: environment-run ## Backtest the synthetic demo market, show the result and the command for real data.
	@$(BIN)/bokgi --home $(DEMO_HOME) demo

environment: ## Create .venv with everything for running and developing, from the locked requirements.
	@sh tools/environment.sh runtime build development

environment-run: ## Create .venv with what running needs, and nothing more.
	@sh tools/environment.sh runtime build

environment-test: ## Create .venv with what the tests need: the development set and the packages we are compared with.
	@sh tools/environment.sh runtime build development peers

test: environment-test ## Run the tests in short form, on several processes; `make check` runs those of architecture and documents.
	$(BIN)/python tools/warm_kernels.py
	$(SHORT) -n 3 -m 'not drill and not browser' --ignore=tests/architecture --ignore=tests/documents
	$(SHORT) -n 2 -m 'browser and not drill'

check: environment-test web-check ## Check style, types, floors, architecture and documents.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/architecture tests/documents

web-check: environment ## Check the pages of web/: types, style, calculations.
	$(BIN)/python hatch_build.py check

drills: environment-test ## Run the long forms of the tests (an hour and more) and keep what they said in docs/drills.md and docs/luck.md.
	$(BIN)/python tools/run_drills.py
	$(BIN)/python tools/build_luck.py

bench: environment-test ## Measure against other packages and write docs/benchmarks.md.
	$(BIN)/python -m benchmarks

format: environment ## Put all Python files into the house form.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

pages: environment ## Write the generated pages of docs/ and the snapshot of the API anew.
	@for builder in tools/build_*_page.py tools/build_openapi.py; do $(BIN)/python $$builder || exit 1; done

lock: environment ## Write the locked requirements anew; `make lock UPGRADE=--upgrade` takes newer versions.
	$(COMPILE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) requirements/build.in -o requirements/build.txt
	$(COMPILE) requirements/development.in -o requirements/development.txt
	$(COMPILE) requirements/peers.in -o requirements/peers.txt

clean: ## Remove all that make has made here: the environment, caches, builds and the demo's folder.
	rm -rf .venv build dist $(DEMO_HOME) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf web/node_modules web/src/api/schema.d.ts src/bokgi/api/pages src/bokgi/reports/fonts
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
