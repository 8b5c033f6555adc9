"""Handing in: the challenge's notebooks, back in their frame, as one zip that is kept here and given to the team."""

from dataclasses import asdict
from pathlib import Path, PurePosixPath

from challenge_data import course
from challenge_data.checks import hints
from challenge_data.errors import LearnerError
from challenge_data.teamwork import archive, files, frame, naming, sending
from challenge_data.teamwork.files import File
from challenge_data.teamwork.inventory import team_here

KIND = "rendu"
SENT_FILE = "rendus.json"
"""In the work folder: name of a hand-in -> when it was taken at the edition's address."""


def restore(given: dict) -> dict:
    """Put the team's notebooks back into their frame: ``restored``, a list of path, told (sentences), copy (where the earlier file is).

    Raises:
        LearnerError: team or challenge are not chosen, the disk is full.
    """
    return {"restored": [asdict(one) for one in frame.restore(team_here().challenge)]}


def hand_in(given: dict) -> dict:
    """Make the hand-in of the work as it is now: ``name``, ``bytes``, ``kept`` (where), ``restored`` as :func:`restore` tells it.

    Raises:
        LearnerError: team or challenge are not chosen, there is no notebook, the disk is full.
    """
    team = team_here()
    restored = frame.restore(team.challenge)
    inside = _inside(team.challenge)
    if not any(name.endswith(".ipynb") for name in inside):
        raise LearnerError(f"Aucun carnet du défi « {team.challenge} » n'est sur cette machine : il n'y a rien à rendre.")
    content = archive.write(KIND, inside, hints.opened())
    name = naming.name_of(team.name, team.challenge)
    place = course.work_dir() / naming.FOLDER / name
    place.parent.mkdir(exist_ok=True)
    course.write(place, content)
    return {"name": name, "bytes": len(content), "kept": f"{files.WORK}/{naming.FOLDER}/{name}", "restored": [asdict(one) for one in restored]}


def handed_in(given: dict) -> File:
    """The hand-in of that ``name``, to download.

    Raises:
        LearnerError: there is none.
    """
    path = _kept(given)
    return File(path.name, path.read_bytes())


def send(given: dict) -> dict:
    """Send the hand-in of that ``name`` to the edition's address, with the ``code`` if there is one: ``sent``, ``message``, ``again`` (whether trying again may help), ``wrong_code``.

    Raises:
        LearnerError: there is no such hand-in, or the edition's address is not one.
    """
    path = _kept(given)
    answer = sending.send(path.name, path.read_bytes(), str(given.get("code") or ""))
    if answer.sent:
        course.keep(SENT_FILE, _sent() | {path.name: course.now().isoformat(timespec="seconds")})
    return asdict(answer)


def hand_ins(given: dict) -> dict:
    """The hand-ins kept here, the last first: ``hand_ins``, a list of name, at (ISO 8601), bytes, sent ("" or when)."""
    sent = _sent()
    listed = [{"name": path.name, "at": at.isoformat(), "bytes": path.stat().st_size, "sent": sent.get(path.name, "")}
              for path in (course.work_dir() / naming.FOLDER).glob("*.zip") if (named := naming.read(path.name)) and (at := named.moment())]
    return {"hand_ins": sorted(listed, key=lambda one: one["at"], reverse=True)}


def _inside(challenge: str) -> dict[str, bytes]:
    """Name in the zip -> bytes: the notebooks under the names that were delivered, and the two small files that grading reads."""
    there = {PurePosixPath(path).name: files.path_of(path) for path in files.of_challenge(challenge)}
    there |= {name: course.work_dir() / name for name in (hints.OPENED_FILE, course.TEAM_FILE)}
    return {name: path.read_bytes() for name, path in there.items() if path.is_file()}


def _kept(given: dict) -> Path:
    name = str(given.get("name", ""))
    path = course.work_dir() / naming.FOLDER / name
    if naming.read(name) is None or not path.is_file():
        raise LearnerError("Ce rendu n'est plus sur cette machine. S'il est dans vos téléchargements, remettez ce fichier à la personne qui organise ; sinon, rendez de nouveau.")
    return path


def _sent() -> dict[str, str]:
    return course.kept(SENT_FILE, dict) or {}
