"""The frame of a graded notebook: its locked cells as they were delivered, around what the team wrote.

JupyterLab locks these cells; another editor, a copy and paste or a joined file may still change, lose, move or double them. The
graders put them back in any case (``grading/restoring.py``, into the masters, without outputs); here the team's own file is mended, and
keeps its outputs, its texts and its own cells.
"""

import copy
import uuid
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath

import nbformat

from challenge_data import course
from challenge_data.teamwork import copies, files, parsing
from challenge_data.teamwork.matching import Frame, Matched, frame_of, match, whose
from challenge_data.teamwork.parsing import Cell, Damaged, parse
from challenge_data.teamwork.questions import headings


@dataclass(frozen=True)
class Framed:
    """A team's notebook in its frame."""

    content: bytes
    """The very bytes that were given when there was nothing to mend."""
    told: tuple[str, ...]
    """What was put right, a French sentence each, in the notebook's order."""
    frame: Frame
    matched: Matched
    """Of the team's cells, as they were given."""

    def is_answered(self, place: int) -> bool:
        """Whether the team wrote something in this answer."""
        cell = self.matched.chosen.get(place)
        return cell is not None and self.frame.answered(place, cell.source)


@dataclass(frozen=True)
class Restored:
    """A file of the course folder that was put back into its frame."""

    path: str
    told: tuple[str, ...]
    copy: str
    """Where the file as it was is kept, from the course folder's or the work folder's name on."""


def framed(path: str, original: bytes, content: bytes) -> Framed:
    """A team's notebook with its frame as delivered; its answers, its own cells and what it wrote elsewhere stay.

    Args:
        path: of the notebook, with ``/``.
        original: the notebook as delivered.

    Raises:
        Damaged: it cannot be read, or it is another notebook; the message is a French end of sentence.
    """
    name = PurePosixPath(path).stem
    given = nbformat.reads(original.decode("utf-8"), as_version=4)
    frame, parsed = frame_of(name, given, given), parse(content)
    whole = parsing.read(content)
    if not isinstance(whole.get("cells"), list):
        raise Damaged("est d'un ancien format : ouvrez-le dans JupyterLab et enregistrez-le")
    if whose(parsed, path, {name: frame}) is None:
        raise Damaged("n'est pas ce carnet du défi : il porte son nom, mais contient autre chose")
    mending = _Mending(frame, match(frame, parsed, path, len(content)), headings(given.cells, name))
    raw = [cell for cell in whole["cells"] if isinstance(cell, dict)]
    if len(raw) != len(parsed.cells):
        raise Damaged("contient trop de cellules pour être un carnet du défi")
    cells = mending.cells(raw)
    if not mending.told:
        return Framed(content, (), frame, mending.matched)
    whole |= {"cells": [_complete(cell) for cell in cells], "metadata": whole.get("metadata") or {}, "nbformat": 4, "nbformat_minor": 5}
    mended = (nbformat.writes(nbformat.from_dict(whole)) + "\n").encode()
    return Framed(mended, tuple(dict.fromkeys(text for _, text in sorted(mending.told))), frame, mending.matched)


def restore(challenge: str) -> list[Restored]:
    """Put the challenge's notebooks of the course folder back into their frame; the files as they were are kept in ``travail/copies/``.

    A notebook that cannot be read is left as it is: :mod:`~challenge_data.teamwork.inventory` tells it.

    Raises:
        LearnerError: the disk does not take it.
    """
    done = []
    for path, original in files.of_challenge(challenge).items():
        here = files.path_of(path)
        try:
            content = here.read_bytes()
            mended = framed(path, original, content)
        except (OSError, Damaged):
            continue
        if mended.told:
            kept = copies.keep(here)
            course.write(here, mended.content)
            done.append(Restored(path, mended.told, kept))
    return done


