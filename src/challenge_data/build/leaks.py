"""No answer in what learners open: the built notebooks themselves are searched, whatever made them."""

import json
from collections.abc import Iterator
from pathlib import Path

from challenge_data.build.problems import Problem

LEARNERS_FOLDERS = ("notebooks", "exercises")
_MARKERS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS", "BEGIN CHECK", "END CHECK",
            "BEGIN MARK SCHEME", "END MARK SCHEME")


def leaks(root: Path) -> Iterator[Problem]:
    """Solution markers and hidden tests in learners' folders; anything but notebooks in solutions/."""
    for folder in LEARNERS_FOLDERS:
        for path in sorted((root / folder).rglob("*.ipynb")):
            yield from _notebook_leaks(path, path.relative_to(root))
    for path in sorted((root / "solutions").rglob("*")):
        if path.is_file() and path.suffix != ".ipynb":
            yield Problem(path.relative_to(root), 1, "not a notebook: nbgrader copies it to the students",
                          "move it to datasets/ or delete it")


def _notebook_leaks(path: Path, name: Path) -> Iterator[Problem]:
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if marker := next((marker for marker in _MARKERS if marker in line), None):
            yield Problem(name, number, f"a learner would read « {marker} »", "make build; if it stays, the source's markers are unbalanced")
    try:
        cells = json.loads(text).get("cells", [])
    except ValueError:
        yield Problem(name, 1, "not a readable notebook", "make build")
        return
    for rank, cell in enumerate(cells):
        tags = cell.get("metadata", {}).get("tags", [])
        if "lu" in tags or cell.get("metadata", {}).get("animation"):
            yield Problem(name, 1, f"cell {rank} is not for learners (lu, animation)", "make build")
