"""What became of each question of each team: points, and why, from what grading wrote. Nothing is judged again here."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from challenge_data.grading import converting, marks
from challenge_data.grading.gradebook import url
from challenge_data.grading.hints import read as read_hints
from challenge_data.grading.keeping import Kept, records
from challenge_data.grading.marking import TIMESTAMP, result_of
from challenge_data.grading.marks import Mark, Scores
from challenge_data.grading.questions import TEST, Chapter, Level, Question, title
from challenge_data.grading.receiving import files_of
from challenge_data.grading.reports import standing
from challenge_data.grading.reports.standing import PARIS, Standing
from challenge_data.grading.reports.wording import STOPPED
from challenge_data.grading.teams import roster
from challenge_data.grading.teams.results import unread

REACHED, PARTLY, NOT_YET, EMPTY, ABSENT, WAITING = "réussi", "en partie", "pas encore", "sans réponse", "non rendu", "en attente"
"""States of a question. Without an answer, or without its notebook, it has not failed: it was not begun."""
STATES = {REACHED: "réussi", PARTLY: "en partie", NOT_YET: "pas encore", WAITING: "à lire par une personne", EMPTY: "sans réponse", ABSENT: "carnet non rendu"}
"""As pages say them."""
MOST_WORDS = 900
"""Characters of what a test said: our longest sentence has 400."""

_NEXT = re.compile(r"\s*(?:Indice \d+ sur (?P<of>\d+) : hint\(.*?\)\.|Vos indices sont tous ouverts : montrez ce message à votre mentor\.)\s*$", re.DOTALL)
_UNANSWERED = re.compile(r"« [^»\n]* » attend votre réponse")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class Answer:
    """One question of one team."""

    question: Question
    state: str
    points: float = 0.0
    why: str = ""
    """What the test, or the grading, says of it in French; empty when there is nothing to say."""
    level: Level | None = None
    """Of the rubric, once a person has given points."""
    comment: str = ""
    """What a person wrote to the team."""
    withheld: str = ""
    """Why no test could judge it, by the engine's words; empty when one did."""
    opened: int = 0
    """Hints that the team opened."""
    of: int = 0
    """Hints that there are, as far as anything says so."""


@dataclass(frozen=True)
class TeamReading:
    """One team."""

    name: str
    title: str
    members: tuple[str, ...]
    answers: tuple[Answer, ...]
    scores: Scores
    standing: Standing = Standing()
    received: datetime | None = None
    """When this machine got it, in the hour of Paris; None when nothing was received."""
    graded: bool = False
    """False while nothing of it is in the gradebook."""
    unread: bool = False
    """Graded, but no notebook could be read in it: see :func:`~challenge_data.grading.teams.results.unread`."""
    found: dict[str, bool] = field(default_factory=dict)
    """Notebook -> whether it was handed in."""
    put_right: tuple[tuple[str, str], ...] = ()
    """(notebook, what was put right before the run, in French)."""
    stopped: dict[str, str] = field(default_factory=dict)
    """Notebook -> why its run was stopped."""
    flags: int = 0
    """Lines that a person should look at before giving points that still wait; what they are stays with the instructor."""
    registered: str = ""
    """Title of the challenge that it is registered for, when its hand-in lies among this one's, not graded."""
    strayed: str = ""
    """Title of the challenge that its hand-in lies in, when nothing of it was received here."""

    @property
    def maximum(self) -> float:
        return sum(answer.question.maximum for answer in self.answers)

    @property
    def waiting(self) -> float:
        """Points, at most, that wait for a person."""
        return sum(mark.maximum for mark in self.scores.waiting)

    @property
    def given(self) -> float:
        """Points in all, the penalty not yet taken."""
        return sum(mark.points for mark in self.scores.marks)

    def of(self, *states: str) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if answer.state in states)


def read(course: Path, grading: Path, challenge: str, asked: Iterable[Chapter]) -> list[TeamReading]:
    """All teams of a challenge, those that handed in nothing included; sorted by title.

    Teams are the roster's of this challenge, and whoever handed something in. Without a roster: the gradebook's students, except
    those who only handed in to another challenge.
    """
    from nbgrader.api import Gradebook

    asked = tuple(asked)
    known = roster.load(grading)
    titles = {team.name: team for team in known.teams}
    ours = {team.name for team in known.of(challenge)}
    received = {folder.name for folder in (grading / "received" / challenge).glob("[!.]*/") if records(folder)}
    book_file = converting.gradebook_file(converting.load(course, grading))
    told: dict[str, tuple[Scores, list[list]]] = {}
    if book_file.exists():
        with converting.quiet(), Gradebook(url(book_file), "challenge-data") as book:
            for student in book.students:
                scores = marks.scores(book, challenge, student.id)
                elsewhere = any(submission.notebooks for submission in student.submissions)
                if scores.marks or student.id in received or (student.id in ours if known.teams else not elsewhere):
                    told[student.id] = (scores, marks.comments(book, challenge, student.id))
    names = ours | received | set(told)
    stand = standing.standings(course, grading, challenge)
    readings = []
    for name in names:
        scores, comments = told.get(name, (Scores(name, ()), []))
        team = titles.get(name)
        one = _team(grading, challenge, asked, name, team.title if team else name, tuple(one.name for one in team.members) if team else (), scores, comments, stand.get(name))
        away = team.challenge if team and team.challenge != challenge and not scores.marks else ""
        there = next((folder.parent.name for folder in sorted((grading / "received").glob(f"*/{name}/")) if records(folder)), "") if name in ours and name not in received else ""
        readings.append(replace(one, registered=title(course, away) if away else "", strayed=title(course, there) if there else ""))
    return sorted(readings, key=lambda one: (one.title.casefold(), one.name))


