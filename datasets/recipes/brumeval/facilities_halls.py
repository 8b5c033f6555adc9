"""``eq_salles``: the technical services' workbook, made to be looked at. One sheet says the halls, the other who has the keys."""

import io
import random
from datetime import date, datetime, timedelta
from pathlib import Path

import spelling
from devices import commune_name
from facilities import Facility
from facilities_disorder import Row, told
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from workbook import steady

SHEETS = ("Salles", "Clés")
COLUMNS = ["Commune", "Salle", "Adresse", "Capacité debout", "Surface (m²)", "Chauffage", "Groupe électrogène", "Dernière visite", "Remarques"]
KEY_COLUMNS = ["Salle", "Commune", "Nombre de clés", "Qui a la clé", "Téléphone", "Double"]
HANDED = datetime(2025, 12, 15, 10, 0)
RED = "FFFF0000"

_HOLDERS = ("secrétariat de mairie", "présidente du comité des fêtes", "astreinte technique", "boulangerie d'en face", "trésorier du club de boules",
            "directrice de l'école", "agent communal")
_DOUBLES = ("mairie", "services techniques", "aucun", "coffre de la mairie", "?")
# Of these the second sheet says nothing, or something that helps nobody at three in the morning.
_NO_KEY = ("Salle de la Pêcherie", "Maison des associations du Port", "Salle des Quatre-Vents")
_LOST = {"Salle du Cap": ("ancien gardien, parti en retraite", "?"), "Foyer rural des Ajoncs": ("voir avec Gaël", "")}

EXPLAINED = {
    "couleur": "La ligne est en rouge : la salle est fermée. Aucun mot ne le dit dans cet onglet.",
    "cellule_fusionnee": "La commune est dans une cellule fusionnée : vide à la lecture, sauf sur la première ligne.",
    "date_en_lettres": "La date est écrite en toutes lettres.",
    "ligne_total": "Une ligne de total parmi les salles.",
}


def rows(known: list[Facility]) -> list[Row]:
    """The first sheet's rows, by commune, and its total."""
    chance = random.Random("brumeval halls")
    held = sorted((one for one in known if "eq_salles" in one.lists), key=lambda one: (one.commune, one.rank))
    found, before = [], ""
    for one in held:
        seen = HANDED.date() - timedelta(days=40 + int(1500 * chance.random()))
        in_words = chance.random() < 0.7
        row = Row(one, {
            "Commune": commune_name(one.commune) if one.commune != before else None, "Salle": one.name, "Adresse": one.address, "Capacité debout": one.capacity("eq_salles"),
            "Surface (m²)": one.line.surface, "Chauffage": spelling.pick(("gaz", "électrique", "fioul", "électrique"), chance) if one.line.heated else "aucun",
            "Groupe électrogène": "x" if one.line.generator else None, "Dernière visite": spelling.in_words(seen) if in_words else seen,
            "Remarques": spelling.pick(("vaisselle pour 80", "chaises à compter", "porte de secours à revoir"), chance) if chance.random() < 0.2 else None,
        })
        row.wrong += [("couleur", "")] * one.line.works + [("cellule_fusionnee", "Commune")] * (one.commune == before) + [("date_en_lettres", "Dernière visite")] * in_words
        row.cells["vrai"] = seen.isoformat()
        before = one.commune
        found.append(row)
    seats = sum(row.cells["Capacité debout"] for row in found)
    return [*found, Row(None, dict.fromkeys(COLUMNS) | {"Commune": "TOTAL", "Salle": f"{len(found)} salles", "Capacité debout": seats, "vrai": None}, [("ligne_total", "")])]


def keys(known: list[Facility]) -> list[dict]:
    """The second sheet's rows: by name, three halls short."""
    chance = random.Random("brumeval keys")
    held = sorted((one for one in known if "eq_salles" in one.lists and one.name not in _NO_KEY), key=lambda one: (one.name, one.commune))
    found = []
    for rank, one in enumerate(held):
        holder, phone = _LOST.get(one.name) or ("gardien" if one.kind == "gymnase" else spelling.pick(_HOLDERS, chance), spelling.mobile(chance, spelling.pick((" ", "."), chance)) if rank % 3 == 1 else one.phone)
        found.append(dict(zip(KEY_COLUMNS, (one.name, commune_name(one.commune), 1 + int(4 * chance.random()), holder, phone or None, spelling.pick(_DOUBLES, chance)), strict=True)))
    return found


def write(path: Path, found: list[Row], held: list[dict]) -> None:
    """Title on merged cells, header on row 3, communes merged, a total; closed halls in red, and what red means on the other sheet."""
    book = Workbook()
    page = book.active
    page.title = SHEETS[0]
    _head(page, "Salles de l'île, état au 15 décembre 2025", COLUMNS)
    for number, row in enumerate(found, 4):
        for column, name in enumerate(COLUMNS, 1):
            cell = page.cell(number, column, row.cells[name])
            if isinstance(row.cells[name], date):
                cell.number_format = "DD/MM/YYYY"
            if ("couleur", "") in row.wrong:
                cell.fill = PatternFill("solid", fgColor=RED)
    starts = [number for number, row in enumerate(found, 4) if row.cells["Commune"]]
    for start, after in zip(starts, starts[1:], strict=False):
        if after - start > 1:
            page.merge_cells(f"A{start}:A{after - 1}")
            page[f"A{start}"].alignment = Alignment(vertical="center")
    page = book.create_sheet(SHEETS[1])
    _head(page, "Qui a les clés ?", KEY_COLUMNS)
    for number, line in enumerate(held, 4):
        for column, name in enumerate(KEY_COLUMNS, 1):
            page.cell(number, column, line[name])
    page.cell(len(held) + 5, 1, "Rouge dans l'onglet Salles : fermée, ne pas prêter.")
    book.properties.creator = "Île de Brumeval (données inventées)"
    book.properties.created = HANDED
    content = io.BytesIO()
    book.save(content)
    path.write_bytes(steady(content.getvalue(), HANDED))


def _head(page, title: str, columns: list[str]) -> None:
    page.cell(1, 1, title).font = Font(bold=True, size=14)
    page.merge_cells(f"A1:{get_column_letter(len(columns))}1")
    for column, name in enumerate(columns, 1):
        page.cell(3, column, name).font = Font(bold=True)
        page.column_dimensions[get_column_letter(column)].width = 24


def truth(found: list[Row], held: list[dict]) -> dict:
    reading = {"feuilles": list(SHEETS), "lignes_avant_entete": 2, "lignes_apres_entete": 0, "lignes_cles": len(held)}
    return told(found, reading, EXPLAINED, real={"Dernière visite": [row.cells["vrai"] for row in found]}) | {
        "cles": {"mobiles": [rank for rank, line in enumerate(held) if str(line["Téléphone"]).startswith("06")], "salles_absentes": list(_NO_KEY)}}
