"""National schemas, and a table held against them: official validator agreed with, real flaws found, French."""

import random
import re
import time

import pandas as pd
import pytest

from challenge_data import schemas
from challenge_data.datasets import load, raw_file
from challenge_data.errors import LearnerError

COUNTS = {  # fields, required: as schema.data.gouv.fr publishes them
    "dae": (46, 17), "equipements": (21, 13), "mediation_numerique": (32, 7), "arbres": (26, 3), "subventions": (16, 11),
    "deliberations": (17, 7), "prenoms": (6, 5), "comptage_site": (8, 4), "comptage_channel": (19, 3), "comptage_measure": (5, 2),
}  # fmt: skip


def examples(name: str, rows: int = 1) -> pd.DataFrame:
    """A table made of the schema's own examples."""
    fields = schemas.schema(name).descriptor["fields"]
    return pd.DataFrame([{one["name"]: one["example"] for one in fields}] * rows, dtype="str")


def only(report: schemas.Validation) -> pd.Series:
    assert len(report.errors) == 1, report.errors.to_string()
    return report.errors.iloc[0]


def refused(schema: str, **cells: str) -> pd.Series:
    return only(schemas.validate(examples(schema).assign(**cells), schema))


def passes(schema: str, **cells: str) -> bool:
    return not len(schemas.validate(examples(schema).assign(**cells), schema).errors)


# The schemas


def test_the_national_schemas_are_there_with_their_fields():
    assert set(schemas.names()) == set(COUNTS)
    for name, (fields, required) in COUNTS.items():
        table = schemas.schema(name).fields
        assert (len(table), (table["obligatoire"] == "oui").sum()) == (fields, required), name
        assert (table["sens"] != "").all() and (table["exemple"] != "").all(), name


@pytest.mark.parametrize("name", COUNTS)
def test_a_row_of_the_schemas_own_examples_conforms(name):
    linked = {"comptage_site": examples("comptage_site"), "comptage_channel": examples("comptage_channel")}
    report = schemas.validate(examples(name), name, linked=linked)
    assert not len(report.errors) and not len(report.questions), report
    assert report.score == report.valid_rows == 1 and report.passed


def test_describe_and_load_know_them():
    from challenge_data.datasets import describe

    assert load("schema_national_equipements")["version"] == "0.1.5"
    assert "21 champs" in str(describe("schema_national_equipements"))


def test_the_challenges_extract_says_the_same_as_the_national_schema():
    # Two files, one truth. What differs is listed here: nothing else may.
    extract = {one["name"]: one for one in load("schema_dae")["fields"]}
    national = schemas.schema("dae")
    differ = set()
    for name, one in extract.items():
        asked = national.field(name)
        assert one["type"] == asked["type"], name
        for rule in {*one["constraints"], *asked["constraints"]} - {"pattern"}:
            assert one["constraints"].get(rule) == asked["constraints"].get(rule), (name, rule)
        for value in ("24h/24", "heures ouvrables|heures de nuit", "non renseigné", "jour", "+33199001234", "+33 1 99 00 12 34", "01 99 00 12 34"):
            if "pattern" in asked["constraints"] and bool(re.fullmatch(one["constraints"]["pattern"], value)) != bool(re.fullmatch(asked["constraints"]["pattern"], value)):
                differ.add((name, value))
    assert differ == {("tel1", "+33 1 99 00 12 34")}  # the extract forgives blanks


def test_a_schema_is_asked_by_a_name_that_forgives():
    assert schemas.schema("Équipements").name == "equipements" and schemas.schema("médiation numérique").name == "mediation_numerique"
    with pytest.raises(LearnerError, match="Vouliez-vous dire « arbres »"):
        schemas.schema("arbre urbain"[:6])
    with pytest.raises(LearnerError, match="Il y a : arbres, "):
        schemas.schema("zzz")


