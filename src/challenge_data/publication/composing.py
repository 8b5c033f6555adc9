"""The figures of a card, counted from the table: a figure typed by hand is wrong from the next version on."""

from typing import TYPE_CHECKING

from challenge_data.errors import LearnerError
from challenge_data.french import plural, thousands
from challenge_data.guide import require
from challenge_data.schemas import tables

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_MOST = 8


def composition(table: "pd.DataFrame | str | Path", row: str) -> str:
    """A draft of the part « composition »: rows, columns, empty cells. What is missing from the world, only you can add.

    Args:
        table: a DataFrame, or the path of a CSV file; never changed.
        row: what one row is, such as ``"un équipement public"``.

    Raises:
        LearnerError: no table, no row of it, or nothing said of what a row is.
    """
    require(table)
    require(row)
    if not isinstance(row, str) or len(row.strip()) < 3:
        raise LearnerError('Dites ce que décrit une ligne, entre guillemets : composition(tableau, row="un équipement public").')
    text = tables.read(table)
    empty = {name: column.count("") for name, column in zip(text.header, text.columns, strict=True)}
    whole = [name for name, count in empty.items() if count == len(text)]
    some = {name: count for name, count in empty.items() if 0 < count < len(text)}
    full = len(empty) - len(whole) - len(some)
    told = [f"Une ligne décrit {row.strip().rstrip('.')}. Il y a {plural(len(text), 'ligne')} et {plural(len(empty), 'colonne')}.",
            f"{plural(full, 'colonne est remplie', 'colonnes sont remplies')} partout." if full else "Aucune colonne n'est remplie partout."]
    if some:
        most = sorted(some.items(), key=lambda one: -one[1])
        told.append(f"Des cases sont vides dans {', '.join(f'{name} ({thousands(count)})' for name, count in most[:_MOST])}"
                    + (f" et {plural(len(most) - _MOST, 'autre colonne', 'autres colonnes')}" if len(most) > _MOST else "") + ".")
    if whole:
        told.append(f"{plural(len(whole), 'colonne est', 'colonnes sont')} entièrement {'vide' if len(whole) == 1 else 'vides'} : {', '.join(whole)}.")
    return " ".join(told)
