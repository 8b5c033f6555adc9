"""The island's public facilities: a truth that holds, and seven files where every disorder told is there, and no other."""

import json
import math
import re
from collections import Counter
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from challenge_data import load, raw_file
from challenge_data.errors import LearnerError

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / "datasets/brumeval/equipements"
TRUTH = json.loads((PROJECT / "datasets/recipes/truth/equipements.json").read_text(encoding="utf-8"))
FACILITIES = {one["id"]: one for one in TRUTH["equipements"]}
FILES = TRUTH["fichiers"]
DISGUISES = {"n/d", "999", "à compléter", "1900-01-01", "?", "-"}


def told(name: str, disorder: str, column: str = "") -> list[int]:
    return next(one["lignes"] for one in FILES[name]["desordres"] if (one["desordre"], one["colonne"]) == (disorder, column))


def where(mask) -> list[int]:
    return [index for index, hit in enumerate(mask) if hit]


def facts(name: str, key: str) -> list:
    """A fact of the facility that each row speaks of."""
    return [FACILITIES[one][key] if one else None for one in FILES[name]["equipements"]]


def metres(lat: float, lon: float, one: dict) -> float:
    return math.hypot((lat - one["latitude"]) * 111_000, (lon - one["longitude"]) * 111_000 * math.cos(math.radians(lat)))


@pytest.fixture(scope="module")
def sports():
    return pd.read_csv(raw_file("eq_sports"), sep=";", encoding="latin-1", decimal=",", skiprows=[0, 2], dtype={"Téléphone": str})


@pytest.fixture(scope="module")
def halls():
    return pd.read_excel(raw_file("eq_salles"), sheet_name=None, header=2)


@pytest.fixture(scope="module")
def culture():
    return json.loads(raw_file("eq_culture").read_text(encoding="utf-8"))["lieux"]


@pytest.fixture(scope="module")
def outdoors():
    return gpd.read_file(raw_file("eq_pleinair"))


@pytest.fixture(scope="module")
def answers():
    return pd.read_csv(raw_file("eq_mairies"), dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def old():
    columns = FILES["eq_1998"]["lecture"]["colonnes"]
    return pd.read_csv(raw_file("eq_1998"), sep="\t", encoding="mac_roman", header=None, names=columns, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def register():
    return pd.read_csv(raw_file("eq_registre"), sep=";", dtype=str, keep_default_na=False)


# ---------------------------------------------------------------- the truth

def test_facilities_stand_in_their_communes():
    points = gpd.GeoDataFrame(TRUTH["equipements"], geometry=gpd.points_from_xy([one["longitude"] for one in FACILITIES.values()], [one["latitude"] for one in FACILITIES.values()]), crs=4326)
    communes = load("ile_communes")[["code_commune", "geometry"]].rename(columns={"code_commune": "dans"})
    found = points.to_crs(2154).sjoin(communes.to_crs(2154), predicate="within")
    assert len(found) == len(points) and (found["dans"] == found["code_commune"]).all()


def test_facilities_of_every_commune_and_size():
    standing = [one for one in FACILITIES.values() if one["etat"] not in ("fermé", "vendu")]
    assert 125 <= len(standing) <= 145
    by_commune = Counter(one["code_commune"] for one in standing)
    assert len(by_commune) == 8 and by_commune.most_common(1)[0][0] == "99901" and min(by_commune.values()) >= 8
    assert len({(one["nom"], one["code_commune"]) for one in standing}) == len(standing)
    assert len({one["code_commune"] for one in standing if one["nom"] == "Salle des fêtes"}) >= 5
    assert len({one["type"] for one in standing}) >= 25 and {one["etat"] for one in standing} == {"ouvert", "en travaux"}


def test_addresses_are_near_their_facilities():
    table = load("ile_adresses")
    assert len(table) > 350 and not table.duplicated(["code_commune", "voie", "numero"]).any()
    points = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["longitude"], table["latitude"]), crs=4326)
    found = points.sjoin(load("ile_communes")[["code_commune", "geometry"]], predicate="within")
    assert len(found) == len(table) and (found["code_commune_left"] == found["code_commune_right"]).all()
    known = table.set_index(["code_commune", "voie", "numero"])
    numbered = [one for one in FACILITIES.values() if one["numero"] and one["etat"] != "fermé"]
    assert len(numbered) > 90
    for one in numbered:
        row = known.loc[(one["code_commune"], one["voie"], one["numero"])]
        assert metres(row["latitude"], row["longitude"], one) < 13 and row["code_postal"] == one["code_postal"], one["nom"]
    assert table.groupby("voie")["code_commune"].nunique()["rue du Port"] == 3
    assert (table.groupby("code_postal")["code_commune"].nunique() > 1).any()


