"""The true state of the island's defibrillators at three dates, before any file says anything about them."""

import math
import random
from dataclasses import dataclass
from datetime import date, timedelta

from geography import COMMUNES, QUARTERS, Island, from_km, to_lambert, to_wgs84
from places import APRIL, JANUARY, MARCH, Place, places
from shapely.geometry import Point

DATES = {MARCH: date(2026, 3, 20), APRIL: date(2026, 4, 24), JANUARY: date(2027, 1, 15)}
"""The day each delivery is handed over."""

DISP_H = {"J": "heures ouvrables", "N": "heures de nuit", "P": "24h/24", "X": "non renseigné"}
ETAT_FONCT = {"E": "En fonctionnement", "H": "Hors service", "A": "Absent momentanément", "S": "Supprimé définitivement", "I": "Inconnu"}
OPEN_BY_DAY, OPEN_BY_NIGHT = "JP", "NP"

# Invented makers: a real one could be blamed for an invented breakdown.
_MODELS = (("Ateliers Cardélan", "Estran 200"), ("Ateliers Cardélan", "Estran 300"), ("Boréa Santé", "Balise"), ("Lumière et Vie", "LV-Secours"))
_STREETS = ("rue du Quai", "place des Filets", "rue de la Citerne", "chemin des Douaniers", "rue des Goémons", "allée des Tamaris",
            "rue de la Poudrière", "place du Cabestan", "chemin de la Lande", "rue des Voiliers", "impasse du Puits", "rue du Four")


@dataclass(frozen=True)
class Device:
    """A device at one date."""

    rank: int
    """The same at every date: what no file of the island knows."""
    place: Place
    name: str
    x: float
    y: float
    """Lambert-93 metres, exactly those of the rounded longitude and latitude."""
    longitude: float
    latitude: float
    hours: str
    state: str
    address: str
    maker: str
    model: str
    serial: str
    checked: date
    """Day of the last maintenance."""
    seen: date
    """Day somebody last saw it in its place."""

    @property
    def commune(self) -> str:
        return self.place.commune

    @property
    def works(self) -> bool:
        return self.state == "E"

    @property
    def by_day(self) -> bool:
        return self.works and self.hours in OPEN_BY_DAY

    @property
    def by_night(self) -> bool:
        return self.works and self.hours in OPEN_BY_NIGHT


def devices(island: Island, when: int, scale: int = 1, seed: int = 5) -> list[Device]:
    """The devices that stand on the island at a date (:data:`MARCH`, :data:`APRIL`, :data:`JANUARY`).

    Args:
        scale: for load tests, that many times each place, scattered over its quarter.
    """
    found = []
    spots = _spots(island, scale, seed)
    listed = places()
    for rank, (x, y) in enumerate(spots):
        place = listed[rank % len(listed)]
        copy = rank // len(listed)
        device = _device(rank, place, f" {copy + 1}" if copy else "", x, y, when, seed)
        if place.states[when] != "-":
            found.append(device)
    return found


def commune_name(code: str) -> str:
    return next(one.name for one in COMMUNES if one.code == code)


def moved(x: float, y: float, metres: float, chance: random.Random) -> tuple[float, float]:
    """A point at most that far away: what another hand notes for the same place."""
    angle, far = 2 * math.pi * chance.random(), metres * math.sqrt(chance.random())
    return x + far * math.cos(angle), y + far * math.sin(angle)


def _spots(island: Island, scale: int, seed: int) -> list[tuple[float, float]]:
    """A spot for each place, then for its copies; two places of the list are 130 m apart unless the list says otherwise."""
    chance = random.Random(f"brumeval spots {seed}")
    listed, spots = places(), []
    firsts: dict[str, list[tuple[float, float]]] = {}
    for rank in range(len(listed) * scale):
        place = listed[rank % len(listed)]
        others = spots if rank < len(listed) else []
        if rank < len(listed) and (place.near is not None or place.beside is not None):
            x, y = _beside(place, firsts[place.quarter], spots, island, chance)
        else:
            x, y = _in_quarter(place, others, island, chance)
        firsts.setdefault(place.quarter, []).append((x, y))
        spots.append((x, y))
    return spots


def _in_quarter(place: Place, others: list, island: Island, chance: random.Random) -> tuple[float, float]:
    quarter = next(one for one in QUARTERS if one.code == place.quarter)
    cx, cy = from_km(quarter.x, quarter.y)
    # Far enough inside for a coordinate rounded to three decimals to stay in its quarter.
    inside = island.quarters[quarter.code].buffer(-90)
    while True:
        x, y = moved(cx, cy, 1500 * quarter.spread, chance)
        if inside.contains(Point(x, y)) and all(math.dist((x, y), other) > 130 for other in others):
            return _snapped(x, y)


def _beside(place: Place, firsts: list, spots: list, island: Island, chance: random.Random) -> tuple[float, float]:
    """About 30 m from the place it is ``near``, 140 to 160 m from the one it is ``beside``, far from the others."""
    origin = firsts[place.near if place.near is not None else place.beside]
    low, high = (28, 33) if place.near is not None else (140, 160)
    inside = island.quarters[place.quarter].buffer(-90)
    while True:
        angle, far = 2 * math.pi * chance.random(), low + (high - low) * chance.random()
        x, y = origin[0] + far * math.cos(angle), origin[1] + far * math.sin(angle)
        if inside.contains(Point(x, y)) and all(math.dist((x, y), other) > 90 for other in spots if other != origin):
            return _snapped(x, y)


def _snapped(x: float, y: float) -> tuple[float, float]:
    """Where six decimals of a degree put it: the state is exactly what a careful file can say."""
    return to_lambert(*to_wgs84(x, y))


def _device(rank: int, place: Place, suffix: str, x: float, y: float, when: int, seed: int) -> Device:
    # One stream a device: what happens to one never changes another.
    chance = random.Random(f"brumeval device {seed} {rank}")
    maker, model = _MODELS[int(chance.random() * len(_MODELS))]
    serial = f"{model[:2].upper()}{int(chance.random() * 900000) + 100000}{rank % 1000:03d}"
    address = f"{int(chance.random() * 60) + 1} {_STREETS[int(chance.random() * len(_STREETS))]}"
    checked, seen = (DATES[MARCH] - timedelta(days=30 + int(chance.random() * 900)), None)
    for date_rank in range(MARCH, when + 1):
        # Between two deliveries, one device in three is serviced; everything is seen again, or not, at each date.
        since = DATES[date_rank]
        if date_rank > MARCH and chance.random() < 0.33:
            checked = since - timedelta(days=3 + int(chance.random() * 20))
        seen = since - timedelta(days=4 + int(chance.random() * 200))
    longitude, latitude = to_wgs84(x, y)
    return Device(rank, place, f"{place.name}{suffix}", x, y, longitude, latitude, place.hours[when], place.states[when], address,
                  maker, model, serial, checked, max(seen, checked))

