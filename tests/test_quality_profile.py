"""The report of a table: each disorder planted in a plain table is told, and the plain table is left in peace."""

import json
import time
from collections import Counter

import geopandas
import matplotlib
import nbformat
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from nbclient import NotebookClient
from shapely import Point

from challenge_data import course, load, profile, raw_file
from challenge_data.errors import LearnerError
from challenge_data.quality import codes, picture

matplotlib.use("agg")
GRAVE = "à corriger"


def told(table, what: str, column: str | None = None) -> pd.Series | None:
    """The finding of that name, or None."""
    found = profile(table).findings
    found = found[(found["constat"] == what) & (found["colonne"].eq(column) if column else True)]
    assert len(found) <= 1, found
    return found.iloc[0] if len(found) else None


def plain_table(rows: int = 40) -> pd.DataFrame:
    """Halls without any fault: read as text, as beginners are taught to."""
    streets = ["rue du Port", "quai Neuf", "Grand-Rue", "chemin des Dunes"]
    things = ["Goélands", "Criée", "Phare", "Salines", "Embruns", "Marais", "Cap", "Lavoir", "Moulin", "Halles"]
    kinds = ["salle", "gymnase", "bibliothèque", "cour"]
    return pd.DataFrame(
        {
            "ref": [f"R{at:03}" for at in range(rows)],
            "nom": [f"{kinds[at % 4]} {things[at % 10]} {'ABCD'[at // 10 % 4]}" for at in range(rows)],
            "commune": [["Port-Brume", "Lande-Haute"][at % 2] for at in range(rows)],
            "code_commune": [["99901", "99903"][at % 2] for at in range(rows)],
            "code_postal": ["99110"] * (rows // 2) + ["99120"] * (rows - rows // 2),
            "adresse": [f"{at + 2} {streets[at % 4]}" for at in range(rows)],
            "latitude": [f"{46.62 + at * 0.001:.5f}1" for at in range(rows)],
            "longitude": [f"{-3.50 + at * 0.0013:.5f}1" for at in range(rows)],
            "capacite": [str(40 + 7 * at) for at in range(rows)],
            "accessible": [["oui", "non", "oui"][at % 3] for at in range(rows)],
            "visite": [f"2026-{at % 9 + 1:02}-{at % 25 + 1:02}" for at in range(rows)],
            "telephone": [f"01 99 00 {at:02} 17" for at in range(rows)],
            "siren": ["219900016", "219900032"] * (rows // 2),
        }
    )


def test_a_plain_table_is_left_in_peace():
    assert codes.has_key("219900016") and codes.has_key("219900032")
    assert profile(plain_table()).findings.empty


@pytest.mark.parametrize("name", ["communes", "ile_population", "epci", "populations", "ile_communes", "ile_adresses"])
def test_nothing_is_to_be_mended_in_a_clean_dataset(name):
    found = profile(load(name)).findings
    assert found[found["gravite"] == GRAVE].empty, found


def put(column: str, values: dict[int, object]):
    def spoil(table):
        for row, value in values.items():
            table.loc[row, column] = value
        return table

    return spoil


def stack(table, rows):
    return pd.concat([table, rows], ignore_index=True)


DISORDERS = {
    "n/d": (put("capacite", {3: "n/d", 9: "N/D"}), "manque déguisé", "capacite", [3, 9], GRAVE),
    "to be filled": (put("telephone", {3: "À compléter"}), "manque déguisé", "telephone", [3], GRAVE),
    "unknown, said": (put("accessible", {5: "inconnu"}), "manque déguisé, peut-être", "accessible", [5], "à vérifier"),
    "999": (
        put("capacite", {3: "999", 9: "999"}),
        "nombre ou date qui tient lieu de vide, peut-être",
        "capacite",
        [3, 9],
        "à vérifier",
    ),
    "zero": (
        put("capacite", {3: "0", 9: "0"}),
        "nombre ou date qui tient lieu de vide, peut-être",
        "capacite",
        [3, 9],
        "à vérifier",
    ),
    "1900": (
        put("visite", {3: "1900-01-01"}),
        "nombre ou date qui tient lieu de vide, peut-être",
        "visite",
        [3],
        "à vérifier",
    ),
    "empty": (put("capacite", {3: "  ", 9: None}), "cases vides", "capacite", [3, 9], "pour information"),
    "exact copy": (lambda table: stack(table, table.loc[[7]]), "lignes identiques", "(ligne)", [40], GRAVE),
    "copy under another number": (
        lambda table: stack(table, table.loc[[7]].assign(ref="R900")),
        "lignes identiques sauf l'identifiant",
        None,
        [40],
        "à vérifier",
    ),
    "twice a number": (
        lambda table: put("id", {5: "R004"})(table.rename(columns={"ref": "id"})),
        "identifiant en double",
        "id",
        [4, 5],
        GRAVE,
    ),
    "two spellings of a place": (
        put("nom", {2: "Bibliothèque municipale de l'Embrun", 4: "bibliotheque des Embruns"}),
        "peut-être le même lieu deux fois",
        "nom",
        [2, 4],
        "à vérifier",
    ),
    "blank": (put("commune", {4: "Port-Brume "}), "blanc au début ou à la fin", "commune", [4], GRAVE),
    "capitals": (put("commune", {4: "PORT BRUME"}), "même valeur écrite de plusieurs façons", "commune", [4], GRAVE),
    "lost accents": (put("nom", {4: "cour MarÃ©e"}), "accents abîmés", "nom", [4], GRAVE),
    "yes and yes": (
        put("accessible", {1: "N", 6: "Oui", 9: "1"}),
        "oui et non écrits de plusieurs façons",
        "accessible",
        [1, 6, 9],
        GRAVE,
    ),
    "several values": (
        put("commune", {4: "Port-Brume, Lande-Haute", 5: "Port-Brume / Lande-Haute"}),
        "plusieurs valeurs dans une case",
        "commune",
        [4, 5],
        "à vérifier",
    ),
    "number and words": (
        put("capacite", {4: "env. 120", 9: "80 places"}),
        "nombres et texte mélangés",
        "capacite",
        [4, 9],
        GRAVE,
    ),
    "decimal comma": (put("capacite", {4: "12,5"}), "virgule décimale", "capacite", [4], GRAVE),
    "blank between thousands": (put("capacite", {4: "1 200"}), "blancs entre les milliers", "capacite", [4], GRAVE),
    "number become a date": (put("capacite", {4: "févr.-05"}), "nombre devenu une date", "capacite", [4], GRAVE),
    "a zero too many": (
        put("capacite", {4: "12000"}),
        "valeurs très éloignées des autres",
        "capacite",
        [4],
        "à vérifier",
    ),
    "a zero too few": (put("capacite", {4: "3"}), "valeurs très éloignées des autres", "capacite", [4], "à vérifier"),
    "negative": (put("capacite", {4: "-60"}), "nombre négatif parmi des positifs", "capacite", [4], "à vérifier"),
    "day that is not": (put("visite", {4: "2026-02-30"}), "date impossible", "visite", [4], GRAVE),
    "year 2206": (put("visite", {4: "2206-02-03"}), "année impossible", "visite", [4], GRAVE),
    "other way of dates": (
        put("visite", {4: "14/01/2026", 9: "3 mars 2026"}),
        "dates écrites de plusieurs façons",
        "visite",
        [4, 9],
        GRAVE,
    ),
    "key of SIREN": (put("siren", {4: "219900017"}), "clé de SIREN fausse", "siren", [4], GRAVE),
    "blanks in SIREN": (put("siren", {4: "219 900 016"}), "blancs dans un code", "siren", [4], GRAVE),
    "spoiled SIREN": (put("siren", {4: "2,19900E+08"}), "code en notation scientifique", "siren", [4], GRAVE),
    "lost zero": (put("telephone", {4: "199000417"}), "zéro perdu en tête", "telephone", [4], GRAVE),
    "postcode": (put("code_postal", {4: "1400"}), "zéro perdu en tête", "code_postal", [4], GRAVE),
    "unknown commune": (put("code_commune", {4: "99909"}), "code commune inconnu", "code_commune", [4], "à vérifier"),
    "mainland": (put("code_commune", {4: "85113"}), "commune hors du territoire", "code_commune", [4], "à vérifier"),
    "0, 0": (
        lambda table: put("longitude", {4: "0"})(put("latitude", {4: "0"})(table)),
        "point à 0, 0",
        None,
        [4],
        GRAVE,
    ),
    "swapped": (
        lambda table: put("longitude", {4: "46.632"})(put("latitude", {4: "-3.49"})(table)),
        "latitude et longitude échangées",
        None,
        [4],
        GRAVE,
    ),
    "metres": (
        lambda table: put("longitude", {4: "205700"})(put("latitude", {4: "6633500"})(table)),
        "mètres pris pour des degrés",
        None,
        [4],
        GRAVE,
    ),
    "out of range": (put("latitude", {4: "466.3"}), "coordonnée impossible", None, [4], GRAVE),
    "elsewhere": (put("latitude", {4: "47.630001"}), "point loin de tous les autres", None, [4], "à vérifier"),
    "rounded": (
        lambda table: put("longitude", {4: "-3.5"})(put("latitude", {4: "46.6"})(table)),
        "coordonnées arrondies",
        None,
        [4],
        "à vérifier",
    ),
    "one of two": (put("latitude", {4: None}), "une coordonnée sans l'autre", None, [4], GRAVE),
    "mobile": (
        put("telephone", {4: "06 39 98 12 34"}),
        "donnée personnelle ? numéro de mobile",
        "telephone",
        [4],
        "à vérifier",
    ),
    "mail": (
        put("adresse", {4: "maud.trevignac@brumeval.example"}),
        "donnée personnelle ? adresse électronique",
        "adresse",
        [4],
        "à vérifier",
    ),
    "name": (
        lambda table: table.assign(responsable=["secrétariat"] * 38 + ["Maud Trévignac", "Mme Ouvrelle"]),
        "donnée personnelle ? nom d'une personne",
        "responsable",
        [38, 39],
        "à vérifier",
    ),
    "constant": (lambda table: table.assign(ile="Brumeval"), "colonne constante", "ile", [], "pour information"),
    "nothing at all": (lambda table: table.assign(note=None), "colonne vide", "note", [], "pour information"),
    "total": (
        lambda table: stack(table, pd.DataFrame({"ref": ["Total"], "capacite": [str(sum(range(40, 320, 7)))]})),
        "ligne de total parmi les lignes",
        "ref",
        [40],
        GRAVE,
    ),
    "units": (
        lambda table: stack(pd.DataFrame({"capacite": ["places"], "latitude": ["degrés"]}), table),
        "ligne d'unités sous l'en-tête",
        "(ligne)",
        [0],
        GRAVE,
    ),
    "header again": (
        lambda table: stack(table, pd.DataFrame([list(table)], columns=list(table))),
        "en-tête répété parmi les lignes",
        "(ligne)",
        [40],
        GRAVE,
    ),
    "blank rows": (
        lambda table: stack(table, pd.DataFrame({"ref": [None, None]})),
        "lignes entièrement vides",
        "(ligne)",
        [40, 41],
        GRAVE,
    ),
    "name of a column": (
        lambda table: table.rename(columns={"commune": " commune "}),
        "blanc dans un nom de colonne",
        "commune",
        [],
        GRAVE,
    ),
}


@pytest.mark.parametrize("case", DISORDERS)
def test_a_planted_disorder_is_told_with_its_rows(case):
    spoil, what, column, rows, gravity = DISORDERS[case]
    found = told(spoil(plain_table()), what, column)
    assert found is not None, profile(spoil(plain_table()))
    assert found["lignes"] == rows
    assert found["gravite"] == gravity and found["conseil"].endswith((".", "?"))


@pytest.mark.parametrize(
    ("case", "allowed"),
    [
        ("n/d", {"manque déguisé"}),
        ("exact copy", {"lignes identiques"}),
        ("a zero too many", {"valeurs très éloignées des autres"}),
        ("units", {"ligne d'unités sous l'en-tête"}),
        ("0, 0", {"point à 0, 0"}),
        ("swapped", {"latitude et longitude échangées"}),
        ("total", {"ligne de total parmi les lignes"}),
        ("mobile", {"donnée personnelle ? numéro de mobile"}),
        ("1900", {"nombre ou date qui tient lieu de vide, peut-être"}),
    ],
)
def test_one_disorder_is_told_once(case, allowed):
    assert set(profile(DISORDERS[case][0](plain_table())).findings["constat"]) == allowed


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame(
            {
                "nom": ["Salle des fêtes"] * 8,
                "code_commune": [f"9990{at}" for at in range(1, 9)],
                "places": range(50, 58),
            }
        ),
        pd.DataFrame(
            {
                "nom": ["Terrain A", "Terrain B", "École 1", "École 2", "Cour est", "Cour ouest"],
                "commune": ["Port-Brume"] * 6,
            }
        ),
        pd.DataFrame({"nom": ["Salle Nord", "Salle Sud"] * 2, "commune": ["Port-Brume", "Lande-Haute"] * 2}).iloc[:2],
    ],
    ids=["homonyms of eight communes", "numbers and letters tell apart", "north and south"],
)
def test_two_places_are_not_taken_for_one(table):
    assert told(table, "peut-être le même lieu deux fois") is None