def test_codes_are_well_formed_and_nobodys():
    for number in {one["siret_gestionnaire"] for one in FACILITIES.values()}:
        assert re.fullmatch(r"2[14]99\d{10}", number)
        for digits in (number[:9], number):
            doubled = [int(digit) * (2 if rank % 2 else 1) for rank, digit in enumerate(reversed(digits))]
            assert sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0, number
    real = set(load("communes")["codes_postaux"].str.split("|").explode().str.split(",").explode().str.strip().dropna())
    assert not real & {one["code_postal"] for one in FACILITIES.values()}


def test_the_story_holds(halls, answers, old, register):
    """One hall was sold and two old lists still have it; two halls of the communes hit by the storm are in one list only."""
    [sold] = TRUTH["faits"]["vendu"]
    assert FACILITIES[sold]["nom"] == "Salle de la Criée" and FACILITIES[sold]["fin"] == 2024
    holders = [name for name, one in FILES.items() if sold in one["equipements"]]
    assert sorted(holders) == ["eq_1998", "eq_registre"]
    assert "Salle de la Criée" in set(register["nom"]) & set(old["designation"]) and "Salle de la Criée" not in set(answers["nom"]) | set(halls["Salles"]["Salle"])
    alone = {FACILITIES[one]["nom"]: (FACILITIES[one]["commune"], name) for one, name in TRUTH["faits"]["dans_une_seule_liste"].items()}
    assert alone == {"Salle de la Tourelle": ("Roc-en-Mer", "eq_mairies"), "Salle du Cap": ("Pointe-Grise", "eq_salles")}
    for one, name in TRUTH["faits"]["dans_une_seule_liste"].items():
        assert [other for other, file in FILES.items() if one in file["equipements"]] == [name]


def test_lists_disagree_on_capacity():
    """Without it, one list would do."""
    counts = {one: set(capacities.values()) for one, capacities in TRUTH["capacites_par_liste"].items() if FACILITIES[one]["theme"] == "Vie associative" and len(capacities) > 1}
    assert sum(len(values) > 1 for values in counts.values()) >= 12
    for name in ("eq_salles", "eq_mairies", "eq_registre"):
        held = {one: capacities[name] for one, capacities in TRUTH["capacites_par_liste"].items() if name in capacities}
        assert 0 < sum(FACILITIES[one]["capacite"] != value for one, value in held.items()) < len(held) / 1.5


# ---------------------------------------------------------------- each file reads as the truth tells

def test_a_name_and_its_commune_tell_every_place_apart(sports, halls, culture, outdoors, answers):
    """Lesson 32 joins the lists by name and commune, and says that this finds the 140 places that are neither sold nor closed."""
    place = {(one["nom"], one["commune"]): one for one in FACILITIES.values()}
    assert len(place) == len(FACILITIES)
    rooms = halls["Salles"].assign(Commune=halls["Salles"]["Commune"].ffill()).iloc[:-1]
    today = {*zip(sports["Équipement"], sports["Commune"], strict=True), *zip(rooms["Salle"], rooms["Commune"], strict=True),
             *((one["nom"], one["adresse"]["commune"]) for one in culture), *zip(outdoors["nom"], outdoors["commune"], strict=True),
             *zip(answers["nom"], answers["commune"], strict=True)}
    known = {name for name, one in place.items() if "eq_registre" in one["listes"]}
    assert today <= place.keys()
    assert {place[name]["etat"] for name in place.keys() - today - known} == {"fermé"}
    assert Counter(place[name]["etat"] for name in known - today) == {"ouvert": 6, "vendu": 1}
    assert len((today | known) - {("Salle de la Criée", "Roc-en-Mer")}) == 140


