"""The notebook to run: the master's frame, with the team's answers in it.

Whatever became of a released notebook in a team's hands, nothing of the course comes from the hand-in: locked cells, tests and rubrics are
the master's, in the master's order. Only what a team writes is taken: its answers, and the cells it added, which an answer may rest on.
"""

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import nbformat
from nbformat import NotebookNode

from challenge_data.grading.parsing import GivenCell, Unreadable, cells_of
from challenge_data.guide import assigned_names

MOST_EXTRA = 200
"""Cells that a team may add to a notebook; more are left out, and told."""


@dataclass(frozen=True)
class Note:
    """Something that was put right."""

    kind: str
    """In English, for the instructor's summary."""
    cell: str | None
    text: str
    """In French, for the team."""


@dataclass
class Restored:
    """One notebook of the challenge, ready to run."""

    notebook: NotebookNode
    found: bool
    source_name: str | None = None
    """The file it was taken from."""
    notes: list[Note] = field(default_factory=list)


def restore(masters: Mapping[str, NotebookNode], files: Mapping[str, bytes], releases: Mapping[str, NotebookNode]) -> dict[str, Restored]:
    """Each notebook of a challenge, whatever was handed in.

    Args:
        masters: name -> master, with answers and hidden tests.
        files: name in the hand-in -> bytes; only those that end in ``.ipynb`` are looked at.
        releases: name -> what teams were given: its line to complete stands where there is no answer.
    """
    read: dict[str, list[GivenCell]] = {}
    damaged: dict[str, str] = {}
    for name, content in files.items():
        if name.lower().endswith(".ipynb"):
            try:
                read[name] = cells_of(content)
            except Unreadable as reason:
                damaged[name] = str(reason)
    taken = {name: _best(name, masters[name], releases[name], read, masters) for name in masters}
    restored = {}
    for name, master in masters.items():
        candidates = taken[name]
        if not candidates:
            mine = next((reason for file, reason in damaged.items() if _stem(file) == name), None)
            note = Note("unreadable notebook", None, f"{name} : {mine}") if mine else Note("missing notebook", None, f"Le carnet {name} n'a pas été remis.")
            restored[name] = Restored(_frame(master, releases[name], {}, []), False, None, [note])
            continue
        source = candidates[0]
        notes = [Note("several files", None, f"Plusieurs fichiers répondent à {name} ; « {source} » a été corrigé.")] if len(candidates) > 1 else []
        restored[name] = _restored(master, releases[name], read[source], source, notes)
    return restored


def _best(name: str, master: NotebookNode, release: NotebookNode, read: dict[str, list[GivenCell]], masters: Mapping[str, NotebookNode]) -> list[str]:
    """Files that are this notebook rather than another, the one to take first."""
    def likeness(cells: list[GivenCell], of: NotebookNode) -> int:
        graded = {cell.metadata.nbgrader.grade_id for cell in of.cells if "nbgrader" in cell.metadata} | {cell.id for cell in of.cells}
        return len({cell.grade_id for cell in cells} & graded) + len({cell.id for cell in cells} & graded)

    stubs = {_mark(cell): cell.source for cell in release.cells if _is_answer(cell)}
    ranked = []
    for file, cells in read.items():
        alike = likeness(cells, master)
        if alike < 3 or any(likeness(cells, other) > alike for other in masters.values()):
            continue
        answered = sum(1 for cell in cells if cell.grade_id in stubs and cell.source.strip() != stubs[cell.grade_id].strip())
        ranked.append(((-answered, _stem(file) != name, -sum(len(cell.source) for cell in cells), file), file))
    return [file for _, file in sorted(ranked)]


