"""Curriculum text to notebooks, solutions and exercises; and what must be true of them.

Nothing here is imported on a learner's machine.
"""

from pathlib import Path

import nbformat

from challenge_data.build import assemble, cribs, expert, programme, rules, slides, tree
from challenge_data.build.course import Lesson, Notebook, read_curriculum, to_write
from challenge_data.build.leaks import leaks
from challenge_data.build.new import new_challenge, next_steps
from challenge_data.build.problems import BuildError, Problem

__all__ = ["BuildError", "Problem", "answered", "build", "check", "drafts", "for_experts", "new_challenge", "next_steps", "to_present"]


def build(root: Path) -> list[Path]:
    """Build everything under the course folder. Returns the relative paths that changed.

    Raises:
        BuildError: the curriculum breaks a rule; nothing was written.
    """
    curriculum = read_curriculum(root)
    if found := rules.problems(curriculum):
        raise BuildError(found)
    return tree.write(root, tree.plan(curriculum))


def for_experts(root: Path) -> list[Path]:
    """Write the experts' notebooks, the slides, the printable programme and cribs to ``build/``. Returns the relative paths.

    Builds first: lessons are run for the slides, with the checks that the package holds.

    Raises:
        BuildError: the curriculum breaks a rule, or an answered lesson stops; nothing is written to ``build/``.
    """
    build(root)
    curriculum = read_curriculum(root)
    made = {slides.FOLDER / path: text.encode() for path, text in slides.decks(curriculum).items()}
    made |= {expert.FOLDER / path: tree.as_bytes(notebook) for path, notebook in expert.notebooks(curriculum).items()}
    if days := programme.read(root):
        made[programme.PAGE] = programme.page(days).encode()
    made |= {path: text.encode() for path, text in cribs.printed(curriculum).items()}
    for folder in (expert.FOLDER, slides.FOLDER):
        for path in sorted((root / folder).rglob("*.*")):
            # An expert may have tried things in a notebook: that copy is kept, as it is for learners.
            tree.keep_work(root, path.relative_to(root))
            path.unlink(missing_ok=True)
    for path, content in made.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return sorted(made)


def to_present(root: Path, code: str) -> Path:
    """The expert's notebook of the lesson with this code, ready to open: written when it is missing or older than what makes it.

    Nothing is run and no slide is made, so it takes seconds. What an expert changed in a copy that is replaced goes to ``travail/copies/``.

    Returns:
        Its path, relative to the course folder.

    Raises:
        BuildError: no lesson has this code, or the curriculum breaks a rule; nothing is written.
    """
    curriculum = read_curriculum(root)
    lesson = curriculum.lesson(code)
    if lesson is None:
        known = ", ".join(other.code for other in curriculum.lessons)
        raise BuildError([Problem(Path("curriculum/lessons"), 1, f"no lesson {code}", f"give one of {known}")])
    if found := rules.problems(curriculum):
        raise BuildError(found)
    made = expert.FOLDER / expert.place(lesson)
    target = root / made
    sources = [root / lesson.document.path, *Path(__file__).parent.glob("*.py")]
    if not target.exists() or target.stat().st_mtime < max(source.stat().st_mtime for source in sources):
        tree.keep_work(root, made)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(tree.as_bytes(expert.notebook(lesson, curriculum)))
    return made


def check(root: Path) -> list[Problem]:
    """Every problem of the curriculum and of the built files, gathered; empty when all is well."""
    curriculum = read_curriculum(root)
    found = rules.problems(curriculum)
    if not found:
        # A text that breaks a rule may not build at all: freshness is told once the texts are sound.
        found += tree.compare(root, tree.plan(curriculum))
    return sorted([*found, *leaks(root)])


def drafts(root: Path) -> dict[str, list[tuple[Path, int]]]:
    """What is left to write in each challenge that is not finished: (file, line) of each mark.

    No problem of :func:`check`: a draft is committed, built and tested like the rest, so that nobody writes it apart for
    weeks. Teams are told by the notebooks themselves, and the week does not offer it.
    """
    names = sorted(path.parent.name for path in root.glob("curriculum/challenges/*/challenge.yml"))
    return {name: marks for name in names if (marks := to_write(root, name))}


def answered(root: Path) -> dict[Path, nbformat.NotebookNode]:
    """Every lesson and master with its answers and the cells that assert what its prose states, by built path."""
    curriculum = read_curriculum(root)
    made = {}
    for part in curriculum.parts:
        if isinstance(part, Lesson):
            made[part.built] = assemble.lesson_notebook(part, curriculum, answered=True)
        elif isinstance(part, Notebook):
            made[part.built] = assemble.master_notebook(part, curriculum, asserted=True)
    return made
