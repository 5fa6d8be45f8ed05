# Needs make and Python 3.11 or later, nothing else. `make` alone says what there is.

PORT ?= 8000
SANDBOX_PORT ?= 8001
DATA_DIR ?= data
CLASS ?= 0
SUBMISSIONS ?= 2000
SCORES ?= 100000
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
# A platform of others to test against, and the packages it needs; see tests/platform.
PEER := .venv-openedx
PEER_LOCK := tests/platform/requirements.lock

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test check chaos soak load bench pictures lock clean runtime dev peer
.DEFAULT_GOAL := help

help:
	@echo "make demo    start the tool, a worker and a small LMS to try it in: http://127.0.0.1:$(SANDBOX_PORT)"
	@echo "             PORT=8000 SANDBOX_PORT=8001 DATA_DIR=data move it; CLASS=40 adds a class with a week of work"
	@echo "make test    run everything, with a real browser where there is Chromium"
	@echo "             DATABASE_URL=... CELERY_BROKER_URL=... CACHE_URL=... run the same tests against those"
	@echo "make check   lint, types and the tests that need no browser and no service"
	@echo "make chaos   submit while workers are killed, the broker is emptied and the platform fails; SEED=7 repeats a run"
	@echo "make soak    read ten thousand broken units, and play a thousand other histories of quizzes and of grades"
	@echo "make load    let 100,000 scores over 50 registrations wait, and see them drain; SCORES=1000 makes it smaller;"
	@echo "             with DATABASE_URL=postgres://... also let 200 learners answer at once"
	@echo "make bench   measure launches, grade passback and the API against this machine's floor; needs no server;"
	@echo "             with DATABASE_URL=... CELERY_BROKER_URL=... CACHE_URL=... also on those"
	@echo "make pictures take the pictures of the README anew, in Chromium"
	@echo "make peer    install the Open edX platform that some tests talk to; make test does so by itself"
	@echo "make lock    bring the lock files up to pyproject.toml; UPGRADE=1 takes the newest releases"
	@echo "make clean   remove the environment and the caches; what the demo keeps stays"

demo: runtime
	@COEXISTENCE_MODE=demo DATA_DIR="$(DATA_DIR)" exec $(BIN)/python manage.py demo \
		--port "$(PORT)" --sandbox-port "$(SANDBOX_PORT)" --class "$(CLASS)"

# Without the peer its tests are skipped, and the last lines say so.
test: dev
	@$(MAKE) --no-print-directory peer || echo "$(PEER) could not be made; its tests are left out." >&2
	@exec $(BIN)/python -m tests.run

check: dev
	@exec $(BIN)/python -m tests.run --quick

chaos: dev
	@exec $(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) --submissions $(SUBMISSIONS)

soak: dev
	@COEXISTENCE_MODE=test FUZZ_CASES=2500 HISTORIES=1000 exec $(BIN)/python -m pytest -q \
		tests/content/test_fuzz.py tests/quiz/test_histories.py tests/lti/grades/test_histories.py

load: dev
	@$(BIN)/python -m tests.load.backlog --scores "$(SCORES)"
	@case "$$DATABASE_URL" in postgres*) exec $(BIN)/python -m tests.load.exam;; esac

pictures: dev
	@COEXISTENCE_MODE=test PICTURES=1 exec $(BIN)/python -m pytest -q tests/browser/test_pictures.py

bench: dev
	@exec $(BIN)/python -m tests.bench

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --strip-extras \
	--no-emit-index-url --no-header --no-annotate $(if $(UPGRADE),--upgrade)

lock: $(BIN)/pip
	@$(BIN)/python -m pip install -qq uv
	@$(LOCK) pyproject.toml --output-file requirements.lock
	@$(LOCK) pyproject.toml --extra dev --constraints requirements.lock --output-file requirements-dev.lock
	@$(LOCK) tests/platform/requirements.in --output-file $(PEER_LOCK)

clean:
	rm -rf $(VENV) $(PEER) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-artifacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- The environment ------------------------------------------------------------------------------------------------
# Each lock is kept beside what was installed from it, so that nothing is installed again until the lock changes.

runtime: $(BIN)/pip
	@cmp -s requirements.lock $(VENV)/requirements.lock || { \
		echo "Installing the pinned packages into $(VENV); this happens once." && \
		$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock && \
		cp requirements.lock $(VENV)/requirements.lock; }

dev: $(BIN)/pip
	@cmp -s requirements-dev.lock $(VENV)/requirements-dev.lock || { \
		echo "Installing the pinned packages and the test tools into $(VENV); this happens once." && \
		$(BIN)/python -m pip install -qq --require-hashes -r requirements-dev.lock && \
		cp requirements.lock requirements-dev.lock $(VENV)/; }

peer: $(PEER)/bin/pip
	@cmp -s $(PEER_LOCK) $(PEER)/requirements.lock || { \
		echo "Installing Open edX's LTI consumer into $(PEER); this happens once." && \
		$(PEER)/bin/python -m pip install -qq --require-hashes -r $(PEER_LOCK) && \
		cp $(PEER_LOCK) $(PEER)/requirements.lock; }

# The first Python on the PATH that is new enough and can make an environment: a name alone says neither.
define FIND_PYTHON
seen=
old=
lame=
usable() {
	"$$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || { old="$$old $$1"; return 1; }
	"$$1" -c 'import ensurepip, venv' >/dev/null 2>&1 || { lame="$$1"; return 1; }
	echo "$$1"
	exit 0
}
if [ -n "$$PYTHON" ]; then
	seen=$$(command -v "$$PYTHON") || { echo "There is no $$PYTHON: PYTHON= must name a Python 3.11 or later." >&2; exit 1; }
	usable "$$seen"
else
	IFS=:
	for name in python3 python3.14 python3.13 python3.12 python3.11; do
		for folder in $$PATH; do
			[ -x "$$folder/$$name" ] && usable "$$folder/$$name"
		done
	done
fi
if [ -n "$$lame" ]; then
	echo "$$lame cannot make a virtual environment: install its venv module (on Debian and Ubuntu: apt install python3-venv)." >&2
elif [ -n "$$old" ]; then
	echo "Python 3.11 or later is needed, and$$old is not: install one, or name it: make PYTHON=/path/to/python3." >&2
else
	echo "Python 3.11 or later is needed, and there is no python3 here: install one, or name it: make PYTHON=/path/to/python3." >&2
fi
exit 1
endef
export FIND_PYTHON
export PYTHON

# Of what venv makes, pip comes last: with it there, the environment is whole.
$(BIN)/pip $(PEER)/bin/pip: %/bin/pip:
	@python=$$(sh -c "$$FIND_PYTHON") && "$$python" -m venv --clear $*
