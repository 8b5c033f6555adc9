"""What a team handed in, laid back into the masters: their answers, our frame. Nothing handed in stops it."""

import ast
import copy
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from challenge_data.grading.parsing import Cell, Damaged, Parsed, parse
from challenge_data.grading.unpacking import NOTEBOOKS, shown
from challenge_data.guide import assigned_names

MOST_ANSWER = 1_000_000
"""Characters of one answer; a picture pasted into a text takes some 100,000."""
MOST_EXTRA, MOST_EXTRA_CELLS = 200_000, 200
MOST_PARSED = 20_000
"""Characters of a nameless cell in which names are looked for: ours assign theirs in 2,000 at most."""
MOST_PARSED_ALL = 1_000_000
"""The same for a whole file: Python's parser takes up to 0.4 s for it."""
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


@dataclass
class _Frame:
    """A master and its release. Places are indices of the master's cells."""

    name: str
    master: NotebookNode
    released: list[str]
    """What the team was given, place by place."""
    by_grade: dict[str, int] = field(default_factory=dict)
    by_id: dict[str, int] = field(default_factory=dict)
    by_source: dict[tuple[str, str], int] = field(default_factory=dict)
    """(kind, text) -> place, for texts that are there once."""
    answers: list[int] = field(default_factory=list)

    def marks(self, place: int) -> dict:
        return self.master.cells[place].metadata.get("nbgrader", {})

    def label(self, place: int) -> str:
        return self.marks(place).get("grade_id") or self.master.cells[place].id

    def answered(self, place: int, source: str) -> bool:
        return bool(source.strip()) and source.strip() != self.released[place].strip()


@dataclass
class _Matched:
    """Which cells of a file stand for which places; and those of no place."""

    name: str
    parsed: Parsed
    size: int
    places: list[int | None]
    """Cell by cell."""
    guessed: set[int]
    """Places found by their content or position alone."""
    chosen: dict[int, Cell]
    """Answer's place -> the cell taken."""
    answers: int
    """How many of them differ from the stub."""


def restore(masters: dict[str, NotebookNode], files: dict[str, bytes], releases: dict[str, NotebookNode]) -> dict[str, Restored]:
    """The masters with the team's answers, whatever the team handed in.

    Args:
        masters: name of the notebook -> master, nbformat 4.5, with its hidden tests.
        files: name of a file, folders included -> its bytes.
        releases: name of the notebook -> what teams were given.

    Returns:
        One notebook for each master. Never raises for what is in ``files``.
    """
    frames = {name: _frame(name, master, releases.get(name)) for name, master in masters.items()}
    found: dict[str, list[_Matched]] = {name: [] for name in frames}
    damaged: dict[str, str] = {}
    seen: set[bytes] = set()
    for file in sorted(files, key=lambda file: (_canonical(file) != PurePosixPath(file).stem, file)):
        if not file.lower().endswith(NOTEBOOKS) or files[file] in seen:
            continue
        seen.add(files[file])
        try:
            parsed = parse(files[file])
        except Damaged as why:
            damaged[file] = f"« {shown(file)} » {why}"
            continue
        if (frame := _whose(parsed, file, frames)) is not None:
            found[frame.name].append(_match(frame, parsed, file, len(files[file])))
        elif _canonical(file) in frames:
            damaged[file] = f"« {shown(file)} » ne contient aucune cellule de ce carnet"
    return {name: _one(frame, found[name], damaged, frames) for name, frame in frames.items()}


def _frame(name: str, master: NotebookNode, release: NotebookNode | None) -> _Frame:
    given = {cell.id: cell.source for cell in release.cells} if release else {}
    frame = _Frame(name, master, [given.get(cell.id, cell.source) for cell in master.cells])
    sources = Counter()
    for place, cell in enumerate(master.cells):
        marks = frame.marks(place)
        if release is None and marks.get("solution"):
            frame.released[place] = cell.metadata.get("challenge_data", {}).get("stub", "")
        if marks.get("grade_id"):
            frame.by_grade[marks["grade_id"]] = place
        if marks.get("solution"):
            frame.answers.append(place)
        frame.by_id[cell.id] = place
        for source in {cell.source.strip(), frame.released[place].strip()}:
            sources[cell.cell_type, source] += 1
            frame.by_source[cell.cell_type, source] = place
    frame.by_source = {key: place for key, place in frame.by_source.items() if sources[key] == 1 and key[1]}
    return frame


