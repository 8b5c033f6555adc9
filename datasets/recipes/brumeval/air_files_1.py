"""The files of notebook 1 of « qualite-air »: as the observatory and the association hand them over, each with its own clock."""

from pathlib import Path

import air
import numpy as np
import pandas as pd
from air import Air
from packages import field, messy, table, write_csv

HOME = air.JANUARY[1]
"""The association's export begins when the sensors go home: the co-locations are not in it."""
SITELESS, CHANNELLESS, SWAPPED, PLANNED = "C08", "C04", "C12", ("C13", "BR-14")
HUMIDITY = "C06H"
SENTINELS = (-999.0, 999.9)
FEBRUARY, JULY = "février", "juillet"
NEAR = "C01"
"""The sensor of the article: two hundred metres from the station."""

_ROWS_OF_TITLE = "Observatoire de l'air des îles (inventé) - station de Port-Brume, quai du Ponant - moyennes horaires 2026, heures légales"
_UNITS = {"date": "jj/mm/aaaa", "heure": "1 à 24", "pm25": "µg/m³", "pm10": "µg/m³", "no2": "µg/m³"}


def build(folder: Path, year: Air) -> tuple[list[dict], dict]:
    """Write the files; returns the package's resources and the truth (keys begin with ``n1_``)."""
    clean = _clean(year)
    _write_station(folder / "air_station.csv", year)
    _write_sites(folder / "air_sites.csv", year)
    _write_channels(folder / "air_voies.csv", year)
    rows = _disordered(clean)
    (folder / "air_mesures.csv").write_bytes("".join(["channel_id,start_datetime,value\n", *(f"{channel},{start},{value}\n" for channel, start, value in rows)]).encode())
    labels = _labels(year.hours)
    hours_fields = [
        field("date", "string", "Jour", "Jour légal, AAAA-MM-JJ.", required=True),
        field("heure", "integer", "Heure", "Numéro de l'heure dans le fichier de la station, de 1 à 24.", required=True),
    ]
    write_csv(folder / "air_heures.csv", hours_fields, labels.to_dict("records"))
    pair = _pair(year)
    pair_fields = [
        field("debut_utc", "datetime", "Début de l'heure", "Début de l'heure, en temps universel (UTC).", required=True),
        field("station", "number", "Station", "PM2,5 mesurées par la station, en µg/m³ ; vide : pas de mesure valide."),
        field("capteur", "number", "Capteur", "PM2,5 dites par le capteur C01, en µg/m³ ; vide : pas de mesure."),
    ]
    write_csv(folder / "air_accord.csv", pair_fields, _records(pair.assign(debut_utc=[f"{hour:%Y-%m-%dT%H:%M:%SZ}" for hour in pair.index])))
    article = _article(pair)
    article_fields = [
        field("mois", "string", "Mois", "Février ou juillet 2026.", required=True, enum=[FEBRUARY, JULY]),
        field("heure", "integer", "Heure", "Heure, telle qu'elle est écrite dans chaque fichier.", required=True),
        field("station", "number", "Station", "Moyenne des PM2,5 de la station à cette heure, en µg/m³."),
        field("capteur", "number", "Capteur", "Moyenne des PM2,5 du capteur C01 à cette heure, en µg/m³."),
    ]
    write_csv(folder / "air_article.csv", article_fields, _records(article))
    resources = [
        messy("air_station", "air_station.csv", title="L'export de la station", description="Une année de moyennes horaires de la station de référence. Remis par l'observatoire."),
        messy("air_sites", "air_sites.csv", title="Les sites des capteurs", description="Où sont les capteurs. Première des trois tables de l'association."),
        messy("air_voies", "air_voies.csv", title="Les voies de mesure", description="Ce que mesure chaque capteur. Deuxième des trois tables de l'association."),
        messy("air_mesures", "air_mesures.csv", title="Les mesures des capteurs", description="Une mesure par ligne. Troisième des trois tables de l'association."),
        table("air_article", "air_article.csv", title="Le tableau de l'article", description="Les moyennes par heure que l'association a données au journal.", fields=article_fields, key=["mois", "heure"]),
        table("air_heures", "air_heures.csv", title="Les heures de la station", description="Le jour et le numéro de chaque heure du fichier de la station, dans l'ordre, sans les mesures.", fields=hours_fields),
        table("air_accord", "air_accord.csv", title="Deux mois sur la même horloge", description="Février et juillet 2026 : la station et le capteur C01, heure par heure.", fields=pair_fields, key="debut_utc"),
    ]
    return resources, _truth(year, clean, labels)


