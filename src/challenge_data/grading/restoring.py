"""What a team handed in, laid back into the masters: their answers, our frame. Nothing handed in stops it."""

import ast
import copy
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from challenge_data.checks import sharing
from challenge_data.grading.unpacking import shown
from challenge_data.teamwork.matching import Frame, Matched, canonical, frame_of, match, whose
from challenge_data.teamwork.parsing import NOTEBOOKS, Cell, Damaged, parse

MOST_ANSWER = 1_000_000
"""Characters of one answer; a picture pasted into a text takes some 100,000."""
MOST_EXTRA, MOST_EXTRA_CELLS = 200_000, 200
MOST_HELP = 2_000
_HELPS = ("hint", "quiz")
_NEW = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


@dataclass(frozen=True)
class Note:
    """Something that was put right, or is not there."""

    kind: str
    """Short English words, for the summary."""
    cell: str | None
    """grade_id of the answer; None when it is about the whole notebook."""
    text: str
    """One French sentence for the team."""


@dataclass(frozen=True)
class Restored:
    """One notebook of a team, in the master's frame: not run, no outputs."""

    notebook: NotebookNode
    found: bool
    source_name: str | None
    notes: list[Note]


def restore(masters: dict[str, NotebookNode], files: dict[str, bytes], releases: dict[str, NotebookNode]) -> dict[str, Restored]:
    """The masters with the team's answers, whatever the team handed in.

    Args:
        masters: name of the notebook -> master, nbformat 4.5, with its hidden tests.
        files: name of a file, folders included -> its bytes.
        releases: name of the notebook -> what teams were given.

    Returns:
        One notebook for each master. Never raises for what is in ``files``.
    """
    frames = {name: frame_of(name, master, releases.get(name)) for name, master in masters.items()}
    found: dict[str, list[Matched]] = {name: [] for name in frames}
    damaged: dict[str, str] = {}
    others: list[str] = []
    seen: set[bytes] = set()
    for file in sorted(files, key=lambda file: (canonical(file) != PurePosixPath(file).stem, file)):
        if not file.lower().endswith(NOTEBOOKS) or files[file] in seen:
            continue
        seen.add(files[file])
        try:
            parsed = parse(files[file])
        except Damaged as why:
            damaged[file] = f"« {shown(file)} » {why}"
            continue
        if (frame := whose(parsed, file, frames)) is not None:
            found[frame.name].append(match(frame, parsed, file, len(files[file])))
        else:
            others.append(file)
    return {name: _one(frame, found[name], damaged, others, frames) for name, frame in frames.items()}


def _one(frame: Frame, found: list[Matched], damaged: dict[str, str], others: list[str], frames: dict[str, Frame]) -> Restored:
    notes = [Note("damaged file", None, f"Le fichier {why}.") for file, why in damaged.items() if canonical(file) == frame.name or (not found and canonical(file) not in frames)]
    if not found:
        if not notes:
            notes = [_not_handed_in(frame.name, sorted(others, key=lambda file: canonical(file) != frame.name))]
        return Restored(_fill(frame, {}, {}), False, None, notes)
    found = sorted(found, key=lambda file: (-file.answers, PurePosixPath(file.name).name != f"{frame.name}.ipynb", -file.size, file.name))
    file = found[0]
    if len(found) > 1:
        notes.append(Note("several files", None, f"Plusieurs fichiers correspondent à ce carnet : « {shown(file.name)} », qui contient le plus de réponses, est pris en compte."
                          if file.answers > found[1].answers else f"Plusieurs fichiers correspondent à ce carnet : « {shown(file.name)} » est pris en compte."))
    if file.parsed.left:
        notes.append(Note("unreadable cells", None, f"{file.parsed.left} cellule(s) du fichier n'ont pas pu être lues."))
    if file.parsed.garbled:
        notes.append(Note("garbled text", None, "Quelques caractères du fichier n'ont pas pu être lus et sont remplacés par « � »."))
    answers = _answers(frame, file, notes)
    extras = _extras(frame, file, notes)
    return Restored(_fill(frame, answers, extras), True, file.name, notes)


def _not_handed_in(name: str, others: list[str]) -> Note:
    """With the first file that is of another work: under the notebook's name, if there is one."""
    text = f"Aucun fichier rendu ne correspond au carnet « {name} »"
    if others:
        more = len(others) - 1
        text += f" : « {shown(others[0])} »" + (f" et {more} autre{'s' * (more > 1)} sont d'autres carnets" if more else " est un autre carnet")
    return Note("another work" if others else "not handed in", None, f"{text}.")