def test_numbers_that_may_well_be_zero_or_spread_are_left_in_peace():
    counts = pd.DataFrame(
        {"nombre": [0, 1, 2, 0, 3, 1, 0, 2, 5, 8] * 5, "population": [round(2.718 ** (at / 8)) for at in range(1, 51)]}
    )
    assert profile(counts[["nombre"]]).findings.empty and profile(counts[["population"]]).findings.empty


def test_offices_are_no_persons():
    table = pd.DataFrame(
        {
            "responsable": [
                "Mairie de Lande-Haute",
                "Service des Sports",
                "gardienne du gymnase",
                "Secrétariat",
                "Maison Des Associations",
            ],
            "courriel": [
                "mairie@brumeval.example",
                "contact@brumeval.example",
                "accueil.sport@brumeval.example",
                "dpo@brumeval.example",
                "port@brumeval.example",
            ],
            "tel": ["01 99 00 12 34", "0199001235", "01.99.00.12.36", "01-99-00-12-37", "+33 1 99 00 12 38"],
        }
    )
    assert not profile(table).findings["constat"].str.contains("personnelle").any()


def test_numeric_columns_tell_what_reading_lost():
    table = pd.DataFrame(
        {"code_postal": [1400, 85350, 99110], "siret": [13002526500013] * 3, "valeur": [1.5, 2.5, 3.5]}
    )
    assert told(table, "zéro perdu en tête", "code_postal")["exemples"] == "« 1400 »"
    assert told(table, "code lu comme un nombre", "siret") is not None


