"""The air of the island in 2026, before any file says anything about it: weather, fine particles, twelve citizens' sensors.

    import air
    year = air.year()            # an Air: the same numbers each time
    year.hours                   # 8760 hours, UTC, each named by its START: the civil year 2026 of Paris time,
                                 # so from 2025-12-31T23Z to 2026-12-31T22Z; every legal day of 2026 is whole
    year.weather                 # temperature (°C), humidity (%), wind (m/s): one for the whole island
    year.truth                   # PM2.5 (µg/m³) that really hung outdoors: columns "station", "S01" … "S13" (sites)
    year.station                 # what the reference station measured: pm25, pm10, no2; NaN = no valid measure
    year.raw                     # what each sensor said: columns "C01" … "C12", one decimal; NaN = a cut, or not yet installed
    year.place                   # where each sensor stood: same columns; "station" during a co-location, a site, "" before
    year.at(sensor)              # true PM2.5 at the place where that sensor stood, hour by hour (NaN before)
    year.sensors                 # one row a sensor, index "C01" …: site, what it is, and its secret (a, b, drift …)
    year.sites                   # one row a site, index "station", "S01" …: name, commune, longitude, latitude
    air.local_day(year.hours)    # the legal day (Europe/Paris) of each hour, as text: "2026-03-29"
    air.JANUARY, air.DECEMBER    # the two co-locations, (first hour, hour after the last one): three weeks each

    raw = a + b × seen × growth(humidity) × (1 + drift × share of the year gone by) + noise, never under 0
    seen = true PM2.5 outdoors, except for the sensor kept indoors (C06), once it is home
    growth(humidity) = 1 up to 75 %, then + 2.5 % for each point of humidity: what an optical sensor takes for particles

A file for learners never holds what only this module knows. A module ``air_files_<n>.py`` writes the files of notebook n:
``build(folder, year)`` writes them and returns (resources of the package, keys of the truth); ``air_package.py`` calls it.
"""

from dataclasses import dataclass
from functools import cache

import geography
import numpy as np
import pandas as pd

LEGAL = "Europe/Paris"
JANUARY = (pd.Timestamp("2026-01-04T23Z"), pd.Timestamp("2026-01-25T23Z"))
DECEMBER = (pd.Timestamp("2026-11-30T23Z"), pd.Timestamp("2026-12-21T23Z"))
ENOUGH_HOURS = 18
"""75 % of 24: fewer hours do not make a day (directive 2008/50/EC, annex XI)."""
HUMID = 75
"""Relative humidity (%) above which a particle swells and an optical sensor sees it bigger."""
SWELLING = 0.025
"""Growth for each point of humidity above."""
MOVED = pd.Timestamp("2026-06-30T22Z")
"""When C09 goes from S09 to S13."""
STUCK = (pd.Timestamp("2026-05-02T22Z"), pd.Timestamp("2026-06-11T22Z"))
"""C07 repeats one number."""
DEAD = pd.Timestamp("2026-09-19T22Z")
"""C07 falls silent."""
EPISODE = (pd.Timestamp("2026-03-08T23Z"), pd.Timestamp("2026-03-15T23Z"))
"""Dirty air from the mainland, on the whole island."""
BONFIRE = (pd.Timestamp("2026-06-23T20Z"), pd.Timestamp("2026-06-24T00Z"))
"""Midsummer fire on the beach, near S11: only one sensor sees it."""
AWAY = (pd.Timestamp("2026-07-31T22Z"), pd.Timestamp("2026-08-15T22Z"))
"""Nobody cooks beside the sensor kept indoors: a fortnight that a public file tells to all."""


@dataclass(frozen=True)
class Air:
    """See the module's docstring."""

    hours: pd.DatetimeIndex
    weather: pd.DataFrame
    truth: pd.DataFrame
    station: pd.DataFrame
    place: pd.DataFrame
    raw: pd.DataFrame
    sensors: pd.DataFrame
    sites: pd.DataFrame

    def at(self, sensor: str) -> pd.Series:
        """True PM2.5 outdoors at the place where the sensor stood; NaN before it was installed."""
        return _along(self.truth, self.place[sensor])


