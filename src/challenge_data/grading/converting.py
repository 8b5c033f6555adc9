"""nbgrader's own converters, called one team at a time with the course's configuration; and the two plug-ins that recording adds."""

import contextlib
import copy
import hashlib
import io
import json
import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata, NbGraderPreprocessor
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from challenge_data.grading.gradebook import Refused, is_full
from challenge_data.grading.watching import is_test

NEVER_RAN = "Cette vérification n'a pas pu être exécutée : elle ne donne donc pas de point d'elle-même. Votre intervenant·e la regardera.\n"
_PATTERNS = set("*?[]{}")
"""nbgrader looks for folders by patterns: in a path, these would be read as one."""
_one_at_a_time = threading.Lock()
"""nbgrader changes the current folder while it works, and its configuration reads the environment: both are those of all threads."""


class Failed(RuntimeError):
    """A converter did not do its work; the message is what nbgrader said."""


class VerdictsOnly(NbGraderPreprocessor):
    """Of a test cell, only what is an error or was printed counts.

    nbgrader reads a last value that is a number as points, and stops on one above the cell's; and pays a cell that never ran.
    """

    def preprocess_cell(self, cell: NotebookNode, resources: dict, index: int) -> tuple[NotebookNode, dict]:
        if is_test(cell):
            cell.outputs = [output for output in cell.outputs if output.output_type in ("stream", "error")]
            if cell.execution_count is None and not cell.outputs:
                cell.outputs = [new_output("stream", name="stderr", text=NEVER_RAN)]
        return cell, resources


class CheckOnce(CheckCellMetadata):
    """nbgrader's check of its metadata, done once for all teams: they have the masters', and it takes as long as all the rest."""

    _good: set[str] = set()

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        metadata = [[cell.cell_type, cell.metadata.get("nbgrader")] for cell in nb.cells if "nbgrader" in cell.metadata]
        key = hashlib.sha256(json.dumps(metadata, sort_keys=True).encode()).hexdigest()
        if key not in self._good:
            nb, resources = super().preprocess(nb, resources)
            self._good.add(key)
        return nb, resources


def load(course: Path, grading: Path) -> Config:
    """The course's own configuration, for that grading folder: what formgrader reads there too.

    Raises:
        Refused: there is none, or nbgrader cannot work with such paths.
    """
    if not (course / "nbgrader_config.py").is_file():
        raise Refused(f"No nbgrader_config.py in {course}: it is the course's folder that is needed.")
    for path in (course, grading):
        if odd := sorted(_PATTERNS & set(str(path))):
            raise Refused(f"nbgrader cannot work in {path}: it reads {' '.join(odd)} as a pattern. Rename the folder, or choose another.")
    with _one_at_a_time, _named(grading):
        return PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()


@contextlib.contextmanager
def _named(grading: Path) -> Iterator[None]:
    """The variable that names the grading folder, for a while. nbgrader's own ``setenv`` does not put back what was there."""
    before = os.environ.get("CHALLENGE_DATA_GRADING")
    os.environ["CHALLENGE_DATA_GRADING"] = str(grading)
    try:
        yield
    finally:
        if before is None:
            del os.environ["CHALLENGE_DATA_GRADING"]
        else:
            os.environ["CHALLENGE_DATA_GRADING"] = before


def gradebook_file(config: Config) -> Path:
    """Where the marks are.

    Raises:
        Refused: in a database that is no file.
    """
    address = make_url(str(config.CourseDirectory.get("db_url", "")) or "sqlite:///")
    if address.get_backend_name() != "sqlite" or not address.database:
        raise Refused(f"The gradebook must be an SQLite file; nbgrader_config.py says {address.render_as_string()!r}.")
    return Path(address.database).resolve()


def generate(config: Config, challenge: str, address: str, scratch: Path) -> None:
    """The masters' questions into a gradebook, by generate_assignment; the exercises it makes go to ``scratch``.

    Raises:
        Failed: nbgrader refuses.
    """
    own = _changed(config, db_url=address, release_directory=str(scratch / "exercises"))
    _run(GenerateAssignment, own, challenge, ".")


def autograde(config: Config, challenge: str, team: str, executed: Path) -> None:
    """Executed notebooks into ``autograded/`` and the gradebook: nbgrader's own steps, but those that clear or run.

    Args:
        executed: the folder that holds ``<team>/<challenge>/*.ipynb``; files that are no notebooks are left there.

    Raises:
        Failed: nbgrader could not.
    """
    # What lies beside the notebooks is not the team's: nbgrader would copy it, and formgrader on to the team's feedback.
    own = _changed(config, submitted_directory=str(executed), ignore=["*"])
    stock = Autograde(config=config)
    check = [f"{__name__}.VerdictsOnly", f"{__name__}.CheckOnce"]
    own.Autograde.sanitize_preprocessors = _without(stock.sanitize_preprocessors, "ClearOutput", "OverwriteKernelspec", "CheckCellMetadata") + check
    own.Autograde.autograde_preprocessors = _without(stock.autograde_preprocessors, "Execute", "CheckCellMetadata")
    own.Autograde.create_student = False
    own.Exporter.optimistic_validation = True  # nbformat's check once a conversion, not once a step
    _run(Autograde, own, challenge, team)


def feedback(config: Config, challenge: str, team: str) -> None:
    """nbgrader's pages for one team.

    Raises:
        Failed: nbgrader could not.
    """
    own = _changed(config)
    own.HTMLExporter.template_name = "feedback"  # as NbGraderAPI does
    _run(GenerateFeedback, own, challenge, team)


def _changed(config: Config, **directory) -> Config:
    own = copy.deepcopy(config)
    own.merge(Config(CourseDirectory=Config(directory)))
    return own


def _without(steps: list, *names: str) -> list:
    return [step for step in steps if (step if isinstance(step, str) else step.__name__).rsplit(".", 1)[-1] not in names]


def _run(kind: type[BaseConverter], config: Config, challenge: str, team: str) -> None:
    said = io.StringIO()
    # A logger of its own: nbgrader's goes to the terminal, a line a cell.
    log = logging.Logger("nbgrader", logging.WARNING)
    log.addHandler(logging.StreamHandler(said))
    directory = CourseDirectory(config=config, log=log)
    directory.assignment_id, directory.student_id = challenge, team
    converter = kind(coursedir=directory, config=config, log=log)
    converter.force = True
    try:
        with quiet(), _one_at_a_time:
            converter.start()
    except Exception as error:
        failure = Failed(said.getvalue().strip() or str(error))
        if is_full(error, said.getvalue()):
            raise OSError(28, "No space left on device") from failure
        raise failure from error


@contextlib.contextmanager
def quiet():
    """For calls of nbgrader's gradebook: it calls ``alembic`` by its name, and warns at each new submission."""
    own = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    if own not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([own, path])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        yield
