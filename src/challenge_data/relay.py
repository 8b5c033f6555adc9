"""The relay from one lesson to the next: a lesson hands a file on, a later one picks it up.

A team that skipped a lesson picks up a ready file instead, made by an imaginary team, and is told so. Ready
files stand in ``datasets/brumeval/relais/``; the tests make them again from the answered lessons.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from challenge_data import course
from challenge_data.errors import LearnerError

if TYPE_CHECKING:
    from pandas import DataFrame

READY = Path("brumeval", "relais")


def hand_on(table: "DataFrame", name: str) -> None:
    """Write a table into :func:`~challenge_data.course.work_dir` for a later lesson, as UTF-8 CSV, and say where.

    A file of that name that holds something else is moved to ``copies/`` first: nobody's work is overwritten.

    Args:
        table: any number of rows; its index is left out.
        name: file name, such as ``souhaits.csv``.

    Raises:
        LearnerError: not a table, no rows, a name that is not a ``.csv`` file name, or a disk that does not take it.
    """
    if not hasattr(table, "to_csv") or not hasattr(table, "columns"):
        raise LearnerError(f"hand_on attend d'abord un tableau, puis un nom de fichier : hand_on(tableau, \"{name}\").")
    if len(table) == 0:
        raise LearnerError(f"Ce tableau n'a aucune ligne : rien n'a été écrit dans « {name} ». Regardez l'étape qui l'a vidé.")
    if Path(str(name)).name != str(name) or not str(name).endswith(".csv"):
        raise LearnerError(f"« {name} » n'est pas un nom de fichier possible ici : un nom simple qui finit par .csv, sans dossier.")
    path = course.put(name, table.to_csv(index=False, lineterminator="\n").encode())
    print(f"Enregistré : {path.parent.name}/{name} ({len(table)} ligne{'s' if len(table) > 1 else ''}).")


def pick_up(name: str) -> Path:
    """The path of a file handed on by an earlier lesson, or of the ready one; says which.

    Raises:
        LearnerError: no lesson gives such a file.
    """
    path = course.work_dir() / name
    if path.is_file():
        print(f"« {name} » : le fichier de votre équipe.")
        return path
    ready = course.datasets_dir() / READY / name
    if not ready.is_file():
        known = sorted(one.name for one in ready.parent.glob("*.*") if one.name not in ("datapackage.json", "SOURCE.md"))
        raise LearnerError(f"Aucune leçon ne donne de fichier « {name} ». Les fichiers transmis : {', '.join(known) or 'aucun'}.")
    print(f"« {name} » : votre équipe n'en a pas encore, voici celui d'une équipe imaginaire.")
    return ready