def _restored(master: NotebookNode, release: NotebookNode, given: list[GivenCell], source: str, notes: list[Note]) -> Restored:
    known = {cell.id: cell for cell in release.cells}
    graded = {_mark(cell): cell.id for cell in release.cells if _mark(cell)}
    answers: dict[str, str] = {}
    extras: list[tuple[str, GivenCell]] = []
    seen: set[str] = set()
    doubled: list[str] = []
    last = ""
    placed = [(graded.get(cell.grade_id) or (cell.id if cell.id in known else ""), cell) for cell in given]
    met = {name for name, _ in placed}
    for name, cell in placed:
        name = name or _by_names(cell, release, met)
        if not name:
            if cell.source.strip():
                extras.append((last, cell))
            continue
        if name in seen and _is_answer(known[name]):
            doubled.append(name)
        elif not _is_answer(known[name]):
            if name in seen and cell.source.strip() != known[name].source.strip() and cell.kind == "code":
                extras.append((last, cell))  # a given cell copied, then changed: it is the team's
        if _is_answer(known[name]) and (name not in answers or _unchanged(answers[name], known[name])):
            answers[name] = cell.source
            if cell.kind != known[name].cell_type:
                notes.append(Note("cell of another kind", name, f"La cellule « {_mark(known[name])} » avait changé de nature ; elle a été remise comme elle doit l'être."))
        seen.add(name)
        last = name
    for name, cell in known.items():
        if _is_answer(cell) and name not in seen:
            notes.append(Note("missing cell", _mark(cell), f"La cellule « {_mark(cell)} » n'est plus dans le carnet : la question est restée sans réponse."))
    notes += [Note("doubled cell", _mark(known[name]), f"La cellule « {_mark(known[name])} » est en double ; la première réponse écrite a été corrigée.") for name in dict.fromkeys(doubled)]
    first = {}
    for name, cell in placed:
        first.setdefault(name, cell)
    changed = [name for name, cell in known.items() if cell.metadata.get("nbgrader", {}).get("locked")
               and (name not in first or first[name].source.strip() != cell.source.strip())]
    if changed:
        notes.append(Note("given cells put back", None, f"{len(changed)} cellule{'s' if len(changed) > 1 else ''} du cours, changée{'s' if len(changed) > 1 else ''} "
                          f"ou effacée{'s' if len(changed) > 1 else ''}, {'ont' if len(changed) > 1 else 'a'} été remise{'s' if len(changed) > 1 else ''}."))
    if len(extras) > MOST_EXTRA:
        notes.append(Note("too many cells", None, f"Le carnet a plus de {MOST_EXTRA} cellules ajoutées : les dernières n'ont pas été exécutées."))
    return Restored(_frame(master, release, answers, extras[:MOST_EXTRA]), True, source, notes)


def _frame(master: NotebookNode, release: NotebookNode, answers: dict[str, str], extras: list[tuple[str, GivenCell]]) -> NotebookNode:
    stubs = {cell.id: cell.source for cell in release.cells}
    notebook = copy.deepcopy(master)
    cells = []
    for rank, (_, cell) in enumerate(extras):
        if extras[rank][0] == "":
            cells.append(_extra(cell, rank))
    for cell in notebook.cells:
        if _is_answer(cell):
            cell.source = answers.get(cell.id, stubs.get(cell.id, ""))
            cell.metadata.pop("challenge_data", None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cells.append(cell)
        cells += [_extra(extra, rank) for rank, (after, extra) in enumerate(extras) if after == cell.id]
    notebook.cells = cells
    return notebook


def _extra(cell: GivenCell, rank: int) -> NotebookNode:
    if cell.kind == "code":
        return nbformat.v4.new_code_cell(cell.source, id=f"ajout-{rank + 1}", metadata={"tags": ["raises-exception"]})
    return nbformat.v4.new_markdown_cell(cell.source, id=f"ajout-{rank + 1}")


def _by_names(cell: GivenCell, release: NotebookNode, met: set[str]) -> str:
    """The answer cell that creates the same names, when it is the only one, and no cell of the hand-in carries its mark."""
    names = set(assigned_names(cell.source)) if cell.kind == "code" else set()
    alike = [other.id for other in release.cells if names and other.id not in met and _is_answer(other) and other.cell_type == "code" and set(assigned_names(other.source)) and set(assigned_names(other.source)) <= names]
    return alike[0] if len(alike) == 1 else ""


def _is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _mark(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _unchanged(source: str, released: NotebookNode) -> bool:
    return source.strip() == released.source.strip()


def _stem(file: str) -> str:
    """« rendu.zip/1_trouver (1).ipynb » -> ``1_trouver``."""
    return re.sub(r"[ _-]*(\(\d+\)|copy\d*|copie)$", "", PurePosixPath(file).stem, flags=re.IGNORECASE)