def test_a_former_commune_is_named_as_such():
    older = next(iter(codes.former_codes()))
    found = told(pd.DataFrame({"code_commune": ["99901", older]}), "code commune inconnu")
    assert f"« {older} » (existait en {codes.former_codes()[older]})" in found["exemples"]


# --- the register of the lessons


@pytest.fixture(scope="module")
def register():
    truth = json.loads((course.datasets_dir() / "recipes/truth/equipements.json").read_text(encoding="utf-8"))[
        "fichiers"
    ]["eq_registre"]
    table = pd.read_csv(raw_file("eq_registre"), sep=";", dtype=str)
    return table, truth["desordres"], profile(table, "eq_registre")


SAID = {
    "blancs": {"blanc au début ou à la fin"},
    "code_commune_ailleurs": {"commune hors du territoire"},
    "code_commune_inconnu": {"code commune inconnu"},
    "commune_autrement": {"même valeur écrite de plusieurs façons"},
    "coordonnees_absentes": {"cases vides"},
    "coordonnees_arrondies": {"coordonnées arrondies"},
    "coordonnees_inversees": {"latitude et longitude échangées"},
    "coordonnees_nulles": {"point à 0, 0"},
    "doublon_exact": {"lignes identiques"},
    "doublon_approche": {"peut-être le même lieu deux fois"},
    "hors_ile": {"point loin de tous les autres"},
    "ligne_total": {"ligne de total parmi les lignes"},
    "donnee_personnelle": {"donnée personnelle ? numéro de mobile"},
    "manquant_deguise": {"manque déguisé", "nombre ou date qui tient lieu de vide, peut-être"},
    "oui_non": {"oui et non écrits de plusieurs façons"},
    "types_melanges": {"nombres et texte mélangés", "blancs entre les milliers"},
    "valeur_aberrante": {"valeurs très éloignées des autres"},
    "colonne_constante": {"colonne constante"},
    "colonne_vide": {"colonne vide"},
    "texte_libre": {"texte libre"},
}
EXACT = set(SAID) - {"doublon_approche", "coordonnees_arrondies"}  # those whose rows are exactly the planted ones