# site · quarter · kilometres aside of its middle, east and north · name · kind
# · what each source weighs there: mainland's air, road, harbour, chimneys
_SITES = (
    ("station", "9990101", 0.05, 0.05, "Station de référence de Port-Brume, quai du Ponant", "station", 1.00, 1.00, 1.00, 0.45),
    ("S01", "9990101", -0.10, -0.08, "Capitainerie", "public", 1.00, 0.90, 1.25, 0.40),
    ("S02", "9990102", 0.06, -0.10, "Chez Y. Madec, 7 rue des Voiliers", "domicile", 1.00, 0.75, 0.45, 0.80),
    ("S03", "9990103", -0.07, 0.12, "Collège des Docks", "public", 1.00, 0.95, 0.80, 0.45),
    ("S04", "9990104", 0.11, 0.04, "École de la Corderie", "public", 1.00, 0.60, 0.25, 0.75),
    ("S05", "9990201", -0.08, 0.05, "Chez L. Kerdoncuff, 3 impasse du Puits", "domicile", 1.00, 0.60, 0.05, 1.55),
    ("S06", "9990203", 0.09, -0.06, "Chez A. et S. Rozan, 12 rue du Four", "domicile", 0.98, 0.35, 0.05, 0.80),
    ("S07", "9990301", -0.05, 0.09, "École des Sternes", "public", 0.98, 0.40, 0.15, 0.70),
    ("S08", "9990401", 0.07, 0.05, "Mairie des Trois-Phares", "public", 0.96, 0.45, 0.10, 0.65),
    ("S09", "9990501", -0.10, 0.03, "Chez P. Tanguy, 5 chemin des Douaniers", "domicile", 0.95, 0.30, 0.05, 0.70),
    ("S10", "9990601", 0.05, -0.09, "Mairie de Lande-Haute", "public", 0.94, 0.35, 0.00, 0.60),
    ("S11", "9990701", 0.08, 0.07, "Bibliothèque de la Grève", "public", 0.98, 0.45, 0.10, 0.80),
    ("S12", "9990801", -0.06, -0.04, "Chez M. Le Bris, 2 chemin de la Lande", "domicile", 0.94, 0.25, 0.00, 0.75),
    ("S13", "9990502", 0.05, 0.06, "Salle de la Tourelle", "public", 0.94, 0.25, 0.00, 0.55),
)

# sensor · site · a · b · drift in a year · share of hours cut · beside the station again in December · its story
_SENSORS = (
    ("C01", "S01", 0.8, 1.55, 0.00, 0.010, True, "sound"),
    ("C02", "S02", 0.4, 1.70, 0.00, 0.015, False, "sound"),
    ("C03", "S03", 1.1, 1.35, 0.45, 0.010, True, "drifts up"),
    ("C04", "S04", 0.2, 1.80, 0.00, 0.020, False, "sound"),
    ("C05", "S05", 0.6, 1.60, 0.00, 0.015, False, "sound"),
    ("C06", "S06", 0.9, 1.45, 0.00, 0.010, False, "indoors"),
    ("C07", "S07", 0.5, 1.65, 0.00, 0.020, False, "stuck, then dead"),
    ("C08", "S08", 1.3, 1.25, 0.00, 0.010, True, "sound"),
    ("C09", "S09", 0.3, 1.90, 0.00, 0.015, False, "moved"),
    ("C10", "S10", 0.7, 1.50, -0.35, 0.010, True, "drifts down"),
    ("C11", "S11", 1.0, 1.40, 0.00, 0.080, False, "sound"),
    ("C12", "S12", 0.6, 1.75, 0.00, 0.030, False, "solar: silent at the end of winter nights"),
)

