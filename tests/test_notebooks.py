"""Every notebook runs from top to bottom without network: lessons and masters with their answers, and all as delivered."""

import shutil
from functools import cache
from pathlib import Path

import harness
import nbformat
import pytest

from challenge_data.build import accessibility


def _notebooks(folder: str) -> list[Path]:
    found = (path.relative_to(harness.PROJECT) for path in harness.PROJECT.glob(f"{folder}/**/*.ipynb"))
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


LESSONS, MASTERS, RELEASED = _notebooks("notebooks"), _notebooks("solutions"), _notebooks("exercises")


@cache
def _answered() -> dict[Path, nbformat.NotebookNode]:
    from challenge_data.build import answered

    return {Path(path): notebook for path, notebook in answered(harness.PROJECT).items()}


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    return harness.Course(tmp_path_factory.mktemp("course"))


def test_there_are_lessons_masters_and_exercises():
    assert LESSONS and MASTERS and RELEASED


def test_each_lesson_and_master_has_an_answered_version():
    assert set(_answered()) == {*LESSONS, *MASTERS}


@pytest.mark.parametrize("path", [*LESSONS, *MASTERS], ids=str)
def test_answered(path, course, tmp_path, record_property):
    run = course.run(_answered()[path], path, tmp_path / "travail")
    record_property("notebook", {"name": f"{path.as_posix()}, answered", **run.measures})
    found = harness.faults(run, answered=True)
    found += _stale(path, run.work) + accessibility.figures_without_words(run.notebook)
    assert not found, "\n".join(found)


def _stale(path: Path, work: Path) -> list[str]:
    """Files that the lesson hands on, and of which the ready one (for a team that skipped the lesson) says something else."""
    made = _handed_on().get(path, [])
    ready = harness.PROJECT / "datasets/brumeval/relais"
    return [f"{ready.name}/{name} is not what the lesson makes: run datasets/recipes/relay/build.py"
            for name in made if not (ready / name).is_file() or (work / name).read_bytes() != (ready / name).read_bytes()]


@cache
def _handed_on() -> dict[Path, list[str]]:
    from challenge_data.build.course import read_curriculum

    return {lesson.built: lesson.produces for lesson in read_curriculum(harness.PROJECT).lessons}


@pytest.mark.parametrize("path", [*LESSONS, *RELEASED], ids=str)
def test_as_delivered(path, course, tmp_path, record_property):
    """In a warm kernel where there is one: what a notebook takes and whom it calls was seen with its answers."""
    delivered = nbformat.read(harness.PROJECT / path, as_version=4)
    if shutil.which("bwrap"):
        run = harness.run_warm(delivered, tmp_path / "travail")
    else:
        run = course.run(delivered, path, tmp_path / "travail")
    record_property("notebook", {"name": f"{path.as_posix()}, as delivered", **run.measures})
    found = harness.faults(run, answered=False)
    assert not found, "\n".join(found)
