"""Notebook 3: a clean table, to count by commune and to show."""

import random
from pathlib import Path

from packages import field, table, write_csv

# À ÉCRIRE : vos données à la place de cet exemple.
# Inhabitants of the island's communes, as in ile_population.
INHABITANTS = {"99901": 8940, "99902": 4120, "99903": 2610, "99904": 2280, "99905": 1690, "99906": 1510, "99907": 1870, "99908": 980}
WITHOUT = {"99906", "99908"}
"""Communes that have no box: nothing is a figure too."""
FIELDS = [
    field("numero", "string", "Numéro", "Numéro de la boîte à livres.", required=True, unique=True),
    field("code_commune", "string", "Code commune", "Code de la commune.", required=True, enum=list(INHABITANTS)),
    field("livres", "integer", "Livres", "Livres comptés en juin.", required=True, minimum=0),
]


def state() -> list[dict]:
    """Twenty-four boxes in six of the eight communes."""
    chance = random.Random("boxes of June")
    places = [code for code in INHABITANTS if code not in WITHOUT]
    return [{"numero": f"BL-{rank:02}", "code_commune": places[rank % len(places)], "livres": chance.randint(4, 30)} for rank in range(24)]


def write(folder: Path) -> tuple[list[dict], dict]:
    """Write the notebook's files; returns their resources, and the truth."""
    boxes = state()
    books = {code: sum(box["livres"] for box in boxes if box["code_commune"] == code) for code in INHABITANTS}
    truth = {"propre_pour_mille": {code: 1000 * books[code] / people for code, people in INHABITANTS.items()}}
    write_csv(folder / "propre.csv", FIELDS, boxes)
    return [table("@id@_propre", "propre.csv", title="Boîtes à livres, relevé de juin", key="numero", fields=FIELDS,
                  description="Une boîte par ligne. Tout y est inventé.")], truth
