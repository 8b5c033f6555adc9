"""The glossary and the aide-mémoire: every marked term has its sentence, every day its page."""

import re
from pathlib import Path

import pytest

from challenge_data.build import cribs, glossary
from challenge_data.build.course import read_curriculum

ROOT = Path(__file__).parents[1]
CURRICULUM = read_curriculum(ROOT)


@pytest.fixture
def course(tmp_path):
    """A course of one lesson, with a glossary to write."""
    lesson = tmp_path / "curriculum/lessons/j0_depart/01_essai.md"
    lesson.parent.mkdir(parents=True)
    lesson.write_text(
        "---\nkernelspec: {name: python3, display_name: Python 3}\nlesson: {code: \"01\", minutes: 5, track: tronc commun}\n---\n"
        "# Essai\n\nUn **code**{terme}`code commune` n'appartient qu'à elle. Une clé {terme}`clé`.\n\n"
        ":::aide-memoire\n| on écrit | on obtient |\n|:--|:--|\n| `t.head()` | le début |\n:::\n", encoding="utf-8")

    def written(text: str):
        (tmp_path / glossary.FILE).write_text(text, encoding="utf-8")
        return read_curriculum(tmp_path)

    return written


def told(curriculum) -> list[str]:
    return [f"{problem.file.name}:{problem.line}: {problem.message}" for problem in glossary.problems(curriculum)]


def test_the_glossary_holds():
    assert not glossary.problems(CURRICULUM)


def test_each_lesson_explains_a_word():
    assert not [lesson.code for lesson in CURRICULUM.lessons if not list(glossary.marks(lesson))]


def test_every_fault_is_told_with_its_line(course):
    found = told(course(f"code commune: \"Le numéro\"\nfantôme: \"Un mot que personne ne marque.\"\nclé: \"{'mot ' * 40}.\"\n"))
    assert found == ["glossaire.yml:1: the definition of « code commune » is not a sentence", "glossaire.yml:2: no lesson marks the term « fantôme »",
                     "glossaire.yml:3: the definition of « clé » has 41 words"]
    assert told(course("code commune: \"Le numéro.\"\n")) == ["01_essai.md:7: the term « clé » has no definition"]


@pytest.mark.parametrize("text", ["- code\n", "code: [1, 2]\n", "code: \"un\n"])
def test_a_glossary_that_is_none_is_told(course, text):
    assert len(found := told(course(text))) == 1 and "unreadable" in found[0]


def test_the_page_is_in_french_order_and_leads_to_the_lessons(course):
    page = glossary.page(course("code commune: \"Le numéro.\"\nclé: \"Ce qui relie.\"\n"))
    assert page.index("**clé**. Ce qui relie.") < page.index("**code commune**. Le numéro. → [01 · Essai](j0_depart/01_essai.ipynb)")
    assert page.count("## C") == 1


def test_the_built_page_holds_each_term_once():
    page = (ROOT / glossary.PAGE).read_text(encoding="utf-8")
    terms = re.findall(r"^\*\*(.+?)\*\*\. .+\.ipynb\)", page, re.MULTILINE)
    assert sorted(terms) == sorted(glossary.definitions(ROOT)) and terms == sorted(terms, key=glossary.sorting)


def test_a_mark_does_not_show_in_a_lesson():
    assert not [path for path in (ROOT / "notebooks").rglob("*.*") if "{terme}" in path.read_text(encoding="utf-8", errors="ignore")]


def test_the_aide_memoire_holds_the_box_of_each_lesson():
    page = (ROOT / cribs.PAGE).read_text(encoding="utf-8")
    sheets = "\n".join(cribs.printed(CURRICULUM).values())
    for lesson in CURRICULUM.lessons:
        lines = [line for line in cribs.crib(lesson).splitlines() if line.startswith("| ")]
        assert len(lines) >= 3, lesson.code
        assert all(line in page for line in lines) and f"{lesson.code} · " in sheets


def test_a_printed_day_heads_its_tables_for_a_screen_reader():
    for sheet in cribs.printed(CURRICULUM).values():
        assert '<html lang="fr">' in sheet and sheet.count("<th") == sheet.count('<th scope="col"') > 0