def test_each_file_has_the_rows_told(sports, halls, culture, outdoors, answers, old, register):
    read = {"eq_sports": sports["Équipement"], "eq_salles": halls["Salles"]["Salle"], "eq_culture": pd.Series([one["nom"] for one in culture]), "eq_pleinair": outdoors["nom"],
            "eq_mairies": answers["nom"], "eq_1998": old["designation"], "eq_registre": register["nom"]}
    assert read.keys() == FILES.keys()
    for name, column in read.items():
        assert len(column) == FILES[name]["lecture"]["lignes"] == len(FILES[name]["equipements"]), name
        again = {first for one in FILES[name]["desordres"] if one["desordre"] == "doublon_approche" for first in one["lignes"]}
        wrong = [(row, said, true) for row, (said, true) in enumerate(zip(column, facts(name, "nom"), strict=True)) if true and row not in again and said.strip() != true]
        assert wrong == [], name


def test_bytes_are_those_of_each_machine():
    content = {name: raw_file(name).read_bytes() for name in FILES}
    for name in ("eq_sports", "eq_1998"):
        with pytest.raises(UnicodeDecodeError):
            content[name].decode("utf-8")
    assert content["eq_sports"].count(b"\r\n") == content["eq_sports"].count(b"\n") == FILES["eq_sports"]["lecture"]["lignes"] + 3
    assert content["eq_1998"].count(b"\r") == FILES["eq_1998"]["lecture"]["lignes"] and b"\n" not in content["eq_1998"]
    assert content["eq_mairies"].startswith(b"\xef\xbb\xbf")
    assert all(not content[name].startswith(b"\xef\xbb\xbf") and content[name].decode("utf-8") for name in ("eq_registre", "eq_culture", "eq_pleinair"))


def test_the_description_gives_no_trap_away():
    package = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
    assert {one["name"] for one in package["resources"]} == set(FILES)
    for one in package["resources"]:
        assert one["challenge_data"]["messy"] and "encoding" not in one
        assert not re.search(r"latin|macintosh|mac roman|encod|bom\b|virgule|doublon|invers|manquant", f"{one['title']} {one['description']}", re.IGNORECASE)
        with pytest.raises(LearnerError, match="brut"):
            load(one["name"])


def test_frictionless_accepts_the_package():
    from frictionless import Package

    assert len(Package(str(FOLDER / "datapackage.json")).resources) == len(FILES)


# ---------------------------------------------------------------- disorder: there, and nowhere else

def test_disorder_of_sports(sports):
    lines = raw_file("eq_sports").read_text(encoding="latin-1").split("\n")
    assert lines[0].startswith("Service Sports") and lines[2].startswith(";;;;m²")
    phones = sports["Téléphone"]
    assert told("eq_sports", "zero_perdu", "Téléphone") == where(phones.notna()) and phones.dropna().str.fullmatch(r"1990\d{5}").all()
    surfaces = sports["Surface"].astype(str)
    assert told("eq_sports", "milliers_separes", "Surface") == where(surfaces.str.fullmatch(r"\d \d{3}")) and len(told("eq_sports", "milliers_separes", "Surface")) > 5
    days = pd.to_datetime(sports["Dernier contrôle"], format="%d/%m/%Y")
    impossible = told("eq_sports", "date_impossible", "Dernier contrôle")
    assert impossible == where(days.dt.year > 2026) and len(impossible) == 1
    real = pd.to_datetime(pd.Series(FILES["eq_sports"]["vrai"]["Dernier contrôle"]))
    assert where(days != real) == impossible
    assert told("eq_sports", "jour_mois", "Dernier contrôle") == where((real.dt.day <= 12) & (real.dt.day != real.dt.month)) != []
    assert sports["Latitude"].tolist() == facts("eq_sports", "latitude") and sports["Longitude"].tolist() == facts("eq_sports", "longitude")