@pytest.mark.parametrize(("descriptor", "said"), [
    ({}, "n'a pas de liste « fields »"),
    ({"fields": [{"type": "string"}]}, "le champ numéro 1 n'a pas de nom"),
    ({"fields": [{"name": "a", "type": "string"}, {"name": "a", "type": "string"}]}, "deux champs s'appellent « a »"),
    ({"fields": [{"name": "a", "type": "nombre"}]}, r"vérifiez son type \(nombre\)"),
    ({"fields": [{"name": "a", "type": "string", "constraints": {"pattern": "(["}}]}, "Le motif de la colonne « a » ne peut pas être lu"),
    ({"fields": [{"name": "a", "type": "number", "constraints": {"minimum": "bas"}}]}, "ne peut pas être utilisé"),
])  # fmt: skip
def test_a_broken_schema_is_told(descriptor, said):
    with pytest.raises(LearnerError, match=said):
        schemas.schema(descriptor)


# The real flaws, found by the report and asked about


@pytest.mark.parametrize("name", ["L'Haÿ-les-Roses", "Marcq-en-Barœul", "L'Anse-aux-Sternes"])
def test_equipements_refuses_true_names_and_the_standard_is_asked_about(name):
    report = schemas.validate(examples("equipements").assign(ADR_COMMUNE=name), "equipements")
    assert only(report)["regle"] == "motif"
    sign = "œ" if "œ" in name else "'"
    assert f"« {name} » contient « {sign} »" in only(report)["raison"]
    doubt = schemas.suspect_schema(report).query("colonne == 'ADR_COMMUNE'").iloc[0]
    assert "nom officiel" in doubt["question"] and doubt["question"].endswith("?") and doubt["cases"] == 1


def test_equipements_refuses_sacre_coeur_and_bounds_nothing():
    assert "« œ »" in refused("equipements", ADR_NOMVOIE="rue du Sacré-Cœur")["raison"]
    report = schemas.validate(examples("equipements").assign(EQUIP_LAT="300"), "equipements")
    assert not len(report.errors)
    assert "latitude de 300" in schemas.suspect_schema(report).query("colonne == 'EQUIP_LAT'")["question"].iloc[0]


def test_arbres_takes_swapped_axes_and_refuses_a_corsican_postcode():
    # The published example rows: longitude 48.3610, latitude 32.2812.
    assert passes("arbres", longitude="48.3610", latitude="32.2812") and passes("arbres", latitude="170")
    report = schemas.validate(examples("arbres").assign(code_postal="20000"), "arbres")
    assert only(report)["colonne"] == "code_postal"
    doubts = schemas.suspect_schema(report)
    assert "codes commune" in doubts.query("regle == 'motif'")["question"].iloc[0]
    assert "-180 à 180" in doubts.query("colonne == 'latitude'")["question"].iloc[0]


def test_dae_asks_for_a_phone_and_the_report_asks_whose():
    doubts = schemas.suspect_schema(schemas.validate(examples("dae"), "dae"))
    assert doubts["colonne"].tolist() == ["tel1, expt_tel1, expt_email"] and "personne" in doubts["question"].iloc[0]


def test_true_errors_raise_no_doubt_about_the_standard():
    report = schemas.validate(examples("equipements", 4).assign(ADR_COMMUNE=["Port-Brume 2", "??", "Port-Brume", "99110"]), "equipements")
    assert "ADR_COMMUNE" not in schemas.suspect_schema(report)["colonne"].tolist()


def test_values_outside_a_list_are_asked_about_only_when_many():
    few = schemas.validate(examples("dae", 3).assign(num_serie=["1", "2", "3"], etat_fonct=["OK", "en fonctionnement", "Inconnu"]), "dae")
    assert "etat_fonct" not in schemas.suspect_schema(few)["colonne"].tolist()
    many = schemas.validate(examples("dae", 3).assign(num_serie=["1", "2", "3"], etat_fonct=["En prêt", "Volé", "En test"]), "dae")
    assert "etat_fonct" in schemas.suspect_schema(many)["colonne"].tolist()


