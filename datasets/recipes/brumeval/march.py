"""The delivery of March: three files as their services keep them, and an extract that somebody has already put in DAE columns.

Each function takes the true devices, makes the records a service holds, and only then adds its disorder. What
the hidden tests compare with is taken from the records.
"""

import json
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import spelling
from devices import DATES, DISP_H, ETAT_FONCT, MARCH, Device, commune_name, moved
from geography import Island, to_lambert, to_wgs84
from packages import write_csv
from shapely.geometry import Point
from workbook import GREEN, YELLOW, write_workbook

SHEET_COLUMNS = ["Secteur", "Commune", "Nom du site", "Adresse", "Horraires d'ouverture", "Dernière maintenance", "N° de série", "Contact", "Observations"]
_SECTORS = (("Centre", ("99902", "99906")), ("Est", ("99901", "99904")), ("Nord", ("99903", "99905")), ("Sud-Ouest", ("99907", "99908")))
# Invented people: their numbers are those that the regulator keeps for fiction.
_AGENTS = (("Mme Vautier", " "), ("M. Kerlann", "."), ("Mme Obadia", " "), ("M. Tassin", "."), ("Mme Riou-Belle", " "))
_PSEUDONYMS = ("goeland_masque", "Lili85bis", "marin.d.eau.douce", "tonton_lulu", "sterne_62", "Capitaine_H", "noroit", "anémone")
UNIT_ROW = {"latitude": "degrés", "longitude": "degrés", "date_visite": "jj/mm/aaaa"}
MISSING = "n/d"

DAE_REQUIRED = ["nom", "lat_coor1", "long_coor1", "acc", "acc_lib", "disp_j", "disp_h", "tel1", "etat_fonct", "fab_rais",
                "modele", "num_serie", "dermnt", "expt_siren", "expt_rais", "expt_tel1", "expt_email"]
"""The 17 required fields of the national DAE schema (atlasante/schema-dae 1.0.7), in its order."""

NEVER_FILLED = ["acc_lib", "disp_j", "fab_rais", "expt_siren", "expt_email"]


@dataclass(frozen=True)
class SheetRow:
    """What a town hall knows of a device."""

    device: Device
    hours: str
    contact: str
    note: str
    checked: date | str


def known_by(devices: list[Device], share: float, who: str) -> list[Device]:
    """The devices a source knows: each by its own chance, whatever the others."""
    return [one for one in devices if random.Random(f"{who} knows {one.rank}").random() < share]


# ---------------------------------------------------------------- town halls: a workbook

def town_halls(devices: list[Device]) -> list[SheetRow]:
    """The records of the town halls, sector by sector."""
    chance = random.Random("brumeval march town halls")
    rank_of = {code: rank for rank, (_, codes) in enumerate(_SECTORS) for code in codes}
    known = sorted(known_by(devices, 0.72, "march town halls"), key=lambda one: (rank_of[one.commune], one.commune, one.rank))
    agents_at = {3 + 9 * rank: agent for rank, agent in enumerate(_AGENTS)}
    rows = []
    for rank, device in enumerate(known):
        contact = f"Accueil {spelling.landline(chance)}"
        if rank in (1, 6, 14):
            # Switchboards whose digits look like a mobile's to a search too short.
            contact = f"Accueil 01 99 00 {('06 12', '39 98', '98 06')[(1, 6, 14).index(rank)]}"
        note = ""
        if agent := agents_at.get(rank):
            name, separator = agent
            contact = f"{name} {spelling.mobile(chance, separator)}"
        if rank == 20:
            note = f"clé chez M. Sorel, {spelling.mobile(chance, '.')}"
        elif rank % 11 == 5:
            note = spelling.pick(("électrodes à changer", "signalétique à refaire", "coffret sous alarme"), chance)
        checked = "14/05/2206" if rank == 9 else device.checked
        rows.append(SheetRow(device, spelling.pick(spelling.HOURS[device.hours], chance), contact, note, checked))
    return rows


def write_town_halls(path: Path, rows: list[SheetRow]) -> None:
    """The workbook: a title, a blank row, the header on row 3, merged sectors, totals among the rows, colour as data."""
    chance = random.Random("brumeval march workbook")
    lines: list[list] = [["Inventaire des défibrillateurs de l'île, communes, mars 2026"], [], SHEET_COLUMNS]
    merges, fills, start = ["A1:I1"], {}, 4
    for sector, codes in _SECTORS:
        own = [row for row in rows if row.device.commune in codes]
        for rank, row in enumerate(own):
            device = row.device
            number = start + rank
            if device.state == "H":
                fills[number] = YELLOW
            elif device.rank % 7 == 4:
                fills[number] = GREEN
            written = row.checked if isinstance(row.checked, str) else _in_some_format(row.checked, chance)
            lines.append([sector if rank == 0 else None, spelling.commune(device.commune, chance), device.name, device.address,
                          row.hours or None, written, device.serial, row.contact, row.note or None])
        if len(own) > 1:
            merges.append(f"A{start}:A{start + len(own) - 1}")
        lines.append([f"Sous-total {sector}", None, len(own)])
        start += len(own) + 1
    lines += [["TOTAL ÎLE", None, len(rows)], ["Lignes jaunes : appareil en panne. Lignes vertes : acheté cette année."]]
    write_workbook(path, "DAE 2026", lines, merges=merges, fills=fills, bold=(1, 3), stamp=datetime(2026, 3, 20, 9, 0))