def test_disorder_of_the_halls_workbook(halls):
    page = openpyxl.load_workbook(raw_file("eq_salles"))["Salles"]
    red = [row[1].value for row in page.iter_rows(min_row=4) if row[1].fill.fgColor.rgb == "FFFF0000"]
    closed = [FACILITIES[one]["nom"] for one in TRUTH["faits"]["en_travaux"]]
    assert red == closed == [FACILITIES[FILES["eq_salles"]["equipements"][line]]["nom"] for line in told("eq_salles", "couleur")] and len(red) == 3
    table = halls["Salles"]
    assert told("eq_salles", "cellule_fusionnee", "Commune") == where(table["Commune"].isna()) and "A1:I1" in {str(area) for area in page.merged_cells.ranges}
    assert table["Commune"].ffill().tolist()[:-1] == facts("eq_salles", "commune")[:-1]
    assert told("eq_salles", "ligne_total") == [len(table) - 1] and table["Capacité debout"].iloc[-1] == table["Capacité debout"].iloc[:-1].sum()
    assert told("eq_salles", "date_en_lettres", "Dernière visite") == where(table["Dernière visite"].map(lambda said: isinstance(said, str)))
    assert not table.iloc[:, :8].astype(str).apply(lambda column: column.str.contains("ferm|travaux", case=False)).any().any()
    keys = halls["Clés"].dropna(subset=["Commune"])
    assert len(keys) == FILES["eq_salles"]["lecture"]["lignes_cles"] and halls["Clés"]["Salle"].dropna().iloc[-1].startswith("Rouge")
    assert FILES["eq_salles"]["cles"]["mobiles"] == where(keys["Téléphone"].str.startswith("06", na=False)) and len(FILES["eq_salles"]["cles"]["mobiles"]) > 4
    assert set(table["Salle"].iloc[:-1]) - set(keys["Salle"]) == set(FILES["eq_salles"]["cles"]["salles_absentes"])


def test_the_catalogue_of_culture_is_well_kept(culture):
    reading = FILES["eq_culture"]["lecture"]
    hours = pd.json_normalize(culture, record_path="horaires", meta=["id"])
    assert len(hours) == reading["lignes_horaires"] and pd.json_normalize(culture, record_path="services", meta=["id"]).shape[0] == reading["lignes_services"]
    assert told("eq_culture", "liste_vide", "horaires") == where(not one["horaires"] for one in culture) != []
    assert hours[["ouvre", "ferme"]].stack().str.fullmatch(r"\d\d:\d\d").all() and (hours["ouvre"] < hours["ferme"]).all()
    assert [one["position"]["latitude"] for one in culture] == facts("eq_culture", "latitude")
    assert [one["capacite"] for one in culture] == facts("eq_culture", "capacite")
    assert all(re.fullmatch(r"2026-0[78]-\d\d", one["mis_a_jour"]) for one in culture)


def test_disorder_of_the_outdoors(outdoors):
    x, y = outdoors.geometry.x, outdoors.geometry.y
    assert told("eq_pleinair", "axes_inverses") == where(x > y) and len(told("eq_pleinair", "axes_inverses")) == 5
    assert told("eq_pleinair", "metres") == where(x.abs() > 1000) and len(told("eq_pleinair", "metres")) == 3
    # The cause can be found: one tablet, and the plan.
    assert set(outdoors["releve_avec"].iloc[told("eq_pleinair", "axes_inverses")]) == {"tablette B"} and (outdoors["releve_avec"] == "tablette B").sum() == 5
    assert (outdoors["releve_avec"] == "plan au 1/500").sum() == 3
    fixed = gpd.GeoSeries(gpd.points_from_xy(x.where(x < y, y), y.where(x < y, x)), crs=4326)
    plan = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=2154).to_crs(4326)
    for row, one in enumerate(FILES["eq_pleinair"]["equipements"]):
        point = plan[row] if row in told("eq_pleinair", "metres") else fixed[row]
        assert metres(point.y, point.x, FACILITIES[one]) < 1, outdoors["nom"][row]


