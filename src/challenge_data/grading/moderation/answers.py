"""What a person grades by hand: the questions of a challenge, and what each team answered, ready to be read by someone who must not know whose it is."""

import base64
import binascii
import hashlib
import html
import json
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from challenge_data.grading import showing
from challenge_data.grading.marks import Mark
from challenge_data.grading.questions import ESSAY, chapters
from challenge_data.grading.recording import Recorder, Refused
from challenge_data.grading.teams import roster

FOLDER = "moderation"
_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
LEAST_NAME = 4
"""Characters: a shorter name would be struck out of ordinary words."""


class CannotModerate(Exception):
    """Nothing was written; the sentences say why and what to do, one a line."""


@dataclass(frozen=True)
class Question:
    """One cell whose points a person gives."""

    notebook: str
    cell: str
    title: str
    maximum: float
    levels: tuple[tuple[float, str], ...]
    """(points, sentence) of its rubric."""
    asked: str
    """Its text and rubric, as HTML."""

    @property
    def name(self) -> str:
        return f"{self.notebook}/{self.cell}"


@dataclass(frozen=True)
class Answer:
    """One team's."""

    team: str
    question: Question
    shown: str
    """HTML without anything that runs, the team's own names struck out."""
    digest: str
    """Of what was written: tells it from a later one."""
    mark: Mark


def questions(course: Path, challenge: str) -> list[Question]:
    """Those that a person grades, in the order of the notebooks, as teams read them."""
    known = {(one.notebook, one.cell): one for chapter in chapters(course, challenge) for one in chapter.questions if one.kind == ESSAY}
    found = []
    for path in sorted((course / "exercises" / challenge).glob("*.ipynb")):
        cells = nbformat.read(path, 4).cells
        for rank, cell in enumerate(cells):
            if one := known.get((path.stem, cell.metadata.get("nbgrader", {}).get("grade_id"))):
                start = next((place for place in range(rank - 1, -1, -1) if cells[place].cell_type == "markdown" and _HEADING.search(cells[place].source)), rank)
                above = [each for each in cells[start:rank] if each.cell_type == "markdown"]
                found.append(Question(path.stem, one.cell, f"{one.number} · {one.title}", one.maximum, tuple((level.points, level.text) for level in one.levels), _asked(above)))
    return found


def answers(course: Path, challenge: str, grading: Path) -> list[Answer]:
    """Of all teams, each answer that a person has graded or must grade; sorted by question, then team. One left as it was given out has none.

    Raises:
        CannotModerate: nothing of the challenge was graded there, or the grading folder is in the course.
    """
    course, grading = course.resolve(), grading.resolve()
    asked = {(each.notebook, each.cell): each for each in questions(course, challenge)}
    if grading.is_relative_to(course):
        raise CannotModerate(f"{grading} is in the course's folder, which is public: say where people's work is with --grading.")
    if not asked:
        raise CannotModerate(f"No question of « {challenge} » is graded by a person in {course / 'exercises' / challenge}: is it the challenge's name?")
    if not (grading / "autograded").is_dir():
        raise CannotModerate(f"No team was graded in {grading}: is it the grading folder (--grading)? First: `challenge-data grade`.")
    known, found = roster.load(grading), []
    try:
        with Recorder(course, challenge, grading) as recorder:
            scores = [recorder.scores(team) for team in recorder.teams()]
    except Refused as problem:
        raise CannotModerate(str(problem)) from problem
    for of in scores:
        names = _names(of.team, known.team(of.team))
        for mark in of.marks:
            if (question := asked.get((mark.notebook, mark.cell))) and (mark.manual is not None or mark.waiting) and (cell := _cell(grading, of.team, challenge, mark)) is not None:
                shown = names.sub("[équipe]", _shown(cell)) if names else _shown(cell)
                found.append(Answer(of.team, question, shown, _digest(cell), mark))
    order = {name: rank for rank, name in enumerate(asked)}
    return sorted(found, key=lambda one: (order[one.question.notebook, one.question.cell], one.team))


def home(grading: Path, challenge: str) -> Path:
    return grading.resolve() / FOLDER / challenge


def _asked(above: list[nbformat.NotebookNode]) -> str:
    """HTML of what stands above an answer, from its own heading on: the last of the first cell."""
    headings = list(_HEADING.finditer(above[0].source)) if above else []
    if headings:
        above = [nbformat.NotebookNode(above[0], source=above[0].source[headings[-1].start():]), *above[1:]]
    return "\n".join(map(_markdown, above))


def _cell(grading: Path, team: str, challenge: str, mark: Mark) -> nbformat.NotebookNode | None:
    try:
        cells = nbformat.read(grading / "autograded" / team / challenge / f"{mark.notebook}.ipynb", 4).cells
    except (OSError, ValueError, nbformat.ValidationError):
        return None
    return next((cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade_id") == mark.cell), None)


def _digest(cell: nbformat.NotebookNode) -> str:
    return hashlib.sha256(json.dumps([cell.source, cell.get("attachments", {})], sort_keys=True).encode()).hexdigest()


def _names(name: str, team: roster.Team | None) -> re.Pattern | None:
    """The team's and its members' names, wherever they stand as words."""
    words = {name, name.replace("-", " "), *((team.title, *(member.name for member in team.members)) if team else ())}
    long = sorted((re.escape(html.escape(word)) for word in words if len(word) >= LEAST_NAME), key=len, reverse=True)
    # Not in a picture's bytes, nor in a tag.
    return re.compile(rf"(?<![\w/+=-])(?:{'|'.join(long)})(?![\w/+=-])(?![^<]*>)", re.IGNORECASE) if long else None


def _shown(cell: nbformat.NotebookNode) -> str:
    if cell.cell_type == "markdown":
        return _markdown(cell)
    return "\n".join([f"<details><summary>Le code</summary><pre>{html.escape(cell.source)}</pre></details>", *filter(None, map(_output, cell.get("outputs", [])))])


def _markdown(cell: nbformat.NotebookNode) -> str:
    return showing.markdown2html({"cell": cell}, cell.source)


def _output(output: nbformat.NotebookNode) -> str:
    if output.output_type == "stream":
        return f"<pre>{html.escape(_COLOURS.sub('', output.text))}</pre>"
    if output.output_type == "error":
        return f"<pre>{html.escape(_COLOURS.sub('', f'{output.ename} : {output.evalue}'))}</pre>"
    if picture := output.data.get("image/png"):
        try:
            clean = base64.b64encode(base64.b64decode("".join(picture.split()), validate=True)).decode()
        except (binascii.Error, ValueError, AttributeError):
            return "<p>[image illisible]</p>"
        return f'<img alt="figure de la copie" src="data:image/png;base64,{clean}">'
    if table := output.data.get("text/html"):
        return showing.clean(table)
    return f"<pre>{html.escape(str(output.data.get('text/plain', '')))}</pre>"
