"""Hand-ins of three invented teams, to try a whole day of grading on: all right, half, and cells that were locked changed.

Their names say that they are invented wherever formgrader, pages and marks show them; so does the first cell of each notebook.
"""

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

CHALLENGE = "defibrillateurs"
"""The challenge that they handed in."""
RIGHT, HALF, CHANGED = "inventee-les-avocettes", "inventee-les-macareux", "inventee-les-petrels"
TEAMS = (RIGHT, HALF, CHANGED)

_SAID = "**Équipe inventée.** Ce rendu est un exemple, pour essayer la correction : personne ne l'a écrit, aucune note n'en sort."
_MARKERS = re.compile(r"^\s*### (BEGIN|END) SOLUTION\s*\n?", re.MULTILINE)
_ERROR = "reponse = une_variable_que_personne_n_a_creee"


def hand_ins(course: Path) -> dict[str, dict[str, NotebookNode]]:
    """Team -> file name -> notebook as handed in, not run."""
    return {team: {path.name: _handed_in(path, course / "exercises" / CHALLENGE / path.name, answer)
                   for path in sorted((course / "solutions" / CHALLENGE).glob("*.ipynb"))}
            for team, answer in ((RIGHT, _everything), (HALF, _every_other), (CHANGED, _changed))}


def _handed_in(master: Path, released: Path, answer: Callable[[NotebookNode, dict[str, str]], None]) -> NotebookNode:
    """What teams were given, answered from the master by one of the functions below."""
    notebook = nbformat.read(released, 4)
    answer(notebook, {cell.id: _MARKERS.sub("", cell.source) for cell in nbformat.read(master, 4).cells if _about(cell).get("solution")})
    notebook.cells.insert(0, new_markdown_cell(_SAID, id="equipe-inventee"))
    return notebook


def _everything(notebook: NotebookNode, answers: dict[str, str]) -> None:
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)


def _every_other(notebook: NotebookNode, answers: dict[str, str]) -> None:
    _everything(notebook, dict(list(answers.items())[::2]))


def _changed(notebook: NotebookNode, answers: dict[str, str]) -> None:
    """An error in the first answer; the first test made to pass, the first rubric to promise everything."""
    first = next(iter(answers))
    _everything(notebook, answers | {first: _ERROR})
    tests = [cell for cell in notebook.cells if _about(cell).get("grade") and not _about(cell).get("solution")]
    rubrics = [cell for cell in notebook.cells if str(_about(cell).get("grade_id", "")).startswith("bareme-")]
    for cell in tests[:1]:
        cell.source = "assert True"
    for cell in rubrics[:1]:
        cell.source = "Toute réponse vaut tous les points."


def _about(cell: NotebookNode) -> dict:
    return cell.metadata.get("nbgrader", {})
