"""Communes and addresses for the stand-in: geo.api.gouv.fr over the course's communes, the geocoder over the island's addresses."""

import csv
import difflib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from challenge_data import course
from challenge_data.portal.standin.words import plain, stems

ISLAND_DEPARTMENT = "99"
_SHORT = {"av": "avenue", "bd": "boulevard", "bld": "boulevard", "ch": "chemin", "imp": "impasse", "pl": "place", "r": "rue", "rte": "route", "st": "saint", "ste": "sainte"}
_LEAST = 0.3  # the real geocoder always proposes something; below this, nothing resembles
NO_COMMUNE = 0.9  # an address whose commune is not said is never sure


class Places:
    """Communes of France and of Brumeval, and Brumeval's addresses; read at the first question about them.

    Args:
        datasets: the course's ``datasets`` folder.
    """

    def __init__(self, datasets: Path | None = None):
        self._datasets = datasets

    @property
    def datasets(self) -> Path:
        return self._datasets or course.datasets_dir()

    @cached_property
    def addresses(self) -> list[dict[str, str]]:
        """Columns numero, voie, code_postal, code_commune, commune, latitude, longitude, all text."""
        return list(_rows(self.datasets / "brumeval/territoire/ile_adresses.csv"))

    @cached_property
    def communes(self) -> list[dict]:
        """Every commune, in the shape of geo.api.gouv.fr. The French ones have no centre here: the course ships no outline of them."""
        france = [
            {
                "nom": row["nom"], "code": row["code_commune"], "codesPostaux": row["codes_postaux"].replace(",", " ").replace("|", " ").split(),
                "codeDepartement": row["code_departement"], "codeEpci": row["siren_epci"] or None,
                "population": int(row["population"]) if row["population"] else None,
            }
            for row in _rows(self.datasets / "france/communes/communes.csv")
        ]
        return france + self._island

    @cached_property
    def _island(self) -> list[dict]:
        path = self.datasets / "brumeval/territoire/ile_communes.geojson"
        if not path.exists():
            return []
        postcodes = defaultdict(Counter)
        for row in self.addresses:
            postcodes[row["code_commune"]][row["code_postal"]] += 1
        return [
            {
                "nom": feature["properties"]["nom"], "code": feature["properties"]["code_commune"],
                "codesPostaux": sorted(postcodes[feature["properties"]["code_commune"]]), "codeDepartement": ISLAND_DEPARTMENT,
                "codeEpci": None, "population": feature["properties"]["population"],
                "centre": {"type": "Point", "coordinates": _centre(feature["geometry"])},
            }
            for feature in json.loads(path.read_text(encoding="utf-8"))["features"]
        ]

    def find_communes(self, nom: str | None, postcode: str | None, department: str | None, fields: list[str], limit: int | None) -> list[dict]:
        """As ``/communes``: by name (nearly so, best first with ``_score``), postcode, department."""
        found = [
            (_likeness(nom, one["nom"]) if nom else 1.0, one)
            for one in self.communes
            if (not postcode or postcode in one["codesPostaux"]) and (not department or department == one["codeDepartement"])
        ]
        if nom:
            found = [each for each in found if each[0] > 0]
            found.sort(key=lambda each: (-each[0], each[1]["nom"], each[1]["code"]))
        return [
            {key: one[key] for key in fields if key in one} | ({"_score": round(score, 4)} if nom else {})
            for score, one in found[:limit]
        ]

    def geocode(self, asked: str, citycode: str | None, postcode: str | None, kind: str | None, limit: int) -> list[dict]:
        """GeoJSON features that an address may be, best first: house numbers, streets, communes."""
        words = [_SHORT.get(word, word) for word in plain(asked).split()]
        number = next((word for word in words if word.isdigit() and len(word) < 5), None)
        text = " ".join(words)
        found = []
        for place in self._known:
            if (citycode and place["citycode"] != citycode) or (postcode and place["postcode"] != postcode) or (kind and place["type"] != kind):
                continue
            if place["type"] == "housenumber" and place["housenumber"].lower() != number:
                continue
            score = _score(text, place)
            if score >= _LEAST:
                found.append((score, place))
        # A house number that is known is worth more than its street, and both are not proposed.
        streets = {(place["street"], place["citycode"]) for _, place in found if place["type"] == "housenumber"}
        found = [each for each in found if each[1]["type"] != "street" or (each[1]["name"], each[1]["citycode"]) not in streets]
        found.sort(key=lambda each: (-each[0], each[1]["label"]))
        return [_feature(score, place) for score, place in found[:limit]]

    @cached_property
    def _known(self) -> list[dict]:
        """Every address, street and commune of the island, with the ways to write it."""
        streets: dict[tuple[str, str], list[dict]] = defaultdict(list)
        for row in self.addresses:
            streets[row["voie"], row["code_commune"]].append(row)
        names = {one["code"]: one for one in self._island}
        rank = {key: f"{number:04d}" for number, key in enumerate(sorted(streets), 1)}
        places = []
        for (street, code), rows in streets.items():
            first = rows[0]
            common = {"city": first["commune"], "citycode": code, "postcode": first["code_postal"]}
            middle = (sum(float(row["longitude"]) for row in rows) / len(rows), sum(float(row["latitude"]) for row in rows) / len(rows))
            places.append(_place("street", street, f"{code}_{rank[street, code]}", middle, common))
            for row in rows:
                if row["numero"]:
                    own = {"housenumber": row["numero"], "street": street}
                    key = f"{code}_{rank[street, code]}_{row['numero'].zfill(5)}"
                    places.append(_place("housenumber", f"{row['numero']} {street}", key, (float(row["longitude"]), float(row["latitude"])), common | own))
        for code, one in names.items():
            common = {"city": one["nom"], "citycode": code, "postcode": (one["codesPostaux"] or [""])[0], "population": one["population"]}
            places.append(_place("municipality", one["nom"], code, tuple(one["centre"]["coordinates"]), common))
        return places


