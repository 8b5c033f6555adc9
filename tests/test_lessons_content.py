"""What the lessons' authors promise: sections that add up to the stated minutes, and checks that speak to real mistakes.

The answers in ``tests/answers/lessons/`` are what beginners type. Each is played in a kernel, where the lesson's own cells ran before it,
and must get the sentence that was written for it (or Python's error, explained).
"""

import contextlib
import json
import re
import shutil
from pathlib import Path

import nbclient
import nbformat
import pytest
import yaml

from challenge_data.build import assemble, boxes
from challenge_data.build.course import Lesson, read_curriculum
from challenge_data.grading.running import PROVISIONER, by_default

ROOT = Path(__file__).parents[1]
CURRICULUM = read_curriculum(ROOT)
LESSONS = {lesson.code: lesson for lesson in CURRICULUM.lessons}

ANSWERS = {
    f"{path.stem}.{name}": [(answer["typed"], answer["heard"]) for answer in answers]
    for path in sorted((ROOT / "tests/answers/lessons").glob("*.yml"))
    for name, answers in yaml.safe_load(path.read_text(encoding="utf-8")).items()
}


def _given(lesson: Lesson) -> list[tuple[str, str]]:
    """(exercise played, source) of each cell: the lesson's own as answered, and after each exercise what learners type."""
    # The checks as the curriculum says them now, whether or not the package's copy was built since.
    kept = assemble.exercises(CURRICULUM)
    cells = [("", f"import json\nfrom challenge_data.checks import of_package\nkept = json.loads({json.dumps(kept)!r})\nof_package._kept = lambda: kept")]
    ours = assemble.lesson_notebook(lesson, CURRICULUM, answered=True)
    for cell in ours.cells:
        if cell.cell_type != "code" or cell.source.startswith("hint("):
            continue
        name = f"{lesson.code}.{cell.id.removeprefix('exercise-')}" if cell.id.startswith("exercise-") else ""
        # Wrong answers first: some exercises keep what was given before.
        cells += [(name, f'{typed}\ncheck("{name}")') for typed, _ in ANSWERS.get(name, ())]
        cells.append(("", cell.source))
    return cells


def _heard(outputs: list) -> str:
    return "\n".join(output.get("text", "") or "\n".join(output.get("traceback", [])) for output in outputs)


@pytest.mark.skipif(not shutil.which("bwrap"), reason="lessons run in warm kernels of the grading sandbox, which needs bubblewrap")
@pytest.mark.parametrize("code", sorted({name.split(".")[0] for name in ANSWERS}))
def test_what_learners_type_gets_its_sentence(code, tmp_path, monkeypatch):
    given = _given(LESSONS[code])
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for _, source in given])
    # The first lesson asks which challenges there are, and the sandbox shows none: this one runs in a course folder.
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(ROOT))
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path / "travail"))
    with contextlib.nullcontext() if code == "00" else by_default(PROVISIONER):
        nbclient.NotebookClient(notebook, timeout=60, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}).execute()

    heard: dict[str, list[str]] = {}
    for (name, _), cell in zip(given, notebook.cells, strict=True):
        if name:
            heard.setdefault(name, []).append(_heard(cell.outputs))
    wanted = {name: answers for name, answers in ANSWERS.items() if name.startswith(f"{code}.")}
    wrong = [f"{name}\n  {typed}\n  heard: {text.strip()}\n  wanted: {part}"
             for name, answers in wanted.items()
             for (typed, part), text in zip(answers, heard[name], strict=True) if part not in text]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("code", sorted(LESSONS))
def test_the_sections_minutes_sum_to_the_lessons(code):
    text = "\n".join(cell.source for cell in LESSONS[code].document.cells if cell.kind == "markdown")
    sections = re.findall(r"^## .*$", text, re.MULTILINE)
    minutes = [re.search(r"\((\d+) min\)$", section) for section in sections]
    assert all(minutes), [section for section, found in zip(sections, minutes, strict=True) if not found]
    assert sum(int(found[1]) for found in minutes) == LESSONS[code].header["minutes"]


@pytest.mark.parametrize("code", sorted(LESSONS))
def test_every_exercise_has_its_hints_and_played_answers(code):
    kept = {name: entry for name, entry in assemble.exercises(CURRICULUM).items() if name.startswith(f"{code}.")}
    assert kept and all(len(entry.get("hints", [])) >= 2 for entry in kept.values()), kept.keys()
    if any(name.startswith(f"{code}.") for name in ANSWERS):
        assert {name for name in ANSWERS if name.startswith(f"{code}.")} == {name for name, entry in kept.items() if "check" in entry}


@pytest.mark.parametrize("code", sorted(LESSONS))
def test_the_form_of_a_lesson(code):
    named = [box.name for cell in LESSONS[code].document.cells if cell.kind == "markdown"
             for box in boxes.split(cell.source) if isinstance(box, boxes.Box)]
    assert named[0] == "objectifs" and named[-1] == "aide-memoire"
    assert 2 <= named.count("quiz") <= 4 and {"resume", "aller-plus-loin"} <= set(named)
    assert any(cell.metadata.get("animation") for cell in LESSONS[code].document.cells)
