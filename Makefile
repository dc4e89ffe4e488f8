# Everything a developer does, by name. `make` alone lists it.

PYTHON ?= $(shell for candidate in python3.13 python3.12 python3.11 python3 python3.14; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$candidate && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.DEFAULT_GOAL := help
.PHONY: help install demo serve test test-long simulate fuzz bench bench-large lint fix proto breaking lock clean

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(READY) ## Set up .venv with everything, from the lock file

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## Push a region of 4 000 people through the real streams, form categories, look people up
	$(BIN)/osms demo --folder build/demo

serve: $(READY) ## Start a sandbox on 127.0.0.1:50551; its register ends with it
	$(BIN)/osms-server serve --sandbox --plaintext --ephemeral

# Without bytecode, each of the many processes that tests start would compile everything.
test: $(READY) ## Run the tests, but for those that take long
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -q -n 3 --dist worksteal

test-long: $(READY) ## Run every test, those too that kill servers, flood them, and invent many lives
	OSMS_ORACLE_LIVES=$(or $(LIVES),150) OSMS_ORACLE_CASES=$(or $(CASES),24) PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -q -n 2 --dist worksteal -m "long or not long"

simulate: $(READY) ## Kill senders, server and PostgreSQL for hours (SEED=1 HOURS=1, or ROUNDS=1)
	$(BIN)/python -m tests.simulation --seed $(or $(SEED),1) --hours $(or $(HOURS),1) \
		$(if $(ROUNDS),--rounds $(ROUNDS))

fuzz: $(READY) ## Send hostile messages to all servers (SEED=1 MINUTES=60), and print what became of it
	$(BIN)/python -m tests.hostile --seed $(or $(SEED),1) --minutes $(or $(MINUTES),60)

bench: $(READY) ## Measure beside floors (SIZES="100000 5000000"); writes build/bench.json
	$(BIN)/python -m tests.benchmarks --sizes $(or $(SIZES),100000 5000000)

bench-large: $(READY) ## Take a country in (PEOPLE=10000000 MONTHS=12); writes build/bench-large.json
	$(BIN)/python -m tests.benchmarks --country --people $(or $(PEOPLE),10000000) \
		--months $(or $(MONTHS),12) --out build/bench-large.json

lint: $(READY) ## Check style, types, layers, the contract, and that generated code is current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python proto/generate.py --check
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code

fix: $(READY) ## Mend what can be mended by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/buf format --write

proto: $(READY) ## Generate the Python of the contract
	$(BIN)/python proto/generate.py

breaking: $(READY) ## Find what the contract breaks against another branch (BASE=main)
	$(BIN)/python proto/generate.py --check
	$(BIN)/buf breaking --against '.git#branch=$(or $(BASE),main)'

lock: ## Lock the dependencies anew (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --quiet --upgrade -o requirements.lock

clean: ## Remove what was built
	rm -rf build third_party .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find clients migrations proto server tests -name __pycache__ -prune -exec rm -rf {} +
