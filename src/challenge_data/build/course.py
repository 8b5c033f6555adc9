"""The whole curriculum, read: lessons and challenges, their ids, and where each is built."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from challenge_data.build.problems import BuildError, Problem
from challenge_data.build.source import Cell, Document, read

MARK = "À ÉCRIRE"
"""Stands in a challenge's texts where its author has something left to write."""

PLACES = ("curriculum/challenges", "datasets/recipes", "datasets/brumeval", "tests/answers")
"""Each may hold a folder with a challenge's name, where people write what is its own."""

_QUESTION = re.compile(r"^#{2,6} +Question (\d+)\b", re.MULTILINE)


@dataclass
class Lesson:
    document: Document
    built: Path
    """Relative to the course folder."""

    @property
    def header(self) -> dict:
        return self.document.header.get("lesson", {})

    @property
    def code(self) -> str:
        return str(self.header.get("code", self.document.path.stem[:2]))

    @property
    def prefix(self) -> str:
        """What an exercise's id is written with: ``02.filtrer``."""
        return self.code

    def question(self, graded_id: str) -> str:
        """What ``hint`` is called with."""
        return f"{self.prefix}.{graded_id}"

    @property
    def title(self) -> str:
        return title(self.document)

    @property
    def produces(self) -> list[str]:
        """Names of the files that the lesson hands on."""
        names = self.header.get("produces", [])
        return [names] if isinstance(names, str) else list(names)


@dataclass
class Tool(Lesson):
    """A notebook that serves rather than teaches: it has no minutes, and no place in the programme."""

    @property
    def code(self) -> str:
        return self.document.path.stem


@dataclass
class Notebook:
    """One graded notebook of a challenge."""

    document: Document
    challenge: "Challenge"
    minutes: int
    points: float

    @property
    def built(self) -> Path:
        return Path("solutions", self.challenge.name, f"{self.document.path.stem}.ipynb")

    @property
    def prefix(self) -> str:
        """What a question's id is written with: ``defibrillateurs.1.lecture``."""
        return f"{self.challenge.name}.{self.rank}"

    @property
    def rank(self) -> str:
        """« 1 » of ``1_trouver``."""
        return self.document.path.stem.split("_")[0]

    def number(self, cell: Cell) -> str | None:
        """« 1.3 »: this notebook's rank, then the number in the heading « Question 3 » above the cell; None without one."""
        headings = [match[1] for other in self.document.above(cell) if other.kind == "markdown" for match in _QUESTION.finditer(other.source)]
        return f"{self.rank}.{headings[-1]}" if headings else None

    def question(self, graded_id: str) -> str:
        """What ``hint`` is called with: ``aides-velo.1.3``, by its number; by its id where it has none."""
        cell = next(cell for cell in self.document.cells if cell.graded_id == graded_id and cell.role in ("solution", "essay"))
        number = self.number(cell)
        return f"{self.challenge.name}.{number}" if number else f"{self.prefix}.{graded_id}"

    @property
    def title(self) -> str:
        return title(self.document)


@dataclass
class Challenge:
    name: str
    path: Path
    """Its challenge.yml."""
    settings: dict
    notebooks: list[Notebook] = field(default_factory=list)
    truth: dict = field(default_factory=dict)
    to_write: list[tuple[Path, int]] = field(default_factory=list)
    """What :func:`to_write` finds; a challenge that holds some is not ready for teams."""


@dataclass
class Curriculum:
    root: Path
    lessons: list[Lesson]
    challenges: list[Challenge]
    problems: list[Problem]
    tools: list[Tool] = field(default_factory=list)

    def lesson(self, code: str) -> Lesson | None:
        return next((lesson for lesson in self.lessons if lesson.code == code), None)

    @property
    def offered(self) -> list[Challenge]:
        """The challenges that teams may take: those that their author has finished."""
        return [challenge for challenge in self.challenges if not challenge.to_write]

    @property
    def parts(self) -> list[Lesson | Notebook]:
        """Every notebook, lessons first."""
        return [*self.lessons, *self.tools, *(notebook for challenge in self.challenges for notebook in challenge.notebooks)]


def title(document: Document) -> str:
    for cell in document.cells:
        for line in cell.source.splitlines() if cell.kind == "markdown" else ():
            if line.startswith("# "):
                return line[2:].strip()
    return document.path.stem


def read_curriculum(root: Path) -> Curriculum:
    """Read ``curriculum/`` under the course folder. What cannot be read becomes a problem, and is left out."""
    problems: list[Problem] = []
    lessons = []
    for path in sorted((root / "curriculum" / "lessons").glob("*/*.md")):
        if document := _read(path, root, problems):
            lessons.append(Lesson(document, Path("notebooks", path.parent.name, f"{path.stem}.ipynb")))
    challenges = [
        _read_challenge(path, root, problems)
        for path in sorted((root / "curriculum" / "challenges").glob("*/challenge.yml"))
    ]
    tools = [Tool(document, Path("notebooks", f"{path.stem}.ipynb")) for path in sorted((root / "curriculum" / "tools").glob("*.md")) if (document := _read(path, root, problems))]
    return Curriculum(root, lessons, challenges, problems, tools)


def _read(path: Path, root: Path, problems: list[Problem]) -> Document | None:
    try:
        document = read(path)
    except BuildError as error:
        problems += [Problem(path.relative_to(root), p.line, p.message, p.remedy) for p in error.problems]
        return None
    document.path = path.relative_to(root)
    return document


def _read_challenge(path: Path, root: Path, problems: list[Problem]) -> Challenge:
    relative = path.relative_to(root)
    challenge = Challenge(path.parent.name, relative, {}, to_write=to_write(root, path.parent.name))
    try:
        challenge.settings = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        problems.append(Problem(relative, 1, f"unreadable: {error}", "write it as YAML"))
        return challenge
    if truth := challenge.settings.get("truth"):
        try:
            challenge.truth = json.loads((root / truth).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            problems.append(Problem(relative, 1, f"unreadable truth file {truth}: {error}", "rebuild it with its recipe"))
    for settings in challenge.settings.get("notebooks", []):
        source = path.parent / f"{settings['file']}.md"
        if not source.exists():
            problems.append(Problem(relative, 1, f"no file {source.name}", "write it, or take it out of notebooks"))
        elif document := _read(source, root, problems):
            notebook = Notebook(document, challenge, settings.get("minutes", 0), settings.get("points", 0))
            challenge.notebooks.append(notebook)
    return challenge


def to_write(root: Path, name: str) -> list[tuple[Path, int]]:
    """(file, line) of each mark left in what people write for a challenge: its texts, its recipe, its answers."""
    texts = [path for place in PLACES for path in sorted((root / place / name).rglob("*")) if path.suffix in (".md", ".yml", ".py")]
    return [(path.relative_to(root), line) for path in texts
            for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if MARK in text]
