"""Numbers, dates and names that lie on each axis."""

import math
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from challenge_data.checks import compare
from challenge_data.checks.naming import dates, is_date, keys, namings, number, period, written_on

if TYPE_CHECKING:
    from challenge_data.checks.marks import Marks
    from challenge_data.checks.reading import Reading

Way = tuple[list[float], list[float], float]
"""What is expected and what is found, as numbers, and how near they must be."""

_EXACT = 1e-8
"""For dates (17 seconds on days counted since 1970) and whole numbers: a thousandth of 2,026 would be two years."""


class Wanted:
    """What should lie on one axis, in the forms in which axes have it."""

    def __init__(self, values: Iterable, tolerance: float, whole: bool) -> None:
        self.values = list(values)
        there = [value for value in self.values if not compare.is_missing(value)]
        self.count = len(there)
        self.of_dates = any(is_date(value) or type(value).__name__ == "Period" for value in there)
        self.of_texts = not self.of_dates and all(isinstance(value, str) for value in there)
        self.near = _EXACT if whole and all(number(value) == round(number(value)) for value in there if math.isfinite(number(value))) else tolerance

    @cached_property
    def numbers(self) -> list[float]:
        return [math.nan if compare.is_missing(value) else number(value) for value in self.values]

    @cached_property
    def years(self) -> bool:
        return all(1000 < value < 3000 and value == round(value) for value in self.numbers if value == value)

    @cached_property
    def moments(self):
        """As matplotlib counts them, in UTC where they have a time zone; and as their clock says."""
        import pandas as pd

        starts = [value.start_time if type(value).__name__ == "Period" else None if compare.is_missing(value) else pd.Timestamp(value) for value in self.values]
        local = pd.DatetimeIndex([None if one is None else one.tz_localize(None) if one.tzinfo else one for one in starts])
        universal = pd.DatetimeIndex([None if one is None else one.tz_convert(None) if one.tzinfo else one for one in starts])
        return universal, local

    @cached_property
    def days(self) -> list[list[float]]:
        from matplotlib.dates import date2num

        return [date2num(column.to_numpy()).tolist() for column in self.moments]

    def ordinals(self, freq: Any) -> list[float]:
        """The periods in which they fall."""
        periods = self.moments[1].to_period(freq)
        return [math.nan if missing else float(rank) for rank, missing in zip(periods.asi8, periods.isna(), strict=True)]


def fault(reading: "Reading", x: Iterable | None, y: Iterable | None, tolerance: float) -> str:
    """What is wrong with what lies on the axes; empty when a series, or several together, has it all."""
    wanted = {"x": None if x is None else Wanted(x, tolerance, True), "y": None if y is None else Wanted(y, tolerance, False)}
    groups = [[one] for one in reading.marks] + reading.groups()
    # A point without a value does not show: its date is on the axis or is not, as one likes.
    groups += [seen for group in groups if (seen := [_seen(one) for one in group]) != group]
    if not groups:
        return "Aucune ligne ni aucun point n'est dessiné sur votre figure : tracez vos données, puis relancez cette cellule."
    if any(_agrees(reading, group, *wanted.values()) for group in groups):
        return ""
    if any(_agrees(reading, group, *wanted.values(), swapped=True) for group in groups):
        return ("Les axes sont échangés : ce qui doit se lire en largeur (x) se lit en hauteur (y), et l'inverse. "
                "Échangez les deux colonnes, et les noms des axes avec elles.")
    wrong = [letter for letter, one in wanted.items() if one and not any(
        _agrees(reading, group, one if letter == "x" else None, one if letter == "y" else None) for group in groups)]
    if not wrong:
        return "Les valeurs de chaque axe sont justes, mais elles ne vont pas ensemble : chaque point doit prendre son x et son y sur la même ligne du tableau."
    counts = {sum(len(_seen(one).x) for one in group) for group in groups}
    due = max(one.count for one in wanted.values() if one)
    advice = (f"Votre figure montre {compare.show(max(counts))} points, on en attend {compare.show(due)} : regardez le filtre."
              if due not in counts else "Vérifiez la colonne que vous tracez.")
    where = {"x": "l'axe horizontal (x)", "y": "l'axe vertical (y)"}
    return f"Ce qui est placé sur {' et sur '.join(where[letter] for letter in wrong)} n'est pas ce qui est demandé. {advice}"


