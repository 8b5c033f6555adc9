"""``eq_mairies``: eight answers pasted one under the other, each town hall with its habits."""

import csv
import io
import random
from datetime import date, timedelta
from pathlib import Path

import spelling
from devices import commune_name
from facilities import HALLS, POSTCODES, Facility
from facilities_disorder import Row, some, told

COLUMNS = ["commune", "siret", "nom", "type", "adresse", "code_postal", "capacite", "chauffage", "date_visite", "horaires", "contact", "observations"]
ASKED = date(2026, 6, 30)
MISSING = {"99901": "NR", "99902": "-", "99903": "néant", "99904": "NR", "99905": "?", "99906": "", "99907": "-", "99908": "?"}
"""What each town hall writes when it does not know."""
_DATES = {"99901": "iso", "99902": "slash", "99903": "words", "99904": "slash", "99905": "slash", "99906": "words", "99907": "iso", "99908": "words"}
_SIRETS = {"99902": "blanks", "99905": "blanks", "99904": "scientific", "99907": "scientific"}
_HOURS = {"booked": "sur réservation", "always": "libre", "day": "en journée", "summer": "été seulement", "school": "temps scolaire", "office": "8h30-12h, 13h30-17h",
          "sport": "8h-22h", "museum": "14h-18h sauf lundi et mardi", "library": "voir la médiathèque", "pool": "voir affichage", "evening": "16h30-20h30",
          "market": "mardi, jeudi, samedi", "dump": "sauf dimanche"}
_WAYS_IN = ("entrée par la cour", "portail bleu", "derrière la mairie", "bâtiment du fond", "sonner au 2")
_NOTES = ("peinture refaite en 2024\nchauffage à revoir", "fuite au toit\ndevis demandé", "prêtée au club\nle mardi soir", "clé à la mairie\nou chez le gardien")

EXPLAINED = {
    "siret_scientifique": "Le tableur a pris le SIRET pour un grand nombre : ses derniers chiffres sont perdus.",
    "siret_espaces": "Le SIRET est coupé par des espaces.",
    "manquant_deguise": "Une réponse qui veut dire « je ne sais pas ».",
    "retour_ligne": "Une fin de ligne à l'intérieur d'une cellule.",
    "date_barres": "Une date JJ/MM/AAAA.",
    "date_ambigue": "Une date JJ/MM/AAAA dont le jour et le mois peuvent s'échanger sans erreur visible.",
    "date_lettres": "Une date en toutes lettres.",
}


def rows(known: list[Facility]) -> list[Row]:
    """The rows of the eight answers, commune by commune."""
    chance = random.Random("brumeval town halls")
    held = sorted((one for one in known if "eq_mairies" in one.lists), key=lambda one: (one.commune, one.rank))
    found = [_row(one, chance) for one in held]
    for row in some(found, 9, chance, lambda row: row.facility.number is not None, clean=False):
        row.spoil("retour_ligne", "adresse", f"{row.cells['adresse']}\n({spelling.pick(_WAYS_IN, chance)})")
    for row in some(found, 6, chance, lambda row: not row.cells["observations"], clean=False):
        row.spoil("retour_ligne", "observations", spelling.pick(_NOTES, chance))
    return found


def write(path: Path, found: list[Row]) -> None:
    """UTF-8 with a byte order mark, commas, every cell between quotes, CRLF between rows and LF inside cells, as spreadsheets do."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, quoting=csv.QUOTE_ALL, lineterminator="\r\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(row.cells for row in found)
    path.write_bytes(text.getvalue().encode("utf-8-sig"))


def truth(found: list[Row]) -> dict:
    reading = {"encodage": "utf-8-sig", "separateur": ",", "decimale": None, "fin_de_ligne": "\r\n", "lignes_avant_entete": 0, "lignes_apres_entete": 0}
    return told(found, reading, EXPLAINED, real={"date_visite": [row.cells["vrai_date"] for row in found], "siret": [row.facility.siret for row in found]})


def _row(one: Facility, chance: random.Random) -> Row:
    missing, seen = MISSING[one.commune], ASKED - timedelta(days=15 + int(500 * chance.random()))
    capacity, known_day = one.capacity("eq_mairies"), chance.random() < 0.85
    row = Row(one, {
        "commune": commune_name(one.commune), "siret": one.siret, "nom": one.name, "type": one.kind, "adresse": one.address, "code_postal": POSTCODES[one.commune],
        "capacite": "" if capacity is None else str(capacity), "chauffage": ("oui" if one.line.heated else "non") if one.kind in HALLS else "", "date_visite": "",
        "horaires": _HOURS[one.line.hours], "contact": one.phone, "observations": "fiche papier" if one.commune == "99906" else "", "vrai_date": seen.isoformat() if known_day else None,
    })
    if style := _SIRETS.get(one.commune):
        row.spoil(*(("siret_scientifique", "siret", f"{int(one.siret) / 10**13:.5f}".replace(".", ",") + "E+13") if style == "scientific"
                    else ("siret_espaces", "siret", f"{one.siret[:3]} {one.siret[3:6]} {one.siret[6:9]} {one.siret[9:]}")))
    if known_day:
        _date(row, seen)
    elif missing:
        row.spoil("manquant_deguise", "date_visite", missing)
    for column, share in (("capacite", 0.2), ("horaires", 0.25), ("contact", 0.25)):
        if row.cells[column] and chance.random() < share:
            row.cells[column] = missing
            if missing:
                row.wrong.append(("manquant_deguise", column))
    return row


def _date(row: Row, seen: date) -> None:
    style = _DATES[row.facility.commune]
    if style == "iso":
        row.cells["date_visite"] = seen.isoformat()
    elif style == "slash":
        row.spoil("date_ambigue" if seen.day <= 12 and seen.day != seen.month else "date_barres", "date_visite", f"{seen:%d/%m/%Y}")
    else:
        row.spoil("date_lettres", "date_visite", spelling.in_words(seen))
