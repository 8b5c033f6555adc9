"""What a team handed in as a notebook, read as what it is: bytes from a stranger. Never raises for what they hold."""

import json
from dataclasses import dataclass

MOST_BYTES = 20_000_000
"""Our largest released notebook weighs 0.1 MB; with a team's figures in its outputs, a few."""
MOST_DEPTH = 60
"""Brackets within brackets; a real notebook goes to about ten. Python's own reader would stop at a thousand, by an error of its own."""
MOST_CELLS = 5_000
MOST_SOURCE = 200_000
"""Characters of one cell."""


@dataclass(frozen=True)
class GivenCell:
    """One cell of a hand-in, brought to plain types."""

    kind: str
    """``code``, ``markdown`` or ``raw``."""
    source: str
    grade_id: str
    """nbgrader's, as the file says; empty if it says none."""
    id: str


class Unreadable(Exception):
    """The bytes are no notebook; the sentence, in French, says why."""


def cells_of(content: bytes) -> list[GivenCell]:
    """The cells of a notebook in any version 3 or 4 of the format, outputs left out.

    Raises:
        Unreadable: too big, too deep, no JSON, no notebook.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable(f"Le fichier pèse {len(content) // 1_000_000} Mo, plus de {MOST_BYTES // 1_000_000} : effacez les sorties du carnet (menu Édition), puis remettez-le.")
    if _depth(content) > MOST_DEPTH:
        raise Unreadable("Le fichier n'est pas un carnet : il est fait de crochets emboîtés.")
    try:
        read = json.loads(content.decode("utf-8-sig"), parse_int=_number, parse_float=_number, parse_constant=_number)
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable("Le fichier est abîmé, ou n'est pas un carnet : rouvrez-le dans JupyterLab, enregistrez-le, puis remettez-le.") from None
    if not isinstance(read, dict):
        raise Unreadable("Le fichier n'est pas un carnet.")
    given = read.get("cells")
    if given is None and isinstance(read.get("worksheets"), list):  # version 3
        given = [cell for sheet in read["worksheets"] if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list) for cell in sheet["cells"]]
    if not isinstance(given, list):
        raise Unreadable("Le fichier n'est pas un carnet : il n'a pas de cellules.")
    return [_cell(one) for one in given[:MOST_CELLS] if isinstance(one, dict)]


def _cell(one: dict) -> GivenCell:
    source = one.get("source", one.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    metadata = one.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    kind = one.get("cell_type")
    return GivenCell(kind if kind in ("code", "markdown", "raw") else "markdown", source[:MOST_SOURCE] if isinstance(source, str) else "",
                     name if isinstance(name, str) else "", one["id"] if isinstance(one.get("id"), str) else "")


def _number(text: str) -> float:
    """Numbers say nothing that grading uses: one of a million digits is not computed."""
    try:
        return float(text[:40])
    except ValueError:
        return 0.0


def _depth(content: bytes) -> int:
    """The most brackets open at once, those inside strings left out: cheap, so that the reader is not asked for the impossible."""
    deepest = depth = 0
    inside = escaped = False
    for byte in content:
        if inside:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                inside = False
        elif byte == 0x22:
            inside = True
        elif byte in b"[{":
            depth += 1
            if depth > MOST_DEPTH:
                return depth
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest
