"""Curriculum text (MyST Markdown, by jupytext) as cells that remember their line."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from jupytext.myst import MystMetadataParsingError, myst_to_notebook

from challenge_data.build.problems import BuildError, Problem

ROLES = ("exercise", "solution", "tests", "essay")
"""Short metadata that gives a cell its part; at most one a cell."""

KNOWN_METADATA = {*ROLES, "points", "stub", "tags", "slide", "animation", "interchangeable", "choices"}

MARKERS = {
    "SOLUTION": re.compile(r"^\s*### (BEGIN|END) SOLUTION\s*$"),
    "HIDDEN TESTS": re.compile(r"^\s*### (BEGIN|END) HIDDEN TESTS\s*$"),
    "CHECK": re.compile(r"^\s*### (BEGIN|END) CHECK\s*$"),
}


@dataclass
class Cell:
    """One cell as its author wrote it."""

    kind: str
    """``code`` or ``markdown``."""
    source: str
    line: int
    """1-based line of the cell's first line in its file."""
    metadata: dict = field(default_factory=dict)

    @property
    def tags(self) -> list[str]:
        return list(self.metadata.get("tags", []))

    @property
    def role(self) -> str | None:
        return next((role for role in ROLES if role in self.metadata), None)

    @property
    def graded_id(self) -> str | None:
        """The author's id of an exercise, a question, its tests or an essay."""
        return str(self.metadata[self.role]) if self.role else None

    def regions(self, name: str) -> list[tuple[int, int]]:
        """0-based (first, last) lines of each marked region, markers included; unbalanced markers give none."""
        found, begin = [], None
        for number, text in enumerate(self.source.splitlines()):
            if match := MARKERS[name].match(text):
                if match[1] == "BEGIN":
                    begin = number
                elif begin is not None:
                    found.append((begin, number))
                    begin = None
        return found

    def inside(self, name: str) -> str:
        """What stands between the markers, without them."""
        lines = self.source.splitlines()
        return "\n".join("\n".join(lines[begin + 1 : end]) for begin, end in self.regions(name))

    def replaced(self, name: str, text: str) -> str:
        """The source with each marked region (markers included) replaced by the text, once; further regions vanish."""
        lines = self.source.splitlines()
        for rank, (begin, end) in reversed(list(enumerate(self.regions(name)))):
            lines[begin : end + 1] = text.splitlines() if rank == 0 and text else []
        return "\n".join(lines)


@dataclass
class Document:
    """A lesson or a challenge notebook as written."""

    path: Path
    """As given, to open the file; messages use it too."""
    header: dict
    cells: list[Cell]

    def problem(self, line: int, message: str, remedy: str) -> Problem:
        return Problem(self.path, line, message, remedy)

    def above(self, cell: Cell) -> list[Cell]:
        """The cells before this one, which is known by being it: two may be equal."""
        return self.cells[: self._place(cell)]

    def below(self, cell: Cell) -> list[Cell]:
        return self.cells[self._place(cell) + 1 :]

    def _place(self, cell: Cell) -> int:
        return next(place for place, other in enumerate(self.cells) if other is cell)


def read(path: Path) -> Document:
    """Read a MyST notebook.

    Raises:
        BuildError: the header or a cell's options are not valid YAML.
    """
    text = path.read_text(encoding="utf-8")
    try:
        notebook = myst_to_notebook(text, add_source_map=True)
    except (MystMetadataParsingError, yaml.YAMLError) as error:
        line = int(match[1]) if (match := re.search(r"line (\d+)", str(error))) else 1
        raise BuildError([Problem(path, line, f"unreadable metadata: {' '.join(str(error).split())}",
                                  "write it as YAML; quote a value that holds « : » or starts with a bracket")]) from None
    starts = notebook.metadata.pop("source_map")
    lines = text.splitlines()
    cells = [
        Cell(cell.cell_type, cell.source, _first_line(cell.source, lines, start), dict(cell.metadata))
        for cell, start in zip(notebook.cells, starts, strict=True)
    ]
    return Document(path, dict(notebook.metadata), cells)


def _first_line(source: str, lines: list[str], start: int) -> int:
    """1-based line of the cell's first line: jupytext's map points before its options and blank lines."""
    first = source.split("\n", 1)[0]
    return next((number for number in range(start, len(lines)) if lines[number] == first), start) + 1
