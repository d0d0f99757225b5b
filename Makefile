# All that is built goes below .build/. Paths stay relative: make cannot hold a path with a space.
.DEFAULT_GOAL := help
.PHONY: help demo check test new-type newest oldest parity bench conformance hostile matrix site release lock emulator-up emulator-down rehearse clean

FIND_PYTHON = python="$$(sh tests/gate/find_python.sh)"
PREPARE = $(FIND_PYTHON) && "$$python" -m tests.gate.environment
RUN = .build/venv/bin/python
EMULATOR_STATE = .build/emulator

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

demo emulator-up rehearse: export TEST_ENVIRONMENT = demo
demo: ## deploy a digit classifier to a local workspace, score images with it, show the results
	@$(PREPARE)
	@$(RUN) -m tests.demo

check: ## format, types, imports and the unit tests of what your change touches: while you work
	@$(PREPARE)
	@$(RUN) -m tests.gate unit-of-change types format floors yaml

test: ## set up and run all tests (one of them: make test STEP=unit)
	@$(PREPARE)
	@$(RUN) -m tests.gate $(STEP)

new-type: ## write the skeleton of a resource type: make new-type TYPE="schedule --path 'schedules/{name}'"
	@$(PREPARE)
	@$(RUN) -m tests.gate.new_type $(TYPE)

newest: export TEST_ENVIRONMENT = newest
newest: ## run unit, integration and sanity tests on the newest of everything, nothing locked
	@$(PREPARE)
	@.build/newest/venv/bin/python -m tests.gate unit integration sanity

oldest: export TEST_ENVIRONMENT = oldest
oldest: ## run modules and playbooks on the oldest Python, ansible-core and packages that are allowed
	@$(PREPARE)
	@.build/oldest/venv/bin/python -m tests.gate unit-of-modules integration

BOTH = integration-controller integration-modules
parity: ## run all integration tests through both entry points, on the locked, the newest and the oldest of everything
	@$(PREPARE) && $(RUN) -m tests.gate $(BOTH)
	@export TEST_ENVIRONMENT=newest; $(PREPARE) && .build/newest/venv/bin/python -m tests.gate $(BOTH)
	@export TEST_ENVIRONMENT=oldest; $(PREPARE) && .build/oldest/venv/bin/python -m tests.gate $(BOTH)

conformance: ## run clients that others wrote against the local workspace, all of them (minutes)
	@$(PREPARE)
	@$(RUN) -m tests.gate conformance-all

hostile: ## random options and broken answers, thousands of them; HOSTILE=full for ten times as many
	@$(PREPARE)
	@$(RUN) -m tests.gate hostile

matrix: ## every scoring call under every fault and policy, every option under every two answers (an hour)
	@$(PREPARE)
	@$(RUN) -m tests.gate job-matrix option-matrix

site: ## build the documentation
	@$(PREPARE)
	@$(RUN) -m tests.gate site

release: ## make a release: make release VERSION=1.2.0
	@$(PREPARE)
	@PATH="$$PWD/.build/venv/bin:$$PATH" $(RUN) -m tests.gate.release $(VERSION)

bench: ## measure everything that has a goal (part of an hour; BENCH="--only ROW --rounds N"): .build/bench/bench.html
	@$(PREPARE)
	@$(RUN) -m tests.bench $(BENCH)

lock: ## lock the newest packages for the demo and the tests (tests/lock)
	@$(FIND_PYTHON) && "$$python" -m tests.gate.lock

emulator-up: ## start a local workspace
	@$(PREPARE)
	@AZURITE_PREFIX=.build/azurite $(RUN) -m tests.emulator up --state-dir $(EMULATOR_STATE)
	@echo "its settings for a shell: . $(EMULATOR_STATE)/env"

emulator-down: ## stop the local workspace
	@$(RUN) -m tests.emulator down --state-dir $(EMULATOR_STATE)

rehearse: ## rehearse a scoring script: make rehearse SCORE="--code DIR --script FILE --model PATH --input DIR"
	@$(PREPARE)
	@$(RUN) -m tests.emulator score $(SCORE)

clean: ## remove all that was built
	@rm -rf .build
