"""The catalogue of the stand-in portal: rebuilt to the same bytes, invented, faulty where it is meant to be, true elsewhere."""

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from challenge_data import load
from challenge_data.portal import quality
from challenge_data.portal.standin.catalogue import Catalogue
from challenge_data.portal.standin.words import plain, stems
from challenge_data.portal.terms import LICENCES

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / "datasets/brumeval/portail"
RECIPE = PROJECT / "datasets/recipes/portail"
# What people type around a register of public places, as they type it.
TYPED = (
    "bibliothèque|bibliotheques|médiathèque|mediathèques|salle|salles|salle polyvalente|salle des fêtes|gymnase|Gymnases|équipements|equipement|"
    "équipements sportifs|équipements publics|terrain de sport|terrain de football|terrains|tennis|stade|piscine|piscines|aire de jeux|aires de jeux|"
    "jardin|jardins|jardins publics|école|ecoles|défibrillateur|defibrillateurs|population|adresse|adresses|horaires|accessibilité|tempête|tempetes|"
    "abri|abris|hébergement|hébergement d'urgence|subventions|budget|eau|déchets|vélo|qualité de l'air|bruit|arbres|élections|prénoms|parking|"
    "stationnement|bornes de recharge|plage|cimetière|chauffage|capacité|clés|associations|mairie|carte|marché|patrimoine bâti|lieux publics|"
    "services publics|urgence|wifi"
).split("|")


