"""What a run of grading says at its end: a row a team, a table, JSON, an exit code."""

import json
from dataclasses import asdict, dataclass, field

from challenge_data.grading.marks import Scores

GRADED, TO_LOOK_AT, NOT_GRADED = "graded", "to look at", "not graded"


@dataclass
class TeamRow:
    """One team."""

    team: str
    problem: str = ""
    """Why it could not be graded at all; empty when it was."""
    automatic: float = 0.0
    """Points that code gave."""
    total: float = 0.0
    """With what people gave by hand."""
    maximum: float = 0.0
    waiting: float = 0.0
    """Points that wait for a person."""
    notes: list[str] = field(default_factory=list)
    """What was put right or could not be run, one sentence each, in the order of the notebooks."""
    flags: list[dict] = field(default_factory=list)
    """See :class:`~challenge_data.grading.watching.Flag`."""
    remarks: list[str] = field(default_factory=list)
    """How its hand-in was read, and what was received besides: nothing to do about it."""

    @property
    def state(self) -> str:
        return NOT_GRADED if self.problem else TO_LOOK_AT if self.notes or self.flags else GRADED

    def fill(self, result: dict, scores: Scores) -> None:
        """With what ``marking.mark`` gave and what the gradebook says."""
        self.automatic, self.total, self.maximum = scores.automatic, scores.points, scores.maximum
        self.waiting = sum(mark.maximum for mark in scores.waiting)
        self.notes += result["refused"]
        for name, told in result["notebooks"].items():
            self.notes += [f"{name}: {note['kind']}" + (f" ({note['cell']})" if note.get("cell") else "") for note in told["notes"]]
            if told["stopped"]:
                self.notes.append(f"{name}: stopped, {told['stopped']}")
            self.notes += [f"{name}: too slow ({cell})" for cell in told["late"]]
            self.flags += told["flags"]


@dataclass
class Summary:
    """A run."""

    challenge: str
    rows: list[TeamRow]
    absent: list[str] = field(default_factory=list)
    """Teams of the roster for this challenge that handed in nothing: told, no fault of the run."""
    warnings: list[str] = field(default_factory=list)
    """Of no team: a sentence each."""

    @property
    def code(self) -> int:
        """0: every team was graded and nothing waits for a look; 1: some team needs one; 2: no team could be graded."""
        states = [row.state for row in self.rows]
        return 2 if not states or set(states) == {NOT_GRADED} else 0 if set(states) == {GRADED} else 1

    def as_json(self) -> str:
        counts = {state: sum(row.state == state for row in self.rows) for state in (GRADED, TO_LOOK_AT, NOT_GRADED)}
        return json.dumps({"challenge": self.challenge, "counts": counts, "absent": self.absent, "warnings": self.warnings, "teams": [asdict(row) | {"state": row.state} for row in self.rows]}, ensure_ascii=False, indent=1)

    def as_table(self) -> str:
        """A line a team, then what to look at, team by team."""
        wide = max([len(row.team) for row in self.rows] + [4])
        lines = [f"{'team':<{wide}}  {'automatic':>9}  {'total':>6}  {'of':>4}  {'waiting':>7}  state"]
        lines += [f"{row.team:<{wide}}  {row.automatic:>9g}  {row.total:>6g}  {row.maximum:>4g}  {row.waiting:>7g}  {row.state}" for row in self.rows]
        for row in self.rows:
            if row.problem:
                lines.append(f"{row.team}: {row.problem}")
            lines += [f"{row.team}: {sentence}" for sentence in row.remarks + row.notes]
            lines += [f"{row.team}: FLAG {flag['notebook']}, {flag['cell']}" + (f", line {flag['line']}" if flag["line"] else "") + f": {flag['what']}"
                      + (f" | {flag['evidence']}" if flag["evidence"] else "") for flag in row.flags]
        if self.absent:
            lines.append(f"nothing from: {', '.join(self.absent)}")
        lines += [f"Warning: {warning}" for warning in self.warnings]
        return "\n".join(lines)
