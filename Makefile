# Everything runs in a virtual environment of its own; a machine needs Python >= 3.10, pip, make and a package index.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SOURCES := $(shell find loihi_emu models plots validation lava_api -type f -not -name '*.pyc') setup.py pyproject.toml README.md

# PyTorch has builds for some versions of Python only, and trainers are heavy: an environment of their own.
TORCH_VENV ?= .venv-torch
TORCH_BIN := $(TORCH_VENV)/bin

.PHONY: demo test test-torch docs lint bench validate clean help

help:
	@echo "make demo      classify real handwritten digits on the emulated chip; pictures in demo-output/"
	@echo "make test      run all tests; make test FAST=1: without the slow ones, with fewer random networks"
	@echo "make test-torch  run the tests of what needs PyTorch, in an environment of their own"
	@echo "make docs      build the pages, with the gallery, into docs/_build/html; no warning is let through"
	@echo "make bench     speed beside hand-written C"
	@echo "make validate  replay recordings of other emulators"
	@echo "make lint      ruff, and mypy --strict on the installed package"
	@echo "make clean     remove the environment and build products"

demo: $(VENV)/installed
	$(BIN)/python -m loihi_emu demo

test: $(VENV)/installed $(VENV)/developing
	$(if $(FAST),HYPOTHESIS_PROFILE=quick) $(BIN)/pytest -n 2 --dist worksteal $(if $(FAST),-m "not slow")

test-torch: $(TORCH_VENV)/installed
	OMP_NUM_THREADS=1 $(TORCH_BIN)/pytest tests/torch

lint: $(VENV)/installed $(VENV)/developing
	$(BIN)/ruff check .
	cd $(VENV) && bin/mypy --config-file ../pyproject.toml -p loihi_emu -p lava_api

docs: $(VENV)/installed $(VENV)/documenting
	$(BIN)/sphinx-build --fail-on-warning --keep-going -b html docs docs/_build/html

bench: $(VENV)/installed
	$(BIN)/python -m loihi_emu bench

validate: $(VENV)/installed
	$(BIN)/python -m loihi_emu validate

$(VENV)/created:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	touch $@

# A normal install, as a user has it. Stale build products would end up in it, so they go first.
$(VENV)/installed: $(VENV)/created $(SOURCES)
	rm -rf build
	$(BIN)/python -m pip install --quiet --upgrade .
	rm -rf build
	touch $@

$(VENV)/developing: $(VENV)/created pyproject.toml
	$(BIN)/python -m pip install --quiet --group dev
	touch $@

# Trainers ask for packages that nothing here uses (torchvision, TensorBoard, drivers of boards): they come without.
$(TORCH_VENV)/installed: tests/torch/requirements.txt tests/torch/trainers.txt $(SOURCES)
	test -d $(TORCH_VENV) || $(PYTHON) -m venv $(TORCH_VENV)
	$(TORCH_BIN)/python -m pip install --quiet --upgrade pip
	$(TORCH_BIN)/python -m pip install --quiet -r tests/torch/requirements.txt
	rm -rf build
	$(TORCH_BIN)/python -m pip install --quiet --upgrade ".[torch]"
	rm -rf build
	$(TORCH_BIN)/python -m pip install --quiet --no-deps -r tests/torch/trainers.txt
	touch $@

$(VENV)/documenting: $(VENV)/created pyproject.toml
	$(BIN)/python -m pip install --quiet --group docs
	touch $@

clean:
	rm -rf $(VENV) $(TORCH_VENV) docs/_build docs/gallery docs/reference/generated build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis demo-output