def _place(kind: str, name: str, key: str, at: tuple[float, float], more: dict) -> dict:
    label = " ".join(filter(None, (name, more["postcode"], more["city"] if kind != "municipality" else "")))
    ways = {plain(" ".join(filter(None, (name, *end)))) for end in ((more["postcode"], more["city"]), (more["city"],))}
    words = sorted({word for way in (*ways, name) for word in stems(way)})
    return {"type": kind, "name": name, "label": label, "id": key, "at": at, "ways": ways, "bare": plain(name), "words": words} | more


def _score(text: str, place: dict) -> float:
    """Likeness of an address asked for and of a place, 0 to 1.

    The letters in their order, then the words that count: those asked for that the place has, and those of the place's name
    that were asked for, whichever is fewer. So « salle de la Criée » is not taken for « rue de la Criée ».
    """
    def ratio(other: str) -> float:
        matcher = difflib.SequenceMatcher(None, text, other, autojunk=False)
        return matcher.ratio() if matcher.real_quick_ratio() > _LEAST else 0.0

    if place["type"] == "municipality":
        letters = ratio(place["bare"])
    else:
        letters = max(max(map(ratio, place["ways"])), NO_COMMUNE * ratio(place["bare"]))
    if letters < _LEAST:
        return 0.0
    asked = stems(text)
    return letters * (0.25 + 0.75 * min(_share(asked, place["words"]), _share(stems(place["bare"]), asked)))


def _share(words: list[str], among: list[str]) -> float:
    """How much of the words, counted in letters, is found among others, one misspelt letter forgiven."""
    length = sum(map(len, words)) or 1
    return sum(len(word) for word in words if word in among or difflib.get_close_matches(word, among, 1, 0.8)) / length


def _feature(score: float, place: dict) -> dict:
    longitude, latitude = place["at"]
    x, y = lambert93(longitude, latitude)
    kept = ("label", "id", "type", "name", "postcode", "citycode", "city", "housenumber", "street", "population")
    properties = {key: place[key] for key in kept if key in place} | {
        "score": round(score, 6), "importance": 0.5, "x": round(x, 2), "y": round(y, 2),
        "context": "99, Île de Brumeval (inventée)", "_type": "address",
    }
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [round(longitude, 6), round(latitude, 6)]}, "properties": properties}


def _likeness(asked: str, name: str) -> float:
    wanted, known = plain(asked), plain(name)
    if wanted == known:
        return 1.0
    if f" {wanted} " in f" {known} " or known.startswith(wanted):
        return 0.8 * len(wanted) / len(known)
    # Comparing letter by letter is slow: only names of about that length that begin alike.
    if known[:2] == wanted[:2] and abs(len(known) - len(wanted)) < 4:
        likeness = difflib.SequenceMatcher(None, wanted, known).ratio()
        return likeness * 0.7 if likeness > 0.85 else 0.0
    return 0.0


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a CSV, one at a time (35,000 communes at once weigh 40 MB); none when there is no file."""
    if path.exists():
        with open(path, encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)


def _centre(geometry: dict) -> list[float]:
    """Centre of mass of the biggest ring (shoelace formula)."""
    rings = [part[0] for part in geometry["coordinates"]] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"][0]]
    best = (0.0, 0.0, 0.0)
    for ring in rings:
        terms = [(x1 * y2 - x2 * y1, x1 + x2, y1 + y2) for (x1, y1), (x2, y2) in zip(ring, ring[1:], strict=False)]
        area = sum(cross for cross, _, _ in terms)
        if abs(area) > abs(best[0]):
            best = (area, sum(cross * x for cross, x, _ in terms) / (3 * area), sum(cross * y for cross, _, y in terms) / (3 * area))
    return [round(best[1], 6), round(best[2], 6)]


def lambert93(longitude: float, latitude: float) -> tuple[float, float]:
    """Lambert-93 metres of a WGS 84 point in degrees (NTG_71, IGN: Lambert conformal conic, GRS 80, parallels 44° and 49°)."""
    e, n, c, x0, y0 = 0.0818191910428, 0.7256077650, 11_754_255.426, 700_000.0, 12_655_612.050
    sine = math.sin(math.radians(latitude))
    isometric = math.atanh(sine) - e * math.atanh(e * sine)
    radius, angle = c * math.exp(-n * isometric), n * math.radians(longitude - 3)
    return x0 + radius * math.sin(angle), y0 - radius * math.cos(angle)
