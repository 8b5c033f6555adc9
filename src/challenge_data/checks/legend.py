"""Which series is which: the legend, or the words beside the marks."""

import re
from typing import TYPE_CHECKING

from challenge_data.checks import words
from challenge_data.checks.naming import has_names, written_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from challenge_data.checks.marks import Marks
    from challenge_data.checks.reading import Reading

_LEAST_POINTS = 3
"""A line of two points is a segment."""


def fault(reading: "Reading", wanted: bool | None) -> str:
    """What keeps a reader from telling series apart; empty when all is well.

    Args:
        wanted: True if a legend is due in any case, None if it is where there are several series.
    """
    entries = words.entries(reading.figure)
    default = [one for one in entries if re.match(r"_|None\b", one)] or (entries if entries == [str(rank) for rank in range(len(entries))] else [])
    several = max((_several(group, reading) for group in _by_place(reading)), default=0)
    if default and (wanted or several > 1):
        few = ", ".join(f"« {one} »" for one in default[:3])
        return (f"Votre légende dit {few} : ce sont des noms que l'ordinateur a mis. Donnez à chaque série le sien, "
                "label=\"…\" quand vous la tracez, ou le nom de sa colonne.")
    if wanted and not entries and not words.colour_bars(reading.figure) and not any(_beside(ax) for ax in reading.panels):
        return "Il faut une légende à cette figure : donnez à chaque série un label=\"…\" quand vous la tracez, puis écrivez ax.legend()."
    if several > 1 and len(entries) < 2 and not words.colour_bars(reading.figure):
        return (f"Votre figure a {several} séries et rien ne dit laquelle est laquelle : donnez à chacune un label=\"…\" quand vous la tracez, "
                "puis écrivez ax.legend(), ou écrivez son nom à côté d'elle.")
    return ""


def _by_place(reading: "Reading") -> "list[list[Marks]]":
    """The marks of each panel; two axes that share a place (twinx) are one panel."""
    groups: dict[tuple, list] = {}
    for one in reading.marks:
        if one.ax.axison and one.kind != "segments":
            groups.setdefault(tuple(round(side, 1) for side in one.ax.bbox.bounds), []).append(one)
    return list(groups.values())


def _several(group: "list[Marks]", reading: "Reading") -> int:
    """How many series only their look tells apart; 0 if words stand beside them, or if each has an axis of its own that names it."""
    lines = {one.colour for one in group if one.kind == "line" and not _straight(one)}
    clouds = [one for one in group if one.kind == "points" and one.colour]
    areas = {one.colour for one in group if one.kind == "area"} if not lines else set()
    count = max(len(lines), _on_one_name([one for one in group if one.kind == "bars"]), _on_one_name(clouds), len(areas))
    axes = {one.ax for one in group}
    if len(axes) > 1 and count <= len(axes) and all(ax.get_ylabel().strip() for ax in axes):
        return 0
    beside = sum(len(_beside(ax)) for ax in axes)
    return 0 if count < 2 or beside >= count - 1 else count


def _straight(line: "Marks") -> bool:
    """A segment, or a line along an axis: a threshold, a gap, however many points it has."""
    points = [(x, y) for x, y in zip(line.x, line.y, strict=True) if x == x and y == y]
    return len(points) < _LEAST_POINTS or len({x for x, _ in points}) == 1 or len({y for _, y in points}) == 1


def _on_one_name(group: "list[Marks]") -> int:
    """How many looks stand on one name at most: bars of several colours, each on its own name, are one series."""
    if not group:
        return 0
    on: dict[object, set] = {}
    for one in group:
        lying = one.lying if one.lying is not None else has_names(one.ax.yaxis)
        axis = one.ax.yaxis if lying else one.ax.xaxis
        named = has_names(axis)
        if one.kind == "points" and not named:
            on.setdefault(None, set()).add(one.colour)
            continue
        ticks = list(written_on(axis)) if named else []
        for place in one.places(bool(lying)):
            near = min(ticks, key=lambda there: abs(there - place), default=None)
            where = near if near is not None and abs(near - place) <= 0.5 else round(place)
            # Bars of one colour on one name: only their order tells them apart.
            on.setdefault(where, set()).add(one.colour if one.kind == "points" else id(one))
    return max(map(len, on.values()), default=0)


def _beside(ax: "Axes") -> list[str]:
    """Words written on the panel: values at the end of bars, and the source, name no series."""
    return [text for one in ax.texts if one.get_visible() and re.match(r"\W*[^\W\d_]{2,}", text := one.get_text().strip()) and "source" not in text.casefold()]
