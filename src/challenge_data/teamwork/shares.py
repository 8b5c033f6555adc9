"""« Qui a fait quoi », as a team wrote it in its last notebook. Read as text: nothing of it is run."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from challenge_data.teamwork.parsing import NOTEBOOKS, Damaged, parse

NAMES = ("repartition", "signatures")
"""What the cell assigns. It is known by these, whatever became of its place, its id or its tags."""
MOST_READ = 20_000
"""Characters of such a cell: a team of ten takes under 1,000."""


@dataclass(frozen=True)
class Written:
    """A cell's two values."""

    coefficients: Any
    signatures: Any


class Unreadable(Exception):
    """The cell is not two plain values; the message is French."""


def cells(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """(file, source) of the cells that name both."""
    for name in sorted(files):
        if not name.lower().endswith(NOTEBOOKS):
            continue
        try:
            parsed = parse(files[name])
        except Damaged:
            continue
        for cell in parsed.cells:
            if cell.kind == "code" and all(word in cell.source for word in NAMES):
                yield name, cell.source


def read(source: str) -> Written | None:
    """The two values, if the cell assigns both.

    Raises:
        Unreadable: it is no Python, or one of them is computed rather than written.
    """
    if len(source) > MOST_READ:
        raise Unreadable(f"la cellule dépasse {MOST_READ} caractères.")
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f"ligne {error.lineno}, " if isinstance(error, SyntaxError) and error.lineno else ""
        raise Unreadable(f"{line}guillemet, virgule ou accolade à vérifier.") from None
    values = {}
    for line in body:
        if isinstance(line, ast.Assign) and len(line.targets) == 1 and isinstance(line.targets[0], ast.Name) and line.targets[0].id in NAMES:
            values[line.targets[0].id] = _plain(line.value, line.targets[0].id)
    return Written(*(values[name] for name in NAMES)) if len(values) == len(NAMES) else None


def _plain(value: ast.expr, name: str) -> Any:
    """A value that is written in full: ``ast.literal_eval`` runs nothing."""
    try:
        plain = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise Unreadable(f"« {name} » est calculé ; écrivez les valeurs elles-mêmes.") from None
    if isinstance(plain, dict) and len(plain) != len(value.keys):
        raise Unreadable("une adresse y est écrite deux fois.")  # Python would keep the last one
    return plain
