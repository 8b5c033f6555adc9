"""The files of notebook 2, Manipuler: the sensors beside the station in January, one of them in March, four again in December.

They are clean on purpose (UTC hours, units in the names, no hole written as a number): reading them is notebook 1's work. What the tests
compare with is computed here from the numbers as they stand in the files, with the standard library and not with a notebook's
own lines; the verdict on each sensor comes from its secret in the generator.
"""

import math
import statistics
from pathlib import Path

import air
import pandas as pd
from packages import field, table, write_csv

ALONE = "C12"
"""The sensor that parts 1 and 2 look at: solar, it falls silent at the end of winter nights."""
LEARNT_ALONE = "C08"
"""The sensor calibrated by hand before all the others."""
READ = "2026-01-20"
"""The day whose reading is put right by hand."""
LEARNING_ENDS = "2026-01-15"
"""Last day that calibrates; the ten others judge."""
DAMP = 85
"""Percent of humidity from which hours are put aside."""
CHANGED = 2.0
"""µg/m³ of mean gap in December beyond which a sensor has changed."""
_MARCH = (pd.Timestamp("2026-02-28T23Z"), pd.Timestamp("2026-03-31T22Z"))


def build(folder: Path, year: air.Air) -> tuple[list[dict], dict]:
    """Write the files; give the resources of the package and the truth (keys begin with ``n2_``)."""
    beside, march = _between(year, air.JANUARY), _between(year, _MARCH)
    days = [day for sensor in year.raw for day in _days(year, sensor, beside)]
    lines = {sensor: _line([day for day in days if day["capteur"] == sensor and day["jour"] <= LEARNING_ENDS]) for sensor in year.raw}
    again = list(year.sensors.index[year.sensors["december"]])
    december = [_gap(day, lines) for sensor in again for day in _days(year, sensor, _between(year, air.DECEMBER))]
    gaps = [_gap(day, lines) | {"usage": "apprendre" if day["jour"] <= LEARNING_ENDS else "juger"} for day in days]
    hours = _hours(year, beside, lines)
    tables = {
        "air_coloc_station": [{"heure_utc": _utc(hour), "pm25_station": one, "humidite": damp} for hour, one, damp in
                              zip(year.hours[beside], year.station["pm25"][beside], year.weather["humidity"][beside].round(1), strict=True) if one == one],
        "air_coloc_c12": _readings(year, beside),
        "air_c12_mars": _readings(year, march),
        "air_coloc_jours": days,
        "air_coloc_ecarts": gaps,
        "air_coloc_heures": hours,
        "air_coloc_decembre": december,
    }
    resources = _resources()
    for resource in resources:
        write_csv(folder / resource["path"], resource["schema"]["fields"], [{one["name"]: row[one["name"]] for one in resource["schema"]["fields"]} for row in tables[resource["name"]]])
    return resources, _truth(year, tables, lines)


# ---------------------------------------------------------------- the rows

def _between(year: air.Air, span: tuple[pd.Timestamp, pd.Timestamp]) -> pd.Series:
    return pd.Series((year.hours >= span[0]) & (year.hours < span[1]), index=year.hours)


def _utc(hour: pd.Timestamp) -> str:
    return f"{hour:%Y-%m-%dT%H:%M:%SZ}"


def _readings(year: air.Air, kept: pd.Series) -> list[dict]:
    """What the sensor sent: an hour of silence has no row."""
    return [{"heure_utc": _utc(hour), "pm25_brut": value} for hour, value in year.raw[ALONE][kept].items() if value == value]


def _days(year: air.Air, sensor: str, kept: pd.Series) -> list[dict]:
    """Legal days with enough hours that both the sensor and the station measured."""
    both = pd.DataFrame({"jour": air.local_day(year.hours), "brut": year.raw[sensor], "station": year.station["pm25"]}, index=year.hours)[kept].dropna()
    return [{"jour": day, "capteur": sensor, "pm25_brut": round(statistics.fmean(one["brut"]), 2), "pm25_station": round(statistics.fmean(one["station"]), 2)}
            for day, one in both.groupby("jour") if len(one) >= air.ENOUGH_HOURS]


