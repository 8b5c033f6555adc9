"""Two gradings of the same hand-ins, cell by cell: whose mark moves, and why."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat

from challenge_data.grading.marking import result_of
from challenge_data.grading.marks import Mark, Scores

MOST_CHARACTERS = 300
"""Of what a test says, in a line for the instructor."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_WITHHELD = {
    "flag": "unusual code", "unproven": "the test could not be trusted", "late": "it took too long", "time": "the notebook ran out of time before it", "memory": "the notebook ran out of memory before it",
    "disk": "the notebook wrote too many files before it", "output": "the notebook wrote too much before it", "dead kernel": "the kernel had died before it",
}  # fmt: skip


@dataclass(frozen=True)
class Move:
    """One graded cell of a team that is not as before."""

    notebook: str
    cell: str
    before: float
    """Points that count, a person's rather than code's where there are both; 0 for none."""
    after: float
    maximum_before: float
    maximum: float
    why: tuple[str, ...]
    """Sentences without their full stop."""


@dataclass(frozen=True)
class TeamMoves:
    """One team."""

    team: str
    before: float
    after: float
    maximum_before: float
    maximum: float
    waiting_before: float
    """Maxima of the cells that wait for a person."""
    waiting: float
    cells: tuple[Move, ...]
    """Those that are not as before."""
    problem: str = ""
    """Why it could not be graded again: its marks stay as they are."""


@dataclass(frozen=True)
class Moves:
    """All teams, sorted."""

    challenge: str
    teams: tuple[TeamMoves, ...]

    @property
    def moved(self) -> tuple[TeamMoves, ...]:
        """Those of which any mark, maximum or wait is not as before."""
        return tuple(team for team in self.teams if team.cells)

    def as_json(self, **more) -> str:
        return json.dumps({"challenge": self.challenge, **more, "teams": [asdict(team) for team in self.teams]}, ensure_ascii=False, indent=1)

    def as_table(self) -> str:
        """A line a team that moves, the cells with how many teams they move, then moves with their reasons, those of teams alike told once."""
        moved, failed = self.moved, [team for team in self.teams if team.problem]
        lines = [f"{len(self.teams)} team(s) graded again on trial: {len(moved)} would move, {len(self.teams) - len(moved) - len(failed)} stay as they are"
                 + (f", {len(failed)} could not be graded again" if failed else "") + "."]
        if moved:
            wide = max(len(team.team) for team in moved)
            lines.append(f"{'team':<{max(wide, 4)}}  {'before':>7}  {'after':>7}  {'of':>5}  {'waiting':>9}")
            lines += [f"{team.team:<{max(wide, 4)}}  {team.before:>7g}  {team.after:>7g}  {team.maximum:>5g}  {_change(team.waiting_before, team.waiting):>9}" for team in moved]
        cells = defaultdict(list)
        for team in moved:
            for move in team.cells:
                cells[move.notebook, move.cell].append(move.after - move.before)
        for (notebook, cell), by in sorted(cells.items()):
            lines.append(f"{notebook}, {cell}: {sum(each > 0 for each in by)} up, {sum(each < 0 for each in by)} down, {sum(each == 0 for each in by)} with the same points")
        alike = defaultdict(list)
        for team in moved:
            for move in team.cells:
                alike[move].append(team.team)
        lines += [f"{', '.join(teams)}: {move.notebook}, {move.cell}: {_change(move.before, move.after)} of {_change(move.maximum_before, move.maximum)}. {'. '.join(move.why)}."
                  for move, teams in sorted(alike.items(), key=lambda one: (one[0].notebook, one[0].cell, one[1]))]
        lines += [f"{team.team}: {team.problem}" for team in failed]
        return "\n".join(lines)


