"""Surfaces shaded by a value: one map, or the same values under several classings side by side."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from challenge_data.errors import LearnerError
from challenge_data.french import number
from challenge_data.maps import classing
from challenge_data.maps.canvas import EDGE, Sheet, fit, write_names
from challenge_data.maps.layers import MAINLAND, background, by_zone, checked

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes
    from pandas import Series

    from challenge_data.maps.layers import Zone

# ColorBrewer's YlOrBr (Harrower, Brewer 2003, « ColorBrewer.org », The Cartographic Journal 40): darker always means more, in grey too.
_SHADES = "YlOrBr"
_HATCH = "////"
Method = str | Sequence[float]


def choropleth(layer: "GeoDataFrame", column: str, *, by: str | None = None, per: float = 1, classes: Method = "quantiles", k: int = 5,
               unit: str = "", labels: str | None = None, population: str | None = None) -> "Axes":
    """Shade each surface by its value, darker for more; give the axes back, for ``finish(ax, title, source=…, alt=…)``.

    Each part of France has its own frame and its legal projection; missing values are hatched and counted in the legend. A
    sentence says when the values look like counts, which mostly show where people live.

    Args:
        layer: one row a surface, with the column of values; any CRS.
        column: the values.
        by: column of what to divide by (a population, an area); ``per`` multiplies: by="population", per=1000 for 1,000 inhabitants.
        classes: « quantiles », « equal », or the list of bounds; see :func:`challenge_data.maps.classes`.
        k: how many classes, 2 to 7.
        unit: what is measured, with its unit; heads the legend.
        labels: column of names to write on the surfaces, where they fit.
        population: column that tells whether the values are counts; « population » where there is one.

    Raises:
        LearnerError: not a layer, no such column, values that are not numbers, classes that cannot be made.
    """
    from matplotlib import pyplot

    layer, values = _values(layer, "choropleth", column, by, per, labels, population)
    bounds = classing.classes(values, classes, k)
    parts = by_zone(layer, "choropleth")
    head = unit or _head(column, by, per)
    _, ax = pyplot.subplots()
    _shade(ax, parts, by_zone(background(parts), "choropleth"), values, bounds, head, place={"loc": "center left", "bbox_to_anchor": (1.0, 0.5)})
    fit(ax)
    if isinstance(classes, str) and len(bounds) - 1 < k:
        print(f"{len(bounds) - 1} classe{'s' if len(bounds) > 2 else ''} et non {k} : trop d'unités ont la même valeur pour en faire davantage.")
    if labels:
        main = parts.get(MAINLAND, next(iter(parts.values())))
        write_names(ax, main, main[labels].astype(str).tolist(), [(0, 0)])
    ax.described = _described(layer, values, bounds, head)
    return ax


def compare_classes(layer: "GeoDataFrame", column: str, methods: Sequence[Method] = ("quantiles", "equal"), *, by: str | None = None, per: float = 1,
                    k: int = 5, unit: str = "", population: str | None = None) -> "Axes":
    """Draw the same values side by side, once for each way to make classes; give the first axes back, for ``finish``.

    Args:
        methods: two or three of « quantiles », « equal » and lists of bounds.
        layer, column, by, per, k, unit, population: as for :func:`choropleth`.

    Raises:
        LearnerError: as :func:`choropleth`, or not two or three methods.
    """
    from matplotlib import pyplot

    if isinstance(methods, str) or not 2 <= len(methods) <= 3:
        raise LearnerError('compare_classes met côte à côte deux ou trois façons : methods=["quantiles", "equal"], ou ["quantiles", [0, 10, 50, 100]].')
    layer, values = _values(layer, "compare_classes", column, by, per, None, population)
    every = [classing.classes(values, method, k) for method in methods]
    parts = by_zone(layer, "compare_classes")
    behind = by_zone(background(parts), "compare_classes")
    figure, axes = pyplot.subplots(1, len(methods))
    for ax, method, bounds in zip(axes, methods, every, strict=True):
        head = classing.METHODS[method] if isinstance(method, str) else classing.CHOSEN
        _shade(ax, parts, behind, values, bounds, head + (f"\n{unit}" if unit else ""), place={"loc": "upper center", "bbox_to_anchor": (0.5, -0.01)}, paris=False)
    fit(*axes, under=(0.75 if unit else 0.55) + 0.18 * max(map(len, every)))
    axes[0].described = " ".join(
        f"Carte {rank} sur {len(every)}, {classing.METHODS.get(method, '') if isinstance(method, str) else classing.CHOSEN} : "
        + _described(layer, values, bounds, unit or _head(column, by, per)) for rank, (method, bounds) in enumerate(zip(methods, every, strict=True), 1))
    return axes[0]


def _values(layer: "GeoDataFrame", who: str, column: str, by: str | None, per: float, labels: str | None, population: str | None) -> "tuple[GeoDataFrame, Series]":
    """The layer with an index of its own, and the values to map, as floats with NaN where there is none."""
    import numpy as np
    import pandas as pd

    layer = checked(layer, who, column, by, labels, population).reset_index(drop=True)
    for name in filter(None, (column, by)):
        if not pd.api.types.is_numeric_dtype(layer[name]) or pd.api.types.is_bool_dtype(layer[name]):
            raise LearnerError(f"« {name} » ne contient pas des nombres : une carte en classes ne peut pas la teinter. "
                               f"Convertissez-la (pd.to_numeric), ou comptez par catégorie.")
    values = layer[column].astype("Float64")
    if by is not None:
        # Divided by zero: nobody there, so no rate; infinite would be darker than all.
        values = values / layer[by].astype("Float64") * per
    numbers = pd.Series(values.to_numpy(dtype=float, na_value=np.nan), index=layer.index).replace([np.inf, -np.inf], np.nan)
    if by is None:
        people = population or ("population" if "population" in layer.columns and column != "population" else None)
        if classing.looks_like_count(numbers, layer[people] if people else None, column):
            how = f'par la population : by="{people}", per=1000' if people else "par la surface ou la population : by=\"nom de cette colonne\""
            print(f"« {column} » a l'air d'un compte : sa carte montre surtout où il y a du monde. Divisez, par exemple {how}.")
    return layer, numbers


def _head(column: str, by: str | None, per: float) -> str:
    return column if by is None else f"{column} pour {number(per)} ({by})" if per != 1 else f"{column} / {by}"


def _shade(ax: "Axes", parts: "dict[Zone, GeoDataFrame]", behind: "dict[Zone, GeoDataFrame]", values: "Series", bounds: list[float], head: str, *, place: dict, paris: bool = True) -> None:
    """Draw every part in its frame, in the same shades, then the legend."""
    from matplotlib import colormaps
    from matplotlib.patches import Patch

    found = classing.ranks(values.to_numpy(), bounds)
    ax.shaded_values = values.tolist()  # shades tell classes only: check.figure reads the values here
    number = len(bounds) - 1
    # The lightest shades cannot be told from the paper.
    shades = [colormaps[_SHADES](0.12 + 0.88 * rank / max(1, number - 1)) for rank in range(number)]
    sheet = Sheet(ax, parts)
    frames = [(sheet.frames[zone], zone, part) for zone, part in parts.items()]
    if paris and MAINLAND in parts and (shown := sheet.zoom_on_paris(parts[MAINLAND])) is not None:
        frames.append((sheet.paris, MAINLAND, shown))
    for frame, zone, part in frames:
        limits = frame.get_xlim(), frame.get_ylim()
        if zone in behind and part.area.sum() < 0.95 * behind[zone].area.sum():
            behind[zone].boundary.plot(ax=frame, color=EDGE, linewidth=0.5, aspect=None)  # fond de carte
        ranks = found[part.index]
        if (ranks >= 0).any():
            part[ranks >= 0].plot(ax=frame, color=[shades[rank] for rank in ranks if rank >= 0], edgecolor=EDGE, linewidth=0.5, aspect=None)
        if (ranks < 0).any():
            part[ranks < 0].plot(ax=frame, facecolor="white", edgecolor="#6b6b6b", hatch=_HATCH, linewidth=0.5, aspect=None)
        frame.set(xlim=limits[0], ylim=limits[1], xlabel="", ylabel="")
    counts = [int((found == rank).sum()) for rank in range(number)]
    handles = [Patch(facecolor=shade, edgecolor=EDGE, linewidth=0.5, label=text) for shade, text in zip(shades, classing.labels(bounds, counts), strict=True)]
    if absent := int((found < 0).sum()):
        handles.append(Patch(facecolor="white", edgecolor="#6b6b6b", hatch=_HATCH, linewidth=0.4, label=f"donnée absente ({absent})"))
    ax.legend(handles=handles, title=head, frameon=False, fontsize=8, title_fontsize=9, alignment="left", handlelength=1.8, handleheight=1.3, **place)


def _described(layer: "GeoDataFrame", values: "Series", bounds: list[float], head: str) -> str:
    """The draft of a text alternative: classes, extremes, missing."""
    names = next((layer[name] for name in ("nom", "libelle", "commune", "nom_commune") if name in layer.columns), None)
    low, high = values.idxmin(), values.idxmax()
    said = (lambda row: f" ({names[row]})") if names is not None else (lambda row: "")
    text = (f"Carte de {len(layer)} unités en {len(bounds) - 1} classes, {head}. De {classing.short(values[low])}{said(low)} "
            f"à {classing.short(values[high])}{said(high)}.")
    absent = int(values.isna().sum())
    return text + (f" Donnée absente pour {absent}." if absent else "")
