"""A first draft of a text alternative, read from what was drawn."""

from typing import TYPE_CHECKING

from challenge_data.errors import LearnerError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

DRAFT_END = "(À compléter : ce qu'il faut retenir.)"
_ALL = 8
"""Up to so many bars, each is said; beyond, the two ends."""


def describe_figure(ax: "Axes") -> str:
    """A draft of the text alternative: kind of figure, how many marks, ends and extremes.

    A place to start from: it says what is drawn, not what it means. It ends with a note that the author replaces.

    Args:
        ax: the axes drawn on; those of a map that ``maps`` drew describe classes and missing units.

    Raises:
        LearnerError: what is given is not axes, or nothing is drawn on them.
    """
    if not hasattr(ax, "get_lines"):
        raise LearnerError("describe_figure attend la figure : écrivez ax = tableau.plot(…), puis describe_figure(ax).")
    # A drawer that knows more than its artists tell (a map and its classes) leaves its own words.
    told = getattr(ax, "described", None) or " ".join(filter(None, (*_bars(ax), *_lines(ax), *_clouds(ax), _others(ax)))) or _fallback(ax)
    if not told:
        raise LearnerError("Rien n'est dessiné sur cette figure : tracez vos données sur ax, puis demandez describe_figure(ax).")
    return f"{told} {DRAFT_END}"


def number(value: float) -> str:
    """As French writes it, with at most four significant digits after a comma; « 8 940 », « 3,25 »."""
    value = float(value)
    if not abs(value) < float("inf"):
        return "sans valeur"
    digits = 0 if value == int(value) or abs(value) >= 1000 else 1 if abs(value) >= 100 else 2
    text = f"{value:,.{digits}f}" if abs(value) >= 0.01 or value == 0 else f"{value:.2g}"
    # A blank where no line may break.
    return (text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text).replace(",", "\u00a0").replace(".", ",")


def names_on(axis: "Axis") -> dict[float, str]:
    """Place -> text of each label of an axis."""
    return {float(place): label.get_text() for place, label in zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=False)}


def bars(ax: "Axes") -> list[tuple]:
    """(bars, whether they stand) of each call that drew bars, in order."""
    from matplotlib.container import BarContainer

    return [(one, one.orientation != "horizontal") for one in ax.containers if isinstance(one, BarContainer)]


def _unit(ax: "Axes", vertical: bool) -> str:
    label = " ".join((ax.get_ylabel() if vertical else ax.get_xlabel()).split())
    return f" ({label})" if label else ""


def _bars(ax: "Axes") -> list[str]:
    said = []
    for container, vertical in bars(ax):
        axis = ax.xaxis if vertical else ax.yaxis
        names = names_on(axis)
        values, places, edges = [], [], []
        for patch in container:
            start, width, value = (patch.get_x(), patch.get_width(), patch.get_height()) if vertical else (patch.get_y(), patch.get_height(), patch.get_width())
            values.append(float(value))
            places.append(start + width / 2)
            edges.append((start, start + width))
        if not values:
            continue
        label = container.get_label()
        series = "" if label.startswith("_") or not label else f" « {label} »"
        if _touching(edges):
            best = max(range(len(values)), key=values.__getitem__)
            what = " ".join((ax.get_xlabel() if vertical else ax.get_ylabel()).split())
            said.append(f"Histogramme{series} : {len(values)} classes de {number(edges[0][0])} à {number(edges[-1][1])}{f' ({what})' if what else ''}. "
                        f"La plus haute, de {number(edges[best][0])} à {number(edges[best][1])}, vaut {number(values[best])}.")
            continue
        pairs = [(_near(place, names), value) for place, value in zip(places, values, strict=True)]
        head = f"Diagramme en barres{series}, {len(pairs)} barre{'s' if len(pairs) > 1 else ''}{_unit(ax, vertical)} : "
        if len(pairs) <= _ALL:
            said.append(head + ", ".join(f"{name} {number(value)}" for name, value in pairs) + ".")
        else:
            low, high = min(pairs, key=lambda pair: pair[1]), max(pairs, key=lambda pair: pair[1])
            said.append(f"{head}de {number(low[1])} ({low[0]}) à {number(high[1])} ({high[0]}).")
    return said


def _touching(edges: list[tuple[float, float]]) -> bool:
    return len(edges) > 2 and all(abs(one[1] - other[0]) < 1e-6 * max(1e-12, abs(one[1] - one[0])) + 1e-9 for one, other in zip(edges, edges[1:], strict=False))


