"""The expert's version and the slides, made from the same text as the learners' notebooks."""

import os
import re
from pathlib import Path

import nbformat
import pytest
from tiny import LESSON, write_course

from challenge_data import build
from challenge_data.build import course, expert, slides

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return course.read_curriculum(write_course(tmp_path_factory.mktemp("course")))


def source(notebook: nbformat.NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells)


def test_experts_see_the_answer_the_hints_the_quiz_and_their_notes_but_no_assertion(tiny):
    notebook = expert.notebooks(tiny)[Path("notebooks/j0_depart/01_compter.ipynb")]
    nbformat.validate(notebook)
    text = source(notebook)
    assert 'total = sum(lignes)\ncheck("01.total")' in text
    assert "1. Additionner se dit `sum`." in text and "**B. Oui.** Une par nombre" in text
    for left_out in ("assert sum", "quiz(", "hint(", "### BEGIN", "…"):
        assert left_out not in text.replace("import check, hint, quiz", "")


def test_notes_are_framed_and_named_once(tiny):
    notebook = expert.notebooks(tiny)[Path("notebooks/j0_depart/01_compter.ipynb")]
    [notes] = [cell.source for cell in notebook.cells if "animation" in cell.metadata.get("tags", [])]
    assert "dashed" in notes and "**Pour l'intervenant·e.** Deux minutes." in notes
    assert notes.count("intervenant·e") == 1


def test_masters_show_their_hidden_tests_to_experts_and_nbgrader_nothing(tiny):
    notebook = expert.notebooks(tiny)[Path("exercises/tiny/1_trouver.ipynb")]
    text = source(notebook)
    assert "grand = max(valeurs)" in text and "check.number(grand, 9)" in text and "### " not in text
    assert not any("nbgrader" in cell.metadata for cell in notebook.cells)


def test_each_cell_says_what_it_is_for_a_presentation(tiny):
    notebook = expert.notebooks(tiny)[Path("notebooks/j0_depart/01_compter.ipynb")]
    told = {cell.source: dict(cell.metadata.get("challenge_data", {})) for cell in notebook.cells}
    roles = {facts["role"]: source for source, facts in told.items() if "role" in facts}
    assert set(roles) == {"notes", "hint", "exercise", "answer"} < set(expert.ROLES)
    assert "Deux minutes." in roles["notes"] and "se dit `sum`" in roles["hint"] and "**B. Oui.**" in roles["answer"]
    assert told[roles["exercise"]]["stub"] == 'total = …\ncheck("01.total")', "as learners have it"
    for source, facts in told.items():
        if "role" not in facts:
            assert "sum" not in source and "Une par nombre" not in source, "what the room sees tells no answer"


def test_hidden_tests_are_told_from_what_a_room_may_see(tiny):
    cells = expert.notebooks(tiny)[Path("exercises/tiny/1_trouver.ipynb")].cells
    roles = {cell.source: cell.metadata.get("challenge_data", {}).get("role") for cell in cells}
    assert all(role == "tests" for source, role in roles.items() if "check.number" in source)
    assert [facts.metadata.challenge_data.stub for facts in cells if "max(valeurs)" in facts.source] == ["grand = …"]


def test_links_between_notebooks_hold_among_the_experts_versions():
    curriculum = course.read_curriculum(ROOT)
    made = expert.notebooks(curriculum)
    for path, notebook in made.items():
        for target in re.findall(r"\]\((?![a-z]+:|#)([^)#\s]+)", source(notebook)):
            leads = Path(*_normal((path.parent / target).parts))
            assert leads in made or (ROOT / leads).exists(), f"{path}: {target}"


def _normal(parts: tuple[str, ...]) -> list[str]:
    kept: list[str] = []
    for part in parts:
        kept = kept[:-1] if part == ".." else [*kept, part]
    return kept


@pytest.fixture(scope="module")
def deck() -> str:
    curriculum = course.read_curriculum(ROOT)
    return slides.deck(curriculum.lesson("02"), curriculum)


