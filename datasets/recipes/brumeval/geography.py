"""The shape of the island: coast, communes and quarters, drawn by hand and roughened by a seeded generator.

Everything here is in kilometres east and north of the island's middle, then in Lambert-93 metres (EPSG:2154).
The middle is in open sea, 90 km west of Yeu: nothing on the island can be taken for a real place.
"""

import math
import random
from dataclasses import dataclass

import shapely
from pyproj import Transformer
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

MIDDLE = (-3.5, 46.65)
"""Longitude and latitude, WGS 84."""

_TO_LAMBERT = Transformer.from_crs(4326, 2154, always_xy=True)
_TO_WGS84 = Transformer.from_crs(2154, 4326, always_xy=True)
_X0, _Y0 = (round(value, -3) for value in _TO_LAMBERT.transform(*MIDDLE))

# Anticlockwise from the western tip. The last number is how rugged the shore is from there on: 0 sand, 1 rock.
_COAST = [
    (-6.0, -0.3, 1.0), (-5.2, -0.9, 1.0), (-4.6, -0.8, 0.8), (-4.2, -1.5, 0.8), (-3.5, -2.3, 0.6), (-2.6, -2.9, 0.3),
    (-1.4, -3.3, 0.1), (0.2, -3.5, 0.1), (1.6, -3.3, 0.3), (2.6, -3.6, 0.8), (3.3, -3.9, 1.0), (3.8, -3.3, 0.6),
    (3.3, -2.7, 0.3), (3.4, -2.1, 0.2), (2.8, -1.6, 0.2), (3.1, -0.9, 0.4), (3.9, -0.7, 0.6), (4.6, -1.1, 0.6),
    (5.4, -0.9, 0.8), (5.9, -0.1, 1.0), (5.5, 0.7, 0.8), (5.6, 1.6, 0.8), (4.9, 2.3, 1.0), (4.5, 3.2, 1.0),
    (3.6, 3.6, 1.0), (2.8, 3.9, 0.8), (2.3, 3.2, 0.5), (1.7, 2.3, 0.2), (1.0, 1.8, 0.1), (0.2, 2.1, 0.2),
    (-0.3, 2.9, 0.6), (-0.9, 3.7, 1.0), (-1.9, 3.8, 1.0), (-2.7, 3.3, 1.0), (-3.0, 2.5, 0.6), (-3.9, 2.3, 0.8),
    (-4.2, 1.4, 0.5), (-3.9, 0.9, 0.4), (-4.7, 0.5, 0.8), (-5.4, 0.4, 1.0),
]
_ISLET = [(-5.55, 2.2), (-5.3, 1.95), (-4.95, 2.05), (-4.85, 2.4), (-5.1, 2.65), (-5.45, 2.55)]


@dataclass(frozen=True)
class Commune:
    """A commune of the island. Its code belongs to no real commune: 99xxx is kept for abroad."""

    code: str
    name: str
    population: int
    """Inhabitants, as the grid will add up."""

    @property
    def siren(self) -> str:
        """21 (communes), 99 (a department that does not exist), rank, and the Luhn key."""
        return with_luhn_key(f"2199{int(self.code[-2:]):04d}")


@dataclass(frozen=True)
class Quarter:
    """A quarter: its middle in kilometres, the share of its commune's people, how tightly they live, how old they are."""

    code: str
    name: str
    commune: str
    x: float
    y: float
    share: float
    spread: float
    """Standard deviation of the built-up area, in kilometres."""
    profile: str
    """``families``, ``mixed`` or ``old``: which ages live there."""


COMMUNES = (
    Commune("99901", "Port-Brume", 8940), Commune("99902", "Sainte-Colombe", 4120),
    Commune("99903", "L'Anse-aux-Sternes", 2610), Commune("99904", "Les Trois-Phares", 2280),
    Commune("99905", "Roc-en-Mer", 1690), Commune("99906", "Lande-Haute", 1510),
    Commune("99907", "Saint-Elme-des-Grèves", 1870), Commune("99908", "Pointe-Grise", 980),
)

