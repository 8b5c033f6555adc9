"""The build, on a course in miniature: what it makes, and every fault it must tell."""

import json
from pathlib import Path

import nbformat
import pytest
from tiny import CHALLENGE, LESSON, NOTEBOOK, write_course

from challenge_data import build
from challenge_data.build import boxes
from challenge_data.build.source import read

LESSON_MD = "curriculum/lessons/j0_depart/01_compter.md"
NOTEBOOK_MD = "curriculum/challenges/tiny/1_trouver.md"
LESSON_NB = "notebooks/j0_depart/01_compter.ipynb"
MASTER_NB = "solutions/tiny/1_trouver.ipynb"
RELEASED_NB = "exercises/tiny/1_trouver.ipynb"


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    root = write_course(tmp_path_factory.mktemp("course"))
    build.build(root)
    return root


def cells(root: Path, name: str) -> dict[str, nbformat.NotebookNode]:
    return {cell.id: cell for cell in nbformat.read(root / name, as_version=4).cells}


def test_learners_version_holds_the_stub_and_one_line_of_check(built):
    exercise = cells(built, LESSON_NB)["exercise-total"]
    assert exercise.source == 'total = …\ncheck("01.total")'
    assert "raises-exception" in exercise.metadata.tags


def test_learners_version_leaves_out_what_is_not_theirs(built):
    text = (built / LESSON_NB).read_text()
    for word in ("assert sum", "intervenant", "mistakes", "sum(lignes)\\n"):
        assert word not in text


def test_hint_becomes_a_cell_and_keeps_its_steps_in_the_package(built):
    assert [cell.source for cell in cells(built, LESSON_NB).values() if "hint(" in cell.source] == ['hint("01.total")']
    kept = json.loads((built / "src/challenge_data/checks/exercises.json").read_text())
    assert kept["01.total"]["hints"] == ["Additionner se dit `sum`.", "`sum(lignes)`"]
    assert "check.number(total, 12" in kept["01.total"]["check"]
    assert kept["tiny.1.grand"]["hints"] == ["Le plus grand se dit `max`."]


def test_objectives_box_says_minutes_track_and_takeaway(built):
    text = cells(built, LESSON_NB)["compter-1"].source
    assert '<div class="alert alert-info" style' in text
    assert "**Durée** : 5 minutes (tronc commun)" in text and "**Vous repartirez avec** : un total" in text


def test_quiz_becomes_its_question_then_a_cell_and_its_explanations_stay_in_the_package(built):
    asked, cell = list(cells(built, LESSON_NB).values())[-2:]
    assert (cell.id, cell.cell_type, cell.source) == ("quiz-1", "code", 'quiz("01.1")')
    assert "- **A.** La somme des trois nombres.\n- **B.** Trois." in asked.source
    for told in ("On compte les lignes", "Une par nombre", ":::", "[x]"):
        assert told not in (built / LESSON_NB).read_text()
    kept = json.loads((built / "src/challenge_data/widgets/quizzes.json").read_text())
    assert [(choice["right"], choice["explanation"]) for choice in kept["01.1"]["choices"]] == [
        (False, "On compte les lignes, pas leur contenu."), (True, "Une par nombre : <code>len(lignes)</code>.")]


def test_a_quiz_is_asked_and_explained_apart():
    body = "Combien ?\n- [ ] Deux.\n  Compté sans `zéro`.\n- [x] Trois.\n  Un par nombre."
    assert "- **A.** Deux.\n- **B.** Trois." in boxes.question(body) and "Un par nombre" not in boxes.question(body)
    assert "- **A. Non.** Compté" in boxes.explained(body) and "- **B. Oui.** Un par nombre." in boxes.explained(body)


def test_master_has_nbgraders_metadata_and_the_truth_as_a_literal(built):
    master = cells(built, MASTER_NB)
    assert master["solution-grand"].metadata.nbgrader == {
        "cell_type": "code", "grade": False, "grade_id": "grand", "locked": False, "schema_version": 3,
        "solution": True, "task": False}
    tests = master["tests-grand"]
    assert tests.metadata.nbgrader["points"] == 60 and tests.metadata.nbgrader["grade"] and tests.metadata.nbgrader["locked"]
    assert "check.number(grand, 9)" in tests.source
    essay = master["essay-avis"].metadata.nbgrader
    assert (essay["grade"], essay["solution"], essay["points"], essay["cell_type"]) == (True, True, 40, "markdown")


def test_tests_announce_their_question_so_that_a_refusal_names_its_hint(built):
    assert cells(built, MASTER_NB)["tests-grand"].source.startswith('check.question("tiny.1.1")\n')
    assert 'hint("tiny.1.1")' in [cell.source for cell in cells(built, RELEASED_NB).values()]


