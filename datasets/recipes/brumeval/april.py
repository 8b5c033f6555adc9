"""The delivery of April: the services have answered. East of the island, three tables to put right; west, one table already stacked.

Two halves, so that what is given for one question is never the answer of another: in the east one puts axes, communes and hours right; in the
west one finds the same place twice. The boats' table stands apart.
"""

import math
import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import spelling
from devices import APRIL, DATES, DISP_H, ETAT_FONCT, Device, moved
from geography import Island, to_lambert, to_wgs84
from march import known_by
from packages import write_csv

EAST = ("99901", "99902", "99903", "99904")
SAME_PLACE = {"metres": 50, "likeness": 60}
"""The rule that the notebook states: two rows closer than that, whose names look alike at least that much, are one place."""

_SHARES = {"mairies": 0.75, "pompiers": 0.7, "citoyens": 0.6}
_WEST_SHARES = {"mairies": 0.9, "pompiers": 0.8, "citoyens": 0.75}
_STEP_ASIDE = 7
"""Metres at most between a device and where a source puts it: neighbours 30 m apart then stay within the 50 m rule."""
_INITIALS = {"mairies": "M", "pompiers": "P", "citoyens": "C"}
_AGENTS = ("Mme Vautier", "M. Tassin", "Mme Riou-Belle", "M. Abgrall", "Mme Obadia")


@dataclass(frozen=True)
class Row:
    """What a source says of a device in April."""

    name: str
    """The row's own: M-001, P-001, C-001."""
    source: str
    device: Device
    label: str
    longitude: float
    latitude: float
    state: str
    seen: date
    hours: str
    contact: str = ""
    note: str = ""


def rows(devices: list[Device], before: list[Device], west: bool) -> list[Row]:
    """The records of the three sources in half of the island.

    Args:
        devices, before: the true devices in April and in March; an older visit tells the state of March.
    """
    half = [one for one in devices if (one.commune not in EAST) == west]
    earlier = {one.rank: one.state for one in before}
    side = "west" if west else "east"
    found: list[Row] = []
    turn: Counter[str] = Counter()
    for source, share in (_WEST_SHARES if west else _SHARES).items():
        for number, device in enumerate(known_by(half, share, f"april {side} {source}"), 1):
            chance = random.Random(f"brumeval april {source} {device.rank}")
            longitude, latitude = _position(device, source, chance)
            label = {"mairies": device.name, "pompiers": spelling.by_the_brigade(device.name), "citoyens": spelling.by_a_neighbour(device.name, chance)}[source]
            turn[device.hours] += 1
            hours = spelling.HOURS[device.hours][turn[device.hours] % len(spelling.HOURS[device.hours])]
            found.append(Row(
                f"{_INITIALS[source]}-{number:03d}", source, device, label, longitude, latitude, device.state,
                DATES[APRIL] - timedelta(days=2 + int(chance.random() * 300)), hours,
                contact=f"Accueil {spelling.landline(chance)}" if source == "mairies" else "",
            ))
    found = _one_day_each(found)
    last = {row.device.rank: row.seen for row in sorted(found, key=lambda row: row.seen)}
    return [row if row.seen == last[row.device.rank] else replace(row, state=earlier.get(row.device.rank, row.state)) for row in found]


def _position(device: Device, source: str, chance: random.Random) -> tuple[float, float]:
    """Within a few metres of the device, or rounded to three decimals when that keeps it within 30 m: the 50 m rule then always finds it."""
    exact = to_wgs84(*moved(device.x, device.y, _STEP_ASIDE, chance), digits=5)
    rounded = to_wgs84(device.x, device.y, digits=3)
    near = math.dist(to_lambert(*rounded), (device.x, device.y)) < 30
    return rounded if source == "citoyens" and near else exact


def _one_day_each(found: list[Row]) -> list[Row]:
    """No two sources saw the same device the same day: the freshest one is never a draw."""
    days: set[tuple[int, date]] = set()
    moved_rows = []
    for row in found:
        while (row.device.rank, row.seen) in days:
            row = replace(row, seen=row.seen - timedelta(days=1))
        days.add((row.device.rank, row.seen))
        moved_rows.append(row)
    return moved_rows


# ---------------------------------------------------------------- east: three tables, each with its own disorder