def _in_some_format(day: date, chance: random.Random):
    """A real date, a date as text, or a date in words."""
    return (day, f"{day:%d/%m/%Y}", spelling.in_words(day))[int(chance.random() * 3)]


# ---------------------------------------------------------------- fire brigade: a CSV of another age

def brigade(devices: list[Device]) -> list[dict]:
    """The records of the fire brigade: degrees as numbers, None where it has none."""
    chance = random.Random("brumeval march brigade")
    rows = []
    for device in known_by(devices, 0.66, "march brigade"):
        longitude, latitude = to_wgs84(*moved(device.x, device.y, 12, chance), digits=5)
        located = chance.random() > 0.08
        rows.append({
            "numero": f"{len(rows) + 1:03d}", "nom_site": device.name, "commune": commune_name(device.commune),
            "latitude": latitude if located else None, "longitude": longitude if located else None,
            "date_visite": device.seen, "acces": "Extérieur" if device.place.outside else "Intérieur",
            "etat": ETAT_FONCT[device.state] if device.state != "I" else None,
        })
    return rows


def write_brigade(path: Path, rows: list[dict]) -> None:
    """Latin-1, semicolons, decimal commas, CRLF, a row of units, « n/d », and the two axes swapped."""
    columns = list(rows[0])
    lines = [columns, [UNIT_ROW.get(name, "") for name in columns]]
    lines += [[_brigade_cell(row, name) for name in columns] for row in rows]
    path.write_bytes("".join(";".join(line) + "\r\n" for line in lines).encode("latin-1"))


def _brigade_cell(row: dict, name: str) -> str:
    value = row[{"latitude": "longitude", "longitude": "latitude"}.get(name, name)]
    if value is None:
        return MISSING
    if isinstance(value, float):
        return f"{value:.5f}".replace(".", ",")
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


# ---------------------------------------------------------------- citizens: a GeoJSON

def citizens(devices: list[Device], island: Island) -> list[dict]:
    """The records of the citizens' map: where each point really is, and the coordinates it was given."""
    chance = random.Random("brumeval march citizens")
    known = known_by(devices, 0.55, "march citizens")
    # The islet's own, always: who keeps the big island only loses it. And some, seen by two people.
    islet = [one for one in devices if one.place.quarter == "9990503"]
    known = [one for one in known if one not in islet] + islet + known[3:40:12]
    rows = []
    for device in known:
        digits = 3 if chance.random() < 0.25 else 6
        longitude, latitude = to_wgs84(*moved(device.x, device.y, 10, chance), digits=digits)
        night = {"P": "oui", "N": "oui", "J": "non", "X": "je ne sais pas"}[device.hours]
        rows.append({
            "id": f"c{1001 + len(rows)}", "nom": spelling.by_a_neighbour(device.name, chance),
            "acces_nuit": night if chance.random() > 0.2 else "je ne sais pas", "pseudo": spelling.pick(_PSEUDONYMS, chance),
            "vu_le": device.seen.isoformat(), "point": (longitude, latitude), "outside": False,
        })
    for rank, mistake in ((5, lambda p: (0.0, 0.0)), (11, lambda p: (p[1], p[0])), (17, lambda p: (-p[0], p[1])), (23, lambda p: (p[0], round(p[1] + 0.1, 6)))):
        rows[rank] |= {"point": mistake(rows[rank]["point"]), "outside": True}
    return rows


def write_citizens(path: Path, rows: list[dict]) -> None:
    features = [{
        "type": "Feature", "properties": {key: row[key] for key in ("id", "nom", "acces_nuit", "pseudo", "vu_le")},
        "geometry": {"type": "Point", "coordinates": list(row["point"])},
    } for row in rows]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    path.write_text(f'{{"type": "FeatureCollection", "name": "carte citoyenne des défibrillateurs", "features": [\n{lines}\n]}}\n', encoding="utf-8")


# ---------------------------------------------------------------- the extract in DAE columns

def extract(devices: list[Device]) -> list[dict]:
    """Twelve records of each source in DAE columns; None is what nobody knows."""
    chance = random.Random("brumeval march extract")
    rows = []
    for source, filled in _FILLED.items():
        for device in known_by(devices, 0.5, f"extract {source}")[::2][:12]:
            seen = device.seen - timedelta(days=int(_DELAYS[source] * chance.random()))
            row = {"source": source, "vu_le": seen.isoformat()}
            row |= {name: value if chance.random() < filled.get(name, 0) else None for name, value in _dae_values(device, chance).items()}
            if row["lat_coor1"] is None:
                row["long_coor1"] = None  # half a position is none
            rows.append(row)
    return rows