def _team(grading: Path, challenge: str, asked: tuple[Chapter, ...], name: str, title: str, members: tuple[str, ...], scores: Scores, comments: list[list], stand: Standing | None) -> TeamReading:
    result = result_of(grading, name, challenge) or {"notebooks": {}}
    kept = _graded_record(grading, challenge, name)
    opened = _opened(kept) if kept else {}
    given = {(mark.notebook, mark.cell): mark for mark in scores.marks}
    words = {(notebook, cell): said for notebook, cell, said in comments}
    answers = []
    for chapter in asked:
        outputs = _outputs(grading / "executed" / name / challenge / f"{chapter.name}.ipynb")
        ran = result["notebooks"].get(chapter.name, {})
        found = ran.get("found", False)
        for question in chapter.questions:
            key = (chapter.name, question.cell)
            answers.append(_answer(question, given.get(key), found, outputs.get(question.cell, ""), words.get(key, ""), opened.get(question.hints, (0, 0)), ran.get("withheld", {}).get(question.cell, "")))
    notes = tuple((notebook, note["text"]) for notebook, one in result["notebooks"].items() for note in one["notes"])
    stand = stand or Standing(_moment(kept.record.get("changed")) if kept else None)
    return TeamReading(
        name, title, members, tuple(answers), scores, stand, _moment(kept.record.get("at")) if kept else None, bool(scores.marks), unread(grading, challenge, name, scores),
        {notebook: one["found"] for notebook, one in result["notebooks"].items()}, notes,
        {notebook: one["stopped"] for notebook, one in result["notebooks"].items() if one["stopped"]}, _flags(result["notebooks"], scores))  # fmt: skip


def _flags(ran: dict[str, dict], scores: Scores) -> int:
    """Lines flagged in the notebooks where something still waits because of them: the tests that they hold back, or else anything."""
    waiting: dict[str, set[str]] = {}
    for mark in scores.waiting:
        waiting.setdefault(mark.notebook, set()).add(mark.cell)
    return sum(len(one["flags"]) for notebook, one in ran.items() if waiting.get(notebook, set()) & set(one["withheld"] or waiting.get(notebook, ())))


def _answer(question: Question, mark: Mark | None, found: bool, said: str, comment: str, opened: tuple[int, int], withheld: str = "") -> Answer:
    following = _NEXT.search(said)
    of = opened[1] or (int(following["of"]) if following and following["of"] else 0) or _hints_of(question.hints)
    why = _NEXT.sub("", said).strip()
    points = mark.points if mark else 0.0
    by_hand = mark is not None and mark.manual is not None
    level = None
    if mark is not None and mark.waiting:
        state = WAITING
    elif mark is None or (not found and not points and not by_hand):
        state, why = ABSENT, ""
    elif question.maximum and points >= question.maximum:
        state, why = REACHED, ""
    elif points > 0:
        state = PARTLY
    elif not by_hand and (_UNANSWERED.search(why) if question.kind == TEST else True):
        state, why = EMPTY, ""
    else:
        state = NOT_YET
    if by_hand and state != WAITING:
        level = question.level(points)
    if withheld and (by_hand or withheld in STOPPED):  # a person judged since; or the page says it once, of the whole notebook
        why = ""
    return Answer(question, state, points, why, level, comment.strip(), withheld, opened[0], of)


def _outputs(path: Path) -> dict[str, str]:
    """``grade_id`` of a test -> what it said against the answer."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    return {cell["metadata"]["nbgrader"]["grade_id"]: _said(cell.get("outputs", [])) for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade") and cell["cell_type"] == "code"}


def _said(outputs: list[dict]) -> str:
    parts = []
    for output in outputs:
        if output["output_type"] == "stream" and output.get("name") == "stderr":
            parts.append("".join(output["text"]))
        elif output["output_type"] == "error":
            words = "".join(output["evalue"])
            ours = output["ename"] in ("CheckFailed", "NotAnswered", "LearnerError")
            parts.append(words if ours else f"La vérification s'est arrêtée sur une erreur de Python ({output['ename']} : {words}). Exécutez tout le carnet, du haut vers le bas, et cherchez la première erreur.\n")
    text = _ANSI.sub("", "".join(parts)).strip()
    return text if len(text) <= MOST_WORDS else f"{text[:MOST_WORDS].rstrip()}…"


def _graded_record(grading: Path, challenge: str, team: str) -> Kept | None:
    """The record that was graded, by the hour that grading noted; else the last one."""
    kept = sorted(records(grading / "received" / challenge / team), key=lambda one: one.record["at"])
    try:
        at = (grading / "executed" / team / challenge / TIMESTAMP).read_text(encoding="utf-8").strip()
    except OSError:
        at = ""
    return next((one for one in kept if one.record["at"] == at), kept[-1] if kept else None)


def _opened(kept: Kept) -> dict[str, tuple[int, int]]:
    """Question -> (hints opened, hints there are)."""
    opened: dict[str, tuple[int, int]] = {}
    for content in read_hints(files_of(kept.folder).files):
        for name, (one, of) in content.items():
            opened[name] = max(opened.get(name, (0, 0)), (max(0, min(one, of)), of))
    return opened


def _hints_of(name: str) -> int:
    from challenge_data.checks.of_package import known
    from challenge_data.errors import LearnerError

    try:
        return len(known(name).get("hints", [])) if name else 0
    except LearnerError:
        return 0


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(PARIS)
    except ValueError:
        return None