QUARTERS = (
    Quarter("9990101", "Le Port", "99901", 2.35, -1.65, 0.26, 0.26, "mixed"),
    Quarter("9990102", "La Vieille-Ville", "99901", 2.15, -0.95, 0.24, 0.26, "old"),
    Quarter("9990103", "Les Docks", "99901", 2.55, -2.55, 0.15, 0.30, "families"),
    Quarter("9990104", "La Corderie", "99901", 1.25, -1.85, 0.17, 0.32, "families"),
    Quarter("9990105", "Les Hauts-de-Brume", "99901", 2.75, 0.0, 0.11, 0.36, "families"),
    Quarter("9990106", "Les Salines", "99901", 4.5, -0.15, 0.07, 0.40, "mixed"),
    Quarter("9990201", "Le Bourg", "99902", -0.25, -0.35, 0.58, 0.30, "mixed"),
    Quarter("9990202", "La Chapelle", "99902", -0.95, -1.35, 0.20, 0.34, "old"),
    Quarter("9990203", "Les Quatre-Vents", "99902", 0.85, -0.35, 0.22, 0.34, "families"),
    Quarter("9990301", "Le Fond-de-l'Anse", "99903", 0.75, 1.25, 0.62, 0.30, "old"),
    Quarter("9990302", "Les Dunes", "99903", 2.0, 1.2, 0.20, 0.36, "mixed"),
    Quarter("9990303", "La Pêcherie", "99903", -0.7, 2.2, 0.18, 0.34, "old"),
    Quarter("9990401", "Le Bourg-aux-Phares", "99904", 3.25, 2.35, 0.60, 0.30, "mixed"),
    Quarter("9990402", "Le Sémaphore", "99904", 3.95, 3.0, 0.14, 0.30, "old"),
    Quarter("9990403", "Le Levant", "99904", 4.85, 1.25, 0.26, 0.36, "old"),
    Quarter("9990501", "Le Roc", "99905", -2.75, 2.05, 0.68, 0.32, "mixed"),
    Quarter("9990502", "La Tourelle", "99905", -1.7, 3.0, 0.30, 0.36, "old"),
    Quarter("9990503", "L'Îlot-du-Roc", "99905", -5.2, 2.3, 0.02, 0.15, "mixed"),
    Quarter("9990601", "Le Plateau", "99906", -1.9, 0.75, 0.70, 0.32, "families"),
    Quarter("9990602", "Les Ajoncs", "99906", -2.9, -0.35, 0.30, 0.40, "mixed"),
    Quarter("9990701", "La Grève", "99907", -0.35, -2.75, 0.66, 0.32, "old"),
    Quarter("9990702", "Le Moulin", "99907", -2.3, -1.85, 0.34, 0.38, "mixed"),
    Quarter("9990801", "Le Village", "99908", -4.2, -0.25, 0.78, 0.30, "old"),
    Quarter("9990802", "Le Cap", "99908", -5.2, -0.2, 0.22, 0.32, "old"),
)


@dataclass(frozen=True)
class Island:
    """Shapes in Lambert-93 metres. The communes are the sums of their quarters, the coast the sum of the communes."""

    coast: MultiPolygon
    communes: dict[str, BaseGeometry]
    quarters: dict[str, BaseGeometry]


def draw(seed: int = 2154) -> Island:
    """The island, the same for the same seed."""
    chance = random.Random(f"brumeval coast {seed}")
    main = Polygon(_roughened([(x, y) for x, y, _ in _COAST], [rugged for *_, rugged in _COAST], chance, rounds=4))
    islet = Polygon(_roughened(_ISLET, [1.0] * len(_ISLET), chance, rounds=3))
    quarters = {quarter.code: [] for quarter in QUARTERS}
    for cell in _small_cells(main.bounds, chance):
        owner = min((q for q in QUARTERS if q.code != "9990503"), key=lambda q: _reach(q, cell.centroid))
        part = cell.intersection(main)
        if part.area > 0:
            quarters[owner.code].append(part)
    quarters["9990503"].append(islet)
    codes = list(quarters)
    shapes = [_only_polygons(shapely.union_all([_lambert(part) for part in quarters[code]])) for code in codes]
    # Borders follow the small cells; simplified together, neighbours keep the very same border.
    shapes = [_only_polygons(shape) for shape in shapely.coverage_simplify(shapes, 55, simplify_boundary=False)]
    drawn = dict(zip(codes, shapes, strict=True))
    communes = {one.code: shapely.union_all([drawn[q.code] for q in QUARTERS if q.commune == one.code]) for one in COMMUNES}
    coast = shapely.union_all(list(communes.values()))
    return Island(coast, communes, drawn)


