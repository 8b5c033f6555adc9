"""A team's work kept elsewhere: whole, as one file; or piece by piece, for a browser that has most of it already."""

from pathlib import PurePosixPath

from challenge_data import course
from challenge_data.errors import LearnerError
from challenge_data.teamwork import archive, files
from challenge_data.teamwork.files import File


def work(given: dict) -> File:
    """Everything that is the team's own, as one zip named after team and time.

    Raises:
        LearnerError: nothing was changed or made yet.
    """
    own = files.changed()
    if not own:
        raise LearnerError("Il n'y a encore rien à garder : aucun carnet n'a changé depuis l'ouverture.")
    team = course.known_team()
    return File(f"travail_{files.plain(team.name) if team else 'equipe'}_{course.now():%Y%m%d-%H%M}.zip", archive.write("travail", own))


def pieces(given: dict) -> dict:
    """What a browser's copy of the work should hold.

    Returns:
        ``manifest``, that of :func:`archive.write` for this copy; ``large``, the paths that are too large for it.
    """
    own = files.own()
    large = [name for name, path in own.items() if files.is_large(path)]
    return {"manifest": archive.manifest("travail", dict(files.contents({name: path for name, path in own.items() if name not in large}))), "large": large}


def piece(given: dict) -> File:
    """One file of the team's own, named by ``path``, as it is.

    Raises:
        LearnerError: there is no such file any more.
    """
    path = files.everything().get(given["path"])
    if path is None:
        raise LearnerError(f"« {given['path']} » n'est plus là.")
    return File(PurePosixPath(given["path"]).name, path.read_bytes())