def _answers(frame: Frame, file: Matched, notes: list[Note]) -> dict[int, str]:
    """Answer's place -> its source; tells what is missing, doubled, turned, guessed."""
    counts, answers = Counter(file.places), {}
    for place in frame.answers:
        label, cell = frame.label(place), file.chosen.get(place)
        if cell is None:
            notes.append(Note("missing cell", label, f"La cellule de réponse « {label} » n'est pas dans le carnet rendu : elle compte comme non remplie."))
            continue
        if counts[place] > 1:
            notes.append(Note("duplicate cell", label, f"La cellule de réponse « {label} » est là {counts[place]} fois : la première qui est remplie est prise en compte, les autres restent comme cellules ajoutées."))
        if cell.kind != frame.master.cells[place].cell_type:
            what = "code" if frame.master.cells[place].cell_type == "code" else "texte"
            notes.append(Note("changed type", label, f"La cellule de réponse « {label} » avait changé de type : elle est de nouveau une cellule de {what}."))
        if place in file.guessed:
            notes.append(Note("recognised cell", label, f"La cellule de réponse « {label} » avait perdu son identifiant : elle a été reconnue à son contenu ou à sa place."))
        if len(cell.source) > MOST_ANSWER:
            notes.append(Note("answer too long", label, f"La réponse « {label} » dépasse {MOST_ANSWER // 1000} 000 caractères et n'a pas pu être prise en compte."))
        elif frame.answered(place, cell.source):
            answers[place] = cell.source
    return answers


def _extras(frame: Frame, file: Matched, notes: list[Note]) -> dict[int, list[Cell]]:
    """Place (-1: before all) -> the team's own cells after it; tells what became of cells that are not theirs."""
    extras: dict[int, list[Cell]] = defaultdict(list)
    kept = dropped = 0
    after, changed, order = -1, set(), []
    for cell, place in zip(file.parsed.cells, file.places, strict=True):
        if place is not None:
            order.append(place)
            if place in frame.answers and cell is not file.chosen[place] and frame.answered(place, cell.source):
                # A copy that was changed ran where it stood, and later cells may rest on it.
                kept, dropped = _keep(extras[after], cell, kept, dropped)
                continue
            after = place
            if place in frame.answers or _is_ours(frame, place, cell):
                continue
            if sharing.TAG in frame.master.cells[place].metadata.get("tags", []):
                continue  # the team's to write, never ours to run: it is read in what was handed in
            if not _is_help(frame.master.cells[place]):
                changed.add(place)
            if frame.marks(place) or "parameters" in frame.master.cells[place].metadata.get("tags", []) or _is_help(cell):
                continue
        if cell.source.strip():
            kept, dropped = _keep(extras[after], cell, kept, dropped)
    present = set(order)
    lost = [place for place in range(len(frame.master.cells)) if place not in present and place not in frame.answers and frame.marks(place)]
    if put_back := sorted({*changed, *lost}):
        listed = ", ".join(f"« {frame.label(place)} »" for place in put_back)
        notes.append(Note("cells put back", None, f"Des cellules de l'énoncé, modifiées ou supprimées, ont été remises comme dans l'énoncé : {listed}."))
    once = [place for place, times in Counter(order).items() if times == 1]
    if once != sorted(once):
        notes.append(Note("changed order", None, "Les cellules avaient changé d'ordre : celui de l'énoncé est rétabli."))
    if dropped:
        notes.append(Note("too many extra cells", None, f"{dropped} cellule(s) ajoutée(s) n'ont pas été gardées : trop nombreuses ou trop longues."))
    return extras


def _keep(into: list[Cell], cell: Cell, kept: int, dropped: int) -> tuple[int, int]:
    """(cells kept, cells dropped) with this one."""
    if kept == MOST_EXTRA_CELLS or len(cell.source) > MOST_EXTRA:
        return kept, dropped + 1
    into.append(cell)
    return kept + 1, dropped


def _is_ours(frame: Frame, place: int, cell: Cell) -> bool:
    ours = frame.master.cells[place]
    return cell.kind == ours.cell_type and cell.source.strip() in (ours.source.strip(), frame.released[place].strip())


def _is_help(cell: Cell | NotebookNode) -> bool:
    """Nothing but hint(…) and quiz(…)."""
    if (cell.kind if isinstance(cell, Cell) else cell.cell_type) != "code" or len(cell.source) > MOST_HELP:
        return False
    try:
        body = ast.parse(cell.source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return bool(body) and all(isinstance(line, ast.Expr) and isinstance(line.value, ast.Call) and isinstance(line.value.func, ast.Name) and line.value.func.id in _HELPS for line in body)


def _fill(frame: Frame, answers: dict[int, str], extras: dict[int, list[Cell]]) -> NotebookNode:
    notebook = copy.deepcopy(frame.master)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    cells, number = [], 0
    for place in range(-1, len(frame.master.cells)):
        if place >= 0:
            cell = notebook.cells[place]
            if place in frame.answers:
                cell.source = answers.get(place, frame.released[place])
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            cell.pop("attachments", None) if place in frame.answers else None
            cells.append(cell)
        for extra in extras.get(place, []):
            number += 1
            while (name := f"extra-{number}") in frame.by_id:
                number += 1
            cells.append(_NEW[extra.kind](extra.source, id=name, metadata={"tags": ["raises-exception"]} if extra.kind == "code" else {}))
    notebook.cells = cells
    return notebook
