"""The invented island: rebuilt to the same bytes, in open sea, adding up, with its traps in and nobody real in it."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from challenge_data import load, raw_file

PROJECT = Path(__file__).resolve().parents[1]
RECIPE = PROJECT / "datasets/recipes/brumeval/build.py"
ISLAND = PROJECT / "datasets/brumeval"
TRUTH = PROJECT / "datasets/recipes/truth/defibrillateurs.json"
PACKAGES = ("territoire", "defibrillateurs", "equipements", "air")
"""Those of this recipe: the island has others."""


def rebuilt(folder: Path, *arguments: str) -> dict[str, bytes]:
    run = subprocess.run([sys.executable, RECIPE, "--into", folder, *arguments], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def truth() -> dict:
    return json.loads(TRUTH.read_text(encoding="utf-8"))


def text_of(path: Path) -> str:
    """Everything a reader can find in a file, spreadsheets included."""
    if path.suffix == ".xlsx":
        cells = (cell.value for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row)
        return "\n".join(str(value) for value in cells if value is not None)
    return path.read_text(encoding="latin-1" if path.name in ("dae_pompiers.csv", "eq_sports.csv") else "utf-8")


ALL_FILES = [path for path in sorted(ISLAND.rglob("*")) if path.suffix in (".csv", ".geojson", ".xlsx", ".json")]


# ---------------------------------------------------------------- the recipe

def test_the_recipe_gives_the_same_bytes(tmp_path):
    built = rebuilt(tmp_path)
    for truth in ("defibrillateurs.json", "equipements.json", "qualite_air.json"):
        assert built.pop(truth) == (TRUTH.parent / truth).read_bytes()
    shipped = {path.relative_to(ISLAND).as_posix(): path.read_bytes() for name in PACKAGES for path in (ISLAND / name).iterdir() if path.name != "SOURCE.md"}
    assert built.keys() == shipped.keys()
    assert [name for name in built if built[name] != shipped[name]] == []


def test_a_scale_gives_more_rows_and_no_truth(tmp_path):
    built = rebuilt(tmp_path, "--scale", "4")
    assert not {"defibrillateurs.json", "equipements.json", "qualite_air.json"} & set(built)
    assert built["equipements/eq_registre.csv"].count(b"\n") > 500 and built["territoire/ile_adresses.csv"].count(b"\n") > 1600
    for name, table in (("territoire/ile_population.csv", "ile_population"), ("defibrillateurs/dae_janvier.csv", "dae_janvier")):
        rows = built[name].count(b"\n") - 1
        assert rows == 4 * len(load(table))


def test_a_scale_never_overwrites_the_course():
    run = subprocess.run([sys.executable, RECIPE, "--scale", "4"], capture_output=True, text=True)
    assert run.returncode == 2 and "--into" in run.stderr


def test_the_workbook_tells_no_hour_of_writing():
    with zipfile.ZipFile(raw_file("dae_mairies")) as book:
        assert {entry.date_time for entry in book.infolist()} == {(2026, 3, 20, 9, 0, 0)}
        assert set(re.findall(r"<dcterms:\w+[^>]*>([^<]*)<", book.read("docProps/core.xml").decode())) == {"2026-03-20T09:00:00Z"}


# ---------------------------------------------------------------- the territory

def test_shapes_fit_together():
    coast, communes, quarters = (load(name).to_crs(2154) for name in ("ile_cote", "ile_communes", "ile_quartiers"))
    assert all(layer.is_valid.all() for layer in (coast, communes, quarters))
    assert len(communes) == 8 and len(quarters) == 24
    assert coast.geometry.iloc[0].geom_type == "MultiPolygon" and len(coast.geometry.iloc[0].geoms) == 2
    for layer in (communes, quarters):
        # Less than a thousandth of the island, which is what six decimals of a degree leave.
        assert shapely.symmetric_difference(layer.union_all(), coast.union_all()).area < coast.area.sum() / 1000
        assert abs(layer.area.sum() - coast.area.sum()) < coast.area.sum() / 1000
    parents = gpd.GeoDataFrame(quarters, geometry=quarters.representative_point()).sjoin(communes[["code_commune", "geometry"]], predicate="within")
    assert (parents["code_commune_left"] == parents["code_commune_right"]).all() and len(parents) == 24


def test_the_island_is_in_open_sea():
    coast = load("ile_cote").to_crs(2154).geometry.iloc[0]
    left, bottom, right, top = coast.bounds
    assert 11_000 < right - left < 13_000 and 7_000 < top - bottom < 9_000
    assert load("departements").to_crs(2154).distance(coast).min() > 60_000


def test_inhabitants_add_up():
    cells, communes, quarters = load("ile_population"), load("ile_communes"), load("ile_quartiers")
    assert cells["population"].sum() == communes["population"].sum() == quarters["population"].sum() == 24_000
    assert cells.groupby("code_commune")["population"].sum().to_dict() == communes.set_index("code_commune")["population"].to_dict()
    assert cells.groupby("code_quartier")["population"].sum().to_dict() == quarters.set_index("code_quartier")["population"].to_dict()
    ages = [name for name in cells if name.startswith("pop_")]
    assert (cells[ages].sum(axis=1) == cells["population"]).all() and len(ages) == 4
    assert (cells["population"] > 0).all() and cells["population"].max() > 20 * cells["population"].median()


def test_cells_stand_where_they_say():
    cells = load("ile_population")
    points = gpd.GeoDataFrame(cells, geometry=gpd.points_from_xy(cells["longitude"], cells["latitude"]), crs=4326)
    found = points.sjoin(load("ile_quartiers")[["code_quartier", "geometry"]], predicate="within")
    assert len(found) == len(cells) and (found["code_quartier_left"] == found["code_quartier_right"]).all()
    metres = points.to_crs(2154).geometry
    assert (metres.x - cells["x_l93"]).abs().max() < 0.2 and (metres.y - cells["y_l93"]).abs().max() < 0.2
    assert set((cells["x_l93"] - 100) % 200) == set((cells["y_l93"] - 100) % 200) == {0.0}
    south, west = cells["id_carreau"].str.extract(r"^CRS2154RES200mN(\d+)E(\d+)$").astype(float).to_numpy().T
    assert (south == cells["y_l93"] - 100).all() and (west == cells["x_l93"] - 100).all()


def test_codes_belong_to_nobody():
    communes, france = load("ile_communes"), load("communes")
    assert set(communes["code_commune"]) == {f"9990{rank}" for rank in range(1, 9)}
    assert not set(communes["code_commune"]) & set(france["code_commune"])
    assert set(communes["nom"]) & set(france["nom"]) == {"Sainte-Colombe"}
    assert communes["siren"].str.fullmatch(r"2199\d{5}").all() and communes["siren"].iloc[0] == "219900016"
    for siren in communes["siren"]:
        doubled = [int(digit) * (2 if rank % 2 else 1) for rank, digit in enumerate(siren)]
        assert sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0, siren


# ---------------------------------------------------------------- nobody real

@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.name)
def test_telephones_are_those_of_fiction(path):
    text = text_of(path)
    for number in re.findall(r"(?<![\d.,-])(?:\+33[ .]?|0)[1-9](?:[ .]\d\d){4}(?!\d)", text):
        digits = re.sub(r"\D", "", number.replace("+33", "0"))
        assert digits.startswith(("019900", "063998")), number
    assert all(address.endswith(".example") for address in re.findall(r"[\w.-]+@[\w.-]+\w", text))


@pytest.mark.parametrize("name", PACKAGES)
def test_it_says_that_it_is_invented(name):
    package = json.loads((ISLAND / name / "datapackage.json").read_text(encoding="utf-8"))
    assert package["challenge_data"]["invented"] is True
    assert "inventé" in package["title"] and "inventé" in (ISLAND / name / "SOURCE.md").read_text(encoding="utf-8")


def test_the_base_of_january_holds_no_mobile():
    base = load("dae_janvier")
    assert not any("639" in str(value).replace(" ", "")[:6] for column in ("tel1", "expt_tel1") for value in base[column])


# ---------------------------------------------------------------- the traps are in

def test_traps_of_the_brigades_file():
    content = raw_file("dae_pompiers").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    lines = content.decode("latin-1").split("\r\n")
    assert lines[1] == ";;;degrés;degrés;jj/mm/aaaa;;" and lines[-1] == "" and "\n" not in "".join(lines)
    assert ";n/d;n/d;" in content.decode("latin-1")
    latitudes = [line.split(";")[3] for line in lines[2:-1] if line.split(";")[3] != "n/d"]
    assert all(value.startswith("-3,") for value in latitudes)  # axes swapped


def test_traps_of_the_town_halls_workbook(truth):
    page = openpyxl.load_workbook(raw_file("dae_mairies")).active
    values = [[cell.value for cell in row] for row in page.iter_rows()]
    assert values[2][4] == "Horraires d'ouverture" and not any(values[1])
    assert {str(area) for area in page.merged_cells.ranges} > {"A1:I1"}
    assert sum(str(row[0]).startswith(("Sous-total", "TOTAL")) for row in values) == 5
    kinds = {type(row[5]).__name__ for row in values[3:] if row[5] is not None}
    assert kinds == {"datetime", "str"} and any(row[5] == "14/05/2206" for row in values)
    assert any(re.fullmatch(r"\d+(er)? \w+ 20\d\d", str(row[5])) for row in values)
    yellow = [row[2].value for row in page.iter_rows() if row[2].fill.fgColor.rgb == "FFFFFF00"]
    assert yellow == truth["mars_en_panne"] and len(yellow) >= 5
    assert len({row[1] for row in values[3:] if row[1]}) > 16  # eight communes in more than two spellings each


def test_traps_of_the_citizens_map(truth):
    points = gpd.read_file(raw_file("dae_citoyens"))
    rounded = sum(round(x, 3) == x and round(y, 3) == y for x, y in zip(points.geometry.x, points.geometry.y, strict=True))
    assert 5 <= rounded <= 20
    assert sorted(points.loc[~points.within(load("ile_cote").geometry.iloc[0]), "id"]) == sorted(truth["mars_dehors"])
    assert set(points["acces_nuit"]) == {"oui", "non", "je ne sais pas"} and points["nom"].duplicated().any()


def test_traps_of_april():
    halls, brigade, citizens = (load(f"dae_est_{name}") for name in ("mairies", "pompiers", "citoyens"))
    assert {"Ste Colombe", "LES 3 PHARES", "Sainte-Colombe"} <= set(halls["commune"])
    assert 5 < (brigade["latitude"] < 0).sum() < len(brigade) - 5
    assert "7j/7" in set(halls["horaires"]) and "jour et nuit" in set(halls["horaires"])
    assert (citizens["lat"] < 46.6).sum() == 2
    lots = pd.concat([load("dae_ouest")["contact"], load("dae_ouest")["observations"]]).dropna()
    assert lots.str.contains(r"06 39 98 \d").any() and lots.str.contains(r"06\.39\.98\.\d").any() and (lots == "Accueil 01 99 00 06 39").any()


@pytest.mark.parametrize("name", ["territoire", "defibrillateurs"])
def test_frictionless_accepts_what_is_meant_to_be_clean(name):
    from frictionless import Package

    path = ISLAND / name / "datapackage.json"
    clean = [one["name"] for one in json.loads(path.read_text(encoding="utf-8"))["resources"] if "schema" in one]
    assert len(clean) == {"territoire": 2, "defibrillateurs": 8}[name]
    package = Package(str(path))
    reports = {table: package.get_resource(table).validate() for table in clean}
    assert [name for name, report in reports.items() if not report.valid] == []


# ---------------------------------------------------------------- what one delivery reveals is not asked of another

def test_march_is_not_answered_by_later_files(truth):
    later = "\n".join(text_of(path) for path in ALL_FILES if path.name in ("dae_ouest.csv", "dae_est_mairies.csv", "dae_janvier.csv", "dae_bacs.csv"))
    assert not any(re.search(r"06.39.*", case)[0] in later for case in truth["mars_portables"])
    broken = load("dae_janvier").query("etat_fonct == 'Hors service'")["nom"]
    assert set(truth["mars_en_panne"]) - set(broken) and set(broken) - set(truth["mars_en_panne"])


def test_april_gives_each_half_to_other_questions():
    """The east is put right and stacked, the west is compared: no row of one stands in the other."""
    east = pd.concat([load("dae_est_mairies")["nom"], load("dae_est_pompiers")["nom_site"], load("dae_est_citoyens")["lieu"]])
    assert not set(east.str.casefold()) & set(load("dae_ouest")["nom"].str.casefold())
    assert set(load("dae_est_lieux")["nom"]) == set(east)
    assert {"commune", "com_insee", "horaires", "disp_h", "latitude", "longitude"}.isdisjoint(load("dae_est_lieux").columns)
    assert not set(load("dae_bacs")["nom"].str.casefold()) & (set(east.str.casefold()) | set(load("dae_ouest")["nom"].str.casefold()))


def test_january_renumbers_adds_and_removes(truth):
    base = load("dae_janvier")
    assert base["gid"].is_unique and base["num_serie"].is_unique
    order = [truth["mars_sites"].index(name) for name in base["nom"] if name in truth["mars_sites"]]
    assert order != sorted(order) and len(order) < len(base)
    assert {"Crèche des Quatre-Vents", "Capitainerie des Phares"} <= set(base["nom"])
    assert (base["etat_fonct"] == "Supprimé définitivement").any()


def test_truth_in_the_masters_is_the_generators(truth):
    """What the build wrote into test cells is what the recipe says today."""
    from challenge_data.build.source import read

    for path in sorted((PROJECT / "curriculum/challenges/defibrillateurs").glob("*.md")):
        master = json.loads((PROJECT / "solutions/defibrillateurs" / f"{path.stem}.ipynb").read_text(encoding="utf-8"))
        built = "\n".join("".join(cell["source"]) for cell in master["cells"])
        keys = {key for cell in read(path).cells for key in re.findall(r'truth\["(\w+)"\]', cell.source)}
        assert keys, path
        assert [key for key in sorted(keys) if repr(truth[key]) not in built] == []
