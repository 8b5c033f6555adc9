"""The portal's client: what lessons call, against the stand-in over real HTTP."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import portal_tiny
import pytest
from portal_tiny import rid

from challenge_data import portal
from challenge_data.errors import LearnerError
from challenge_data.portal import services
from challenge_data.portal.quality import QUESTIONS, recompute
from challenge_data.portal.standin.places import Places
from challenge_data.portal.standin.server import Standin
from challenge_data.portal.terms import FREQUENCIES

DATASETS = Path(__file__).resolve().parents[1] / "datasets"


@pytest.fixture(scope="module")
def datasets(tmp_path_factory) -> Path:
    """The course's communes, and a few addresses of our own."""
    folder = tmp_path_factory.mktemp("datasets")
    for part in ("brumeval/territoire", "france/communes"):
        shutil.copytree(DATASETS / part, folder / part)
    (folder / "brumeval/territoire/ile_adresses.csv").write_text(portal_tiny.ADDRESSES, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def standin(tmp_path_factory, datasets):
    server = Standin(portal_tiny.write(tmp_path_factory.mktemp("catalogue")), datasets=datasets).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def portail(standin):
    connected = portal.connect(base=standin.address)
    yield connected
    connected.web.close()


def titles(table: pd.DataFrame) -> list[str]:
    return [one.split()[0] for one in table["titre"]]


# --- search -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["salle", "salles", "SALLES", "les salles de l'île de Brumeval", "salle  communale"])
def test_a_word_is_found_however_it_is_typed(portail, words):
    assert "Salles communales ouvertes au public" in list(portail.search(words)["titre"])


def test_requests_are_not_told_under_the_cell_even_when_a_library_logs_everything(portail, caplog):
    caplog.set_level("INFO")
    portail.search("plage")
    assert not caplog.records


def test_words_are_all_needed(portail):
    assert portail.search("salle").attrs["total"] == 3
    assert titles(portail.search("salle navettes")) == ["Salle"]
    assert portail.search("salle piscine").attrs["total"] == 0
    assert portail.search("mediatheque").attrs["total"] == 1  # without its accent
    assert portail.search("").attrs["total"] == 6


def test_a_search_is_a_table(portail):
    found = portail.search("équipements sportifs")
    assert list(found.columns) == [
        "id", "titre", "organisation", "licence", "score_qualite", "formats", "ressources", "mis_a_jour", "frequence", "mots_cles", "vues",
    ]
    row = found.iloc[0]
    assert (row["licence"], row["formats"], row["ressources"], row["frequence"]) == ("notspecified", "csv", 2, "inconnue")
    assert row["mis_a_jour"] == pd.Timestamp("2025-11-02") and found.attrs["adresse_publique"].startswith("https://www.data.gouv.fr/api/1/datasets/?q=%C3%A9quipements")


def test_no_answer_is_an_empty_table_with_its_columns(portail):
    empty = portail.search("zèbre")
    assert len(empty) == 0 and empty.attrs["total"] == 0 and empty["score_qualite"].dtype == "float64" and empty["mis_a_jour"].max() is pd.NaT


@pytest.mark.parametrize("who", ["CCIB", "cc-brumeval", "a" * 24, "communauté de communes de l'île de brumeval"])
def test_an_organisation_is_known_by_any_of_its_names(portail, who):
    assert portail.search("salle", organization=who).attrs["total"] == 2


def test_filters_hold_together(portail):
    assert titles(portail.search(license="odc-odbl")) == ["Carte"]
    assert titles(portail.search("salles", format=".PDF", sort="-last_update")) == ["Salles", "Répertoire"]
    assert titles(portail.search(tag="culture", format="csv")) == ["Bibliothèques"]
    assert portail.search(tag="culture", format="pdf").attrs["total"] == 0


def test_pages_cover_everything_once(portail):
    seen = [one for page in (1, 2, 3) for one in portail.search(page_size=2, page=page, sort="-views")["id"]]
    assert seen == [f"{rank:024x}" for rank in (6, 5, 4, 3, 2, 1)]


def test_a_citizen_publishes_under_a_short_name(portail):
    assert portail.search(license="odc-odbl")["organisation"].tolist() == ["cartographe-du-port"]


@pytest.mark.parametrize(("call", "says"), [
    (lambda it: it.search(12), "guillemets"), (lambda it: it.search("x", page_size=0), "page_size"), (lambda it: it.search("x", page_size=500), "page_size"),
    (lambda it: it.search("x", page=0), "page"), (lambda it: it.search("salle", page=9), "pas de page 9"), (lambda it: it.search("x", sort="date"), "trier"),
    (lambda it: it.search("x", license="lov3"), "lov2"), (lambda it: it.search("x", organization="Île de Brumeval"), "Vouliez-vous dire"),
    (lambda it: it.search("x", organization="Atlantide"), "Aucune organisation"), (lambda it: it.dataset("inconnu"), "inconnu"),
    (lambda it: it.dataset("un deux"), "ni espace"), (lambda it: it.dataset(""), "Il manque l'identifiant du jeu"), (lambda it: it.dataset(3), "guillemets"),
    (lambda it: it.dataset(it.search("salle")), "choisissez-en une"), (lambda it: it.fetch(it.search("salle")["id"]), "choisissez-en une"),
    (lambda it: it.fetch(it.dataset("jeu-5")), "2 fichiers principaux"), (lambda it: it.read("https://ailleurs.example/api"), "ailleurs.example"),
    (lambda it: it.communes(), "quelle commune"), (lambda it: it.geocode("x"), "3 à 200"), (lambda it: it.tabular(rid(2)), "pas de tableau"),
    (lambda it: it.tabular(rid(1), where={"capacite__plus": 1}), "comparaison"), (lambda it: it.tabular(rid(1), where={"comune": 1}), "Vouliez-vous dire « commune » ? Ses colonnes : "),
    (lambda it: it.tabular(rid(1), where={"CAPACITÉ": 1}), "Vouliez-vous dire « capacite »"), (lambda it: it.search("salle", "foyer"), 'search("salle foyer")'),
    (lambda it: it.tabular(rid(1), where={"capacite_greater": 1}), "« capacite__greater »"),
    (lambda it: it.tabular(rid(1), sort="-taille"), "taille"), (lambda it: it.tabular(rid(1), limit=0), "limit"),
    (lambda it: it.tabular(rid(1), where={"capacite__greater": "beaucoup"}), "valeurs demandées (capacite)"),
])
def test_what_cannot_be_asked_is_explained(portail, call, says):
    with pytest.raises(LearnerError) as caught:
        call(portail)
    assert says in str(caught.value) and "_" * 3 not in str(caught.value)


# --- one dataset --------------------------------------------------------------------------------------------------


def test_a_dataset_is_found_by_whatever_names_it(portail):
    row = portail.search("communales").iloc[0]
    for which in (row, row["id"], "jeu-1", "https://www.data.gouv.fr/fr/datasets/jeu-1/#/resources/x", " jeu-1 "):
        assert portail.dataset(which).id == row["id"]
    page = f"https://www.data.gouv.fr/datasets/jeu-1/#/resources/{rid(1)}"
    assert portail.resource(page)["title"] == "Les salles"


def test_a_card_is_readable(portail):
    card = portail.dataset("jeu-1")
    text, html = str(card), card._repr_html_()
    for words in ("Salles communales", "Communauté de communes de l'Île de Brumeval", "Licence Ouverte 2.0 (lov2)", "01/01/2025 → 31/12/2025", "annuelle", "Les salles", rid(2)):
        assert words in text and words.replace("'", "&#x27;") in html
    assert card.ressources["taille"].tolist() == [4767, 17] and card.ressources["type"].tolist() == ["main", "documentation"]
    assert card.raw["slug"] == "jeu-1" and "content" not in card.raw["resources"][0]


def test_what_a_card_does_not_say_is_said(portail):
    text = str(portail.dataset("jeu-3"))
    assert "Période couverte : non indiquée" in text and "Territoire couvert : non indiqué" in text


def test_html_of_a_card_is_escaped(portail):
    raw = portail.dataset("jeu-1").raw | {"title": "<script>", "description": "a & <b>"}
    html = portal.Dataset(raw, lambda: None, lambda _: None)._repr_html_()
    assert "<script>" not in html and "a &amp; &lt;b&gt;" in html


# --- quality ------------------------------------------------------------------------------------------------------

GOOD = {
    "license": "lov2", "temporal_coverage": {"start": "2025-01-01", "end": "2025-12-31"}, "spatial": {"zones": ["fr:epci:1"]}, "frequency": "annual",
    "last_update": "2026-03-01T08:00:00+00:00", "description": "x" * 101,
    "resources": [{"format": "csv", "url": "https://exemple.example/a.csv", "description": "Les salles.", "type": "main", "filetype": "file"}],
}
TODAY = datetime(2026, 10, 12, tzinfo=UTC)


def fails(**changes) -> set[str]:
    """The criteria that a good card fails once changed, links aside."""
    table = recompute(GOOD | changes, TODAY)
    return set(table.loc[~table["recalcule"].fillna(True), "critere"])


@pytest.mark.parametrize(("changes", "failed"), [
    ({}, set()), ({"license": None}, {"license"}), ({"license": "notspecified"}, {"license"}), ({"temporal_coverage": None}, {"temporal_coverage"}),
    ({"spatial": {"zones": [], "granularity": None}}, {"spatial"}), ({"frequency": "unknown"}, {"update_frequency", "update_fulfilled_in_time"}),
    ({"frequency": None}, {"update_frequency", "update_fulfilled_in_time"}), ({"frequency": "monthly"}, {"update_fulfilled_in_time"}),
    ({"frequency": "punctual"}, set()), ({"frequency": "irreg"}, set()), ({"last_update": None}, {"update_fulfilled_in_time"}),
    ({"description": "x" * 100}, {"dataset_description_quality"}), ({"description": None}, {"dataset_description_quality"}),
    ({"resources": [GOOD["resources"][0] | {"format": "PDF"}]}, {"has_open_format"}),
    ({"resources": [GOOD["resources"][0] | {"format": "xlsx"}]}, {"has_open_format"}),
    ({"resources": [GOOD["resources"][0] | {"format": None}]}, {"has_open_format"}),
    ({"resources": [GOOD["resources"][0] | {"format": "xlsx"}, GOOD["resources"][0]]}, set()),
    ({"resources": [GOOD["resources"][0] | {"description": " "}]}, {"resources_documentation"}),
    ({"resources": [GOOD["resources"][0] | {"description": None, "type": "documentation"}]}, set()),
    ({"resources": []}, {"has_open_format", "all_resources_available", "resources_documentation"}),
])
def test_the_nine_criteria_are_udatas(changes, failed):
    assert fails(**changes) == failed


def test_a_day_of_delay_is_forgiven():
    assert fails(last_update="2025-10-11T12:00:00+00:00") == set()
    assert fails(last_update="2025-10-10T12:00:00+00:00") == {"update_fulfilled_in_time"}


def test_the_score_is_ninths_of_what_is_true(portail):
    table = portail.dataset("jeu-3").quality()
    assert list(table["critere"]) == list(QUESTIONS) and len(table) == 9
    assert table.attrs == {"score_recalcule": round(3 / 9, 2), "score_annonce": round(4 / 9, 2)}
    stale = table[table["recalcule"] != table["annonce"]]
    assert stale["critere"].tolist() == ["update_fulfilled_in_time"] and "en retard de 11 ans" in stale["remarque"].iloc[0]


def test_links_are_followed_or_left_unknown(portail):
    card = portail.dataset("jeu-4")
    followed = card.quality().set_index("critere").loc["all_resources_available"]
    assert not followed["recalcule"] and "1 lien mort sur 2 (erreur 404)" in followed["remarque"] and "page web" in followed["remarque"]
    unknown = card.quality(check_links=False).set_index("critere").loc["all_resources_available"]
    assert unknown["recalcule"] is pd.NA and "non vérifié" in unknown["remarque"]


def test_the_date_is_the_portals(portail):
    assert portal.connect(base=portail.addresses.www.removesuffix("/www")).today == datetime(2026, 10, 12, 8, 30, tzinfo=UTC)  # asked before anything else
    portail.dataset("jeu-1")
    assert portail.today == datetime(2026, 10, 12, 8, 30, tzinfo=UTC)


def test_every_frequency_has_a_french_name():
    assert all(name and name[0].islower() for name, _ in FREQUENCIES.values())


def test_licences_say_what_they_permit_and_oblige():
    table = portal.licences().set_index("id")
    assert {"lov2", "fr-lo", "odc-odbl", "cc-by", "cc-by-sa", "cc-zero", "notspecified"} <= set(table.index)
    assert set(table.index[table["meme_licence"]]) == {"odc-odbl", "cc-by-sa"} and (table[["nom", "permet", "oblige"]] != "").all(axis=None)


# --- services -----------------------------------------------------------------------------------------------------


def test_rows_without_the_file(portail):
    rows = portail.tabular(rid(1), where={"commune": "Port-Brume", "capacite__greater": 1000}, columns=["nom", "capacite"], sort="-capacite")
    halls = [rank for rank in range(1, 121) if rank % 3 and rank * 10 >= 1000]
    assert list(rows.columns) == ["nom", "capacite"] and rows["capacite"].tolist() == [rank * 10 for rank in reversed(halls)]
    assert rows.attrs["total"] == len(halls)


def test_rows_are_read_page_after_page(portail, capsys):
    rows = portail.tabular(rid(1), limit=110)
    assert rows["nom"].tolist() == [f"Salle {rank}" for rank in range(1, 111)] and rows.attrs["total"] == 120
    assert "110 lignes lues sur 120" in capsys.readouterr().out
    assert len(portail.tabular(rid(1), limit=5_000)) == 120 and capsys.readouterr().out == ""
    assert "__id" not in rows and rows.dtypes.astype(str).to_dict() | {} == {
        "nom": "str", "commune": "str", "code_commune": "int64", "capacite": "int64", "surface": "float64", "chauffee": "bool",
    }


def test_a_next_link_that_names_another_host_stays_on_the_service():
    link = "http://10.0.0.8:8005/api/resources/x/data/?page=2&page_size=50"
    assert services._same_host(link, "https://tabular-api.data.gouv.fr") == "https://tabular-api.data.gouv.fr/api/resources/x/data/?page=2&page_size=50"


@pytest.mark.parametrize(("where", "count"), [
    ({"commune__differs": "Port-Brume"}, 40), ({"nom__contains": "salle 1"}, 32), ({"capacite": [10, 20, 7]}, 2), ({"chauffee": True}, 60),
    ({"surface__strictly_less": 2}, 1), ({"nom__isnull": ""}, 0), ({"capacite__less": 30, "capacite__strictly_greater": 10}, 2),
])
def test_conditions(portail, where, count):
    assert portail.tabular(rid(1), where=where).attrs["total"] == count


def test_no_row_is_an_empty_table_with_its_columns(portail):
    assert list(portail.tabular(rid(1), where={"commune": "Nulle-Part"}, columns=["nom"]).columns) == ["nom"]


def test_communes_of_the_same_name(portail):
    found = portail.communes("saint denis")
    same = found[found["nom"] == "Saint-Denis"]
    assert len(same) == 4 and set(same["code_commune"]) == {"11339", "30247", "93066", "97411"} and found["nom"].iloc[0] == "Saint-Denis"
    assert "93200" in portail.communes("Saint-Denis", departement="93")["codes_postaux"].iloc[0]


def test_the_island_has_its_eight_communes(portail):
    island = portail.communes(departement="99")
    assert len(island) == 8 and island["population"].sum() == 24_000 and island["longitude"].between(-3.6, -3.4).all()
    assert portail.communes(code_postal="99500")["nom"].tolist() == ["Roc-en-Mer"]
    assert len(portail.communes("Xyzzy")) == 0


def test_an_address_is_found(portail):
    best = portail.geocode("12 r. du Port, Port-Brume").iloc[0]
    assert best["adresse"] == "12 rue du Port 99100 Port-Brume" and best["accepte"] and best["score"] > 0.95
    assert (best["latitude"], best["longitude"]) == (46.6312, -3.47) and best["type"] == "housenumber"


def test_a_homonymous_street_gives_two_places_and_the_commune_decides(portail):
    both = portail.geocode("12 rue du Port")
    assert set(both.loc[both["accepte"], "code_commune"]) == {"99901", "99905"} and both["score"].iloc[0] == both["score"].iloc[1] < 1
    one = portail.geocode("12 rue du Port", citycode="99905")
    assert one.loc[one["accepte"], "commune"].tolist() == ["Roc-en-Mer"]


@pytest.mark.parametrize("vague", ["port", "le port de Port-Brume", "salle des fêtes Port-Brume", "derrière la mairie de Roc-en-Mer", "12 avenue des Champs"])
def test_a_vague_address_is_not_accepted(portail, vague):
    assert not portail.geocode(vague)["accepte"].any()


def test_every_address_of_the_island_is_found_where_it_is():
    places = Places(DATASETS)
    known = places.addresses[::7]
    assert len(known) > 50
    for one in known:
        (best, *_) = places.geocode(f"{one['numero']} {one['voie']}, {one['commune']}", None, None, None, 3)
        assert best["properties"]["citycode"] == one["code_commune"] and best["properties"]["score"] > 0.95
        assert best["geometry"]["coordinates"] == pytest.approx([float(one["longitude"]), float(one["latitude"])], abs=1e-6)
    streets = places.geocode("rue du Port", None, None, None, 10)
    assert {one["properties"]["citycode"] for one in streets if one["properties"]["score"] >= portal.MIN_SCORE} == {"99901", "99903", "99905"}


def test_an_unknown_number_gives_the_street_and_says_so(portail):
    best = portail.geocode("99 rue du Port, Roc-en-Mer").iloc[0]
    assert best["type"] == "street" and best["commune"] == "Roc-en-Mer"
    assert len(portail.geocode("Tour Eiffel Paris")) == 0


def test_an_address_of_the_portal_is_read_with_its_parameters_changed(portail):
    address = portail.search("salle").attrs["adresse_publique"]
    assert portail.read(address)["total"] == 3 and len(portail.read(address, page_size=1)["data"]) == 1
    assert portail.read(address, q="salle navettes")["total"] == 1
    assert portail.read("/api/1/datasets/licenses/")[0]["id"] == "lov2"


# --- the door -----------------------------------------------------------------------------------------------------


def run(code: str, **environment) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60)


