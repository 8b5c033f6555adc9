"""What learners give that is broken: a French sentence says what it is and what to do, and nothing of theirs is touched."""

import errno
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tracemalloc
import zipfile

import openpyxl
import pandas as pd
import pytest
from test_guide import run, words

from challenge_data import course, inspect_file, profile
from challenge_data.errors import LearnerError

READERS = (inspect_file, profile)
EQUIPMENT = course.datasets_dir() / "brumeval/equipements"
SAMPLES = [
    "eq_sports.csv",
    "eq_mairies.csv",
    "eq_registre.csv",
    "eq_1998.txt",
    "eq_salles.xlsx",
    "eq_pleinair.geojson",
    "eq_culture.json",
]


def zipped(name="halls.csv") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, "a;b\n" + "1;é\n" * 500)
    return buffer.getvalue()


def workbook(fill=lambda sheet: None) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    fill(book.active)
    book.save(buffer)
    return buffer.getvalue()


# What is given: (file name, content, what inspect_file says, what profile says)
FILES = {
    "empty": ("a.csv", b"", "0 octet", "0 octet"),
    "blank": ("a.csv", b" \n\n \n", "que des blancs", "que des blancs"),
    "header alone": ("a.csv", b"nom;places\n", None, "aucune ligne"),
    "zip called csv": ("a.csv", zipped(), "une archive ZIP, qui contient halls.csv", "une archive ZIP"),
    "zip cut short": ("a.csv", zipped()[:60], "archive ZIP abîmée", "archive ZIP abîmée"),
    "zip called xlsx": ("a.xlsx", zipped(), "une archive ZIP", "n'en est pas un, ou il est abîmé"),
    "csv called xlsx": ("a.xlsx", b"nom;places\nA;3\n", None, None),
    "empty xlsx": ("a.xlsx", b"", "0 octet", "0 octet"),
    "workbook without a cell": ("a.xlsx", workbook(), "pd.read_excel", "aucune case remplie"),
    "workbook of one header": (
        "a.xlsx",
        workbook(lambda sheet: sheet.append(["nom", "places"])),
        "pd.read_excel",
        "aucune ligne",
    ),
    "old workbook": ("a.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, ".xls", ".xls"),
    "pdf": ("a.csv", b"%PDF-1.7\n", "PDF", "PDF"),
    "bytes": ("a.csv", bytes(range(256)) * 8, "pas du texte", "pas du texte"),
    "utf-16 cut short": ("a.csv", "nom;é\nA;ê\n".encode("utf-16")[:-1], "pas du texte", "pas du texte"),
    "page of the web": ("a.csv", b"<!DOCTYPE html><html><body>404</body></html>", "page web", "page web"),
    "json called csv": ("a.csv", b'[{"a": 1}]', "json.load", "JSON"),
    "json of a list": ("a.json", b'[{"a": 1}]', "json.load", "pd.json_normalize"),
    "geojson of nothing": (
        "a.geojson",
        b'{"type": "FeatureCollection", "features": []}',
        "GeoJSON",
        "sans aucun objet",
    ),
    "geojson without features": ("a.geojson", b'{"type": "FeatureCollection"}', "GeoJSON", "sans aucun objet"),
    "geojson of broken shapes": (
        "a.geojson",
        b'{"type": "FeatureCollection", "features": [{"geometry": {"type": "Point", "coordinates": ["x"]}}]}',
        "GeoJSON",
        "mal écrite",
    ),
    "geojson cut short": ("a.geojson", b'{"type": "FeatureCollection", "features": [{"prop', None, None),
}


def said(reader, path) -> str | None:
    """The sentence of the LearnerError; None when the file was read. Anything else that is raised fails the test."""
    try:
        reader(path)
    except LearnerError as error:
        return str(error)
    return None


def is_a_french_sentence(text: str) -> bool:
    return (
        bool(re.match(r"[«A-ZÀÉ]", text))
        and text.rstrip(" »").endswith((".", "?", "d'abord", "CSV"))
        and "Traceback" not in text
        and "Errno" not in text
    )


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_no_table_is_named(tmp_path, case):
    name, content, *expected = FILES[case]
    path = tmp_path / name
    path.write_bytes(content)
    for reader, part in zip(READERS, expected, strict=True):
        text = said(reader, path)
        if part is None:
            continue  # a table all the same, or broken text that is looked at as such: no traceback is all that is asked
        assert text is not None and part in text and is_a_french_sentence(text), text
    assert path.read_bytes() == content and list(tmp_path.iterdir()) == [path]


def test_a_folder_a_missing_file_an_address_and_a_pipe(tmp_path):
    (tmp_path / "salles.csv").write_text("a;b\n1;2\n")
    os.mkfifo(tmp_path / "tuyau.csv")
    for reader in READERS:
        assert "est un dossier" in said(reader, tmp_path) and "salles.csv" in said(reader, tmp_path)
        assert "salles.csv" in said(reader, tmp_path / "salle.csv")
        assert "une adresse du web" in said(reader, "https://brumeval.example/salles.csv")
        assert "n'est pas un fichier" in said(reader, tmp_path / "tuyau.csv")
        assert said(reader, "a\0b.csv") and len(said(reader, "x" * 5000)) < 400


@pytest.mark.parametrize("name", ["grand.csv", "grand.xlsx", "grand.geojson"])
def test_300_megabytes_are_refused_before_they_fill_the_memory(tmp_path, name):
    path = tmp_path / name
    with open(path, "wb") as content:
        content.write(b"PK\x03\x04" if name.endswith("xlsx") else b"nom;places\n")
        content.truncate(300_000_000)  # sparse: it takes no room on the disk
    tracemalloc.start()
    for reader in READERS:
        assert re.search(r"pèse (300 Mo|plus de 30 Mo)", said(reader, path))
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_file_one_may_not_read(tmp_path, monkeypatch):
    for name in ("a.csv", "a.xlsx", "a.geojson"):
        path = tmp_path / name
        path.write_bytes(workbook(lambda sheet: sheet.append(["a", "b"])) if name.endswith("xlsx") else b"a;b\n1;2\n")

        def refused(self, *args, **kwargs):  # the tests' user may be root, whom no mode stops
            raise PermissionError(errno.EACCES, "Permission denied", str(self))

        with monkeypatch.context() as patch:
            patch.setattr("pathlib.Path.read_bytes", refused)
            patch.setattr("openpyxl.load_workbook", refused)
            for reader in READERS:
                if not (reader is inspect_file and name.endswith("xlsx")):
                    assert "l'accès est refusé" in said(reader, path)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "mac_roman", "cp850", "utf-16", "utf-8-sig"])
