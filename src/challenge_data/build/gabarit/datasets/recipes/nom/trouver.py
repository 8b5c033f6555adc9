"""Notebook 1: a file as its service hands it over. The truth is what the generator knew before it spoilt anything."""

import random
from pathlib import Path

from packages import messy

# À ÉCRIRE : vos données à la place de cet exemple, des boîtes à livres.
COMMUNES = ["Saint-Elme-des-Grèves", "Port-Brume", "Sainte-Colombe", "Roc-en-Mer"]


def state() -> list[dict]:
    """Two boxes in three were opened and their books counted; nobody opened the third."""
    chance = random.Random("boxes of April")
    return [{"numero": f"BL-{rank:02}", "commune": COMMUNES[rank % len(COMMUNES)], "livres": chance.randint(4, 30) if rank % 3 else None}
            for rank in range(24)]


def write(folder: Path) -> tuple[list[dict], dict]:
    """Write the notebook's files; returns their resources, and the truth."""
    boxes = state()
    truth = {f"brut_{column}": {box["numero"]: box[column] for box in boxes} for column in ("commune", "livres")}
    # Disorder, from here on: semicolons, latin-1, a total among the rows.
    lines = ["numero;commune;livres", *(";".join("" if value is None else str(value) for value in box.values()) for box in boxes),
             f"TOTAL;;{sum(box['livres'] or 0 for box in boxes)}"]
    (folder / "brut.csv").write_bytes("\n".join([*lines, ""]).encode("latin-1"))
    return [messy("@id@_brut", "brut.csv", title="Boîtes à livres, export d'avril",
                  description="Le fichier tel que le service Lecture publique l'a remis. Tout y est inventé.")], truth