def _labels(hours: pd.DatetimeIndex) -> pd.DataFrame:
    """Day and number of each hour for the observatory: legal, and an hour bears the number of its end."""
    legal = hours.tz_convert(air.LEGAL)
    return pd.DataFrame({"date": legal.strftime("%Y-%m-%d"), "heure": legal.hour + 1})


def _write_station(path: Path, year: Air) -> None:
    labels = _labels(year.hours)
    lines = [_ROWS_OF_TITLE, ";".join(_UNITS), ";".join(_UNITS.values())]
    for day, hour, *values in zip(labels["date"], labels["heure"], *(year.station[name] for name in year.station), strict=True):
        written = ("n/d" if np.isnan(value) else f"{value:.1f}".replace(".", ",") for value in values)
        lines.append(";".join([f"{day[8:]}/{day[5:7]}/{day[:4]}", str(hour), *written]))
    path.write_bytes(("\n".join(lines) + "\n").encode())


def _site_id(site: str) -> str:
    return f"BR-{site[1:]}"


def _write_sites(path: Path, year: Air) -> None:
    siteless = year.sensors.loc[SITELESS, "site"]
    swapped = year.sensors.loc[SWAPPED, "site"]
    rows = []
    for code, site in year.sites.iterrows():
        if code in ("station", siteless):
            continue
        longitude, latitude = (site["latitude"], site["longitude"]) if code == swapped else (site["longitude"], site["latitude"])
        rows.append({"site_id": _site_id(code), "site_name": site["name"], "fr_insee_code": site["commune"], "xlong": longitude, "ylat": latitude})
    rows.append({"site_id": PLANNED[1], "site_name": "Aérodrome", "fr_insee_code": "99901", "xlong": -3.441902, "ylat": 46.649113})
    write_csv(path, list(rows[0]), rows)


def _write_channels(path: Path, year: Air) -> None:
    comments = {"C03": "prêté à l'observatoire en décembre", "C01": "prêté à l'observatoire en décembre", "C08": "prêté à l'observatoire en décembre", "C10": "prêté à l'observatoire en décembre",
                "C06": "posé sur le buffet, près de la fenêtre", "C09": "déplacé le 1er juillet à la Tourelle, salle communale", "C12": "panneau solaire"}
    rows = []
    for sensor, row in year.sensors.iterrows():
        one = {"channel_id": sensor, "site_id": _site_id(row["site"]), "polluant": "PM2.5", "unite": "µg/m³", "time_step": 3600, "comment": comments.get(sensor)}
        if sensor != CHANNELLESS:
            rows.append(one)
        if f"{sensor}H" == HUMIDITY:
            rows.append(one | {"channel_id": HUMIDITY, "polluant": "humidité", "unite": "%", "comment": None})
    rows.append({"channel_id": PLANNED[0], "site_id": PLANNED[1], "polluant": "PM2.5", "unite": "µg/m³", "time_step": 3600, "comment": "à poser"})
    write_csv(path, list(rows[0]), rows)


def _clean(year: Air) -> pd.DataFrame:
    """What the sensors really said at home, before any disorder; the hygrometer of the one kept indoors beside it."""
    home = (year.place != "station") & (year.place != "")
    said = year.raw.where(home)
    chance = np.random.RandomState(61)
    indoors = (46 + 0.08 * (year.weather["humidity"] - 78) + 1.2 * chance.normal(size=len(said))).round(1)
    said[HUMIDITY] = indoors.where(said["C06"].notna())
    return said


