"""The expert's version of every notebook: answers and hidden tests shown, hints and quizzes unfolded, notes framed.

Written to ``build/expert/``, in folders named as the learners', so that links between notebooks hold there too.
"""

import re
from pathlib import Path

import nbformat

from challenge_data.build import assemble, boxes
from challenge_data.build.course import Curriculum, Lesson, Notebook
from challenge_data.build.source import MARKERS, Cell

FOLDER = Path("build/expert")
NOTES = "Pour l'intervenant·e"

# Dark text on pale grey (over 15 to 1) and a dashed frame: not mistaken for what learners read, on any screen or printed.
_FRAME = "border: 3px dashed #6b6b6b; background: #f4f4f4; color: #1a1a1a; padding: .6em 1em"
_OPENING = re.compile(r"^\s*\*{1,2}" + NOTES + r"\.?\*{1,2}\.?\s*")


def notebooks(curriculum: Curriculum) -> dict[Path, nbformat.NotebookNode]:
    """Path under :data:`FOLDER` -> notebook, of every lesson and every graded notebook."""
    return {place(part): notebook(part, curriculum) for part in curriculum.parts}


def place(part: Lesson | Notebook) -> Path:
    return part.built if isinstance(part, Lesson) else Path("exercises", *part.built.parts[1:])


def notebook(part: Lesson | Notebook, curriculum: Curriculum) -> nbformat.NotebookNode:
    """One notebook as the expert opens it. It runs from top to bottom: every answer is there."""
    cells = [assemble.finished(cell, source, extra) for cell in part.document.cells if "lu" not in cell.tags
             for source, extra in parts(cell, part, curriculum)]
    facts = {"version": "intervenant·e"} | ({"code": part.code} if isinstance(part, Lesson) else {"challenge": part.challenge.name})
    return assemble.as_notebook(cells, facts)


def parts(cell: Cell, part: Lesson | Notebook, curriculum: Curriculum) -> list[tuple[str, dict]]:
    """(source, what the cell is) of the notebook cells that one written cell gives."""
    if cell.metadata.get("animation"):
        return [(framed(cell.source), {"kind": "markdown", "tags": ["animation"]})]
    if cell.kind == "markdown" and cell.role is None:
        return [(boxes.strip_terms("\n\n".join(unfolded(piece, part, curriculum) for piece in boxes.split(cell.source))), {"kind": "markdown"})]
    made = assemble.lesson_parts(cell, part, curriculum, answered=True) if isinstance(part, Lesson) else assemble.master_parts(cell, part, curriculum)
    # nbgrader's own metadata would lock cells and ask for points: here nobody is graded.
    return [(without_markers(source), {key: extra[key] for key in ("kind", "tags", "id") if key in extra}) for source, extra in made]


def unfolded(piece: str | boxes.Box, part: Lesson | Notebook, curriculum: Curriculum) -> str:
    """Text or box as Markdown that shows everything: no widget asks the expert what the answer is."""
    if isinstance(piece, str):
        return piece
    if piece.name == "indice":
        steps = "\n".join(f"{rank}. {step}" for rank, step in enumerate(boxes.read_hints(piece.body), 1))
        return f"<details><summary>Les indices de cet exercice</summary>\n\n{steps}\n\n</details>"
    return assemble.rendered(piece, part, curriculum)


def notes(source: str) -> str:
    """The expert's notes without their opening words, which each version says in its own way."""
    return _OPENING.sub("", boxes.strip_terms(source)).strip()


def framed(source: str) -> str:
    return f'<div style="{_FRAME}">\n\n**{NOTES}.** {notes(source)}\n\n</div>'


def without_markers(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if not any(marker.match(line) for marker in MARKERS.values()))
