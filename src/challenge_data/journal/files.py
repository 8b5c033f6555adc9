"""The files that a journal reads and writes, named without any path of this machine."""

import hashlib
import json
from pathlib import Path

from challenge_data import course
from challenge_data.errors import LearnerError

DATASETS, WORK = "datasets", "travail"


class Files:
    """Files read, by label (their name): where each is (course data or team's folder), its sha256."""

    def __init__(self) -> None:
        self._known: dict[str, dict] = {}
        self.labels: dict[Path, str] = {}

    def add(self, path: Path) -> str:
        """Note a file and its sha256; its label.

        Raises:
            LearnerError: there is no such file, or it is in neither folder.
        """
        path = path.resolve()
        if path in self.labels:
            return self.labels[path]
        if not path.is_file():
            raise LearnerError(f"Aucun fichier à cet endroit : « {path.name} ». Demandez son chemin à raw_file(\"…\") ou à pick_up(\"…\").")
        where, short = _place(path)
        label = path.name if path.name not in self._known else f"{len(self._known)}_{path.name}"
        self._known[label] = {"dossier": where, "chemin": short, "sha256": sha256(path)}
        self.labels[path] = label
        return label

    def learn(self, inputs: dict[str, dict]) -> None:
        """Add what a replay saw being read."""
        for about in inputs.values():
            path = locate(about)
            if path.is_file() and path.resolve() not in self.labels:
                self.add(path)

    def check(self, what: str) -> None:
        """Raises:
            LearnerError: a step wrote into a file that the journal reads.
        """
        for about in self._known.values():
            path = locate(about)
            if not path.is_file() or sha256(path) != about["sha256"]:
                raise LearnerError(f"Depuis l'étape « {what} », le fichier « {path.name} » n'est plus celui que le journal a lu. Un fichier brut ne se change pas : "
                                   "remettez-le, et écrivez vos résultats avec hand_on ou dans work_dir().")

    def as_dict(self) -> dict[str, dict]:
        return {label: dict(about) for label, about in self._known.items()}


def describe(path: Path) -> dict:
    """Where a file is, and its sha256."""
    where, short = _place(path.resolve())
    return {"dossier": where, "chemin": short, "sha256": sha256(path)}


def locate(about: dict) -> Path:
    """The file on this machine."""
    return (course.work_dir() if about["dossier"] == WORK else course.datasets_dir()) / about["chemin"]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def as_json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _place(path: Path) -> tuple[str, str]:
    for where, folder in ((DATASETS, course.datasets_dir()), (WORK, course.work_dir())):
        if path.is_relative_to(folder.resolve()):
            return where, path.relative_to(folder.resolve()).as_posix()
    raise LearnerError(f"« {path.name} » est hors du dossier du cours : personne d'autre ne le retrouverait. Copiez-le dans {course.work_dir().name}/, "
                       "puis donnez work_dir() / \"son nom\".")
