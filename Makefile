# Two commands matter: `make demo` runs the main job, `make test` runs every check.
# Each first makes .venv with pinned, hashed dependencies; both share it.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Work as it is here, whatever the caller's environment is set up for.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

# What talks HTTP, and is tested once more with httpx2 in httpx's place.
OVER_HTTP := tests/transports tests/contracts/test_tokens.py tests/contracts/test_transports.py \
  tests/simulator/test_carriage.py tests/simulator/test_serve.py tests/cli/test_send_command.py tests/cli/test_feed_command.py

.PHONY: demo test lint bench pictures notebooks lock wheel clean

demo: .venv/demo.ok
	@$(BIN)/straks demo --out demo.html

test: .venv/test.ok lint
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n logical
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report
	@STRAKS_TESTS_HTTPX=httpx2 $(BIN)/python -m pytest -n logical $(OVER_HTTP)

lint: .venv/test.ok
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/pyright --warnings
	@$(BIN)/lint-imports

# Ratios to the naive composition of the same libraries; longer ones by name: python -m benchmarks.journal
bench: .venv/test.ok
	@$(BIN)/python -m benchmarks

# The pictures of the README and of docs/, drawn by the real thing.
pictures: .venv/test.ok
	@$(BIN)/python docs/pictures.py

# The notebooks, run by themselves and kept with what they show.
notebooks: .venv/test.ok
	@$(BIN)/python notebooks/run.py

# What the tests ran with, with hashes and without the name of any index.
lock:
	@for group in demo dev; do \
	  uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --upgrade \
	    --generate-hashes --no-header --no-annotate --no-emit-index-url \
	    $$([ $$group = demo ] && echo --extra maskinporten --extra simulator || echo --all-extras --group dev) \
	    --group build --output-file requirements/$$group.txt || exit 1; \
	done

wheel: .venv/demo.ok
	@rm -rf dist
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

clean:
	@rm -rf .venv dist build demo.html .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/python.ok:
	@command -v $(PYTHON) >/dev/null || { echo "straks needs Python 3.11 or later; there is no $(PYTHON). Name one: make PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "straks needs Python 3.11 or later; this is $$($(PYTHON) --version). Name another: make PYTHON=…" >&2; exit 1; }
	@echo "Making .venv …"
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/demo.ok: .venv/python.ok requirements/demo.txt pyproject.toml
	@echo "Installing what the demo needs …"
	@$(PIP) install --require-hashes -r requirements/demo.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test.ok: .venv/demo.ok requirements/dev.txt
	@echo "Installing what the tests need …"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@