def test_every_disorder_planted_in_the_register_is_found(register):
    _, disorders, report = register
    unknown = (
        {one["desordre"] for one in disorders} - set(SAID) - {"vendu"}
    )  # nothing in the file says that a hall was sold
    assert not unknown
    for one in disorders:
        if one["desordre"] == "vendu":
            continue
        found = report.findings[report.findings["constat"].isin(SAID[one["desordre"]])]
        if one["colonne"]:
            found = found[found["colonne"].map(lambda said, name=one["colonne"]: name in said.split(", "))]
        assert len(found), one
        rows = {row for rows in found["lignes"] for row in rows}
        assert set(one["lignes"]) <= rows, one
        if one["desordre"] in EXACT and one["lignes"]:
            assert rows == set(one["lignes"]), one


def test_near_twins_of_the_register_are_the_planted_pairs(register):
    _, disorders, report = register
    (planted,) = [one for one in disorders if one["desordre"] == "doublon_approche"]
    found = report.findings.set_index("constat").loc["peut-être le même lieu deux fois"]
    assert found["cases"] == len(planted["paires"]) and set(found["lignes"]) == {
        row for pair in planted["paires"] for row in pair
    }


def test_the_columns_of_the_report_add_up(register):
    table, _, report = register
    columns = report.columns.set_index("colonne")
    assert (
        columns.index.tolist() == table.columns.tolist()
        and (columns[["remplies", "vides", "deguisees"]].sum(axis=1) == len(table)).all()
    )
    assert (columns["vides"] == table.isna().sum()).all()
    words = table["capacite"].isin(["n/d", "à compléter", "999", "0"])
    assert (
        columns.loc["capacite", "deguisees"] == words.sum()
        and "« n/d » (4)" in columns.loc["capacite", "mots_pour_rien"]
    )
    assert columns.loc["capacite", "maximum"] == "12000"  # the total line is left aside