def write_east(folder: Path, found: list[Row]) -> None:
    swapped, turn = swapped_rows(found), Counter()
    halls, brigade, citizens = ([row for row in found if row.source == source] for source in _SHARES)
    written = {}
    for row in halls:  # each way of writing a commune in turn, so that none is missing
        turn[row.device.commune] += 1
        written[row.name] = spelling.COMMUNES[row.device.commune][turn[row.device.commune] % 4]
    write_csv(folder / "dae_est_mairies.csv", ["id", "nom", "commune", "latitude", "longitude", "horaires", "vu_le"], [
        {"id": row.name, "nom": row.label, "commune": written[row.name], "latitude": row.latitude,
         "longitude": row.longitude, "horaires": row.hours or None, "vu_le": row.seen.isoformat()} for row in halls])
    write_csv(folder / "dae_est_pompiers.csv", ["numero", "nom_site", "latitude", "longitude", "etat", "date_visite"], [
        {"numero": row.name, "nom_site": row.label, "latitude": row.longitude if row.name in swapped else row.latitude,
         "longitude": row.latitude if row.name in swapped else row.longitude, "etat": ETAT_FONCT[row.state],
         "date_visite": row.seen.isoformat()} for row in brigade])
    points = [{"ref": row.name, "lieu": row.label, "lat": row.latitude, "lon": row.longitude, "vu_le": row.seen.isoformat()} for row in citizens]
    for rank, name in enumerate(astray(found)):
        one = next(point for point in points if point["ref"] == name)
        one |= {"lat": round(one["lat"] - 0.2, 6)} if rank else {"lat": 0.0, "lon": 0.0}
    write_csv(folder / "dae_est_citoyens.csv", ["ref", "lieu", "lat", "lon", "vu_le"], points)
    write_csv(folder / "dae_est_lieux.csv", ["id", "source", "nom", "lieu", "etat_fonct", "vu_le"], [
        {"id": row.name, "source": row.source, "nom": row.label, "lieu": place_of(row), "etat_fonct": ETAT_FONCT[row.state],
         "vu_le": row.seen.isoformat()} for row in found])


def swapped_rows(found: list[Row]) -> set[str]:
    """The rows of the brigade that one station typed in the wrong columns: those of two communes."""
    return {row.name for row in found if row.source == "pompiers" and row.device.commune in ("99902", "99904")}


def astray(found: list[Row]) -> list[str]:
    """The two rows of the citizens that fall in the sea."""
    return [row.name for row in found if row.source == "citoyens"][4:16:8]


def place_of(row: Row) -> str:
    return f"lieu {row.device.rank + 1:02d}"


# ---------------------------------------------------------------- west: one table, the same places twice

def west_table(found: list[Row]) -> list[dict]:
    """The west as another team stacked it, before anything was hidden from the public."""
    chance = random.Random("brumeval april west contacts")
    table, agents = [], iter(_AGENTS)
    for rank, row in enumerate(found):
        contact, note = row.contact, ""
        if row.source == "mairies" and rank % 4 == 2 and (agent := next(agents, None)):
            contact = f"{agent} {spelling.mobile(chance, ' .'[rank % 8 == 2])}"
        elif row.source == "mairies" and rank % 4 == 3:
            contact = f"Accueil 01 99 00 {('06 39', '98 06', '39 98')[rank % 3]}"
        if row.source == "citoyens" and rank % 5 == 1:
            note = f"appeler le gardien, {spelling.mobile(chance, '.')}"
        elif rank % 7 == 3:
            note = "coffret vert à droite de la porte"
        table.append({
            "id": row.name, "source": row.source, "nom": row.label, "latitude": row.latitude, "longitude": row.longitude,
            "com_insee": row.device.commune, "disp_h": DISP_H[row.device.hours], "etat_fonct": ETAT_FONCT[row.state],
            "contact": contact or None, "observations": note or None, "vu_le": row.seen.isoformat(),
        })
    return table


def has_mobile(text: str | None) -> bool:
    """By the way the generator writes one, not by what a reader may look for."""
    return bool(text) and not text.startswith("Accueil") and "39" in text and "98" in text


def same_places(found: list[Row]) -> list[tuple[str, str]]:
    """Pairs of rows of one device, from the state; checked against the rule that the notebook states.

    Raises:
        AssertionError: the rule would miss a pair, or join two devices.
    """
    pairs = []
    for rank, one in enumerate(found):
        for other in found[rank + 1 :]:
            far = math.dist(to_lambert(one.longitude, one.latitude), to_lambert(other.longitude, other.latitude))
            same = one.device.rank == other.device.rank
            for alike in (spelling.likeness(one.label, other.label), spelling.likeness(other.label, one.label)):  # the measure is not symmetric
                assert same == (far < SAME_PLACE["metres"] and alike >= SAME_PLACE["likeness"]), (one.label, other.label, far, alike)
            assert abs(far - SAME_PLACE["metres"]) > 0.5  # no answer hangs on the way distances are computed
            if same:
                pairs.append((one.name, other.name))
    return pairs


