"""The built files of a course folder: what they should be, writing them, and telling what is stale or orphan."""

import json
from datetime import datetime
from pathlib import Path

import nbformat

from challenge_data import edition
from challenge_data.build import assemble, cribs, glossary, maturity
from challenge_data.build.course import Curriculum
from challenge_data.build.problems import Problem
from challenge_data.build.release import release

EXERCISES_FILE = Path("src/challenge_data/checks/exercises.json")
QUIZZES_FILE = Path("src/challenge_data/widgets/quizzes.json")
MATURITY_FILE = Path("src/challenge_data/widgets/maturity.json")
BUILT_FOLDERS = ("notebooks", "solutions", "exercises", edition.ORIGINALS)
WORK_COPIES = Path("travail/copies")

# What a viewer or a file manager leaves behind is nobody's mistake.
_IGNORED = {".ipynb_checkpoints", "__pycache__", ".DS_Store"}


def plan(curriculum: Curriculum) -> dict[Path, bytes]:
    """Relative path -> bytes of every built file. Same curriculum, same bytes."""
    built = {
        lesson.built: as_bytes(assemble.lesson_notebook(lesson, curriculum)) for lesson in [*curriculum.lessons, *curriculum.tools]
    }
    masters = {
        notebook.built: as_bytes(assemble.master_notebook(notebook, curriculum))
        for challenge in curriculum.challenges for notebook in challenge.notebooks
    }
    lessons = curriculum.root / "curriculum" / "lessons"
    images = {Path("notebooks", path.relative_to(lessons)): path.read_bytes() for path in sorted(lessons.glob("*/images/*"))}
    kept = {EXERCISES_FILE: assemble.exercises(curriculum), QUIZZES_FILE: assemble.quizzes(curriculum)}
    if asked := maturity.questionnaire(curriculum.root):
        kept[MATURITY_FILE] = asked
    texts = {path: (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode() for path, value in kept.items()}
    if glossary.definitions(curriculum.root):
        texts |= {glossary.PAGE: glossary.page(curriculum).encode(), cribs.PAGE: cribs.page(curriculum).encode()}
    whole = built | images | masters | release(curriculum.root, masters) | texts
    # What learners open is what they change: each file has a copy that nobody edits, to begin again from and to compare with.
    return whole | {Path(edition.ORIGINALS, path): content for path, content in whole.items() if path.parts[0] in edition.OPENED}


def write(root: Path, built: dict[Path, bytes]) -> list[Path]:
    """Write what differs and delete what no source stands for. Returns the relative paths touched."""
    touched = []
    for path, content in built.items():
        target = root / path
        if not target.exists() or target.read_bytes() != content:
            keep_work(root, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            touched.append(path)
    for path in _orphans(root, built):
        # Only notebooks are ours to delete; any other file may be somebody's, and check tells it.
        if path.suffix == ".ipynb":
            keep_work(root, path)
            (root / path).unlink()
            touched.append(path)
    return touched


def keep_work(root: Path, path: Path) -> None:
    """Somebody ran cells in this built notebook: their copy goes to ``travail/copies/`` before a new one comes."""
    if not _is_worked_in(root / path):
        return
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    kept = root / WORK_COPIES / path.with_name(f"{path.stem}-{stamp}.ipynb")
    kept.parent.mkdir(parents=True, exist_ok=True)
    (root / path).replace(kept)


def _is_worked_in(path: Path) -> bool:
    try:
        cells = json.loads(path.read_bytes()).get("cells", [])
    except (OSError, ValueError):
        return False
    return any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


def compare(root: Path, built: dict[Path, bytes]) -> list[Problem]:
    """A problem for each built file that is missing, stale or without a source."""
    problems = []
    for path, content in built.items():
        target = root / path
        if not target.exists():
            problems.append(Problem(path, 1, "missing: its source was never built", "make build"))
        elif _is_worked_in(target):
            problems.append(Problem(path, 1, "somebody ran cells in this copy", f"make build: it is kept in {WORK_COPIES}/, and built anew"))
        elif target.read_bytes() != content:
            line = _first_difference(target.read_bytes(), content)
            problems.append(Problem(path, line, "stale: differs from what its source gives",
                                    "edit the source in curriculum/, never this file, then make build"))
    problems += [
        Problem(path, 1, "orphan: no source in curriculum/ gives this file", "delete it, or write its source")
        for path in _orphans(root, built)
    ]
    return problems


def _orphans(root: Path, built: dict[Path, bytes]) -> list[Path]:
    found = (path for folder in BUILT_FOLDERS for path in sorted((root / folder).rglob("*")) if path.is_file())
    relative = (path.relative_to(root) for path in found if not _IGNORED & set(path.parts))
    return [path for path in relative if path not in built]


def _first_difference(one: bytes, other: bytes) -> int:
    pairs = zip(one.split(b"\n"), other.split(b"\n"), strict=False)
    return next((number for number, (left, right) in enumerate(pairs, 1) if left != right), 1)


def as_bytes(notebook: nbformat.NotebookNode) -> bytes:
    nbformat.validate(notebook)
    return (nbformat.writes(notebook) + "\n").encode()
