"""Who lives where: inhabitants of the island on a 200 m grid, by age group, adding up to each commune's population."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from geography import COMMUNES, QUARTERS, Island, Quarter, from_km, to_wgs84
from shapely.geometry import Point
from shapely.prepared import prep

STEP = 200
"""Metres."""

AGES = ("pop_0_14", "pop_15_29", "pop_30_64", "pop_65_plus")
# Shares by age of what a quarter looks like, from young families to retired people.
_PROFILES = {"families": (0.21, 0.18, 0.45, 0.16), "mixed": (0.15, 0.16, 0.43, 0.26), "old": (0.10, 0.09, 0.39, 0.42)}
# One inhabitant in eleven lives outside the built-up areas, on farms and along roads.
_SCATTERED = 1 / 11


@dataclass(frozen=True)
class Cell:
    """A square of 200 m where someone lives."""

    name: str
    commune: str
    quarter: str
    x: float
    y: float
    """Middle, Lambert-93 metres."""
    longitude: float
    latitude: float
    ages: tuple[int, int, int, int]
    """Inhabitants of 0-14, 15-29, 30-64, 65 and over."""

    @property
    def population(self) -> int:
        return sum(self.ages)


def settle(island: Island, scale: int = 1, seed: int = 24000) -> list[Cell]:
    """The inhabited cells, south to north then west to east. Cells where nobody lives are left out, as INSEE does.

    Args:
        scale: for load tests, each cell is cut into at least that many parts, each as peopled as the whole.
    """
    chance = random.Random(f"brumeval people {seed}")
    squares = _squares(island)
    cells = []
    for commune in COMMUNES:
        here = [(x, y, quarter) for x, y, quarter in squares if quarter.commune == commune.code]
        weights = [_weight(x, y, commune.code, commune.population, len(here), chance) for x, y, _ in here]
        for (x, y, quarter), people in zip(here, _shared(commune.population, weights), strict=True):
            if people:
                cells.append(_cell(x, y, quarter, _ages(people, quarter, chance)))
    cells.sort(key=lambda cell: (cell.y, cell.x))
    return cells if scale == 1 else [part for cell in cells for part in _cut(cell, math.ceil(math.sqrt(scale)))]


def _squares(island: Island) -> list[tuple[float, float, Quarter]]:
    """Middles of the grid's squares that stand on the island, with the quarter each is in."""
    left, bottom, right, top = island.coast.bounds
    shapes = [(quarter, prep(island.quarters[quarter.code])) for quarter in QUARTERS]
    found = []
    for j in range(math.floor(bottom / STEP), math.ceil(top / STEP)):
        for i in range(math.floor(left / STEP), math.ceil(right / STEP)):
            x, y = (i + 0.5) * STEP, (j + 0.5) * STEP
            quarter = next((quarter for quarter, shape in shapes if shape.contains(Point(x, y))), None)
            if quarter:
                found.append((x, y, quarter))
    return found


def _weight(x: float, y: float, commune: str, population: int, squares: int, chance: random.Random) -> float:
    """Expected inhabitants of a square before rounding: what the built-up areas give, and now and then a farm."""
    built = 0.0
    for quarter in (one for one in QUARTERS if one.commune == commune):
        cx, cy = from_km(quarter.x, quarter.y)
        spread = 720 * quarter.spread
        near = math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * spread**2))
        built += population * quarter.share * near * STEP**2 / (2 * math.pi * spread**2)
    # Streets are not Gaussian: some squares are dense, some are fields.
    built *= 0.45 + 1.1 * chance.random()
    farm = population * _SCATTERED / squares * (4.2 if chance.random() < 0.24 else 0.0)
    return (built if built > 2.5 else 0.0) + farm


def _shared(total: int, weights: list[float]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to the total (largest remainders)."""
    exact = [total * weight / sum(weights) for weight in weights]
    whole = [math.floor(value) for value in exact]
    order = sorted(range(len(exact)), key=lambda rank: (whole[rank] - exact[rank], rank))
    for rank in order[: total - sum(whole)]:
        whole[rank] += 1
    return whole


def _ages(people: int, quarter: Quarter, chance: random.Random) -> tuple[int, int, int, int]:
    weights = [share * (0.7 + 0.6 * chance.random()) for share in _PROFILES[quarter.profile]]
    return tuple(_shared(people, weights))


def _cell(x: float, y: float, quarter: Quarter, ages: tuple[int, int, int, int], step: float = STEP) -> Cell:
    # Named as INSEE names its own squares: projection, size, south-west corner.
    name = f"CRS2154RES{step:g}mN{y - step / 2:.10g}E{x - step / 2:.10g}"
    return Cell(name, quarter.commune, quarter.code, x, y, *to_wgs84(x, y), ages)


def _cut(cell: Cell, parts: int) -> Iterator[Cell]:
    quarter = next(one for one in QUARTERS if one.code == cell.quarter)
    step = STEP / parts
    for j in range(parts):
        for i in range(parts):
            x, y = cell.x - STEP / 2 + (i + 0.5) * step, cell.y - STEP / 2 + (j + 0.5) * step
            yield _cell(x, y, quarter, cell.ages, step)
