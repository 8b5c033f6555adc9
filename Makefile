# A dozen short verbs. Each prepares the environment first; arguments go in ARGS: make test ARGS="-k offline"
PYTHON ?= python3
LAB = $(PYTHON) -m challenge_data.lab
DEV = $(LAB) --dev --run

.PHONY: lab instructor test browser witness hostile answers new publish build check expert present data bench capacity lock lint
ifeq ($(shell command -v $(PYTHON)),)
$(error Python est introuvable : installez-le (« sudo apt install python3 python3-venv » sous Debian et Ubuntu, python.org ailleurs), puis relancez la commande)
endif

lab: ; @$(LAB) $(ARGS)
# Teams' work graded in the browser, in a folder outside this one: docs/instructor.md.
instructor: ; @$(DEV) challenge-data instructor $(ARGS)
test: ; @$(DEV) pytest -n auto --dist worksteal $(ARGS)
# A file's tests stay together: some are the steps of one day.
browser: ; @$(DEV) pytest tests/browser -n auto --dist loadfile $(ARGS)
# The portal's official client, in an environment of its own (it takes urllib3's place), against our stand-in.
WITNESS = build/witness
witness: ; @$(DEV) sh -c 'python -m venv $(WITNESS) && $(WITNESS)/bin/python -m pip install -q datagouv-client==0.5.1 && DATAGOUV_CLIENT_PYTHON=$(CURDIR)/$(WITNESS)/bin/python pytest -q tests/test_portal_standin.py -k official $(ARGS)'
# Submissions that attack the grading: first by nbgrader alone, in a disposable machine (--no-stock leaves that out), then by ours, in one batch. Needs bubblewrap.
hostile: ; @$(DEV) python tests/hostile/run.py $(ARGS)
answers: ; @$(DEV) python tests/answering.py $(ARGS)
new: ; @$(DEV) challenge-data new $(ARGS)
# The students' edition: make publish ARGS='--to ../edition --repository OWNER/NAME'
publish: ; @$(DEV) challenge-data publish $(ARGS)
build: ; @$(DEV) challenge-data build $(ARGS)
check: ; @$(DEV) challenge-data check $(ARGS)
expert: ; @$(DEV) challenge-data expert $(ARGS)
# One lesson, ready to project: make present ARGS=02
present: ; @$(DEV) challenge-data present $(ARGS)
# Every recipe, a new challenge's too: only the French one takes arguments and asks the network. The relay comes last, it runs the lessons.
RECIPES = $(sort $(filter-out %/france/build.py %/relay/build.py,$(wildcard datasets/recipes/*/build.py))) datasets/recipes/relay/build.py
data: ; @$(DEV) sh -c 'python datasets/recipes/france/build.py $(ARGS) && for recipe in $(RECIPES); do python $$recipe || exit 1; done'
# What the environment weighs, then how fast a hundred teams are graded; ARGS=--submissions=12 for a shorter one.
bench: ; @$(DEV) sh -c 'python bench/weight.py; weighed=$$?; python bench/grading.py $(ARGS) && exit $$weighed'
# What one student's session takes, and how 1, 5 and 10 at once feel, with the real server; docs/capacity.md has the sums for 100.
capacity: ; @$(DEV) python bench/capacity.py $(ARGS)
# From src/: at the root, challenge_data.py would stand before the package.
lint: ; @$(DEV) sh -c 'ruff check && cd src && lint-imports --no-cache --config ../pyproject.toml'
# The learners' lock first: the developers' one keeps to its versions. ARGS=--upgrade for newer ones.
LOCK = uv pip compile --quiet --system-certs --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" pyproject.toml
lock: ; @$(DEV) sh -c '$(LOCK) -o requirements.lock $(ARGS) && $(LOCK) --extra dev -c requirements.lock -o requirements-dev.lock $(ARGS) && python bench/wheels.py'