def test_the_published_valid_example_of_mediation_numerique_breaks_its_own_schema():
    # exemple-valide.csv of LaMednum/standard-mediation-num: header « Itinerance », telephone without +.
    report = schemas.validate(examples("mediation_numerique").rename(columns={"itinerance": "Itinerance"}).assign(telephone="33180059880", pivot="43493312300029"), "mediation_numerique")
    assert set(report.errors["colonne"]) == {"itinerance", "telephone"} and report.suggestions == {"Itinerance": "itinerance"}


def test_the_published_example_of_comptage_conforms_in_three_linked_tables():
    site = pd.DataFrame([["300014141", "", "Champtoceaux", "", "-1.2684985", "47.33892", "", ""], ["300014151", "", "Mauves sur Loire", "", "-1.3744379", "47.28895", "", ""]],
                        columns=schemas.schema("comptage_site").field_names)  # fmt: skip
    channel = examples("comptage_channel", 2).assign(
        channel_id=["353226361", "353226396"], site_id="300014141", mobility_type="PEDESTRIAN", counter_transmission_type="REMOTE TRANSMISSION", counter_type="OTHER",
        started_at="2010-07-13T00:00:00+01:00", ended_at="2023-04-14T04:00:00+01:00", last_updated_at="2023-04-14T04:00:00+01:00")  # fmt: skip
    measure = pd.DataFrame([["353226361", "CPTTEST2031", "2022-02-28T00:00:00+01:00", "2022-03-01T00:00:00+01:00", "2"]], columns=schemas.schema("comptage_measure").field_names)
    assert not len(schemas.validate(site, "comptage_site").errors)
    assert not len(schemas.validate(channel, "comptage_channel", linked={"comptage_site": site}).errors)
    assert not len(schemas.validate(measure, "comptage_measure", linked={"comptage_channel": channel}).errors)
    lost = only(schemas.validate(measure.assign(channel_id="9"), "comptage_measure", linked={"comptage_channel": channel}))
    assert lost["regle"] == "lien entre tables" and "comptage_channel" in lost["raison"]
    assert any("n'a pas été vérifié" in note for note in schemas.validate(measure, "comptage_measure").notes)
    with pytest.raises(LearnerError, match="n'a pas de colonne « channel_id »"):
        schemas.validate(measure, "comptage_measure", linked={"comptage_channel": site})


# What each rule says