def test_disorder_of_the_town_halls(answers):
    spelled = answers["siret"]
    assert told("eq_mairies", "siret_scientifique", "siret") == where(spelled.str.fullmatch(r"2,\d{5}E\+13")) != []
    assert told("eq_mairies", "siret_espaces", "siret") == where(spelled.str.contains(" ")) != []
    others = ~spelled.str.contains("E+13", regex=False)
    assert (spelled.str.replace(" ", "")[others] == pd.Series(FILES["eq_mairies"]["vrai"]["siret"])[others]).all()
    for column in ("date_visite", "capacite", "horaires", "contact"):
        assert told("eq_mairies", "manquant_deguise", column) == where(answers[column].isin({"NR", "-", "néant", "?"})) != []
    assert {"NR", "-", "néant", "?"} <= set(answers.stack())
    for column in ("adresse", "observations"):
        assert told("eq_mairies", "retour_ligne", column) == where(answers[column].str.contains("\n")) != []
    slashes = answers["date_visite"].str.fullmatch(r"\d\d/\d\d/\d{4}")
    assert sorted(told("eq_mairies", "date_barres", "date_visite") + told("eq_mairies", "date_ambigue", "date_visite")) == where(slashes)
    real = pd.Series(FILES["eq_mairies"]["vrai"]["date_visite"])
    swapped = pd.to_datetime(answers["date_visite"].where(slashes), format="%m/%d/%Y", errors="coerce")
    assert told("eq_mairies", "date_ambigue", "date_visite") == where(swapped.notna() & (swapped.dt.strftime("%Y-%m-%d") != real)) and len(told("eq_mairies", "date_ambigue", "date_visite")) >= 5
    assert (pd.to_datetime(answers["date_visite"][slashes], format="%d/%m/%Y").dt.strftime("%Y-%m-%d") == real[slashes]).all()
    assert told("eq_mairies", "date_lettres", "date_visite") == where(answers["date_visite"].str.contains(r"[a-zû]{3,} 20\d\d")) != []
    assert set(answers["commune"]) == set(load("ile_communes")["nom"])


def test_disorder_of_1998(old):
    assert told("eq_1998", "env", "capacite") == where(old["capacite"].str.fullmatch(r"env\. \d+")) != []
    assert told("eq_1998", "manquant_deguise", "capacite") == where(old["capacite"] == "-") != []
    assert told("eq_1998", "disparu") == where(state == "fermé" for state in facts("eq_1998", "etat")) and len(told("eq_1998", "disparu")) == 4
    assert old["annee"].astype(int).max() < 1998


def test_disorder_of_the_register(register):
    name = "eq_registre"
    total = len(register) - 1
    assert told(name, "ligne_total") == [total] and register["ref"].iloc[-1] == "TOTAL"
    rows = register.iloc[:-1]
    for column in ("capacite", "surface_m2", "date_maj", "horaires", "telephone"):
        assert told(name, "manquant_deguise", column) == where(rows[column].isin(DISGUISES | ({"0"} if column == "capacite" else set()))) != []
    numbers = {column: pd.to_numeric(rows[column].where(~rows[column].isin(DISGUISES | {"0"})), errors="coerce") for column in ("capacite", "surface_m2")}
    assert told(name, "valeur_aberrante", "capacite") == where(numbers["capacite"] > 1500) and told(name, "valeur_aberrante", "surface_m2") == where(numbers["surface_m2"] < 20)
    assert (numbers["capacite"] == 1200).any(), "a big hall that is right"
    for column in ("capacite", "surface_m2"):
        assert told(name, "types_melanges", column) == where(rows[column].str.fullmatch(r"\d{1,2} \d{3}|\d+ m²|\d+ pers\.|env\. \d+")) != []
    codes = set(load("ile_communes")["code_commune"])
    assert told(name, "code_commune_ailleurs", "code_commune") == where(rows["code_commune"].isin(set(load("communes")["code_commune"]))) != []
    assert told(name, "code_commune_inconnu", "code_commune") == where(rows["code_commune"] == "99909") and set(rows["code_commune"]) == codes | {"99909", "85113"}
    for column in ("nom", "commune"):
        assert told(name, "blancs", column) == where(rows[column] != rows[column].str.strip()) != []
    assert told(name, "commune_autrement", "commune") == where(~rows["commune"].str.strip().isin(load("ile_communes")["nom"])) != []
    for column in ("chauffage", "groupe_electrogene", "acces_pmr"):
        assert told(name, "oui_non", column) == where(~rows[column].isin(["", "oui", "non"]))
        assert len(set(rows[column]) - {"", "oui", "non"}) >= 4
    people = rows["responsable"].str.fullmatch(r"(Mme|M\.) [\w-]+( [\w-]+)? 06 39 98 \d\d \d\d")
    assert told(name, "donnee_personnelle", "responsable") == where(people) and people.sum() == 10
    assert set(register["territoire"]) == {"Île de Brumeval"} and set(register["observations"]) == {""}
    same = rows.duplicated(keep="first")
    assert told(name, "doublon_exact") == where(same) and same.sum() == 4
    near = next(one for one in FILES[name]["desordres"] if one["desordre"] == "doublon_approche")
    assert len(near["paires"]) == 9 and all(register["nom"][one] != register["nom"][other] for one, other in near["paires"])
    held = FILES[name]["equipements"]
    repeated = Counter(held[:-1])
    assert sorted(line for line, one in enumerate(held[:-1]) if repeated[one] > 1) == sorted({line for one in FILES[name]["desordres"] for pair in one.get("paires", []) for line in pair})


