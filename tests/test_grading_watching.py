"""The watch list: nothing that a team writes in good faith is on it; what changes how answers are judged is."""

import answering
import nbformat
import pytest

from challenge_data.grading import watching

OF_TESTS = "from challenge_data.errors import LearnerError"
"""In one given cell, for the cell of tests after it: what no answer needs, and what a refusal is made of."""
MASTERS = answering.notebooks()
CELLS = [(f"{challenge}/{notebook}", cell) for challenge, notebook in MASTERS for kind in ("solutions", "exercises")
         for cell in nbformat.read(answering.PROJECT / kind / challenge / f"{notebook}.ipynb", 4).cells if cell.cell_type == "code" and not watching.is_test(cell) and OF_TESTS not in cell.source]
VARIANTS = [(f"{challenge}/{notebook}", variant) for challenge, notebook in MASTERS for variant in answering.corpus(challenge, notebook)]
LESSONS = [(path.stem, cell) for path in sorted((answering.PROJECT / "notebooks").rglob("*.ipynb")) for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def flagged(named: list, source) -> list[str]:
    return [f"{name}: {flag.what} in {flag.evidence!r}" for name, each in named for flag in watching.written(name, "cell", source(each))]


def test_no_cell_of_masters_releases_and_lessons_is_on_the_list():
    """Teams copy from all of them."""
    assert len(CELLS) > 400 and len(LESSONS) > 300
    assert flagged(CELLS + LESSONS, lambda cell: cell.source) == []


def test_no_answer_is_on_the_list_right_or_wrong():
    assert len(VARIANTS) > 700
    assert flagged(VARIANTS, lambda variant: variant.code) == []


@pytest.mark.parametrize("source", [
    "check.number = lambda *a, **k: None", "from challenge_data import checks\nchecks.verbs.number = print", "import builtins\nbuiltins.len = lambda x: 3", "def check(x): pass", "del check",
    "import sys\nsys.modules['pandas'] = None", "get_ipython().events.register('pre_run_cell', print)", "get_ipython().input_transformers_cleanup.append(str)", "print(In[-1])", "_ih[-1]",
    "class Tout(int):\n    def __eq__(self, other): return True", "class Vrai:\n    def __eq__(self, other): return True", "class Nombre(float): pass", "pd.DataFrame.equals = lambda a, b: True",
    "globals()['x'] = 1", "exec('x = 1')", "eval('1')", "__import__('os')", "getattr(check, '__dict__')", "check.number.__globals__", "().__class__.__mro__", "import ctypes", "import gc", "import inspect",
    "from challenge_data.checks import verbs", "%load_ext x", "%%javascript\nalert(1)", "exit()", "import threading", "import atexit", "import signal", "for check in [1]: pass", "if (check := 1): pass",
    "with open('x') as check: pass", "import pandas as check", "from math import floor as check", "def f(check=1): global check", "f = lambda: None\nf.__code__ = check.number.__code__",
    "try:\n    1/0\nexcept Exception as check: pass", "[check for check in [1]]", "async def check(): pass", "class check: pass", "match 3:\n    case check: pass",
    "class T:\n    __eq__ = lambda a, b: True", "class T(metaclass=M): pass", "from dataclasses import make_dataclass", "import operator\noperator.attrgetter('x')", "from matplotlib.pyplot import sys as s",
    "pd.io.common.os.system('id')", "np.lib.npyio.os", "vars()['check'] = 1", "type('T', (int,), {'__eq__': lambda a, b: True})", "__builtins__['len'] = 1",
])
def test_what_could_change_the_verdict_is_told_with_its_line(source):
    found = [flag for flag in watching.written("1_trouver", "cell", f"a = 1\n{source}") if flag.kind == watching.TAMPERING]
    assert found and all(flag.line >= 2 and flag.evidence for flag in found)


@pytest.mark.parametrize("source", [
    "check.number = print\nlen?", "?len\ncheck.number = print", "  check.number = print\n  x = 1", ">>> check.number = print", "In [1]: check.number = print", "x = !ls\ncheck.number = print",
    "%matplotlib inline\ncheck.number = print", "%time check.number = print", "%timeit -n 1 check.number = print", "%time {code}", "%time $code", "%%time\ncheck.number = print",
    "%%timeit -n 1\ncheck.number = print", "%time %time exec('x')", "%alias x ls", "%%bash\nls", "get_ipython().system('ls')", "len?\nget_ipython().events",
])
def test_what_only_the_notebook_can_read_is_read_too(source):
    assert {flag.kind for flag in watching.written("1_trouver", "cell", source)} >= {watching.TAMPERING}


@pytest.mark.parametrize("source", ["len?", "?len", "%matplotlib inline\nx = 1", "%time x = 1", "%timeit -n 10 sum([1])", "%%time\nx = 1", "  x = 1", ">>> x = 1", "x = (", "x = 1 # vrai ?\n%whos", "100 %\n" * 100])
def test_what_beginners_type_or_break_is_not_told(source):
    assert watching.written("1_trouver", "cell", source) == []


def test_where_a_command_stands_is_told():
    (flag,) = watching.written("1_trouver", "cell", "x = 1\n%time exec('x')")
    assert (flag.line, flag.evidence) == (2, "%time exec('x')")
    (flag,) = watching.written("1_trouver", "cell", "%%time\nx = 1\nexec('x')")
    assert (flag.line, flag.evidence) == (3, "exec('x')")


def test_more_commands_than_can_be_read_are_told():
    assert [flag.kind for flag in watching.written("1_trouver", "cell", "%time x\n" * 400 + "x = 1\n" * 1000)] == [watching.TAMPERING]


@pytest.mark.parametrize("source", ["import os", "import subprocess", "!ls", "open('x', 'w')", "open('/etc/passwd')", "pd.read_csv('/proc/self/environ')", "import pickle", "import socket"])
def test_what_has_no_place_in_an_answer_is_told_as_odd(source):
    assert {flag.kind for flag in watching.written("1_trouver", "cell", source)} == {watching.ODD}


@pytest.mark.parametrize("source", ["(" * 5000, "x = " + "-" * 100_000 + "1", "\0", "a" * 10**6, "# coding: utf-7\n+AGEAYg-", "def f(:", "é = 1\n%%", "x" + "\n" * 100_000])
def test_what_cannot_be_parsed_stops_nothing(source):
    watching.written("1_trouver", "cell", source)