@pytest.mark.parametrize(("schema", "column", "value", "rule", "reason", "advice"), [
    ("equipements", "EQUIP_NOM", "", "obligatoire", "La case est vide", "Remplissez-la"),
    ("equipements", "EQUIP_LAT", "46,65", "type", "virgule décimale", "46.65"),
    ("equipements", "EQUIP_LAT", "1 250", "type", "blancs entre les milliers", "1250"),
    ("equipements", "EQUIP_LAT", "46 à 47", "type", "intervalle", "seule valeur"),
    ("equipements", "EQUIP_LAT", "46.6°", "type", "unité", "nombre seul"),
    ("equipements", "EQUIP_LAT", "nord", "type", "n'est pas un nombre", "vide"),
    ("equipements", "EQUIP_LAT", "n/d", "type", "tient lieu de vide", "vraie valeur"),
    ("equipements", "ERP_CATEGORIE", "5.0", "type", "n'est pas un nombre entier", "Int64"),
    ("equipements", "ERP_CATEGORIE", "6", "maximum", "plus grand que 5", "unité"),
    ("equipements", "ERP_CATEGORIE", "0", "minimum", "plus petit que 1", "unité"),
    ("equipements", "ADR_NOMVOIE", "ru", "longueur", "a 2 caractères : 3 au moins", "manque"),
    ("equipements", "EQUIP_TEL", "+33 1 99 00 12 34", "longueur", "a 17 caractères : 13 au plus", "+33199001234"),
    ("equipements", "EQUIP_THEME", "équipement culturel", "liste de valeurs", "pas dans la liste", "« Equipement culturel », exactement"),
    ("equipements", "EQUIP_THEME", "Equipement culturelle", "liste de valeurs", "pas dans la liste", "Vouliez-vous"),
    ("dae", "acc", "Dedans", "liste de valeurs", "pas dans la liste", "« Intérieur » ou « Extérieur »"),
    ("equipements", "COLL_SIRET", "219 900 016 00011", "motif", "blancs", "« 21990001600011 »"),
    ("equipements", "COLL_SIRET", "21990001600012", "SIRET", "clé de SIRET fausse", "annuaire"),
    ("equipements", "COLL_SIRET", "21990001600011 ", "motif", "blanc au début ou à la fin", "strip"),
    ("dae", "expt_siren", "219900017", "SIREN", "clé de SIREN fausse", "annuaire"),
    ("dae", "expt_siren", "21990001600011", "SIREN", "est un SIRET", "219900016"),
    ("dae", "fab_siren", "19900016", "motif", "ne suit pas le motif", "219900016"),
    ("dae", "tel1", "0199001234", "motif", "format international", "+33199001234"),
    ("equipements", "COLL_SIRET", "2,19900E+13", "motif", "tableur a arrondi", "redemandez-le"),
    ("dae", "disp_h", "jour", "motif", "ne suit pas le motif", "heures ouvrables"),
    ("dae", "acc_lib", "O", "type", "pas une réponse prévue", "« oui » ou « non »"),
    ("dae", "dermnt", "12/03/2026", "type", "date à la française", "2026-03-12"),
    ("dae", "dermnt", "31/02/2026", "type", "date impossible", "source"),
    ("dae", "dermnt", "2026-02-30", "type", "date impossible", "calendrier"),
    ("dae", "dermnt", "2026-02", "type", "date incomplète", "AAAA-MM-JJ"),
    ("dae", "dermnt", "2026-03-12 08:00:00", "type", "porte aussi une heure", "2026-03-12"),
    ("dae", "dermnt", "en mars", "type", "n'est pas une date", "2026-03-12"),
    ("dae", "expt_email", "mairie", "adresse électronique", "n'est pas une adresse", "@"),
    ("dae", "expt_email", "a@b.fr, c@d.fr", "adresse électronique", "plusieurs", "une seule"),
    ("equipements", "EQUIP_WEB", "www.port-brume.example", "adresse web", "complète", "https://www.port-brume.example"),
    ("mediation_numerique", "code_insee", "99999", "code commune", "aucune commune de 2026", "fusion"),
    ("mediation_numerique", "code_insee", "1001", "motif", "perdu son premier zéro", "« 01001 »"),
    ("mediation_numerique", "code_postal", "1400", "motif", "perdu son premier zéro", "« 01400 »"),
    ("mediation_numerique", "pivot", "W12345678", "RNA", "forme d'un numéro d'association", "neuf chiffres"),
    ("mediation_numerique", "services", "Aide aux démarches administratives;Loisirs et créations numériques", "motif", "ne suit pas", "Loisirs"),
    ("mediation_numerique", "horaires", "Lundi 9h-12h", "horaires", "lundi", "Mo"),
    ("equipements", "ADR_CODEPOSTAL", "1400", "code postal", "premier zéro", "« 01400 »"),
    ("prenoms", "ANNEE", "26", "type", "pas une année", "quatre chiffres"),
    ("prenoms", "ENFANT_PRENOM", "lou", "motif", "ne suit pas le motif", "Lou-Anne"),
    ("comptage_measure", "start_datetime", "2026-06-22 10:00", "type", "blanc entre le jour et l'heure", "2026-06-22T10:00:00Z"),
    ("comptage_measure", "start_datetime", "2026-06-22T24:30:00Z", "type", "heure qui n'existe pas", "00:00"),
    ("comptage_measure", "start_datetime", "22 juin", "type", "n'est pas une date avec une heure", "2026"),
    ("subventions", "datesPeriodeVersement", "14/03/2026", "motif", "ne suit pas le motif", "2026-03-14/2026-12-31"),
])  # fmt: skip
def test_every_rule_speaks_french_and_says_what_to_do(schema, column, value, rule, reason, advice):
    told = refused(schema, **{column: value})
    assert (told["colonne"], told["valeur"], told["regle"]) == (column, value, rule)
    assert reason in told["raison"] and advice in told["conseil"]
    assert told["raison"].endswith((".", "…")) or "motif de la colonne" in told["raison"]


