"""A figure as a reader takes it in: its words, and what its marks show for which name."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from challenge_data.checks import compare, words
from challenge_data.checks.marks import Marks, marks, panels, pools, surfaces
from challenge_data.checks.naming import Named, has_names, keys, namings, period, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass
class Shown:
    """Values with a name each: those of a series, or of several that complete each other."""

    labels: list[str]
    named: Named
    values: list[float]
    ax: "Axes"
    lying: bool
    kind: str

    def by_name(self) -> dict[str, float]:
        return {name: value for (name, _), value in zip(self.named, self.values, strict=True)}


@dataclass
class Gap:
    """What separates the values shown from those expected."""

    shown: Shown | None
    wrong: dict[Any, float]
    missing: list[Any]
    extra: dict[str, float]
    size: float = 0

    def __post_init__(self) -> None:
        self.size = len(self.wrong) + len(self.missing) + len(self.extra)

    def rank(self, expected: Mapping) -> tuple:
        """The smaller, the nearer: names that are found come before all."""
        return len(self.missing) >= len(expected), self.size


class Reading:
    """What functions among the ``mistakes`` of ``check.figure`` receive."""

    def __init__(self, figure: "Figure") -> None:
        self.figure = figure
        self.panels = panels(figure)
        self.marks = [one for ax in self.panels for one in marks(ax)]
        self.scales: dict[tuple, list[float]] = {}
        self._alone: dict[int, list[Shown]] = {}

    @property
    def title(self) -> str:
        return words.title(self.figure)

    @property
    def source(self) -> str:
        return words.source(self.figure)

    @property
    def alternative(self) -> str:
        return str(getattr(self.figure, "text_alternative", "") or "")

    @property
    def xlabel(self) -> str:
        return words.axis_label(self.figure, True)

    @property
    def ylabel(self) -> str:
        return words.axis_label(self.figure, False)

    @property
    def entries(self) -> list[str]:
        return words.entries(self.figure)

    @property
    def values(self) -> dict[str, float]:
        """Name -> value of the first series, as one reads it."""
        return next(iter(self.series.values()), {})

    @property
    def series(self) -> dict[str, dict[str, float]]:
        """Label -> name -> value of each series, lying or standing; a series without label has its rank."""
        found = {}
        for rank, one in enumerate(self.marks):
            lying = bool(one.lying) if one.lying is not None else has_names(one.ax.yaxis) and not has_names(one.ax.xaxis)
            best = namings(one, lying)
            named = best[0] if best and any(known for _, known in best[0]) else best[min(1, len(best) - 1)] if best else []
            found[one.label or str(rank)] = {name: value for (name, _), value in zip(named, one.values(lying), strict=True)}
        return found

    def shown(self) -> Iterator[Shown]:
        """All ways to read values with names, series by series, then those that complete each other."""
        for rank, one in enumerate(self.marks):
            if rank not in self._alone:
                self._alone[rank] = _ways(one)
            yield from self._alone[rank]
        yield from self._together

    @cached_property
    def _together(self) -> list[Shown]:
        together = []
        for group in self.groups():
            for lying in (False, True):
                lists = [[shown for shown in _ways(one) if shown.lying is lying] for one in group]
                together += [_merged(way) for way in zip(*lists, strict=False)] if all(lists) else []
            if all(len([v for v in one.y if math.isfinite(v)]) == 1 and one.label for one in group):
                for lying in (False, True):
                    if all(one.lying in (None, lying) for one in group):
                        together.append(Shown([], [(one.label, keys(one.label)) for one in group], [next(filter(math.isfinite, one.values(lying)), math.nan) for one in group],
                                              group[0].ax, lying, group[0].kind))
        return together

    @cached_property
    def crossed(self) -> list[Shown]:
        """Series read the other way: for each name along the axis, the value of each label."""
        found = []
        for group in self.groups():
            if len(group) < 2 or not all(one.label for one in group):
                continue
            for lying in (False, True):
                cells: dict[str, list] = {}
                for one in group:
                    for name, value in _cells(one, lying):
                        cells.setdefault(name, []).append((one.label, value))
                found += [Shown([name], [(label, keys(label)) for label, _ in row], [value for _, value in row], group[0].ax, lying, group[0].kind) for name, row in cells.items()]
        return found

    def groups(self) -> list[list[Marks]]:
        """Marks of one kind: in each panel, then in the whole figure."""
        kinds = sorted({one.kind for one in self.marks})
        found = [[one for one in self.marks if one.kind == kind and one.ax is ax] for ax in self.panels for kind in kinds]
        found += [[one for one in self.marks if one.kind == kind] for kind in kinds] if len(self.panels) > 1 else []
        return [group for group in found if len(group) > 1]

    def nearest(self, expected: Mapping, tolerance: float, among: Iterable[Shown] | None = None) -> Gap:
        """The reading of the figure that comes nearest to the values expected."""
        best = Gap(None, {}, list(expected), {})
        indexes: dict[Any, dict] = {}
        for shown in self.shown() if among is None else among:
            freq = period(shown.ax, shown.ax.yaxis if shown.lying else shown.ax.xaxis)
            if freq not in indexes:
                indexes[freq] = {key: name for name in reversed(list(expected)) for key in reversed(keys(name, freq))}
            for factor in factors(self, shown.ax, shown.lying):
                gap = gap_of(shown, expected, indexes[freq], tolerance, factor)
                if best.shown is None or gap.rank(expected) < best.rank(expected):
                    best = gap
                if not best.size:
                    return best
        return best

    def without_names(self, expected: Mapping, tolerance: float) -> bool | None:
        """True if colours or sizes show these values; None if classes of colour hide them, False if there is nothing of the kind."""
        wanted = [float(value) for value in expected.values() if not compare.is_missing(value)]
        shaded = pools(self.figure)
        for how, found in shaded:
            for factor in (1, 100, 0.01):
                scaled = [value * factor for value in wanted]
                if how == "set" and _covers(found, scaled, tolerance) and _covers(scaled, found, tolerance):
                    return True
                if how == "all" and same_numbers(found, scaled, tolerance):
                    return True
            if how == "ratio" and wanted and sum(wanted) and same_numbers([one / sum(found) for one in found], [one / sum(wanted) for one in wanted], tolerance):
                return True
        # Shaded by class, by the learner: the values cannot be read back, but their number can.
        classes = any(how == "set" and all(value == int(value) for value in found) and len(set(found)) <= 9 for how, found in shaded)
        told = any(how == "set" for how, _ in shaded)
        return None if surfaces(self.figure) >= len(wanted) > 0 and (classes or not told) and words.key_words(self.figure) else False


def gap_of(shown: Shown, expected: Mapping, index: Mapping[str, Any], tolerance: float, factor: float) -> Gap:
    """Compare name by name; names that cannot be recognised are forgiven where their values are all there.

    Args:
        index: key -> name expected.
        factor: of the values expected, to those drawn.
    """
    total = sum(float(value) for value in expected.values() if not compare.is_missing(value))
    if shown.kind == "pie":
        factor = 1 / total if total else 1
    found: dict[Any, float] = {}
    wrong: dict[Any, float] = {}
    extra: dict[str, float] = {}

    def agrees(value: float, target: Any) -> bool:
        if compare.is_missing(target) or math.isnan(value):
            return compare.is_missing(target) and (math.isnan(value) or value == 0)
        return math.isclose(value, float(target) * factor, rel_tol=tolerance, abs_tol=1e-9)

    for (said, known), value in zip(shown.named, shown.values, strict=True):
        name = next((index[key] for key in known if key in index), None) if known else None
        if name is None:
            if math.isfinite(value):
                extra[said if said not in extra else f"{said} ({len(extra)})"] = value / factor
        else:
            found[name] = value
            if not agrees(value, expected[name]):
                wrong[name] = value / factor
    missing = [name for name in expected if name not in found and not compare.is_missing(expected[name])]
    if missing and len(missing) == len(extra) and not wrong and _readable(shown, extra):
        if same_numbers(list(extra.values()), [float(expected[name]) for name in missing], tolerance):
            missing, extra = [], {}
    return Gap(shown, wrong, missing, extra)


def factors(reading: Reading, ax: "Axes", horizontal: bool) -> list[float]:
    """By how much the values drawn may differ from those expected, because their axis says it: per cent, thousands, mirrored bars."""
    if (ax, horizontal) in reading.scales:
        return reading.scales[ax, horizontal]
    label, *ticks = words.along(ax, horizontal)
    label = [label, words.axis_label(reading.figure, horizontal), *words.titles(reading.figure)]
    found = [1.0]
    if any("%" in text for text in ticks):
        found.append(0.01)
    if words.says_one([*label, *ticks], ["%", "pourcentage", "sur 100"]):
        found.append(100.0)
    said = plain(" ".join([*label, *ticks]))
    found += [1 / size for word, size in (("milli(er|on)", 1e3), ("million|\\bm\\b", 1e6), ("milliard", 1e9)) if re.search(word, said)]
    if not any(re.match(r"[-\u2212]", text.strip()) for text in ticks):
        found.append(-1.0)  # the left side of a pyramid
    reading.scales[ax, horizontal] = found
    return found


def labels_of(shown: Shown, figure: "Figure") -> list[str]:
    """What may name a series: its label, the title or the axis of its panel."""
    if shown.labels and any(shown.labels):
        return shown.labels
    ax = shown.ax
    alone = [*(ax.get_title(loc) for loc in ("left", "center", "right")), ax.get_xlabel() if shown.lying else ax.get_ylabel()] if len(panels(figure)) > 1 else []
    return [text for text in alone if text.strip()]


def same_numbers(found: list[float], wanted: list[float], tolerance: float) -> bool:
    """The same numbers, in any order."""
    return len(found) == len(wanted) and all(
        math.isclose(one, other, rel_tol=tolerance, abs_tol=1e-9) for one, other in zip(sorted(found), sorted(wanted), strict=True))


def shows(mistake: Mapping | Callable, reading: Reading, tolerance: float) -> bool:
    """True if the figure shows a known mistake: values, by name or by series and name, or whatever a function looks for."""
    if not callable(mistake):
        if mistake and all(isinstance(one, Mapping) for one in mistake.values()):
            return all(not reading.nearest(one, tolerance).size for one in mistake.values())
        return not reading.nearest(mistake, tolerance).size or bool(mistake) and reading.without_names(mistake, tolerance) is True
    try:
        return bool(mistake(reading))
    except Exception:  # a figure of an unforeseen form does not show a foreseen mistake
        return False


def _ways(one: Marks) -> list[Shown]:
    return [Shown([one.label], named, one.values(lying), one.ax, lying, one.kind)
            for lying in ((False, True) if one.lying is None else (one.lying,)) for named in namings(one, lying)]


def _cells(one: Marks, lying: bool) -> list[tuple[str, float]]:
    way = next((way for way in _ways(one) if way.lying is lying), None)
    return [(name, value) for (name, _), value in zip(way.named, way.values, strict=True)] if way else []


def _merged(ways: Iterable[Shown]) -> Shown:
    ways = list(ways)
    first = ways[0]
    return Shown([], [name for way in ways for name in way.named], [value for way in ways for value in way.values], first.ax, first.lying, first.kind)


def _readable(shown: Shown, extra: dict) -> bool:
    """True if words stand where the names should be, even if they are not the words expected."""
    axis = shown.ax.yaxis if shown.lying else shown.ax.xaxis
    beside = [text for text in shown.ax.texts if re.search(r"[^\W\d_]{2,}", text.get_text())]
    return all(re.search(r"[^\W\d_]{2,}", name) for name in extra) or (len(beside) >= len(shown.values) and not has_names(axis)) or shown.kind == "pie"


def _covers(found: list[float], wanted: list[float], tolerance: float) -> bool:
    return bool(wanted) and all(any(math.isclose(one, other, rel_tol=tolerance, abs_tol=1e-9) for one in found) for other in wanted)