def _disordered(clean: pd.DataFrame) -> list[tuple[str, str, float]]:
    """One row a measure, channel after channel; some sent twice, and numbers that mean a breakdown."""
    chance = np.random.RandomState(62)
    starts = [f"{hour:%Y-%m-%dT%HZ}" for hour in clean.index]
    rows = []
    for channel in sorted(clean):
        values = clean[channel].to_numpy()
        began = np.arange(len(values)) >= clean.index.get_loc(HOME)
        silent = np.isnan(values) & began
        failed = silent & (chance.random_sample(len(values)) < (0.25 if channel in ("C05", "C11") else 0.0))
        resent = np.zeros(len(values), dtype=bool)
        if channel in ("C02", "C11"):  # the router came back, and sent its last two days again
            for start in chance.choice(len(values) - 48, size=9, replace=False):
                resent[start : start + 48] = True
        for rank, start in enumerate(starts):
            if failed[rank]:
                rows.append((channel, start, SENTINELS[channel == "C11"]))
            elif not np.isnan(values[rank]):
                rows += [(channel, start, float(values[rank]))] * (1 + bool(resent[rank]))
    return rows


def _pair(year: Air) -> pd.DataFrame:
    """The station and the nearest sensor, on the same clock, in two months."""
    legal = year.hours.tz_convert(air.LEGAL)
    kept = legal.month.isin([2, 7])
    return pd.DataFrame({"station": year.station["pm25"], "capteur": year.raw[NEAR]})[kept]


def _article(pair: pd.DataFrame) -> pd.DataFrame:
    """What one finds by laying hour 9 of a file beside hour 9 of the other."""
    legal = pair.index.tz_convert(air.LEGAL)
    month = pd.Series(np.where(legal.month == 2, FEBRUARY, JULY), index=pair.index)
    of_station = pair["station"].groupby([month, legal.hour + 1]).mean()
    of_sensor = pair["capteur"].groupby([month, pair.index.hour]).mean()
    both = pd.DataFrame({"station": of_station, "capteur": of_sensor}).round(1)
    return both.rename_axis(["mois", "heure"]).reset_index()


def _records(frame: pd.DataFrame) -> list[dict]:
    return [{name: None if isinstance(value, float) and np.isnan(value) else value for name, value in row.items()} for row in frame.to_dict("records")]


def _truth(year: Air, clean: pd.DataFrame, labels: pd.DataFrame) -> dict:
    starts = year.hours.strftime("%Y-%m-%dT%H:%M")
    watched = {("2026-01-01", 1), ("2026-01-01", 24), ("2026-03-28", 24), ("2026-03-29", 1), ("2026-03-29", 2), ("2026-03-29", 4), ("2026-03-29", 24), ("2026-07-14", 12),
               ("2026-10-25", 2), ("2026-10-25", 3), ("2026-10-25", 4), ("2026-12-31", 24)}
    utc = {}
    for day, hour, start in zip(labels["date"], labels["heure"], starts, strict=True):
        if (day, hour) in watched:
            utc.setdefault(f"{day} {hour}", []).append(start)
    per_day = labels.groupby("date").size()
    # Peaks come from what people do: the clock on the wall, the same for both instruments.
    legal = year.hours.tz_convert(air.LEGAL)
    of_july = legal.month == 7
    july = {name: series[of_july].groupby(legal.hour[of_july]).mean() for name, series in (("station", year.station["pm25"]), ("capteur", year.raw[NEAR]))}
    after = {}
    for name, month in ((FEBRUARY, 2), (JULY, 7)):
        real = year.truth.loc[legal.month == month, "station"].groupby(legal.hour[legal.month == month]).mean()
        after[name] = int(real.idxmax())
    counts = clean.notna().sum()
    offsets = {FEBRUARY: 1, JULY: 2}  # legal time is UTC + 1 in winter, + 2 in summer
    return {
        "n1_station": {name: {"somme": round(float(year.station[name].sum()), 1), "vides": int(year.station[name].isna().sum())} for name in year.station},
        "n1_lignes_station": len(labels),
        "n1_jours": {day: int(count) for day, count in per_day[per_day != 24].items()},
        "n1_utc": utc,
        "n1_pics_article": {name: {"station": hour + 1, "capteur": hour - offsets[name]} for name, hour in after.items()},
        "n1_pic_legal": after[JULY],
        "n1_juillet": {name: {int(hour): round(float(value), 3) for hour, value in series.items()} for name, series in july.items()},
        "n1_heures_valides": {channel: int(count) for channel, count in counts.items()},
    }