def to_lambert(longitude: float, latitude: float) -> tuple[float, float]:
    """WGS 84 degrees to Lambert-93 metres."""
    return _TO_LAMBERT.transform(longitude, latitude)


def to_wgs84(x: float, y: float, digits: int = 6) -> tuple[float, float]:
    """Lambert-93 metres to rounded WGS 84 longitude and latitude (six digits: a tenth of a metre)."""
    longitude, latitude = _TO_WGS84.transform(x, y)
    return round(longitude, digits), round(latitude, digits)


def from_km(x: float, y: float) -> tuple[float, float]:
    """Kilometres from the island's middle to Lambert-93 metres."""
    return _X0 + 1000 * x, _Y0 + 1000 * y


def geojson(shape: BaseGeometry) -> dict:
    """A Lambert-93 shape as a GeoJSON geometry in WGS 84, six digits, shells anticlockwise."""
    def degrees(points):
        return [to_wgs84(x, y) for x, y in points]

    return shapely.geometry.mapping(shapely.orient_polygons(shapely.transform(shape, degrees)))


def with_luhn_key(digits: str) -> str:
    """The digits and the last one that makes them a valid SIREN (Luhn, ISO/IEC 7812-1)."""
    total = sum(sum(divmod(int(digit) * (2 if rank % 2 == 0 else 1), 10)) for rank, digit in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def _roughened(points: list, rugged: list[float], chance: random.Random, rounds: int) -> list:
    """Midpoint displacement: each segment is cut in two, its middle pushed aside in proportion to its length."""
    for _ in range(rounds):
        finer, finer_rugged = [], []
        for rank, (x, y) in enumerate(points):
            x2, y2 = points[(rank + 1) % len(points)]
            push = (chance.random() - 0.5) * 0.40 * rugged[rank]
            # The first cut only softens the hand's corners; what is sand stays smooth.
            finer += [(x, y), ((x + x2) / 2 - (y2 - y) * push, (y + y2) / 2 + (x2 - x) * push)]
            finer_rugged += [rugged[rank]] * 2
        points, rugged = finer, finer_rugged
    return points


def _small_cells(bounds: tuple, chance: random.Random, step: float = 0.33) -> list[Polygon]:
    """A honeycomb without order: Voronoi cells of a shaken grid, about 330 m wide."""
    left, bottom, right, top = bounds
    seeds = [
        Point(left - 1 + (i + chance.random()) * step, bottom - 1 + (j + chance.random()) * step)
        for i in range(math.ceil((right - left + 2) / step)) for j in range(math.ceil((top - bottom + 2) / step))
    ]
    return list(shapely.voronoi_polygons(shapely.MultiPoint(seeds)).geoms)


def _reach(quarter: Quarter, point: Point) -> float:
    """Distance to the quarter, shorter for the bigger ones."""
    commune = next(one for one in COMMUNES if one.code == quarter.commune)
    weight = (commune.population * quarter.share) ** 0.12
    return math.hypot(point.x - quarter.x, point.y - quarter.y) / weight


def _lambert(shape: BaseGeometry) -> BaseGeometry:
    """Kilometres to Lambert-93, on a grid of 10 cm so that neighbours share their points exactly."""
    moved = shapely.transform(shape, lambda points: points * 1000 + [_X0, _Y0])
    return shapely.set_precision(moved, 0.1)


def _only_polygons(shape: BaseGeometry) -> BaseGeometry:
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)