# Legal hours (start): what share of the strongest hour.
_ROAD = {6: 0.2, 7: 0.65, 8: 1.0, 9: 0.55, 10: 0.3, 11: 0.25, 12: 0.35, 13: 0.35, 14: 0.25, 15: 0.25, 16: 0.4, 17: 0.6, 18: 0.65, 19: 0.4, 20: 0.2, 21: 0.1}
_HARBOUR = {7: 0.45, 8: 1.0, 9: 0.35, 12: 0.3, 13: 0.45, 19: 0.5, 20: 0.3}
_CHIMNEYS = {17: 0.2, 18: 0.45, 19: 0.7, 20: 0.9, 21: 1.0, 22: 0.95, 23: 0.75, 0: 0.5, 1: 0.3, 2: 0.15, 6: 0.1, 7: 0.2, 8: 0.15}
_COOKING = {12: 0.7, 13: 0.4, 19: 1.0, 20: 0.8}
_MAINLAND_MEAN, _ROAD_PEAK, _HARBOUR_PEAK, _CHIMNEY_PEAK, _COOKING_PEAK = 6.4, 4.6, 4.8, 25.0, 16.0


def local_day(hours: pd.DatetimeIndex) -> pd.Index:
    """The legal day of each hour, as text."""
    return pd.Index(hours.tz_convert(LEGAL).strftime("%Y-%m-%d"), name="jour")


def growth(humidity: pd.Series) -> pd.Series:
    """By how much damp air makes an optical sensor see particles bigger."""
    return 1 + SWELLING * (humidity - HUMID).clip(lower=0)


@cache
def year(seed: int = 2026) -> Air:
    """The year of the air, always the same for the same seed."""
    hours = pd.date_range("2025-12-31T23Z", periods=8760, freq="h", name="heure_utc")
    # RandomState: its stream is frozen for ever, that of numpy's newer generators is not.
    weather = _weather(hours, np.random.RandomState([seed, 1]))
    truth = _truth(hours, weather, np.random.RandomState([seed, 2]))
    sensors = pd.DataFrame(_SENSORS, columns=["sensor", "site", "a", "b", "drift", "cuts", "december", "story"]).set_index("sensor")
    place = _place(hours, sensors)
    station = _station(truth["station"], weather, np.random.RandomState([seed, 3]))
    raw = _raw(truth, weather, place, sensors, seed)
    return Air(hours, weather, truth, station, place, raw, sensors, _sites())


def _sites() -> pd.DataFrame:
    quarters = {one.code: one for one in geography.QUARTERS}
    rows = []
    for code, quarter, east, north, name, kind, *_ in _SITES:
        middle = quarters[quarter]
        longitude, latitude = geography.to_wgs84(*geography.from_km(middle.x + east, middle.y + north))
        rows.append({"site": code, "name": name, "kind": kind, "commune": middle.commune, "quarter": quarter, "longitude": longitude, "latitude": latitude})
    return pd.DataFrame(rows).set_index("site")


def _wander(chance: np.random.RandomState, count: int, memory: float) -> np.ndarray:
    """Noise of variance 1 that remembers: ``memory`` hours before it forgets."""
    keep = np.exp(-1 / memory)
    steps = chance.normal(size=count) * np.sqrt(1 - keep**2)
    steps[0] = chance.normal()
    for rank in range(1, count):
        steps[rank] += keep * steps[rank - 1]
    return steps


def _weather(hours: pd.DatetimeIndex, chance: np.random.RandomState) -> pd.DataFrame:
    count = len(hours)
    season = np.cos(2 * np.pi * (hours.day_of_year.to_numpy() - 25) / 365)  # 1 at the end of January
    hour = np.cos(2 * np.pi * (hours.hour.to_numpy() - 14) / 24)  # 1 in the afternoon
    front, calm = _wander(chance, count, 60), _wander(chance, count, 55)
    # In winter an anticyclone brings cold and calm together: the evenings when wood smoke stays.
    temperature = 12.5 - 5.5 * season + (2.2 - 0.8 * season) * hour + 1.6 * front + 1.6 * season * calm + 0.5 * _wander(chance, count, 5)
    wind = np.clip(5.2 + 0.9 * season + 0.7 * hour + 2.4 * calm + 0.8 * _wander(chance, count, 4), 0.3, None)
    humidity = np.clip(78 + 4 * season - (7 - 3 * season) * hour + 8 * _wander(chance, count, 30) - 1.5 * front, 32, 98)
    return pd.DataFrame({"temperature": temperature, "humidity": humidity, "wind": wind}, index=hours)


