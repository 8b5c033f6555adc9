"""Everybody graded again when masters or toolkit changed: first on trial, then, if a person agrees, for good.

The trial is a grading folder of its own, ``<grading>/trial/<challenge>/``: a copy of the gradebook, the same hand-ins through a link,
and the real engine. What it ran is taken as it is when it is applied, so that nothing runs twice. A trial that was killed, refused or
half applied is taken up by the next: its results say what they were made from.
"""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from challenge_data.grading import converting, engine
from challenge_data.grading.engine import CannotGrade
from challenge_data.grading.gradebook import Lock, check_room, full, is_full
from challenge_data.grading.marks import Scores
from challenge_data.grading.moderation.moves import Moves, TeamMoves, compare
from challenge_data.grading.placing import RECORDED
from challenge_data.grading.recording import Recorder, Refused
from challenge_data.grading.running import USUAL, RunLimits
from challenge_data.grading.summary import Summary, TeamRow
from challenge_data.grading.teams import counting

TRIAL = "trial"
_WHAT = "The trial could not be made, and no mark was touched"


class Regrade:
    """One regrade of a challenge, used as a context: no other may start meanwhile."""

    def __init__(self, challenge: str, *, course: Path, grading: Path | None = None, workers: int | None = None, unsafe: bool = False,
                 limits: RunLimits = USUAL, executor: Executor | None = None, tell: Callable[[TeamRow | int], None] = lambda event: None) -> None:
        """Arguments as :func:`engine.grade`'s."""
        self.challenge, self.course = challenge, course.resolve()
        self.grading = (grading or engine.default_grading(course)).resolve()
        self.trial = self.grading / TRIAL / challenge
        self._how = {"workers": workers, "unsafe": unsafe, "limits": limits, "executor": executor, "tell": tell}
        self._lock: Lock | None = None

    def __enter__(self) -> "Regrade":
        """
        Raises:
            CannotGrade: nothing of the challenge was graded there, or another regrade is under way.
        """
        if not any((self.grading / RECORDED / self.challenge).glob("*.json")):
            raise CannotGrade(f"No team of « {self.challenge} » was graded in {self.grading}: there is nothing to grade again. Is it the grading folder (--grading)?")
        try:
            self.trial.parent.mkdir(mode=0o700, exist_ok=True)
            self._lock = Lock(self.trial.parent)
            self._lock.take(False, print)
        except (Refused, OSError) as problem:
            raise _told(problem, self.grading) from problem
        return self

    def __exit__(self, *_) -> None:
        self._lock.free()

    def run(self) -> Moves:
        """Grade on trial, and compare.

        Raises:
            CannotGrade: as :func:`engine.grade`; no mark was touched.
        """
        try:
            before = self._lay()
            summary = counting.grade(None, self.challenge, course=self.course, grading=self.trial, people=self.grading, feedback=False, regrade=True, reuse=self.grading, **self._how)
            with Recorder(self.course, self.challenge, self.trial) as recorder:
                after = {row.team: recorder.scores(row.team) for row in summary.rows if not row.problem}
        except (Refused, OSError) as problem:
            raise _told(problem, self.grading) from problem
        return Moves(self.challenge, tuple(self._compared(row, before, after) for row in summary.rows))

    def apply(self) -> Summary:
        """What the trial found becomes the marks, and teams' pages are made again; the trial is deleted.

        Raises:
            CannotGrade: as :func:`engine.grade`; run again.
        """
        summary = counting.grade(None, self.challenge, course=self.course, grading=self.grading, regrade=True, reuse=self.trial, **self._how)
        shutil.rmtree(self.trial)
        return summary

    def _lay(self) -> dict[str, Scores]:
        """A trial folder with the gradebook of now; what an earlier trial ran stays there. Returns the marks of now."""
        check_room(self.grading, _WHAT)
        self.trial.mkdir(mode=0o700, exist_ok=True)
        book = converting.gradebook_file(converting.load(self.course, self.trial))
        if not book.is_relative_to(self.trial):
            raise Refused(f"nbgrader_config.py puts the gradebook at {book} whatever the grading folder: a trial would write into it. "
                          "Let its db_url follow CHALLENGE_DATA_GRADING, as the repository's own does.")
        with Recorder(self.course, self.challenge, self.grading) as recorder:
            for left in book.parent.glob(f"{book.name}*"):
                left.unlink()
            recorder.copy_to(book)
            shutil.rmtree(self.trial / RECORDED, ignore_errors=True)
            shutil.copytree(self.grading / RECORDED, self.trial / RECORDED)
            if not (self.trial / "received").is_symlink():
                (self.trial / "received").symlink_to(os.path.relpath(self.grading / "received", self.trial))
            return {team: recorder.scores(team) for team in recorder.teams()}

    def _compared(self, row: TeamRow, before: dict[str, Scores], after: dict[str, Scores]) -> TeamMoves:
        then = before.get(row.team, Scores(row.team, ()))
        if row.problem:
            waits = sum(mark.maximum for mark in then.waiting)
            return TeamMoves(row.team, then.points, then.points, then.maximum, then.maximum, waits, waits, (), row.problem)
        return compare(row.team, self.challenge, then, after[row.team], self.grading, self.trial)


def _told(problem: Exception, grading: Path) -> CannotGrade:
    if isinstance(problem, OSError) and is_full(problem):
        return CannotGrade(str(full(grading, _WHAT)))
    return CannotGrade(str(problem) if isinstance(problem, Refused) else f"{problem.filename or grading}: {problem.strerror}")
