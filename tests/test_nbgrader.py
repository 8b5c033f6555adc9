"""Every challenge graded for three teams; nbgrader's own commands, with the repository's configuration, say the same."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from tiny import PROJECT, write_course

from challenge_data import build
from challenge_data.grading import engine, feedback, recording
from challenge_data.grading.marks import Scores

TEAMS = ("tout", "moitie", "rien")


@dataclass
class Graded:
    """What was left behind for one assignment."""

    scores: dict[str, Scores]
    folder: Path
    masters: dict[str, nbformat.NotebookNode]
    course: Path
    received: Path

    @property
    def automatic(self) -> float:
        """Points that code can give."""
        return sum(points for notebook in self.masters.values() for points in tested(notebook).values())


def nbgraders_environment(grading: Path) -> dict[str, str]:
    """As in an activated environment: nbgrader calls ``alembic`` by its name."""
    return os.environ | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "CHALLENGE_DATA_GRADING": str(grading),
        "CHALLENGE_DATA_WORK": str(grading / "travail"),
    }


def tested(notebook: nbformat.NotebookNode) -> dict[str, float]:
    """Question -> points of its tests."""
    graded = (cell.metadata.get("nbgrader", {}) for cell in notebook.cells)
    return {meta["grade_id"].removeprefix("tests-"): meta["points"] for meta in graded if meta.get("grade") and not meta["solution"]}


def answer(released: nbformat.NotebookNode, master: nbformat.NotebookNode, questions: set[str]) -> nbformat.NotebookNode:
    """The released notebook with the master's answers to some questions."""
    answers = {cell.metadata.nbgrader.grade_id: cell.source for cell in master.cells if cell.metadata.get("nbgrader", {}).get("solution")}
    for cell in released.cells:
        if (name := cell.metadata.get("nbgrader", {}).get("grade_id")) in questions & set(answers):
            cell.source = answers[name]
    return released


def every_other(masters: dict[str, nbformat.NotebookNode]) -> dict[str, float]:
    """Every second question of each notebook, with its points."""
    return {f"{name}/{question}": points for name, notebook in masters.items()
            for rank, (question, points) in enumerate(tested(notebook).items()) if rank % 2 == 0}


def hand_in(course: Path, assignment: str, received: Path) -> dict[str, nbformat.NotebookNode]:
    """Three teams' folders, as an instructor receives them; returns the masters."""
    masters = {path.stem: nbformat.read(path, 4) for path in sorted((course / "solutions" / assignment).glob("*.ipynb"))}
    half = every_other(masters)
    for team in TEAMS:
        (received / team).mkdir(parents=True)
        for name, master in masters.items():
            released = nbformat.read(course / "exercises" / assignment / f"{name}.ipynb", 4)
            everything = {cell.metadata.nbgrader.grade_id for cell in master.cells if "nbgrader" in cell.metadata}
            chosen = {"tout": everything, "moitie": {key.split("/")[1] for key in half if key.startswith(f"{name}/")}, "rien": set()}
            nbformat.write(answer(released, master, chosen[team]), received / team / f"{name}.ipynb")
    return masters


def by_stock(course: Path, assignment: str, team: str, received: Path, grading: Path) -> None:
    """nbgrader's own commands, on the folders that it expects."""
    def nbgrader(*arguments: str) -> None:
        run = subprocess.run([sys.executable, "-m", "nbgrader", *arguments], cwd=course, env=nbgraders_environment(grading), capture_output=True, text=True)
        assert run.returncode == 0, f"nbgrader {' '.join(arguments)}\n{run.stdout}\n{run.stderr}"

    nbgrader("generate_assignment", assignment, "--force")
    nbgrader("db", "student", "add", team)
    shutil.copytree(received / team, grading / "submitted" / team / assignment)
    nbgrader("autograde", assignment)


def by_ours(course: Path, assignment: str, received: Path, grading: Path) -> None:
    """The same by ``challenge-data grade``; our own answers need no sandbox where there is none."""
    engine.grade(received, assignment, course=course, grading=grading, add_teams=True, feedback=False, unsafe=shutil.which("bwrap") is None)
    feedback.write_feedback(course, assignment, grading, "rien")


