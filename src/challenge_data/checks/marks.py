"""What stands on a figure: bars, lines, points, surfaces, each with its numbers, its label and its colour."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from challenge_data.charts.describing import bars as drawn_bars

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass
class Marks:
    """The marks of one call: a series, most often."""

    kind: str
    """« bars », « line », « points », « area », « segments » or « pie »."""
    ax: "Axes"
    x: list[float]
    y: list[float]
    label: str = ""
    lying: bool | None = None
    """True where the values lie on the horizontal axis (lying bars); None where they may be on either."""
    starts: list[float] = field(default_factory=list)
    """Where each bar begins along its axis of names: the lower bound of a class, for a histogram."""
    names: list[str] = field(default_factory=list)
    """Of the slices of a pie."""
    colour: tuple = ()
    """How the marks look: red, green, blue, and for a line how it is dashed."""

    def values(self, lying: bool) -> list[float]:
        return self.x if lying else self.y

    def places(self, lying: bool) -> list[float]:
        return self.y if lying else self.x


def panels(figure: "Figure") -> "list[Axes]":
    """The axes of the figure that are charts or parts of a map, insets included; the scales of colour bars are not."""
    found: list = []

    def visit(ax: "Axes") -> None:
        if ax not in found and ax.get_visible() and not hasattr(ax, "_colorbar") and ax.get_label() != "<colorbar>":
            found.append(ax)
            for child in ax.child_axes:
                if hasattr(child, "get_title"):  # a secondary axis has no marks of its own
                    visit(child)

    for ax in figure.axes:
        visit(ax)
    return found


def marks(ax: "Axes") -> list[Marks]:
    """All marks of a panel that carry data; thresholds, caps of error bars and backgrounds do not."""
    lines = _lines(ax)
    return [one for one in (*_bars(ax), *_steps(ax), *_areas(ax, lines), *_kept(ax, lines), *_clouds(ax), *_segments(ax), *_pie(ax)) if one.x]


def pools(figure: "Figure") -> list[tuple[str, list[float]]]:
    """Values shown by a colour or a size, without a name to read: (how to compare, values), the whole figure at once and each panel.

    « set »: a surface in several parts repeats its value. « all »: each value once a mark. « ratio »: only proportions show.
    """
    found: list[tuple[str, list[float]]] = []
    whole: list[float] = []
    for ax in panels(figure):
        # Our own maps shade by class and leave the values on their axes.
        if told := _finite(getattr(ax, "shaded_values", ())):
            found.append(("set", told))
        here: list[float] = []
        for one in (*ax.collections, *ax.images):
            values = _array(one)
            if _is_surface(one):
                here += values
            elif values:
                found.append(("all", values))
            if type(one).__name__ == "PathCollection" and len(one.get_sizes()) > 1:
                found.append(("ratio", _finite(one.get_sizes())))
        if here:
            found.append(("set", here))
        whole += here
    return found + ([("set", whole)] if whole else [])


def surfaces(figure: "Figure") -> int:
    """How many surfaces are drawn, whose values a reader gets from a legend of classes."""
    return sum(len(one.get_paths()) for ax in panels(figure) for one in ax.collections if _is_surface(one))


def _is_surface(collection: Any) -> bool:
    return type(collection).__name__ in ("PatchCollection", "_GeoPandasPolyCollection")  # geopandas has its own since 1.1


def is_drawn(figure: "Figure") -> bool:
    return any(ax.has_data() or any(marks(ax)) for ax in panels(figure))


def number(value: Any) -> float:
    """A float; NaN for what is masked or is no number."""
    try:
        return float("nan") if type(value).__name__ == "MaskedConstant" else float(value)
    except (TypeError, ValueError):
        return float("nan")


def _finite(values: Iterable) -> list[float]:
    return [one for one in map(number, values) if math.isfinite(one)]


def _array(artist: Any) -> list[float]:
    array = artist.get_array()
    if array is None or getattr(array, "ndim", 1) > 2:  # a picture in colours has three dimensions
        return []
    return _finite(array.ravel().tolist() if not hasattr(array, "compressed") else array.compressed().tolist())


def _label(artist: Any) -> str:
    """The label given; matplotlib's own begin with « _ »."""
    text = str(artist.get_label() or "")
    return "" if text.startswith("_") else text


def _colour(value: Any) -> tuple:
    from matplotlib.colors import to_rgba

    try:
        return tuple(round(part, 3) for part in to_rgba(value)[:3])
    except (ValueError, TypeError):
        return ()


def _bars(ax: "Axes") -> list[Marks]:
    found = []
    for container, standing in drawn_bars(ax):
        places, values, starts = [], [], []
        for patch in container:
            start, width, value = ((patch.get_x(), patch.get_width(), patch.get_height()) if standing
                                   else (patch.get_y(), patch.get_height(), patch.get_width()))
            places.append(number(start) + number(width) / 2)
            starts.append(number(start))
            values.append(number(value))
        colour = _colour(container[0].get_facecolor()) if len(container) else ()
        found.append(Marks("bars", ax, places if standing else values, values if standing else places, _label(container), not standing, starts, colour=colour))
    return found