def _canonical(file: str) -> str:
    """The notebook's name in « dossier/1_trouver (1).ipynb »."""
    return re.sub(r"(?i)(\.ipynb)?(\.txt|\.json)?$|[ _-]*\(\d+\)|[ _-]*(copy|copie)\d*", "", PurePosixPath(file).name).strip()


def _whose(parsed: Parsed, file: str, frames: dict[str, _Frame]) -> _Frame | None:
    """By the names that only one master has; without any, by texts that only one has."""
    for keys in (lambda cell: (("by_grade", cell.grade_id), ("by_id", cell.cell_id)), lambda cell: (("by_source", (cell.kind, cell.source.strip())),)):
        scores = Counter()
        for table, key in {key for cell in parsed.cells for key in keys(cell)}:
            owners = [name for name, frame in frames.items() if key in getattr(frame, table)]
            if len(owners) == 1:
                scores[owners[0]] += 1
        if scores:
            best = max(scores, key=lambda name: (scores[name], name == _canonical(file)))
            return frames[best]
    return None


def _match(frame: _Frame, parsed: Parsed, name: str, size: int) -> _Matched:
    cells = parsed.cells
    places = [frame.by_grade.get(cell.grade_id) for cell in cells]
    named = {place for place in places if place is not None}
    by_id = [frame.by_id.get(cell.cell_id) if place is None else None for cell, place in zip(cells, places, strict=True)]
    places = [place if place is not None else other for place, other in zip(places, by_id, strict=True)]
    guessed = _guess(frame, cells, places)
    candidates: dict[int, list[tuple[bool, int]]] = defaultdict(list)
    for index, place in enumerate(places):
        if place in frame.answers:
            candidates[place].append((by_id[index] is not None and place in named, index))
    chosen = {}
    for place, indices in candidates.items():
        ordered = [cells[index] for _, index in sorted(indices)]
        chosen[place] = next((cell for cell in ordered if frame.answered(place, cell.source)), ordered[0])
    answers = sum(frame.answered(place, cell.source) for place, cell in chosen.items())
    return _Matched(name, parsed, size, places, guessed, chosen, answers)


def _guess(frame: _Frame, cells: list[Cell], places: list[int | None]) -> set[int]:
    """Give a place to nameless cells where there is no doubt; changes ``places``. Returns the answers found so."""
    taken = set(places)
    for index, cell in enumerate(cells):
        place = frame.by_source.get((cell.kind, cell.source.strip()))
        if places[index] is None and place is not None and place not in taken:
            places[index] = place
            taken.add(place)
    guessed: set[int] = set()
    missing = [place for place in frame.answers if place not in taken]
    if not missing:
        return guessed
    names = {place: set(_names(frame.released[place])) for place in missing if frame.master.cells[place].cell_type == "code"}
    fits: dict[int, list[int]] = defaultdict(list)
    read = 0
    for index, cell in enumerate(cells):
        if places[index] is None and cell.kind == "code" and len(cell.source) <= MOST_PARSED and read + len(cell.source) <= MOST_PARSED_ALL:
            read += len(cell.source)
            own = set(_names(cell.source))
            whose = [place for place, asked in names.items() if asked and asked <= own]
            if len(whose) == 1:
                fits[whose[0]].append(index)
    for place, indices in fits.items():
        if len(indices) == 1:
            places[indices[0]] = place
            guessed.add(place)
    at = {place: index for index, place in enumerate(places) if place is not None}
    for place in missing:
        if place in guessed or place - 1 not in at or (place + 1 not in at and place + 1 < len(frame.master.cells)):
            continue
        kind = frame.master.cells[place].cell_type
        between = [index for index in range(at[place - 1] + 1, at.get(place + 1, len(cells))) if places[index] is None and cells[index].kind == kind and cells[index].source.strip()]
        if len(between) == 1:
            places[between[0]] = place
            guessed.add(place)
    return guessed


