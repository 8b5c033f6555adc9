"""What the files of the facilities share: rows that remember what was done to them, and the truth told of a file."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from facilities import Facility


@dataclass
class Row:
    """A row of a file: its cells, the facility it speaks of (None for a total), and what is wrong in it."""

    facility: Facility | None
    cells: dict
    wrong: list[tuple[str, str]] = field(default_factory=list)
    """Name of the disorder, column (or "")."""
    twin: "Row | None" = None
    """The row it repeats."""

    def spoil(self, disorder: str, column: str, value) -> None:
        self.cells[column] = value
        self.wrong.append((disorder, column))


def some(rows: Sequence[Row], count: int, chance: random.Random, fits: Callable[[Row], bool] = lambda row: True, *, clean: bool = True) -> list[Row]:
    """Rows chosen at random, in their order. ``clean``: only among those where nothing is wrong yet.

    Raises:
        ValueError: fewer rows fit.
    """
    found = [row for row in rows if row.facility and fits(row) and not (clean and row.wrong)]
    if len(found) < count:
        raise ValueError(f"{count} rows wanted, {len(found)} fit")
    order = {id(row): rank for rank, row in enumerate(rows)}
    return sorted(chance.sample(found, count), key=lambda row: order[id(row)])


def told(rows: Sequence[Row], reading: dict, explained: dict[str, str], more: Sequence[dict] = (), *, real: dict[str, list] | None = None) -> dict:
    """What the truth file says of a file: how to read it, which facility each row is, and each disorder with its rows.

    Rows are numbered from 0, as pandas does once the file is well read.

    Args:
        reading: encoding, separator and the rest.
        explained: what each disorder is, in one French sentence.
        more: disorders that are not of a row.
        real: column -> what each of its cells would say without disorder, when the facility's record does not tell.
    """
    place = {id(row): rank for rank, row in enumerate(rows)}
    found: dict[tuple[str, str], list[int]] = {}
    pairs: dict[str, list[list[int]]] = {}
    for rank, row in enumerate(rows):
        for disorder, column in row.wrong:
            found.setdefault((disorder, column), []).append(rank)
            if row.twin is not None and disorder.startswith("doublon"):
                pairs.setdefault(disorder, []).append(sorted((place[id(row.twin)], rank)))
    disorders = [
        {"desordre": disorder, "colonne": column, "lignes": lines, "explication": explained[disorder],
         **({"paires": pairs[disorder]} if disorder in pairs else {}),
         **({"valeurs": sorted({str(rows[line].cells[column]) for line in lines})} if column else {})}
        for (disorder, column), lines in sorted(found.items())
    ]
    return {"lecture": {**reading, "lignes": len(rows)}, "equipements": [row.facility.id if row.facility else None for row in rows],
            "desordres": [*disorders, *more], **({"vrai": real} if real else {})}