def test_the_report_is_readable(register):
    _, _, report = register
    text, page = str(report), report._repr_html_()
    kinds = report.findings.drop_duplicates(["gravite", "constat"])
    assert text.startswith("eq_registre : 144 lignes, 20 colonnes. Constats : ") and len(text.splitlines()) <= 14
    assert "[à corriger] manque déguisé : capacite (7), surface_m2 (3), horaires (7), telephone (4)" in text
    assert page.count("<details>") == 2 and page.count("<tr>") == len(kinds) + len(report.columns) + 3
    assert report.counts == dict(Counter(report.findings["gravite"]))


# --- any table


def test_the_table_is_not_changed_and_any_index_serves():
    table = plain_table().set_index(pd.MultiIndex.from_product([["a", "b"], range(20)]))
    table.iloc[3, 8] = "n/d"
    before = table.copy(deep=True)
    assert told(table, "manque déguisé")["lignes"] == [("a", 3)]
    pd.testing.assert_frame_equal(table, before)


ODD = {
    "same name twice": pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]),
    "names that are numbers": pd.DataFrame(np.arange(60).reshape(30, 2)),
    "nothing in it": pd.DataFrame({"a": [None] * 5, "b": [np.nan] * 5}),
    "lists and dictionaries": pd.DataFrame({"a": [[1, 2], [3], None], "b": [{"x": 1}, {}, None]}),
    "all kinds": pd.DataFrame(
        {
            "a": [1, "x", 2.5, None, True, b"y"],
            "b": pd.to_timedelta(range(6), "D"),
            "c": pd.Categorical(list("ababab")),
            "d": pd.date_range("2026", periods=6, tz="Europe/Paris"),
            "e": pd.array([1, None] * 3, dtype="Int64"),
            "f": [np.inf, -np.inf, 1.0] * 2,
            "g": [10**30 + at for at in range(6)],
            "h": [1 + 2j] * 6,
        }
    ),
    "places without end": pd.DataFrame({"lat": [np.inf] * 30, "lon": [1.0] * 30}),
    "shapes that are not there": geopandas.GeoDataFrame(
        {"nom": ["a", "b", "c"]}, geometry=[Point(0, 0), None, Point()], crs=4326
    ),
    "one row": pd.DataFrame({"lat": ["46.6"], "lon": ["-3.4"]}),
    "a series": pd.Series([1, 2, 3], name="x"),
}