def _names(source: str) -> list[str]:
    try:
        return assigned_names(source)
    except (ValueError, RecursionError, MemoryError):
        return []


def _one(frame: _Frame, found: list[_Matched], damaged: dict[str, str], frames: dict[str, _Frame]) -> Restored:
    notes = [Note("damaged file", None, f"Le fichier {why}.") for file, why in damaged.items() if _canonical(file) == frame.name or (not found and _canonical(file) not in frames)]
    if not found:
        if not notes:
            notes = [Note("not handed in", None, f"Aucun fichier rendu ne correspond au carnet « {frame.name} ».")]
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


def _answers(frame: _Frame, file: _Matched, notes: list[Note]) -> dict[int, str]:
    """Answer's place -> its source; tells what is missing, doubled, turned, guessed."""
    counts, answers = Counter(file.places), {}
    for place in frame.answers:
        label, cell = frame.label(place), file.chosen.get(place)
        if cell is None:
            notes.append(Note("missing cell", label, f"La cellule de réponse « {label} » n'est pas dans le carnet rendu : elle compte comme non remplie."))
            continue
        if counts[place] > 1:
            notes.append(Note("duplicate cell", label, f"La cellule de réponse « {label} » est là {counts[place]} fois : la première qui est remplie est prise en compte."))
        if cell.kind != frame.master.cells[place].cell_type:
            what = "code" if frame.master.cells[place].cell_type == "code" else "texte"
            notes.append(Note("changed type", label, f"La cellule de réponse « {label} » avait changé de type : elle est de nouveau une cellule de {what}."))
        if place in file.guessed:
            notes.append(Note("recognised cell", label, f"La cellule de réponse « {label} » avait perdu son identifiant : elle a été reconnue à son contenu ou à sa place."))
        if len(cell.source) > MOST_ANSWER:
            notes.append(Note("answer too long", label, f"La réponse « {label} » dépasse {MOST_ANSWER:_} caractères et n'a pas pu être prise en compte.".replace("_", " ")))
        elif frame.answered(place, cell.source):
            answers[place] = cell.source
    return answers


def _extras(frame: _Frame, file: _Matched, notes: list[Note]) -> dict[int, list[Cell]]:
    """Place (-1: before all) -> the team's own cells after it; tells what became of cells that are not theirs."""
    extras: dict[int, list[Cell]] = defaultdict(list)
    kept = dropped = 0
    after, changed, order = -1, set(), []
    for cell, place in zip(file.parsed.cells, file.places, strict=True):
        if place is not None:
            after = place
            order.append(place)
            if place in frame.answers or _is_ours(frame, place, cell):
                continue
            changed.add(place)
            if frame.marks(place) or "parameters" in frame.master.cells[place].metadata.get("tags", []) or _is_help(cell):
                continue
        if not cell.source.strip():
            continue
        if kept == MOST_EXTRA_CELLS or len(cell.source) > MOST_EXTRA:
            dropped += 1
            continue
        extras[after].append(cell)
        kept += 1
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


def _is_ours(frame: _Frame, place: int, cell: Cell) -> bool:
    ours = frame.master.cells[place]
    return cell.kind == ours.cell_type and cell.source.strip() in (ours.source.strip(), frame.released[place].strip())


def _is_help(cell: Cell) -> bool:
    """Nothing but hint(…) and quiz(…)."""
    if cell.kind != "code" or len(cell.source) > MOST_HELP:
        return False
    try:
        body = ast.parse(cell.source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return all(isinstance(line, ast.Expr) and isinstance(line.value, ast.Call) and isinstance(line.value.func, ast.Name) and line.value.func.id in _HELPS for line in body)


def _fill(frame: _Frame, answers: dict[int, str], extras: dict[int, list[Cell]]) -> NotebookNode:
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
