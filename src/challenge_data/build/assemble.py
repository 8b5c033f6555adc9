"""A document as a notebook: what is left out, what is rendered, which nbgrader metadata a short mark becomes."""

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat

from challenge_data.build import boxes, interchangeable, programme
from challenge_data.build.course import MARK, Curriculum, Lesson, Notebook
from challenge_data.build.source import Cell
from challenge_data.build.stubs import METADATA_KEY
from challenge_data.checks import sharing

MAY_STOP = "raises-exception"
"""The tag that lets a run go on after a cell that is not answered yet."""

_DRAFT = f"Des passages marqués « {MARK} » restent à écrire : ce carnet n'est pas encore pour les équipes. Si vous l'avez reçu, dites-le à la personne qui vous l'a remis."
"""Told by the build for as long as a mark is left, so that no one has to remember to take it away."""

_TRUTH = re.compile(r"""truth\[["'](\w+)["']\]""")


def lesson_notebook(lesson: Lesson, curriculum: Curriculum, *, answered: bool = False) -> nbformat.NotebookNode:
    """A lesson as learners open it; ``answered``: with the answers and the cells that assert its figures."""
    cells = [
        finished(cell, source, extra)
        for cell in lesson.document.cells
        if _stays(cell, answered)
        for source, extra in lesson_parts(cell, lesson, curriculum, answered)
    ]
    return as_notebook(cells, {"code": lesson.code, "minutes": lesson.header.get("minutes"),
                             "track": lesson.header.get("track")})


def master_notebook(notebook: Notebook, curriculum: Curriculum, *, asserted: bool = False) -> nbformat.NotebookNode:
    """A challenge notebook with answers and hidden tests; ``asserted``: with the cells that assert its figures."""
    cells, question_seen = [], False
    for cell in notebook.document.cells:
        if not _stays(cell, asserted):
            continue
        question_seen = question_seen or cell.role is not None
        for source, extra in master_parts(cell, notebook, curriculum):
            made = finished(cell, source, extra)
            if made.cell_type == "code" and question_seen:
                made.metadata.tags = sorted({*made.metadata.get("tags", []), MAY_STOP})
            cells.append(made)
    built = as_notebook(cells, {"challenge": notebook.challenge.name, "minutes": notebook.minutes})
    # Given cells are locked: autograding puts them back, whatever became of them in a team's copy.
    for cell in built.cells:
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata and not _is_free(cell):
            cell.metadata.nbgrader = _nbgrader(cell.id, cell.cell_type, locked=True)
    return built


def exercises(curriculum: Curriculum) -> dict[str, dict]:
    """What the package keeps of each exercise and question: the check's code, the hints, the number. Keys as ``02.filtrer``."""
    kept: dict[str, dict] = {}
    for part in curriculum.parts:
        last = None
        for cell in part.document.cells:
            if cell.role in ("exercise", "solution", "essay"):
                last = f"{part.prefix}.{cell.graded_id}"
                if isinstance(part, Notebook) and (number := part.number(cell)):
                    kept.setdefault(last, {})["number"] = number
            if cell.role == "exercise":
                kept.setdefault(last, {})["check"] = cell.inside("CHECK")
            for box in boxes.split(cell.source) if cell.kind == "markdown" else ():
                if isinstance(box, boxes.Box) and box.name == "indice" and last:
                    kept.setdefault(last, {})["hints"] = boxes.read_hints(box.body)
    return dict(sorted(kept.items()))


def quizzes(curriculum: Curriculum) -> dict[str, dict]:
    """What the package keeps of each quiz that learners see. Keys: the part's prefix and the quiz's rank in it, as ``02.1``."""
    return {f"{part.prefix}.{rank}": boxes.kept_quiz(box.body)
            for part in curriculum.parts for rank, (_, box) in enumerate(_quizzes(part), 1)}


def _quizzes(part: Lesson | Notebook) -> list[tuple[Cell, boxes.Box]]:
    return [(cell, box) for cell in part.document.cells if cell.kind == "markdown" and not cell.metadata.get("animation")
            for box in boxes.split(cell.source) if isinstance(box, boxes.Box) and box.name == "quiz"]


def _stays(cell: Cell, asserted: bool) -> bool:
    return not cell.metadata.get("animation") and (asserted or "lu" not in cell.tags)


