# Verbs: env demo lab test quick test-all test-colab check exercise matrix notebooks client docs bench serve-demo lecture site. Each does all set-up that it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.built
# Modules are compiled once, whatever the environment says: the tests alone start hundreds of processes.
export PYTHONDONTWRITEBYTECODE =

.PHONY: env demo lab test quick test-all test-colab check exercise matrix notebooks client docs bench serve-demo browser lecture site

env: $(STAMP)

# Built once; again only when what it is made from has changed.
$(STAMP): pyproject.toml constraints.txt
	@echo "Installing into $(VENV): some minutes, about 6 GB, once."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[lab,instructor,serve,dev]"
	touch $@

demo: env
	$(BIN)/python -m autograder demo

lab: env
	$(BIN)/jupyter lab

check: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Three processes for two cores, as tests of browsers and kernels wait for half of their time; each with whole files of
# tests, the longest first (tests/balance.py).
PYTEST = OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 3 --dist loadscope --no-loadscope-reorder

test: check browser
	$(PYTEST)

# What the last change touches, the nearest tests first, for a minute.
quick: env
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.quick

test-all: check browser
	$(PYTEST) -m ""

# Colab's versions in an environment of their own, in which all notebooks and demos run.
COLAB := .venv-colab
$(COLAB)/.built: constraints-colab.txt
	$(PYTHON) -m venv $(COLAB)
	$(COLAB)/bin/python -m pip install --quiet --disable-pip-version-check --requirement constraints-colab.txt
	touch $@

test-colab: env $(COLAB)/.built
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m colab tests/colab

# One exercise: its recorded check, then all that its tests say.
exercise: env
	$(BIN)/autograder exercise $(ID)
	OMP_NUM_THREADS=1 EXERCISE=$(ID) $(BIN)/python -m pytest -q tests/exercises -k "[$(ID)-"

# Every mutant of every exercise, and whether the judge names it.
matrix: env
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.exercises

notebooks: env
	$(BIN)/autograder build
	$(BIN)/autograder lectures

# The demos of the browser, in one file; needs Node.
CLIENT := course_utils/widgets/client
client:
	npm install --prefix $(CLIENT) --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error
	npm run --prefix $(CLIENT) --silent build

# Demos for the lecture hall, an index first. One alone: make lecture LECTURE=notebooks/lectures/D2_momentum.ipynb
LECTURE ?= notebooks/lectures
HALL := build/hall
lecture: env
	$(BIN)/autograder lectures --hall $(HALL)
	JUPYTER_PATH=$(CURDIR)/$(HALL) $(BIN)/voila $(LECTURE) --template=course --strip_sources=True --Voila.ip=127.0.0.1

# The demos as pages that need no server: build/site/index.html
site: env
	$(BIN)/autograder lectures --site build/site

# The reference pages, from the docstrings, and the other documents: build/docs/index.html
$(VENV)/.docs: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[docs]"
	touch $@

docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

# The service that takes hand-ins, with the demo's class: prints addresses and tokens, and ends with Ctrl+C.
serve-demo: env
	$(BIN)/python -m autograder.serve.demo

bench: env
	for name in demos feedback grading judging marking scale serve training; do $(BIN)/python -m benchmarks.$$name || exit 1; done

# The browser tests use the distribution's chromium; without it, and without the right to install it, they skip.
browser:
	@command -v chromium >/dev/null || ! command -v apt-get >/dev/null || [ "$$(id -u)" != 0 ] || \
		{ apt-get update -qq && apt-get install -y -qq chromium >/dev/null; }
