"""Plays what teams answer: is every right answer paid, every wrong one refused, with the sentence that speaks to it?

``tests/answers/<challenge>/<notebook>.yml`` holds, for each question that code grades, other right answers and wrong ones. Each is
played in the real master: its cells run once, in order, in an IPython shell that has the learners' guide; at each question the process is
forked, so that a variant starts from the very state a team has there, leaves nothing behind, and costs milliseconds. What nbgrader
pays is what counts: nothing on stderr in the test cell, no error.

``make answers`` prints the table; ``python tests/answering.py aides-velo 2_manipuler`` one notebook's.
"""

import json
import os
import re
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, field
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

import nbformat
import yaml

PROJECT = Path(__file__).resolve().parents[1]
ANSWERS = PROJECT / "tests" / "answers"
MASTERS = PROJECT / "solutions"

LEAST_RIGHT, LEAST_WRONG = 1, 3
MOST_SECONDS = 30
"""For one variant; the longest of ours takes less than two."""

PAID, REFUSED, CRASHED, BROKEN = "paid", "refused", "crashed", "broken"
"""What becomes of a variant: points; no points, with our sentence; the tests crash on it; its own code does not run."""


@dataclass(frozen=True)
class Variant:
    """One answer that a team may give."""

    question: str
    kind: str
    """``right``, ``wrong``, ``master`` or ``untouched``."""
    rank: int
    code: str
    about: str
    says: str = ""

    def __str__(self) -> str:
        return f"{self.question}, {self.kind} {self.rank + 1} ({self.about})"


@dataclass(frozen=True)
class Verdict:
    """What became of a variant, and what the team reads."""

    outcome: str
    message: str = ""


@dataclass
class Played:
    """One notebook, with every variant tried in it."""

    challenge: str
    notebook: str
    questions: list[str]
    tried: list[tuple[Variant, Verdict]]
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def of(self, kind: str, question: str | None = None) -> list[tuple[Variant, Verdict]]:
        return [(variant, verdict) for variant, verdict in self.tried if variant.kind == kind and question in (None, variant.question)]

    @property
    def wrongly_accepted(self) -> list[str]:
        return [f"{variant}: it gets the points" for kind in ("wrong", "untouched") for variant, verdict in self.of(kind) if verdict.outcome == PAID]

    @property
    def wrongly_refused(self) -> list[str]:
        return [f"{variant}: {verdict.outcome}: {verdict.message}" for kind in ("right", "master")
                for variant, verdict in self.of(kind) if verdict.outcome != PAID]

    @property
    def unclear(self) -> list[str]:
        """Wrong answers refused for another reason than the one foreseen, or that do not even run."""
        return [f"{variant}: {verdict.outcome}: {verdict.message!r} does not say {variant.says!r}" for variant, verdict in self.of("wrong")
                if verdict.outcome in (CRASHED, BROKEN) or (verdict.outcome == REFUSED and variant.says not in verdict.message)]

    @property
    def thin(self) -> list[str]:
        """Questions with too few variants; wrong ones that get one and the same sentence count once."""
        return [f"{question}: {len(self.of('right', question))} right and {len(messages)} different wrong answers, "
                f"at least {LEAST_RIGHT} and {LEAST_WRONG} are asked"
                for question in self.questions
                for messages in [{_shape(verdict.message) for _, verdict in self.of("wrong", question)}]
                if len(self.of("right", question)) < LEAST_RIGHT or len(messages) < LEAST_WRONG]

    @property
    def faults(self) -> list[str]:
        return [*self.problems, *self.wrongly_accepted, *self.wrongly_refused, *self.unclear, *self.thin]


def corpus(challenge: str, notebook: str) -> list[Variant]:
    """The variants written for a notebook; empty when there is no file."""
    path = ANSWERS / challenge / f"{notebook}.yml"
    written = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return [Variant(question, kind, rank, one["code"], one["why" if kind == "right" else "mistake"], one.get("says", ""))
            for question, kinds in written.items() for kind in ("right", "wrong") for rank, one in enumerate(kinds.get(kind, []))]