def test_a_deck_is_one_file_that_fetches_nothing(deck):
    assert not re.findall(r'(?:src|href)="(?!data:|https?://|#)[^"]*"', deck)
    assert not re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="http', deck)
    assert "@import" not in deck and "url(" not in deck and "fetch(" not in deck


def test_a_deck_is_french_and_starts_a_part_at_each_mark(deck):
    lesson = course.read_curriculum(ROOT).lesson("02")
    marks = sum(bool(cell.metadata.get("slide")) for cell in lesson.document.cells)
    assert '<html lang="fr">' in deck and deck.count('<section class="part"') == marks + 1
    assert deck.count('<aside class="notes">') >= 7 and "En retard" in deck


def test_a_deck_asks_before_it_answers(deck):
    stub, answer = deck.index(">…</span>") if ">…</span>" in deck else deck.index("…"), deck.index("Une réponse")
    assert stub < answer and "461, c&#x27;est juste." in deck
    assert deck.count('<div class="answer later">') == 6
    quiz = deck.index("Une équipe écrit")
    assert quiz < deck.index("Le texte &quot;01&quot; n'est jamais", quiz) < deck.index("alert-success later", quiz) < deck.index("Elles y sont, les 391", quiz)


def test_a_deck_shows_results_and_figures_with_their_words_and_leaves_cribs_out(deck):
    assert "34969 rows × 11 columns" in deck
    [image] = re.findall(r'<img src="data:image/png[^>]* alt="([^"]*)"', deck)
    assert image.startswith("Barres par taille de commune")
    for left_out in ("Aide-mémoire", "Pour aller plus loin", "assert ", "widget-view"):
        assert left_out not in deck


def test_a_lesson_whose_answer_stops_gives_no_deck_and_says_where():
    curriculum = course.read_curriculum(ROOT)
    lesson = curriculum.lesson("00")
    cell = next(cell for cell in lesson.document.cells if cell.role == "exercise")
    cell.source = cell.source.replace('"Awa"', "3")
    with pytest.raises(build.BuildError) as told:
        slides.deck(lesson, curriculum)
    [problem] = told.value.problems
    assert problem.line == cell.line and "Votre prénom est du texte" in problem.message


def test_a_lesson_is_made_ready_without_running_any_and_left_alone_while_it_is_fresh(tmp_path, monkeypatch):
    monkeypatch.setattr(slides, "decks", lambda _curriculum: pytest.fail("a deck takes too long at five to nine"))
    root = write_course(tmp_path / "course")
    path = root / build.to_present(root, "01")
    assert path == root / "build/expert/notebooks/j0_depart/01_compter.ipynb"
    mine = path.read_text().replace("# Compter", "# Compter ensemble")
    path.write_text(mine)
    build.to_present(root, "01")
    assert path.read_text() == mine, "what the expert changed stays"
    os.utime(root / "curriculum/lessons/j0_depart/01_compter.md", (path.stat().st_mtime + 5,) * 2)
    build.to_present(root, "01")
    assert "# Compter ensemble" not in path.read_text(), "a newer text is shown"
    with pytest.raises(build.BuildError, match="no lesson 99"):
        build.to_present(root, "99")


def test_experts_files_are_written_and_what_they_tried_is_kept(tmp_path, monkeypatch):
    without_answers = LESSON.replace("check.number(total, 12", "check.number(12, 12")
    root = write_course(tmp_path, lesson=without_answers)
    monkeypatch.setattr(slides, "decks", lambda curriculum: {Path("j0_depart/01_compter.html"): "<html>"})
    old = root / "build/slides/j0_depart/99_old.html"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    written = build.for_experts(root)
    assert [path.as_posix() for path in written] == [
        "build/expert/exercises/tiny/1_trouver.ipynb", "build/expert/notebooks/j0_depart/01_compter.ipynb", "build/slides/j0_depart/01_compter.html"]
    assert not old.exists()
    path = root / written[1]
    tried = nbformat.read(path, as_version=4)
    next(cell for cell in tried.cells if cell.cell_type == "code").execution_count = 1
    nbformat.write(tried, path)
    build.for_experts(root)
    assert len(list((root / "travail/copies/build/expert").rglob("01_compter-*.ipynb"))) == 1
