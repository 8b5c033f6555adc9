"""What a curriculum text must hold to. Each rule reads documents and gives problems; all are gathered."""

import ast
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from challenge_data.build import (
    accessibility,
    accessibility_colours,
    boxes,
    cribs,
    glossary,
    interchangeable,
    maturity,
    programme,
)
from challenge_data.build.assemble import following_essay, owner
from challenge_data.build.course import Curriculum, Lesson, Notebook, Tool
from challenge_data.build.problems import Problem
from challenge_data.build.source import KNOWN_METADATA, MARKERS, ROLES, Cell
from challenge_data.datasets import PACKAGE_FILE
from challenge_data.guide import is_unanswered

MAX_CODE_LINES = 12
"""A learner holds about that many lines in view and in mind; tests are not read line by line."""

RUBRIC_LEVELS = 4

_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<src>[^)\s]+)[^)]*\)")
_HTML_IMAGE = re.compile(r"<img\b(?P<attributes>[^>]*)>", re.IGNORECASE)
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)[^)]*\)")
_HEADING = re.compile(r"^(#{1,6}) +(.+?)\s*$")
_ID = re.compile(r"^[A-Za-z0-9_-]+$")


def problems(curriculum: Curriculum) -> list[Problem]:
    """Every problem of every text, in reading order."""
    found = [*curriculum.problems, *maturity.problems(curriculum.root), *programme.problems(curriculum), *glossary.problems(curriculum), *accessibility_colours.problems(curriculum)]
    for part in curriculum.parts:
        for rule in RULES:
            found += rule(part, curriculum)
    datasets = _datasets(curriculum.root)
    for challenge in curriculum.challenges:
        total = sum(notebook.points for notebook in challenge.notebooks)
        if challenge.notebooks and total != 100:
            found.append(Problem(challenge.path, 1, f"the notebooks' points sum to {total:g}, not 100",
                                 "share 100 points among the notebooks"))
        # A recipe that renames what it writes leaves its old name behind in challenge.yml.
        found += [Problem(challenge.path, 1, f"no dataset is called « {name} »", "write the name that load(…) takes, or take it out of datasets")
                  for name in challenge.settings.get("datasets") or [] if name not in datasets]
    codes = Counter(lesson.code for lesson in curriculum.lessons)
    found += [lesson.document.problem(1, f"lesson code {lesson.code} is given to two lessons", "one code a lesson")
              for lesson in curriculum.lessons if codes[lesson.code] > 1]
    return sorted(found)


def _datasets(root: Path) -> set[str]:
    return {resource.get("name") for path in root.glob(f"datasets/*/**/{PACKAGE_FILE}")
            for resource in json.loads(path.read_text(encoding="utf-8")).get("resources", [])}


