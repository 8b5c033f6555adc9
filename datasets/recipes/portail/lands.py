"""The invented places that the records speak of, all in open sea like the island itself."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from random import Random

TRUTH = Path(__file__).resolve().parents[1] / "truth" / "equipements.json"


@dataclass(frozen=True)
class Commune:
    name: str
    code: str
    postcode: str
    latitude: float
    longitude: float
    people: int


def _communes(text: str, first: int, postcode: int, latitude: float, longitude: float) -> list[Commune]:
    """Communes « Name 1234 | … », numbered from a code, spread round a point."""
    spread, found = Random(text), []
    for rank, one in enumerate(text.split("|")):
        name, people = one.strip().rsplit(" ", 1)
        at = latitude + spread.uniform(-0.12, 0.12), longitude + spread.uniform(-0.15, 0.15)
        found.append(Commune(name, f"{first + rank}", f"{postcode + 10 * (rank // 2)}", round(at[0], 6), round(at[1], 6), int(people)))
    return found


ISLAND = [
    Commune("Port-Brume", "99901", "99110", 46.638, -3.475, 8940), Commune("Sainte-Colombe", "99902", "99120", 46.643, -3.512, 4120),
    Commune("L'Anse-aux-Sternes", "99903", "99130", 46.658, -3.494, 2610), Commune("Les Trois-Phares", "99904", "99130", 46.672, -3.466, 2280),
    Commune("Roc-en-Mer", "99905", "99140", 46.666, -3.543, 1690), Commune("Lande-Haute", "99906", "99120", 46.652, -3.529, 1510),
    Commune("Saint-Elme-des-Grèves", "99907", "99120", 46.622, -3.515, 1870), Commune("Pointe-Grise", "99908", "99140", 46.645, -3.556, 980),
]
ARCHIPELAGO = _communes("Port-Corbeau 3120 | La Grande-Sablière 1840 | L'Île-aux-Bernaches 610 | Havre-Blanc 930", 99931, 99310, 46.92, -4.05)
CITY = _communes("Orvannes 148200 | Tressigny 21400 | Lavardelle 17900 | Clairvigne 9650 | Fontebrune 7310 | Marsolais 4870", 99950, 99500, 46.2, -4.45)
COAST = _communes(
    "Havrelune 12800 | Brévigny-le-Haut 6420 | Cormelin 3890 | Pont-l'Aubier 5260 | Rochebrune-les-Bains 8140 | Sablonceau 2730 | Saint-Ourien 1960 "
    "| Mortefosse 1120 | Chastelune 4480 | Belrive-sur-Lonne 3350 | Bourg-Salin 2210 | Saint-Mélion 890", 99961, 99610, 46.3, -4.3)
COUNTRY = [Commune(f"Département {name}", code, "", latitude, -4.4, people) for name, code, latitude, people in (
    ("de la Côte-Blanche", "99", 46.3, 612400), ("des Hautes-Lisières", "9A", 46.9, 287300), ("du Val-de-Lonne", "9B", 46.0, 454900),
    ("des Monts-d'Oriel", "9C", 45.8, 198600), ("de l'Aubresol", "9D", 46.1, 733100))]
LANDS = {
    "ile": ISLAND, "archipel": ARCHIPELAGO, "metropole": CITY, "cote": COAST + ISLAND[:2], "cote_seule": COAST, "pays": COUNTRY,
    **{one.name: [one] for one in ISLAND + ARCHIPELAGO + CITY + COAST},
}
# What a card's « zone » may say, in udata's identifiers; nothing real answers to them.
ZONES = {
    "ile": "fr:epci:249900010", "archipel": "fr:epci:249900028", "metropole": "fr:epci:249900036", "cote": "fr:departement:99",
    "region": "fr:region:99", "pays": "country:fr",
    **{one.name: f"fr:commune:{one.code}" for one in ISLAND + ARCHIPELAGO + CITY + COAST},
}
STREETS = (
    "rue du Port", "rue de la Mairie", "place de l'Église", "rue des Écoles", "chemin des Dunes", "rue de la Halle", "quai des Pêcheurs",
    "rue du Moulin", "avenue du Large", "rue des Tamaris", "impasse du Lavoir", "route de la Pointe", "rue du Stade", "place du Marché",
    "rue des Genêts", "boulevard des Docks",
)


def facilities(types: list[str] | None, year: int, communes: list[str] | None = None) -> list[dict]:
    """The island's facilities that stood in a year, as the generator of its files knows them.

    Raises:
        FileNotFoundError: the island's own recipe has not run yet.
    """
    known = json.loads(TRUTH.read_text(encoding="utf-8"))["equipements"]
    return [
        one for one in known
        if (types is None or one["type"] in types) and (communes is None or one["commune"] in communes)
        and one["annee"] <= year and (one["fin"] is None or one["fin"] > year)
    ]


def seeded(text: str) -> Random:
    """A generator of its own for each thing: a new record changes nothing in the others."""
    return Random(hashlib.sha256(text.encode()).hexdigest())