def _line(days: list[dict]) -> tuple[float, float]:
    """(slope, intercept) of the station from the sensor."""
    found = statistics.linear_regression([day["pm25_brut"] for day in days], [day["pm25_station"] for day in days])
    return found.slope, found.intercept


def _gap(day: dict, lines: dict) -> dict:
    """What the sensor says once put right by its line of January, minus what the station says."""
    slope, intercept = lines[day["capteur"]]
    return {name: day[name] for name in ("jour", "capteur", "pm25_station")} | {"ecart": round(slope * day["pm25_brut"] + intercept - day["pm25_station"], 2)}


def _hours(year: air.Air, beside: pd.Series, lines: dict) -> list[dict]:
    """Gaps hour by hour, on the days that judge."""
    judged = year.hours[beside & (air.local_day(year.hours) > LEARNING_ENDS)]
    rows = []
    for sensor, (slope, intercept) in lines.items():
        for hour, said, true, damp in zip(judged, year.raw[sensor][judged], year.station["pm25"][judged], year.weather["humidity"][judged].round(1), strict=True):
            if said == said and true == true:
                rows.append({"heure_utc": _utc(hour), "capteur": sensor, "humidite": damp, "pm25_station": true, "ecart": round(slope * said + intercept - true, 1)})
    return rows


# ---------------------------------------------------------------- what the tests compare with

def _truth(year: air.Air, tables: dict[str, list[dict]], lines: dict) -> dict:
    station = {row["heure_utc"]: row["pm25_station"] for row in tables["air_coloc_station"]}
    pairs = [(row["pm25_brut"], station[row["heure_utc"]]) for row in tables["air_coloc_c12"] if row["heure_utc"] in station]
    alone, right = zip(*pairs, strict=True)
    march: dict[str, list[float]] = {}
    for row in tables["air_c12_mars"]:
        march.setdefault(f"{pd.Timestamp(row['heure_utc']).tz_convert(air.LEGAL):%Y-%m-%d}", []).append(row["pm25_brut"])
    read = next(day["pm25_brut"] for day in tables["air_coloc_jours"] if day["capteur"] == LEARNT_ALONE and day["jour"] == READ)
    slope, intercept = lines[LEARNT_ALONE]
    return {
        "n2_face_heures": len(pairs),
        "n2_face_rapport": statistics.fmean(alone) / statistics.fmean(right),
        "n2_face_accord": statistics.correlation(alone, right),
        "n2_mars_moyennes": {day: statistics.fmean(values) for day, values in march.items() if len(values) >= air.ENOUGH_HOURS},
        "n2_droite_c08": [slope, intercept],
        "n2_corrige_c08": slope * read + intercept,
        "n2_droites": {sensor: list(line) for sensor, line in lines.items()},
        "n2_incertitudes": {sensor: 2 * math.sqrt(statistics.fmean(row["ecart"] ** 2 for row in tables["air_coloc_ecarts"] if row["capteur"] == sensor and row["usage"] == "juger"))
                         for sensor in lines},
        "n2_memes_journees": _same_days(tables),
        "n2_verdicts": {sensor: "on ne sait pas" if not row["december"] else "a changé" if row["drift"] else "tient" for sensor, row in year.sensors.iterrows()},
    }


