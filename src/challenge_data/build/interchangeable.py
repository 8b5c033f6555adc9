"""A code cell whose one value may be another of the same kind: a territory, a dataset.

The author writes ``:interchangeable: departement`` and ``:choices: {"974": La Réunion, "29": Finistère}`` on a cell that holds
``departement = "974"`` and nothing else. JupyterLab then offers the choices at the cell (``choices.js``), and papermill,
which fills the first cell tagged ``parameters``, runs the notebook with each.
"""

import ast
from collections.abc import Iterator

from challenge_data.build.course import Lesson, Notebook
from challenge_data.build.problems import Problem
from challenge_data.build.source import Cell

PARAMETERS = "parameters"
"""papermill's tag."""


def marked(cell: Cell) -> dict:
    """What the notebook's cell keeps: the name of the value, and value -> what it is called. Empty for other cells."""
    if "interchangeable" not in cell.metadata:
        return {}
    return {"interchangeable": str(cell.metadata["interchangeable"]), "choices": {str(value): str(label) for value, label in cell.metadata.get("choices", {}).items()}}


def tags(cell: Cell) -> list[str]:
    return [*cell.tags, PARAMETERS] if "interchangeable" in cell.metadata else cell.tags


def rule(part: Lesson | Notebook, _curriculum: object) -> Iterator[Problem]:
    """An interchangeable cell is one that a menu can change and papermill can fill."""
    first = next((cell for cell in part.document.cells if PARAMETERS in tags(cell)), None)
    for cell in part.document.cells:
        if "interchangeable" in cell.metadata:
            if isinstance(part, Notebook):
                yield part.document.problem(cell.line, "an interchangeable cell in a graded notebook", "keep it for lessons: every team answers the same question")
            elif cell is not first:
                yield part.document.problem(cell.line, "an interchangeable cell after another cell of parameters", "papermill fills the first only: mark one cell a lesson, the first")
            yield from _faults(part, cell)
        elif "choices" in cell.metadata:
            yield part.document.problem(cell.line, "choices without a name", "add :interchangeable: and the name that the cell gives its value")


def _faults(part: Lesson | Notebook, cell: Cell) -> Iterator[Problem]:
    name, choices = cell.metadata["interchangeable"], cell.metadata.get("choices")
    if cell.kind != "code" or cell.role or assigned(cell.source) is None or assigned(cell.source)[0] != name:
        yield part.document.problem(cell.line, f"an interchangeable cell that does not only give « {name} » its value", f'write {name} = "…" alone in a code cell, a text between quotes')
    elif not isinstance(choices, dict) or len(choices) < 2 or not all(isinstance(value, str) and label for value, label in choices.items()):
        yield part.document.problem(cell.line, f"« {name} » has no choices", 'write two or more: :choices: {"974": La Réunion, "29": Finistère}, values between quotes')
    elif assigned(cell.source)[1] not in choices:
        yield part.document.problem(cell.line, f"the value of « {name} » is not among its choices", "add it to :choices:, with what it is called")


def assigned(source: str) -> tuple[str, str] | None:
    """The name and the text that a source gives it, where it does that and nothing else."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return None
    match body:
        case [ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(value)))]:
            return name, value
    return None