def test_a_wrong_encoding_is_no_trouble(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes("nom;places\nSalle de la Criée;80\nForêt d'Hélène;90\nÀ côté, théâtre;75\n".encode(encoding))
    report = profile(path)
    assert (
        report.columns["colonne"].tolist() == ["nom", "places"]
        and report.rows == 3
        and report.columns["exemple"][0] == "Salle de la Criée"
    )


def test_rows_of_a_file_go_by_line_and_ragged_ones_are_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        'Liste des salles;;\n\nnom;places;note\n"Salle\ndu Port";80;x\nSalle A;n/d;y\nSalle B;3\n\nTotal;80;\n',
        encoding="utf-8",
    )
    report = profile(path)
    assert report.notes[1:] == [
        "En-tête en ligne 3 ; 1 ligne de titre au-dessus.",
        "Sans 3 champs, donc laissée de côté : ligne 7.",
    ]
    found = report.findings.set_index("constat")["lignes"]
    assert found["manque déguisé"] == [6] and found["ligne de total parmi les lignes"] == [9]


def test_a_workbook_says_what_reading_loses(tmp_path):
    def fill(sheet):
        sheet.title = "Salles"
        for row in (["Salles de l'île", None], [], ["nom", "places"], ["Salle A", 80], ["Salle B", "n/d"]):
            sheet.append(row)
        sheet.merge_cells("A1:B1")
        sheet["A4"].fill = openpyxl.styles.PatternFill("solid", fgColor="FFFF0000")

    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(fill))
    report = profile(path)
    assert report.rows == 2 and report.findings.set_index("constat").loc["manque déguisé", "lignes"] == [5]
    told = " ".join(report.notes)
    assert (
        "« Salles »" in told
        and "1 groupe de cases fusionnées" in told
        and "En-tête en ligne 3" in told
        and "1 case a une couleur" in told
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_spoiled_at_random_never_ends_in_a_traceback(tmp_path, name):
    content = (EQUIPMENT / name).read_bytes()
    chance = random.Random(name)
    for turn in range(12):
        spoiled = bytearray(content[: chance.randrange(1, len(content))] if turn % 3 else content)
        for _ in range(chance.choice([0, 3, 40])):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        path = tmp_path / f"{turn}-{name}"
        path.write_bytes(spoiled)
        for reader in READERS:
            text = said(reader, path)
            assert text is None or is_a_french_sentence(text), text


@pytest.mark.parametrize("name", SAMPLES)
def test_what_a_service_hands_over_is_read_or_refused_kindly(name):
    for reader in READERS:
        text = said(reader, EQUIPMENT / name)
        assert text is None or is_a_french_sentence(text)


FULL_DISK = """
import pathlib, sys
import pandas as pd
from challenge_data import hand_on
from challenge_data.errors import LearnerError
hand_on(pd.DataFrame({"a": [1]}), "souhaits.csv")
try:
    hand_on(pd.DataFrame({"a": range(100_000)}), "souhaits.csv")
except LearnerError as error:
    print("SAID", error)
print("KEPT", pathlib.Path(sys.argv[1], "souhaits.csv").read_text().split(), sorted(one.name for one in pathlib.Path(sys.argv[1]).iterdir() if one.is_file()))
"""


def test_a_disk_that_is_really_full_keeps_what_was_there(tmp_path):
    disk = tmp_path / "disque"
    disk.mkdir()
    mount = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    if (
        not shutil.which("unshare")
        or subprocess.run([*mount, f"mount -t tmpfs -o size=64k none {disk}"], capture_output=True).returncode
    ):
        pytest.skip("this machine lends no small disk")
    script = tmp_path / "plein.py"
    script.write_text(FULL_DISK, encoding="utf-8")
    env = {**os.environ, "CHALLENGE_DATA_WORK": str(disk), "CHALLENGE_DATA_HOME": str(course.root())}
    done = subprocess.run(
        [*mount, f"mount -t tmpfs -o size=64k none {disk} && {sys.executable} {script} {disk}"],
        env=env,
        capture_output=True,
        text=True,
    )
    assert "SAID" in done.stdout and "le disque est plein" in done.stdout, done.stdout + done.stderr
    assert "KEPT ['a', '1'] ['souhaits.csv']" in done.stdout


# --- the libraries' own errors, as learners meet them when they call pandas themselves

CALLS = {
    "pd.read_csv('dossier')": ("« dossier » est un dossier, pas un fichier",),
    "pd.read_csv('latin.csv', sep=';')": ("« latin.csv » n'est pas écrit en UTF-8", "Il faut en essayer un autre", "inspect_file(chemin) en propose un"),
    "open('latin.csv', encoding='utf-8').read()": ("n'est pas écrit en UTF-8",),
    "pd.read_csv('large.csv')": ("à la ligne 5, il y a 7 cases au lieu de 3", 'sep=";"'),
    "pd.read_csv('guillemet.csv')": ("un guillemet ouvert n'est jamais refermé",),
    "pd.read_csv('vide.csv')": ("« vide.csv » est vide",),
    "pd.read_csv('archive.csv')": ("une archive ZIP, quel que soit son nom. Elle contient : halls.csv",),
    "pd.read_csv('classeur.csv')": ("un classeur Excel, quel que soit son nom", "pd.read_excel"),
    "pd.read_csv('laitn.csv')": ("il n'y a pas de fichier « laitn.csv »", "Dans ce dossier, il y a : latin.csv"),
    "pd.read_csv('page.csv', sep=';', encoding='ascii')": ("une page web",),
    "pd.read_csv('latin.csv', seperator=';')": ("Vouliez-vous dire sep= ?",),
    "pd.read_csv('latin.csv', encoding='latin1x')": ("aucun encodage ne s'appelle « latin1x »",),
    "pd.read_csv('bon.csv', usecols=['nom'])": ("pas de colonne 'nom'",),
    "pd.read_excel('faux.xlsx')": ("n'est pas un classeur Excel",),
    "pd.read_excel('archive.csv')": ("une archive ZIP",),
    "pd.read_excel('classeur.csv', sheet_name='Clés')": ("pas de feuille « Clés »",),
    "json.load(open('bon.csv'))": ("pas du JSON", "ligne 1"),
    "json.load(open('virgule.json'))": ("pas du JSON", "caractère 9"),
    "json.load(open('vide.csv'))": ("« vide.csv » est vide",),
    "pd.read_json('bon.csv')": ("n'a pas la forme attendue",),
    "gpd.read_file('vide.csv')": ("« vide.csv » est vide",),
    "gpd.read_file('rien.geojson')": ("il n'y a pas de fichier « rien.geojson »",),
    "gpd.read_file('virgule.json')": ("n'est pas un fichier de cartographie",),
    "gpd.read_file('dossier')": ("est un dossier",),
    "raise PermissionError(13, 'Permission denied', 'notes.csv')": ("l'accès à « notes.csv » est refusé", "fermez-le"),
    "raise OSError(28, 'No space left on device', 'notes.csv')": ("le disque est plein",),
    "pd.DataFrame({'a': [1]}).to_csv('nulle/part.csv')": ("le dossier où vous voulez écrire n'existe pas",),
    "raise MemoryError()": ("plus de mémoire libre",),
    "pd.Series(['1,5']).astype(float)": ("« 1,5 » a une virgule", 'decimal=","'),
    "pd.Series(['1 200']).astype(float)": ("des blancs entre les milliers",),
    "pd.to_numeric(pd.Series(['env. 120']))": ("« env. 120 » n'est pas un nombre, mais en contient un", ".str.replace", "viderait la case"),
    "pd.to_numeric(pd.Series(['inconnu']))": ("« inconnu » n'est pas un nombre", 'errors="coerce"'),
    "pd.to_datetime(pd.Series(['14/01/2026']), format='%m/%d/%Y')": ("« 14/01/2026 »", "dayfirst=True"),
    "pd.to_datetime(pd.Series(['31/02/2026']), format='%d/%m/%Y')": ("une date n'existe pas au calendrier",),
}


@pytest.fixture(scope="module")
def explained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fichiers")
    (folder / "dossier").mkdir()
    for name, content in {
        "latin.csv": "nom;âge\nHélène;3\n".encode("latin-1"),
        "large.csv": b"a,b,c\n1,2,3\n1,2,3\n1,2,3\n1,2,3,4,5,6,7\n",
        "guillemet.csv": b'a,b\n"x,2\n3,4\n',
        "vide.csv": b"",
        "archive.csv": zipped(),
        "classeur.csv": workbook(lambda sheet: sheet.append(["a"])),
        "bon.csv": b"a,b\n1,2\n",
        "faux.xlsx": b"a,b\n1,2\n",
        "virgule.json": b'{"a": 1,}',
        "page.csv": "<!DOCTYPE html><p>é</p>".encode(),
    }.items():
        (folder / name).write_bytes(content)
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    first = f"import json, os\nimport geopandas as gpd\nimport pandas as pd\nimport challenge_data\nos.chdir({str(folder)!r})"
    outputs = dict(zip(CALLS, run(*CALLS, first=first), strict=True))
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    return outputs


@pytest.mark.parametrize("call", CALLS)
def test_a_librarys_error_is_explained_in_french(explained, call):
    text = " ".join(words(explained[call]).split())
    assert "En français : " in text and "ne connaît pas cette erreur" not in text
    for part in CALLS[call]:
        assert part in text, text
    assert "site-packages" not in text


def test_a_learners_table_is_not_changed_by_a_report_of_its_file(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [{"type": "Feature", "properties": {"nom": "Salle A"}, "geometry": None}],
            }
        ),
        encoding="utf-8",
    )
    content = path.read_bytes()
    assert profile(path).rows == 1 and path.read_bytes() == content
    with pytest.raises(LearnerError, match="aucune ligne"):
        profile(pd.DataFrame({"a": []}))
