"""A notebook file that anyone may have written: nothing in it is believed, and every way it fails is one sentence.

:func:`read` gives the file as it is, for those who write it again; :func:`parse` the little that grading and checking need of its cells.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NOTEBOOKS = (".ipynb", ".ipynb.txt", ".ipynb.json")
"""Some browsers and systems put an ending of their own behind a notebook's."""
MOST_BYTES = 20_000_000
MOST_DEPTH = 100
"""Containers within containers: a notebook with maps has about 15; Python's own parser gives up near 1,000."""
MOST_CONTAINERS = 2_000_000
"""Each takes 60 bytes or more in memory, for two in the file."""
MOST_CELLS = 5_000
# The closing mark is optional: an unfinished string is read once, not once for each mark in it.
_STRINGS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKETS = re.compile(r"[^\[\]{}]+")
_KINDS = {"code": "code", "markdown": "markdown", "heading": "markdown"}


class Damaged(ValueError):
    """This is no notebook; the message is a French end of sentence, after the file's name."""


@dataclass(frozen=True)
class Cell:
    """What is kept of a cell: no output, no attachment, no metadata but its names."""

    kind: str
    """``code``, ``markdown`` or ``raw``; whatever else there was is ``raw``."""
    source: str
    grade_id: str | None = None
    cell_id: str | None = None


@dataclass(frozen=True)
class Parsed:
    """Cells in their order, and what could not be read as it was."""

    cells: list[Cell]
    left: int = 0
    """Cells that are no cells, or come after the first 5,000."""
    garbled: bool = False
    """Some bytes were no UTF-8."""


def read(content: bytes) -> dict[str, Any]:
    """The file's JSON object.

    Raises:
        Damaged: there is none, or some bytes are no UTF-8, and would be lost by whoever writes it again; nothing else is ever raised.
    """
    whole, garbled = _read(content)
    if garbled:
        raise Damaged("est abîmé ou incomplet")
    return whole


def parse(content: bytes) -> Parsed:
    """Read a notebook of nbformat 3 or 4.

    Raises:
        Damaged: it cannot be read; nothing else is ever raised.
    """
    # Numbers are of no use here: the longest are not even computed.
    whole, garbled = _read(content, parse_int=lambda digits: int(digits) if len(digits) < 10 else 0, parse_float=lambda _: 0.0)
    cells = _cells(whole)
    if cells is None:
        raise Damaged("n'est pas un carnet")
    kept = [cell for each in cells[:MOST_CELLS] if (cell := _cell(each)) is not None]
    return Parsed(kept, len(cells) - len(kept), garbled)


def _read(content: bytes, **numbers: Callable[[str], float]) -> tuple[dict[str, Any], bool]:
    """The object, and whether some bytes were no UTF-8."""
    if len(content) > MOST_BYTES:
        raise Damaged(f"pèse plus de {MOST_BYTES // 1_000_000} Mo (effacez ses sorties, puis enregistrez-le)")
    text, garbled = _text(content)
    if not text.strip():
        raise Damaged("est vide")
    _measure(text)
    try:
        whole = json.loads(text, strict=False, **numbers)
    except (ValueError, RecursionError, MemoryError):
        raise Damaged("est abîmé ou incomplet") from None
    if not isinstance(whole, dict):
        raise Damaged("n'est pas un carnet")
    return whole, garbled


def _text(content: bytes) -> tuple[str, bool]:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding), False
    except UnicodeDecodeError:
        return content.decode(encoding, "replace"), True


def _measure(text: str) -> None:
    brackets = _NO_BRACKETS.sub("", _STRINGS.sub("", text))
    if brackets.count("[") + brackets.count("{") > MOST_CONTAINERS:
        raise Damaged("contient trop d'éléments pour être lu")
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in "[{" else -1
        if depth > MOST_DEPTH:
            raise Damaged("est imbriqué trop profondément pour être un carnet")


def _cells(whole: dict[str, Any]) -> list | None:
    if isinstance(whole.get("cells"), list):
        return whole["cells"]
    sheets = whole.get("worksheets")
    if not isinstance(sheets, list):
        return None
    return [cell for sheet in sheets if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list) for cell in sheet["cells"]]


def _cell(each: object) -> Cell | None:
    if not isinstance(each, dict):
        return None
    kind = each.get("cell_type")
    source = each.get("source", each.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        source = ""
    metadata = each.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    # An unpaired surrogate can be written in JSON, in no file.
    clean = source.encode("utf-8", "replace").decode("utf-8")
    return Cell(_KINDS.get(kind, "raw") if isinstance(kind, str) else "raw", clean, _name(grade_id), _name(each.get("id")))


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 200 else None