def _seen(one: "Marks") -> "Marks":
    kept = [rank for rank, (a, b) in enumerate(zip(one.x, one.y, strict=True)) if a == a and b == b]
    return replace(one, **{name: [column[rank] for rank in kept] for name in ("x", "y", "starts", "names") if (column := getattr(one, name))})


def _agrees(reading: "Reading", group: "list[Marks]", x: Wanted | None, y: Wanted | None, swapped: bool = False) -> bool:
    """True if these marks lie where they should; lying bars have their names, which are x, along the vertical axis."""
    from challenge_data.checks.reading import factors

    lying = bool(group[0].kind == "bars" and group[0].lying) is not swapped
    scales = [factor for factor in factors(reading, group[0].ax, lying) if factor > 0] if y else []
    shares = [factor for factor in factors(reading, group[0].ax, not lying) if factor in (1, 100, 0.01)] if x else []
    places = [None] if x is None else _ways(x, group, lying, shares)
    values = [None] if y is None else _ways(y, group, not lying, scales)
    return any(_same(one, other) for one in places for other in values)


def _ways(wanted: Wanted, group: "list[Marks]", vertical: bool, scales: list[float]) -> list[Way]:
    """(expected, found) in each form in which this axis may have them."""
    ax = group[0].ax
    axis = ax.yaxis if vertical else ax.xaxis
    found = [value for one in group for value in one.values(not vertical)]
    named = _names(wanted, group, axis, vertical)
    if wanted.of_texts:
        return named
    if wanted.of_dates:
        freq = period(ax, axis)
        return [(wanted.ordinals(freq), found, _EXACT)] if freq is not None else [*((days, found, _EXACT) for days in wanted.days), *named]
    ways = [([value * scale for value in wanted.numbers], found, wanted.near) for scale in scales]
    if wanted.years and (moments := dates(ax, axis, found)):
        ways.append((wanted.numbers, [math.nan if one is None else float(one.year) for one in moments], _EXACT))
    if starts := [value for one in group for value in one.starts]:
        ways.append((wanted.numbers, starts, wanted.near))
    return [*ways, *named]


def _names(wanted: Wanted, group: "list[Marks]", axis, vertical: bool) -> list[Way]:
    """Names along the axis, as the rank of the expected value that they are."""
    if any(one.names for one in group) or len({place for one in group for place in one.values(not vertical)}) > len(written_on(axis)):
        return []
    known = {value: keys(value) for value in wanted.values if not compare.is_missing(value)}
    rank = {key: float(place) for place, some in reversed(list(enumerate(known.values()))) for key in some}
    ranks = [math.nan if compare.is_missing(value) else rank[known[value][0]] for value in wanted.values]
    found = [next((rank[key] for key in some if key in rank), -1.0) for one in group for _, some in namings(one, vertical)[0]]
    return [(ranks, found, _EXACT)]


def _same(one: Way | None, other: Way | None) -> bool:
    if one and other and len(one[0]) == len(other[0]) and len(one[1]) == len(other[1]):
        wanted, found = (_steady((a, b) for a, b in zip(*sides, strict=True) if a == a and b == b) for sides in ((one[0], other[0]), (one[1], other[1])))
        return bool(wanted) and len(wanted) == len(found) and all(
            _close(a, c, one[2]) and _close(b, d, other[2]) for (a, b), (c, d) in zip(wanted, found, strict=True))
    for way in filter(None, (one, other)):
        wanted, found = (sorted(value for value in values if value == value) for values in way[:2])
        if not wanted or len(wanted) != len(found) or not all(_close(a, b, way[2]) for a, b in zip(wanted, found, strict=True)):
            return False
    return True


def _steady(pairs: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Sorted so that noise in the last digits of x does not reorder what shares an x."""
    return sorted(pairs, key=lambda pair: (float(f"{pair[0]:.9g}"), pair[1]))


def _close(one: float, other: float, tolerance: float) -> bool:
    return math.isclose(one, other, rel_tol=tolerance, abs_tol=1e-9)
