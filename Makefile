# All that is built goes below .build/. Paths stay relative: make cannot hold a path with a space.
.DEFAULT_GOAL := help
.PHONY: help demo test conformance matrix emulator-up emulator-down clean

PREPARE = python="$$(sh tests/gate/find_python.sh)" && "$$python" tests/gate/environment.py
RUN = .build/venv/bin/python
EMULATOR_STATE = .build/emulator

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

demo: ## deploy a digit classifier to a local workspace, score images with it, show the results
	@$(PREPARE) demo
	@$(RUN) -m tests.demo

test: ## set up and run all tests (one of them: make test STEP=unit)
	@$(PREPARE) gate
	@$(RUN) -m tests.gate $(STEP)

conformance: ## let clients that others wrote loose on the local workspace, all of them (minutes)
	@$(PREPARE) gate
	@$(RUN) -m tests.gate conformance-all

matrix: ## every scoring call under every fault and policy, every option under every two answers (an hour)
	@$(PREPARE) gate
	@$(RUN) -m tests.gate job-matrix option-matrix

emulator-up: ## start a local workspace
	@$(PREPARE) demo
	@$(RUN) -m tests.emulator up --state-dir $(EMULATOR_STATE)
	@echo "its settings for a shell: . $(EMULATOR_STATE)/env"

emulator-down: ## stop the local workspace
	@$(RUN) -m tests.emulator down --state-dir $(EMULATOR_STATE)

clean: ## remove all that was built
	@rm -rf .build