def compare(team: str, challenge: str, then: Scores, now: Scores, before: Path, after: Path) -> TeamMoves:
    """What two grading folders say of one team.

    Args:
        then, now: its marks in either; ``then`` has none if it was never graded.
        before, after: the grading folders.
    """
    old, new = ({(mark.notebook, mark.cell): mark for mark in scores.marks} for scores in (then, now))
    tests_then, tests_now = (_Tests(folder, team, challenge) for folder in (before, after))
    cells = []
    for key in sorted(old.keys() | new.keys()):
        one, other = old.get(key), new.get(key)
        if one is None or other is None or _counted(one) != _counted(other):
            why = ["It was not graded before"] if one is None else ["It is no longer graded"] if other is None else _reasons(one, other, tests_then.of(*key), tests_now.of(*key))
            cells.append(Move(*key, one.points if one else 0, other.points if other else 0, one.maximum if one else 0, other.maximum if other else 0, tuple(why)))
    return TeamMoves(team, then.points, now.points, then.maximum, now.maximum, *(sum(mark.maximum for mark in scores.waiting) for scores in (then, now)), tuple(cells))


@dataclass(frozen=True)
class _Test:
    source: str = ""
    said: tuple[str, ...] = ()
    """Line by line."""
    withheld: str = ""


class _Tests:
    """What the tests of one team said, in one grading folder."""

    def __init__(self, grading: Path, team: str, challenge: str) -> None:
        self._folder, self._cells = grading / "autograded" / team / challenge, {}
        self._told: Mapping = (result_of(grading, team, challenge) or {}).get("notebooks", {})

    def of(self, notebook: str, cell: str) -> _Test:
        if notebook not in self._cells:
            try:
                cells = nbformat.read(self._folder / f"{notebook}.ipynb", 4).cells
            except (OSError, ValueError, nbformat.ValidationError):
                cells = []
            self._cells[notebook] = {each.metadata.get("nbgrader", {}).get("grade_id"): each for each in cells}
        there = self._cells[notebook].get(cell)
        withheld = self._told.get(notebook, {}).get("withheld", {}).get(cell, "")
        return _Test(there.source, _said(there), withheld) if there is not None and there.cell_type == "code" else _Test(withheld=withheld)


def _counted(mark: Mark) -> tuple:
    return mark.auto or 0, mark.points, mark.maximum, mark.waiting


def _reasons(one: Mark, other: Mark, then: _Test, now: _Test) -> list[str]:
    why = []
    if one.maximum != other.maximum:
        why.append(f"It is worth {other.maximum:g} points, it was {one.maximum:g}")
    if then.source != now.source:
        why.append("The test's text changed")
    if then.withheld != now.withheld:
        why.append(f"Its points wait for a person: {_WITHHELD.get(now.withheld, now.withheld)}" if now.withheld else "Its points no longer wait for a person")
    if (one.auto or 0) != (other.auto or 0):
        if other.manual is not None:
            why.append(f"Code gives {other.auto or 0:g}, it gave {one.auto or 0:g}; the points that a person gave stay")
        why += [f"It said before: {_quoted(then.said, now.said)}", f"It says now: {_quoted(now.said, then.said)}"]
    if other.waiting and not one.waiting and not now.withheld:
        why.append("The points that a person gave stay, and wait for a second look: the notebook's text is not the same" if other.manual is not None else "It waits for a person")
    if one.waiting and not other.waiting and not then.withheld:
        why.append("It no longer waits for a person")
    return why or ["The sandbox, the toolkit or the data gave other results"]


def _quoted(lines: tuple[str, ...], other: tuple[str, ...]) -> str:
    """What one says and the other does not."""
    text = " ".join(line for line in lines if line not in other)
    return f"« {text[:MOST_CHARACTERS]}{'…' if len(text) > MOST_CHARACTERS else ''} »" if text else "nothing else" if lines else "nothing"


def _said(cell: nbformat.NotebookNode) -> tuple[str, ...]:
    texts = [output.get("text", "") if output.output_type == "stream" else f"{output.ename}: {output.evalue}" if output.output_type == "error" else "" for output in cell.get("outputs", [])]
    return tuple(" ".join(line.split()) for line in _COLOURS.sub("", "\n".join(texts)).splitlines() if line.strip())


def _change(before: float, after: float) -> str:
    return f"{after:g}" if before == after else f"{before:g} → {after:g}"