def _same_days(tables: dict[str, list[dict]]) -> list[float]:
    """Uncertainty with the damp hours, then without them: both on the days that keep enough dry hours, as two exams do not compare."""
    dry: dict[tuple[str, str], list[float]] = {}
    for row in tables["air_coloc_heures"]:
        if row["humidite"] < DAMP:
            dry.setdefault((row["capteur"], f"{pd.Timestamp(row['heure_utc']).tz_convert(air.LEGAL):%Y-%m-%d}"), []).append(row["ecart"])
    whole = {(row["capteur"], row["jour"]): row["ecart"] for row in tables["air_coloc_ecarts"] if row["usage"] == "juger"}
    kept = [key for key, gaps in dry.items() if len(gaps) >= air.ENOUGH_HOURS and key in whole]
    return [2 * math.sqrt(statistics.fmean(gap**2 for gap in gaps)) for gaps in ([whole[key] for key in kept], [statistics.fmean(dry[key]) for key in kept])]


# ---------------------------------------------------------------- what the package says of them

def _resources() -> list[dict]:
    hour = field("heure_utc", "datetime", "Heure (UTC)", "Début de l'heure mesurée, en temps universel.", required=True)
    day = field("jour", "date", "Jour", "Jour légal, celui du calendrier de l'île. Au moins 18 heures mesurées des deux côtés.", required=True)
    sensor = field("capteur", "string", "Capteur", "De C01 à C12.", required=True)
    raw = field("pm25_brut", "number", "PM2,5 brutes", "Ce que le capteur affiche, en µg/m³, sans correction.", required=True, minimum=0)
    right = field("pm25_station", "number", "PM2,5 de la station", "Mesure de la station de référence, en µg/m³.", required=True, minimum=0)
    damp = field("humidite", "number", "Humidité", "Humidité relative de l'air, en %.", required=True, minimum=0, maximum=100)
    gap = field("ecart", "number", "Écart", "Ce que dit le capteur une fois corrigé, moins ce que dit la station, en µg/m³. Un nombre positif : le capteur exagère.", required=True)
    return [
        table("air_coloc_station", "air_coloc_station.csv", title="Janvier, côte à côte · la station, heure par heure", description="La station de référence, du 5 au 25 janvier 2026.",
              fields=[hour, right, damp], key="heure_utc"),
        table("air_coloc_c12", "air_coloc_c12.csv", title="Janvier, côte à côte · le capteur C12, heure par heure", description="Le capteur C12, posé à côté de la station. Une heure sans mesure n'a pas de ligne.",
              fields=[hour, raw], key="heure_utc"),
        table("air_c12_mars", "air_c12_mars.csv", title="Mars · le capteur C12, rentré chez lui", description="Le capteur C12 en mars 2026, heure par heure. Une heure sans mesure n'a pas de ligne.",
              fields=[hour, raw], key="heure_utc"),
        table("air_coloc_jours", "air_coloc_jours.csv", title="Janvier, côte à côte · les douze capteurs, jour par jour", description="Moyennes du jour de chaque capteur et de la station, sur les mêmes heures.",
              fields=[day, sensor, raw, right], key=["jour", "capteur"]),
        table("air_coloc_ecarts", "air_coloc_ecarts.csv", title="Janvier, côte à côte · les écarts, jour par jour", description="Écarts des capteurs corrigés, chacun par sa droite des onze premiers jours.",
              fields=[day, sensor, field("usage", "string", "Usage", "apprendre : le jour a servi à tracer la droite ; juger : il n'a pas servi.", required=True, enum=["apprendre", "juger"]), gap], key=["jour", "capteur"]),
        table("air_coloc_heures", "air_coloc_heures.csv", title="Janvier, côte à côte · les écarts, heure par heure", description="Les mêmes écarts, heure par heure, du 16 au 25 janvier, avec l'humidité de l'air.",
              fields=[hour, sensor, damp, right, gap], key=["heure_utc", "capteur"]),
        table("air_coloc_decembre", "air_coloc_decembre.csv", title="Décembre, de nouveau côte à côte · quatre capteurs", description="Écarts de quatre capteurs revenus près de la station, corrigés par leur droite de janvier.",
              fields=[day, sensor, right, gap], key=["jour", "capteur"]),
    ]