@pytest.fixture(scope="module")
def content() -> dict:
    return json.loads((FOLDER / "catalogue.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def cards(content) -> dict[str, dict]:
    return {one["slug"]: one for one in content["datasets"]}


@pytest.fixture(scope="module")
def truth() -> dict:
    return json.loads((PROJECT / "datasets/recipes/truth/portail.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def faulty(truth) -> dict[str, set[str]]:
    """Slugs of the records that have each fault."""
    return {name: {truth["fiches"][key] for key in one["fiches"]} for name, one in truth["defauts"].items()}


def resources(card: dict) -> list[dict]:
    return card["resources"]


def data_of(resource: dict) -> bytes | None:
    """What the resource's link gives, when it gives a file."""
    what = resource["content"]
    if what["kind"] == "dataset":
        return (PROJECT / "datasets" / what["path"]).read_bytes()
    if what["kind"] == "file":
        with zipfile.ZipFile(FOLDER / "fichiers.zip") as archive:
            return archive.read(what["member"])
    return None


# ---------------------------------------------------------------- the recipe and the shapes

def test_the_recipe_gives_the_same_bytes(tmp_path):
    run = subprocess.run([sys.executable, RECIPE / "build.py", "--into", tmp_path], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "portail.json").read_bytes() == (PROJECT / "datasets/recipes/truth/portail.json").read_bytes()
    for name in ("catalogue.json", "fichiers.zip", "datapackage.json"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_frictionless_accepts_the_package():
    from frictionless import Package

    assert Package(str(FOLDER / "datapackage.json")).validate().valid


def test_cards_have_the_shape_of_the_portal(content, cards):
    assert content["invented"] is True and 190 <= len(cards) <= 220
    known = {one["id"]: one["name"] for one in content["organizations"]}
    dataset_keys = set(
        "id slug title description organization owner license frequency frequency_date temporal_coverage spatial tags created_at last_modified "
        "last_update archived private quality metrics badges extras resources".split())
    resource_keys = set(
        "id title description type filetype format url latest filesize mime checksum schema created_at last_modified extras content".split())
    identities = Counter(one["id"] for card in cards.values() for one in [card, *resources(card)])
    assert max(identities.values()) == 1
    for slug, card in cards.items():
        assert card.keys() == dataset_keys, slug
        assert re.fullmatch("[0-9a-f]{24}", card["id"]) and re.fullmatch("[a-z0-9-]+", slug)
        assert (card["organization"] is None) != (card["owner"] is None), slug
        assert card["organization"] is None or known[card["organization"]["id"]] == card["organization"]["name"]
        assert card["license"] in LICENCES, slug
        assert card["created_at"] <= card["last_update"] <= card["last_modified"] <= content["date"], slug
        assert resources(card), slug
        for one in resources(card):
            assert one.keys() == resource_keys and one["type"] in ("main", "documentation") and one["filetype"] in ("file", "remote"), slug
            assert one["url"].startswith(f"{{base}}/fichiers/{one['id']}/") and one["latest"] == f"{{base}}/api/1/datasets/r/{one['id']}"


# ---------------------------------------------------------------- nobody real

def test_no_organisation_is_real(content):
    communes, epci = {plain(name) for name in load("communes")["nom"]}, [plain(name) for name in load("epci")["nom"]]
    departments = [plain(name) for name in load("departements")["nom"]]
    for one in content["organizations"]:
        name = plain(re.sub(r"\((inventée?|Île de Brumeval)\)", "", one["name"]))
        place = re.sub(r"^(ville|commune|metropole|communaute communes|departement) (de la |de l |des |du |de |d )?", "", name)
        assert "invent" in plain(one["description"]), one["name"]
        assert name not in communes and name not in epci
        assert place not in communes or "Île de Brumeval" in one["name"], one["name"]
        assert not any(re.search(rf"\b{re.escape(real)}\b", name) for real in departments), one["name"]


def test_no_invented_place_is_real():
    sys.path.insert(0, str(RECIPE))
    try:
        import lands
    finally:
        sys.path.remove(str(RECIPE))
    real = {plain(name) for name in load("communes")["nom"]}
    codes = set(load("communes")["code_commune"])
    island = dict(zip(load("ile_communes")["code_commune"], load("ile_communes")["nom"], strict=True))
    assert {one.code: one.name for one in lands.ISLAND} == island
    assert {(one.code, one.postcode) for one in lands.ISLAND} == set(load("ile_adresses")[["code_commune", "code_postal"]].itertuples(index=False, name=None))
    places = [*lands.ISLAND, *lands.ARCHIPELAGO, *lands.CITY, *lands.COAST]
    assert len({one.code for one in places}) == len(places)
    for one in places:
        assert one.code not in codes and (plain(one.name) not in real or one.name == "Sainte-Colombe"), one.name
        assert 46 < one.latitude < 47.1 and -5 < one.longitude < -3.4, one.name  # open sea


def test_telephones_and_addresses_are_those_of_fiction(content):
    texts = [(FOLDER / "catalogue.json").read_text(encoding="utf-8")]
    with zipfile.ZipFile(FOLDER / "fichiers.zip") as archive:
        assert sum(one.file_size for one in archive.infolist()) < 600_000
        assert {one.date_time for one in archive.infolist()} == {(2026, 7, 1, 0, 0, 0)}
        texts += [archive.read(name).decode("latin-1") for name in archive.namelist()]
    numbers = [number for text in texts for number in re.findall(r"(?<![\d.,-])0[1-9](?:[ .]\d\d){4}(?!\d)", text)]
    assert numbers and all(number.startswith(("01 99 00", "06 39 98")) for number in numbers)
    assert all(one.endswith(".example") for text in texts for one in re.findall(r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+\.[a-z]{2,}", text))


# ---------------------------------------------------------------- the prose

def test_no_two_records_share_a_sentence(cards):
    said: dict[str, set[str]] = {}
    for slug, card in cards.items():
        for text in (card["title"], card["description"], *(one["description"] or "" for one in resources(card))):
            for sentence in re.split(r"(?<=[.!?…])\s+|\n+", text):
                if words := plain(sentence):
                    said.setdefault(words, set()).add(slug)
    assert {sentence: slugs for sentence, slugs in said.items() if len(slugs) > 1} == {}


# ---------------------------------------------------------------- the marks

def test_the_announced_marks_are_udatas_except_where_planted(content, cards, faulty):
    today = datetime.fromisoformat(content["date"])
    stale = set()
    for slug, card in cards.items():
        found = quality.recompute(card, today).set_index("critere")
        reachable = all(one["content"]["kind"] != "gone" for one in resources(card))
        differs = [key for key in found.index if key != "all_resources_available" and bool(found.loc[key, "recalcule"]) != card["quality"][key]]
        if differs or card["quality"]["all_resources_available"] != reachable:
            stale.add(slug)
        marks = [value for key, value in card["quality"].items() if key != "score"]
        assert len(marks) == 9 and card["quality"]["score"] == pytest.approx(sum(marks) / 9)
    assert stale == faulty["score_perime"]
    scores = Counter(round(card["quality"]["score"] * 9) for card in cards.values())
    assert len(scores) >= 7 and scores[9] < len(cards) / 3


def test_the_score_says_nothing_of_the_data(truth, cards):
    story = {name: cards[truth["fiches"][key]] for name, key in truth["histoire"].items()}
    useless, neglected = story["neuf_sur_neuf_inutile"], story["trois_sur_neuf_excellent"]
    assert useless["quality"]["score"] == 1 and round(neglected["quality"]["score"] * 9) == 3
    values = [row["personnes_estimees"] for row in csv.DictReader(io.StringIO(data_of(resources(useless)[0]).decode()))]
    assert "" in values and any(value.startswith("-") for value in values) and max(int(value or 0) for value in values) > 24_000
    rows = list(csv.DictReader(io.StringIO(data_of(resources(neglected)[0]).decode())))
    assert len(rows) >= 5 and all(row["cle_detenue_par"] and row["chauffee"] in ("oui", "non") and row["latitude"] for row in rows)
    assert story["bon_jeu"]["license"] == "lov2" and story["carte_citoyenne"]["license"] == "odc-odbl"
    assert round(story["mediatheque_9_sur_9"]["quality"]["score"] * 9) == 9


# ---------------------------------------------------------------- the faults

def test_every_fault_has_its_records(truth):
    alone = {"somme_fausse", "donnees_fausses", "fiche_negligee"}
    for name, one in truth["defauts"].items():
        assert len(one["fiches"]) >= (1 if name in alone else 2), name
        assert one["explication"]
    assert set(truth["fiches"]) >= {key for pair in truth["doublons"] for key in pair} and len(truth["doublons"]) >= 4


def test_faults_that_can_be_counted_are_where_the_truth_says(cards, faulty):
    def having(test) -> set[str]:
        return {slug for slug, card in cards.items() if test(card)}

    def all_as(card: dict, *formats: str) -> bool:
        return all(one["format"] in formats for one in resources(card))

    assert faulty["sans_licence"] == having(lambda card: card["license"] == "notspecified")
    assert faulty["lien_mort"] | {"recensement-equipements-sportifs", "salle-polyvalente-de-cormelin"} == having(
        lambda card: any(one["content"]["kind"] == "gone" for one in resources(card)))
    assert faulty["page_web"] == having(lambda card: any(one["content"]["kind"] == "page" for one in resources(card)))
    assert faulty["mots_cles_absents"] == having(lambda card: not card["tags"])
    assert faulty["description_absente"] == having(lambda card: not card["description"])
    assert faulty["ressources_non_documentees"] == having(lambda card: not card["quality"]["resources_documentation"])
    assert faulty["shapefile_seul"] == having(lambda card: all_as(card, "shp", "zip"))
    assert faulty["pdf_seul"] == having(lambda card: all_as(card, "pdf") and "page_web" not in card and card["slug"] not in faulty["page_web"])
    assert faulty["fichier_vide"] == having(lambda card: any(data_of(one) == b"" for one in resources(card)))


def test_sizes_and_checksums_are_true_but_where_planted(cards, faulty):
    wrong = set()
    for slug, card in cards.items():
        for one in resources(card):
            data = data_of(one)
            if data is None:
                assert one["checksum"] is None and one["filetype"] == "remote", slug
                continue
            assert one["filesize"] == len(data), slug
            if one["checksum"] and one["checksum"]["value"] != hashlib.sha256(data).hexdigest():
                wrong.add(slug)
    assert wrong == faulty["somme_fausse"]


def test_files_are_what_their_format_says_but_where_planted(cards, faulty):
    signs = {"pdf": b"%PDF", "xlsx": b"PK\x03\x04", "shp": b"PK\x03\x04", "zip": b"PK\x03\x04"}
    wrong = set()
    for slug, card in cards.items():
        for one in resources(card):
            data = data_of(one)
            if data is None or one["type"] == "documentation":
                continue
            sign = signs.get(one["format"])
            if (sign and not data.startswith(sign)) or (one["format"] == "csv" and data.startswith(b"PK")):
                wrong.add(slug)
            elif one["format"] in ("json", "geojson"):
                assert json.loads(data), slug
            elif one["format"] == "csv" and data and slug not in faulty["sans_ligne"]:
                lines = data.decode("utf-8" if one["format"] == "csv" and _utf8(data) else "latin-1").strip().split("\n")
                assert len(lines) >= 2 or "test" in slug, slug
    assert wrong == faulty["format_faux"]
    for slug in faulty["sans_ligne"]:
        assert data_of(resources(cards[slug])[0]).count(b"\n") == 1, slug
    for slug in faulty["format_faux"]:
        book = openpyxl.load_workbook(io.BytesIO(data_of(resources(cards[slug])[0])))
        assert book.active.max_row >= 2, slug


def test_shapefiles_and_pdf_can_be_opened(cards, tmp_path):
    import geopandas as gpd

    seen = 0
    for slug, card in cards.items():
        for one in resources(card):
            if one["format"] == "shp" and (data := data_of(one)):
                (tmp_path / "essai.zip").write_bytes(data)
                layer = gpd.read_file(tmp_path / "essai.zip")
                assert len(layer) >= 3 and layer.crs.to_epsg() == 4326, slug
                seen += 1
            if one["format"] == "pdf" and (data := data_of(one)):
                start = int(data.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
                assert data[start:].startswith(b"xref"), slug
    assert seen >= 2


def test_a_personal_mobile_is_where_the_truth_says(cards, faulty):
    found = {slug for slug, card in cards.items() for one in resources(card) if b"06 39 98" in (data_of(one) or b"")}
    assert found == faulty["telephone_personnel"]


def test_schemas_announced_are_followed_but_where_planted(cards, faulty):
    """By the columns that each national schema requires (names only: values are the portal's producers' affair)."""
    required = {
        "scdl/equipements": {"COLL_NOM", "COLL_SIRET", "EQUIP_UID", "EQUIP_THEME", "EQUIP_CODE", "EQUIP_TYPE", "EQUIP_NOM", "ADR_NUMERO",
                             "ADR_NOMVOIE", "ADR_CODEPOSTAL", "ADR_COMMUNE", "EQUIP_LAT", "EQUIP_LONG"},
        "scdl/prenoms": {"COLL_INSEE", "ENFANT_SEXE", "ENFANT_PRENOM", "NOMBRE_OCCURRENCES", "ANNEE"},
        "scdl/subventions": {"nomAttribuant", "idAttribuant", "dateConvention", "nomBeneficiaire", "objet", "montant", "nature",
                             "conditionsVersement", "datesPeriodeVersement", "notificationUE", "pourcentageSubvention"},
        "scdl/deliberations": {"COLL_NOM", "COLL_SIRET", "DELIB_ID", "DELIB_DATE", "DELIB_MATIERE_CODE", "DELIB_MATIERE_NOM", "DELIB_OBJET"},
        "atlasante/schema-dae": {"nom", "lat_coor1", "long_coor1", "acc", "disp_j", "disp_h", "etat_fonct", "dermnt"},
        "etalab/schema-lieux-covoiturage": {"id_lieu", "nom_lieu", "insee", "Xlong", "Ylat", "nbre_pl"},
    }
    not_followed = set()
    for slug, card in cards.items():
        for one in resources(card):
            if one["schema"]:
                head = data_of(one).decode().split("\n")[0]
                if not required[one["schema"]["name"]] <= set(re.split("[;,]", head)):
                    not_followed.add(slug)
    assert not_followed == faulty["schema_non_suivi"]


def test_a_period_that_lies(cards, faulty):
    for slug in faulty["periode_fausse"]:
        card = cards[slug]
        years = {int(year) for year in re.findall(rb"(?<![\d-])(20[12]\d)(?=[-,;\r\n])", data_of(resources(card)[0]))}
        first, last = int(card["temporal_coverage"]["start"][:4]), int(card["temporal_coverage"]["end"][:4])
        assert years and (min(years) < first or max(years) < last), (slug, years)


def test_annual_and_never_done_again(content, cards, faulty):
    for slug in faulty["annuel_jamais_refait"]:
        card = cards[slug]
        years = (datetime.fromisoformat(content["date"]) - datetime.fromisoformat(card["last_update"])).days / 365
        assert card["frequency"] == "annual" and years > 5, slug
    oldest = min(cards[slug]["last_update"] for slug in faulty["annuel_jamais_refait"])
    assert oldest < "2016-10-12"


def test_files_about_the_island_name_its_own_places(truth, cards):
    known = json.loads((PROJECT / "datasets/recipes/truth/equipements.json").read_text(encoding="utf-8"))["equipements"]
    places = {(one["nom"], one["commune"]) for one in known}

    def of(story: str) -> bytes:
        return data_of(resources(cards[truth["fiches"][truth["histoire"][story]]])[0])

    for story, name in (("bon_jeu", "nom"), ("capacites", "etablissement"), ("recensement_sport", "installation"), ("mediatheque_9_sur_9", "nom"),
                        ("ancienne_version", "EQUIPEMENT"), ("trois_sur_neuf_excellent", "nom")):
        data = of(story)
        text = data.decode("utf-8" if _utf8(data) else "latin-1")
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.split("\n")[0] else ","))
        assert rows and {(row[name], row.get("commune") or row["COMMUNE"]) for row in rows} <= places, story
    sold = "Salle de la Criée"
    best = of("bon_jeu").decode()
    assert sold not in best and sold in of("ancienne_version").decode("latin-1")


# ---------------------------------------------------------------- the search

@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue(FOLDER)


def test_each_word_people_type_finds_a_true_and_a_false_friend(catalogue, truth):
    assert len(TYPED) >= 40
    near: dict[str, set[str]] = {}
    for word, keys in truth["faux_amis"].items():
        near.setdefault(" ".join(stems(word)), set()).update(keys)
    poor = {}
    for word in TYPED:
        found = {one["id"] for one in catalogue.search({"q": [word]})}
        friends = near.get(" ".join(stems(word)), set()) & found
        if len(found) < 2 or not friends:
            poor[word] = (len(found), len(friends))
    assert poor == {}


def test_each_false_friend_is_really_found_by_its_word(catalogue, truth):
    lost = {
        (word, truth["fiches"][key]) for word, keys in truth["faux_amis"].items()
        for key in set(keys) - {one["id"] for one in catalogue.search({"q": [word]})}
    }
    assert lost == set()


def test_the_best_set_hides_under_administrations_words(catalogue, truth):
    best = truth["histoire"]["bon_jeu"]

    def finds(words: str) -> bool:
        return best in {one["id"] for one in catalogue.search({"q": [words]})}

    assert not any(finds(words) for words in ("salle", "équipements", "équipements publics", "gymnase", "salle des fêtes"))
    assert all(finds(words) for words in ("ERP", "bâtiments communaux", "lieux accueillant du public", "patrimoine bâti"))


def _utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