class _Mending:
    """One notebook being mended: what is told gathers on the way."""

    def __init__(self, frame: Frame, matched: Matched, where: list[str]) -> None:
        self.frame, self.matched, self.where = frame, matched, where
        self.told: list[tuple[int, str]] = []
        """(place, sentence); what is about the whole notebook is at -1."""

    def cells(self, raw: list[dict]) -> list[dict]:
        """The cells to write, from those of the file."""
        standing, after = self._sorted(raw)
        given, cells, used = self.frame.master.cells, list(after[-1]), set()
        for place, original in enumerate(given):
            if place in standing:
                cells.append(self._framed(place, standing[place]))
            elif place in self.frame.answers or self._is_locked(place):
                self._tell(place, "ne se trouvait plus dans le carnet, et y est remise")
                cells.append(copy.deepcopy(dict(original)))
            cells += after[place]
        for cell in cells:
            if not isinstance(cell.get("id"), str) or cell["id"] in used:
                cell["id"] = uuid.uuid4().hex[:8]
            used.add(cell["id"])
        return cells

    def _sorted(self, raw: list[dict]) -> tuple[dict[int, dict], dict[int, list[dict]]]:
        """(place -> the team's cell that stands there, place -> the cells that follow it); -1 is before all."""
        standing: dict[int, dict] = {}
        after: dict[int, list[dict]] = defaultdict(list)
        last, changed = -1, set()
        for cell, parsed, place in zip(raw, self.matched.parsed.cells, self.matched.places, strict=True):
            if place is None:
                after[last].append(cell)
            elif self._stands(place, parsed) and place not in standing:
                standing[place] = cell
                last = place
            elif self._is_locked(place):
                changed.add(place) if place not in standing else self._tell(place, "était en double, et ne l'est plus")
            else:
                if place in self.frame.answers:
                    self._tell(place, "était en double : une autre, remplie, compte ; celle-ci reste, comme cellule à vous")
                after[last].append(_loose(cell))
        for place in sorted(changed):
            if place not in standing:
                standing[place] = copy.deepcopy(dict(self.frame.master.cells[place]))
                self._tell(place, "avait changé, et est remise comme dans l'énoncé")
        order = [place for place in standing if place not in changed]
        if order != sorted(order):
            self.told.append((-1, "Des cellules avaient changé de place : l'ordre de l'énoncé est rétabli."))
        return standing, after

    def _stands(self, place: int, parsed: Cell) -> bool:
        """Whether this cell may stand for that place: the answer that was chosen, a locked cell as it was, any other text."""
        if place in self.frame.answers:
            return parsed is self.matched.chosen[place]
        given = self.frame.master.cells[place]
        return not self._is_locked(place) or (parsed.kind, parsed.source.strip()) == (given.cell_type, given.source.strip())

    def _framed(self, place: int, cell: dict) -> dict:
        """The team's cell under the names and the protection of the one that was delivered."""
        given, marks = self.frame.master.cells[place], self.frame.marks(place)
        if not marks:
            return cell
        metadata = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
        if cell.get("cell_type") != given.cell_type:
            self._tell(place, "avait changé de type, et le retrouve")
            cell = {"source": cell.get("source", "")} | ({"outputs": [], "execution_count": None} if given.cell_type == "code" else {})
        elif metadata.get("nbgrader") != marks or cell.get("id") != given.id:
            self._tell(place, "avait perdu son nom ou sa protection, et les retrouve")
        return cell | {"cell_type": given.cell_type, "id": given.id, "metadata": {**metadata, **given.metadata}}

    def _is_locked(self, place: int) -> bool:
        return bool(self.frame.marks(place).get("locked"))

    def _tell(self, place: int, what: str) -> None:
        self.told.append((place, f"« {self.where[place]} » : {self._called(place)} {what}."))

    def _called(self, place: int) -> str:
        marks = self.frame.marks(place)
        if place in self.frame.answers:
            return "la cellule de réponse"
        return "la cellule de vérification" if marks.get("grade") else "la cellule du barème" if str(marks.get("grade_id")).startswith("bareme-") else "une cellule de l'énoncé"


def _complete(cell: dict) -> dict:
    """With the fields that nbformat wants and a notebook written by a program may lack."""
    fields = {"metadata": cell.get("metadata") or {}, "source": cell.get("source") or ""}
    if cell.get("cell_type") == "code":
        fields |= {"outputs": cell.get("outputs") or [], "execution_count": cell.get("execution_count")}
    return cell | fields


def _loose(cell: dict) -> dict:
    """A copy that stays as the team's own: a second cell of one name stops nbgrader."""
    metadata = {key: value for key, value in (cell.get("metadata") or {}).items() if key not in ("nbgrader", "deletable", "editable")}
    return cell | {"id": None, "metadata": metadata}