def _stale(weather: pd.DataFrame) -> np.ndarray:
    """Little wind: what is emitted stays."""
    return np.clip(1.75 - 0.14 * weather["wind"].to_numpy(), 0.35, None)


def _rhythm(hours: pd.DatetimeIndex, shares: dict[int, float]) -> np.ndarray:
    """A day of people: by the clock on the wall, so by legal hours."""
    legal = hours.tz_convert(LEGAL).hour
    return np.array([shares.get(hour, 0.0) for hour in legal])


def _truth(hours: pd.DatetimeIndex, weather: pd.DataFrame, chance: np.random.RandomState) -> pd.DataFrame:
    count = len(hours)
    legal = hours.tz_convert(LEGAL)
    weekend = np.where(legal.day_of_week >= 5, 0.45, 1.0)
    summer = np.clip(-np.cos(2 * np.pi * (hours.day_of_year.to_numpy() - 25) / 365), 0, None)
    stale = _stale(weather)
    cold = np.clip((12.5 - weather["temperature"].to_numpy()) / 8, 0, 1.6)
    mainland = _MAINLAND_MEAN * np.exp(0.62 * _wander(chance, count, 60) - 0.192) * (0.6 + 0.4 * stale)
    mainland += _episode(hours) * (0.85 + 0.15 * _wander(chance, count, 8))
    road = _ROAD_PEAK * _rhythm(hours, _ROAD) * weekend * stale
    harbour = _HARBOUR_PEAK * _rhythm(hours, _HARBOUR) * (0.75 + 0.5 * summer) * np.clip(1.2 - 0.05 * weather["wind"].to_numpy(), 0.4, None)
    chimneys = _CHIMNEY_PEAK * _rhythm(hours, _CHIMNEYS) * cold * stale**1.6
    columns = {}
    for code, _, _, _, _, _, of_mainland, of_road, of_harbour, of_chimneys in _SITES:
        mixed = of_mainland * mainland + of_road * road + of_harbour * harbour + of_chimneys * chimneys
        if code == "S11":
            mixed = mixed + np.where((hours >= BONFIRE[0]) & (hours < BONFIRE[1]), 140.0, 0.0)
        columns[code] = np.clip(mixed * np.exp(0.10 * _wander(chance, count, 3)), 0.8, None)
    return pd.DataFrame(columns, index=hours)


def _episode(hours: pd.DatetimeIndex) -> np.ndarray:
    """Rises in a day and a half, stays, falls in a day."""
    since = (hours - EPISODE[0]).total_seconds().to_numpy() / 3600
    left = (EPISODE[1] - hours).total_seconds().to_numpy() / 3600
    return 24 * np.clip(since / 36, 0, 1) * np.clip(left / 24, 0, 1)


def _place(hours: pd.DatetimeIndex, sensors: pd.DataFrame) -> pd.DataFrame:
    columns = {}
    for sensor, row in sensors.iterrows():
        where = np.full(len(hours), row["site"], dtype=object)
        if row["story"] == "moved":
            where[hours >= MOVED] = "S13"
        where[hours < JANUARY[0]] = ""
        where[(hours >= JANUARY[0]) & (hours < JANUARY[1])] = "station"
        if row["december"]:
            where[(hours >= DECEMBER[0]) & (hours < DECEMBER[1])] = "station"
        columns[sensor] = where
    return pd.DataFrame(columns, index=hours)


def _along(truth: pd.DataFrame, place: pd.Series) -> pd.Series:
    found = pd.Series(np.nan, index=truth.index, name=place.name)
    for site in truth.columns:
        found = found.where(place != site, truth[site])
    return found


