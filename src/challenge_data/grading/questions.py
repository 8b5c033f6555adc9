"""What was asked: the graded cells of a challenge, with the words that its masters have for them."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

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


def chapters(course: Path, challenge: str) -> tuple[Chapter, ...]:
    """The notebooks of a challenge, in order, from ``solutions/<challenge>/``; none when there is no such folder."""
    return tuple(_chapter(path, rank) for rank, path in enumerate(sorted((course / "solutions" / challenge).glob("*.ipynb")), 1))


def title(course: Path, challenge: str) -> str:
    """The challenge's, as teams know it; its folder's name when its curriculum is not there."""
    import yaml

    try:
        told = yaml.safe_load((course / "curriculum" / "challenges" / challenge / "challenge.yml").read_text(encoding="utf-8"))
        return str(told["title"])
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return challenge


def _chapter(path: Path, rank: int) -> Chapter:
    head, number, heading, levels, hints = path.stem, "", "", (), ""
    found: list[Question] = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source, own = "".join(cell["source"]), cell["metadata"].get("nbgrader", {})
        if own.get("grade") or own.get("task"):
            kind = TASK if own.get("task") else ESSAY if own.get("solution") else TEST
            if asked := _ASKED.search(source) if kind == TEST else None:
                hints = asked[1]
            label = f"{rank}.{number or len(found) + 1}"
            same = sum(question.number.rstrip("bcdefgh") == label for question in found)
            found.append(Question(path.stem, own["grade_id"], label + "abcdefgh"[min(same, 7)] * (same > 0), heading or own["grade_id"], float(own.get("points", 0)), kind,
                                  () if kind == TEST else levels, hints))
        elif cell["cell_type"] == "markdown":
            for line in source.splitlines():
                if not line.startswith("#"):
                    continue
                match = _NUMBERED.match(line)
                if line.startswith("# ") and head == path.stem:
                    head = plain(line.lstrip("# "))
                elif match:
                    number, heading, levels, hints = match["number"] or "", plain(match["title"]) or plain(line.lstrip("# ")), (), ""
            if rubric := _LEVEL.findall(source):
                levels = tuple(sorted((Level(float(points.replace(",", ".")), plain(text)) for points, text in rubric), key=lambda level: -level.points))
        elif asked := _ASKED.search(source):
            hints = asked[1]
    return Chapter(path.stem, head, tuple(found))


def plain(markdown: str) -> str:
    """Our own Markdown as words alone."""
    return re.sub(r"\*\*|`|(?<!\w)\*|\*(?!\w)", "", markdown).strip()
