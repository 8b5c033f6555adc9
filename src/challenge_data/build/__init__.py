"""Curriculum text to notebooks, solutions and exercises; and what must be true of them.

Nothing here is imported on a learner's machine.
"""

from pathlib import Path

import nbformat

from challenge_data.build import assemble, rules, tree
from challenge_data.build.course import Lesson, Notebook, read_curriculum
from challenge_data.build.leaks import leaks
from challenge_data.build.problems import BuildError, Problem

__all__ = ["BuildError", "Problem", "answered", "build", "check"]


def build(root: Path) -> list[Path]:
    """Build everything under the course folder. Returns the relative paths that changed.

    Raises:
        BuildError: the curriculum breaks a rule; nothing was written.
    """
    curriculum = read_curriculum(root)
    if found := rules.problems(curriculum):
        raise BuildError(found)
    return tree.write(root, tree.plan(curriculum))


def check(root: Path) -> list[Problem]:
    """Every problem of the curriculum and of the built files, gathered; empty when all is well."""
    curriculum = read_curriculum(root)
    found = rules.problems(curriculum)
    if not found:
        # A text that breaks a rule may not build at all: freshness is told once the texts are sound.
        found += tree.compare(root, tree.plan(curriculum))
    return sorted([*found, *leaks(root)])


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
