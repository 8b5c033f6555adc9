"""The true state of the island's public facilities in autumn 2026, before any list says anything about them.

Which service's list holds which facility is decided here too: no list is complete, and none agrees with another.
"""

import math
import random
from dataclasses import dataclass

import shapely
from devices import APRIL, JANUARY, MARCH, Device, commune_name, devices, moved
from facilities_list import Line, lines
from geography import COMMUNES, QUARTERS, Island, from_km, to_lambert, to_wgs84, with_luhn_key
from shapely.geometry import Point

HOURS = {
    "office": "Mo-Fr 08:30-12:00,13:30-17:00", "library": "Tu,We,Fr 14:00-18:00; Sa 10:00-12:00", "museum": "We-Su 14:00-18:00",
    "school": "Mo,Tu,Th,Fr 08:30-16:30", "sport": "Mo-Fr 08:00-22:00; Sa 09:00-20:00", "pool": "Tu-Fr 12:00-20:00; Sa,Su 10:00-18:00",
    "evening": "Mo-Fr 16:30-20:30", "market": "Tu,Th,Sa 07:30-13:00", "dump": "Mo-Sa 09:00-12:00,14:00-18:00", "day": "sunrise-sunset",
    "summer": "Jul-Aug 11:00-19:00", "always": "24/7", "booked": "sur réservation",
}
"""Opening hours as OpenStreetMap writes them; a hall has none of its own."""

LISTS = {"S": "eq_sports", "T": "eq_salles", "K": "eq_culture", "P": "eq_pleinair", "M": "eq_mairies", "9": "eq_1998", "R": "eq_registre"}

THEMES = {
    "Administration": ("mairie", "siège communautaire", "maison France services", "archives", "cimetière", "poste de secours", "abattoir"),
    "Vie associative": ("salle polyvalente", "salle des fêtes", "salle communale", "foyer rural", "maison des associations", "maison de quartier"),
    "Sport": ("gymnase", "terrain de football", "court de tennis", "piscine", "skatepark", "terrain multisports", "boulodrome", "base nautique"),
    "Culture": ("médiathèque", "bibliothèque", "musée", "théâtre de poche", "école de musique", "maison de la nature", "chapelle", "abri du canot"),
    "Enseignement": ("école",),
    "Espaces publics et littoral": ("aire de jeux", "jardin public", "plage surveillée", "cale", "port", "marché couvert"),
    "Environnement": ("déchèterie",),
}
HALLS = (*THEMES["Vie associative"], "gymnase")
OUTDOORS = ("aire de jeux", "jardin public", "plage surveillée", "cale", "port", "boulodrome", "skatepark", "terrain de football", "terrain multisports",
            "court de tennis", "cimetière")
ON_THE_SHORE = ("plage surveillée", "cale", "port", "abri du canot", "poste de secours", "base nautique")

COUNTED = {"eq_sports": (0.4, 0.75, 5), "eq_salles": (0.15, 0.8, 10), "eq_culture": (0, 1, 1), "eq_mairies": (0.45, 0.6, 5), "eq_1998": (0.6, 0.85, 10),
           "eq_registre": (0.35, 0.6, 5)}
"""How each list counts places: the share of its facilities where it says otherwise than the truth (seats for standing places,
an old count), by which factor, rounded to what."""

POSTCODES = {"99901": "99110", "99902": "99120", "99906": "99120", "99907": "99120", "99903": "99130", "99904": "99130", "99905": "99140", "99908": "99140"}
"""Invented, and shared by several communes as real ones are: a postcode is no commune."""

SHARED_BODY = "Communauté de communes de Brumeval"
# 24: public bodies that communes form together; 99: a department that does not exist.
SHARED_SIREN = with_luhn_key("24990001")