@pytest.mark.parametrize("case", ODD)
def test_an_odd_table_is_told_all_the_same(case):
    report = profile(ODD[case])
    assert (report.columns[["remplies", "vides", "deguisees"]].sum(axis=1) == report.rows).all()
    assert report._repr_html_() and str(report)
    picture.draw(report)
    pyplot.close("all")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (pd.DataFrame(), "aucune colonne"),
        (pd.DataFrame({"a": []}), "mais aucune ligne"),
        ([1, 2], "reçu : une liste"),
        (None, "reçu : rien"),
        ({"a": 1}, "un dictionnaire"),
    ],
)
def test_what_is_no_table_is_told(what, said):
    with pytest.raises(LearnerError, match=said):
        profile(what)


def test_shapes_in_metres_and_out_of_place_are_told():
    places = [Point(-3.5 + at / 1000, 46.63) for at in range(20)] + [Point(46.63, -3.49), Point(205700, 6633500)]
    layer = geopandas.GeoDataFrame({"nom": [f"lieu {at}" for at in range(22)]}, geometry=places, crs=4326)
    assert told(layer, "latitude et longitude échangées")["lignes"] == [20] and told(
        layer, "mètres pris pour des degrés"
    )["lignes"] == [21]
    assert profile(layer.head(20).to_crs(2154)).findings.empty


def test_the_whole_of_france_takes_seconds_and_little_memory():
    table = load("communes")
    profile(table.head(10))  # what is loaded once
    started = time.process_time()
    profile(table)
    assert time.process_time() - started < 4  # 1.3 s on two idle cores


# --- the picture


def test_the_picture_says_by_words_and_hatches_what_it_says_by_colour(register):
    _, _, report = register
    ax = picture.draw(report)
    assert [label.get_text() for label in ax.get_yticklabels()] == report.columns["colonne"].tolist()
    assert len({bars.patches[0].get_hatch() for bars in ax.containers}) == 3
    assert sorted(legend.get_text() for legend in ax.figure.legends[0].get_texts()) == [
        "remplies",
        "vides",
        "« rien » déguisé",
    ]
    grave = [text.get_text() for text in ax.texts]
    assert "2 à corriger, 2 à vérifier" in grave and len(grave) == report.columns["remarques"].ne("").sum()
    widths = [
        round(sum(bars.patches[at].get_width() for bars in ax.containers), 6) for at in range(len(report.columns))
    ]
    assert set(widths) == {100}
    assert "groupe_electrogene : 19 % remplie, 81 % vide" in ax.figure.text_alternative
    pyplot.close("all")


def test_a_notebook_shows_one_picture_with_its_alternative():
    code = "import challenge_data, pandas\nrapport = challenge_data.profile(pandas.DataFrame({'a': [1, None], 'b': ['x', 'n/d']}), 'essai')"
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(one) for one in (code, "rapport", "rapport.picture()")]
    )
    NotebookClient(notebook, kernel_name="python3").execute()
    assert (
        "text/html" in notebook.cells[1].outputs[0].data
        and "essai : 2 lignes" in notebook.cells[1].outputs[0].data["text/plain"]
    )
    (shown,) = notebook.cells[2].outputs
    assert 'alt="Une barre par colonne, 2 lignes.' in shown.data["text/html"] and "image/png" not in shown.data
