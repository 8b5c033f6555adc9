"""nbgrader the stock way: the repository's configuration, nbgrader's own commands, three teams, their scores."""

import csv
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

TEAMS = ("tout", "moitie", "rien")


@dataclass
class Graded:
    """What nbgrader left behind for one assignment."""

    scores: dict[str, float]
    folder: Path
    masters: dict[str, nbformat.NotebookNode]

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


def grade(course: Path, assignment: str, grading: Path) -> Graded:
    environment = nbgraders_environment(grading)

    def nbgrader(*arguments: str) -> str:
        run = subprocess.run([sys.executable, "-m", "nbgrader", *arguments], cwd=course, env=environment, capture_output=True, text=True)
        assert run.returncode == 0, f"nbgrader {' '.join(arguments)}\n{run.stdout}\n{run.stderr}"
        return run.stderr

    nbgrader("generate_assignment", assignment, "--force")
    masters = {path.stem: nbformat.read(path, 4) for path in sorted((course / "solutions" / assignment).glob("*.ipynb"))}
    half = every_other(masters)
    roster = grading / "equipes.csv"
    roster.write_text("\n".join(["id", *TEAMS]), encoding="utf-8")
    nbgrader("db", "student", "import", str(roster))
    for team in TEAMS:
        target = grading / "submitted" / team / assignment
        target.mkdir(parents=True)
        for name, master in masters.items():
            released = nbformat.read(course / "exercises" / assignment / f"{name}.ipynb", 4)
            everything = {cell.metadata.nbgrader.grade_id for cell in master.cells if "nbgrader" in cell.metadata}
            chosen = {"tout": everything, "moitie": {key.split("/")[1] for key in half if key.startswith(f"{name}/")}, "rien": set()}
            nbformat.write(answer(released, master, chosen[team]), target / f"{name}.ipynb")
    nbgrader("autograde", assignment)
    nbgrader("generate_feedback", assignment, "--student", "rien")
    nbgrader("export", "--to", str(grading / "notes.csv"))
    with (grading / "notes.csv").open(encoding="utf-8") as file:
        scores = {row["student_id"]: float(row["raw_score"]) for row in csv.DictReader(file)}
    return Graded(scores, grading, masters)


def copy_of_the_course(folder: Path) -> Path:
    """What an instructor's machine holds of this repository."""
    for name in ("solutions", "exercises"):
        shutil.copytree(PROJECT / name, folder / name)
    shutil.copy(PROJECT / "nbgrader_config.py", folder)
    return folder


@pytest.fixture(scope="module", params=sorted(path.name for path in (PROJECT / "solutions").glob("*/")))
def graded(request, tmp_path_factory) -> Graded:
    course = copy_of_the_course(tmp_path_factory.mktemp("cours"))
    return grade(course, request.param, tmp_path_factory.mktemp("notation"))


def test_masters_answers_get_every_automatic_point(graded):
    assert graded.scores["tout"] == graded.automatic > 0


def test_half_of_the_answers_get_exactly_their_points(graded):
    assert graded.scores["moitie"] == sum(every_other(graded.masters).values())
    assert 0 < graded.scores["moitie"] < graded.automatic


def test_untouched_notebooks_get_nothing(graded):
    assert graded.scores["rien"] == 0


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
