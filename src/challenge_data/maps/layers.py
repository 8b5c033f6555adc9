"""Layers as maps need them: checked, cut into the parts of France, each in metres in its own legal projection."""

import difflib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from challenge_data import course
from challenge_data.errors import LearnerError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


@dataclass(frozen=True)
class Zone:
    """A part of France that is drawn by itself."""

    name: str
    box: tuple[float, float, float, float]
    """West, south, east, north, in degrees (WGS 84), with some sea around."""
    epsg: int


# The legal systems: order of 5 March 2019 that implements decree 2000-1276 on geographic references.
MAINLAND = Zone("Métropole", (-10, 41, 10.5, 51.6), 2154)
ZONES = (
    MAINLAND,
    Zone("Guadeloupe", (-62.0, 15.7, -60.8, 16.7), 5490),
    Zone("Martinique", (-61.4, 14.3, -60.7, 15.0), 5490),
    Zone("Guyane", (-55.2, 1.8, -51.2, 6.2), 2972),
    Zone("La Réunion", (55.0, -21.6, 56.1, -20.7), 2975),
    Zone("Mayotte", (44.8, -13.2, 45.5, -12.5), 4471),
)
WGS84 = 4326


def checked(layer: object, who: str, *columns: str | None) -> "GeoDataFrame":
    """The layer, once sure that it is one, says its CRS, has rows and these columns.

    Raises:
        LearnerError: what is missing, and how to add it.
    """
    import geopandas

    if not isinstance(layer, geopandas.GeoDataFrame) or layer._geometry_column_name not in layer.columns:
        raise LearnerError(f"{who} attend une couche, c'est-à-dire un tableau qui a des formes : joignez le vôtre à une couche, par exemple "
                           'load("departements").merge(tableau, on="code_departement", how="left"), la couche en premier.')
    if not len(layer):
        raise LearnerError(f"La couche donnée à {who} n'a aucune ligne : regardez le filtre ou la jointure qui l'a faite.")
    if layer.crs is None:
        raise LearnerError("Cette couche ne dit pas dans quel système sont ses coordonnées. Si ce sont des degrés, écrivez couche = couche.set_crs(4326).")
    for column in columns:
        if column is not None and column not in layer.columns:
            near = difflib.get_close_matches(str(column), [str(name) for name in layer.columns], n=1)
            there = ", ".join(str(name) for name in layer.columns if name != layer._geometry_column_name)
            raise LearnerError(f"Aucune colonne ne s'appelle « {column} » dans cette couche. " + (f"Vouliez-vous dire « {near[0]} » ? " if near else "") + f"Elle a : {there}.")
    return layer


def by_zone(layer: "GeoDataFrame", who: str) -> dict[Zone, "GeoDataFrame"]:
    """The layer cut by where each shape stands, each part in metres; says how many shapes are nowhere in France.

    Raises:
        LearnerError: no shape stands in France.
    """
    there = layer[~(layer.geometry.is_empty | layer.geometry.isna())]
    bounds = there.to_crs(WGS84).geometry.bounds
    x, y = (bounds["minx"] + bounds["maxx"]) / 2, (bounds["miny"] + bounds["maxy"]) / 2
    parts = {}
    for zone in ZONES:
        west, south, east, north = zone.box
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        if inside.any():
            parts[zone] = there[inside].to_crs(zone.epsg)
    lost, empty = len(there) - sum(map(len, parts.values())), len(layer) - len(there)
    if not parts:
        raise LearnerError(f"Aucune forme de cette couche ne tombe en France ni sur l'île : {who} n'a rien à dessiner. "
                           "Vérifiez le système de coordonnées (couche.crs), et l'ordre : longitude, puis latitude.")
    if lost:
        print(f"{_count(lost, 'forme tombe', 'formes tombent')} hors de France et de l'île, sans place sur la carte : "
              "latitude et longitude échangées, ou mètres pris pour des degrés ?")
    if empty:
        print(f"{_count(empty, 'ligne reste', 'lignes restent')} sans position, donc sans place sur la carte.")
    return parts


def to_metres(layer: "GeoDataFrame") -> "GeoDataFrame":
    """The layer in the legal projection of where it stands (Lambert-93 for metropolitan France and the island), in metres.

    Raises:
        LearnerError: not a layer, without CRS, outside France, or in several parts of France that have no common projection.
    """
    parts = by_zone(checked(layer, "to_metres"), "to_metres")
    if len({zone.epsg for zone in parts}) > 1:
        raise LearnerError(f"Cette couche couvre {', '.join(zone.name for zone in parts)} : aucun système de mesure ne convient à tous. "
                           "Gardez un territoire à la fois, puis redemandez to_metres.")
    return layer.to_crs(next(iter(parts)).epsg)


def background(parts: dict[Zone, "GeoDataFrame"]) -> "GeoDataFrame":
    """What to draw behind: the island's coast where all stands on the island, else the departments."""
    island = read("brumeval/territoire/ile_cote.geojson")
    return island if set(parts) == {MAINLAND} and _within(parts[MAINLAND], island.to_crs(MAINLAND.epsg)) else read("france/departements/departements.geojson")


def _within(layer: "GeoDataFrame", around: "GeoDataFrame") -> bool:
    """True if the layer's middle is less than 20 km from the other: a few stray points do not move the map."""
    centres = layer.geometry.representative_point()
    west, south, east, north = around.total_bounds
    return west - 20_000 <= centres.x.median() <= east + 20_000 and south - 20_000 <= centres.y.median() <= north + 20_000


def read(path: str) -> "GeoDataFrame":
    """A GeoJSON of ``datasets/``."""
    import geopandas
    import shapely

    # Read without GDAL, which takes longer to start than the whole file to read.
    features = json.loads((course.datasets_dir() / path).read_text(encoding="utf-8"))["features"]
    shapes = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
    return geopandas.GeoDataFrame([feature["properties"] for feature in features], geometry=shapes, crs=WGS84)


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {several if number > 1 else one}"
