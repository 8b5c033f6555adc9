"""A map of places to click, that needs no network: no tiles, outlines as background, and the same places in a list and a table."""

import json
import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from challenge_data import shown
from challenge_data.errors import LearnerError
from challenge_data.guide import shell
from challenge_data.maps.layers import MAINLAND, WGS84, by_zone, checked
from challenge_data.maps.layers import background as default_background

if TYPE_CHECKING:
    import ipywidgets
    from geopandas import GeoDataFrame

MOST = 1000
"""Shapes on one map: each is drawn and listed, on machines with less than a core."""
MOST_LABELS = 60
_WIDTH, _HEIGHT = 640, 440
"""Pixels: the width that the first view is computed for, and the height of the map."""

_LAND = {"color": "#8c8c8c", "weight": 1, "fillColor": "#f4f1ea", "fillOpacity": 1, "interactive": False}  # fond de carte
_PLACE = {"color": "#ffffff", "weight": 1.5, "fillColor": "#0072B2", "fillOpacity": 0.95, "radius": 7}
_AREA = {"color": "#0072B2", "weight": 1.5, "fillColor": "#0072B2", "fillOpacity": 0.25}
_OVER = {"color": "#1a1a1a", "weight": 3}
_CHOSEN = "#1a1a1a"

STYLE = """<style>
.cd-map .leaflet-container {background: #e6eef5; font-size: 13px}
.cd-map .leaflet-container:focus-visible {outline: 3px solid #0b57d0; outline-offset: -3px}
.cd-map .leaflet-div-icon {background: none; border: none; pointer-events: none}
.cd-map .cd-name {position: absolute; left: 11px; top: -9px; white-space: nowrap; color: #1a1a1a; font-size: 12px;
  text-shadow: 0 0 3px #fff, 0 0 3px #fff, 0 0 3px #fff, 0 0 3px #fff}
.cd-map .leaflet-popup-content {margin: 8px 12px; color: #1a1a1a}
.cd-map .cd-live {position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)}
.cd-map select {font-size: 1em; min-height: 2.2em; border: 1px solid #6b6b6b; color: #1a1a1a; background-color: #fff}
.cd-map .widget-label {width: auto; font-weight: 600}
.cd-map table {border-collapse: collapse; color: #1a1a1a; background: #fff}
.cd-map caption {text-align: left; padding: 4px 0}
.cd-map th, .cd-map td {border: 1px solid #c4c4c4; padding: 3px 8px; text-align: left}
.cd-map .cd-table {overflow: auto; max-height: 22em; max-width: 100%}
</style>"""


def clickable(layer: "GeoDataFrame", *, name: str, popup: Sequence[str] = (), title: str = "", source: str = "",
              labels: bool = False, background: "GeoDataFrame | None" = None) -> None:
    """Show places on a map that moves, zooms and opens a card at a click; without the network, and from the keyboard too.

    The same places stand in a list, which opens the same card, and in a table under the map. Where nothing draws widgets (a printed
    page, GitHub), the table stays. Only the columns named here leave the table: what is not named is not in the page.

    Args:
        layer: one row a place (a point or a surface), 1,000 at most; any CRS.
        name: column that names the place.
        popup: columns that the card shows, in order.
        title: what the map shows.
        source: who made the data, and when.
        labels: also write the names on the map, when there are 60 places at most.
        background: outlines to draw behind; the island's coast or the departments by default.

    Raises:
        LearnerError: not a layer, no such column, too many places, no place in France.
    """
    columns = [popup] if isinstance(popup, str) else list(popup)
    layer = checked(layer, "clickable", name, *columns).reset_index(drop=True)
    if len(layer) > MOST:
        raise LearnerError(f"Cette couche a {len(layer)} lignes : au-delà de {MOST}, la carte devient lente et la liste illisible. "
                           "Gardez-en une partie, par exemple une commune : couche[couche[\"commune\"] == \"Port-Brume\"].")
    if labels and len(layer) > MOST_LABELS:
        raise LearnerError(f"{len(layer)} noms ne tiendraient pas sur la carte ({MOST_LABELS} au plus). Retirez labels=True : un clic donne le nom.")
    parts = by_zone(layer, "clickable")
    behind = checked(background, "background") if background is not None else default_background(parts)
    kept = layer.loc[sorted(index for part in parts.values() for index in part.index)].reset_index(drop=True)
    names, cards = _names(kept, name), [[(column, _text(value)) for column, value in zip(columns, row, strict=True)] for row in kept[columns].itertuples(index=False)]
    plain, page = _plain(names, cards, title, source), _page(name, columns, names, cards, source)
    if shell() is None:
        print(plain)
        return
    main, outlines = parts.get(MAINLAND, next(iter(parts.values()))).to_crs(WGS84), behind.to_crs(WGS84)
    # An island is shown whole; of a country, the part where the places are.
    seen = outlines if _width(outlines) <= 3 * _width(main) else main
    shown.show(_box(kept.to_crs(WGS84), outlines, seen, names, cards, page, title, labels), plain, f"<p><strong>{escape(title)}</strong></p>{page}" if title else page)


