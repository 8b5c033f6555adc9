"""Numbers and dates that lie on each axis."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from challenge_data.checks import compare
from challenge_data.checks.naming import dates, is_date, moment, namings, number, period

if TYPE_CHECKING:
    from challenge_data.checks.marks import Marks
    from challenge_data.checks.reading import Reading

Column = list[float]
Way = tuple[Column, Column, float]
"""What is expected and what is found, as numbers, and how near they must be."""

_EXACT = 1e-8
"""For dates (17 seconds on days counted since 1970) and whole numbers: a thousandth of 2,026 would be two years."""


def fault(reading: "Reading", x: Iterable | None, y: Iterable | None, tolerance: float) -> str:
    """What is wrong with what lies on the axes; empty when a series, or several together, has it all."""
    from challenge_data.checks.reading import factors

    wanted_x, wanted_y = (None if values is None else list(values) for values in (x, y))
    groups = [[one] for one in reading.marks] + [group for group in reading._groups()]
    counts = set()
    for swapped in (False, True):
        for group in groups:
            lying = bool(group[0].kind == "bars" and group[0].lying) is not swapped
            scales = [1.0] if not reading.shown else sorted({factor for shown in reading.shown if shown.ax is group[0].ax for factor in factors(reading, shown) if factor > 0}, reverse=True) or [1.0]
            if _agrees(group, lying, wanted_x, wanted_y, tolerance, scales):
                if not swapped:
                    return ""
                return ("Les axes sont échangés : ce qui doit se lire en largeur (x) se lit en hauteur (y), et l'inverse. "
                        "Échangez les deux colonnes, et les noms des axes avec elles.")
            counts.add(sum(sum(a == a and b == b for a, b in zip(one.x, one.y, strict=True)) for one in group))
    if not counts:
        return "Aucune ligne ni aucun point n'est dessiné sur votre figure : tracez vos données, puis relancez cette cellule."
    letters = {"x": wanted_x, "y": wanted_y}
    wrong = [letter for letter, values in letters.items() if values is not None and not any(
        _agrees(group, False, values if letter == "x" else None, values if letter == "y" else None, tolerance, [1.0]) for group in groups)]
    due = max(len([one for one in values if not compare.is_missing(one)]) for values in letters.values() if values is not None)
    where = {"x": "l'axe horizontal (x)", "y": "l'axe vertical (y)"}
    if not wrong:
        return "Les valeurs de chaque axe sont justes, mais elles ne vont pas ensemble : chaque point doit prendre son x et son y sur la même ligne du tableau."
    many = max(counts)
    said = f" Votre figure montre {compare.show(many)} points, on en attend {compare.show(due)} : regardez le filtre." if due not in counts else ""
    return f"Ce qui est placé sur {' et sur '.join(where[letter] for letter in wrong)} n'est pas ce qui est demandé.{said or ' Vérifiez la colonne que vous tracez.'}"


def _agrees(group: "list[Marks]", lying: bool, x: list | None, y: list | None, tolerance: float, scales: list[float]) -> bool:
    exact = _EXACT if x is not None and all(number(value) == round(number(value)) for value in x if math.isfinite(number(value))) else tolerance
    sides = [(x, [one.places(lying) for one in group], lying, exact, [1.0]), (y, [one.values(lying) for one in group], not lying, tolerance, scales)]
    ways = []
    for wanted, found, vertical, near, factors in sides:
        ways.append([None] if wanted is None else _pairs(wanted, found, group, vertical, near, factors))
    return any(_same(one, other) for one in ways[0] for other in ways[1])


def _pairs(wanted: list, found: list[Column], group: "list[Marks]", vertical: bool, near: float, scales: list[float]) -> list[Way]:
    """(expected, found) as numbers, in each way in which the axis may have them."""
    ax = group[0].ax
    axis = ax.yaxis if vertical else ax.xaxis
    flat = [value for column in found for value in column]
    of_dates = any(is_date(value) or type(value).__name__ == "Period" for value in wanted)
    if not of_dates and all(isinstance(value, str) for value in wanted):
        return _texts(wanted, group, vertical)
    if of_dates:
        from matplotlib.dates import date2num

        def day(value: Any) -> float:
            return math.nan if compare.is_missing(value) else float(date2num(moment(value.start_time if type(value).__name__ == "Period" else value).to_pydatetime()))

        plain = [day(value) for value in wanted]
        local = [math.nan if compare.is_missing(value) else day(value.replace(tzinfo=None)) if getattr(value, "tzinfo", None) else day(value) for value in wanted]
        freq = period(ax, axis)
        if freq is not None:
            return [([math.nan if compare.is_missing(value) else float(_ordinal(value, freq)) for value in wanted], flat, _EXACT)]
        return [(plain, flat, _EXACT), (local, flat, _EXACT), *_texts([str(value.date() if hasattr(value, "date") else value) for value in wanted], group, vertical)]
    numbers = [math.nan if compare.is_missing(value) else number(value) for value in wanted]
    found_ways = [([value * scale for value in numbers], flat, near) for scale in scales]
    if moments := dates(ax, axis, flat):
        found_ways.append((numbers, [math.nan if one is None else float(one.year) for one in moments], _EXACT))
    if starts := [value for one in group for value in one.starts]:
        found_ways.append((numbers, starts, near))
    return [*found_ways, *_texts(wanted, group, vertical)]


def _texts(wanted: list, group: "list[Marks]", vertical: bool) -> list[Way]:
    """Names along the axis, as the rank of the expected value that they are."""
    from challenge_data.checks.naming import keys

    rank = {key: float(place) for place, value in reversed(list(enumerate(wanted))) if not compare.is_missing(value) for key in keys(value)}
    ranks = [math.nan if compare.is_missing(value) else rank[keys(value)[0]] for value in wanted]
    found = [next((rank[key] for key in known if key in rank), -1.0) for one in group if not one.names for _, known in namings(one, vertical)[0]]
    return [(ranks, found, _EXACT)] if found else []


def _ordinal(value: Any, freq: Any) -> int:
    import pandas as pd

    return (value.asfreq(freq) if isinstance(value, pd.Period) else pd.Period(pd.Timestamp(value).tz_localize(None) if getattr(value, "tzinfo", None) else value, freq=freq)).ordinal


def _same(one: tuple | None, other: tuple | None) -> bool:
    if one and other and len(one[0]) == len(other[0]) and len(one[1]) == len(other[1]):
        wanted, found = (_steady((a, b) for a, b in zip(*sides, strict=True) if a == a and b == b) for sides in ((one[0], other[0]), (one[1], other[1])))
        return bool(wanted) and len(wanted) == len(found) and all(
            _close(a, c, one[2]) and _close(b, d, other[2]) for (a, b), (c, d) in zip(wanted, found, strict=True))
    for pair in filter(None, (one, other)):
        wanted, found = (sorted(value for value in values if value == value) for values in pair[:2])
        if not wanted or len(wanted) != len(found) or not all(_close(a, b, pair[2]) for a, b in zip(wanted, found, strict=True)):
            return False
    return True


def _steady(pairs: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Sorted so that noise in the last digits of x does not reorder what shares an x."""
    return sorted(pairs, key=lambda pair: (float(f"{pair[0]:.9g}"), pair[1]))


def _close(one: float, other: float, tolerance: float) -> bool:
    return math.isclose(one, other, rel_tol=tolerance, abs_tol=1e-9)