# The streets of each quarter leave its middle like spokes. « rue du Port » is in three communes, others in several too.
STREETS = {
    "9990101": ("rue du Port", "quai des Pilotes", "rue de la Douane", "place des Filets"), "9990102": ("Grand-Rue", "rue des Remparts", "rue du Four", "rue de l'École"),
    "9990103": ("quai Neuf", "rue du Hangar", "rue des Grues"), "9990104": ("rue des Cordiers", "rue du Chanvre", "allée du Grand-Large"),
    "9990105": ("avenue des Hauts", "rue de la Brume", "rue des Genêts"), "9990106": ("route des Salines", "rue des Paludiers"),
    "9990201": ("Grand-Rue", "rue de la Halle", "rue du Puits", "rue de l'École"), "9990202": ("rue de la Chapelle", "chemin de la Lande"),
    "9990203": ("rue des Quatre-Vents", "route du Moulin"), "9990301": ("rue du Port", "rue de l'Anse", "rue de l'École"),
    "9990302": ("route des Dunes", "chemin des Oyats"), "9990303": ("rue des Pêcheurs", "chemin de la Cale"),
    "9990401": ("rue du Phare", "rue de la Mairie", "place du Gardien"), "9990402": ("route du Sémaphore",), "9990403": ("rue du Levant", "chemin de la Plage"),
    "9990501": ("rue du Port", "rue de la Criée", "Grand-Rue"), "9990502": ("route de la Tourelle", "rue des Ajoncs"), "9990503": ("chemin du Phare",),
    "9990601": ("rue du Plateau", "rue de l'École", "rue de la Mairie"), "9990602": ("route des Ajoncs", "chemin de la Lande"),
    "9990701": ("rue de la Grève", "chemin de la Plage", "rue de l'Église"), "9990702": ("route du Moulin", "rue des Meules"),
    "9990801": ("rue du Phare", "rue de la Pointe", "rue de l'École"), "9990802": ("route du Cap", "chemin de la Plage"),
}


@dataclass(frozen=True)
class Facility:
    """A facility as it really is."""

    rank: int
    line: Line
    name: str
    x: float
    y: float
    """Lambert-93 metres, exactly those of the rounded longitude and latitude."""
    longitude: float
    latitude: float
    number: int | None
    street: str
    phone: str
    lists: tuple[str, ...]
    """Names of the lists that hold it."""

    @property
    def id(self) -> str:
        return f"E{self.rank + 1:03d}"

    @property
    def kind(self) -> str:
        return self.line.kind

    @property
    def theme(self) -> str:
        return next(theme for theme, kinds in THEMES.items() if self.kind in kinds)

    @property
    def commune(self) -> str:
        """Code of the commune."""
        return self.line.commune

    @property
    def address(self) -> str:
        return f"{self.number} {self.street}" if self.number else self.street

    @property
    def manager(self) -> str:
        return SHARED_BODY if self.line.shared else f"Commune de {commune_name(self.commune)}"

    @property
    def siret(self) -> str:
        """14 digits, with the key of its last five: the manager's main site."""
        siren = SHARED_SIREN if self.line.shared else next(one.siren for one in COMMUNES if one.code == self.commune)
        return with_luhn_key(f"{siren}0001")

    @property
    def state(self) -> str:
        line = self.line
        return "vendu" if line.sold else "fermé" if line.closed else "en travaux" if line.works else "ouvert"

    def capacity(self, name: str) -> int | None:
        """Places as a list says, before any disorder: see :data:`COUNTED`."""
        if self.line.capacity is None:
            return None
        share, factor, step = COUNTED[name]
        wrong = random.Random(f"brumeval {name} capacity {self.rank}").random() < share
        return max(step, step * round(self.line.capacity * factor / step)) if wrong else self.line.capacity

    def record(self) -> dict:
        """What the truth file keeps."""
        line = self.line
        return {
            "id": self.id, "nom": self.name, "type": self.kind, "theme": self.theme, "commune": commune_name(self.commune), "code_commune": self.commune,
            "quartier": line.quarter, "numero": self.number, "voie": self.street, "code_postal": POSTCODES[self.commune], "latitude": self.latitude,
            "longitude": self.longitude, "capacite": line.capacity, "surface_m2": line.surface, "chauffee": line.heated, "groupe_electrogene": line.generator,
            "accessible_pmr": line.wheelchairs, "gestionnaire": self.manager, "siret_gestionnaire": self.siret, "annee": line.year, "horaires": HOURS[line.hours],
            "telephone": self.phone, "etat": self.state, "fin": line.sold or line.closed, "listes": list(self.lists),
        }


@dataclass(frozen=True)
class Address:
    """A number in a street."""

    number: int
    street: str
    commune: str
    longitude: float
    latitude: float


def facilities(island: Island, scale: int = 1) -> list[Facility]:
    """Every facility of the island, and those that are no more.

    Args:
        scale: for load tests, that many times each facility, scattered over its quarter.
    """
    chance = random.Random("brumeval facilities")
    listed, regions, found, taken = lines(), _Regions(island), [], set()
    same = {one.name: one for when in (JANUARY, APRIL, MARCH) for one in devices(island, when)}
    for rank in range(len(listed) * scale):
        line, copy = listed[rank % len(listed)], rank // len(listed)
        device = same.get(line.name) if not copy else None
        near = [(one.x, one.y) for one in found] if not copy else []
        x, y = _spot(line, device, near, regions, chance)
        longitude, latitude = to_wgs84(x, y)
        number, street = _address(line, device, x, y, copy, taken)
        name = f"{line.name} {copy + 1}" if copy else line.name
        own = random.Random(f"brumeval facility {rank}")
        phone = f"01 99 00 {int(own.random() * 100):02d} {int(own.random() * 100):02d}"
        found.append(Facility(rank, line, name, *to_lambert(longitude, latitude), longitude, latitude, number, street, phone, _lists(line, own)))
    return found