def _near(place: float, names: dict[float, str]) -> str:
    nearest = min(names, key=lambda there: abs(there - place), default=None)
    return names[nearest] if nearest is not None and abs(nearest - place) <= 0.5 and names[nearest] else number(place)


def _lines(ax: "Axes") -> list[str]:
    said = []
    for line in ax.get_lines():
        points = [(float(x), float(y)) for x, y in zip(line.get_xdata(orig=False), line.get_ydata(orig=False), strict=True) if y == y and x == x]
        # A threshold or a gap between two values.
        if len(points) < 3:
            continue
        label = str(line.get_label())
        series = "" if label.startswith("_") else f" « {label} »"
        if line.get_linestyle() in ("None", "none", " ", ""):
            said.append(_cloud(ax, [x for x, _ in points], [y for _, y in points], series))
            continue
        # A box of a box plot, which turns back.
        if any(after[0] < before[0] for before, after in zip(points, points[1:], strict=False)):
            continue
        first, last = points[0], points[-1]
        low, high = min(points, key=lambda point: point[1]), max(points, key=lambda point: point[1])
        said.append(f"Ligne{series}{_unit(ax, True)} : de {number(first[1])} ({_abscissa(ax, first[0])}) à {number(last[1])} ({_abscissa(ax, last[0])}) ; "
                    f"au plus haut {number(high[1])} ({_abscissa(ax, high[0])}), au plus bas {number(low[1])} ({_abscissa(ax, low[0])}).")
    return said


def _abscissa(ax: "Axes", x: float) -> str:
    """Where on the horizontal axis: a date, a name, a year, a number."""
    if getattr(ax, "freq", None):  # pandas draws regular series on an axis of periods
        import pandas as pd

        return str(pd.Period(ordinal=int(x), freq=ax.freq))
    if "Date" in type(ax.xaxis.get_converter()).__name__:
        from matplotlib.dates import num2date

        return f"{num2date(x):%d/%m/%Y}"
    name = names_on(ax.xaxis).get(x, "")
    if any(letter.isalpha() for letter in name):
        return name
    return f"{x:.0f}" if 1500 <= x <= 2200 and x == int(x) else number(x)


def _clouds(ax: "Axes") -> list[str]:
    found = [one for one in ax.collections if type(one).__name__ == "PathCollection" and len(one.get_offsets())]
    return [_cloud(ax, cloud.get_offsets()[:, 0], cloud.get_offsets()[:, 1], "" if str(cloud.get_label()).startswith("_") else f" « {cloud.get_label()} »") for cloud in found]


def _cloud(ax: "Axes", xs, ys, series: str) -> str:
    head = f"{len(xs)} point{'s' if len(xs) > 1 else ''}{series}"
    if not ax.axison:
        return f"{head} sur une carte."
    # Points in rows that bear a name: a reader wants the names, not the rows' numbers.
    rows = names_on(ax.yaxis)
    values: dict[str, list[float]] = {}
    for x, y in zip(xs, ys, strict=True):
        values.setdefault(rows.get(float(y), ""), []).append(float(x))
    if len(values) <= _ALL and all(any(letter.isalpha() for letter in name) for name in values):
        return f"Nuage de {head}{_unit(ax, False)} : " + ", ".join(
            f"{name} {number(min(met))}" + (f" à {number(max(met))} ({len(met)} points)" if len(met) > 1 else "") for name, met in values.items()) + "."
    x, y = (" ".join(label.split()) or name for label, name in ((ax.get_xlabel(), "en largeur"), (ax.get_ylabel(), "en hauteur")))
    return f"Nuage de {head} : {x}, de {number(min(xs))} à {number(max(xs))} ; {y}, de {number(min(ys))} à {number(max(ys))}."


def _others(ax: "Axes") -> str:
    """Surfaces, images, segments: little can be read from them."""
    from matplotlib.patches import Wedge

    wedges = [patch for patch in ax.patches if isinstance(patch, Wedge)]
    if wedges:
        return "Camembert : " + ", ".join(f"{patch.get_label()} {number((patch.theta2 - patch.theta1) / 3.6)} %" for patch in wedges) + "."
    surfaces = [one for one in ax.collections if type(one).__name__ in ("PatchCollection", "PolyCollection")]
    if surfaces:
        return f"Figure de {sum(len(one.get_paths()) for one in surfaces)} surface(s)."
    return "Image." if ax.images else ""


def _fallback(ax: "Axes") -> str:
    return "Figure." if ax.has_data() else ""
