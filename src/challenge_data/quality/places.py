"""Coordinates: impossible, at 0, 0, in metres, swapped, far from the others, rounded, many on one point."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from challenge_data.quality import roles
from challenge_data.quality.columns import Column
from challenge_data.quality.finding import TO_CHECK, TO_KNOW, TO_MEND, Finding, Table

if TYPE_CHECKING:
    import numpy as np

FAR = 3.0  # interquartile ranges of the distances to the middle
_METRES = 111_195.0  # in a degree of latitude


@dataclass
class Points:
    """Where rows are, in degrees; NaN where a cell is empty or is no number."""

    name: str
    latitude: "np.ndarray"
    longitude: "np.ndarray"
    columns: tuple[Column, ...] = ()


def points(table: Table) -> Points | None:
    """From a column of latitudes and one of longitudes, one of « 46.6, -3.4 », or a column of shapes."""
    import numpy as np

    latitude, longitude = (
        table.first(
            lambda one: roles.is_latitude(one) and not one.is_shape and one.share("integer", "point", "comma") >= 0.5
        ),
        table.first(
            lambda one: roles.is_longitude(one) and not one.is_shape and one.share("integer", "point", "comma") >= 0.5
        ),
    )
    if latitude and longitude:
        return Points(f"{latitude.name}, {longitude.name}", latitude.cells, longitude.cells, (latitude, longitude))
    if shapes := table.first(lambda one: one.is_shape):
        series = shapes.series
        where = series.isna() | series.is_empty
        bounds = series.bounds.to_numpy(float, copy=True)
        bounds[where.to_numpy()] = np.nan
        x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
        if series.crs is not None and series.crs.is_projected:
            from pyproj import Transformer

            x, y = Transformer.from_crs(series.crs, 4326, always_xy=True).transform(x, y)
            x, y = (np.where(np.isfinite(one), one, np.nan) for one in (x, y))
        return Points(shapes.name, np.asarray(y), np.asarray(x))
    for column in table.columns:
        if not column.is_shape and not column.is_number and roles.is_place(column) and column.filled:
            pair = re.compile(r"[\[(]?\s*(-?\d+(?:\.\d+)?)\s*[,;]\s*(-?\d+(?:\.\d+)?)\s*[\])]?")
            found = [pair.fullmatch(text) for text in column.texts]
            if column.counts[np.array([one is not None for one in found])].sum() >= 0.8 * column.filled:
                both = np.array(
                    [(float(one[1]), float(one[2])) if one else (np.nan, np.nan) for one in found] + [(np.nan, np.nan)]
                )[column.codes]
                return Points(column.name, both[:, 0], both[:, 1])
    return None


def find(table: Table) -> Iterator[Finding]:
    import numpy as np

    where = points(table)
    if where is None or len(table) == 0:
        return
    latitude, longitude = where.latitude, where.longitude
    one = np.isfinite(latitude) ^ np.isfinite(longitude)
    both = np.isfinite(latitude) & np.isfinite(longitude)

    def told(mask: "np.ndarray", what: str, gravity: str, advice: str) -> Finding:
        at = np.flatnonzero(mask)
        shown = ", ".join(f"({latitude[row]:g} ; {longitude[row]:g})" for row in at[:3])
        if gravity != TO_KNOW:
            table.wrong_places.update(at.tolist())
        return Finding(where.name, what, at, shown + (" …" if len(at) > 3 else ""), gravity, advice)

    if one.any():
        yield told(one, "une coordonnée sans l'autre", TO_MEND, "Il faut les deux pour placer un point.")
    zero = both & (latitude == 0) & (longitude == 0)
    if zero.any():
        yield told(
            zero,
            "point à 0, 0",
            TO_MEND,
            "0, 0 est dans le golfe de Guinée : la position manquait. Laissez les deux cases vides.",
        )
    left = both & ~zero
    metres = left & ((np.abs(latitude) > 1000) & (np.abs(longitude) > 1000))
    if metres.any():
        lambert = np.all(
            (np.minimum(latitude, longitude)[metres] > 0)
            & (np.maximum(latitude, longitude)[metres] < 7_300_000)
            & (np.maximum(latitude, longitude)[metres] > 6_000_000)
        )
        system = ", sans doute Lambert-93 (EPSG:2154)" if lambert else ""
        yield told(
            metres,
            "mètres pris pour des degrés",
            TO_MEND,
            f"Ce sont des mètres{system} : demandez le repère, puis convertissez en WGS 84.",
        )
    left &= ~metres
    whole = left.any() and bool(-25 < np.nanmedian(latitude[left]) < 12 and 41 < np.nanmedian(longitude[left]) < 52)
    if whole:
        yield told(
            left,
            "latitude et longitude échangées",
            TO_MEND,
            "Lues ainsi, ces places de France tombent au large de la Somalie : échangez les deux colonnes.",
        )
        return
    middle = np.array([np.nanmedian(latitude[left]), np.nanmedian(longitude[left])]) if left.any() else np.zeros(2)
    reach = _reach(latitude[left], longitude[left], middle)
    far = left & (_distances(latitude, longitude, middle) > reach)
    # Swapped back, it comes among the others, or so much nearer that chance is no explanation.
    swapped = far & (
        _distances(longitude, latitude, middle) <= np.maximum(reach, 0.05 * _distances(latitude, longitude, middle))
    )
    if swapped.any():
        yield told(
            swapped,
            "latitude et longitude échangées",
            TO_MEND,
            "Échangées, elles tombent parmi les autres : remettez chacune dans sa colonne.",
        )
    impossible = left & ~swapped & ((np.abs(latitude) > 90) | (np.abs(longitude) > 180))
    if impossible.any():
        yield told(
            impossible,
            "coordonnée impossible",
            TO_MEND,
            "Une latitude va de -90 à 90, une longitude de -180 à 180 : un point décimal a bougé ?",
        )
    far = (far | _alone(latitude, longitude, left & ~swapped & ~impossible, middle)) & ~swapped & ~impossible
    if far.any() and far.sum() <= max(3, 0.02 * left.sum()):
        yield told(
            far,
            "point loin de tous les autres",
            TO_CHECK,
            "Une faute dans un chiffre, ou un lieu vraiment ailleurs ? Cherchez l'adresse.",
        )
    yield from _rounded(table, where, left & ~swapped & ~impossible, told)


def _distances(latitude: "np.ndarray", longitude: "np.ndarray", middle: "np.ndarray") -> "np.ndarray":
    """Degrees of latitude to a point, longitudes shortened as the parallels are there."""
    import numpy as np

    return np.hypot(latitude - middle[0], (longitude - middle[1]) * np.cos(np.radians(middle[0])))


def _reach(latitude: "np.ndarray", longitude: "np.ndarray", middle: "np.ndarray") -> float:
    """How far a point may be: Tukey's outer fence on the distances to the median point, 2 km at least."""
    import numpy as np

    if len(latitude) < 10:
        return np.inf
    low, high = np.quantile(_distances(latitude, longitude, middle), (0.25, 0.75))
    return float(max(high + FAR * (high - low), 2000 / _METRES))


