"""Which handed-in file is which notebook, and which of its cells stands for which of ours: by names, then by content and place."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from nbformat import NotebookNode

from challenge_data.guide import assigned_names
from challenge_data.teamwork.parsing import Cell, Parsed

MOST_PARSED = 20_000
"""Characters of a nameless cell in which names are looked for: ours assign theirs in 2,000 at most."""
MOST_PARSED_ALL = 1_000_000
"""The same for a whole file: Python's parser takes up to 0.4 s for it."""
LEAST_SHARE = 10
"""Of a file whose cells have no name, one text in so many must be ours: a line of imports is in every challenge."""
_OURS = re.compile(r"(?!extra-\d+$)(?![0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$)[a-z0-9]+(-[a-z0-9]+)+")
"""A cell id as the build makes them; Jupyter's are eight signs or a UUID."""


@dataclass
class Frame:
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
class Matched:
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


def frame_of(name: str, master: NotebookNode, release: NotebookNode | None) -> Frame:
    """A master with its names; without a release, the stubs are those that the build noted."""
    given = {cell.id: cell.source for cell in release.cells} if release else {}
    frame = Frame(name, master, [given.get(cell.id, cell.source) for cell in master.cells])
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


def canonical(file: str) -> str:
    """The notebook's name in « dossier/1_trouver (1).ipynb »."""
    return re.sub(r"(?i)(\.ipynb)?(\.txt|\.json)?$|[ _-]*\(\d+\)|[ _-]*(copy|copie)\d*", "", PurePosixPath(file).name).strip()


def whose(parsed: Parsed, file: str, frames: dict[str, Frame]) -> Frame | None:
    """By the names that only one master has; without any, by texts that only one has.

    Challenges share some names (« message », « et-dans-la-vraie-vie-1 »): a file with more names of another work is not ours.
    """
    known = {name for frame in frames.values() for table in (frame.by_grade, frame.by_id) for name in table}
    scores: Counter[str] = Counter()
    ours = foreign = 0
    for cell in set(parsed.cells):
        names = {cell.grade_id, cell.cell_id} - {None}
        if names & known:
            ours += 1
        elif cell.grade_id or _OURS.fullmatch(cell.cell_id or ""):
            foreign += 1
        for name in names:
            owners = [frame.name for frame in frames.values() if name in frame.by_grade or name in frame.by_id]
            scores.update(owners if len(owners) == 1 else ())
    if scores:
        return frames[_best(scores, file)] if ours >= foreign else None
    texts = {(cell.kind, cell.source.strip()) for cell in parsed.cells if cell.source.strip()}
    for text in texts:
        owners = [frame.name for frame in frames.values() if text in frame.by_source]
        scores.update(owners if len(owners) == 1 else ())
    return frames[_best(scores, file)] if scores and LEAST_SHARE * scores.total() >= len(texts) else None


def _best(scores: Counter[str], file: str) -> str:
    return max(scores, key=lambda name: (scores[name], name == canonical(file)))


def match(frame: Frame, parsed: Parsed, name: str, size: int) -> Matched:
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
    return Matched(name, parsed, size, places, guessed, chosen, answers)


def _guess(frame: Frame, cells: list[Cell], places: list[int | None]) -> set[int]:
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
