"""The expert's version of every notebook: answers, explanations, hints and hidden tests shown, notes framed.

Written to ``build/expert/``, in folders named as the learners', so that links between notebooks hold there too. Each cell's
metadata say what it is (:data:`ROLES`), so that the notebook can be presented to a room (``presenting.js``).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat

from challenge_data.build import assemble, boxes
from challenge_data.build.course import Curriculum, Lesson, Notebook
from challenge_data.build.source import MARKERS, Cell
from challenge_data.build.stubs import METADATA_KEY

FOLDER = Path("build/expert")
NOTES = "Pour l'intervenant·e"

ROLES = {
    "notes": "the expert's own: never on the wall, always in the window of notes",
    "hint": "what to say to who is stuck: likewise",
    "tests": "what grades an answer: never on the wall",
    "aside": "stays in the notebook: nobody reads a crib on a wall",
    "exercise": "code that answers; the wall shows its ``stub``, a cell to write in, until the answer is asked for",
    "answer": "text that answers: hidden until it is asked for",
}
"""What a cell of an expert's notebook is, where it is not simply for everybody."""

ASIDES = {"aller-plus-loin", "aide-memoire"}
"""Boxes that stay in the notebook."""

# Dark text on pale grey (over 15 to 1) and a dashed frame: not mistaken for what learners read, on any screen or printed.
_FRAME = "border: 3px dashed #6b6b6b; background: #f4f4f4; color: #1a1a1a; padding: .6em 1em"
_MINUTES = re.compile(r"^(#{1,6} .+?)( \(\d+ min\))$", re.MULTILINE)
_DURATION = re.compile(r"\*\*Durée\*\* : \d+ minutes(?: \([^)]*\))?(?: · )?")
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
    made = list(_parts(cell, part, curriculum))
    if cell.metadata.get("slide"):
        source, extra = made[0]
        made[0] = source, _told(extra, slide=True)
    return made


def _parts(cell: Cell, part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[tuple[str, dict]]:
    if cell.metadata.get("animation"):
        yield framed(cell.source), _told({"kind": "markdown", "tags": ["animation"]}, role="notes")
    elif cell.kind == "markdown" and cell.role is None:
        yield from _texts(cell, part, curriculum)
    else:
        made = assemble.lesson_parts(cell, part, curriculum, answered=True) if isinstance(part, Lesson) else assemble.master_parts(cell, part, curriculum)
        for source, extra in made:
            # nbgrader's own metadata would lock cells and ask for points: here nobody is graded.
            kept = {key: extra[key] for key in ("kind", "tags", "id", METADATA_KEY) if key in extra}
            yield without_markers(source), _told(kept, **_role(cell, part, curriculum))


def _role(cell: Cell, part: Lesson | Notebook, curriculum: Curriculum) -> dict:
    if cell.role is None:
        return {}
    if cell.role == "tests":
        return {"role": "tests"}
    if cell.kind == "markdown":
        return {"role": "answer"}
    # As the learners have it before them.
    stub = next(assemble.lesson_parts(cell, part, curriculum, answered=False))[0] if isinstance(part, Lesson) else cell.replaced("SOLUTION", str(cell.metadata.get("stub", "…")))
    return {"role": "exercise", "stub": stub}


def _texts(cell: Cell, part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[tuple[str, dict]]:
    """Markdown and its boxes, cut where a box is not for everybody: what a cell is, it is wholly."""
    together: list[str] = []
    for piece in boxes.split(cell.source):
        apart = list(_apart(piece, part, curriculum))
        together += [] if apart else [piece if isinstance(piece, str) else assemble.rendered(piece, part, curriculum)]
        if apart and together:
            yield _markdown("\n\n".join(together))
            together = []
        yield from (_markdown(source, role) for source, role in apart)
    if together:
        yield _markdown("\n\n".join(together))


def _apart(piece: str | boxes.Box, part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[tuple[str, str | None]]:
    """(Markdown, role) of each cell that a box needs for itself; nothing for what stands with the text around it."""
    if isinstance(piece, str):
        return
    if piece.name == "indice":
        steps = "\n".join(f"{rank}. {step}" for rank, step in enumerate(boxes.read_hints(piece.body), 1))
        yield f"<details><summary>Les indices de cet exercice</summary>\n\n{steps}\n\n</details>", "hint"
    elif piece.name == "quiz":
        yield boxes.question(piece.body, piece.title), None
        yield boxes.explained(piece.body), "answer"
    elif piece.name in ASIDES:
        yield assemble.rendered(piece, part, curriculum), "aside"


def _markdown(source: str, role: str | None = None) -> tuple[str, dict]:
    extra = {"kind": "markdown"}
    # Planned minutes are for the expert: a presentation leaves them out.
    source = _MINUTES.sub(r'\1<span class="cd-minutes">\2</span>', boxes.strip_terms(source))
    source = _DURATION.sub(r'<span class="cd-minutes">\g<0></span>', source)
    return source, _told(extra, role=role) if role else extra


def _told(extra: dict, **facts: str | bool) -> dict:
    """The cell with these facts among its own metadata."""
    return extra | {METADATA_KEY: extra.get(METADATA_KEY, {}) | facts} if facts else extra


def notes(source: str) -> str:
    """The expert's notes without their opening words, which each version says in its own way."""
    return _OPENING.sub("", boxes.strip_terms(source)).strip()


def framed(source: str) -> str:
    return f'<div style="{_FRAME}">\n\n**{NOTES}.** {notes(source)}\n\n</div>'


def without_markers(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if not any(marker.match(line) for marker in MARKERS.values()))