def _steps(ax: "Axes") -> list[Marks]:
    """The outline of a histogram (histtype="step"), and ``stairs``."""
    found = []
    for patch in ax.patches:
        starts, ends, values = [], [], []
        if type(patch).__name__ == "StepPatch":
            data = patch.get_data()
            starts, ends, values = list(data.edges[:-1]), list(data.edges[1:]), list(data.values)
        elif type(patch).__name__ == "Polygon" and len(patch.get_xy()) > 4:
            corners = patch.get_xy().tolist()
            for (left, low), (right, high) in zip(corners, corners[1:], strict=False):
                if low == high and right > left:
                    starts.append(left)
                    ends.append(right)
                    values.append(low)
        if values:
            places = [(start + end) / 2 for start, end in zip(starts, ends, strict=True)]
            found.append(Marks("bars", ax, places, values, _label(patch), False, starts, colour=_colour(patch.get_facecolor() if patch.get_fill() else patch.get_edgecolor())))
    return found


def _lines(ax: "Axes") -> list[Marks]:
    from matplotlib.container import ErrorbarContainer, StemContainer

    given, beside = {}, set()
    for container in ax.containers:
        if isinstance(container, ErrorbarContainer):
            beside.update(container.lines[1])
            given[container.lines[0]] = _label(container)
        elif isinstance(container, StemContainer):
            beside.add(container.baseline)
            given[container.markerline] = _label(container)
    found = []
    for line in ax.get_lines():
        # A threshold (axhline, axvline, axline) goes from edge to edge: it is not placed by data on both axes.
        if line in beside or line.axes is None or type(line).__name__ == "AxLine" or not all(line.get_transform().contains_branch_seperately(ax.transData)):
            continue
        points = [(number(x), number(y)) for x, y in zip(line.get_xdata(orig=False), line.get_ydata(orig=False), strict=False)]
        alone = line.get_linestyle() in ("None", "none", " ", "")
        if alone and line.get_marker() in ("None", "none", " ", "", None):
            continue
        found.append(Marks("points" if alone else "line", ax, [x for x, _ in points], [y for _, y in points], _label(line) or given.get(line, ""),
                           colour=_colour(line.get_markerfacecolor()) if alone else (*_colour(line.get_color()), line.get_linestyle())))
    _named_beside([one for one in found if not one.label], ax)
    return found


def _named_beside(lines: list[Marks], ax: "Axes") -> None:
    """Give lines without label the words written at one of their ends."""
    heights = [y for one in lines for y in one.y if math.isfinite(y)]
    near = 0.05 * (max(heights) - min(heights)) if heights else 0
    spots = [(number(getattr(text, "xy", text.get_position())[1]), text.get_text().strip()) for text in ax.texts
             if text.get_transform() == ax.transData or hasattr(text, "xy")]
    for one in lines if len(lines) > 1 else ():
        ends = [y for y in (one.y[-1:] + one.y[:1]) if math.isfinite(y)]
        far, said = min(((abs(height - end), said) for end in ends for height, said in spots if any(map(str.isalpha, said))), default=(math.inf, ""))
        one.label = said if far <= near else ""


def _areas(ax: "Axes", lines: list[Marks]) -> list[Marks]:
    """The thickness of each filled area at each place: what a stacked area shows."""
    fills = [one for one in ax.collections if type(one).__name__ in ("FillBetweenPolyCollection", "PolyCollection") and len(one.get_paths()) == 1]
    found = []
    for rank, fill in enumerate(fills):
        around: dict[float, list[float]] = {}
        for x, y in fill.get_paths()[0].vertices.tolist():
            around.setdefault(x, []).append(y)
        # pandas gives the label to the line that runs on top of each area.
        label = _label(fill) or (lines[rank].label if len(lines) == len(fills) else "")
        colour = _colour(fill.get_facecolor()[0]) if len(fill.get_facecolor()) else ()
        found.append(Marks("area", ax, list(around), [max(ys) - min(ys) for ys in around.values()], label, False, colour=colour))
    return found


def _kept(ax: "Axes", lines: list[Marks]) -> list[Marks]:
    """The lines, once those on top of stacked areas are known for borders."""
    fills = [one for one in ax.collections if type(one).__name__ == "FillBetweenPolyCollection" and len(one.get_paths()) == 1]
    stacked = len(fills) > 1 and len(fills) == len(lines)
    return [] if stacked else lines


def _clouds(ax: "Axes") -> list[Marks]:
    found = []
    for cloud in ax.collections:
        if type(cloud).__name__ == "PathCollection" and len(cloud.get_offsets()):
            points = [(number(x), number(y)) for x, y in cloud.get_offsets()]
            colours = {tuple(round(float(part), 3) for part in colour[:3]) for colour in cloud.get_facecolor()}
            found.append(Marks("points", ax, [x for x, _ in points], [y for _, y in points], _label(cloud), colour=colours.pop() if len(colours) == 1 else ()))
    return found


def _segments(ax: "Axes") -> list[Marks]:
    """Sticks (hlines, vlines, stem), by their two ends; they may be the marks, or go with points."""
    found = []
    for one in ax.collections:
        if type(one).__name__ == "LineCollection":
            ends = [segment for segment in one.get_segments() if len(segment) == 2]
            for end in (1, 0):
                found.append(Marks("segments", ax, [number(pair[end][0]) for pair in ends], [number(pair[end][1]) for pair in ends], _label(one)))
    return found


def _pie(ax: "Axes") -> list[Marks]:
    from matplotlib.patches import Wedge

    slices = [patch for patch in ax.patches if isinstance(patch, Wedge)]
    shares = [number(one.theta2 - one.theta1) / 360 for one in slices]
    return [Marks("pie", ax, list(map(float, range(len(slices)))), shares, "", False, names=[_label(one) for one in slices])] if slices else []