def lesson_parts(cell: Cell, lesson: Lesson, curriculum: Curriculum, answered: bool) -> Iterator[tuple[str, dict]]:
    if cell.role == "exercise":
        answer = cell.inside("SOLUTION") if answered else str(cell.metadata.get("stub", ""))
        source = Cell("code", cell.replaced("SOLUTION", answer), 0).replaced("CHECK", f'check("{lesson.prefix}.{cell.graded_id}")')
        yield source, {"kind": "code", "tags": [*cell.tags, MAY_STOP], "id": f"exercise-{cell.graded_id}"}
    elif cell.kind == "code":
        marked = interchangeable.marked(cell)
        yield cell.source, {"kind": "code", "tags": interchangeable.tags(cell)} | ({METADATA_KEY: marked} if marked else {})
    else:
        yield from _markdown_parts(cell, lesson, curriculum)


def master_parts(cell: Cell, notebook: Notebook, curriculum: Curriculum) -> Iterator[tuple[str, dict]]:
    name, points = cell.graded_id, cell.metadata.get("points", 0)
    if cell.role == "solution":
        extra = {"id": f"solution-{name}", "nbgrader": _nbgrader(name, cell.kind, solution=True)}
        yield cell.source, {"kind": "code", "tags": cell.tags, **extra, **_stub(cell)}
    elif cell.role == "tests":
        literal = _TRUTH.sub(lambda match: repr(notebook.challenge.truth.get(match[1])), cell.source)
        if cell.regions("HIDDEN TESTS"):
            # What a team sees when the visible tests pass: the form is right, the value is not known yet.
            literal = literal.replace("### BEGIN HIDDEN TESTS", "check.form()\n### BEGIN HIDDEN TESTS", 1)
        # A refusal then names the hint to open.
        literal = f'check.question("{notebook.question(name)}")\n{literal}'
        yield literal, {"kind": "code", "tags": cell.tags, "id": f"tests-{name}",
                        "nbgrader": _nbgrader(f"tests-{name}", cell.kind, grade=True, locked=True, points=points)}
    elif cell.role == "essay":
        graded = _nbgrader(name, cell.kind, grade=True, solution=True, points=points)
        yield cell.source, {"kind": cell.kind, "tags": cell.tags, "id": f"essay-{name}", "nbgrader": graded, **_stub(cell)}
    elif cell.kind == "code":
        yield cell.source, {"kind": "code", "tags": cell.tags}
    else:
        yield from _markdown_parts(cell, notebook, curriculum)


def _stub(cell: Cell) -> dict:
    """What the release needs to leave the cell's own line to complete, see ``stubs.py``."""
    stub = cell.metadata.get("stub")
    return {METADATA_KEY: {"stub": str(stub).rstrip("\n")}} if stub else {}