def _box(places: "GeoDataFrame", behind: "GeoDataFrame", seen: "GeoDataFrame", names: list[str], cards: list, page: str, title: str, labels: bool) -> "ipywidgets.Widget":
    import ipyleaflet
    import ipywidgets

    spots = [(spot.y, spot.x) for spot in places.geometry.representative_point()]
    land = ipyleaflet.GeoJSON(data=_geojson(behind), style=_LAND)
    points = places.geom_type.eq("Point").all()
    dots = ipyleaflet.GeoJSON(data=_geojson(places), style={} if points else _AREA, point_style=_PLACE, hover_style=_OVER)
    centre, zoom = _view(seen)
    # layers=…: without it, ipyleaflet asks openstreetmap.org for tiles.
    board = ipyleaflet.Map(layers=(land, dots), center=centre, zoom=zoom, zoom_snap=0.25, min_zoom=3, max_zoom=18, zoom_control=False, attribution_control=False,
                           layout=ipywidgets.Layout(height=f"{_HEIGHT}px", width="100%"))
    board.add(ipyleaflet.ZoomControl(zoom_in_title="Agrandir", zoom_out_title="Réduire", position="topleft"))
    for spot, text in zip(spots, names, strict=True) if labels else ():
        icon = ipyleaflet.DivIcon(html=f'<span class="cd-name">{escape(text)}</span>', icon_size=[0, 0])
        board.add(ipyleaflet.Marker(location=spot, icon=icon, draggable=False, keyboard=False))
    choose = ipywidgets.Dropdown(description="Choisir un lieu", options=[("(aucun)", -1), *((text, rank) for rank, text in enumerate(names))], value=-1,
                                 layout=ipywidgets.Layout(width="max-content", max_width="100%"))
    said, words = shown.live(), ipywidgets.HTML()
    ring = ipyleaflet.CircleMarker(location=spots[0], radius=12, color=_CHOSEN, weight=3, fill=False)
    card = ipyleaflet.Popup(location=spots[0], child=words, close_button=False, auto_close=False, max_width=320)

    def open_card(event) -> None:
        rank = event["new"]
        said.value = "" if rank < 0 else _card(names[rank], cards[rank])
        if rank < 0:
            card.close_popup()
            return
        # The list may name a place that is out of sight: overseas, or after a zoom.
        (south, west), (north, east) = board.bounds or ((90, 180), (-90, -180))
        if not (south <= spots[rank][0] <= north and west <= spots[rank][1] <= east):
            board.center = spots[rank]
        # One card that moves: ipyleaflet leaves the skin of a card that is removed while it opens.
        words.value = said.value
        ring.location = card.location = spots[rank]
        if card not in board.layers:
            board.add(ring)
            board.add(card)
        else:
            card.open_popup(spots[rank])

    def clicked(properties=None, **_event) -> None:
        if choose.value == properties["rang"]:
            choose.value = -1  # a click on the place whose card was closed opens it again
        choose.value = properties["rang"]

    choose.observe(open_card, names="value")
    dots.on_click(clicked)
    head = ipywidgets.HTML(STYLE + (f"<strong>{escape(title)}</strong>" if title else ""))
    box = shown.boxed(head, choose, board, said, ipywidgets.HTML(page))
    box.add_class("cd-map")
    return box