def _alone(latitude: "np.ndarray", longitude: "np.ndarray", among: "np.ndarray", middle: "np.ndarray") -> "np.ndarray":
    """Points whose nearest neighbour is farther than Tukey's outer fence on such distances, and than 4 km: the land's own gaps."""
    import numpy as np
    import shapely

    alone, rows = np.zeros(len(latitude), bool), np.flatnonzero(among)
    if not 20 <= len(rows) <= 50_000:
        return alone
    spots = shapely.points(longitude[rows] * np.cos(np.radians(middle[0])), latitude[rows])
    (which, _), distances = shapely.STRtree(spots).query_nearest(
        spots, exclusive=True, return_distance=True, all_matches=False
    )
    nearest = np.full(len(rows), np.inf)
    nearest[which] = distances
    low, high = np.quantile(nearest[np.isfinite(nearest)], (0.25, 0.75)) if np.isfinite(nearest).any() else (0, 0)
    alone[rows] = np.isfinite(nearest) & (nearest > max(high + FAR * (high - low), 4000 / _METRES))
    return alone


def _decimals(column: Column) -> "np.ndarray":
    """Decimals written in each cell; -1 for an empty one."""
    import numpy as np

    written = [len(re.split("[.,]", text)[1]) if re.search("[.,]", text) else 0 for text in column.texts]
    return np.array([*written, -1])[column.codes]


def _rounded(table: Table, where: Points, good: "np.ndarray", told) -> Iterator[Finding]:
    import numpy as np

    if good.sum() < 5:
        return
    if where.columns:
        # A last zero is often dropped: the finer of the two axes says how fine a point is.
        decimals = np.maximum(*(_decimals(column) for column in where.columns))
        usual = int(np.median(decimals[good]))
        coarse = good & (decimals <= 2)
        if usual >= 4 and coarse.any():
            yield told(
                coarse,
                "coordonnées arrondies",
                TO_CHECK,
                "Deux décimales ou moins : le point est juste à un kilomètre près, au mieux.",
            )
        elif usual <= 3:
            size = {3: "une centaine de mètres", 2: "un kilomètre", 1: "une dizaine de kilomètres"}.get(
                usual, "cent kilomètres"
            )
            yield Finding(
                where.name,
                "coordonnées arrondies",
                np.flatnonzero(good),
                f"{usual} décimale{'s' if usual > 1 else ''}",
                TO_KNOW,
                f"La position est juste à {size} près : assez pour une carte de la ville, pas pour retrouver une porte.",
            )
    pairs = np.column_stack([where.latitude[good], where.longitude[good]])
    _, first, inverse, counts = np.unique(pairs, axis=0, return_index=True, return_inverse=True, return_counts=True)
    crowded = counts[inverse.ravel()] >= 3
    if crowded.any():
        rows = np.flatnonzero(good)[crowded]
        most, places = int(counts.max()), int((counts >= 3).sum())
        yield Finding(
            where.name,
            "plusieurs lignes sur un même point",
            rows,
            f"jusqu'à {most} lignes sur un point ; {places} point{'s' if places > 1 else ''} de 3 lignes ou plus",
            TO_KNOW,
            "Un même bâtiment, une adresse prise pour tout un quartier, ou des coordonnées arrondies ? Sur une carte, ces points se cachent.",
        )
