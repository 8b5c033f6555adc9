"""The air: reference values as their sources give them, and the invented year with its traps in."""

import csv
import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from challenge_data import raw_file
from challenge_data.air import COUVERTURE_AN, HEURES_PAR_JOUR, OMS_2021, UE_2030

PROJECT = Path(__file__).resolve().parents[1]
RECIPE = PROJECT / "datasets/recipes/brumeval"


@pytest.fixture(scope="module")
def recipe():
    """The recipe's own module (a script's neighbour, not a package)."""
    sys.path[:0] = [str(RECIPE), str(RECIPE.parent)]
    try:
        import air
    finally:
        del sys.path[:2]
    return air


@pytest.fixture(scope="module")
def year(recipe):
    return recipe.year()


@pytest.fixture(scope="module")
def measures() -> pd.DataFrame:
    return pd.read_csv(raw_file("air_mesures"))


# ---------------------------------------------------------------- reference values

def test_values_are_those_of_the_who_and_of_the_directive():
    assert {name: (one["jour"], one["an"]) for name, one in OMS_2021.items()} == {"PM2.5": (15, 5), "PM10": (45, 15), "NO2": (25, 10)}
    assert {name: (one["jour"], one["an"], one["jours_permis"]) for name, one in UE_2030.items()} == {"PM2.5": (25, 10, 18), "PM10": (45, 20, 18), "NO2": (50, 20, 18)}
    assert {one["centile"] for one in OMS_2021.values()} == {99}
    assert HEURES_PAR_JOUR == 0.75 * 24 and COUVERTURE_AN == 85


def test_a_notebook_cannot_change_a_value():
    with pytest.raises(TypeError):
        OMS_2021["PM2.5"]["jour"] = 50
    with pytest.raises(TypeError):
        UE_2030["PM2.5"] = {}


# ---------------------------------------------------------------- the year

def test_a_year_of_whole_legal_days(year, recipe):
    per_day = pd.Series(recipe.local_day(year.hours)).value_counts()
    assert len(year.hours) == 8760 and len(per_day) == 365
    assert per_day[per_day != 24].to_dict() == {"2026-03-29": 23, "2026-10-25": 25}


def test_the_air_is_believable_and_its_limits_are_in_sight(year, recipe):
    days = year.truth.groupby(recipe.local_day(year.hours)).mean()
    assert 7 < year.truth.mean().min() and 9.5 < year.truth["S05"].mean() < 10.5  # the EU's 10
    assert 20 < (days["station"] > 15).sum() < 60 and 14 <= (days["S05"] > 25).sum() <= 22  # the EU's 18
    assert year.weather["humidity"].between(30, 98).all() and 0.4 < (year.weather["humidity"] > recipe.HUMID).mean() < 0.7


def test_sensors_read_too_much_and_two_of_them_more_or_less_and_less(year, recipe):
    beside = {name: (year.hours >= start) & (year.hours < end) for name, (start, end) in (("january", recipe.JANUARY), ("december", recipe.DECEMBER))}
    ratio = {name: year.raw[kept].mean() / year.truth["station"][kept].mean() for name, kept in beside.items()}
    assert (ratio["january"] > 1.2).all() and year.sensors["b"].between(1.2, 2).all()
    drifting = {name: year.sensors.index[year.sensors["story"] == f"drifts {name}"].item() for name in ("up", "down")}
    assert ratio["december"][drifting["up"]] > 1.2 * ratio["january"][drifting["up"]]
    assert ratio["december"][drifting["down"]] < 0.8 * ratio["january"][drifting["down"]]
    assert all((year.place[sensor][beside["december"]] == "station").all() == row["december"] for sensor, row in year.sensors.iterrows())


def test_where_a_sensor_stood_is_what_it_could_breathe(year, recipe):
    seen = year.at("C09")
    assert seen[year.hours < recipe.JANUARY[0]].isna().all()
    for name, kept in (("station", year.hours == recipe.JANUARY[0]), ("S09", year.hours == recipe.JANUARY[1]), ("S13", year.hours == recipe.MOVED)):
        assert seen[kept].item() == year.truth[name][kept].item()


# ---------------------------------------------------------------- the traps are in

def test_traps_of_the_station(year):
    lines = raw_file("air_station").read_text(encoding="utf-8").splitlines()
    assert ";" not in lines[0] and lines[1].startswith("date;heure") and lines[2].startswith("jj/mm/aaaa;")
    rows = [line.split(";") for line in lines[3:]]
    hours = {day: [int(row[1]) for row in rows if row[0] == day] for day in ("28/03/2026", "29/03/2026", "25/10/2026")}
    assert hours["28/03/2026"] == list(range(1, 25))
    assert hours["29/03/2026"] == [1, 2, *range(4, 25)] and hours["25/10/2026"] == [1, 2, 3, *range(3, 25)]
    assert sum(row[2] == "n/d" for row in rows) == year.station["pm25"].isna().sum() > 200 and len(rows) == 8760


def test_traps_of_the_three_tables(measures):
    sites, channels = pd.read_csv(raw_file("air_sites")), pd.read_csv(raw_file("air_voies"))
    assert set(channels["site_id"]) - set(sites["site_id"]) == {"BR-08"}
    assert set(measures["channel_id"]) - set(channels["channel_id"]) == {"C04"}
    assert set(channels["channel_id"]) - set(measures["channel_id"]) == {"C13"}
    assert sites.loc[sites["ylat"] < 0, "site_id"].tolist() == ["BR-12"]
    assert channels.loc[channels["unite"] == "%", "channel_id"].tolist() == ["C06H"]
    assert set(measures.loc[~measures["value"].between(0, 500), "value"]) == {-999.0, 999.9}
    assert measures.duplicated().sum() > 500 and not measures.drop_duplicates().duplicated(["channel_id", "start_datetime"]).any()


def test_a_fortnight_away_can_be_read_in_a_home(year, recipe):
    kitchen = year.raw["C06"].groupby(recipe.local_day(year.hours)).max()
    assert kitchen["2026-08-01":"2026-08-15"].max() < 25 < kitchen["2026-07-17":"2026-07-31"].median()


# ---------------------------------------------------------------- what a given file reveals is not asked elsewhere

def test_given_hours_say_nothing_of_the_measures():
    with open(PROJECT / "datasets/brumeval/air/air_heures.csv", encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    assert rows[0] == ["date", "heure"] and len(rows) == 8761


def test_all_files_together_stay_light():
    assert sum(path.stat().st_size for path in (PROJECT / "datasets/brumeval/air").iterdir()) < 4_000_000


def test_the_truth_counts_what_the_generator_knows(year):
    truth = json.loads((PROJECT / "datasets/recipes/truth/qualite_air.json").read_text(encoding="utf-8"))
    home = (year.place != "station") & (year.place != "")
    counted = year.raw.where(home).notna().sum().to_dict()
    assert {name: truth["n1_heures_valides"][name] for name in counted} == counted
