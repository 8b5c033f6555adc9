"""Say less, so that nobody is alone: ages in bands, small counts hidden, and what totals still give away."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from challenge_data.errors import LearnerError
from challenge_data.french import thousands
from challenge_data.privacy.anonymity import _columns
from challenge_data.privacy.people import SMALL

if TYPE_CHECKING:
    import pandas as pd

OLDEST = 125
"""Years: nobody is known to have lived longer (122, in 1997); a larger « age » is a year of birth or a slip."""


def age_bands(ages: "pd.Series", bounds: int | Sequence[int] = (0, 15, 30, 45, 60, 75)) -> "pd.Series":
    """Ages in bands: « 15 à 29 ans », and « 75 ans et plus » for the last. Empty cells stay empty.

    Args:
        ages: whole or decimal years; text that holds numbers is read.
        bounds: first age of each band, or the width of bands in years, from 0, the last one open at 90.

    Raises:
        LearnerError: no column, bounds out of order, or cells that are no age.
    """
    import pandas as pd

    if not hasattr(ages, "map") or hasattr(ages, "columns"):
        raise LearnerError("age_bands attend une colonne d'âges : age_bands(tableau[\"age\"]).")
    starts = list(range(0, 91, bounds)) if isinstance(bounds, int) and bounds > 0 else list(bounds) if not isinstance(bounds, int) else []
    if not starts or starts != sorted(set(starts)):
        raise LearnerError("Les bornes vont en montant, chacune une fois : [0, 15, 30, 60], ou une largeur en années, comme 10.")
    numbers = pd.to_numeric(ages, errors="coerce")
    wrong = ages.notna() & ~numbers.between(starts[0], OLDEST)
    if wrong.any():
        shown = ", ".join(f"« {value} »" for value in ages[wrong].drop_duplicates().head(3))
        born = " Ce sont des années de naissance ? age = 2026 - annee." if numbers[wrong].between(1900, 2100).all() else ""
        raise LearnerError(f"{thousands(int(wrong.sum()))} case{'s' if wrong.sum() > 1 else ''} hors des âges de {starts[0]} à {OLDEST} ans : {shown}.{born}")
    names = [f"{start} à {end - 1} ans" if end - 1 > start else f"{start} ans" for start, end in zip(starts, starts[1:], strict=False)] + [f"{starts[-1]} ans et plus"]
    bands = pd.cut(numbers, [*starts, float("inf")], right=False, labels=names)
    return bands.astype("str").where(numbers.notna())


def hide_small(table: "pd.DataFrame", columns: str | Sequence[str], *, below: int = SMALL, total: str | None = None,
               total_row: object = None) -> "pd.DataFrame":
    """A copy of a table of counts where counts from 1 to ``below`` - 1 are empty. Zeros stay: they count nobody.

    Hiding a cell is not enough when its total is published: what can still be worked out is printed (see
    :func:`deducible`). Hide another cell of the same row, group, or leave the total out.

    Args:
        table: one row a place (or any group).
        columns: the counts to protect, without their total.
        below: smallest count shown; 11 by default, see :data:`~challenge_data.privacy.people.SMALL`.
        total: column that adds ``columns`` up, if there is one.
        total_row: index label of the row that adds the others up, if there is one. Its cells are never hidden.

    Raises:
        LearnerError: no table, an unknown column, cells that are no counts, or a total that is no total.
    """
    import pandas as pd

    columns = _columns(table, columns)
    _totals(table, columns, total, total_row)
    hidden = table.copy()
    for name in columns:
        values = _counts(table, name)
        small = values.between(1, below - 1).fillna(False)
        if total_row is not None:
            small[total_row] = False
        hidden[name] = values.mask(small, pd.NA)
    cells = sum(int(hidden[name].isna().sum() - table[name].isna().sum()) for name in columns)
    print(f"{thousands(cells)} case{'s' if cells > 1 else ''} cachée{'s' if cells > 1 else ''} (moins de {thousands(below)})." if cells else f"Aucun effectif de moins de {thousands(below)}.")
    found = deducible(hidden, columns, below=below, total=total, total_row=total_row)
    if len(found):
        one = found.iloc[0]
        print(f"Attention : {thousands(len(found))} se retrouve{'nt' if len(found) > 1 else ''} par le calcul, par exemple « {one['ligne']} », « {one['colonne']} » : {one['calcul']}. "
              "Cachez une autre case de la même ligne et de la même colonne, regroupez, ou ne publiez pas le total.")
    return hidden


def deducible(table: "pd.DataFrame", columns: str | Sequence[str], *, below: int = SMALL, total: str | None = None,
              total_row: object = None) -> "pd.DataFrame":
    """Hidden cells whose value the totals give away: secondary disclosure.

    A row (or column) with one empty cell gives it by subtraction; one where each empty cell must hold 1, or ``below`` - 1,
    gives them all. What is found serves to find more.

    Args: as :func:`hide_small`; empty cells are the hidden ones.

    Returns:
        ligne (index label), colonne, valeur, calcul (the sum in words); no row when nothing is given away this way. More
        clever sums may still succeed: it is a floor.

    Raises:
        LearnerError: as :func:`hide_small`.
    """
    import pandas as pd

    columns = _columns(table, columns)
    _totals(table, columns, total, total_row, hidden=True)
    known = {name: _counts(table, name) for name in columns}
    rows = [label for label in table.index if label != total_row] if total_row is not None else list(table.index)
    value = {(label, name): None if pd.isna(known[name][label]) else int(known[name][label]) for label in rows for name in columns}
    lines = []
    if total is not None:
        sums = _counts(table, total)
        lines += [([(label, name) for name in columns], int(sums[label])) for label in rows if pd.notna(sums[label])]
    if total_row is not None:
        lines += [([(label, name) for label in rows], int(known[name][total_row])) for name in columns if pd.notna(known[name][total_row])]
    found = []
    again = True
    while again:
        again = False
        for cells, whole in lines:
            empty = [cell for cell in cells if value[cell] is None]
            rest = whole - sum(value[cell] for cell in cells if value[cell] is not None)
            # Cells were hidden because they hold 1 to below - 1: at either end there is no choice.
            if not empty or (len(empty) > 1 and rest not in (len(empty), len(empty) * (below - 1))):
                continue
            shown = [str(value[cell]) for cell in cells if value[cell]]
            for cell in empty:
                value[cell] = rest // len(empty)
                what = f"{whole} − {' − '.join(shown)}" if shown else str(whole)
                told = f"{what} = {rest}" + (f", à partager entre {len(empty)} cases d'au moins 1 et d'au plus {below - 1}" if len(empty) > 1 else "")
                found.append((cell[0], cell[1], rest // len(empty), told))
            again = True
    return pd.DataFrame(found, columns=["ligne", "colonne", "valeur", "calcul"])


def _counts(table: "pd.DataFrame", name: str) -> "pd.Series":
    import pandas as pd

    values = pd.to_numeric(table[name], errors="coerce")
    if (values.isna() & table[name].notna()).any() or (values < 0).any() or (values.dropna() % 1 != 0).any():
        raise LearnerError(f"« {name} » ne compte pas : il y faut des nombres entiers, 0 ou plus.")
    return values.astype("Int64")


def _totals(table: "pd.DataFrame", columns: list[str], total: str | None, total_row: object, hidden: bool = False) -> None:
    if not table.index.is_unique:
        raise LearnerError("Deux lignes portent la même étiquette : remettez-les à plat avec reset_index().")
    if total is not None:
        _columns(table, total)
        if total in columns:
            raise LearnerError(f"« {total} » est un total : ne le mettez pas parmi les colonnes à protéger.")
    if total_row is not None and total_row not in table.index:
        raise LearnerError(f"Aucune ligne ne porte l'étiquette « {total_row} ». Donnez celle du total, ou mettez d'abord les noms en étiquettes : tableau.set_index(\"commune\").")
    if hidden:
        return
    if total is not None and (sum(_counts(table, name).fillna(0) for name in columns) != _counts(table, total)).any():
        raise LearnerError(f"« {total} » n'est pas la somme de {', '.join(columns)} : il manque une colonne, ou le total est faux.")
    if total_row is not None:
        others = table.drop(index=total_row)
        for name in columns:
            if int(_counts(others, name).sum()) != int(_counts(table, name)[total_row]):
                raise LearnerError(f"La ligne « {total_row} » n'est pas la somme des autres dans « {name} ».")
