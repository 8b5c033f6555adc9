"""The sheet a map is drawn on: one frame for the mainland or the island, one inset for each part overseas, a scale bar."""

import math
from typing import TYPE_CHECKING

from challenge_data.maps.layers import MAINLAND, ZONES, Zone

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes

INK = "#333333"
EDGE = "#8c8c8c"  # fond de carte
"""Between surfaces: seen on white and on the darkest shade alike, over 3 to 1."""
_PARIS = Zone("Paris et alentours", (2.13, 48.67, 2.62, 49.02), MAINLAND.epsg)
_MARGIN = 0.03
_BAND = 0.24
"""Width of the band of insets, against the mainland's."""

_TITLE = 0.5
"""Inches above the map: matplotlib wraps at every word a title that stands outside the figure."""


class Sheet:
    """Frames by zone, on given axes: ``main`` for the widest zone, insets for the others, each with its own scale."""

    def __init__(self, ax: "Axes", parts: dict[Zone, "GeoDataFrame"]) -> None:
        """Set the frames for what will be drawn; ``parts`` is every layer to show, its background included, by zone."""
        self.ax = ax
        self.main = MAINLAND if MAINLAND in parts else next(iter(parts))
        self.frames: dict[Zone, Axes] = {self.main: ax}
        ax.set_axis_off()
        ax.set_aspect("equal")
        west, south, east, north = parts[self.main].total_bounds
        # A single point has no extent: a kilometre around it.
        width, height = max(east - west, 1000), max(north - south, 1000)
        overseas = [zone for zone in ZONES if zone in parts and zone is not self.main]
        band = _BAND * width if overseas else 0
        self.limits = (west - _MARGIN * width - band, east + _MARGIN * width), (south - 0.1 * height, north + _MARGIN * height)
        ax.set(xlim=self.limits[0], ylim=self.limits[1])
        share = _BAND / (1 + 2 * _MARGIN + (_BAND if overseas else 0))
        each = 0.92 / max(len(overseas), 3)
        for rank, zone in enumerate(overseas):
            self._inset(zone, (0, 0.96 - (rank + 1) * each, share * 0.85, each * 0.78), parts[zone].total_bounds)
        self._scale_bar(width)

    def _inset(self, zone: Zone, place: tuple, bounds) -> None:
        inset = self.ax.inset_axes(place)
        inset.set_aspect("equal", anchor="NW")
        west, south, east, north = bounds
        side = 1.12 * max(east - west, north - south, 1000)
        x, y = (west + east) / 2, (south + north) / 2
        inset.set(xlim=(x - side / 2, x + side / 2), ylim=(y - side / 2, y + side / 2), xticks=[], yticks=[])
        inset.set_title(zone.name, fontsize=8 if len(self.ax.figure.axes) == 1 else 6, pad=2)
        for spine in inset.spines.values():
            spine.set(color=INK, linewidth=0.6)
        self.frames[zone] = inset

    def zoom_on_paris(self, layer: "GeoDataFrame") -> "GeoDataFrame | None":
        """Add a frame for the units around Paris, when several are too small to be seen; gives those it shows."""
        import geopandas
        import shapely

        west, south, east, north = _PARIS.box
        around = geopandas.GeoSeries([shapely.box(west, south, east, north)], crs=4326).to_crs(MAINLAND.epsg)
        west, south, east, north = around.total_bounds
        bounds = layer.geometry.bounds
        inside = (bounds["minx"] > west) & (bounds["maxx"] < east) & (bounds["miny"] > south) & (bounds["maxy"] < north)
        small = layer.geometry.area.sum() > 100 * layer.geometry.area[inside].sum()
        if inside.sum() < 3 or not small:
            return None
        self._inset(_PARIS, (0.82, 0.82, 0.18, 0.16), (west, south, east, north))
        return layer[layer.intersects(around.iloc[0])]

    @property
    def paris(self) -> "Axes | None":
        return self.frames.get(_PARIS)

    def _scale_bar(self, width: float) -> None:
        """A bar of a round length, about a fifth of the map, under it."""
        wanted = width / 5
        power = 10 ** math.floor(math.log10(wanted))
        length = power * max(step for step in (1, 2, 5) if step * power <= wanted)
        (west, east), (south, north) = self.limits
        right, y, tick = east - 0.04 * (east - west), south + 0.02 * (north - south), 0.008 * (north - south)
        self.ax.plot([right - length, right - length, right, right], [y + tick, y, y, y + tick], color=INK, linewidth=1.2, clip_on=False)
        text = f"{length:.0f} m" if length < 1000 else f"{length / 1000:.0f} km"
        self.ax.text(right - length / 2, y + tick, text, ha="center", va="bottom", fontsize=8, color=INK)
        if len(self.frames) > 1:
            self.ax.text(*self._low_left(), "Cartons : chacun a son échelle", fontsize=7, color=INK, va="bottom")

    def _low_left(self) -> tuple[float, float]:
        (west, _), (south, _) = self.limits
        return west, south


def fit(*axes: "Axes", under: float = 0.0) -> None:
    """Give the figure the size its maps need, side by side, and no more.

    Args:
        under: inches kept under the maps, for legends.
    """
    west, east = axes[0].get_xlim()
    south, north = axes[0].get_ylim()
    width = 8 if len(axes) == 1 else min(4.2, 10.5 / len(axes))
    height = min(9.0, max(2.5, width * (north - south) / (east - west)))
    figure = axes[0].figure
    total = height + under + _TITLE
    figure.set_size_inches(width * len(axes), total)
    figure.subplots_adjust(left=0, right=1, wspace=0.03, bottom=under / total, top=1 - _TITLE / total)


def write_names(ax: "Axes", layer: "GeoDataFrame", names: list[str], offsets: list[tuple[float, float]]) -> None:
    """Write a name near each shape where it covers neither another name nor a point; says which found no place.

    Args:
        offsets: places to try around each shape, in points (1/72 inch), the best first.
    """
    from matplotlib import patheffects

    ax.figure.draw_without_rendering()  # so that the axes know their size
    renderer = ax.figure._get_renderer()
    spots = layer.geometry.representative_point()
    pixels = ax.transData.transform(list(zip(spots.x, spots.y, strict=True)))
    # A point covers about 4 points of paper around it.
    reach = 4 * ax.figure.dpi / 72
    taken = [] if offsets == [(0, 0)] else [(x - reach, y - reach, x + reach, y + reach) for x, y in pixels]
    frame = ax.get_window_extent(renderer)
    left_out = []
    for own, (name, x, y) in enumerate(zip(names, spots.x, spots.y, strict=True)):
        for dx, dy in offsets:
            side = "center" if dx == 0 else "left" if dx > 0 else "right"
            text = ax.annotate(name, (x, y), xytext=(dx, dy), textcoords="offset points", ha=side, va="center", fontsize=8, color="#1a1a1a", zorder=6,
                               path_effects=[patheffects.withStroke(linewidth=2.5, foreground="white")])
            box = text.get_window_extent(renderer)
            edges = (box.x0, box.y0, box.x1, box.y1)
            others = (other for rank, other in enumerate(taken) if rank != own or offsets == [(0, 0)])
            if frame.x0 <= box.x0 and box.x1 <= frame.x1 and not any(_cross(edges, other) for other in others):
                taken.append(edges)
                break
            text.remove()
        else:
            left_out.append(name)
    if left_out:
        few = ", ".join(left_out[:5]) + ("…" if len(left_out) > 5 else "")
        print(f"{len(left_out)} nom{'s' if len(left_out) > 1 else ''} sans place sur la carte : {few}.")


def _cross(one: tuple, other: tuple) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
