"""``eq_pleinair``: outdoor places surveyed on foot. The shape of the file is right; some of its points are not."""

import json
import random
from datetime import date, timedelta
from pathlib import Path

import spelling
from devices import commune_name
from facilities import Facility
from facilities_disorder import Row, some, told

SWAPPED, METRES = 5, 3
_GROUNDS = {
    "aire de jeux": ("sable", "copeaux", "sol souple"), "jardin public": ("herbe", "stabilisé"), "boulodrome": ("stabilisé",), "skatepark": ("béton",),
    "terrain de football": ("herbe", "synthétique"), "terrain multisports": ("enrobé",), "court de tennis": ("béton poreux", "enrobé"), "cale": ("béton", "granit"),
    "cimetière": ("stabilisé",),
}
TABLETS = ("tablette A", "tablette B", "plan au 1/500")

EXPLAINED = {
    "axes_inverses": "La latitude avant la longitude, à l'inverse de ce que veut le format. Tous ces points viennent de la même tablette.",
    "metres": "Des mètres (Lambert-93) là où le format attend des degrés. Tous ces points ont été pris sur plan.",
}


def rows(known: list[Facility]) -> list[Row]:
    """The features, as rows: properties, and the point written."""
    chance = random.Random("brumeval outdoors")
    found = []
    for rank, one in enumerate(one for one in known if "eq_pleinair" in one.lists):
        ground = spelling.pick(_GROUNDS[one.kind], chance) if one.kind in _GROUNDS else None
        found.append(Row(one, {
            "ref": f"PA-{rank + 1:03d}", "nom": one.name, "type": one.kind, "commune": commune_name(one.commune), "surface_m2": one.line.surface, "sol": ground,
            "eclairage": chance.random() < 0.4 if chance.random() < 0.85 else None, "releve_le": (date(2026, 5, 4) + timedelta(days=int(90 * chance.random()))).isoformat(),
            "releve_avec": TABLETS[0], "point": [one.longitude, one.latitude],
        }))
    for row in some(found, SWAPPED, chance):
        row.cells["releve_avec"] = TABLETS[1]
        row.wrong.append(("axes_inverses", ""))
        row.cells["point"] = row.cells["point"][::-1]
    for row in some(found, METRES, chance):
        row.cells["releve_avec"] = TABLETS[2]
        row.wrong.append(("metres", ""))
        row.cells["point"] = [round(row.facility.x, 2), round(row.facility.y, 2)]
    return found


def write(path: Path, found: list[Row]) -> None:
    features = [{"type": "Feature", "properties": {key: value for key, value in row.cells.items() if key != "point"},
                 "geometry": {"type": "Point", "coordinates": row.cells["point"]}} for row in found]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    path.write_text(f'{{"type": "FeatureCollection", "name": "lieux de plein air", "features": [\n{lines}\n]}}\n', encoding="utf-8")


def truth(found: list[Row]) -> dict:
    return told(found, {"encodage": "utf-8", "projection": "EPSG:4326"}, EXPLAINED)