def _geojson(layer: "GeoDataFrame") -> dict:
    """Shapes and their rank only: no column goes to the page unseen."""
    import shapely

    shapes = shapely.to_geojson(shapely.set_precision(layer.geometry.array, 1e-6, mode="pointwise"))
    return {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": json.loads(shape), "properties": {"rang": rank}} for rank, shape in enumerate(shapes)]}


def _width(layer: "GeoDataFrame") -> float:
    west, _, east, _ = layer.total_bounds
    return east - west


def _view(layer: "GeoDataFrame") -> tuple[tuple[float, float], float]:
    """Centre, and the zoom at which all is seen (Web Mercator: 256 pixels for 360 degrees at zoom 0)."""
    west, south, east, north = layer.total_bounds
    latitude = (south + north) / 2
    # A single place has no extent: a kilometre around it.
    wide, high = max(east - west, 0.01) * 1.15, max(north - south, 0.01) * 1.15
    zoom = min(math.log2(_WIDTH * 360 / (256 * wide)), math.log2(_HEIGHT * 360 * math.cos(math.radians(latitude)) / (256 * high)))
    return (latitude, (west + east) / 2), math.floor(min(zoom, 17) * 4) / 4


def _names(layer: "GeoDataFrame", column: str) -> list[str]:
    """A name a place; those met twice get a number, so that the list tells them apart."""
    met: dict[str, int] = {}
    names = []
    for text in map(_text, layer[column]):
        text = text or "(sans nom)"
        met[text] = met.get(text, 0) + 1
        names.append(text if met[text] == 1 else f"{text} ({met[text]})")
    return names


def _text(value: object) -> str:
    import pandas as pd

    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float):
        return f"{value:.6g}".replace(".", ",")
    return f"{value:%d/%m/%Y}" if isinstance(value, pd.Timestamp) else str(value)


def _card(name: str, card: list[tuple[str, str]]) -> str:
    return f"<strong>{escape(name)}</strong>" + "".join(f"<br>{escape(str(column))} : {escape(text) or 'non renseigné'}" for column, text in card)


def _plain(names: list[str], cards: list, title: str, source: str) -> str:
    lines = [f"{title or 'Carte'} : {len(names)} lieu{'x' if len(names) > 1 else ''}."]
    lines += ["- " + " ; ".join([name, *(f"{column} : {text or 'non renseigné'}" for column, text in card)]) for name, card in zip(names, cards, strict=True)]
    return "\n".join(lines + ([f"Source : {source}"] if source else []))


def _page(name: str, columns: list[str], names: list[str], cards: list, source: str) -> str:
    """The same places as a table, to unfold; what stays of the map where nothing draws widgets."""
    titles = "".join(f"<th scope='col'>{escape(str(column))}</th>" for column in (name, *columns))
    rows = "".join(f"<tr><th scope='row'>{escape(text)}</th>" + "".join(f"<td>{escape(said) or '<em>non renseigné</em>'}</td>" for _, said in card) + "</tr>"
                   for text, card in zip(names, cards, strict=True))
    many = f"{len(names)} lieu{'x' if len(names) > 1 else ''}"
    # A region that scrolls must be reachable by keyboard, and have a name.
    return (f"<details><summary>Les mêmes lieux en tableau ({many})</summary><div class='cd-table' tabindex='0' role='region' aria-label='Tableau des lieux'>"
            f"<table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table></div></details>"
            + (f"<p><small>Source : {escape(source)}</small></p>" if source else ""))
