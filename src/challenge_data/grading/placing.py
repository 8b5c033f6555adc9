"""What recording and feedback share: the gradebook opened as nbgrader does, a full disk said in words, folders and their hashes."""

import contextlib
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import Gradebook

from challenge_data.grading import converting
from challenge_data.grading.gradebook import DiskFull, full, is_full, url

RECORDED = "recorded"


class NotRecorded(RuntimeError):
    """nbgrader failed on one team; the others are not concerned."""


@contextlib.contextmanager
def gradebook_of(config) -> Iterator[Gradebook]:
    with converting.quiet(), Gradebook(url(converting.gradebook_file(config)), config.CourseDirectory.course_id) as book:
        yield book


@contextlib.contextmanager
def room(place: Path, what: str) -> Iterator[None]:
    """Says in words that a disk is full, wherever it was found out."""
    try:
        yield
    except DiskFull:
        raise
    except Exception as error:
        if is_full(error):
            raise full(place, what) from error
        raise


@contextlib.contextmanager
def emptied(folder: Path) -> Iterator[Path]:
    """An empty folder for a while. Always the same one, so that killed runs do not leave many."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def folder_of(directory: str, team: str, challenge: str) -> Path:
    """As nbgrader lays out each of its directories."""
    return Path(directory) / team / challenge


def hashes(folder: Path) -> dict[str, str]:
    """Notebook's file -> sha256."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.ipynb"))}


def fit(team: str) -> bool:
    """True if nbgrader's globs find a folder of that name again."""
    return bool(team) and team == team.strip() and not team.startswith(".") and not set("/*?[]\0\n") & set(team) and len(team.encode()) <= 200
