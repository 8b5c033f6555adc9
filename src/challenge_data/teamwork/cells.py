"""A notebook beside the one that was delivered: which cell answers which question, and which cells are somebody's own."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from challenge_data.checks import sharing
from challenge_data.guide import is_unanswered
from challenge_data.teamwork import parsing
from challenge_data.teamwork.parsing import Damaged

Cell = dict[str, Any]
Notebook = dict[str, Any]

EMPTY, BEGUN, ANSWERED = "vide", "commencee", "repondue"
_KINDS = ("code", "markdown", "raw")


@dataclass
class Laid:
    """One person's notebook, laid over the delivered one."""

    held: dict[str, Cell] = field(default_factory=dict)
    """Id of a delivered cell -> what stands for it here; cells that were deleted are not there."""
    own: list[tuple[str, Cell]] = field(default_factory=list)
    """Cells that this person added, in order: (id of the delivered cell before it, or "" at the top; the cell)."""


def read(content: bytes) -> Notebook:
    """The notebook in these bytes; cells that are no cells are left out.

    Raises:
        Damaged: there is none.
    """
    whole = parsing.read(content)
    if not isinstance(whole.get("cells"), list):
        raise Damaged("n'est pas un carnet")
    cells = [_whole(cell) for cell in whole["cells"] if isinstance(cell, dict) and cell.get("cell_type") in _KINDS]
    metadata = whole.get("metadata")
    return {**whole, "metadata": metadata if isinstance(metadata, dict) else {}, "cells": cells}


def _whole(cell: Cell) -> Cell:
    """With its source as one text and its metadata as a dict, whatever was written there."""
    source = cell.get("source", "")
    source = source if isinstance(source, str) else "".join(line for line in source if isinstance(line, str))
    metadata = cell.get("metadata")
    return {**cell, "source": source, "metadata": metadata if isinstance(metadata, dict) else {}}


def written(notebook: Notebook) -> bytes:
    """As the build writes notebooks: one that nobody changed has the same bytes as before."""
    cells = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in notebook["cells"]]
    return (json.dumps({**notebook, "cells": cells}, ensure_ascii=False, indent=1) + "\n").encode()


def lay(delivered: Notebook, notebook: Notebook) -> Laid:
    """Say of each cell what it stands for: by nbgrader's ``grade_id``, else its id, else a text that is the delivered one.

    Of several cells for one answer, the first that is answered stands for it; the others are somebody's own.
    """
    ours = {cell["id"]: cell for cell in delivered["cells"]}
    by_grade = {_grade_id(cell): cell["id"] for cell in delivered["cells"] if _grade_id(cell)}
    places = [by_grade.get(_grade_id(cell)) or (cell.get("id") if cell.get("id") in ours else None) for cell in notebook["cells"]]
    taken = {place for place in places if place}
    by_text = {(cell["cell_type"], cell["source"].strip()): place for place, cell in ours.items() if place not in taken}
    places = [place or by_text.pop((cell["cell_type"], cell["source"].strip()), None) for place, cell in zip(places, notebook["cells"], strict=True)]

    candidates: dict[str, list[Cell]] = defaultdict(list)
    for place, cell in zip(places, notebook["cells"], strict=True):
        if place:
            candidates[place].append(cell)
    # The delivered cell itself before a copy of it that was pasted elsewhere.
    held = {place: min(cells, key=lambda cell: (state(ours[place], cell) != ANSWERED, cell.get("id") != place)) for place, cells in candidates.items()}
    laid, after = Laid(held), ""
    for place, cell in zip(places, notebook["cells"], strict=True):
        if place and cell is held[place]:
            after = place
        elif cell["source"].strip() and not (place and cell["source"].strip() in (ours[place]["source"].strip(), held[place]["source"].strip())):
            laid.own.append((after, cell))
    return laid


def _likeness(delivered: Notebook, notebook: Notebook) -> int:
    """How many delivered cells are found again in a notebook, by their names or their words."""
    names = {cell.get("id") for cell in notebook["cells"]}
    grades = {_grade_id(cell) for cell in notebook["cells"]} - {None}
    texts = {cell["source"].strip() for cell in notebook["cells"]} - {""}
    return sum(cell["id"] in names or _grade_id(cell) in grades or cell["source"].strip() in texts for cell in delivered["cells"])


def recognise(notebook: Notebook, delivered: dict[str, Notebook], one_in: int, name: str = "") -> str | None:
    """The path of the delivered notebook that this one is, whatever it is called now.

    Args:
        one_in: one delivered cell in so many must be found again: challenges share the names of some questions.
        name: at equal likeness, the one called so.
    """
    found = {path: _likeness(one, notebook) for path, one in delivered.items()}
    best = max(found, key=lambda path: (found[path], path == name), default=None)
    return best if best is not None and found[best] * one_in >= len(delivered[best]["cells"]) else None


def state(delivered: Cell, cell: Cell | None) -> str:
    """:data:`EMPTY` (as delivered, or blank), :data:`BEGUN` (an ellipsis remains to be replaced) or :data:`ANSWERED`."""
    text = cell["source"].strip() if cell else ""
    if not text or text == delivered["source"].strip():
        return EMPTY
    return BEGUN if delivered["cell_type"] == "code" and is_unanswered(text) else ANSWERED


def is_locked(cell: Cell) -> bool:
    """Of the frame: nobody's to change."""
    marks = cell["metadata"].get("nbgrader")
    return isinstance(marks, dict) and bool(marks.get("locked"))


def is_asked(cell: Cell) -> bool:
    """A delivered cell that waits for an answer: a graded question, an « À vous » of a lesson, the team's sharing."""
    marks = cell["metadata"].get("nbgrader")
    return bool(isinstance(marks, dict) and marks.get("solution")) or cell["id"].startswith("exercise-") or sharing.TAG in cell["metadata"].get("tags", [])


def titles(delivered: Notebook) -> dict[str, str]:
    """Id of a cell -> the last heading above it, without its marks; the notebook's own title under ""."""
    found, last = {}, ""
    for cell in delivered["cells"]:
        headings = re.findall(r"^#+ +(.+)$", cell["source"], re.MULTILINE) if cell["cell_type"] == "markdown" else []
        last = re.sub(r"[*`]", "", headings[-1]).strip() if headings else last
        found.setdefault("", re.sub(r"[*`]", "", headings[0]).strip() if headings else "")
        found[cell["id"]] = last
    return found


def _grade_id(cell: Cell) -> str | None:
    marks = cell["metadata"].get("nbgrader")
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None
