"""The base of the following January: clean, in DAE columns; and how far from a device each inhabited square is."""

import math
import random
from collections.abc import Sequence
from pathlib import Path

import spelling
from devices import DISP_H, ETAT_FONCT, Device, commune_name
from geography import COMMUNES
from packages import write_csv
from population import Cell
from shapely import STRtree
from shapely.geometry import Point

RADIUS = 300
"""Metres as the crow flies: five minutes' walk at 5 km/h, streets 1.4 times longer than a straight line, rounded."""

_DAYS = "lundi|mardi|mercredi|jeudi|vendredi"


def base(devices: list[Device]) -> list[dict]:
    """The devices as the island's authority publishes them, renumbered; no person's name, no mobile."""
    chance = random.Random("brumeval january base")
    order = sorted(devices, key=lambda _: chance.random())
    siren = {one.code: one.siren for one in COMMUNES}
    phones = {one.code: f"+33 {spelling.landline(chance)[1:]}" for one in COMMUNES}
    rows = []
    for number, device in enumerate(order, 1):
        code = device.commune
        town = spelling.plain(commune_name(code)).lower().replace("'", "").replace(" ", "-")
        rows.append({
            "gid": f"DAE-{number:03d}", "nom": device.name, "lat_coor1": device.latitude, "long_coor1": device.longitude, "com_insee": code,
            "com_nom": commune_name(code), "adr_voie": device.address, "acc": "Extérieur" if device.place.outside else "Intérieur",
            "acc_lib": "true" if device.place.outside or device.hours == "J" else "false",
            "disp_j": "7j/7" if device.hours in "PN" else "non renseigné" if device.hours == "X" else _DAYS,
            "disp_h": DISP_H[device.hours], "tel1": phones[code], "etat_fonct": ETAT_FONCT[device.state], "fab_rais": device.maker,
            "modele": device.model, "num_serie": device.serial, "dermnt": device.checked.isoformat(), "expt_siren": siren[code],
            "expt_rais": f"Commune de {commune_name(code)}", "expt_tel1": phones[code], "expt_email": f"dae@{town}.example",
        })
    return rows


def numbers(devices: list[Device], rows: list[dict]) -> dict[int, str]:
    """Rank of each device -> its number in the base (a serial number belongs to one device)."""
    by_serial = {row["num_serie"]: row["gid"] for row in rows}
    return {device.rank: by_serial[device.serial] for device in devices}


def nearest(cells: Sequence[Cell], devices: Sequence[Device]) -> list[float]:
    """Metres from each cell's middle to the nearest of the devices, in a straight line."""
    points = [Point(device.x, device.y) for device in devices]
    tree = STRtree(points)
    return [points[tree.nearest(Point(cell.x, cell.y))].distance(Point(cell.x, cell.y)) for cell in cells]


def truth(devices: list[Device], rows: list[dict], cells: list[Cell]) -> dict:
    """From the true devices and the true inhabitants.

    Raises:
        AssertionError: a distance is so near the radius that two right ways of computing it would disagree, or a
            mistake that the notebook speaks to would give the right answer.
    """
    gid = numbers(devices, rows)
    day, night = ([one for one in devices if one.by_day], [one for one in devices if one.by_night])
    far = {"tous": nearest(cells, devices), "jour": nearest(cells, day), "nuit": nearest(cells, night)}
    for metres in (value for values in far.values() for value in values):
        assert abs(metres - RADIUS) > 0.5, metres
    covered = {
        code: {"population": sum(cell.population for cell in cells if cell.commune == code)}
        | {when: sum(cell.population for cell, metres in zip(cells, far[when], strict=True) if cell.commune == code and metres <= RADIUS)
           for when in ("jour", "nuit")}
        for code in (one.code for one in COMMUNES)
    }
    gains, around = {}, {}
    for device in devices:
        near = [(cell, metres) for cell, metres in zip(cells, far["nuit"], strict=True) if math.dist((cell.x, cell.y), (device.x, device.y)) <= RADIUS]
        around[gid[device.rank]] = sum(cell.population for cell, _ in near)
        gains[gid[device.rank]] = sum(cell.population for cell, metres in near if metres > RADIUS)
        for cell in cells:
            assert abs(math.dist((cell.x, cell.y), (device.x, device.y)) - RADIUS) > 0.12
    candidates = {gid[one.rank] for one in day if not one.by_night}
    best = max(candidates, key=gains.get)
    any_state, most_around = max(gains, key=gains.get), max(candidates, key=around.get)
    assert len({best, any_state, most_around}) == 3, "the three answers to the last question must differ"
    second = sorted(gains[one] for one in candidates)[-2]
    assert gains[best] > second + 10
    return {
        "janvier_jour": sorted(gid[one.rank] for one in day),
        "janvier_nuit": sorted(gid[one.rank] for one in night),
        "janvier_distance": {cell.name: round(metres, 1) for cell, metres in zip(cells, far["tous"], strict=True)},
        "janvier_part_jour": {code: 100 * one["jour"] / one["population"] for code, one in covered.items()},
        "janvier_part_nuit": {code: 100 * one["nuit"] / one["population"] for code, one in covered.items()},
        "janvier_couverts_nuit": {code: one["nuit"] for code, one in covered.items()},
        "janvier_meilleur": best,
        "janvier_gain": gains[best],
        "janvier_gains": {one: gains[one] for one in sorted(candidates)},
        "janvier_meilleur_en_panne": any_state,
        "janvier_plus_entoure": most_around,
    }


def write(folder: Path, devices: list[Device], rows: list[dict], cells: list[Cell]) -> None:
    write_csv(folder / "dae_janvier.csv", list(rows[0]), rows)
    day, night = ([one for one in devices if one.by_day], [one for one in devices if one.by_night])
    write_csv(folder / "dae_distances.csv", ["id_carreau", "distance_jour_m", "distance_nuit_m"], [
        {"id_carreau": cell.name, "distance_jour_m": round(by_day, 1), "distance_nuit_m": round(by_night, 1)}
        for cell, by_day, by_night in zip(cells, nearest(cells, day), nearest(cells, night), strict=True)])
