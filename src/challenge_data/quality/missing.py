"""Empty cells, and those that say « nothing » in disguise: a word, or a number that stands for it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from challenge_data.quality import roles
from challenge_data.quality.columns import Column, plain
from challenge_data.quality.files import MISSING_WORDS
from challenge_data.quality.finding import TO_CHECK, TO_KNOW, TO_MEND, Finding, Table

if TYPE_CHECKING:
    import numpy as np

SURE = {plain(word) for word in MISSING_WORDS} - {"inconnu", "non renseigne"} | {
    "n.d.",
    "n. d.",
    "n.r.",
    "#ref!",
    "#valeur!",
    "#value!",
    "#div/0!",
    "#nom?",
    "<na>",
    "a completer",
    "a renseigner",
    "a preciser",
    "a remplir",
    "a definir",
    "non communique",
    "non communiquee",
    "tbd",
    "xxx",
    "...",
    "…",
    "/",
    "—",
    "–",
    "??",
    "???",
    "vide",
    "non saisi",
}
LIKELY = {
    "inconnu",
    "inconnue",
    "non renseigne",
    "non renseignee",
    "neant",
    "aucun",
    "aucune",
    "sans objet",
    "s/o",
    "so",
    "ne sait pas",
    "non connu",
    "indetermine",
    "manquant",
    "sans",
}
"""These may be an answer (« aucun » = there is none; schemas list « Inconnu »): told, and left to judge."""
NUMBERS_FOR_NOTHING = (-9999, -999, -99, -9, -1, 99, 999, 9999, 99999, 999999)
DATES_FOR_NOTHING = {
    "1900-01-01",
    "01/01/1900",
    "1899-12-30",
    "1899-12-31",
    "9999-12-31",
    "31/12/9999",
    "0001-01-01",
    "2999-12-31",
    "31/12/2999",
    "00/00/0000",
    "0000-00-00",
}


def find(table: Table) -> Iterator[Finding]:
    import numpy as np

    for column in table.columns:
        empty = column.rows - column.filled
        if not column.filled and column.rows:
            yield Finding(
                column.name,
                "colonne vide",
                [],
                "",
                TO_KNOW,
                "Aucune case n'est remplie : demandez à quoi la colonne sert, sinon retirez-la.",
                empty,
            )
        elif empty:
            share = f"{100 * empty / column.rows:.0f} %" if empty >= column.rows / 100 else "moins de 1 %"
            yield Finding(
                column.name,
                "cases vides",
                np.flatnonzero(column.codes < 0),
                f"{share} des lignes",
                TO_KNOW,
                "Vide veut dire : non demandé, inconnu, ou sans objet ? Posez la question au service.",
            )
        if column.is_shape or not column.filled:
            continue
        yield from _words(table, column)
        yield from _numbers(table, column)


def _words(table: Table, column: Column) -> Iterator[Finding]:
    import numpy as np

    if column.is_number or column.is_time:
        return
    found = {
        name: column.which(lambda text, known=known: len(text) <= 16 and plain(text) in known)
        for name, known in (("sure", SURE), ("likely", LIKELY))
    }
    for at in np.flatnonzero(found["sure"]):
        # In a column of two-letter codes, « NC » may be one of them.
        if column.texts[at].isalpha() and len(column.texts[at]) == 2 and _letters(column) >= 0.5:
            found["sure"][at], found["likely"][at] = False, True
    table.disguised[column.rank] = found["sure"] | found["likely"]
    if found["sure"].any():
        yield Finding(
            column.name,
            "manque déguisé",
            column.at(found["sure"]),
            column.told(found["sure"], 5),
            TO_MEND,
            "Ces mots disent « rien » : remplacez-les par une case vide, sinon ils sont comptés comme des valeurs.",
        )
    if found["likely"].any():
        yield Finding(
            column.name,
            "manque déguisé, peut-être",
            column.at(found["likely"]),
            column.told(found["likely"], 5),
            TO_CHECK,
            "Est-ce un manque, ou une réponse ? « aucun » peut vouloir dire zéro. Le service qui remplit le sait.",
        )


def _letters(column: Column) -> float:
    """Share of the cells that are codes of one to three letters."""
    mask = column.which(
        lambda text: len(text) <= 3 and text.isalpha() and plain(text) not in SURE | LIKELY | {"oui", "non", "o", "n"}
    )
    return float(column.counts[mask].sum()) / column.filled


def _numbers(table: Table, column: Column) -> Iterator[Finding]:
    """A number, or a date, that stands for « nothing »: judged by what the rest of the column looks like."""
    import numpy as np

    if roles.is_code(column) and not column.is_time:
        mask = column.which(
            lambda text: len(text) >= 1 and (set(text) == {"0"} or (len(text) >= 3 and set(text) == {"9"}))
        )
        advice = "Un code tout en 0 ou en 9 remplace souvent un code inconnu : laissez la case vide."
    elif roles.is_quantity(column):
        mask = _odd_numbers(column)
        advice = "Est-ce une mesure, ou un code pour dire « on ne sait pas » ? Regardez ces lignes avant toute moyenne."
    elif column.share("date_iso", "date_day_first", "date_year_first") >= 0.5:
        mask = column.which(DATES_FOR_NOTHING.__contains__)
        advice = "Cette date est celle que les logiciels écrivent quand ils n'en ont pas."
    elif roles.is_year(column) and column.share("integer") >= 0.5:
        mask = np.isin(column.numbers, (0, 9999, 999)) | (
            (column.numbers == 1900) & (column.counts >= 3) & (np.nanquantile(column.cells, 0.05) > 1900)
        )
        advice = "Cette année remplace souvent une année inconnue : vérifiez, puis laissez la case vide."
    else:
        return
    mask &= table.known(column)
    if mask.any():
        table.disguised[column.rank] = table.disguised.get(column.rank, np.zeros(len(column.texts), bool)) | mask
        yield Finding(
            column.name,
            "nombre ou date qui tient lieu de vide, peut-être",
            column.at(mask),
            column.told(mask, 5),
            TO_CHECK,
            advice,
        )


def _odd_numbers(column: Column) -> "np.ndarray":
    """Mask of the values 0, 99, 999, -1 … that come too often to be measures.

    Nines and negatives: more cells than five times the density of the values around, and two at least. Zero: the other
    values start far from it (fewer than a fifth as many cells up to a tenth of the median), and it is the exception.
    """
    import numpy as np

    numbers, counts, mask = column.numbers, column.counts, np.zeros(len(column.texts), bool)
    for value in NUMBERS_FOR_NOTHING:
        here = numbers == value
        cells, others = int(counts[here].sum()), ~here & ~np.isnan(numbers) & ~np.isin(numbers, NUMBERS_FOR_NOTHING)
        if cells < (2 if abs(value) >= 999 else 3) or not others.any():
            continue
        if value < 0:
            odd = numbers[others].min() >= 0
        else:
            around = int(counts[others & (np.abs(numbers - value) <= 0.1 * value)].sum())
            odd = (
                cells >= 2 + 5 * around / (0.2 * value)
                and np.quantile(np.repeat(numbers[others], counts[others]), 0.75) < value
            )
        if odd:
            mask |= here
    here = numbers == 0
    cells, positive = int(counts[here].sum()), (numbers > 0) & ~mask
    if cells >= 2 and positive.any() and cells <= 0.3 * column.filled and not (numbers[~mask] < 0).any():
        median = float(np.median(np.repeat(numbers[positive], counts[positive])))
        near = int(counts[positive & (numbers <= median / 10)].sum())
        if median >= 10 and cells > 5 * near:
            mask |= here
    return mask
