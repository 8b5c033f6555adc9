"""``eq_1998``: the register of another century, typed on a Macintosh of then: Mac Roman, lines that end with CR, tabs, no header."""

import random
from pathlib import Path

import spelling
from facilities import Facility
from facilities_disorder import Row, told

COLUMNS = ["numero", "designation", "genre", "commune", "adresse", "capacite", "annee", "etat"]
"""What the eight columns are; the file does not say."""

EXPLAINED = {
    "env": "Une capacité dite à peu près : « env. ».",
    "manquant_deguise": "Un tiret pour dire qu'on ne sait pas, ou que la question ne se pose pas.",
    "disparu": "Un lieu qui n'existe plus aujourd'hui.",
    "vendu": "Un bâtiment vendu depuis.",
}
_STATES = ("bon", "moyen", "à rénover", "bon", "état d'origine")


def rows(known: list[Facility]) -> list[Row]:
    """The register's rows, by designation, as a card index stands."""
    chance = random.Random("brumeval 1998")
    held = sorted((one for one in known if "eq_1998" in one.lists), key=lambda one: (spelling.plain(one.name).lower(), one.rank))
    found = []
    for rank, one in enumerate(held):
        capacity = one.capacity("eq_1998")
        roughly = capacity is not None and chance.random() < 0.6
        row = Row(one, {
            "numero": str(rank + 1), "designation": one.name, "genre": one.kind, "commune": spelling.pick(spelling.COMMUNES[one.commune][:2], chance), "adresse": one.address,
            "capacite": "-" if capacity is None else f"env. {10 * round(capacity / 10) or 10}" if roughly else str(capacity), "annee": str(one.line.year),
            "etat": spelling.pick(_STATES, chance),
        })
        row.wrong += [("env", "capacite")] * roughly + [("manquant_deguise", "capacite")] * (capacity is None)
        row.wrong += [("disparu", "")] * bool(one.line.closed) + [("vendu", "")] * bool(one.line.sold)
        found.append(row)
    return found


def write(path: Path, found: list[Row]) -> None:
    path.write_bytes("".join("\t".join(row.cells[name] for name in COLUMNS) + "\r" for row in found).encode("mac_roman"))


def truth(found: list[Row]) -> dict:
    reading = {"encodage": "mac_roman", "separateur": "\t", "decimale": None, "fin_de_ligne": "\r", "lignes_avant_entete": 0, "entete": False, "colonnes": COLUMNS}
    return told(found, reading, EXPLAINED)
