"""Notebook 3 of the air: daily means that a laboratory corrected, each with its margin; then days above the EU's value, site by site.

A daily mean here is the true one, moved by two errors that no co-location takes away: one that a site keeps all year long (its
particles are not those of the quay) and one of the day. Their size is that of the margin told in the file, so a true mean lies
within it about nineteen days out of twenty.
"""

import math
from pathlib import Path

import air
import numpy as np
import pandas as pd
from packages import field, table, write_csv

MARGIN, STATION_MARGIN = 0.20, 0.10
"""What a reader is told: the true daily mean lies within this share of the value, nineteen days out of twenty."""
OF_THE_SITE, OF_THE_DAY = 0.06, 0.075
"""Standard deviations whose sum in squares is half of the margin."""
DRAW = 378
"""Drawn again until the year tells the notebook's story: see _story."""
DAYS, SHARE = 365, 85
WHO, EU, ALLOWED = 15, 25, 18
POSTER = 34
"""Days above the WHO's value at the harbour, margin forgotten: what the association's poster says."""
HAMLET, SILENT, HARBOUR, REFERENCE = "Le Bourg", "Le Village", "Capitainerie", "Station du quai"

# Homes bear the name of their quarter: a file for everybody does not say who keeps a sensor.
NAMES = {
    "station": REFERENCE, "S01": HARBOUR, "S02": "Vieille-Ville", "S03": "Collège des Docks", "S04": "École de la Corderie", "S05": HAMLET,
    "S07": "École des Sternes", "S08": "Mairie des Trois-Phares", "S09": "Le Roc", "S10": "Mairie de Lande-Haute",
    "S11": "Bibliothèque de la Grève", "S12": SILENT, "S13": "Salle de la Tourelle",
}
INDOORS = "C06"
"""Left out: what it breathes is a kitchen."""

_DAY_FIELDS = [
    field("site", "string", "Site", "Où l'appareil était posé. Un capteur posé chez quelqu'un porte le nom du quartier.", required=True),
    field("jour", "date", "Jour", "Jour légal, de minuit à minuit à l'heure de Paris.", required=True),
    field("moyenne", "number", "Moyenne du jour", "PM2,5 en µg/m³, corrigée par le laboratoire.", required=True, minimum=0),
    field("incertitude", "number", "Marge", "En µg/m³. Dix-neuf jours sur vingt, la vraie moyenne est entre moyenne - incertitude et moyenne + incertitude.", required=True, minimum=0),
    field("heures", "integer", "Heures mesurées", "Nombre d'heures mesurées ce jour-là, de 1 à 25.", required=True, minimum=1, maximum=25),
]
_EU_FIELDS = [
    field("site", "string", "Site", "Comme dans air_jours.", required=True),
    field("annee_complete", "string", "Année assez mesurée ?", "oui si 85 % des 365 jours de l'année comptent (18 heures mesurées ou plus), non sinon.", required=True, enum=["oui", "non"]),
    field("au_moins", "integer", "Jours sûrement au-dessus de 25", "Jours dont toute la marge est au-dessus de 25 µg/m³.", required=True, minimum=0),
    field("au_plus", "integer", "Jours sûrement ou peut-être au-dessus de 25", "Jours dont la marge, ou une partie, est au-dessus de 25 µg/m³.", required=True, minimum=0),
]


def days(year: air.Air) -> pd.DataFrame:
    """One row a site and day with a measure: what the laboratory gives."""
    day = air.local_day(year.hours)
    rows = []
    for rank, (code, name) in enumerate(NAMES.items()):
        hourly = _hours_at(year, code)
        heard = hourly.groupby(day).agg(["mean", "count"])
        heard = heard[heard["count"] > 0]
        chance = np.random.RandomState([2026, DRAW, rank])
        share = STATION_MARGIN if code == "station" else MARGIN
        error = share / MARGIN * (OF_THE_SITE * chance.normal() + OF_THE_DAY * chance.normal(size=len(heard)))
        mean = (heard["mean"] * (1 + error)).round(1).to_numpy()
        margin = _off_the_edge(mean, np.round(share * mean, 1))
        rows.append(pd.DataFrame({"site": name, "jour": heard.index, "moyenne": mean, "incertitude": margin, "heures": heard["count"].to_numpy(), "vraie": heard["mean"].to_numpy()}))
    return pd.concat(rows, ignore_index=True)


def _off_the_edge(mean: np.ndarray, margin: np.ndarray) -> np.ndarray:
    """A tenth more where an end falls on a value itself: above or not would hang on float noise."""
    on = np.zeros(len(mean), dtype=bool)
    for end in (mean - margin, mean + margin):
        on |= np.isin(np.round(10 * end), (10 * WHO, 10 * EU))
    return np.round(margin + 0.1 * on, 1)


def _hours_at(year: air.Air, code: str) -> pd.Series:
    """True PM2.5 of the hours that an instrument measured at a site, NaN for the others."""
    if code == "station":
        return year.truth[code].where(year.station["pm25"].notna())
    seen = pd.Series(np.nan, index=year.hours)
    for sensor in year.sensors.index.drop(INDOORS):
        heard = (year.place[sensor] == code) & year.raw[sensor].notna()
        if year.sensors.loc[sensor, "story"].startswith("stuck"):
            heard &= ~((year.hours >= air.STUCK[0]) & (year.hours < air.STUCK[1]))
        seen = seen.where(~heard, year.truth[code])
    return seen


