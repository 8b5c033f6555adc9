"""The coefficients that a team wrote and signed in its last notebook, « Qui a fait quoi ». Read as text: nothing of it is run."""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from challenge_data.checks.sharing import LEAST, MOST, exact, faults, same
from challenge_data.grading.parsing import Damaged, parse
from challenge_data.grading.receiving import files_of
from challenge_data.grading.unpacking import NOTEBOOKS, shown

NAMES = ("repartition", "signatures")
"""What the cell assigns. It is known by these, whatever became of its place, its id or its tags."""
MOST_READ = 20_000
"""Characters of such a cell: a team of ten takes under 1,000."""


@dataclass(frozen=True)
class Shares:
    """What a team agreed on."""

    coefficients: Mapping[str, Decimal] | None = None
    """E-mail in lower case -> coefficient, for every member; None when all have 1."""
    problem: str = ""
    """Why what is written does not count, in French, for the team and its grader; empty when it does, or nothing is written."""

    def of(self, email: str) -> Decimal:
        """A member's coefficient."""
        return Decimal(1) if self.coefficients is None else self.coefficients[same(email)]


@dataclass(frozen=True)
class _Written:
    """One cell's two values."""

    coefficients: Any
    signatures: Any


class _Unreadable(Exception):
    """The cell is not two plain values; the message is French."""


def of_record(folder: Path, members: Collection[str], *, least: Decimal = LEAST, most: Decimal = MOST) -> Shares:
    """The shares in a hand-in, as received.

    Args:
        folder: its record, see :mod:`~challenge_data.grading.keeping`.
        members: e-mails of the team's roster.
    """
    return of_files(files_of(folder).files, members, least=least, most=most)


def of_files(files: Mapping[str, bytes], members: Collection[str], *, least: Decimal = LEAST, most: Decimal = MOST) -> Shares:
    """The shares in a team's notebooks.

    Of several sharings in several files, the one that counts is the one that everybody signed. Two of them that differ: neither does.

    Args:
        files: name -> bytes; what is no notebook is passed over.
    """
    agreed: dict[str, Mapping[str, Decimal]] = {}
    problems: list[str] = []
    for name, source in _cells(files):
        try:
            written = _read(source)
        except _Unreadable as why:
            problems.append(f"Répartition illisible dans « {shown(name)} » : {why}")
            continue
        if written is None or not (written.coefficients or written.signatures):
            continue
        if not members:
            problems.append("Répartition écrite, mais la liste des équipes ne dit pas qui est dans celle-ci.")
        elif found := faults(written.coefficients, written.signatures, members, least=least, most=most):
            problems.append(" ".join(found))
        else:
            agreed[name] = {same(email): exact(value) for email, value in written.coefficients.items()}
    kept = list(agreed.values())
    if kept and all(one == kept[0] for one in kept):
        return Shares(kept[0])
    if kept:
        return Shares(None, f"Plusieurs répartitions signées se contredisent : {', '.join(shown(name) for name in agreed)}.")
    return Shares(None, " ".join(dict.fromkeys(problems)))


def _cells(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """(file, source) of the cells that name both."""
    for name in sorted(files):
        if not name.lower().endswith(NOTEBOOKS):
            continue
        try:
            cells = parse(files[name]).cells
        except Damaged:
            continue
        for cell in cells:
            if cell.kind == "code" and all(word in cell.source for word in NAMES):
                yield name, cell.source


def _read(source: str) -> _Written | None:
    """The two values, if the cell assigns both.

    Raises:
        _Unreadable: it is no Python, or one of them is computed rather than written.
    """
    if len(source) > MOST_READ:
        raise _Unreadable(f"la cellule dépasse {MOST_READ} caractères.")
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f"ligne {error.lineno}, " if isinstance(error, SyntaxError) and error.lineno else ""
        raise _Unreadable(f"{line}guillemet, virgule ou accolade à vérifier.") from None
    values = {}
    for line in body:
        if isinstance(line, ast.Assign) and len(line.targets) == 1 and isinstance(line.targets[0], ast.Name) and line.targets[0].id in NAMES:
            values[line.targets[0].id] = _plain(line.value, line.targets[0].id)
    return _Written(*(values[name] for name in NAMES)) if len(values) == len(NAMES) else None


def _plain(value: ast.expr, name: str) -> Any:
    """A value that is written in full: ``ast.literal_eval`` runs nothing."""
    try:
        plain = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise _Unreadable(f"« {name} » est calculé ; écrivez les valeurs elles-mêmes.") from None
    if isinstance(plain, dict) and len(plain) != len(value.keys):
        raise _Unreadable("une adresse y est écrite deux fois.")  # Python would keep the last one
    return plain