# ---------------------------------------------------------------- the boats: a file that says it follows the schema

_BOATS = ("Bac Le Goéland", "Bac La Sterne", "Bac L'Huîtrier", "Navette Port-Brume", "Navette Les Phares", "Ponton A", "Ponton B", "Ponton C",
          "Gare fluviale", "Atelier naval", "Bac de réserve", "Navette de nuit")
_ACC = {"Intérieur": ("Intérieur", "Interieur"), "Extérieur": ("Extérieur", "extérieur")}
_STATE = {"E": ("En fonctionnement", "OK"), "H": ("Hors service", "HS"), "I": ("?",)}
_HOURS = {"P": ("24h/24", "24/24"), "J": ("heures ouvrables", "jour"), "X": ("?",)}


def boats(island: Island) -> tuple[list[dict], list[dict]]:
    """The table as it should be, and as it was handed over; twelve rows."""
    chance = random.Random("brumeval april boats")
    right, given = [], []
    left, bottom, *_ = island.communes["99901"].bounds
    for rank, name in enumerate(_BOATS):
        longitude, latitude = to_wgs84(left + 1500 + 90 * rank, bottom + 2400 + 40 * rank)
        acc, state, hours = "Extérieur" if rank % 3 else "Intérieur", "EEHEIEEEHEEI"[rank], "PJJPXPJXPJPJ"[rank]
        phone = spelling.landline(chance)
        row = {"id": f"B-{rank + 1:02d}", "nom": name, "lat_coor1": latitude, "long_coor1": longitude}
        right.append(row | {"acc": acc, "disp_h": DISP_H[hours], "tel1": f"+33 {phone[1:]}", "etat_fonct": ETAT_FONCT[state]})
        given.append(row | {"acc": _ACC[acc][rank % 4 == 1 or rank in (0, 9)], "disp_h": _HOURS[hours][min(rank % 2, len(_HOURS[hours]) - 1)],
                            "tel1": phone, "etat_fonct": _STATE[state][min(int(rank in (0, 2, 5, 7)), len(_STATE[state]) - 1)]})
    return right, given


# ---------------------------------------------------------------- what the tests compare with

def truth(east: list[Row], west: list[Row], table: list[dict], right_boats: list[dict]) -> dict:
    brigade, halls, citizens = ([row for row in east if row.source == source] for source in ("pompiers", "mairies", "citoyens"))
    lost = set(astray(east))
    freshest = {}
    for row in sorted(east, key=lambda row: row.seen):
        freshest[place_of(row)] = row.name
    return {
        "avril_latitude": {row.name: row.latitude for row in brigade},
        "avril_longitude": {row.name: row.longitude for row in brigade},
        "avril_inversees": sorted(swapped_rows(east)),
        "avril_commune_mairies": {row.name: row.device.commune for row in halls},
        "avril_commune_citoyens": {row.name: None if row.name in lost else row.device.commune for row in citizens},
        "avril_disp_h": {text: DISP_H[code] for code, texts in spelling.HOURS.items() for text in texts if any((row.hours or "") == text for row in halls) and text},
        "avril_est_noms": {row.name: row.label for row in east},
        "avril_est_source": {row.name: row.source for row in east},
        "avril_paires": [list(pair) for pair in same_places(west)],
        "avril_lieux": freshest,
        "avril_contact": {row["id"]: None if has_mobile(row["contact"]) else row["contact"] for row in table},
        "avril_observations": {row["id"]: None if has_mobile(row["observations"]) else row["observations"] for row in table},
        "avril_agents": [name.split()[-1] for name in (*_AGENTS, "le gardien")],
        "avril_bacs": {name: {row["id"]: row[name] for row in right_boats} for name in ("acc", "disp_h", "tel1", "etat_fonct")},
    }


def write(folder: Path, east: list[Row], table: list[dict], given_boats: list[dict]) -> None:
    write_east(folder, east)
    write_csv(folder / "dae_ouest.csv", list(table[0]), table)
    write_csv(folder / "dae_bacs.csv", list(given_boats[0]), given_boats)

