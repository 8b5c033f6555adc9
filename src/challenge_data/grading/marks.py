"""What the gradebook says of a team, cell by cell, read through nbgrader's own classes."""

from dataclasses import dataclass

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)


@dataclass(frozen=True)
class Mark:
    """One graded cell of one team."""

    notebook: str
    cell: str
    """nbgrader's ``grade_id``."""
    auto: float | None
    """What code gave; None where code gives nothing."""
    manual: float | None
    """What a person gave: it takes the place of ``auto``."""
    extra: float | None
    """What a person added."""
    maximum: float
    waiting: bool
    """True if a person must give points, or look again at those given because the work has changed since."""

    @property
    def points(self) -> float:
        """As nbgrader counts."""
        given = self.manual if self.manual is not None else self.auto
        return 0.0 if given is None else given + (self.extra or 0.0)


@dataclass(frozen=True)
class Scores:
    """All marks of one team, in points."""

    team: str
    marks: tuple[Mark, ...]
    penalty: float = 0.0
    """Taken away for a late hand-in, if the course says so."""

    @property
    def points(self) -> float:
        return sum(mark.points for mark in self.marks) - self.penalty

    @property
    def automatic(self) -> float:
        """What code gave, a person's marks left aside."""
        return sum(mark.auto or 0.0 for mark in self.marks)

    @property
    def maximum(self) -> float:
        return sum(mark.maximum for mark in self.marks)

    @property
    def waiting(self) -> tuple[Mark, ...]:
        return tuple(mark for mark in self.marks if mark.waiting)


def scores(book: Gradebook, challenge: str, team: str) -> Scores:
    """Marks of a team, sorted by notebook and cell; none for a team that nothing was recorded of."""
    cells = (book.db.query(Notebook.name, BaseCell.name, Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.max_score, Grade.needs_manual_grade)
             .select_from(Grade)
             .join(BaseCell, BaseCell.id == Grade.cell_id)
             .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
             .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id))
    marks = sorted((Mark(*row) for row in _of_team(cells, challenge, team)), key=lambda mark: (mark.notebook, mark.cell))
    late = _of_team(book.db.query(SubmittedNotebook.late_submission_penalty).select_from(SubmittedNotebook), challenge, team)
    return Scores(team, tuple(marks), sum(penalty or 0.0 for (penalty,) in late))


def comments(book: Gradebook, challenge: str, team: str) -> list[list]:
    """[notebook, cell, what is written to the team], sorted."""
    cells = (book.db.query(Notebook.name, BaseCell.name, Comment.comment)
             .select_from(Comment)
             .join(BaseCell, BaseCell.id == Comment.cell_id)
             .join(SubmittedNotebook, SubmittedNotebook.id == Comment.notebook_id)
             .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id))
    return sorted([notebook, cell, comment or ""] for notebook, cell, comment in _of_team(cells, challenge, team))


def _of_team(query, challenge: str, team: str) -> list:
    return (query.join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .filter(Assignment.name == challenge, SubmittedAssignment.student_id == team).all())