def test_positions_of_the_register(register):
    """Where nothing is told, the point is right to within 20 m."""
    name = "eq_registre"
    rows = register.iloc[:-1]
    latitude, longitude = pd.to_numeric(rows["latitude"]), pd.to_numeric(rows["longitude"])
    kinds = {kind: told(name, kind, "latitude") for kind in ("coordonnees_inversees", "coordonnees_nulles", "coordonnees_arrondies", "hors_ile", "coordonnees_absentes")}
    assert {kind: len(lines) for kind, lines in kinds.items()} == {"coordonnees_inversees": 3, "coordonnees_nulles": 1, "coordonnees_arrondies": 1, "hors_ile": 2, "coordonnees_absentes": 6}
    assert kinds["coordonnees_inversees"] == where(latitude < 0) and kinds["coordonnees_nulles"] == where((latitude == 0) & (longitude == 0))
    assert kinds["coordonnees_absentes"] == where(latitude.isna()) == where(longitude.isna())
    assert kinds["coordonnees_arrondies"] == where(latitude.round(1).eq(latitude) & longitude.round(1).eq(longitude) & latitude.ne(0))
    points = gpd.GeoSeries(gpd.points_from_xy(longitude, latitude), crs=4326)
    sea, land = (points[line] for line in kinds["hors_ile"])
    assert sorted([load("departements").contains(sea).any(), load("departements").contains(land).any()]) == [False, True]
    assert not load("ile_cote").contains(sea).any() and not load("ile_cote").contains(land).any()
    for row in set(range(len(rows))) - {line for lines in kinds.values() for line in lines}:
        assert metres(latitude[row], longitude[row], FACILITIES[FILES[name]["equipements"][row]]) < 20, rows["nom"][row]


# ---------------------------------------------------------------- nobody real

def test_telephones_of_the_files_that_hide_theirs(sports, old):
    """Without its first zero, or in another encoding: what the search of test_brumeval.py does not see."""
    assert sports["Téléphone"].dropna().str.startswith("19900").all()
    assert not re.search(r"\b0?[1-9](?:[ .]?\d\d){4}\b", old.drop(columns="numero").to_csv())


def test_people_named_are_told_invented():
    source = (FOLDER / "SOURCE.md").read_text(encoding="utf-8")
    assert "personne ne porte ces noms" in source and all(f"`{name}`" in source for name in FILES)


def test_the_positions_that_lesson_33_hands_on_are_true():
    # Lessons run without the truth file: that what they measured and decided is right is told here.
    ready = PROJECT / "datasets/brumeval/relais"
    places = pd.read_csv(ready / "repertoire.csv").merge(pd.read_csv(ready / "positions.csv"), on="ref", suffixes=("_before", ""))
    known = {(one["nom"], one["commune"]): one for one in FACILITIES.values()}
    far = {origin: max(metres(row.latitude, row.longitude, known[row.nom, row.commune]) for row in rows.itertuples())
           for origin, rows in places.groupby("origine") if origin != "à relever"}
    assert len(places) == 140 and far["géocodage"] < 13
    assert max(metres_off for origin, metres_off in far.items() if origin != "géocodage") < 1
