"""The relay from one lesson to the next: a lesson hands a file on, a later one picks it up.

A team that skipped a lesson picks up a ready file instead, made by an imaginary team, and is told so. Ready
files stand in ``datasets/brumeval/relais/``; the tests make them again from the answered lessons.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from challenge_data import course
from challenge_data.errors import LearnerError
from challenge_data.french import plural
from challenge_data.guide import require

if TYPE_CHECKING:
    from pandas import DataFrame

READY = Path("brumeval", "relais")


def hand_on(what: "DataFrame | str", name: str) -> None:
    """Write a table or a text into :func:`~challenge_data.course.work_dir` for a later lesson, and say where.

    A file of that name that holds something else is moved to ``copies/`` first: nobody's work is overwritten.

    Args:
        what: a table of any number of rows, written as UTF-8 CSV without its index; or a text in Markdown.
        name: file name, such as ``souhaits.csv``, or ``fiche.md`` for a text.

    Raises:
        LearnerError: neither a table nor a text, nothing in it, a name that is not one, or a disk that does not take it.
    """
    require(what)
    table = hasattr(what, "to_csv") and hasattr(what, "columns")
    if not table and not isinstance(what, str):
        raise LearnerError(f"hand_on attend d'abord un tableau ou un texte, puis un nom de fichier : hand_on(tableau, \"{name}\").")
    if not len(what) or not table and not what.strip():
        nothing = "Ce tableau n'a aucune ligne" if table else "Ce texte est vide"
        raise LearnerError(f"{nothing} : rien n'a été écrit dans « {name} ». Regardez l'étape qui l'a vidé.")
    ending = ".csv" if table else ".md"
    if Path(str(name)).name != str(name) or not str(name).endswith(ending):
        raise LearnerError(f"« {name} » n'est pas un nom de fichier possible ici : un nom simple qui finit par {ending}, sans dossier.")
    text = what.to_csv(index=False, lineterminator="\n") if table else what.strip() + "\n"
    path = course.put(name, text.encode())
    print(f"Enregistré : {path.parent.name}/{name} ({plural(len(what) if table else text.count(chr(10)), 'ligne')}).")


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
