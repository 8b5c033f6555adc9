"""What a teammate gave, sorted: the notebooks of the course under their own names, other files, and what is to be told first."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from challenge_data import course, edition
from challenge_data.checks.hints import OPENED_FILE
from challenge_data.errors import LearnerError
from challenge_data.teamwork import archive, cells, files
from challenge_data.teamwork.parsing import Damaged

LEAST_LIKENESS = 3
"""One delivered cell in so many: what stays is then chosen, answer by answer."""
_PERSONAL = {course.TEAM_FILE, "quiz.json", "portail-cache", course.COPIES}
"""Of the work folder: what each person has of their own, and what a machine fetches again."""


@dataclass
class Received:
    """A teammate's file, once it was read."""

    notebooks: dict[str, cells.Notebook] = field(default_factory=dict)
    """Path of a delivered notebook -> this person's."""
    others: dict[str, bytes] = field(default_factory=dict)
    """Path in the course -> bytes: what the work folder holds, notebooks of their own."""
    hints: bytes | None = None
    """Their note of the hints that were opened."""
    made: str = ""
    """When, in ISO 8601; "" when the file does not say."""
    members: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """French sentences, to be told."""
    asks: list[str] = field(default_factory=list)
    """French sentences, to be agreed to before anything else."""


def sort(content: bytes, name: str, delivered: dict[str, cells.Notebook]) -> Received:
    """Read a zip of either kind, one made by hand, or a single notebook.

    Args:
        content: the file's bytes.
        name: how it is called.
        delivered: path -> notebook as it was delivered.

    Raises:
        LearnerError: it is none of these, or nothing in it is of this course.
    """
    if name.endswith(".ipynb") and not content.startswith(b"PK"):
        opened = archive.Archive({PurePosixPath(name).name: content}, None)
    elif content.startswith(b"PK") or name.lower().endswith(".zip"):
        opened = archive.read(content)
    else:
        raise LearnerError(f"« {name} » n'est ni une archive .zip, ni un carnet : il n'y a rien à y comparer. Choisissez le fichier que « Tout télécharger » a donné.")
    found = Received(notes=list(opened.notes))
    # A file that already has its name in the course comes before one that has to be recognised.
    for path in sorted(opened.files, key=lambda path: (path not in delivered, path)):
        _place(found, path, opened.files[path], delivered)
    if not found.notebooks and not found.others:
        told = " ".join(found.notes)
        raise LearnerError(f"Rien, dans « {name} », ne vient des carnets du cours ni du dossier « {files.WORK} ». {told} Choisissez le fichier que « Tout télécharger » a donné.".replace("  ", " "))
    _read_manifest(found, opened.manifest)
    return found


def _place(found: Received, path: str, content: bytes, delivered: dict[str, cells.Notebook]) -> None:
    if path.endswith(".ipynb"):
        try:
            notebook = cells.read(content)
        except Damaged as why:
            found.notes.append(f"« {path} » {why} : il est laissé de côté.")
            return
        if known := cells.recognise(notebook, delivered, LEAST_LIKENESS, path):
            if known in found.notebooks:
                found.notes.append(f"« {path} » est un deuxième exemplaire de « {known} » : il est laissé de côté.")
            else:
                found.notebooks[known] = notebook
            return
    here = _in_the_course(path)
    if here is None or here in delivered:
        found.notes.append(f"« {path} » n'est pas du cours : il est laissé de côté.")
    elif here == f"{files.WORK}/{OPENED_FILE}":
        found.hints = content
    elif not (here.startswith(f"{files.WORK}/") and PurePosixPath(here).parts[1] in _PERSONAL):
        found.others[here] = content


def _in_the_course(path: str) -> str | None:
    """« Téléchargements/travail/journal.csv » is ``travail/journal.csv``; None when no folder of the course is in the path."""
    parts = PurePosixPath(path).parts
    starts = [rank for rank, part in enumerate(parts[:-1]) if part in (*edition.OPENED, files.WORK)]
    return "/".join(parts[starts[0]:]) if starts and not any(part.startswith(".") for part in parts) else None


def _read_manifest(found: Received, manifest: dict[str, Any] | None) -> None:
    said, theirs = _inner(manifest, "edition"), _inner(manifest, "team")
    found.made = _text(manifest, "made")
    found.members = [str(member) for member in theirs.get("members", []) if str(member).strip()] if isinstance(theirs.get("members"), list) else []
    if (name := _text(said, "name")) and name != edition.known().name:
        found.notes.append(f"Ce fichier vient d'une autre édition, « {name} » ; vous êtes dans « {edition.known().name} ».")
    if (version := _text(said, "version")) and version != edition.version():
        found.notes.append("Ce fichier vient d'une autre version des carnets. Les réponses sont reconnues au nom de leur question : relisez les énoncés avant de choisir.")
    here = course.known_team()
    if here is None:
        return
    if (name := _text(theirs, "name")) and files.plain(name) != files.plain(here.name):
        found.asks.append(f"Ce fichier vient de l'équipe « {name} ». La vôtre est « {here.name} ».")
    worked = {PurePosixPath(path).parts[1] for path in found.notebooks if path.startswith("exercises/")}
    challenges = {_text(theirs, "challenge")} - {""} or worked
    if here.challenge and challenges and here.challenge not in challenges:
        found.asks.append(f"Ce fichier porte sur le défi « {', '.join(sorted(challenges))} ». Le vôtre est « {here.challenge} ».")


def _inner(said: Any, name: str) -> dict:
    value = said.get(name) if isinstance(said, dict) else None
    return value if isinstance(value, dict) else {}


def _text(said: Any, name: str) -> str:
    value = said.get(name) if isinstance(said, dict) else None
    return value.strip() if isinstance(value, str) else ""
