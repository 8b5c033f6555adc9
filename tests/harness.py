"""Runs a notebook as a learner's machine without network would, and tells everything that is wrong with the run.

Papermill runs it, in a copy of the course folder, cut off from the network (``offline.py``). Papermill lets a cell
tagged ``raises-exception`` fail and goes on, then raises at the very end all the same: so what happened is read
from the cells.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import offline

PROJECT = Path(__file__).resolve().parents[1]
COURSE_PARTS = ("notebooks", "exercises", "solutions", "datasets")

MOST_SECONDS = 60
MOST_MEGABYTES = 700
PARAMETERS = {"EN_LIGNE": False}

MAY_STOP = "raises-exception"
_SAYS = "À vous"
_FORM = "La forme est vérifiée"
_PYTHON_WORDS = re.compile(r"\b[A-Z]\w*(?:Error|Exception|Warning)\b|Traceback")


@dataclass
class Run:
    """One notebook, executed."""

    notebook: nbformat.NotebookNode
    seconds: float
    megabytes: float
    """Peak resident memory of the kernel, or of a process it started if that one was bigger."""
    network: offline.Outcome
    work: Path
    """What ``work_dir()`` was."""
    touched: list[str] = field(default_factory=list)
    """Files of the course folder that the run changed, relative to it."""

    @property
    def measures(self) -> dict:
        return {"seconds": round(self.seconds, 1), "megabytes": round(self.megabytes)}


class Course:
    """A copy of the course folder where notebooks run without leaving a trace in the project."""

    def __init__(self, folder: Path, source: Path = PROJECT) -> None:
        self.root = folder / "cours"
        for part in COURSE_PARTS:
            if (source / part).is_dir():
                shutil.copytree(source / part, self.root / part, ignore=shutil.ignore_patterns("recipes", ".ipynb_checkpoints"))
        (self.root / "datasets").mkdir(parents=True, exist_ok=True)
        home = folder / "maison"
        home.mkdir()
        # Nothing of the developer's own settings, and no proxy.
        self.env = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
            "PYTHONPATH": str(PROJECT / "src"), "HOME": str(home), "LANG": "C.UTF-8", "CHALLENGE_DATA_HOME": str(self.root),
        }
        # Matplotlib lists the machine's fonts once a home: not in the first notebook's time.
        subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], env=self.env, check=True, capture_output=True)

    def run(self, notebook: nbformat.NotebookNode, place: Path, work: Path) -> Run:
        """Run a notebook as if it stood at ``place`` (relative to the course), with ``work`` as its work folder.

        Raises:
            offline.CannotCutNetwork: this machine does not allow network namespaces.
        """
        work.mkdir(parents=True, exist_ok=True)
        source, result, report = work / "source.ipynb", work / "executed.ipynb", work / "report.json"
        nbformat.write(notebook, source)
        folder = self.root / place.parent
        folder.mkdir(parents=True, exist_ok=True)
        before = self._listing()
        env = {**self.env, "CHALLENGE_DATA_WORK": str(work / "travail")}
        command = [sys.executable, __file__, str(source), str(result), str(report)]
        started = time.monotonic()
        network = offline.run(command, cwd=folder, env=env, timeout=MOST_SECONDS + 30)
        seconds, megabytes = time.monotonic() - started, 0.0
        if report.exists():
            told = json.loads(report.read_text())
            seconds, megabytes = told["seconds"], told["megabytes"]
        after = self._listing()
        touched = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        executed = nbformat.read(result, as_version=4) if result.exists() else notebook
        return Run(executed, seconds, megabytes, network, work / "travail", touched)

    def _listing(self) -> dict[str, tuple[int, int]]:
        files = (path for path in self.root.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts)
        return {str(path.relative_to(self.root)): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def run_warm(notebook: nbformat.NotebookNode, folder: Path, parameters: dict[str, str] | None = None) -> Run:
    """Run a notebook in a warm kernel of the grading sandbox: no network and nothing of the course to change, but neither attempts nor memory told.

    Args:
        parameters: values that papermill gives, beside :data:`PARAMETERS`.

    Raises:
        CannotIsolate: this machine cannot put a process apart.
    """
    from challenge_data.grading.running import PROVISIONER, by_default

    folder.mkdir(parents=True, exist_ok=True)
    source, result = folder / "source.ipynb", folder / "executed.ipynb"
    nbformat.write(notebook, source)
    with by_default(PROVISIONER):
        seconds = _papermill(source, result, parameters)
    return Run(nbformat.read(result, as_version=4), seconds, 0.0, offline.Outcome(0, "", 0), folder)


def faults(run: Run, *, answered: bool) -> list[str]:
    """What is wrong with a run, one sentence each; empty when all is well.

    Args:
        answered: the notebook holds its answers. Nothing may then be written on stderr, where failed checks and
            warnings go. As delivered, cells that wait for an answer must say so, in one French sentence.
    """
    found = []
    if run.network.timed_out or run.seconds > MOST_SECONDS:
        found.append(f"it took {run.seconds:.0f} s, more than {MOST_SECONDS}")
    elif not any("papermill" in cell.metadata for cell in run.notebook.cells):
        found.append(f"papermill did not run it: {run.network.output.strip()[-2000:]}")
    if run.megabytes > MOST_MEGABYTES:
        found.append(f"it took {run.megabytes:.0f} MB of memory, more than {MOST_MEGABYTES}")
    if run.network.attempts:
        who = "; ".join(run.network.callers) or "not from Python: a command it started"
        found.append(f"it tried to leave the machine {run.network.attempts} time(s): {who}")
    if run.touched:
        found.append(f"it changed the course folder, only work_dir() may be written: {', '.join(run.touched)}")
    # A lesson may show an error on purpose, in a cell tagged by hand; in a challenge the build tags all cells.
    shows_errors = "challenge" not in run.notebook.metadata.get("challenge_data", {})
    for rank, cell in enumerate(cell for cell in run.notebook.cells if _is_own(cell)):
        found += [f"cell {rank} ({cell.get('id', '?')}): {what}" for what in _cell_faults(cell, answered, shows_errors)]
    return found


def _is_own(cell: nbformat.NotebookNode) -> bool:
    added = {"papermill-error-cell-tag", "injected-parameters"}
    return cell.cell_type == "code" and bool(cell.source.strip()) and not added & set(cell.metadata.get("tags", []))


def _cell_faults(cell: nbformat.NotebookNode, answered: bool, shows_errors: bool) -> Iterator[str]:
    from challenge_data.guide import is_unanswered

    errors = [f"{output.ename}: {output.evalue}" for output in cell.outputs if output.output_type == "error"]
    said = "".join(output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stderr").strip()
    may_stop = MAY_STOP in cell.metadata.get("tags", [])
    waits = is_unanswered(cell.source)
    on_purpose = shows_errors and may_stop and not cell.get("id", "").startswith("exercise-")

    if cell.execution_count is None:
        yield f"it was not executed: {cell.source[:80]!r}"
    elif on_purpose:
        if not errors and not said:
            yield f"it is tagged {MAY_STOP}, and nothing stopped"
    elif errors:
        yield f"it raised {'; '.join(errors)}"
    elif answered and said:
        yield f"it wrote on stderr: {said}"
    elif waits and not answered and _SAYS not in said:
        yield f"it waits for an answer and does not say « {_SAYS} » but {said!r}"
    elif not answered and any(_FORM in output.text for output in cell.outputs if output.output_type == "stream"):
        yield f"it says « {_FORM} » of an answer that nobody wrote"
    elif said and not may_stop:
        yield f"it wrote on stderr: {said}"
    elif said and _PYTHON_WORDS.search(said):
        yield f"instead of a sentence it shows an error of Python: {said}"


def _papermill(source: Path | str, result: Path | str, more: dict[str, str] | None = None) -> float:
    """Seconds that it took."""
    import papermill

    cells = nbformat.read(source, as_version=4).cells
    parameters = PARAMETERS | (more or {}) if any("parameters" in cell.metadata.get("tags", []) for cell in cells) else {}
    started = time.monotonic()
    try:
        papermill.execute_notebook(source, result, parameters, progress_bar=False, execution_timeout=MOST_SECONDS)
    except papermill.PapermillExecutionError as error:
        print(error)  # read again from the cells: some may stop
    return time.monotonic() - started


def _execute(source: str, result: str, report: str) -> int:
    """The part that runs inside the network namespace."""
    import resource

    seconds = _papermill(source, result)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    Path(report).write_text(json.dumps({"seconds": seconds, "megabytes": peak}))
    return 0


if __name__ == "__main__":
    sys.exit(_execute(*sys.argv[1:]))