def test_rubric_is_a_locked_cell_just_above_its_essay(built):
    for path in (MASTER_NB, RELEASED_NB):
        names = list(cells(built, path))
        rubric = cells(built, path)["bareme-avis"]
        assert names.index("bareme-avis") + 1 == names.index("essay-avis")
        assert rubric.metadata.nbgrader["locked"] and not rubric.metadata.nbgrader["solution"] and "40 points" in rubric.source


def test_given_cells_are_locked_and_parameters_are_free(built):
    master = cells(built, MASTER_NB).values()
    given = next(cell for cell in master if "valeurs =" in cell.source)
    assert given.metadata.nbgrader["locked"] and not given.metadata.nbgrader["grade"]
    parameters = next(cell for cell in master if "EN_LIGNE" in cell.source)
    assert "nbgrader" not in parameters.metadata


def test_release_is_nbgraders_with_the_questions_own_stub(built):
    released = cells(built, RELEASED_NB)
    assert released["solution-grand"].source == "grand = …"
    assert "challenge_data" not in released["solution-grand"].metadata
    assert "HIDDEN" not in released["tests-grand"].source and "isinstance" in released["tests-grand"].source
    assert released["tests-grand"].source.endswith("check.form()")
    assert "checksum" in released["tests-grand"].metadata.nbgrader
    assert released["essay-avis"].source.startswith("*À vous")


def test_building_twice_gives_the_same_bytes(built):
    before = {path: path.read_bytes() for path in built.rglob("*.ipynb")}
    assert build.build(built) == []
    assert {path: path.read_bytes() for path in built.rglob("*.ipynb")} == before


def test_sound_course_has_no_problem(built):
    assert build.check(built) == []


def test_answered_version_holds_answers_and_asserted_figures(built):
    versions = build.answered(built)
    lesson = "\n".join(cell.source for cell in versions[Path(LESSON_NB)].cells)
    assert "total = sum(lignes)" in lesson and "assert sum(lignes) == 12" in lesson and "BEGIN" not in lesson


def test_cell_ids_do_not_move_when_text_is_added_elsewhere(tmp_path, built):
    longer = write_course(tmp_path, lesson=LESSON.replace("## À vous", "## Un détour\n\nDu texte.\n\n+++\n## À vous"))
    build.build(longer)
    assert set(cells(built, LESSON_NB)) <= set(cells(longer, LESSON_NB))


