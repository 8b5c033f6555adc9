"""No answer in the students' edition: every file is searched for every solution, hidden test, assertion and expert's note.

What is secret is read from the texts of ``curriculum/``, apart from the build: a line between two markers of an answer,
unless an author also shows it (a stub, a hint, the prose). The checks of lessons are no secret, learners' machines run them;
nor is what an answered lesson hands on to the next ones, which a team that missed it picks up.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TELLING = 25
"""Characters of the shortest text that is searched for: shorter ones stand in lessons by chance."""

RELAY, LESSONS = "datasets/brumeval/relais/", "curriculum/lessons/"

_BLOCK = re.compile(r"^### BEGIN (SOLUTION|HIDDEN TESTS)\n(.*?)^### END \1$", re.MULTILINE | re.DOTALL)
_CHECK = re.compile(r"^### BEGIN CHECK\n.*?^### END CHECK$", re.MULTILINE | re.DOTALL)
_READ = re.compile(r"^```\{code-cell\}\n:tags: \[[^\]]*\blu\b[^\]]*\]\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NOTE = re.compile(r'^\+\+\+ \{[^\n]*"animation": *true[^\n]*\}\n(.*?)(?=^\+\+\+|^```|\Z)', re.MULTILINE | re.DOTALL)
_IMPORT = re.compile(r"(from [\w.]+ )?import [\w., ]+")
_KINDS = {"SOLUTION": "answer", "HIDDEN TESTS": "hidden test"}


@dataclass(frozen=True)
class Secret:
    """A text that no student may read, with blanks made one, and where it is written."""

    text: str
    what: str
    source: str


def secrets(root: Path) -> list[Secret]:
    """Every line and every whole block that is secret and long enough to be telling; no text twice."""
    hidden: list[Secret] = []
    shown = []
    for path in sorted((root / "curriculum").rglob("*.md")):
        text, source = path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()
        blocks = [(_KINDS[kind], block) for kind, block in _BLOCK.findall(text)]
        blocks += [("assertion", block) for block in _READ.findall(text)] + [("expert's note", block) for block in _NOTE.findall(text)]
        hidden += [Secret(plain(part), what, source) for what, block in blocks for part in (block, *block.splitlines())]
        for pattern in (_BLOCK, _CHECK, _READ, _NOTE):
            text = pattern.sub("\n", text)
        shown.append(plain(text))
    visible = "\n".join(shown)
    telling = {one.text: one for one in hidden if len(one.text) >= TELLING and one.text not in visible and not _IMPORT.fullmatch(one.text)}
    return list(telling.values())


def leaks(root: Path, files: Mapping[str, bytes]) -> list[str]:
    """A line for each secret of the course that stands in one of these files, and for each truth file's name for a thing."""
    found = []
    looked_for = [(one, one.text.split()[1:-1]) for one in (*secrets(root), *_truths(root))]
    for path, content in files.items():
        inside = plain("\n".join(texts(path, content)))
        words = set(inside.split())  # a text whose words are not all there needs no longer search
        found += [f"{path}: « {one.text[:100]} », {one.what} of {one.source}" for one, inner in looked_for
                  if words.issuperset(inner) and one.text in inside and not (path.startswith(RELAY) and one.source.startswith(LESSONS))]
    return found


def _truths(root: Path) -> Iterator[Secret]:
    """What the challenges' truth files call their values: found as a key, the value is beside it."""
    for path in sorted(root.glob("datasets/recipes/truth/*.json")):
        for name in json.loads(path.read_text(encoding="utf-8")):
            if "_" in name and len(name) >= 10:
                yield Secret(name, "truth", path.relative_to(root).as_posix())


def plain(text: str) -> str:
    """The text with every run of blanks made one."""
    return " ".join(text.split())


def texts(path: str, content: bytes) -> Iterator[str]:
    """What a person could read of a file: its text, the strings of a JSON document put together, the members of a zip."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield member
                yield from texts(member, archive.read(member))
        return
    text = content.decode("utf-8", errors="replace")
    try:
        yield from _strings(json.loads(text) if path.endswith((".ipynb", ".json", ".geojson")) else text)
    except ValueError:
        yield text


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if value and all(isinstance(one, str) for one in value):
            yield "".join(value)  # a cell, as notebooks write it
        yield from _each(value)
    elif isinstance(value, dict):
        yield from _each(value)
        yield from _each(value.values())


def _each(values: Iterable) -> Iterator[str]:
    for value in values:
        yield from _strings(value)
