# Every line calls `ecokit` or the tool named; without make, call them yourself (README.md).
PYTHON ?= python3
BIN    := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PORT   :=
OPEN   := yes

.DEFAULT_GOAL := help
.PHONY: help course test book datasets notebooks trainer pack board sticks wheel lint bench lock lowest companies reproducible mutants new-topic clean learner-env developer-env

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "make %-12s %s\n", $$1, $$2}'

course: learner-env  ## start the course: book and notebooks (OPEN=no: no browser, PORT=8899)
	@$(BIN)/ecokit start $(if $(PORT),--port $(PORT)) $(if $(filter no,$(OPEN)),--no-open)

test: developer-env  ## prove everything that CI proves
	@$(BIN)/python tests/run.py

lint: developer-env  ## format, lint and check types
	$(BIN)/ruff format .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

book: learner-env  ## build the book into _build/html
	@$(BIN)/ecokit book

datasets: learner-env  ## write datasets/ anew from the simulator
	@$(BIN)/ecokit datasets

notebooks: learner-env  ## run the master notebooks and store them
	@$(BIN)/ecokit notebooks

trainer: learner-env  ## make the trainer's edition, with every answer, in trainer/
	@$(BIN)/ecokit trainer

pack: learner-env  ## make all that a workshop needs (PLAN=day: half-day, two-days or a file; OUT=trainer/pack)
	@$(BIN)/ecokit trainer pack --plan $(or $(PLAN),day) --out $(or $(OUT),trainer/pack)

board:  ## show a room: FOLDER=room, where files are handed in (LISTEN=no: not by the network)
	@$(PYTHON) install.py board
	@$(BIN)/ecokit board $(or $(FOLDER),room) $(if $(filter no,$(LISTEN)),,--listen)

sticks: developer-env  ## fill a stick for a room without a network: OUT=/media/STICK
	@$(BIN)/ecokit trainer sticks --out $(or $(OUT),trainer/stick)

wheel: developer-env  ## build the wheel that carries the whole course into dist/
	@$(BIN)/ecokit wheel

bench: developer-env  ## measure what the README states
	@for file in $(filter-out benchmarks/mutants.py,$(wildcard benchmarks/*.py)); do echo "== $$file"; $(BIN)/python $$file; done

lock: developer-env  ## choose the newest allowed versions and write requirements.lock
	$(BIN)/uv pip compile pyproject.toml --upgrade --all-extras --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.lock

lowest: developer-env  ## run the unit tests with the lowest versions that pyproject.toml allows
	@$(BIN)/python -m tests.lowest

companies: developer-env  ## check every exercise over 52 companies (tests take 3), notebooks over ten, functions with faulty tables
	ECOKIT_COMPANIES=52 $(BIN)/python -m pytest -q -n auto --dist loadscope tests/test_exercises.py tests/test_bare_tables.py \
		tests/test_notebooks.py tests/test_notebook_prose.py tests/test_pack_teams.py \
		-k "for_every_company or without_a_word or another_company or tables_give"

reproducible: developer-env  ## build the book twice in two folders and compare each byte
	@$(BIN)/python -m tests.reproducible

mutants:  ## change the code and see whether tests notice: 90 minutes (SEED=1, NUMBER=60, PACKAGE=)
	@$(PYTHON) install.py test engines mutants
	@nice -n 10 $(BIN)/python -m benchmarks.mutants $(if $(SEED),--seed $(SEED)) \
		$(if $(NUMBER),--number $(NUMBER)) $(if $(PACKAGE),--package $(PACKAGE))

new-topic: developer-env  ## make a topic in a copy and prove that it passes everything
	@$(BIN)/python -m tests.new_topic

clean:  ## remove what was built; never a learner's folder
	rm -rf _build build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

learner-env:
	@$(PYTHON) install.py

developer-env:
	@$(PYTHON) install.py test engines
