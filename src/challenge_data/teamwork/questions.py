"""What is asked: the graded cells of a notebook, in its order and in its own words."""

import re
from dataclasses import dataclass
from functools import cached_property

TEST, ESSAY, TASK = "test", "essay", "task"

_NUMBERED = re.compile(r"^#+\s+(?:Question\s+(?P<number>\d+)\s*(?:[·:.—–-]\s*)?)?(?P<title>.*?)\s*(?:\(\s*[\d,.]+\s*points?\s*\))?\s*$", re.IGNORECASE)
_LEVEL = re.compile(r"^- \*\*([\d,.]+) points?\*\* : (.+)$", re.MULTILINE)
_ASKED = re.compile(r"""(?:check\.question|hint)\(["']([^"']+)["']""")


@dataclass(frozen=True)
class Level:
    """One level of a rubric."""

    points: float
    text: str


@dataclass(frozen=True)
class Question:
    """A graded cell."""

    notebook: str
    cell: str
    """nbgrader's ``grade_id``."""
    number: str
    """« 1.3 »: notebook, question; « 1.3b » for the second graded cell of one question."""
    title: str
    maximum: float
    kind: str
    """``test``: code judges; ``essay``: a person judges a cell; ``task``: a person judges files or deeds."""
    levels: tuple[Level, ...] = ()
    """The rubric, from the most points to the least."""
    hints: str = ""
    """The id that ``hint(…)`` takes; empty when there are none."""

    def level(self, points: float) -> Level | None:
        """The level that these points reach: the highest one that is not above them."""
        return next((level for level in self.levels if points >= level.points), None)


@dataclass(frozen=True)
class Chapter:
    """A notebook."""

    name: str
    title: str
    questions: tuple[Question, ...]

    @cached_property
    def maximum(self) -> float:
        return sum(question.maximum for question in self.questions)


def chapter(name: str, cells: list[dict], rank: int) -> Chapter:
    """What a notebook asks.

    Args:
        name: of the notebook, without its ending.
        cells: as nbformat has them, a master's or a release's.
        rank: of the notebook in its challenge, from 1.
    """
    head, number, heading, levels, hints = name, "", "", (), ""
    found: list[Question] = []
    for cell in cells:
        source, own = "".join(cell["source"]), cell["metadata"].get("nbgrader", {})
        if own.get("grade") or own.get("task"):
            kind = TASK if own.get("task") else ESSAY if own.get("solution") else TEST
            if asked := _ASKED.search(source) if kind == TEST else None:
                hints = asked[1]
            label = f"{rank}.{number or len(found) + 1}"
            same = sum(question.number.rstrip("bcdefgh") == label for question in found)
            found.append(Question(name, own["grade_id"], label + "abcdefgh"[min(same, 7)] * (same > 0), heading or own["grade_id"], float(own.get("points", 0)), kind,
                                  () if kind == TEST else levels, hints))
        elif cell["cell_type"] == "markdown":
            for line in source.splitlines():
                if not line.startswith("#"):
                    continue
                match = _NUMBERED.match(line)
                if line.startswith("# ") and head == name:
                    head = plain(line.lstrip("# "))
                elif match:
                    number, heading, levels, hints = match["number"] or "", plain(match["title"]) or plain(line.lstrip("# ")), (), ""
            if rubric := _LEVEL.findall(source):
                levels = tuple(sorted((Level(float(points.replace(",", ".")), plain(text)) for points, text in rubric), key=lambda level: -level.points))
        elif asked := _ASKED.search(source):
            hints = asked[1]
    return Chapter(name, head, tuple(found))


def headings(cells: list[dict], name: str) -> list[str]:
    """Cell by cell, the heading that it stands under: « Question 3 · Combien d'appareils, vraiment ? »; before the first one, ``name``."""
    found, heading = [], name
    for cell in cells:
        for line in "".join(cell["source"]).splitlines() if cell["cell_type"] == "markdown" else ():
            if re.match(r"#{1,6} ", line):
                heading = re.sub(r"\s*\([\d,.]+ (points?|min)\)$", "", plain(line.lstrip("# ")))
        found.append(heading)
    return found


def plain(markdown: str) -> str:
    """Our own Markdown as words alone."""
    return re.sub(r"\*\*|`|(?<!\w)\*|\*(?!\w)", "", markdown).strip()
