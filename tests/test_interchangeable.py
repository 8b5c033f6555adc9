"""Cells whose value may be another: what the build keeps and refuses, and every lesson that has one, run with each choice."""

import shutil
from functools import cache
from pathlib import Path

import harness
import nbformat
import pytest
from tiny import LESSON, NOTEBOOK, write_course

from challenge_data.build import assemble, course, expert, interchangeable, rules

MARKED = '''```{code-cell}
:interchangeable: ile
:choices: {"01": Brumeval, "02": Grande-Île}
ile = "01"
```

'''
BEFORE = "```{code-cell}\nfrom challenge_data import check, hint, quiz"


def written(folder: Path, marked: str, **texts: str) -> course.Curriculum:
    """The course in miniature with these cells in its lesson."""
    root = write_course(folder)
    lesson = root / "curriculum/lessons/j0_depart/01_compter.md"
    lesson.write_text(LESSON.replace(BEFORE, marked + BEFORE), encoding="utf-8")
    for name, text in texts.items():
        (root / "curriculum/challenges/tiny" / f"{name}.md").write_text(text, encoding="utf-8")
    return course.read_curriculum(root)


def told(curriculum: course.Curriculum) -> list[str]:
    return [problem.message for part in curriculum.parts for problem in interchangeable.rule(part, curriculum)]


def test_the_cell_carries_its_choices_and_papermills_tag_for_learners_and_experts(tmp_path):
    curriculum = written(tmp_path, MARKED)
    assert not rules.problems(curriculum)
    lesson = curriculum.lessons[0]
    for notebook in (assemble.lesson_notebook(lesson, curriculum), expert.notebook(lesson, curriculum)):
        [cell] = [cell for cell in notebook.cells if cell.source == 'ile = "01"']
        assert cell.metadata.tags == ["parameters"]
        assert cell.metadata.challenge_data == {"interchangeable": "ile", "choices": {"01": "Brumeval", "02": "Grande-Île"}}


@pytest.mark.parametrize(("wrong", "message"), [
    (MARKED.replace('ile = "01"', 'ile = "01"\nprint(ile)'), "does not only give « ile » its value"),
    (MARKED.replace('ile = "01"', "ile = 1"), "does not only give « ile » its value"),
    (MARKED.replace('ile = "01"', 'lieu = "01"'), "does not only give « ile » its value"),
    (MARKED.replace('ile = "01"', 'ile = "03"'), "is not among its choices"),
    (MARKED.replace(', "02": Grande-Île', ""), "has no choices"),
    (MARKED.replace(':choices: {"01": Brumeval, "02": Grande-Île}\n', ""), "has no choices"),
    (MARKED.replace('"01": Brumeval', "1: Brumeval"), "has no choices"),
    (MARKED.replace(":interchangeable: ile\n", ""), "choices without a name"),
    (MARKED + MARKED, "after another cell of parameters"),
])
def test_a_cell_that_no_menu_could_change_is_told(wrong, message, tmp_path):
    [found] = told(written(tmp_path, wrong))
    assert message in found


def test_every_team_answers_the_same_question(tmp_path):
    graded = NOTEBOOK.replace("```{code-cell}\n:tags: [parameters]\nEN_LIGNE = False\n```\n", MARKED)
    assert told(written(tmp_path, "", **{"1_trouver": graded})) == ["an interchangeable cell in a graded notebook"]


@cache
def _curriculum() -> course.Curriculum:
    return course.read_curriculum(harness.PROJECT)


def _lessons() -> dict[str, course.Lesson]:
    return {lesson.code: lesson for lesson in _curriculum().lessons if any("interchangeable" in cell.metadata for cell in lesson.document.cells)}


def test_four_lessons_or_more_have_such_a_cell():
    assert len(_lessons()) >= 4


@pytest.mark.skipif(not shutil.which("bwrap"), reason="notebooks run in warm kernels of the grading sandbox, which needs bubblewrap")
@pytest.mark.parametrize("code", sorted(_lessons()))
def test_the_lesson_runs_with_each_choice_and_each_gives_another_result(code, tmp_path):
    """With each but the author's own, which ``test_notebooks.py`` runs: the first in the expert's version, the same code with answers."""
    lesson = _lessons()[code]
    versions = {True: expert.notebook(lesson, _curriculum()), False: assemble.lesson_notebook(lesson, _curriculum())}
    results = {}
    for value in _others(versions[False]):
        answered = not results
        notebook = versions[answered]
        cell, next_one = _interchangeable(notebook)
        run = harness.run_warm(notebook, tmp_path / value, {cell.metadata.challenge_data.interchangeable: value})
        assert not (found := harness.faults(run, answered=answered)), f"with {value}: " + "\n".join(found)
        results[value] = _shown(run.notebook, next_one.id)
    assert len(set(results.values())) == len(results) > 0, results


def _interchangeable(notebook: nbformat.NotebookNode) -> tuple[nbformat.NotebookNode, nbformat.NotebookNode]:
    """That cell, and the one after it, where its value shows."""
    [place] = [place for place, cell in enumerate(notebook.cells) if "interchangeable" in cell.metadata.get("challenge_data", {})]
    return notebook.cells[place], notebook.cells[place + 1]


def _others(notebook: nbformat.NotebookNode) -> list[str]:
    cell, _ = _interchangeable(notebook)
    return sorted(set(cell.metadata.challenge_data.choices) - {interchangeable.assigned(cell.source)[1]})


def _shown(notebook: nbformat.NotebookNode, name: str) -> str:
    [cell] = [cell for cell in notebook.cells if cell.get("id") == name]
    return "".join(output.get("text", "") or str(output.get("data", {})) for output in cell.outputs)
