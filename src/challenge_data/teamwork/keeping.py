"""A team's work kept elsewhere: whole, as one file; or piece by piece, for a browser that has most of it already."""

from datetime import datetime

from challenge_data import course
from challenge_data.errors import LearnerError
from challenge_data.teamwork import archive, files
from challenge_data.teamwork.files import File

LARGE = 5_000_000
"""Bytes. A larger file is in the download, and not in the browser's copy, which is renewed over a shared network."""


def work(given: dict) -> File:
    """Everything that is the team's own, as one zip named after team and time.

    Raises:
        LearnerError: nothing was changed or made yet.
    """
    own = files.changed()
    if not own:
        raise LearnerError("Il n'y a encore rien à garder : aucun carnet n'a changé depuis l'ouverture.")
    team = course.known_team()
    return File(f"travail_{files.plain(team.name) if team else 'equipe'}_{datetime.now():%Y%m%d-%H%M}.zip", archive.write("travail", own))


def pieces(given: dict) -> dict:
    """What a browser's copy of the work should hold.

    Returns:
        ``manifest``, that of :func:`archive.write` for this copy; ``large``, the paths that are too large for it.
    """
    own = files.changed()
    large = [name for name, content in own.items() if len(content) > LARGE]
    return {"manifest": archive.manifest("travail", {name: content for name, content in own.items() if name not in large}), "large": large}


def piece(given: dict) -> File:
    """One file of the team's own, named by ``path``, as it is.

    Raises:
        LearnerError: there is no such file any more.
    """
    path = files.path_of(given["path"])
    if not (files.is_own(given["path"]) and path.is_file()):
        raise LearnerError(f"« {given['path']} » n'est plus là.")
    return File(path.name, path.read_bytes())
