"""An earlier version kept before another takes its place."""

from pathlib import Path

from challenge_data import course
from challenge_data.teamwork.files import WORK


def keep(path: Path) -> str:
    """Copy a file into ``copies/`` of the work folder; gives the copy's name for a person: ``travail/copies/1_trouver-….ipynb``.

    Raises:
        LearnerError: the disk does not take it.
    """
    return f"{WORK}/{course.COPIES}/{course.keep_copy(path.name, path.read_bytes()).name}"
