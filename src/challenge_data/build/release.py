"""Exercises from masters, by nbgrader's own generate_assignment."""

import io
import logging
import tempfile
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader


def release(root: Path, masters: dict[Path, bytes]) -> dict[Path, bytes]:
    """The released notebooks, byte for byte as ``nbgrader generate_assignment --no-db`` writes them.

    Args:
        root: the course folder, whose ``nbgrader_config.py`` is used.
        masters: relative path ``solutions/<challenge>/<notebook>.ipynb`` -> bytes.

    Returns:
        Relative path ``exercises/<challenge>/<notebook>.ipynb`` -> bytes.

    Raises:
        RuntimeError: nbgrader refuses a master; its log says which cell and why.
    """
    released: dict[Path, bytes] = {}
    with tempfile.TemporaryDirectory(prefix="challenge-data-release-") as folder:
        scratch = Path(folder)
        for path, content in masters.items():
            target = scratch / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        api = NbGraderAPI(CourseDirectory(config=(config := _config(root, scratch))), config=config)
        said = io.StringIO()  # for the message
        log = logging.StreamHandler(said)
        log.setLevel(logging.WARNING)
        api.log.addHandler(log)
        try:
            for assignment in sorted({path.parts[1] for path in masters}):
                outcome = api.generate_assignment(assignment, force=True, create=False)
                if not outcome["success"]:
                    raise RuntimeError(f"nbgrader refuses {assignment}:\n{outcome.get('log') or said.getvalue()}\n{outcome.get('error', '')}")
        finally:
            api.log.removeHandler(log)
        for path in sorted((scratch / "exercises").rglob("*.ipynb")):
            released[path.relative_to(scratch)] = path.read_bytes()
    return released


def _config(root: Path, scratch: Path) -> Config:
    """The repository's own configuration, with every folder and the database moved to the scratch folder."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(scratch)
    config.CourseDirectory.db_url = f"sqlite:///{scratch / 'gradebook.db'}"
    # The same as --no-db: the database belongs to the grading machine, not to the build.
    config.SaveCells.enabled = False
    config.GenerateAssignment.no_database = True
    return config
