"""The quality room on small files, one disorder each, and on things that are no table at all."""

import io
import json
import zipfile

import pytest

from challenge_data.errors import LearnerError
from challenge_data.quality import contents, inspect_file


@pytest.fixture
def write(tmp_path):
    def written(content: bytes | str, name="essai.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def refused(path) -> str:
    with pytest.raises(LearnerError) as error:
        inspect_file(path)
    return str(error.value)


# --- not a table


def test_missing_file_folder_and_empty_file(tmp_path, write):
    write("a;b\n1;2\n", "mairie_2026.csv")
    assert "mairie_2026.csv" in refused(tmp_path / "mairie.csv")
    assert "Vérifiez le nom" in refused(tmp_path / "zzz.csv")
    assert "est un dossier" in refused(tmp_path) and "mairie_2026.csv" in refused(tmp_path)
    assert "0 octet" in refused(write(b"")) and "que des blancs" in refused(write("\n \n"))


def zipped(**files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped(dae_csv="a;b"), "dae.csv"),
        (zipped(xl__workbook_xml="x"), "pd.read_excel"),
        (zipped(content_xml="x"), "LibreOffice"),
        (b"PK\x03\x04broken", "abîmée"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 50, ".xls"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x00\x01\x02\x03" * 50, "pas du texte"),
        (bytes(range(256)) * 4, "pas du texte"),
        ("<!DOCTYPE html><html></html>", "page web"),
        ("<?xml version='1.0'?><a/>", "XML"),
        ('[{"a": 1}]', "json.load"),
        (json.dumps({"type": "FeatureCollection", "features": [1, 2]}), "GeoJSON (2 objets)"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value[:12],
)
def test_what_is_no_table_is_named(write, content, said):
    assert said in refused(write(content))


# --- the file as a whole


@pytest.mark.parametrize(
    ("encoding", "found", "sure"),
    [
        ("utf-8", "utf-8", True),
        ("utf-8-sig", "utf-8-sig", True),
        ("utf-16", "utf-16", True),
        ("latin-1", "latin-1", False),
        ("cp1252", "cp1252", False),
        ("mac_roman", "mac_roman", False),
        ("cp850", "cp850", False),
    ],
)
def test_encodings(write, encoding, found, sure):
    euro = "€ – " if encoding in ("cp1252", "mac_roman", "utf-8") else ""
    text = (
        f"nom;âge\nHélène {euro}d'Ô;3\nÀ côté, « façade »;4\n"
        if encoding not in ("latin-1", "cp850")
        else "nom;âge\nHélène;3\nÀ côté, façade;4\n"
    )
    report = inspect_file(write(text.encode(encoding)))
    assert (report.encoding, report.sure_encoding) == (found, sure)
    assert report.columns["colonne"].tolist() == ["nom", "âge"] and report.rows == 2
    assert ("BOM" in str(report)) == (encoding == "utf-8-sig")
    assert ("probablement" in str(report)) == (not sure)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_line_ends_and_separators(write, end, separator):
    report = inspect_file(write(end.join([separator.join("abc"), separator.join("xyz"), separator.join("uvw")]) + end))
    assert (report.line_end, report.separator, report.rows, len(report.columns), report.header_line) == (
        end,
        separator,
        2,
        3,
        1,
    )


def test_decimal_commas_do_not_hide_the_semicolon(write):
    report = inspect_file(write("nom;x;y\n" + "a;1,5;2,5\n" * 30))
    assert report.separator == ";" and report.columns["contenu"].tolist() == [
        "texte",
        "nombres à virgule",
        "nombres à virgule",
    ]


def test_one_column_and_prose_have_no_separator(write):
    assert inspect_file(write("nom\nAnna\nBéa\n")).separator == ""
    prose = "Bonjour, voici le fichier.\nMerci de le lire, puis, si possible, de le corriger\nCordialement\n"
    assert len(inspect_file(write(prose)).columns) == 1


def test_title_lines_blank_lines_and_total(write):
    report = inspect_file(
        write("Liste des appareils;;\n\nEdition du 3 mars;;\nnom;commune;nombre\nA;X;1\n;;\nB;Y;2\nTotal;;3\n")
    )
    assert (report.header_line, report.rows, report.blank) == (4, 3, 2)
    told = str(report)
    assert (
        "lignes 1, 3 : « Liste des appareils »" in told
        and "2 lignes vides" in told
        and "(ligne 8) ressemble à un total" in told
    )


def test_rows_of_another_length_are_told_by_line_and_not_measured(write):
    report = inspect_file(write('nom;note;n\n"deux\nlignes";x;1\na;b;c;2\nz;3\nq;y;4\n'))
    assert report.ragged == [(4, 4), (5, 2)] and report.rows == 4  # line numbers of the file, past the quoted line end
    assert "2 lignes n'ont pas 3 champs comme l'en-tête : ligne 4 (4), ligne 5 (2)" in str(report)
    assert report.columns.set_index("colonne").loc["n", "contenu"] == "nombres entiers"


def test_header_that_lacks_names_or_repeats_them(write):
    report = inspect_file(write("id;nom;nom;\na;b;c;d\ne;f;g;h\na;b;c;d\n"))
    told = str(report)
    assert "en double : « nom »" in told and "1 colonne sans nom" in told and "(sans nom, n° 4)" in told
    assert "1 ligne répète exactement une autre ligne" in told


def test_no_header(write):
    report = inspect_file(write("1;2.5;2026-01-02\n2;3.5;2026-01-03\n"))
    assert report.header_line is None and report.rows == 2 and "n'ont pas de nom" in str(report)


def test_header_alone(write):
    report = inspect_file(write("a;b\n"))
    assert (report.rows, report.columns["contenu"].tolist()) == (0, ["vide", "vide"])


def test_missing_values_are_counted_exactly_and_words_for_nothing_are_told(write):
    columns = inspect_file(write("a;b\n1;\n2;n/d\n;x\n \t;\n")).columns
    assert columns["manquantes_pct"].tolist() == [33.3, 33.3]  # the last line is blank: three rows
    assert "« n/d » (1)" in columns["remarque"].iloc[1]


def test_a_row_of_units_under_the_header_is_told(write):
    report = inspect_file(write("site;mesure\n;µg/m³\n" + "A;1,5\n" * 30))
    assert "La ligne 2, sous l'en-tête, ne ressemble pas aux suivantes : elle dit « µg/m³ »" in str(report)
    assert "unités" not in str(inspect_file(write("site;mesure\nA;n/d\n" + "A;1,5\n" * 30)))


def test_a_column_of_words_for_nothing_has_no_value(write):
    columns = inspect_file(write("a;b\n1;n/d\n2;-\n3;\n")).columns
    assert columns["contenu"].tolist() == ["nombres entiers", "aucune valeur"] and columns[
        "manquantes_pct"
    ].tolist() == [0, 33.3]


# --- what cells look like


@pytest.mark.parametrize(
    ("name", "values", "content", "remark"),
    [
        ("insee", ["01001", "2A004", "75056"], "codes à 5 caractères", "100 % des cases portent un code commune"),
        ("cp", ["01001", "01999", "75999", "00000"], "chiffres avec un zéro au début", "texte"),
        ("code région", ["53", "11"], "codes en chiffres", "texte"),
        ("siret", ["13002526500013", "130 025 265 00013"], "numéros SIRET", ""),
        ("siren", ["130025265", "130025266"], "codes en chiffres", "texte"),
        ("jour", ["2026-02-28", "2026-02-30"], "dates (année-mois-jour)", "2026-02-30"),
        ("jour", ["28/02/2026", "1/3/2026"], "dates", ""),
        ("année", ["2020", "2021"], "années", ""),
        ("nombre", ["2020", "2021"], "nombres entiers", ""),
        ("prix", ["1,5", "2.5", "3"], "nombres à point et à virgule", ""),
        ("prix", ["1 500,00", "2"], "nombres à milliers espacés", ""),
        ("lat", ["2.05", "3.1"], "nombres à point", "longitudes de métropole ?"),
        ("longitude", ["6862305.2", "6862309.1"], "nombres à point", "pas des degrés"),
        ("ouvert", ["Oui", "non"], "oui ou non", ""),
        ("ouvert", ["oui", "peut-être"], "texte", ""),
        ("mail", ["mairie@exemple.fr"], "adresses électroniques", ""),
        ("vide", [], "vide", ""),
    ],
)
def test_guesses(name, values, content, remark):
    found = contents.guess(name, dict.fromkeys(values, 1))
    assert found[0] == content and remark in found[1]
