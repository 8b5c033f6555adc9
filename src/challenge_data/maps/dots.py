"""Places as points, over a coast or outlines: category by shape and colour, names where they fit."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from challenge_data.errors import LearnerError
from challenge_data.maps.canvas import EDGE, INK, Sheet, fit, write_names
from challenge_data.maps.layers import background as default_background
from challenge_data.maps.layers import by_zone, checked

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class _Look:
    marker: str
    colour: str
    hollow: bool = False


# The shape says it as well as the colour.
_LOOKS = (_Look("o", "#0072B2"), _Look("^", "#C77B00"), _Look("s", "#1A1A1A"), _Look("D", "#D81B60"), _Look("v", "#332288"), _Look("P", "#7A4B00"))
_UNKNOWN = "non renseigné"
_AROUND = [(7, 0), (-7, 0), (0, 8), (0, -8), (6, 7), (-6, 7), (6, -7), (-6, -7)]


def points(layer: "GeoDataFrame", *, by: str | None = None, labels: str | None = None, background: "GeoDataFrame | None" = None, size: float = 40) -> "Axes":
    """Draw places as points; give the axes back, for ``finish(ax, title, source=…, alt=…)``.

    Args:
        layer: one row a place, its geometry a point; any CRS.
        by: column of categories, six at most: each has its shape and its colour, and its number in the legend.
        labels: column of names, written where they fit; those left out are said.
        background: outlines to draw behind; the island's coast or the departments by default.
        size: of a point, in square points (1/72 inch), as in matplotlib.

    Raises:
        LearnerError: not a layer of points, no such column, too many categories, no point in France.
    """
    from matplotlib import pyplot

    layer = checked(layer, "points", by, labels).reset_index(drop=True)
    kinds = set(layer.geom_type.dropna())
    if kinds - {"Point"}:
        raise LearnerError(f"points attend un point par ligne, et cette couche contient : {', '.join(sorted(kinds))}. "
                           "Pour teinter des surfaces, prenez choropleth ; pour leur milieu, couche.representative_point().")
    groups = _groups(layer, by)
    parts = by_zone(layer, "points")
    behind = by_zone(checked(background, "background") if background is not None else default_background(parts), "background")
    # The frame is that of the outlines: places missing from a part of the map are an information, too.
    whole = {zone: behind.get(zone, part) for zone, part in parts.items()}
    _, ax = pyplot.subplots()
    sheet = Sheet(ax, whole)
    for zone, part in parts.items():
        frame = sheet.frames[zone]
        limits = frame.get_xlim(), frame.get_ylim()
        if zone in behind:
            behind[zone].plot(ax=frame, facecolor="#f4f1ea", edgecolor=EDGE, linewidth=0.6, aspect=None)  # fond de carte
        for look, _, members in groups:
            there = part[part.index.isin(members)]
            if len(there):
                frame.scatter(there.geometry.x, there.geometry.y, s=size if frame is ax else size / 2, marker=look.marker, zorder=4,
                              facecolors="none" if look.hollow else look.colour, edgecolors=INK, linewidths=1.2 if look.hollow else 0.5)
        frame.set(xlim=limits[0], ylim=limits[1], xlabel="", ylabel="")
    fit(ax)
    if by:
        _legend(ax, groups, by)
    if labels:
        main = parts.get(sheet.main)
        write_names(ax, main, main[labels].astype(str).tolist(), _AROUND)
    counted = f" : {', '.join(f'{name} {len(members)}' for _, name, members in groups)}" if by else ""
    ax.described = f"Carte de {sum(map(len, parts.values()))} points{counted}."
    return ax


def _groups(layer: "GeoDataFrame", by: str | None) -> list[tuple[_Look, str, list]]:
    """(look, name, rows) of each category, the most frequent first; what is missing comes last."""
    if by is None:
        return [(_LOOKS[0], "", layer.index.tolist())]
    there = layer[by].dropna().astype(str)
    names = there.value_counts().index.tolist()
    if len(names) > len(_LOOKS):
        raise LearnerError(f"« {by} » a {len(names)} valeurs différentes : au-delà de {len(_LOOKS)}, on ne retrouve plus les formes dans la légende. "
                           "Regroupez les plus rares sous « autre ».")
    groups = [(look, name, there.index[there == name].tolist()) for look, name in zip(_LOOKS, names, strict=False)]
    missing = layer.index[layer[by].isna()].tolist()
    return groups + ([(_Look("o", INK, hollow=True), _UNKNOWN, missing)] if missing else [])


def _legend(ax: "Axes", groups: list, by: str) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], marker=look.marker, linestyle="none", markersize=7, markeredgecolor=look.colour,
                      markerfacecolor="none" if look.hollow else look.colour, label=f"{name} ({len(members)})") for look, name, members in groups]
    ax.legend(handles=handles, title=by, frameon=False, fontsize=8, title_fontsize=9, alignment="left", loc="center left", bbox_to_anchor=(1.0, 0.5))
