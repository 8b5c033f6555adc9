"""Where things are, and who is working: the ground that every other room stands on.

Notebooks never know where they stand. They ask for data by name and put what a team makes in
:func:`work_dir`; both hold in Binder, in a course folder on any machine, and in a grading sandbox.
"""

import errno
import itertools
import json
import os
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from challenge_data.errors import LearnerError

T = TypeVar("T")

HOME_VARIABLE = "CHALLENGE_DATA_HOME"
WORK_VARIABLE = "CHALLENGE_DATA_WORK"
TEAM_FILE = "equipe.json"
COPIES = "copies"
ZONE = "Europe/Paris"
"""A lent machine's clock is set to another zone than the laptop beside it: what names carry is the hour that people read on the wall."""


def root() -> Path:
    """The course folder: the one that holds ``datasets/``.

    Looked for in this order: the environment variable ``CHALLENGE_DATA_HOME``; the checkout this
    package was installed from; the current folder and those above it.

    Raises:
        LearnerError: no such folder is found.
    """
    if named := os.environ.get(HOME_VARIABLE):
        return Path(named).resolve()
    here = Path.cwd()
    for folder in (Path(__file__).resolve().parents[2], here, *here.parents):
        if (folder / "datasets").is_dir():
            return folder
    raise LearnerError(
        f"Le dossier du cours est introuvable depuis {here} : aucun dossier « datasets » ici ni au-dessus. "
        f"Ouvrez le carnet depuis le dossier du cours, ou indiquez ce dossier dans la variable {HOME_VARIABLE}."
    )


def datasets_dir() -> Path:
    """The folder that holds every dataset of the course."""
    return root() / "datasets"


def work_dir() -> Path:
    """The folder where a team's own files go; made when absent.

    ``CHALLENGE_DATA_WORK`` if it is set, else ``travail/`` in the course folder. Where that cannot be
    written (a grading sandbox, a read-only image), a temporary folder that lasts as long as the kernel.
    """
    folder = Path(os.environ.get(WORK_VARIABLE) or root() / "travail")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return _scratch()
    return folder if os.access(folder, os.W_OK) else _scratch()


@cache
def _scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="challenge-data-"))


def challenges() -> list[str]:
    """Names of the challenges that a team can choose, sorted: the folders of ``exercises/``."""
    return sorted(folder.name for folder in (root() / "exercises").glob("*/") if any(folder.glob("*.ipynb")))


@dataclass(frozen=True)
class Team:
    """A team, its members' first names and its challenge."""

    name: str
    members: list[str] = field(default_factory=list)
    challenge: str = ""

    def __str__(self) -> str:
        members = ", ".join(self.members) or "aucun prénom noté"
        return f"Équipe « {self.name} » ({members}), défi : {self.challenge or 'pas encore choisi'}."

    __repr__ = __str__


def team(name: str | None = None, members: list[str] | str | None = None, challenge: str | None = None) -> Team:
    """Choose the team and its challenge once, for every notebook; without arguments, read the choice back.

    The choice is kept in ``equipe.json`` in :func:`work_dir`. What is not given keeps its earlier value.

    Raises:
        LearnerError: nothing was chosen yet, the name is empty, or there is no such challenge.
    """
    known = known_team()
    if name is None and members is None and challenge is None:
        if known is None:
            raise LearnerError("L'équipe n'est pas encore choisie. Exécutez la cellule « Votre équipe » du carnet Bienvenue.")
        return known

    name = str(name if name is not None else known.name if known else "").strip()
    if not name:
        raise LearnerError("Il manque le nom de l'équipe. Écrivez-le entre guillemets : team(\"Les Sternes\").")
    if members is None:
        members = known.members if known else []
    elif isinstance(members, str):
        members = members.replace(";", ",").split(",")
    members = [str(member).strip() for member in members if str(member).strip()]
    challenge = str(challenge if challenge is not None else known.challenge if known else "").strip()
    # Where the challenges' folder did not come along, the choice is kept: a learner can do nothing about it.
    if challenge and challenges() and challenge not in challenges():
        raise LearnerError(f"Aucun défi ne s'appelle « {challenge} ». Les défis ouverts : {', '.join(challenges())}.")

    chosen = Team(name, members, challenge)
    keep(TEAM_FILE, asdict(chosen))
    return chosen


def known_team() -> Team | None:
    """The team that was chosen here; None before."""
    return kept(TEAM_FILE, lambda value: Team(**value))


def keep(name: str, value: object) -> None:
    """Write a value as JSON to the named file of :func:`work_dir`.

    Raises:
        LearnerError: the disk does not take it.
    """
    write(work_dir() / name, (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode())


def write(path: Path, content: bytes) -> None:
    """Write a file whole, or leave what was there.

    Raises:
        LearnerError: the disk does not take it.
    """
    # A draft of its own: two windows may write the same file at once.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.en-cours")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "le disque est plein" if full else "le fichier est peut-être ouvert ailleurs, ou le dossier protégé"
        what = "Supprimez des fichiers dont vous n'avez plus besoin" if full else "Fermez-le, ou demandez à votre mentor"
        raise LearnerError(
            f"« {path.name} » n'a pas pu être enregistré dans {path.parent} : {why}. {what}, puis exécutez de nouveau la cellule. "
            "Ce qui était enregistré avant n'a pas changé."
        ) from None


def put(name: str, content: bytes) -> Path:
    """Write a file into :func:`work_dir`; an earlier one that says something else is kept in ``copies/``, and that is said.

    Raises:
        LearnerError: the disk does not take it.
    """
    path = work_dir() / name
    try:
        earlier = path.read_bytes()
    except OSError:
        earlier = content
    path.parent.mkdir(parents=True, exist_ok=True)
    if earlier != content:
        print(f"L'ancien fichier est gardé : {COPIES}/{keep_copy(name, earlier).name}.")
    write(path, content)
    return path


def keep_copy(name: str, content: bytes) -> Path:
    """Write a new file into ``copies/`` of :func:`work_dir`, called as ``name`` with the time; gives where.

    Raises:
        LearnerError: the disk does not take it.
    """
    named = Path(name)
    copy = free(work_dir() / COPIES / f"{named.stem}-{now():%Y%m%d-%H%M%S-%f}{named.suffix}")
    copy.parent.mkdir(parents=True, exist_ok=True)
    write(copy, content)
    return copy


def free(path: Path) -> Path:
    """This path, or the next one beside it that is nobody's: ``notes-2.csv`` (clocks may stand still for some milliseconds)."""
    others = (path.with_stem(f"{path.stem}-{rank}") for rank in itertools.count(2))
    return next(one for one in itertools.chain([path], others) if not one.exists())


def now() -> datetime:
    """Now, in :data:`ZONE`."""
    return datetime.now(ZoneInfo(ZONE))


def kept(name: str, read: Callable[[Any], T]) -> T | None:
    """What :func:`keep` wrote, given through ``read``; None when there is no such file, or when it is damaged.

    A damaged file is put aside as ``*.abime.json``, never overwritten: it may be the only trace of a team's work.
    """
    path = work_dir() / name
    try:
        return read(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        path.replace(free(path.with_suffix(".abime.json")))
        return None