def truth(table_of_days: pd.DataFrame) -> tuple[list[dict], dict]:
    """The rows of ``air_europe`` and the keys of the truth, counted one day after the other.

    Raises:
        AssertionError: a day is so near a value that rounding could change its count, or the story is no longer that of the notebook.
    """
    counted = {name: [] for name in NAMES.values()}
    for row in table_of_days.itertuples():
        if row.heures >= air.ENOUGH_HOURS:
            counted[row.site].append(row)
    known = {site: {row.jour for row in rows} for site, rows in counted.items()}
    share = {site: 100 * len(rows) / DAYS for site, rows in counted.items()}
    spans = {limit: {site: _span(rows, limit) for site, rows in counted.items()} for limit in (WHO, EU)}
    complete = {site: part >= SHARE for site, part in share.items()}
    station = {row.jour: row.moyenne for row in counted[REFERENCE]}
    same_days = [station[row.jour] for row in counted[SILENT] if row.jour in station]
    _story(table_of_days, counted, spans, share, complete)
    europe = [{"site": site, "annee_complete": "oui" if complete[site] else "non", "au_moins": low, "au_plus": high} for site, (low, high) in spans[EU].items()]
    return europe, {
        "n3_station": round(math.fsum(station.values()) / len(station), 6),
        "n3_station_memes_jours": round(math.fsum(same_days) / len(same_days), 6),
        "n3_oms_au_moins": {site: low for site, (low, _) in spans[WHO].items()},
        "n3_oms_au_plus": {site: high for site, (_, high) in spans[WHO].items()},
        "n3_verdict": {site: _verdict(*spans[EU][site], complete[site]) for site in known},
    }


def _span(rows: list, limit: float) -> tuple[int, int]:
    for row in rows:  # both ends in tenths: float noise must not decide
        assert round(10 * (row.moyenne - row.incertitude)) != 10 * limit != round(10 * (row.moyenne + row.incertitude)), row
    return sum(row.moyenne - row.incertitude > limit for row in rows), sum(row.moyenne + row.incertitude > limit for row in rows)


def _verdict(low: int, high: int, complete: bool) -> str:
    return "dépasse" if low > ALLOWED else "respecte" if high <= ALLOWED and complete else "on ne peut pas le dire"


def _story(table_of_days: pd.DataFrame, counted: dict, spans: dict, share: dict, complete: dict) -> None:
    within = (table_of_days["vraie"] - table_of_days["moyenne"]).abs() <= table_of_days["incertitude"]
    assert 0.93 < within.mean() < 0.98, within.mean()
    low, high = spans[EU][HAMLET]
    naive = sum(row.moyenne > EU for row in counted[HAMLET])
    assert low < naive < ALLOWED < high and complete[HAMLET], (low, naive, high, share[HAMLET])
    assert [site for site, (_, most) in spans[EU].items() if most > ALLOWED] == [HAMLET], spans[EU]
    shown = sum(row.moyenne > WHO for row in counted[HARBOUR])
    assert shown == POSTER, shown
    assert spans[EU][HARBOUR][1] < POSTER and spans[WHO][HARBOUR][0] < POSTER < spans[WHO][HARBOUR][1], (spans[EU][HARBOUR], spans[WHO][HARBOUR])
    assert not complete[SILENT] and spans[EU][SILENT][0] == 0 and complete[REFERENCE] and complete[HARBOUR]
    assert spans[EU][REFERENCE][0] >= 1 and spans[EU][REFERENCE][1] >= low, "the station and the hamlet must overlap"
    assert all(abs(part - SHARE) > 0.3 for part in share.values()), share
    for limit, of in spans.items():  # what really happened on the days that count
        for site, rows in counted.items():
            assert of[site][0] <= sum(row.vraie > limit for row in rows) <= of[site][1], (limit, site)


def build(folder: Path, year: air.Air) -> tuple[list[dict], dict]:
    """Write the files of notebook 3; give their resources and the keys of the truth."""
    all_days = days(year)
    europe, known = truth(all_days)
    write_csv(folder / "air_jours.csv", _DAY_FIELDS, all_days.drop(columns="vraie").to_dict("records"))
    write_csv(folder / "air_europe.csv", _EU_FIELDS, europe)
    return [
        table("air_jours", "air_jours.csv", title="Moyennes du jour, corrigées, avec leur marge",
              description="Une ligne par site et par jour où l'appareil a mesuré au moins une heure. Le capteur posé dans une cuisine n'y est pas.",
              fields=_DAY_FIELDS, key=["site", "jour"]),
        table("air_europe", "air_europe.csv", title="Jours au-dessus de 25 µg/m³, site par site",
              description="Ce que l'on sait du nombre de jours au-dessus de la valeur européenne de 2030 : au moins, au plus. Compté sur les jours d'au moins 18 heures.",
              fields=_EU_FIELDS, key="site"),
    ], known
