"""Rows of the small files, from one line a column.

A column is « name: kind arguments »::

    nom: each Salle A | Salle B          one after the other, then again from the first
    type: any salle | gymnase            drawn
    mois: cross mai | juin               each with each value of the other « cross » columns;  « cross @commune » the land's
    logements: per 0.4..0.6 10           per inhabitant of the row's commune, by steps of ten
    capacite: int 40..300 /10            a whole number, by steps of ten
    debit: dec 0.4..3.2 1                a decimal number, one place
    jour: date 2024-01-01..2025-12-31    drawn;  « days 2024-01-01 7 » one every seven days;  « years 2015 » 2015, 2016 …
    ref: seq EQ-01                       EQ-01, EQ-02 …
    commune: commune                     and code, postcode, lat, lon, address, people: those of the row's commune
    ouvert: yes 0.7                      oui or non
    votants: part inscrits 0.4..0.7      of another column;  « rest inscrits votants » a difference;  « sum a b » a sum
    note: say à vérifier                 always the same; nothing: an empty column
    tel: phone                           01 99 00 xx xx;  « mobile » 06 39 98 xx xx
    nom: f nom                           of the island's facility of that row;  « fpart capacite 1.1 5 » scaled, rounded
    type: erp type                       what the safety regulation calls it;  « erp category » from the column effectif_admis
"""

import re
from datetime import date, timedelta
from itertools import product
from random import Random

from lands import ISLAND, LANDS, STREETS, Commune, facilities, seeded


def rows(spec: dict, key: str, land: str) -> list[dict]:
    """The rows of a file.

    Args:
        spec: « columns », and « rows » (a count) or « facilities » (types, year, communes).
        key: seeds what is drawn.
        land: whose communes the rows are in.
    """
    draw, columns = seeded(key), spec["columns"]
    places = None
    if "facilities" in spec:
        wanted = spec["facilities"] or {}
        places = facilities(wanted.get("types"), wanted.get("year", 2025), wanted.get("communes"))
    communes = LANDS[spec.get("land", land)]
    crossed = {name: _choices(str(kind)[6:], communes) for name, kind in columns.items() if str(kind).startswith("cross ")}
    together = list(product(*crossed.values())) if crossed else []
    count = len(places) if places is not None else spec.get("rows", len(together) or _longest(columns))
    found = []
    for rank in range(count):
        place = places[rank] if places is not None else None
        commune = next(one for one in ISLAND if one.code == place["code_commune"]) if place else communes[rank % len(communes)]
        row: dict = {}
        given = dict(zip(crossed, together[rank % len(together)], strict=True)) if crossed else {}
        commune = next((one for value in given.values() for one in communes if one.name == value), commune)
        for name, kind in columns.items():
            row[name] = given[name] if name in given else _value(str(kind or ""), rank, row, commune, place, draw)
        found.append(row)
    return found


def _choices(text: str, communes: list[Commune]) -> list:
    return [one.name for one in communes] if text == "@commune" else [_number(one.strip()) for one in text.split("|")]


def _number(text: str) -> int | str:
    return int(text) if re.fullmatch(r"0|[1-9]\d*", text) else text


def _longest(columns: dict) -> int:
    return max((str(kind).count("|") + 1 for kind in columns.values() if str(kind).startswith("each ")), default=12)


def _value(kind: str, rank: int, row: dict, commune: Commune, place: dict | None, draw: Random):
    word, _, rest = kind.partition(" ")
    if word in ("each", "any"):
        choices = [one.strip() for one in rest.split("|")]
        return _number(choices[rank % len(choices)] if word == "each" else draw.choice(choices))
    if word in ("int", "dec"):
        bounds, _, step = rest.partition(" ")
        low, high = (float(one) for one in bounds.split(".."))
        if word == "dec":
            return round(draw.uniform(low, high), int(step or 1))
        by = int(step.lstrip("/") or 1)
        return round(draw.uniform(low, high) / by) * by
    if word == "per":
        share, _, step = rest.partition(" ")
        low, _, high = share.partition("..")
        return round(commune.people * draw.uniform(float(low), float(high)) / int(step or 1)) * int(step or 1)
    if word == "date":
        first, last = (date.fromisoformat(one) for one in rest.split(".."))
        return (first + timedelta(days=draw.randrange((last - first).days + 1))).isoformat()
    if word == "days":
        first, step = rest.split()
        return (date.fromisoformat(first) + timedelta(days=int(step) * rank)).isoformat()
    if word == "years":
        return int(rest) + rank
    if word == "seq":
        before, digits, after = re.fullmatch(r"(.*?)(\d+)(\D*)", rest).groups()
        return f"{before}{int(digits) + rank:0{len(digits)}d}{after}"
    if word == "yes":
        return "oui" if draw.random() < float(rest) else "non"
    if word in ("part", "fpart"):
        other, by, *step = rest.split()
        base = row[other] if word == "part" else place[other]
        low, _, high = by.partition("..")
        if base is None:
            return None
        value = base * draw.uniform(float(low), float(high or low))
        return int(round(value / int(step[0])) * int(step[0])) if step else round(value)
    if word in ("rest", "sum"):
        first, *others = rest.split()
        total = sum(row[one] for one in others)
        return round(row[first] - total if word == "rest" else row[first] + total, 2)
    if word in ("phone", "mobile"):
        start = "01 99 00" if word == "phone" else "06 39 98"
        return f"{start} {draw.randrange(100):02d} {draw.randrange(100):02d}"
    if word == "f":
        return _of_place(place, rest)
    if word == "erp":
        # The regulation's types (L meeting halls, X sport, S libraries, Y museums) and categories, by how many people.
        types = {"gymnase": "X", "piscine": "X", "médiathèque": "S", "musée": "Y"}
        if rest == "type":
            return types.get(place["type"], "L")
        return next(category for least, category in ((1500, 1), (700, 2), (300, 3), (200, 4), (-1, 5)) if row["effectif_admis"] > least)
    if word == "lat":
        return round(commune.latitude + draw.uniform(-0.006, 0.006), 6)
    if word == "lon":
        return round(commune.longitude + draw.uniform(-0.008, 0.008), 6)
    if word == "address":
        return f"{draw.randrange(1, 60)} {draw.choice(STREETS)}"
    if word == "say":
        return rest
    whole = {"commune": commune.name, "code": commune.code, "postcode": commune.postcode, "people": commune.people, "": None}
    return whole[word]


def _of_place(place: dict, key: str):
    if key == "address":
        return " ".join(str(one) for one in (place["numero"], place["voie"]) if one)
    value = place[key]
    return ("oui" if value else "non") if isinstance(value, bool) else value