def notebooks() -> list[tuple[str, str]]:
    """(challenge, notebook) of every master, in order."""
    return [(path.parent.name, path.stem) for path in sorted(MASTERS.glob("*/*.ipynb"))]


def play(challenge: str, notebook: str) -> Played:
    """Run one master from top to bottom, and every variant from its question's state. In a process of its own, please."""
    started = time.monotonic()
    cells = [cell for cell in nbformat.read(MASTERS / challenge / f"{notebook}.ipynb", 4).cells if cell.cell_type == "code"]
    parts = {cell.metadata.nbgrader.grade_id: rank for rank, cell in enumerate(cells) if "nbgrader" in cell.metadata}
    questions = [name for name in parts if f"tests-{name}" in parts]
    variants = corpus(challenge, notebook)
    played = Played(challenge, notebook, questions, [])
    for name in dict.fromkeys(variant.question for variant in variants if variant.question not in questions):
        played.problems.append(f"{name}: no such question in {notebook}")
    with tempfile.TemporaryDirectory(prefix="challenge-data-answers-") as work:
        shell = Shell(work)
        for rank, cell in enumerate(cells):
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if name in questions:
                own = [variant for variant in variants if variant.question == name]
                stub = cell.metadata.get("challenge_data", {}).get("stub", "")
                own += [Variant(name, "untouched", 0, stub, "the cell as it is released"), Variant(name, "untouched", 1, "", "the cell emptied")]
                following = cells[rank + 1 : parts[f"tests-{name}"] + 1]
                played.tried += [(variant, _forked(lambda variant=variant, following=following: _tried(shell, variant, following))) for variant in own]
            verdict = shell.verdict(cell)
            if name.removeprefix("tests-") in questions and name.startswith("tests-"):
                played.tried.append((Variant(name.removeprefix("tests-"), "master", 0, "", "the master's own answer"), verdict))
            elif verdict.outcome in (REFUSED, CRASHED):
                played.problems.append(f"{cell.id}: the master's cell says {verdict.message}")
    played.seconds = time.monotonic() - started
    return played


def _tried(shell: "Shell", variant: Variant, following: list) -> Verdict:
    """The variant, then what stands between it and its tests, then the tests, whose verdict counts."""
    answer = nbformat.v4.new_code_cell(variant.code, metadata={"tags": ["raises-exception"]})
    own = shell.verdict(answer)
    if own.outcome != PAID and variant.kind != "untouched":
        return Verdict(BROKEN, own.message)
    for cell in following[:-1]:
        shell.verdict(cell)
    return shell.verdict(following[-1])


