"""The quality room on files that French authorities really published: no crash, and nothing false.

They stand outside the project, in ``../shared/data/real``; where that folder is not, these tests are skipped.
Every expected value below was read in the file by hand, with another reader than the one under test.
"""

from pathlib import Path

import pytest

from challenge_data.quality import inspect_file, profile

REAL = Path(__file__).resolve().parents[2] / "shared/data/real"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"no real files in {REAL}")


def report(name):
    found = inspect_file(REAL / name)
    return found, found.columns.set_index("colonne")


def test_trees_of_saint_germain_en_laye():
    found, columns = report("arbres_saint_germain_en_laye.csv")
    assert (found.encoding, found.sure_encoding, found.line_end, found.separator, found.header_line) == (
        "utf-8",
        True,
        "\n",
        ",",
        1,
    )
    assert (found.rows, len(columns), found.blank) == (709, 57, 0)
    # « Betula, Alba » has a comma without quotes, but the header counts genus and species apart: 57 fields in each row.
    assert found.ragged == [] and found.notes == []
    assert columns.loc["espece_arbre", "remarque"] == "701 valeurs avec un blanc au début ou à la fin"
    assert columns["manquantes_pct"].round(1).loc[
        ["cote_voirie", "controle", "prescription_3", "reference_photo", "ID_ARBRE"]
    ].tolist() == [
        23.1,
        98.4,
        97.9,
        67.4,
        0.0,  # 164, 698, 694, 478 and 0 of 709
    ]
    assert columns.loc["date_plantation", ["contenu", "remarque"]].tolist() == ["années", "sauf « 200 »"]
    assert (
        columns.loc["hauteur", "contenu"] == "nombres entiers"
        and columns.loc["diametre", "contenu"] == "nombres à point"
    )
    assert (
        columns.loc["date_diagnostic", "contenu"] == "dates" and columns.loc["canisse_arbre", "contenu"] == "oui ou non"
    )
    assert (
        columns.loc["Lat", "remarque"] == "valeurs de 48,888 à 48,905"
        and columns.loc["Long", "remarque"] == "valeurs de 2,061 à 2,101"
    )
    assert columns.loc[["ID_ARBRE", "commune", "site", "situation", "reference_photo"], "contenu"].eq("texte").all()


def test_energy_of_mayenne():
    found, columns = report("conso_elec_gaz_mayenne.csv")
    assert (found.encoding, found.line_end, found.separator, found.header_line) == ("utf-8", "\r\n", ";", 1)
    assert (found.rows, len(columns), found.ragged, found.notes) == (243, 36, [], [])
    assert columns["manquantes_pct"].eq(0).all()
    # No cell of this file holds a comma: every decimal number has a point.
    assert not columns["contenu"].str.contains("virgule").any()
    assert (
        columns.loc["Consommation totale (MWh)", "contenu"] == "nombres à point"
        and columns.loc["Année", "contenu"] == "années"
    )
    assert (
        columns.loc["Code Commune", "contenu"] == "codes à 5 caractères"
        and "100 % des cases portent un code commune" in columns.loc["Code Commune", "remarque"]
    )
    assert (
        columns.loc["Code EPCI", "contenu"] == "numéros SIREN"
        and columns.loc["Code Région", "contenu"] == "codes en chiffres"
    )
    # 26 of its 243 cells hold several postcodes (« 53200/53360 »): it is no column of codes.
    assert columns.loc["Code_postal", "contenu"] == "texte"


def test_contracts_of_pays_de_mormal():
    found, columns = report("marches_publics_pays_de_mormal_2016.csv")
    assert (found.encoding, found.line_end, found.separator, found.header_line) == ("utf-8", "\n", ",", 1)
    assert (found.rows, len(columns), found.ragged) == (58, 11, [])
    assert columns.loc["ACHETEURS_ID", ["contenu", "manquantes_pct"]].tolist() == [
        "numéros SIRET",
        8.6,
    ]  # 53 numbers of 14 digits, 5 empty
    assert columns.loc["Remarques facultatives", "manquantes_pct"] == 55.2  # 32 of 58
    # Amounts are ranges, dates are « 05-16 »: neither a number nor a date, and not said to be.
    assert columns.loc[["MONTANT", "PUBLICATION_DATE"], "contenu"].tolist() == ["texte", "texte"]
    # Postcodes and commune codes are mixed in this column: neither is claimed for all.
    assert columns.loc["LIEU_EXEC_CODE", "contenu"] == "codes à 5 caractères"
    assert "75,9 % des cases portent un code commune" in columns.loc["LIEU_EXEC_CODE", "remarque"]


