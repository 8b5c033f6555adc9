"""``eq_culture``: the library's catalogue. Well kept, but a tree rather than a table: that is all there is to learn in it."""

import random
from datetime import date, timedelta
from pathlib import Path

from devices import commune_name
from facilities import HOURS, POSTCODES, Facility
from packages import write_json

MADE = date(2026, 9, 1)
_DAYS = {"Mo": "lundi", "Tu": "mardi", "We": "mercredi", "Th": "jeudi", "Fr": "vendredi", "Sa": "samedi", "Su": "dimanche"}
_SERVICES = {
    "médiathèque": ("prêt de livres", "prêt de jeux", "postes informatiques", "salle de travail"), "bibliothèque": ("prêt de livres", "heure du conte", "postes informatiques"),
    "musée": ("visite guidée", "atelier"), "maison de la nature": ("visite guidée", "sortie sur le terrain"), "théâtre de poche": ("spectacle", "résidence d'artistes"),
    "école de musique": ("cours", "prêt d'instruments"), "chapelle": ("exposition",),
}


def catalogue(known: list[Facility]) -> dict:
    """The whole document."""
    return {
        "titre": "Lieux de culture de l'île de Brumeval", "etabli_le": MADE.isoformat(), "tenu_par": "médiathèque des Embruns",
        "lieux": [_place(rank, one) for rank, one in enumerate(one for one in known if "eq_culture" in one.lists)],
    }


def write(path: Path, document: dict) -> None:
    write_json(path, document)


def truth(document: dict, known: list[Facility]) -> dict:
    held = [one for one in known if "eq_culture" in one.lists]
    hours = [place["horaires"] for place in document["lieux"]]
    return {
        "lecture": {"encodage": "utf-8", "chemin": "lieux", "lignes": len(held), "lignes_horaires": sum(map(len, hours)), "lignes_services": sum(len(place["services"]) for place in document["lieux"])},
        "equipements": [one.id for one in held],
        "desordres": [{"desordre": "liste_vide", "colonne": "horaires", "lignes": [rank for rank, slots in enumerate(hours) if not slots],
                       "explication": "Aucun horaire : le lieu disparaît du tableau des horaires."}],
    }


def _place(rank: int, one: Facility) -> dict:
    chance = random.Random(f"brumeval culture {one.rank}")
    offered = [service for service in _SERVICES[one.kind] if chance.random() < 0.75] or [_SERVICES[one.kind][0]]
    return {
        "id": f"C{rank + 1:02d}", "nom": one.name, "type": one.kind,
        "adresse": {"numero": one.number, "voie": one.street, "code_postal": POSTCODES[one.commune], "commune": commune_name(one.commune), "code_commune": one.commune},
        "position": {"latitude": one.latitude, "longitude": one.longitude},
        "capacite": one.capacity("eq_culture"), "annee_ouverture": one.line.year, "accessible_pmr": one.line.wheelchairs, "telephone": one.phone,
        "horaires": slots(HOURS[one.line.hours]), "services": offered, "mis_a_jour": (MADE - timedelta(days=1 + int(60 * chance.random()))).isoformat(),
    }


def slots(hours: str) -> list[dict]:
    """One item a day and a slot, from OpenStreetMap's notation; none when the hours are not of the week."""
    found, names = [], list(_DAYS)
    for part in hours.split("; "):
        days, _, times = part.partition(" ")
        if days[:2] not in _DAYS:
            return []
        for span in days.split(","):
            first, _, last = span.partition("-")
            for day in names[names.index(first): names.index(last or first) + 1]:
                found += [{"jour": _DAYS[day], "ouvre": time[:5], "ferme": time[6:]} for time in times.split(",")]
    return found