def _station(true: pd.Series, weather: pd.DataFrame, chance: np.random.RandomState) -> pd.DataFrame:
    count = len(true)
    legal = true.index.tz_convert(LEGAL)
    pm25 = np.clip(true + 0.35 * chance.normal(size=count), 0.3, None)
    salt = np.clip(0.5 * weather["wind"], 1.0, 7.0)  # sea spray is coarse: wind brings it
    pm10 = pm25 + salt * np.exp(0.25 * _wander(chance, count, 12))
    stale = _stale(weather)
    weekend = np.where(legal.day_of_week >= 5, 0.5, 1.0)
    no2 = np.clip((7.5 + 23 * _rhythm(true.index, _ROAD) * weekend * stale + 11 * _rhythm(true.index, _HARBOUR)) * np.exp(0.40 * _wander(chance, count, 30) - 0.08), 0.5, None)
    table = pd.DataFrame({"pm25": pm25, "pm10": pm10, "no2": no2}, index=true.index).round(1)
    out = np.zeros(count, dtype=bool)
    for start in chance.choice(count - 30, size=22, replace=False):  # calibrations and breakdowns, a few hours each
        out[start : start + chance.randint(2, 14)] = True
    # The yearly service: four days in August without any measure.
    out |= (true.index >= pd.Timestamp("2026-08-17T07Z")) & (true.index < pd.Timestamp("2026-08-20T15Z"))
    return table.mask(pd.Series(out, index=true.index))


def _raw(truth: pd.DataFrame, weather: pd.DataFrame, place: pd.DataFrame, sensors: pd.DataFrame, seed: int) -> pd.DataFrame:
    hours, columns = truth.index, {}
    gone = (hours - hours[0]).total_seconds().to_numpy() / 3600 / len(hours)
    swollen = growth(weather["humidity"]).to_numpy()
    for rank, (sensor, row) in enumerate(sensors.iterrows()):
        chance = np.random.RandomState([seed, 10 + rank])
        seen, damp = _along(truth, place[sensor]).to_numpy(), swollen
        if row["story"] == "indoors":
            home = (place[sensor] == row["site"]).to_numpy()
            somebody = ~((hours >= AWAY[0]) & (hours < AWAY[1]))
            cooking = _COOKING_PEAK * _rhythm(hours, _COOKING) * chance.gamma(1.2, 0.7, size=len(hours)) * somebody
            inside = 1.2 + 0.35 * pd.Series(seen).ewm(halflife=3).mean().to_numpy() + cooking
            seen, damp = np.where(home, inside, seen), np.where(home, 1.0, swollen)
        said = row["a"] + row["b"] * seen * damp * (1 + row["drift"] * gone)
        said = said + (0.8 + 0.06 * said) * chance.normal(size=len(hours))
        said = np.round(np.clip(said, 0, None), 1)
        said[_cuts(hours, row["cuts"], chance)] = np.nan
        if row["story"].startswith("stuck"):
            said[(hours >= STUCK[0]) & (hours < STUCK[1])] = 8.4
            said[hours >= DEAD] = np.nan
        if row["story"].startswith("solar"):
            home = (place[sensor] == row["site"]).to_numpy()
            # A battery too small: after a dull day it gives up at night, from October to March.
            dark = np.isin(hours.month, (1, 2, 3, 10, 11, 12)) & np.isin(hours.hour, (23, 0, 1, 2, 3, 4, 5, 6, 7))
            dull = (weather["humidity"].rolling(24, min_periods=1).mean() > 76).to_numpy()
            said[home & dark & dull] = np.nan
        columns[sensor] = said
    return pd.DataFrame(columns, index=hours)


def _cuts(hours: pd.DatetimeIndex, share: float, chance: np.random.RandomState) -> np.ndarray:
    """Hours without a measure: a router unplugged, the current off; from two hours to two days."""
    out = np.zeros(len(hours), dtype=bool)
    while out.mean() < share:
        start = chance.randint(0, len(hours))
        out[start : start + int(2 + chance.exponential(9))] = True
    return out
