"""Notebook 2: visits, several to a box, with names written as each agent says them."""

import random
from pathlib import Path

from packages import field, table, write_csv

# À ÉCRIRE : vos données à la place de cet exemple.
COMMUNES = ["Port-Brume", "Sainte-Colombe", "Pointe-Grise"]
WRITTEN = {"Sainte-Colombe": ["Sainte-Colombe", "Ste-Colombe", "Ste-Colombe "], "Pointe-Grise": ["Pointe-Grise", " Pointe-Grise"]}
FIELDS = [
    field("visite", "string", "Visite", "Numéro de la visite.", required=True, unique=True),
    field("numero", "string", "Numéro", "Numéro de la boîte à livres.", required=True),
    field("commune", "string", "Commune", "Nom de la commune, écrit par l'agent.", required=True),
    field("vu_le", "date", "Vue le", "Jour de la visite.", required=True),
    field("livres", "integer", "Livres", "Livres comptés ce jour-là.", required=True, minimum=0),
]


def state() -> list[dict]:
    """Twenty boxes; one in two was visited twice, in no order of dates."""
    chance = random.Random("boxes of May")
    visits = []
    for rank in range(20):
        for day in chance.sample(range(10, 31), 1 + rank % 2):
            visits.append({"numero": f"BL-{rank:02}", "commune": COMMUNES[rank % len(COMMUNES)], "vu_le": f"2026-05-{day}", "livres": chance.randint(4, 30)})
    chance.shuffle(visits)
    return [{"visite": f"V{rank:02}"} | visit for rank, visit in enumerate(visits, 1)]


def write(folder: Path) -> tuple[list[dict], dict]:
    """Write the notebook's files; returns their resources, and the truth."""
    visits = state()
    truth = {"recu_commune": {visit["visite"]: visit["commune"] for visit in visits},
             "recu_derniere": {visit["numero"]: visit["visite"] for visit in sorted(visits, key=lambda visit: visit["vu_le"])}}
    # Disorder, from here on: a name is written in several ways.
    for rank, visit in enumerate(visits):
        written = WRITTEN.get(visit["commune"], [visit["commune"]])
        visit["commune"] = written[rank % len(written)]
    write_csv(folder / "recu.csv", FIELDS, visits)
    return [table("@id@_recu", "recu.csv", title="Boîtes à livres, visites de mai", key="visite", fields=FIELDS,
                  description="Une visite par ligne. Une boîte peut avoir été vue deux fois. Tout y est inventé.")], truth
