# Everything a checkout can do; `make help` lists it. Set-up goes into .venv and is done once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# constraints.txt fixes the versions, of what builds as well
define install
	@echo "setting up $(VENV) for make $(@F:.%=%): once, a minute or two"
	@$(BIN)/python -m pip install -qq --constraint constraints.txt --build-constraint constraints.txt --editable '.[$(1)]'
	@touch $@
endef
DECLARED := pyproject.toml setup.cfg constraints.txt
TEST_EXTRAS := test,view,learn,desk,dask,mpi
BENCH_EXTRAS := bench,learn
DOCS_EXTRAS := docs,view,learn,desk

.DEFAULT_GOAL := help
.PHONY: help demo test test-all kernels package lint format docs docs-all bench campaign clean
.NOTPARALLEL:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## invert the survey in data/: model and picture go to demo/
	$(BIN)/geoinv demo --out demo

PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal

test: $(VENV)/.test ## run the tests; those of CUDA kernels on the CPU where their sources have changed
	$(PYTEST) --changed

test-all: $(VENV)/.test ## run every test
	$(PYTEST)

kernels: $(VENV)/.test ## run the tests of the compiled kernels without the compiler
	NUMBA_DISABLE_JIT=1 $(PYTEST) -m kernels

package: $(VENV)/.test ## build the wheel and the sdist, and import every module from them
	$(BIN)/python .ci/package.py

lint: $(VENV)/.test ## check style, types and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports --no-logo --no-cache

format: $(VENV)/.test ## lay the code out and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.docs ## build the pages into build/html; a warning is an error
	$(BIN)/python docs/build.py

docs-all: $(VENV)/.docs ## draw the gallery anew, then build the pages
	$(BIN)/python docs/gallery/draw.py
	$(BIN)/python docs/build.py

bench: $(VENV)/.bench ## run every benchmark: tables on the screen, JSON beside them
	@for script in benchmarks/adjoint.py benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

campaign: $(VENV)/.test ## try random geometries, spoilt files and killed runs (OPTIONS='--minutes 30 --resume')
	$(BIN)/python benchmarks/campaign.py $(OPTIONS)

clean: ## remove caches, build products and demo/ (remove .venv by hand to set up afresh)
	rm -rf build dist demo *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find geoinv operators tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "geoinv needs Python 3.11 or later, and $(PYTHON) is $$($(PYTHON) --version 2>&1);" \
	         "name another with: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --constraint constraints.txt pip
	@touch $@

$(VENV)/.demo: $(VENV)/.python $(DECLARED)
	$(call install,view)

$(VENV)/.test: $(VENV)/.python $(DECLARED)
	$(call install,$(TEST_EXTRAS))

$(VENV)/.docs: $(VENV)/.python $(DECLARED)
	$(call install,$(DOCS_EXTRAS))

$(VENV)/.bench: $(VENV)/.python $(DECLARED)
	$(call install,$(BENCH_EXTRAS))