def _markdown_parts(cell: Cell, part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[tuple[str, dict]]:
    """Markdown with its boxes rendered; a hint, a quiz or a rubric becomes a cell of its own, so the text around it is cut there."""
    text: list[str] = []
    ranks = iter([rank for rank, (home, _) in enumerate(_quizzes(part), 1) if home is cell])
    for piece in boxes.split(cell.source):
        if isinstance(piece, str):
            text.append(piece)
            continue
        if piece.name == "quiz" and not cell.metadata.get("animation"):
            rank = next(ranks)
            text.append(boxes.asked(piece.body, piece.title))
            own = f'quiz("{part.prefix}.{rank}")', {"kind": "code", "id": f"quiz-{rank}"}
        elif piece.name == "indice":
            own = f'hint("{part.question(owner(cell, part))}")', {"kind": "code"}
        elif piece.name == "bareme" and (essay := following_essay(cell, part)):
            # Nobody can change it: the team reads it, and so does who grades, just above the answer.
            name = f"bareme-{essay}"
            own = rendered(piece, part, curriculum), {"kind": "markdown", "id": name, "nbgrader": _nbgrader(name, "markdown", locked=True)}
        else:
            text.append(rendered(piece, part, curriculum))
            continue
        if text:
            yield boxes.strip_terms("\n\n".join(text)), {"kind": "markdown"}
        text = []
        yield own
    if text:
        yield boxes.strip_terms("\n\n".join(text)), {"kind": "markdown"}


def owner(cell: Cell, part: Lesson | Notebook) -> str | None:
    """The id of the exercise or question that a hint in this cell belongs to: the nearest above."""
    return next((other.graded_id for other in reversed(part.document.above(cell)) if other.role in ("exercise", "solution", "essay")), None)


def following_essay(cell: Cell, part: Lesson | Notebook) -> str | None:
    """The id of the essay that a rubric in this cell is for: the next graded cell, if it is one."""
    graded = next((other for other in part.document.below(cell) if other.role), None)
    return graded.graded_id if graded is not None and graded.role == "essay" else None


def rendered(box: boxes.Box, part: Lesson | Notebook, curriculum: Curriculum) -> str:
    if box.name == "objectifs":
        shown = boxes.alert("objectifs", f"{box.body}\n\n{_facts(part, curriculum)}", box.title)
        return f"{boxes.alert('attention', _DRAFT, 'Défi en préparation')}\n\n{shown}" if _is_draft(part) else shown
    if box.name == "programme":
        return programme.week_table(curriculum, part)
    if box.name == "defis":
        return programme.challenge_table(curriculum)
    if box.name == "figure":
        image, _, caption = box.body.partition("\n\n")
        return f"{image}\n\n*{caption.strip()}*" if caption.strip() else image
    return boxes.alert(box.name, box.body, box.title)


def _is_draft(part: Lesson | Notebook) -> bool:
    return isinstance(part, Notebook) and bool(part.challenge.to_write)


def _facts(part: Lesson | Notebook, curriculum: Curriculum) -> str:
    """Minutes, what comes before, what one leaves with: said from the metadata, so that it is never stale."""
    if isinstance(part, Notebook):
        return (f"**Durée** : {part.minutes} minutes · **{part.points:g} points** sur les {total_points(part):g} du défi · "
                "le bouton **Vérifier** ne regarde que la forme des réponses, jamais leur valeur")
    header = part.header
    facts = [f"**Durée** : {header.get('minutes')} minutes ({header.get('track')})"]
    before = [lesson for code in header.get("needs", []) if (lesson := curriculum.lesson(str(code)))]
    if before:
        links = ", ".join(f"[{lesson.code} · {lesson.title}]({_relative(lesson.built, part.built)})" for lesson in before)
        facts.append(f"**Avant** : {links}")
    if takeaway := header.get("takeaway"):
        facts.append(f"**Vous repartirez avec** : {takeaway}")
    return " · ".join(facts)


def total_points(notebook: Notebook) -> float:
    return sum(other.points for other in notebook.challenge.notebooks)


def _relative(target: Path, origin: Path) -> str:
    return Path(os.path.relpath(target, origin.parent)).as_posix()


def finished(cell: Cell, source: str, extra: dict) -> nbformat.NotebookNode:
    made = nbformat.v4.new_code_cell(source) if extra["kind"] == "code" else nbformat.v4.new_markdown_cell(source)
    made.id = extra.get("id", "")
    if tags := sorted(set(extra.get("tags", ()))):
        made.metadata.tags = tags
    for key in ("nbgrader", METADATA_KEY):
        if key in extra:
            made.metadata[key] = extra[key]
    return made


def _nbgrader(grade_id: str, kind: str, *, grade=False, solution=False, locked=False, points=None) -> dict:
    """nbgrader's cell metadata, schema version 3."""
    made = {"cell_type": kind, "grade": grade, "grade_id": grade_id, "locked": locked, "schema_version": 3,
            "solution": solution, "task": False}
    return made | ({"points": points} if grade else {})


def _is_free(cell: nbformat.NotebookNode) -> bool:
    """True for the cells that stay the learners' own: parameters, who did what, and the buttons of hints and quizzes."""
    return not {"parameters", sharing.TAG}.isdisjoint(cell.metadata.get("tags", [])) or cell.source.startswith(("hint(", "quiz("))


def as_notebook(cells: list[nbformat.NotebookNode], facts: dict) -> nbformat.NotebookNode:
    """The notebook with stable ids: a graded cell's own, else the heading above and the cell's rank under it."""
    ranks: Counter[str] = Counter()
    heading = "debut"
    for cell in cells:
        if cell.cell_type == "markdown" and (match := re.search(r"^#{1,6} +(.+)$", cell.source, re.MULTILINE)):
            heading = slug(match[1])
        if not cell.id:
            ranks[heading] += 1
            cell.id = f"{heading}-{ranks[heading]}"
    return nbformat.v4.new_notebook(cells=cells, metadata={
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "challenge_data": {key: value for key, value in facts.items() if value is not None},
    })


def slug(text: str) -> str:
    """A heading as an id: ASCII letters, digits and dashes, at most 48 characters."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:48].strip("-") or "partie"
