"""The glossary: terms marked in the lessons, defined in ``curriculum/glossaire.yml``, gathered on one page for learners.

An author marks a term where the lesson explains it, right after its word: ``un **code**{terme}`code commune```. The mark
does not show in the lesson. Each marked term has its definition in one sentence; each definition is marked somewhere.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from challenge_data.build import boxes
from challenge_data.build.course import Curriculum, Lesson
from challenge_data.build.problems import Problem

FILE = Path("curriculum/glossaire.yml")
PAGE = Path("notebooks/glossaire.md")

MOST_WORDS = 32
"""Longer, a definition is a paragraph: the lesson holds it."""


@dataclass(frozen=True)
class Mark:
    """A term marked in a lesson."""

    term: str
    lesson: Lesson
    line: int


def marks(*lessons: Lesson) -> Iterator[Mark]:
    """Every mark of these lessons, in reading order."""
    for lesson in lessons:
        for cell in lesson.document.cells:
            for number, text in enumerate(cell.source.splitlines() if cell.kind == "markdown" else ()):
                for term in boxes.terms(text):
                    yield Mark(term, lesson, cell.line + number)


def definitions(root: Path) -> dict[str, str]:
    """Term -> its sentence; empty when the course has no glossary.

    Raises:
        ValueError, yaml.YAMLError: the file is no mapping of texts; :func:`problems` tells it.
    """
    path = root / FILE
    if not path.exists():
        return {}
    read = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if not isinstance(read, dict) or not all(isinstance(one, str) for pair in read.items() for one in pair):
        raise ValueError("not a mapping of texts")
    return {term.strip(): " ".join(text.split()) for term, text in read.items()}


def problems(curriculum: Curriculum) -> list[Problem]:
    """Terms without a definition, definitions of no use, sentences out of form; gathered."""
    try:
        known = definitions(curriculum.root)
    except (ValueError, yaml.YAMLError) as error:
        return [Problem(FILE, 1, f"unreadable: {' '.join(str(error).split())}", "one line a term: « code commune: \"Le numéro …\" »")]
    made = list(marks(*curriculum.lessons))
    found = [mark.lesson.document.problem(mark.line, f"the term « {mark.term} » has no definition", f"write one in {FILE.as_posix()}")
             for mark in made if mark.term not in known]
    marked = {mark.term for mark in made}
    lines = (curriculum.root / FILE).read_text(encoding="utf-8").splitlines() if known else []
    for term, text in known.items():
        line = next((number for number, one in enumerate(lines, 1) if one.lstrip("\"'").startswith(term)), 1)
        if term not in marked:
            found.append(Problem(FILE, line, f"no lesson marks the term « {term} »", f"write {{terme}}`{term}` where a lesson explains it, or take it out"))
        if not text.endswith("."):
            found.append(Problem(FILE, line, f"the definition of « {term} » is not a sentence", "end it with a full stop"))
        if len(text.split()) > MOST_WORDS:
            found.append(Problem(FILE, line, f"the definition of « {term} » has {len(text.split())} words", f"{MOST_WORDS} at most"))
    return found


def page(curriculum: Curriculum) -> str:
    """All terms in alphabetical order, each with its sentence and the lessons that explain it, as Markdown."""
    known = definitions(curriculum.root)
    where: dict[str, list[Lesson]] = {}
    for mark in marks(*curriculum.lessons):
        lessons = where.setdefault(mark.term, [])
        if mark.lesson not in lessons:
            lessons.append(mark.lesson)
    text = ["# Glossaire", "", "Les mots que les leçons expliquent, et où. Un mot vous manque ? Dites-le à votre mentor : il manque sans doute à d'autres.", ""]
    letter = ""
    for term in sorted(where, key=sorting):
        if (first := sorting(term)[:1].upper()) != letter:
            letter = first
            text += [f"## {letter}", ""]
        links = ", ".join(f"[{lesson.code} · {lesson.title}]({lesson.built.relative_to(PAGE.parent).as_posix()})" for lesson in where[term])
        text += [f"**{term}**. {known.get(term, '')} → {links}", ""]
    return "\n".join(text)


def sorting(term: str) -> str:
    """Where a term stands in the alphabet, accents and capitals aside: « évaluer » among the e."""
    return "".join(one for one in unicodedata.normalize("NFD", term.casefold()) if not unicodedata.combining(one))
