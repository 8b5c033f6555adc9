"""Runs notebooks from top to bottom, by papermill, and leaves no trace in the course."""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

from challenge_data import course

AT_ONCE = 2
"""Notebooks run together: Binder counts its cores generously, and gives memory for two."""
CELL_SECONDS = 120


@dataclass(frozen=True)
class Run:
    """One notebook, run; ``problem`` is one French line, empty when it went to its end."""

    name: str
    seconds: float
    problem: str = ""


def run_all(root: Path, names: list[str]) -> Iterator[Run]:
    """Run the notebooks of these relative names, two at a time; in order, as each ends."""
    # Processes, since each notebook has a work folder of its own, named by a variable of the environment.
    with ProcessPoolExecutor(min(AT_ONCE, os.cpu_count() or 1), multiprocessing.get_context("spawn"), initializer=_keep_quiet) as pool:
        yield from pool.map(run, repeat(root), names)


def _keep_quiet() -> None:
    """Nothing of these processes' stderr reaches the terminal: a kernel that is ended may leave a traceback there, in English, and nothing was
    wrong. What is wrong with a notebook is in its :class:`Run`."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)


def run(root: Path, name: str) -> Run:
    """Run one notebook as a learner would. Sets this process's work folder: what is written there goes away with the run."""
    import papermill
    from traitlets.config import Config

    started, problem = time.monotonic(), ""
    # A kernel that has just ended may still write its history there.
    with tempfile.TemporaryDirectory(prefix="challenge-data-", ignore_cleanup_errors=True) as folder:
        os.environ |= {course.HOME_VARIABLE: str(root), course.WORK_VARIABLE: str(Path(folder, "travail"))}
        try:
            papermill.execute_notebook(root / name, Path(folder, "execute.ipynb"), cwd=str((root / name).parent),
                                       progress_bar=False, execution_timeout=CELL_SECONDS,
                                       # Without this each kernel warns, in English, that it does not encrypt.
                                       config=Config({"KernelManager": {"transport_encryption": "auto"}}))
        except papermill.PapermillExecutionError as error:
            problem = f"la cellule « {error.source.strip().partition(chr(10))[0]} » s'arrête : {error.ename}, {error.evalue}"
        except Exception as error:  # whatever else a damaged notebook, a kernel or a disk may do: one line, and the next one
            problem = f"il ne s'exécute pas : {type(error).__name__}, {str(error).partition(chr(10))[0]}"
    return Run(name, time.monotonic() - started, problem)
