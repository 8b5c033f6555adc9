"""The notebook harness catches what it is there to catch: here on notebooks that misbehave."""

import sys
from pathlib import Path

import harness
import nbformat
import offline
import pytest

EXERCISE = {"tags": [harness.MAY_STOP]}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return harness.Course(tmp_path_factory.mktemp("harness"), source=tmp_path_factory.mktemp("empty"))


@pytest.fixture
def run(course, tmp_path):
    def run_cells(*cells, place="notebooks/essai.ipynb"):
        """Each cell: its code, or (code, metadata, id)."""
        made = []
        for cell in cells:
            code, metadata, name = cell if isinstance(cell, tuple) else (cell, {}, None)
            made.append(nbformat.v4.new_code_cell(code, metadata=metadata, **({"id": name} if name else {})))
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        return course.run(nbformat.v4.new_notebook(cells=made, metadata=kernel), Path(place), tmp_path / "travail")

    return run_cells


CAUGHT = "try:\n    {}\nexcept OSError:\n    pass"
ATTEMPTS = {
    "tcp": "import socket\n" + CAUGHT.format('socket.create_connection(("198.51.100.7", 80), 2)'),
    "tcp over ipv6": "import socket\n" + CAUGHT.format('socket.create_connection(("2001:db8::7", 80), 2)'),
    "udp": "import socket\n" + CAUGHT.format('socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("198.51.100.7", 53))'),
    "name look-up": "import socket\n" + CAUGHT.format('socket.getaddrinfo("www.data.gouv.fr", 443)'),
    "a library": "import pandas\n" + CAUGHT.format('pandas.read_csv("https://www.data.gouv.fr/fichier.csv")'),
    "another program": "import subprocess\nsubprocess.run(['bash', '-c', 'exec 3<>/dev/tcp/198.51.100.7/80'], capture_output=True).returncode",
    "a python that no hook hears": "import subprocess, sys\nsubprocess.run([sys.executable, '-I', '-S', '-c', "
    "'import socket; socket.create_connection((\"198.51.100.7\", 80), 2)'], capture_output=True).returncode",
}


@pytest.mark.parametrize("code", ATTEMPTS.values(), ids=ATTEMPTS)
def test_attempt_to_leave_is_counted_even_when_caught(course, tmp_path, code):
    outcome = offline.run([sys.executable, "-c", code], cwd=tmp_path, env=course.env, timeout=30)
    assert outcome.returncode == 0, outcome.output
    assert outcome.attempts > 0


@pytest.mark.parametrize("name", ["tcp", "another program"])
def test_notebook_that_tries_to_leave_has_a_fault_even_if_it_caught_the_error(run, name):
    done = run(ATTEMPTS[name])
    assert not [output for output in done.notebook.cells[0].outputs if output.output_type == "error"]
    (fault,) = harness.faults(done, answered=True)
    assert "tried to leave the machine" in fault
    if name == "tcp":  # ... from which address and which line
        assert "198.51.100.7" in fault and "ipykernel" in fault and ":3" in fault


def test_proxy_on_this_machine_does_not_hide_an_attempt(course, tmp_path):
    code = "import urllib.request\ntry: urllib.request.urlopen('https://www.data.gouv.fr', timeout=2)\nexcept OSError: pass"
    env = {**course.env, "https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    assert offline.run([sys.executable, "-c", code], cwd=tmp_path, env=env, timeout=20).attempts > 0


def test_quiet_notebook_has_no_fault_and_may_talk_to_itself(run):
    done = run("import socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
               "socket.create_connection(('localhost', server.getsockname()[1])).close()\nprint('ici')")
    assert harness.faults(done, answered=True) == harness.faults(done, answered=False) == []
    assert 0 < done.seconds < harness.MOST_SECONDS and 20 < done.megabytes < harness.MOST_MEGABYTES


def test_memory_counts_what_the_notebook_holds(run):
    done = run("bloc = bytearray(800_000_000)\nbloc[::4096] = b'x' * len(bloc[::4096])")
    assert any("MB of memory" in fault for fault in harness.faults(done, answered=True))


def test_endless_notebook_is_a_fault(run, monkeypatch):
    monkeypatch.setattr(harness, "MOST_SECONDS", -25)  # killed after 5 s
    assert any("more than" in fault for fault in harness.faults(run("while True: pass"), answered=True))


def test_error_stops_the_run_and_both_are_told(run):
    found = harness.faults(run("1 / 0", "print('jamais')"), answered=False)
    assert "ZeroDivisionError" in found[0] and "not executed" in found[1]


def test_error_shown_on_purpose_is_no_fault_and_the_rest_runs(run):
    done = run(("1 / 0", EXERCISE, "montrer"), "print('la suite')")
    assert harness.faults(done, answered=True) == harness.faults(done, answered=False) == []
    assert "nothing stopped" in harness.faults(run(("1", EXERCISE, "montrer")), answered=True)[0]


def test_unanswered_exercise_says_so_and_the_rest_runs(run):
    done = run("import challenge_data", ("total = …", EXERCISE, "exercise-total"), ("total + 1", EXERCISE, "exercise-suite"), "print(1)")
    assert harness.faults(done, answered=False) == []
    assert len(harness.faults(done, answered=True)) == 2


def test_unanswered_exercise_that_says_nothing_is_a_fault(run):
    # The environment's kernels guard such cells: here the guard is taken away.
    unguarded = "get_ipython().input_transformers_cleanup.clear()"
    (fault,) = harness.faults(run(unguarded, ("total = '…'", EXERCISE, "exercise-total")), answered=False)
    assert "À vous" in fault


def test_crash_of_python_in_an_untouched_exercise_is_a_fault(run):
    done = run("import challenge_data", ("{}['clef']", EXERCISE, "exercise-clef"))
    (fault,) = harness.faults(done, answered=False)
    assert "KeyError" in fault


def test_warning_is_a_fault(run):
    done = run("import warnings\nwarnings.warn('bientôt retiré')")
    assert "stderr" in harness.faults(done, answered=True)[0] and "stderr" in harness.faults(done, answered=False)[0]


def test_notebook_that_writes_in_the_course_folder_is_a_fault(run, course):
    done = run("open('brouillon.txt', 'w').write('x')")
    (fault,) = harness.faults(done, answered=True)
    assert "notebooks/brouillon.txt" in fault


def test_parameters_reach_the_notebook_and_its_work_has_a_folder_of_its_own(run):
    done = run(("EN_LIGNE = True", {"tags": ["parameters"]}, "reglages"), "assert EN_LIGNE is False",
               "from challenge_data import work_dir\n(work_dir() / 'resultat.csv').write_text('a')")
    assert harness.faults(done, answered=True) == []


def test_machine_that_refuses_namespaces_fails_with_what_to_allow(monkeypatch, tmp_path):
    def refuse(flags):
        raise OSError(1, "unshare: Operation not permitted")

    monkeypatch.setattr(offline, "_unshare", refuse)
    with pytest.raises(offline.CannotCutNetwork, match="sudo sysctl"):
        offline.enter()