@pytest.mark.parametrize(("cells", "rule", "said"), [
    ({"VOTE_POUR": "21"}, "somme", "VOTE_REEL vaut 25, mais VOTE_POUR + VOTE_CONTRE + VOTE_ABSTENTION fait 21 + 3 + 2 = 26"),
    ({"VOTE_EFFECTIF": "24"}, "comparaison", "VOTE_EFFECTIF (24)"),
    ({"PREF_DATE": "2026-03-01"}, "comparaison", "PREF_DATE (2026-03-01)"),
    ({"BUDGET_NOM": ""}, "colonnes liées", "il manque « BUDGET_NOM »"),
    ({"BUDGET_ANNEE": "2027/2026"}, "comparaison", "ne vient pas après"),
])  # fmt: skip
def test_rules_between_columns(cells, rule, said):
    told = refused("deliberations", **cells)
    assert told["regle"] == rule and said in told["raison"]


def test_more_rules_between_columns():
    assert refused("subventions", idBeneficiaire="", rnaBeneficiaire="")["regle"] == "l'un ou l'autre"
    assert passes("subventions", idBeneficiaire="") and passes("subventions", rnaBeneficiaire="")
    assert "ne finit pas par EQUIP_CODE" in refused("equipements", EQUIP_CODE="01010401-002")["raison"]
    assert passes("deliberations", VOTE_EFFECTIF="", VOTE_REEL="", VOTE_POUR="", VOTE_CONTRE="", VOTE_ABSTENTION="")