def header(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    document = part.document
    if isinstance(part, Notebook | Tool):
        return
    for key in ("code", "minutes", "track"):
        if key not in part.header:
            yield document.problem(1, f"the header says no {key}", f"add {key} to lesson: in the header")
    for code in part.header.get("needs", []):
        if curriculum.lesson(str(code)) is None:
            yield document.problem(1, f"needs a lesson {code} that does not exist", "name an existing lesson's code")


def metadata(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    for cell in part.document.cells:
        for key in sorted(set(cell.metadata) - KNOWN_METADATA):
            yield part.document.problem(cell.line, f"unknown cell option « {key} »",
                                        f"use one of {', '.join(sorted(KNOWN_METADATA))}")
        if sum(role in cell.metadata for role in ROLES) > 1:
            yield part.document.problem(cell.line, "a cell with two parts", f"keep one of {', '.join(ROLES)}")
        if cell.graded_id is not None and not _ID.match(cell.graded_id):
            yield part.document.problem(cell.line, f"the id « {cell.graded_id} » cannot be used",
                                        "letters without accents, digits, - and _ only")


def markers(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    for cell in part.document.cells:
        for name, pattern in MARKERS.items():
            depth = 0
            for number, text in enumerate(cell.source.splitlines()):
                match = pattern.match(text)
                step = {"BEGIN": 1, "END": -1}[match[1]] if match else 0
                if depth + step not in (0, 1):
                    yield part.document.problem(cell.line + number, f"unbalanced marker: {text.strip()}",
                                                f"each ### BEGIN {name} has its ### END {name}, none inside another")
                    break
                depth += step
            else:
                if depth:
                    yield part.document.problem(cell.line, f"### BEGIN {name} without its END", f"add ### END {name}")
            loose = re.search(rf"^.*(BEGIN|END) {name}.*$", cell.source, re.MULTILINE)
            if loose and not pattern.match(loose[0]):
                yield part.document.problem(cell.line, f"a marker that is not alone on its line: {loose[0].strip()}",
                                            f"write ### {loose[1]} {name} alone on its line")


def ids(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    seen: dict[tuple[str, str], int] = {}
    cells = part.document.cells
    answers = {cell.graded_id for cell in cells if cell.role in ("solution", "essay")}
    tested = {cell.graded_id for cell in cells if cell.role == "tests"}
    for cell in cells:
        if cell.role is None:
            continue
        kind = "tests" if cell.role == "tests" else "answer"
        if (kind, cell.graded_id) in seen:
            yield part.document.problem(cell.line, f"duplicated id « {cell.graded_id} » (first at line {seen[kind, cell.graded_id]})",
                                        "give each question its own id")
        seen.setdefault((kind, cell.graded_id), cell.line)
        if cell.role == "tests" and cell.graded_id not in answers:
            yield part.document.problem(cell.line, f"tests of an unknown question « {cell.graded_id} »",
                                        "use the id of a solution cell of this notebook")
        if cell.role == "solution" and cell.graded_id not in tested:
            yield part.document.problem(cell.line, f"the solution « {cell.graded_id} » has no tests",
                                        f"add a cell with :tests: {cell.graded_id} and :points:")
        if cell.role in ("solution", "exercise", "essay") and not cell.regions("SOLUTION"):
            yield part.document.problem(cell.line, f"« {cell.graded_id} » holds no answer",
                                        "write it between ### BEGIN SOLUTION and ### END SOLUTION")
        if cell.role == "exercise" and isinstance(part, Lesson) and not cell.inside("CHECK").strip():
            yield part.document.problem(cell.line, f"the exercise « {cell.graded_id} » has no check",
                                        "write it between ### BEGIN CHECK and ### END CHECK")
        if cell.kind == "code" and cell.role in ("solution", "exercise") and not is_unanswered(str(cell.metadata.get("stub", ""))):
            yield part.document.problem(cell.line, f"the stub of « {cell.graded_id} » leaves nothing to complete",
                                        "give :stub: a line in which … stands for what is to be written")


def questions(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    """Each answer of a graded notebook stands under its own heading, numbered from 1: teams, hints and feedback name it so."""
    if not isinstance(part, Notebook):
        return
    for place, cell in enumerate((cell for cell in part.document.cells if cell.role in ("solution", "essay")), 1):
        if (found := part.number(cell)) != f"{part.rank}.{place}":
            yield part.document.problem(cell.line, f"« {cell.graded_id} » is question {place}, its heading says {found.split('.')[1] if found else 'no number'}",
                                        f"write ### Question {place} · … above it")


def rubrics(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    """What a person grades has a rubric: four levels, one sentence each, from all the points down to none."""
    if not isinstance(part, Notebook):
        return
    rubric = None
    for cell in part.document.cells:
        for box in boxes.split(cell.source) if cell.kind == "markdown" and cell.role is None else ():
            if isinstance(box, boxes.Box) and box.name == "bareme":
                rubric = box
                if following_essay(cell, part) is None:
                    yield part.document.problem(cell.line + box.line, "a rubric that no essay follows", "put it just above the essay it is for")
        if cell.role == "essay":
            yield from _rubric_faults(part, cell, rubric)
        if cell.role:
            rubric = None


def _rubric_faults(part: Notebook, essay: Cell, rubric: boxes.Box | None) -> Iterator[Problem]:
    levels = boxes.read_rubric(rubric.body) if rubric else []
    if len(levels) != RUBRIC_LEVELS:
        yield part.document.problem(essay.line, f"the essay « {essay.graded_id} » has a rubric of {len(levels)} levels",
                                    f"write {RUBRIC_LEVELS} in a :::bareme box above it: - **6 points** : one sentence.")
        return
    given = [points for points, _ in levels]
    if given[0] != essay.metadata.get("points") or given[-1] != 0 or sorted(set(given), reverse=True) != given:
        yield part.document.problem(essay.line, f"the rubric of « {essay.graded_id} » goes {', '.join(f'{points:g}' for points in given)}",
                                    f"go from {essay.metadata.get('points')} points down to 0")
    for points, sentence in levels:
        if len(re.findall(r"[.!?…](?=\s|$)", sentence)) != 1:
            yield part.document.problem(essay.line, f"the level {points:g} of « {essay.graded_id} » is not one sentence: {sentence[:60]}…", "say it in one sentence")


def points(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    total = 0.0
    for cell in part.document.cells:
        given = cell.metadata.get("points")
        if cell.role in ("tests", "essay"):
            if not isinstance(given, int | float) or given <= 0:
                yield part.document.problem(cell.line, f"« {cell.graded_id} » has no points", "add :points: and a number above 0")
            else:
                total += given
        elif given is not None:
            yield part.document.problem(cell.line, "points on a cell that nobody grades", "put them on tests or on an essay")
    if isinstance(part, Notebook) and total != part.points:
        yield part.document.problem(1, f"the points sum to {total:g}, challenge.yml says {part.points:g}",
                                    f"share {part.points:g} points, or change {part.challenge.path.as_posix()}")


def headings(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    level = tops = 0
    for line, text in accessibility.prose(part):
        if match := _HEADING.match(text):
            depth = len(match[1])
            tops += depth == 1
            if depth == 1 and tops > 1:
                yield part.document.problem(line, "a second H1", "one title a notebook: use ## here")
            if depth > level + 1:
                yield part.document.problem(line, f"heading level {depth} after level {level}", f"use {'#' * (level + 1)}")
            level = depth
    if tops == 0:
        yield part.document.problem(1, "no H1", "start with a title: # …")


def images(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    for line, text in accessibility.prose(part):
        alts = [match["alt"] for match in _IMAGE.finditer(text)]
        for match in _HTML_IMAGE.finditer(text):
            alt = re.search(r"""\balt=["']([^"']*)["']""", match["attributes"])
            alts.append(alt[1] if alt else "")
        for match in _IMAGE.finditer(text):
            # A lesson's images stand beside its text and are copied with it; nbgrader would copy a challenge's to the students.
            if not re.match(r"[a-z]+:", match["src"]) and not (
                    isinstance(part, Lesson) and (curriculum.root / part.document.path.parent / unquote(match["src"])).is_file()):
                yield part.document.problem(line, f"an image that is not there: {match['src']}", "put it in images/ beside the lesson's text")
        for alt in alts:
            if not alt.strip():
                yield part.document.problem(line, "an image without text alternative", "say between the brackets what it shows")
    for cell in part.document.cells:
        if cell.kind == "code" and cell.role != "essay" and re.search(r"\bfinish\((?!\.)", cell.source) and not re.search(r"\balt\s*=", cell.source):
            yield part.document.problem(cell.line, "a figure without text alternative", "add alt=\"…\" to finish(…)")
        elif cell.kind == "code" and re.search(r"\.(plot|hist|boxplot|scatter|barh?)\b\s*[.(]", cell.source) and not _finished_here(cell, part):
            yield part.document.problem(cell.line, "a figure without title, source and text alternative",
                                        "end it with finish(ax, title=…, source=…, alt=…)")


def _finished_here(cell: Cell, part: Lesson | Notebook) -> bool:
    return "finish(" in cell.source or cell.role == "tests" or "lu" in cell.tags


def links(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    built = {glossary.PAGE, cribs.PAGE, *(other.built for other in curriculum.parts)}
    built |= {Path("exercises", *path.parts[1:]) for path in built if path.parts[0] == "solutions"}
    # Masters are read from solutions/ and released to exercises/, at the same depth: one resolution serves both.
    folder = part.built.parent
    anchors = {re.sub(r"\s+", "-", match[2]) for _, text in accessibility.prose(part) if (match := _HEADING.match(text))}
    for line, text in accessibility.prose(part):
        for match in _LINK.finditer(text):
            target, _, anchor = unquote(match["target"]).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            if not target and anchor and anchor not in anchors:
                yield part.document.problem(line, f"a link to #{anchor}, which is no heading here", "copy the heading, dashes for blanks")
            path = Path(os.path.normpath(folder / target))
            if target and path not in built and not (curriculum.root / path).exists():
                yield part.document.problem(line, f"a link that leads nowhere: {target}", f"it is read from {folder.as_posix()}/")


def code_length(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    for cell in part.document.cells:
        if cell.kind != "code" or cell.role == "tests" or "lu" in cell.tags:
            continue
        shown = cell.replaced("CHECK", "check(…)") if cell.role == "exercise" else cell.source
        length = sum(not any(pattern.match(text) for pattern in MARKERS.values()) for text in shown.splitlines())
        if length > MAX_CODE_LINES:
            yield part.document.problem(cell.line, f"a code cell of {length} lines", f"cut it: {MAX_CODE_LINES} lines at most, one thing a cell")


def authors_boxes(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    right_places, right_shortest = [], []
    for cell in part.document.cells:
        for box in boxes.split(cell.source) if cell.kind == "markdown" else ():
            if isinstance(box, str):
                continue
            line = cell.line + box.line
            if box.name not in boxes.BOXES:
                yield part.document.problem(line, f"unknown box « {box.name} »", f"use one of {', '.join(sorted(boxes.BOXES))}")
            if not box.closed:
                yield part.document.problem(line, f"the box « {box.name} » is not closed", "end it with ::: alone on a line")
            if box.name == "indice":
                if owner(cell, part) is None:
                    yield part.document.problem(line, "a hint that belongs to no exercise", "put it under the cell it helps with")
                if not boxes.read_hints(box.body):
                    yield part.document.problem(line, "a hint without steps", "write an ordered list: 1. … 2. …")
            if box.name == "quiz":
                question, choices = boxes.read_quiz(box.body)
                right = [place for place, choice in enumerate(choices) if choice.right]
                right_places += right
                right_shortest += [all(len(choices[place].text) < len(choice.text) for choice in choices if not choice.right) for place in right]
                if not question or len(choices) < 2 or len(right) != 1:
                    yield part.document.problem(line, "a quiz needs a question, two choices or more, and one right answer",
                                                "- [ ] wrong, - [x] right, the explanation indented under each")
                elif not all(choice.explanation for choice in choices):
                    yield part.document.problem(line, "a quiz choice without explanation", "say under each why it is right or wrong")
                elif all(len(choices[right[0]].text) > len(choice.text) for choice in choices if not choice.right):
                    yield part.document.problem(line, "the right answer is the longest", "it gives itself away: shorten it")
    if len(right_places) > 1 and len(set(right_places)) == 1:
        yield part.document.problem(1, "all quizzes have their right answer at the same place", "vary it")
    if len(right_shortest) > 1 and all(right_shortest):
        yield part.document.problem(1, "in all quizzes the right answer is the shortest", "it gives itself away: lengthen one, or shorten a wrong one")


def imports(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    """The names that the build writes into cells are imported by the notebook itself."""
    cells = [cell for cell in part.document.cells if cell.kind == "code"]
    if not cells:
        return
    needed = {"check"} if any(cell.role == "exercise" for cell in cells) else set()
    written = {box.name for cell in part.document.cells if cell.kind == "markdown" and not cell.metadata.get("animation")
               for box in boxes.split(cell.source) if isinstance(box, boxes.Box)}
    needed |= {name for box, name in (("indice", "hint"), ("quiz", "quiz")) if box in written}
    missing = sorted(needed - {name for cell in cells for name in _imported(cell.source)})
    if missing:
        yield part.document.problem(cells[0].line, f"{', '.join(missing)} is used but not imported",
                                    f"from challenge_data import {', '.join(missing)}")


def truths(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    if isinstance(part, Notebook):
        for cell in part.document.cells:
            for match in re.finditer(r"""truth\[["'](\w+)["']\]""", cell.source):
                if cell.role == "tests" and match[1] not in part.challenge.truth:
                    yield part.document.problem(cell.line, f"the truth file has no « {match[1]} »", "add it to the generator's truth")


RULES = (header, metadata, markers, ids, questions, rubrics, points, headings, images, links, code_length, authors_boxes, imports, truths, interchangeable.rule, *accessibility.RULES)


def _imported(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    return {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}