@pytest.mark.parametrize("path", sorted(REAL.glob("*.csv")), ids=lambda path: path.stem)
def test_every_real_file_is_told_in_text_and_html(path):
    found = inspect_file(path)
    assert path.name in str(found) and all(name in str(found) for name in found.columns["colonne"])
    assert found._repr_html_().count("<tr>") == 7 + 1 + len(found.columns)


# --- the report of the table


def findings(name):
    """{(column, what): row} of all that is more than « pour information »."""
    found = profile(REAL / name).findings
    assert not found.duplicated(["colonne", "constat"]).any()
    found = found[found["gravite"] != "pour information"]
    return {(row.colonne, row.constat): row for row in found.itertuples(index=False)}


def test_what_is_said_of_the_trees_is_true():
    found = findings("arbres_saint_germain_en_laye.csv")
    padded = {"espece_arbre": 701, "observation_collet": 31, "observation_tronc": 58, "observation_houppier": 26, "fissure_houppier": 699, "bois_mort_houppier": 699}
    assert {column: found.pop((column, "blanc au début ou à la fin")).cases for column in padded} == padded
    # « sp. -   - » 15 times, « sp. -  - » 10 times.
    assert found.pop(("espece_arbre", "même valeur écrite de plusieurs façons")).cases == 10
    # Rows of a file go by line: the year 200 is in its 47th row, under the header.
    year = found.pop(("date_plantation", "année impossible"))
    assert (year.lignes, year.exemples) == ([48], "« 200 »")
    assert found.pop(("ID_ARBRE", "lignes identiques sauf l'identifiant")).exemples == "ligne 33 = ligne 32"
    assert found.pop(("type_sol", "codes qui ne diffèrent que par les majuscules")).cases == 53
    # 28 of the 31 references that are no number: the others are « 485\\486/487 », « 544/ », « 550\\551 ».
    assert found.pop(("reference_photo", "plusieurs valeurs dans une case")).cases == 28
    assert not found


def test_what_is_said_of_the_points_of_the_trees_is_true():
    table = profile(REAL / "arbres_saint_germain_en_laye.csv").findings.set_index(["colonne", "constat"])
    assert table.loc[("Lat, Long", "coordonnées arrondies"), "exemples"] == "3 décimales"
    crowd = table.loc[("Lat, Long", "plusieurs lignes sur un même point")]
    assert (crowd["cases"], crowd["exemples"]) == (692, "jusqu'à 32 lignes sur un point ; 75 points de 3 lignes ou plus")


def test_what_is_said_of_the_contracts_is_true():
    found = findings("marches_publics_pays_de_mormal_2016.csv")
    # Each of the 53 numbers has a right key; five are written with blanks.
    assert found.pop(("ACHETEURS_ID", "blancs dans un code")).cases == 5
    # 34 contracts for 58 rows: a contract has several holders, 36 rows share a number. To check, not to mend.
    assert found.pop(("MARCHE_ID", "identifiant en double")).cases == 36
    # All but four « 207 000 et plus ».
    assert found.pop(("MONTANT", "intervalles à la place de nombres")).cases == 54
    assert found.pop(("PUBLICATION_DATE", "dates incomplètes")).cases == 58
    assert found.pop(("ACHETEURS_NOM", "peut-être le même lieu deux fois")).exemples == "« LE MAILLON C2R INSERTION » (ligne 37) et « LE MAILLON C2R » (ligne 38)"
    assert not found


def test_what_is_said_of_the_energy_is_true():
    found = findings("conso_elec_gaz_mayenne.csv")
    assert {row.gravite for row in found.values()} == {"à vérifier"}
    zeros = "nombre ou date qui tient lieu de vide, peut-être"
    # 6 of the 10 and 29 of the 30 are zeros because the figure is kept secret, as another column says.
    assert {column: found.pop((column, zeros)).cases for column in (
        "Consommation Agriculture (MWh)", "Consommation Tertiaire  (MWh)", "Consommation Résidentiel  (MWh)", "Nombre de points Résidentiel",
    )} == {"Consommation Agriculture (MWh)": 10, "Consommation Tertiaire  (MWh)": 30, "Consommation Résidentiel  (MWh)": 3, "Nombre de points Résidentiel": 3}
    assert found.pop(("Code_postal", "plusieurs valeurs dans une case")).cases == 26
    # Laval has 28,387 homes connected, the next commune 8,498.
    assert found.pop(("Nombre de points Résidentiel", "valeurs très éloignées des autres")).exemples == "« 28387 »"
    assert {what for _, what in found} == {"valeurs très éloignées des autres"} and len(found) == 4