def test_a_key_taken_twice_says_where_and_once():
    told = only(schemas.validate(examples("mediation_numerique", 2), "mediation_numerique"))
    assert told["regle"] == "unicité" and "déjà en ligne 2" in told["raison"] and told["ligne"] == 3
    composed = {"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}], "primaryKey": ["a", "b"]}
    told = only(schemas.validate(pd.DataFrame({"a": list("xxy"), "b": list("112")}), composed))
    assert told["regle"] == "clé primaire" and told["ligne"] == 3


# The header, the file, the score


def test_columns_missing_misspelt_twice_and_without_name():
    table = examples("equipements").rename(columns={"EQUIP_LAT": "equip lat", "EQUIP_LONG": "EQUIP_LNG", "EQUIP_TEL": "TELEPHONE"}).drop(columns="EQUIP_NOM")
    table.insert(0, "", "x")
    table.insert(0, "ADR_COMMUNE", "Roc-en-Mer", allow_duplicates=True)
    report = schemas.validate(table, "equipements")
    assert report.missing_columns == ["EQUIP_NOM", "EQUIP_LAT", "EQUIP_LONG"]
    assert report.suggestions == {"equip lat": "EQUIP_LAT", "EQUIP_LNG": "EQUIP_LONG"} and report.extra_columns == ["equip lat", "EQUIP_LNG", "TELEPHONE"]
    assert {"colonne absente", "colonne en double", "nom de colonne"} == set(report.errors["regle"])
    assert (report.errors["ligne"] == 1).all() and report.errors["index"].isna().all() and report.valid_rows == 0
    assert "rename" in report.errors.query("colonne == 'EQUIP_LAT'")["conseil"].iloc[0]
    told = schemas.validate(pd.concat([table.drop(columns="")] * 3).assign(COLL_SIRET="1"), "equipements").groups()
    assert told["regle"].tolist()[:3] == ["colonne absente"] * 3 and told["erreurs"].iloc[-1] == 3
    assert "TELEPHONE" in str(report) and "ordre" in str(report)


def test_the_score_is_the_share_of_checked_cells():
    schema = {"fields": [{"name": name, "type": "integer", "constraints": {"required": name in "ac"}} for name in "abcd"]}
    table = pd.DataFrame({"a": ["1", "x", "3", "4"], "b": ["1", "", "", "y"], "d": [""] * 4})
    report = schemas.validate(table, schema)
    # a: 4 checked, 1 wrong; b: 2 filled, 1 wrong; c: missing and required, 4 wrong; d: empty and optional, not checked.
    assert report.score == pytest.approx(1 - 6 / 10) and not report.passed
    columns = report.columns.set_index("colonne")
    assert columns["conformes_pct"].tolist()[:3] == [75, 50, 0] and pd.isna(columns["conformes_pct"]["d"])
    assert schemas.validate(table.assign(c="1"), schema).valid_rows == 0.5
    more = schemas.validate(table.assign(**{f"vide{i}": "" for i in range(9)}), schema)
    assert more.score == report.score  # empty columns do not make a file better


def test_a_file_tells_its_own_lines(tmp_path):
    path = tmp_path / "prenoms.csv"
    path.write_bytes('COMMUNE_NOM;COLL_INSEE;ENFANT_SEXE;ENFANT_PRENOM;NOMBRE_OCCURRENCES;ANNEE\n"Port-\nBrume";99901;F;Lou;3;2025\n\nPort-Brume;99901;X;Zoé;3;2025\nPort-Brume;99901;F;Éva;3\n;;;;;\nPort-Brume;99901;F;Ana;3;2025;;\n'.encode("latin-1"))
    report = schemas.validate(path, "prenoms")
    assert [(row.ligne, row.index, row.regle) for row in report.errors[["ligne", "index", "regle"]].itertuples(index=False)] == [
        (2, 0, "motif"), (5, 1, "liste de valeurs"), (6, 2, "case manquante"), (6, 2, "obligatoire"), (7, 3, "ligne vide"), (8, 4, "case en trop"),
    ]  # fmt: skip
    assert any("latin-1" in note for note in report.notes) and any("point-virgule" in note for note in report.notes)


@pytest.mark.parametrize(("name", "content", "said"), [
    ("absent.csv", None, "introuvable"),
    ("vide.csv", b"", "aucune colonne"),
    ("titres.csv", b"nom,acc\n", "aucune ligne"),
    ("image.csv", b"\x89PNG\0\0\0", "n'est pas un fichier texte"),
    ("classeur.xlsx", b"PK", "n'est pas un CSV"),
    ("guillemet.csv", b'nom,acc\n"Gymnase,x\nCriee,y\n', "guillemet resté ouvert, vers la ligne 2"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_is_told(tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(LearnerError, match=said):
        schemas.validate(tmp_path / name, "dae")


def test_what_is_not_a_table_is_told(tmp_path):
    for wrong, said in ((42, "Donnez un tableau"), (tmp_path, "est un dossier|n'est pas un CSV"), (pd.DataFrame({"x": [1]}), "Est-ce le bon schéma"), (examples("dae").iloc[:0], "aucune ligne")):
        with pytest.raises(LearnerError, match=said):
            schemas.validate(wrong, "dae")


def test_a_table_is_judged_as_its_csv_and_left_as_it_was():
    table = pd.DataFrame({"lat": [46.5, None], "code": [1001, 99901], "jour": pd.to_datetime(["2026-01-01", None]), "oui": [True, False]}, index=["p", "q"])
    before = table.copy(deep=True)
    schema = {"fields": [{"name": "lat", "type": "number"}, {"name": "code", "type": "string", "constraints": {"pattern": r"^\d{5}$"}}, {"name": "jour", "type": "date"}, {"name": "oui", "type": "boolean"}]}
    told = only(schemas.validate(table, schema))
    assert told["index"] == "p" and "dtype" in told["conseil"] and table.loc[told["index"], "code"] == 1001
    pd.testing.assert_frame_equal(table, before)


def test_a_map_is_a_table_too():
    layer = load("ile_communes")
    name = layer.columns[0]
    report = schemas.validate(layer, {"fields": [{"name": name, "type": "string", "constraints": {"required": True}}]})
    assert not len(report.errors) and "geometry" not in report.extra_columns


def test_words_for_nothing_that_a_schema_takes_for_text_are_told():
    report = schemas.validate(examples("equipements").assign(EQUIP_NOM="NR", EQUIP_TEL="NR"), "equipements")
    assert only(report)["colonne"] == "EQUIP_TEL" and "tient lieu de vide" in only(report)["raison"]
    assert any("« NR »" in note and "EQUIP_NOM" in note for note in report.notes)


def test_the_report_reads_as_text_and_as_a_page():
    report = schemas.validate(examples("dae").assign(nom="<b>", acc="Dehors", lat_coor1="x"), "dae")
    text, page = str(report), report._repr_html_()
    assert "2 erreurs" in text and "Ligne 2 : « x » n'est pas un nombre." in text and "Que faire ?" in text
    assert "<table" in page and 'scope="col"' in page and "« x »" in page
    worse = schemas.validate(examples("dae").assign(acc="<script>"), "dae")._repr_html_()
    assert "<script>" not in worse and "&lt;script&gt;" in worse


def test_the_town_halls_answers_are_refused_for_what_is_planted_in_them():
    mairies = pd.read_csv(raw_file("eq_mairies"), dtype=str)
    table = examples("equipements", len(mairies)).assign(COLL_SIRET=mairies["siret"], ADR_COMMUNE=mairies["commune"], EQUIP_TEL=mairies["contact"], EQUIP_OUVERTURE=mairies["horaires"])
    report = schemas.validate(table, "equipements")
    apostrophe = mairies["commune"].str.contains("'")
    assert apostrophe.sum() and (report.errors["colonne"] == "ADR_COMMUNE").sum() == apostrophe.sum()
    broken = ~mairies["siret"].str.fullmatch(r"\d{14}").fillna(False)
    assert broken.sum() == 46 and report.errors.query("colonne == 'COLL_SIRET'")["index"].tolist() == mairies.index[broken].tolist()
    assert "ADR_COMMUNE" in schemas.suspect_schema(report)["colonne"].tolist()


# Agreement with the official validator, and speed


@pytest.mark.parametrize("name", COUNTS)
def test_frictionless_itself_refuses_the_same_cells(name):
    from frictionless import Resource, Schema

    wanted = schemas.schema(name)
    descriptor = {"fields": wanted.descriptor["fields"], "missingValues": [""]}
    draw = random.Random(name)
    odd = ["", "x", "46,5", "-200", "99901", "20000", "L'Haÿ", "œ", "oui", "Vrai", "2026-02-30", "2026-03-12", "a@b.fr", "http://a.example", "24h/24", " 5", "5.0", "NaN", "1e3", "x" * 300, "10000000"]
    rows = [[draw.choice([str(one["example"]), draw.choice(odd)]) for one in descriptor["fields"]] for _ in range(120)]
    official = Resource(data=[wanted.field_names, *rows], schema=Schema.from_descriptor(descriptor)).validate(limit_errors=100_000)
    kinds = {"type-error", "constraint-error", "unique-error"}
    theirs = {(error.row_number, error.field_name) for task in official.tasks for error in task.errors if error.type in kinds}
    assert {error.type for task in official.tasks for error in task.errors} <= kinds
    ours = schemas.validate(pd.DataFrame(rows, columns=wanted.field_names, dtype="str"), descriptor).errors
    assert theirs and {(row.ligne, row.colonne) for row in ours.itertuples()} == theirs


def test_ten_thousand_rows_of_twenty_columns_take_under_ten_seconds():
    table = examples("equipements", 10_000)
    table["EQUIP_UID"] = [f"99901-01010401-{i % 1000:03d}x{i}" for i in range(10_000)]
    table["EQUIP_LAT"] = [f"46,{i}" for i in range(10_000)]
    table["ADR_COMMUNE"] = [f"L'Anse {i}" for i in range(10_000)]
    start = time.perf_counter()
    report = schemas.validate(table, "equipements")
    schemas.suspect_schema(report), str(report), report._repr_html_()
    assert time.perf_counter() - start < 10 and len(report.errors) >= 30_000
