"""The quality room on files that French authorities really published: no crash, and nothing false.

They stand outside the project, in ``../shared/data/real``; where that folder is not, these tests are skipped.
Every expected value below was read in the file by hand, with another reader than the one under test.
"""

from pathlib import Path

import pytest

from challenge_data.quality import inspect_file

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