def test_importing_is_cheap():
    done = run("import sys; from challenge_data import portal; print(sorted({'httpx', 'pandas', 'tenacity', 'http.server'} & set(sys.modules)))")
    assert done.stdout.strip() == "[]", done.stderr


def test_one_stand_in_a_kernel_and_no_way_to_the_outside(tmp_path):
    datasets = tmp_path / "datasets"
    portal_tiny.write(datasets / "brumeval" / "portail")
    code = (
        "from challenge_data import portal; a, b = portal.connect(), portal.connect(online=False); assert a.addresses == b.addresses; "
        "assert all('//127.0.0.1:' in one for one in a.addresses.__dict__.values()); print(a, a.search('salle').attrs['total'])"
    )
    done = run(code, CHALLENGE_DATA_HOME=str(tmp_path), HTTP_PROXY="http://192.0.2.1:9", http_proxy="http://192.0.2.1:9")
    assert done.returncode == 0 and "inventées" in done.stdout and done.stdout.strip().endswith("3"), done.stderr


@pytest.mark.parametrize("content", [None, "{", json.dumps({"datasets": []})])
def test_a_missing_or_damaged_catalogue_is_told(tmp_path, content):
    if content is not None:
        (tmp_path / "catalogue.json").write_text(content)
    with pytest.raises(LearnerError, match="reprenez l'archive du cours"):
        Standin(tmp_path)


def test_online_asks_the_real_addresses():
    connected = portal.connect(online=True)
    assert list(connected.addresses.__dict__.values()) == [
        "https://www.data.gouv.fr", "https://tabular-api.data.gouv.fr", "https://geo.api.gouv.fr", "https://data.geopf.fr/geocodage",
    ]
    assert "données réelles" in repr(connected)
    connected.web.close()