def scores(course: Path, assignment: str, grading: Path) -> dict[str, Scores]:
    """Team -> its marks, cell by cell."""
    with recording.Recorder(course, assignment, grading) as recorder:
        return {team: recorder.scores(team) for team in recorder.teams()}


def copy_of_the_course(folder: Path) -> Path:
    """What an instructor's machine holds of this repository."""
    for name in ("solutions", "exercises"):
        shutil.copytree(PROJECT / name, folder / name)
    shutil.copy(PROJECT / "nbgrader_config.py", folder)
    (folder / "datasets").symlink_to(PROJECT / "datasets")
    return folder


@pytest.fixture(scope="module", params=sorted(path.name for path in (PROJECT / "solutions").glob("*/")))
def graded(request, tmp_path_factory) -> Graded:
    assignment = request.param
    course = copy_of_the_course(tmp_path_factory.mktemp("cours"))
    received, grading = tmp_path_factory.mktemp("recu"), tmp_path_factory.mktemp("notation")
    masters = hand_in(course, assignment, received)
    by_ours(course, assignment, received, grading)
    return Graded(scores(course, assignment, grading), grading, masters, course, received)


@pytest.mark.parametrize("graded", ["aides-velo"], indirect=True)
def test_stock_and_ours_give_the_same_marks_cell_by_cell(graded, tmp_path):
    """On the lightest challenge, answered by half; ``make bench`` compares a hundred hand-ins."""
    by_stock(graded.course, "aides-velo", "moitie", graded.received, tmp_path)
    stock = scores(graded.course, "aides-velo", tmp_path)
    assert stock == {"moitie": graded.scores["moitie"]} and len(stock["moitie"].marks) > 10


def test_masters_answers_get_every_automatic_point(graded):
    assert graded.scores["tout"].points == graded.automatic > 0


def test_half_of_the_answers_get_exactly_their_points(graded):
    assert graded.scores["moitie"].points == sum(every_other(graded.masters).values())
    assert 0 < graded.scores["moitie"].points < graded.automatic


def test_untouched_notebooks_get_nothing(graded):
    assert graded.scores["rien"].points == 0


def test_about_two_thirds_are_graded_by_code(graded):
    assert 60 <= graded.automatic <= 72


def test_feedback_shows_the_sentences_and_no_traceback(graded):
    pages = sorted((graded.folder / "feedback" / "rien").rglob("*.html"))
    assert len(pages) == len(graded.masters)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "attend votre réponse" in text and "Traceback (most recent call last)" not in text
        assert "showtraceback" not in text


def test_a_misspelt_team_is_told_rather_than_created(tmp_path):
    course, grading = write_course(tmp_path / "cours"), tmp_path / "notation"
    build.build(course)
    target = grading / "submitted" / "Les Sterne" / "tiny"
    target.mkdir(parents=True)
    shutil.copy(course / "exercises/tiny/1_trouver.ipynb", target)
    environment = nbgraders_environment(grading)
    for arguments in (["generate_assignment", "tiny", "--force"], ["autograde", "tiny"]):
        run = subprocess.run([sys.executable, "-m", "nbgrader", *arguments], cwd=course, env=environment, capture_output=True, text=True)
    assert run.returncode != 0 and "Les Sterne" in run.stderr


def test_nothing_is_written_in_the_course_folder(tmp_path):
    """gradebook, submissions and feedback hold people's work: they stay outside the repository."""
    course, grading = write_course(tmp_path / "cours"), tmp_path / "notation"
    build.build(course)
    before = {path.relative_to(course) for path in course.rglob("*")}
    subprocess.run([sys.executable, "-m", "nbgrader", "generate_assignment", "tiny", "--force"], cwd=course,
                   env=nbgraders_environment(grading), check=True, capture_output=True)
    assert {path.relative_to(course) for path in course.rglob("*")} == before
    assert (grading / "gradebook.db").exists()
