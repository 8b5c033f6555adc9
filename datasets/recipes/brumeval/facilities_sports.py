"""``eq_sports``: the sports service's export, from the software of another age."""

import random
from datetime import date, timedelta
from pathlib import Path

from devices import commune_name
from facilities import Facility
from facilities_disorder import Row, some, told

COLUMNS = ["Équipement", "Type", "Commune", "Adresse", "Surface", "Places", "Dernier contrôle", "Latitude", "Longitude", "Téléphone"]
TITLE = "Service Sports et associations - équipements sportifs - état au 12/03/2026"
UNITS = {"Surface": "m²", "Places": "nombre", "Dernier contrôle": "jj/mm/aaaa", "Latitude": "degrés", "Longitude": "degrés"}
HANDED = date(2026, 3, 12)

EXPLAINED = {
    "zero_perdu": "Le tableur a pris le numéro pour un nombre : son premier zéro manque.",
    "milliers_separes": "Une espace sépare les milliers : le nombre est lu comme un texte.",
    "date_impossible": "Un contrôle daté de 2062 : deux chiffres inversés.",
    "jour_mois": "Le jour et le mois sont tous deux 12 ou moins : la date se lit dans les deux sens.",
}


def rows(known: list[Facility]) -> list[Row]:
    """The export's rows, by commune."""
    chance = random.Random("brumeval sports")
    held = sorted((one for one in known if "eq_sports" in one.lists), key=lambda one: (commune_name(one.commune), one.rank))
    found = []
    for one in held:
        seen = HANDED - timedelta(days=10 + int(700 * chance.random()))
        surface = f"{one.line.surface:,}".replace(",", " ") if one.line.surface else ""
        row = Row(one, {
            "Équipement": one.name, "Type": one.kind, "Commune": commune_name(one.commune), "Adresse": one.address, "Surface": surface,
            "Places": str(one.capacity("eq_sports") or ""), "Dernier contrôle": f"{seen:%d/%m/%Y}",
            "Latitude": f"{one.latitude:.6f}".replace(".", ","), "Longitude": f"{one.longitude:.6f}".replace(".", ","),
            "Téléphone": one.phone.replace(" ", "")[1:] if chance.random() < 0.85 else "",
        })
        row.cells["vrai"] = seen.isoformat()
        if " " in surface:
            row.wrong.append(("milliers_separes", "Surface"))
        if row.cells["Téléphone"]:
            row.wrong.append(("zero_perdu", "Téléphone"))
        if seen.day <= 12 and seen.day != seen.month:
            row.wrong.append(("jour_mois", "Dernier contrôle"))
        found.append(row)
    some(found, 1, chance, lambda row: ("jour_mois", "Dernier contrôle") not in row.wrong, clean=False)[0].spoil("date_impossible", "Dernier contrôle", "17/02/2062")
    return found


def write(path: Path, found: list[Row]) -> None:
    """Latin-1, semicolons, decimal commas, CRLF, a title above the header and units under it."""
    lines = [[TITLE, *[""] * (len(COLUMNS) - 1)], COLUMNS, [UNITS.get(name, "") for name in COLUMNS]]
    lines += [[row.cells[name] for name in COLUMNS] for row in found]
    path.write_bytes("".join(";".join(line) + "\r\n" for line in lines).encode("latin-1"))


def truth(found: list[Row]) -> dict:
    reading = {"encodage": "latin-1", "separateur": ";", "decimale": ",", "milliers": " ", "fin_de_ligne": "\r\n", "lignes_avant_entete": 1, "lignes_apres_entete": 1}
    return told(found, reading, EXPLAINED, real={"Dernier contrôle": [row.cells["vrai"] for row in found]})