FAULTS = {
    "unbalanced marker": (LESSON_MD, "### END SOLUTION\n### BEGIN CHECK", "### BEGIN CHECK", "### BEGIN SOLUTION without its END"),
    "second H1": (LESSON_MD, "## À vous", "# À vous", "a second H1"),
    "skipped heading": (LESSON_MD, "## À vous", "### À vous", "heading level 3 after level 1"),
    "image without alternative": (LESSON_MD, "## À vous", "![](carte.png)\n\n## À vous", "an image without text alternative"),
    "image that is not there": (LESSON_MD, "## À vous", "![Une carte](images/carte.png)\n\n## À vous", "an image that is not there: images/carte.png"),
    "html image without alternative": (LESSON_MD, "## À vous", '<img src="a.png">\n\n## À vous', "an image without text alternative"),
    "figure without alternative": (LESSON_MD, "lignes = [3, 4, 5]", "lignes = [3, 4, 5]\nfinish(ax, source='x')", "a figure without text alternative"),
    "bare figure": (LESSON_MD, "lignes = [3, 4, 5]", "lignes = [3, 4, 5]\ntableau.plot.bar()", "a figure without title, source"),
    "dead link": (LESSON_MD, "## À vous", "[la leçon 9](../j9/09_rien.ipynb)\n\n## À vous", "leads nowhere: ../j9/09_rien.ipynb"),
    "dead anchor": (LESSON_MD, "## À vous", "[plus bas](#Rien)\n\n## À vous", "a link to #Rien"),
    "vague link": (LESSON_MD, "## À vous", "[ici](01_compter.ipynb)\n\n## À vous", "does not say where it leads"),
    "long cell": (LESSON_MD, "lignes = [3, 4, 5]", "lignes = [3, 4, 5]\n" + "x = 1\n" * 11, "a code cell of 13 lines"),
    "unknown box": (LESSON_MD, ":::objectifs", ":::objectif", "unknown box « objectif »"),
    "box left open": (LESSON_MD, "`len(lignes)`.\n:::", "`len(lignes)`.", "the box « quiz » is not closed"),
    "quiz without right answer": (LESSON_MD, "- [x] Trois", "- [ ] Trois", "one right answer"),
    "quiz given away": (LESSON_MD, "- [x] Trois.", "- [x] Trois, parce que chaque nombre est une ligne à lui tout seul.", "the right answer is the longest"),
    "quizzes given away": (LESSON_MD, "  Une par nombre : `len(lignes)`.\n:::", "  Une par nombre : `len(lignes)`.\n:::\n\n:::quiz\nEt de colonnes ?\n"
                           "- [x] Une.\n  Une liste est une colonne.\n- [ ] Autant que de nombres.\n  Ce sont les lignes.\n:::",
                           "in all quizzes the right answer is the shortest"),
    "unexplained choice": (LESSON_MD, "  Une par nombre : `len(lignes)`.\n", "", "a quiz choice without explanation"),
    "unknown option": (LESSON_MD, ":exercise: total", ":exercice: total", "unknown cell option « exercice »"),
    "exercise without check": (LESSON_MD, "### BEGIN CHECK\ncheck.number(total, 12, mistakes={3: \"Vous avez compté les lignes ; additionnez-les.\"})\n### END CHECK\n", "", "has no check"),
    "stub that leaves nothing": (LESSON_MD, ":stub: total = …", ":stub: total = 0", "leaves nothing to complete"),
    "hint not imported": (LESSON_MD, "import check, hint, quiz", "import check, quiz", "hint is used but not imported"),
    "quiz not imported": (LESSON_MD, "import check, hint, quiz", "import check, hint", "quiz is used but not imported"),
    "no minutes": (LESSON_MD, "minutes: 5, ", "", "the header says no minutes"),
    "unknown prerequisite": (LESSON_MD, "needs: []", 'needs: ["99"]', "needs a lesson 99"),
    "unreadable header": (LESSON_MD, "needs: [],", "needs: [,", "unreadable metadata"),
    "tests of nothing": (NOTEBOOK_MD, ":tests: grand", ":tests: grande", "tests of an unknown question « grande »"),
    "solution without tests": (NOTEBOOK_MD, ":tests: grand", ":tests: grande", "the solution « grand » has no tests"),
    "tests without points": (NOTEBOOK_MD, ":points: 60\n", "", "« grand » has no points"),
    "points that do not sum": (NOTEBOOK_MD, ":points: 60", ":points: 50", "the points sum to 90, challenge.yml says 100"),
    "duplicated id": (NOTEBOOK_MD, '"essay": "avis"', '"essay": "grand"', "duplicated id « grand »"),
    "id with accents": (NOTEBOOK_MD, '"essay": "avis"', '"essay": "été"', "cannot be used"),
    "unknown truth": (NOTEBOOK_MD, 'truth["grand"]', 'truth["petit"]', "the truth file has no « petit »"),
    "question without a number": (NOTEBOOK_MD, "## Question 1", "## Une question", "« grand » is question 1, its heading says no number"),
    "question out of order": (NOTEBOOK_MD, "## Question 2", "## Question 3", "« avis » is question 2, its heading says 3"),
    "essay without a rubric": (NOTEBOOK_MD, ":::bareme\n", ":::retenir\n", "a rubric of 0 levels"),
    "rubric short of a level": (NOTEBOOK_MD, "- **25 points** : un avis, avec une raison qui ne tient pas.\n", "", "a rubric of 3 levels"),
    "rubric above the points": (NOTEBOOK_MD, "**40 points**", "**45 points**", "the rubric of « avis » goes 45, 25, 10, 0"),
    "rubric that does not go down": (NOTEBOOK_MD, "**25 points**", "**40 points**", "goes 40, 40, 10, 0"),
    "level of two sentences": (NOTEBOOK_MD, "un avis, et sa raison.", "Un avis. Et sa raison.", "is not one sentence"),
    "rubric of nothing": (NOTEBOOK_MD, "## Question 1\n", "## Question 1\n\n:::bareme\n- **1 point** : oui.\n:::\n", "a rubric that no essay follows"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_told_with_file_line_and_remedy(tmp_path, fault):
    file, old, new, expected = FAULTS[fault]
    text = {LESSON_MD: LESSON, NOTEBOOK_MD: NOTEBOOK}[file]
    assert text.count(old) >= 1, "the fault must really be planted"
    texts = {"lesson" if file == LESSON_MD else "notebook": text.replace(old, new, 1)}
    found = build.check(write_course(tmp_path, **texts))
    told = [problem for problem in found if expected in problem.message]
    assert told, [str(problem) for problem in found]
    assert told[0].file == Path(file) and told[0].line >= 1 and told[0].remedy


def test_line_of_a_problem_is_the_line_in_the_file(tmp_path):
    root = write_course(tmp_path, lesson=LESSON.replace("## À vous", "### À vous"))
    line = LESSON.splitlines().index("## À vous") + 1
    assert [problem.line for problem in build.check(root) if "heading level" in problem.message] == [line]


def test_all_faults_are_told_together_and_nothing_is_written(tmp_path):
    root = write_course(tmp_path, lesson=LESSON.replace("## À vous", "# À vous").replace("- [x]", "- [ ]"),
                        challenge=CHALLENGE.replace("points: 100", "points: 90"))
    with pytest.raises(build.BuildError) as error:
        build.build(root)
    assert len(error.value.problems) == 4  # second H1, quiz, notebook's points, challenge's points
    assert not (root / "notebooks").exists()


def test_stale_missing_and_orphan_files_are_told(tmp_path):
    root = write_course(tmp_path)
    build.build(root)
    (root / LESSON_NB).write_text((root / LESSON_NB).read_text().replace("Compter", "Conter"))
    (root / MASTER_NB).unlink()
    orphan = root / "notebooks/j0_depart/99_perdu.ipynb"
    orphan.write_bytes((root / LESSON_NB).read_bytes())
    told = {(problem.file.as_posix(), problem.message.split(":")[0]) for problem in build.check(root)}
    assert {(LESSON_NB, "stale"), (MASTER_NB, "missing"), ("notebooks/j0_depart/99_perdu.ipynb", "orphan")} <= told
    build.build(root)
    assert build.check(root) == [] and not orphan.exists()


def test_work_done_in_a_built_notebook_is_told_and_kept(tmp_path):
    root = write_course(tmp_path)
    build.build(root)
    worked = nbformat.read(root / LESSON_NB, as_version=4)
    worked.cells[-2].source, worked.cells[1].execution_count = "ma réponse", 1
    nbformat.write(worked, root / LESSON_NB)
    assert [problem.message for problem in build.check(root)] == ["somebody ran cells in this copy"]
    build.build(root)
    assert build.check(root) == []
    (kept,) = (root / "travail/copies").rglob("*.ipynb")
    assert "ma réponse" in kept.read_text()


@pytest.mark.parametrize("leak", ["### BEGIN SOLUTION", "### BEGIN HIDDEN TESTS"])
@pytest.mark.parametrize("name", [LESSON_NB, RELEASED_NB])
def test_answer_left_in_a_learners_notebook_is_told(tmp_path, leak, name):
    root = write_course(tmp_path)
    build.build(root)
    notebook = nbformat.read(root / name, as_version=4)
    notebook.cells[-1].source += f"\n{leak}\nx"
    nbformat.write(notebook, root / name)
    assert any("a learner would read" in problem.message and problem.file == Path(name) for problem in build.check(root))


def test_anything_but_notebooks_in_solutions_is_told_and_kept(tmp_path):
    root = write_course(tmp_path)
    build.build(root)
    stray = root / "solutions/tiny/notes.txt"
    stray.write_text("réponses")
    assert any("nbgrader copies it" in problem.message for problem in build.check(root))
    build.build(root)
    assert stray.exists()


def test_figure_box_shows_its_image_and_its_caption(tmp_path):
    figure = ":::figure\n![Une seule barre, haute de trois lignes.](images/barre.png)\n\nTrois lignes.\n:::\n\n## À vous"
    root = write_course(tmp_path, lesson=LESSON.replace("## À vous", figure))
    image = root / "curriculum/lessons/j0_depart/images/barre.png"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"png")
    build.build(root)
    text = "\n".join(cell.source for cell in cells(root, LESSON_NB).values())
    assert "![Une seule barre, haute de trois lignes.](images/barre.png)\n\n*Trois lignes.*" in text and ":::" not in text
    assert (root / "notebooks/j0_depart/images/barre.png").read_bytes() == b"png"
    assert build.check(root) == []


def test_a_second_lesson_with_the_same_code_is_told(tmp_path):
    root = write_course(tmp_path)
    (root / "curriculum/lessons/j0_depart/01_encore.md").write_text(LESSON)
    assert sum("given to two lessons" in problem.message for problem in build.check(root)) == 2


def test_prerequisite_is_a_link_between_built_notebooks(tmp_path):
    root = write_course(tmp_path)
    second = LESSON.replace('code: "01"', 'code: "02"').replace("needs: []", 'needs: ["01"]').replace("# Compter", "# Suite", 1)
    (root / "curriculum/lessons/j1_un").mkdir()
    (root / "curriculum/lessons/j1_un/02_suite.md").write_text(second)
    build.build(root)
    text = (root / "notebooks/j1_un/02_suite.ipynb").read_text()
    assert "[01 · Compter](../j0_depart/01_compter.ipynb)" in text
    assert build.check(root) == []


def test_reader_remembers_each_cells_line(tmp_path):
    root = write_course(tmp_path)
    lines = LESSON.splitlines()
    for cell in read(root / LESSON_MD).cells:
        first = cell.source.splitlines()[0]
        assert lines[cell.line - 1] == first
