"""nbgrader's own hostile and malformed notebooks, as its wheel brings them: all of them go through, in the same batch.

Each is handed in twice by one team: its cells put into our first notebook, all right, before the answers, so that they run; and as it
is, in the place of the second one.
"""

import json
from pathlib import Path

import nbgrader
from cases import Case
from course import ALL, GATES, IN_WALLS, WALLS, Course, points
from nbformat.v4 import writes

FILES = sorted(path for path in (Path(nbgrader.__file__).parent / "tests").glob("**/files/*") if path.is_file())
NOTEBOOKS = [path for path in FILES if path.suffix == ".ipynb"]

_FLAGGED = {"flagged": True, "says": ("2_portes: another work",)}
EXPECTED: dict[str, dict] = {
    # Its import or its file stands just before the first answer: that one's point waits for a person.
    "nbgrader-apps-side-effects": _FLAGGED | {"points": points("tours", "garnison")},
    "nbgrader-apps-validating-environment-variable": _FLAGGED | {"points": points("tours", "garnison")},
    # They replace the way errors are shown: no test after that gives points by itself.
    "nbgrader-apps-submitted-cheat-attempt": _FLAGGED | {"points": 0},
    "nbgrader-apps-submitted-cheat-attempt-alternative": _FLAGGED | {"points": 0},
    "nbgrader-apps-infinite-loop": {"says": ("1_murs: too slow (extra-1)", "2_portes: another work")},
    # A list that grows without an end: a fast machine fills its memory before its time is over.
    "nbgrader-apps-infinite-loop-with-output": {"says": ("1_murs: too slow (extra-1)", "2_portes: another work"), "or_ended": "1_murs: stopped, memory"},
}
"""What differs from 7 points, no flag, « another work »: the case's name -> fields."""


def _name(path: Path) -> str:
    return f"nbgrader-{path.parents[1].name}-{path.stem}"


def _cells(path: Path) -> list:
    try:
        cells = json.loads(path.read_bytes()).get("cells", [])
    except ValueError:
        return []
    return cells if isinstance(cells, list) else []


def _both(path: Path):
    def make(course: Course, received: Path) -> None:
        folder = received / _name(path)
        folder.mkdir()
        ours = json.loads(writes(course.answered(WALLS)))
        ours["cells"][3:3] = _cells(path)
        (folder / f"{WALLS}.ipynb").write_text(json.dumps(ours), encoding="utf-8")
        (folder / f"{GATES}.ipynb").write_bytes(path.read_bytes())

    return make


def _zip(course: Course, received: Path) -> None:
    path = next(path for path in FILES if path.suffix == ".zip")
    (received / "nbgrader-zip.zip").write_bytes(path.read_bytes())


def _others(course: Course, received: Path) -> None:
    course.right(received / "nbgrader-autres")
    for number, path in enumerate(FILES):
        if path.suffix not in (".ipynb", ".zip"):
            (received / "nbgrader-autres" / f"{number}-{path.name}").write_bytes(path.read_bytes())


def _case(path: Path) -> Case:
    fields = {"points": IN_WALLS, "says": ("2_portes: another work",)} | EXPECTED.get(_name(path), {})
    return Case(_name(path), f"nbgrader's {path.parents[1].name}/files/{path.name}, in our notebook and in the place of one.", _both(path), None, **fields)


CASES = [
    *(_case(path) for path in NOTEBOOKS),
    Case("nbgrader-zip", "nbgrader's notebooks.zip.", _zip, None, 0, says=("another work",)),
    Case("nbgrader-autres", "nbgrader's other files (a gradebook, a configuration, programs, pictures) beside right notebooks.", _others, None, ALL),
]