class Shell:
    """An IPython shell that answers as a learner's kernel does: same guide, same way of going on after an error."""

    def __init__(self, work: str) -> None:
        os.environ |= {"CHALLENGE_DATA_HOME": str(PROJECT), "CHALLENGE_DATA_WORK": work, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
        os.chdir(work)
        from IPython.core.displaypub import CapturingDisplayPublisher
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        config = Config()
        # A history would be a database with a thread, which no fork survives.
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        # The inline backend asks for no window, and the plain shell has none to give.
        windowless = type("Windowless", (InteractiveShell,), {"enable_gui": lambda _self, _gui=None: None})
        self._shell = windowless.instance(config=config)
        self._shell.display_pub = CapturingDisplayPublisher(shell=self._shell)
        self._may_stop = False
        self._shell.kernel = SimpleNamespace(get_parent=lambda _channel: {"content": {"stop_on_error": not self._may_stop}})
        self._error: BaseException | None = None
        # Before the guide's own: it takes the error away once it is told.
        self._shell.events.register("post_run_cell", self._note)
        from challenge_data import guide

        guide.install()
        self._shell.enable_matplotlib("inline")

    def _note(self, result) -> None:
        self._error = result.error_before_exec or result.error_in_exec

    def verdict(self, cell: nbformat.NotebookNode) -> Verdict:
        """Run a cell, and say what nbgrader would make of it."""
        from challenge_data.errors import CheckFailed, LearnerError, NotAnswered

        self._may_stop, self._error = "raises-exception" in cell.metadata.get("tags", []), None
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            self._shell.run_cell(cell.source, store_history=True)
        self._shell.display_pub.outputs.clear()
        said = " ".join((err.getvalue() or (out.getvalue() if self._error else "")).split())
        if self._error is None and not said:
            return Verdict(PAID)
        ours = isinstance(self._error, CheckFailed | NotAnswered | LearnerError) or (
            # « gardez ce nom dans votre réponse »: the guide speaks well of a name that is not there.
            isinstance(self._error, NameError))
        return Verdict(REFUSED if ours else CRASHED, said if ours else f"{self._error!r} {said}")


def _forked(work) -> Verdict:
    """Do the work in a fork of this process, which ends with it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            signal.alarm(MOST_SECONDS)  # unhandled, it ends the process
            answer = work()
        except BaseException:
            answer = Verdict(CRASHED, traceback.format_exc())
        with os.fdopen(writer, "w") as pipe:
            json.dump(asdict(answer), pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return Verdict(**json.loads(told)) if told else Verdict(CRASHED, f"its process ended with status {status}, after {MOST_SECONDS} s perhaps")


def _shape(message: str) -> str:
    """A message without what changes from one answer to the next: names quoted, numbers."""
    return re.sub(r"«[^»]*»|\d[\d \u202f,.]*", "…", message)


def play_all(wanted: list[tuple[str, str]], workers: int | None = None) -> Iterator[Played]:
    """Each notebook in a process of its own (a shell is one to a process), as many at once as cores, in the order asked for."""
    # Imported once, before the forks: what the notebooks need is ready in each.
    import geopandas  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import pandas  # noqa: F401

    with get_context("fork").Pool(workers or len(os.sched_getaffinity(0)), maxtasksperchild=1) as pool:
        yield from map(_told, pool.imap(_play, wanted, chunksize=1))


def _play(one: tuple[str, str]) -> dict:
    """As plain data: the shell puts itself in the place of ``__main__``, where pickle would look for our classes."""
    return asdict(play(*one))


def _told(played: dict) -> Played:
    tried = [(Variant(**variant), Verdict(**verdict)) for variant, verdict in played.pop("tried")]
    return Played(**played, tried=tried)


def main(arguments: list[str]) -> int:
    challenge, notebook = (*arguments, None, None)[:2]
    wanted = [one for one in notebooks() if challenge in (None, one[0]) and notebook in (None, one[1])]
    started, rows, faults = time.monotonic(), [], []
    for played in play_all(wanted):
        rows.append((f"{played.challenge}/{played.notebook}", len(played.questions), len(played.of("right")), len(played.of("wrong")),
                     len(played.wrongly_accepted), len(played.wrongly_refused), len(played.unclear), played.seconds))
        faults += [f"{played.challenge}/{played.notebook}: {fault}" for fault in played.faults]
    heads = ("notebook", "cells", "right", "wrong", "wrongly accepted", "wrongly refused", "unclear", "seconds")
    totals = ("all", *(sum(row[place] for row in rows) for place in range(1, 8)))
    wide = [max(len(str(row[0])) for row in (heads, *rows, totals)), *(len(head) for head in heads[1:])]
    for row in (heads, *rows, totals):
        told = [f"{value:.1f}" if isinstance(value, float) else str(value) for value in row]
        print(told[0].ljust(wide[0]), *(value.rjust(width) for value, width in zip(told[1:], wide[1:], strict=True)), sep="  ")
    print(f"{totals[2] + totals[3]} variants in {time.monotonic() - started:.0f} s.", *faults, sep="\n")
    return 1 if faults or not rows else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
