"""Numbers: those written as text, those that stand far from the others."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from challenge_data.quality import roles, texts
from challenge_data.quality.columns import NUMBERS, Column
from challenge_data.quality.finding import TO_CHECK, TO_KNOW, TO_MEND, Finding, Table

if TYPE_CHECKING:
    import numpy as np

FAR = 3.0  # interquartile ranges beyond a quartile
LONELY = 5.0  # times the next value
FEW = 20  # numbers under which no value is said to be far from the others


def find(table: Table) -> Iterator[Finding]:
    for column in table.columns:
        if column.is_shape or column.is_time or not column.filled:
            continue
        if not column.is_number:
            yield from _ranges(column)
            yield from _as_text(table, column)
        if roles.is_quantity(column) and column.has("id", "indice", "index") is False:
            yield from _far(table, column)


_WITH_WORDS = re.compile(
    r"(?:env(?:iron|\.)?|~|≈|<|>|plus de|moins de|jusqu'à|max\.?|ca\.?)\s*\d[\d \u00a0\u202f]*(?:[.,]\d+)?|\d[\d \u00a0\u202f]*(?:[.,]\d+)?\s*(?:pers\.?|personnes|places|m²|m2|m|€|euros|ha|km|kg|ans?|%)",
    re.IGNORECASE,
)
_AMOUNT = r"\d[\d \u00a0\u202f]*(?:[.,]\d+)?"
_RANGE = re.compile(rf"(?:de |entre )?({_AMOUNT})\s*(?:€|m²)?\s*(?:-|–|à|et)\s*({_AMOUNT})\s*(?:€|m²|ans|places)?")


def _ranges(column: Column) -> Iterator[Finding]:
    """« 15 000- 89 999,99 »: two numbers where one is needed. A date of two parts (« 05-16 ») is none."""
    if column.share(*NUMBERS) > 0.95 or roles.is_year(column) or roles.is_code(column) or roles.is_identifier(column):
        return

    def is_range(text: str) -> bool:
        found = _RANGE.fullmatch(text) if len(text) <= 50 else None
        return bool(found) and _value(found[1]) < _value(found[2])

    mask = column.which(is_range)
    if column.counts[mask].sum() >= max(3, 0.2 * column.filled):
        yield Finding(
            column.name,
            "intervalles à la place de nombres",
            column.at(mask),
            column.told(mask),
            TO_CHECK,
            "On ne peut ni additionner ni comparer des intervalles : gardez deux colonnes, le bas et le haut.",
        )


def _value(text: str) -> float:
    return float(re.sub(r"[ \u00a0\u202f]", "", text).replace(",", "."))


def _as_text(table: Table, column: Column) -> Iterator[Finding]:
    known, told = table.known(column), roles.is_code(column) or roles.is_identifier(column)
    total = int(column.counts[known].sum())
    numeric = column.of_kind(*NUMBERS) & known
    said = column.which(_WITH_WORDS.fullmatch) & known
    # Half of the numbers may say « env. »: together with them, the column is one of numbers all the same.
    if (
        told
        or not total
        or column.counts[numeric].sum() < 0.2 * total
        or column.counts[numeric | said].sum() < 0.6 * total
    ):
        return
    strangers = known & ~numeric & ~texts.listed(table, column)
    if strangers.any():
        dates = column.of_kind("month_year", "date_iso", "date_day_first", "date_year_first", "date_words") & strangers
        if dates.any():
            yield Finding(
                column.name,
                "nombre devenu une date",
                column.at(dates),
                column.told(dates),
                TO_MEND,
                "Un tableur a pris un nombre pour une date (« 2.05 » devient « févr.-05 ») : reprenez la valeur à la source.",
            )
        if (strangers & ~dates).any():
            yield Finding(
                column.name,
                "nombres et texte mélangés",
                column.at(strangers & ~dates),
                column.told(strangers & ~dates, 5),
                TO_MEND,
                "Un seul mot suffit pour que toute la colonne soit lue comme du texte : séparez le nombre de la remarque.",
            )
    commas, groups, points = (column.of_kind(kind) & known for kind in ("comma", "grouped", "point"))
    if commas.any() and points.any():
        rarer = commas if column.counts[commas].sum() <= column.counts[points].sum() else points
        yield Finding(
            column.name,
            "point et virgule décimale mélangés",
            column.at(rarer),
            column.told(rarer),
            TO_MEND,
            "Choisissez le point, et remplacez les virgules avant de changer le texte en nombres.",
        )
    elif commas.any():
        yield Finding(
            column.name,
            "virgule décimale",
            column.at(commas),
            column.told(commas),
            TO_MEND,
            'pandas y voit du texte : lisez le fichier avec decimal=",".',
        )
    if groups.any():
        yield Finding(
            column.name,
            "blancs entre les milliers",
            column.at(groups),
            column.told(groups),
            TO_MEND,
            "pandas y voit du texte : retirez les blancs, puis changez le texte en nombres.",
        )


def _far(table: Table, column: Column) -> Iterator[Finding]:
    """Values beyond the outer fences, or alone at the end.

    Outer fences: more than three interquartile ranges beyond a quartile (J. W. Tukey, Exploratory Data Analysis, 1977,
    « far out »). They are put on the logarithms when that makes the quartiles more even (Bowley's skewness), since
    populations and surfaces are spread by multiples. Besides, a highest or lowest value five times beyond the next one is
    told: a zero too many, a zero too few. At most one value in a hundred: beyond that, it is the shape of the data.
    """
    import numpy as np

    rows = np.flatnonzero(np.append(table.known(column), False)[column.codes] & np.isfinite(column.cells))
    cells = column.cells[rows]
    if len(cells) < FEW or len(np.unique(cells)) < 8:
        return
    negative = cells < 0
    if 0 < negative.sum() <= max(2, 0.02 * len(cells)):
        at = rows[negative]
        yield Finding(
            column.name,
            "nombre négatif parmi des positifs",
            at,
            _values(column, at),
            TO_CHECK,
            "Un signe de trop, ou un retrait noté en négatif ?",
        )
    far, rows, cells = None, rows[~negative], cells[~negative]
    positive = cells > 0
    spread = {}
    for name, values in (("raw", cells), ("log", np.log(cells[positive]))):
        low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
        if high > low:
            spread[name] = (
                abs((high + low - 2 * middle) / (high - low)),
                low - FAR * (high - low),
                high + FAR * (high - low),
            )
    if not spread:
        return
    best = min(spread, key=lambda name: spread[name][0])
    with np.errstate(divide="ignore"):
        values = cells if best == "raw" else np.where(positive, np.log(np.where(positive, cells, 1)), spread[best][1])
    far = (values < spread[best][1]) | (values > spread[best][2])
    order = np.sort(np.unique(cells[positive]))
    if len(order) >= 8:
        ends = [
            (cells >= order[at + 1])
            for at in range(len(order) - 4, len(order) - 1)
            if order[at + 1] >= LONELY * order[at]
        ]
        ends += [
            positive & (cells <= order[at])
            for at in range(3)
            if order[at + 1] >= LONELY * order[at] and np.median(cells) >= 20
        ]
        for end in ends:
            far |= end
    if not far.any():
        return
    few = far.sum() <= max(3, 0.01 * len(cells))
    at = rows[far]
    yield Finding(
        column.name,
        "valeurs très éloignées des autres",
        at,
        _values(column, at),
        TO_CHECK if few else TO_KNOW,
        "Une faute de frappe, une autre unité, ou un cas à part ? Regardez la ligne entière."
        if few
        else "Beaucoup de valeurs sont loin du milieu : la moyenne dira peu de chose, préférez la médiane.",
    )


def _values(column: Column, at: "np.ndarray") -> str:
    import numpy as np

    order = at[np.argsort(-np.abs(column.cells[at] - np.nanmedian(column.cells)), kind="stable")]
    shown = list(dict.fromkeys(column.texts[column.codes[one]] for one in order))
    return ", ".join(f"« {text} »" for text in shown[:5]) + (" …" if len(shown) > 5 else "")