# How long a source may take to write down a visit, in days.
_DELAYS = {"mairies": 150, "pompiers": 60, "citoyens": 6}
_FILLED = {
    "mairies": {"nom": 1, "acc": 0.5, "disp_h": 0.8, "tel1": 0.9, "modele": 0.7, "num_serie": 0.95, "dermnt": 0.8, "expt_rais": 1, "expt_tel1": 0.6},
    "pompiers": {"nom": 1, "lat_coor1": 0.8, "long_coor1": 1, "acc": 1, "etat_fonct": 0.9},
    "citoyens": {"nom": 0.9, "lat_coor1": 1, "long_coor1": 1, "acc": 0.6, "disp_h": 0.5},
}


def write_extract(path: Path, rows: list[dict]) -> None:
    """What is not known is written in as many ways as there are people: empty, « n/d », « - »; one year is impossible."""
    chance = random.Random("brumeval march extract disorder")
    written = []
    for rank, row in enumerate(rows):
        line = {name: spelling.pick((None, MISSING, "-"), chance) if value is None else value for name, value in row.items()}
        if rank in (4, 8):  # two visits of the town halls, « 2206 » for « 2026 »
            line["vu_le"] = f"2206{row['vu_le'][4:]}"
        written.append(line)
    write_csv(path, ["source", "vu_le", *DAE_REQUIRED], written)


def _dae_values(device: Device, chance: random.Random) -> dict:
    values = dict.fromkeys(DAE_REQUIRED)
    return values | {
        "nom": device.name, "lat_coor1": device.latitude, "long_coor1": device.longitude,
        "acc": "Extérieur" if device.place.outside else "Intérieur", "disp_h": DISP_H[device.hours] if device.hours != "X" else None, "tel1": spelling.landline(chance),
        "etat_fonct": ETAT_FONCT[device.state] if device.state != "I" else None, "modele": device.model, "num_serie": device.serial, "dermnt": device.checked.isoformat(),
        "expt_rais": f"Commune de {commune_name(device.commune)}", "expt_tel1": spelling.landline(chance),
    }


# ---------------------------------------------------------------- what the tests compare with

def truth(sheet: list[SheetRow], brigade_rows: list[dict], citizen_rows: list[dict], extract_rows: list[dict], island: Island) -> dict:
    """Taken from the records, never from the files."""
    for row in citizen_rows:
        assert island.coast.contains(Point(to_lambert(*row["point"]))) != row["outside"], row
    sources = sorted({row["source"] for row in extract_rows})
    share = {source: {name: 100 * sum(row[name] is not None for row in extract_rows if row["source"] == source) / 12 for name in DAE_REQUIRED}
             for source in sources}
    absent = [name for name in DAE_REQUIRED if not any(share[source][name] for source in sources)]
    assert absent == NEVER_FILLED, absent
    latest = {}
    for rank, row in enumerate(extract_rows):
        if rank not in (4, 8):
            latest[row["source"]] = max(latest.get(row["source"], ""), row["vu_le"])
    return {
        "mars_pompiers_latitude": {row["numero"]: row["longitude"] for row in brigade_rows},
        "mars_pompiers_nom": {row["numero"]: row["nom_site"] for row in brigade_rows},
        "mars_sites": [row.device.name for row in sheet],
        "mars_en_panne": [row.device.name for row in sheet if row.device.state == "H"],
        "mars_achetes": [row.device.name for row in sheet if row.device.state != "H" and row.device.rank % 7 == 4],
        "mars_dehors": [row["id"] for row in citizen_rows if row["outside"]],
        "mars_citoyens": [row["id"] for row in citizen_rows],
        "mars_ilot": [row["id"] for row in citizen_rows if row["nom"].startswith("phare l'îlot") and not row["outside"]],
        "mars_portables": [row.contact for row in sheet if "06" in row.contact and not row.contact.startswith("Accueil")]
                          + [row.note for row in sheet if "clé chez" in row.note],
        "mars_taux": share,
        "mars_absents": absent,
        "mars_fraicheur": latest,
    }


def records(devices: list[Device], island: Island) -> tuple:
    """The four sets of records of March."""
    return town_halls(devices), brigade(devices), citizens(devices, island), extract(devices)


def write(folder: Path, sheet, brigade_rows, citizen_rows, extract_rows) -> None:
    write_town_halls(folder / "dae_mairies.xlsx", sheet)
    write_brigade(folder / "dae_pompiers.csv", brigade_rows)
    write_citizens(folder / "dae_citoyens.geojson", citizen_rows)
    write_extract(folder / "dae_extrait.csv", extract_rows)


assert DATES[MARCH] == date(2026, 3, 20)  # the workbook's title and stamp say so