def addresses(known: list[Facility], island: Island) -> list[Address]:
    """The facilities' addresses, then some of their neighbours', by commune, street and number."""
    chance = random.Random("brumeval addresses")
    found: dict[tuple, Address] = {}
    shapes = {code: shape.buffer(-8) for code, shape in island.communes.items()}
    numbered = [one for one in known if one.number and not one.line.closed]
    held = {(one.commune, one.street, one.number) for one in numbered}
    for one in numbered:
        # The plate is on the street, the facility's middle some metres behind.
        x, y = moved(one.x, one.y, 12, chance)
        angle = 2 * math.pi * chance.random()
        found[one.commune, one.street, one.number] = _plate(one, one.number, x, y)
        for step in (-2, 1, 4):
            number, far = one.number + step, 7 * step
            spot = (x + far * math.cos(angle), y + far * math.sin(angle))
            key = (one.commune, one.street, number)
            if number > 0 and key not in held and key not in found and shapes[one.commune].contains(Point(spot)):
                found[key] = _plate(one, number, *spot)
    return sorted(found.values(), key=lambda one: (one.commune, one.street, one.number))


def _plate(one: Facility, number: int, x: float, y: float) -> Address:
    return Address(number, one.street, one.commune, *to_wgs84(x, y))


class _Regions:
    """Where a facility of each kind may stand: inside its quarter, and by the sea for those that need it."""

    def __init__(self, island: Island):
        self._island, self._shore = island, island.coast.boundary.buffer(110)
        self._made: dict[tuple[str, bool], object] = {}

    def of(self, quarter: str, shore: bool):
        if (quarter, shore) not in self._made:
            inside = self._island.quarters[quarter].buffer(-25 if shore else -60)
            shape = inside.intersection(self._shore) if shore else inside
            if shape.is_empty:
                raise ValueError(f"quarter {quarter} has no shore")
            shapely.prepare(shape)
            self._made[quarter, shore] = shape
        return self._made[quarter, shore]


def _spot(line: Line, device: Device | None, near: list, regions: _Regions, chance: random.Random) -> tuple[float, float]:
    if device:
        return moved(device.x, device.y, 15, chance)
    quarter = next(one for one in QUARTERS if one.code == line.quarter)
    centre, shore = from_km(quarter.x, quarter.y), line.kind in ON_THE_SHORE
    region = regions.of(line.quarter, shore)
    left, bottom, right, top = region.bounds
    while True:
        x, y = (left + (right - left) * chance.random(), bottom + (top - bottom) * chance.random()) if shore else moved(*centre, 1700 * quarter.spread, chance)
        if region.contains(Point(x, y)) and all(math.dist((x, y), other) > 70 for other in near):
            return x, y


def _address(line: Line, device: Device | None, x: float, y: float, copy: int, taken: set) -> tuple[int | None, str]:
    """A number that grows along a spoke of the quarter's, unique in its commune's street."""
    if device:
        number, street = device.address.split(" ", 1)
        taken.add((line.commune, street, int(number)))
        return int(number), street
    quarter = next(one for one in QUARTERS if one.code == line.quarter)
    cx, cy = from_km(quarter.x, quarter.y)
    spokes = STREETS[line.quarter]
    street = spokes[int((math.atan2(y - cy, x - cx) / math.pi + 1) / 2 * len(spokes)) % len(spokes)] + (f" {copy + 1}" if copy else "")
    if not line.numbered:
        return None, street
    number = 1 + int(math.dist((x, y), (cx, cy)) / 9)
    while (line.commune, street, number) in taken:
        number += 2
    taken.add((line.commune, street, number))
    return number, street


def _lists(line: Line, own: random.Random) -> tuple[str, ...]:
    """The lists that hold it: its service's, most town halls' answers, and the old ones if it stood then."""
    town_hall, old, register = own.random() < 0.72, own.random() < 0.62, own.random() < 0.97
    kind = line.kind
    rule = {
        "S": kind in THEMES["Sport"] and kind != "boulodrome", "T": kind in HALLS, "K": kind in THEMES["Culture"] and kind != "abri du canot",
        "P": kind in OUTDOORS, "M": town_hall or kind == "mairie", "9": old and line.year < 1998, "R": register and line.year < 2023,
    }
    letters = line.only or "".join(letter for letter, holds in rule.items() if holds)
    return tuple(name for letter, name in LISTS.items() if letter in letters)
