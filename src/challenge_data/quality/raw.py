"""The bytes of a file, and the habits they were written with: encoding, line ends, separator, header."""

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from challenge_data.errors import LearnerError
from challenge_data.french import plural
from challenge_data.quality.report import SEPARATORS

MAX_BYTES = (
    25_000_000  # a table in text takes nearly twenty times as much memory while it is looked at, and a student has 1 GB
)
_SIGNATURES = [
    (b"%PDF", "un document PDF"),
    (b"\x89PNG", "une image PNG"),
    (b"\xff\xd8\xff", "une photographie JPEG"),
    (b"GIF8", "une image GIF"),
    (b"\x1f\x8b", "un fichier compressé (gzip) : décompressez-le d'abord"),
    (b"7z\xbc\xaf", "une archive 7-Zip : décompressez-la d'abord"),
    (b"Rar!", "une archive RAR : décompressez-la d'abord"),
    (b"PAR1", "un fichier Parquet : lisez-le avec pd.read_parquet"),
    (b"SQLite", "une base SQLite"),
    (b"\xd0\xcf\x11\xe0", "un ancien document Office, sans doute un classeur .xls : enregistrez-le en .xlsx ou en CSV"),
]


def read(path: Path) -> bytes:
    """The bytes of a file that may hold a table in text.

    Raises:
        LearnerError: nothing is there, it cannot be read, it is too big, empty, or something else than text.
    """
    shown = path if len(str(path)) < 300 else f"{str(path)[:60]}…"
    try:
        size = _size(path)
        if size > MAX_BYTES:
            raise LearnerError(
                f"Le fichier « {path.name} » pèse {size // 1_000_000} Mo, plus de {MAX_BYTES // 1_000_000} : il ne tient pas dans la mémoire du carnet. "
                f'Travaillez sur un extrait : pd.read_csv("{path.name}", nrows=100_000), avec le bon séparateur.'
            )
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        refused = isinstance(error, PermissionError)
        why = "l'accès est refusé" if refused else "le disque ou le réseau ne répond pas, ou le nom est mal formé"
        raise LearnerError(
            f"Le fichier « {shown} » ne peut pas être lu : {why}. Fermez-le s'il est ouvert ailleurs, ou copiez-le dans le dossier du carnet."
        ) from None
    if not content:
        raise LearnerError(
            f"Le fichier « {path.name} » est vide : 0 octet. Demandez-le de nouveau à la personne qui vous l'a remis."
        )
    if content[:4] == b"PK\x03\x04":
        raise LearnerError(f"Le fichier « {path.name} » n'est pas du texte : c'est {_what_zip(path)}.")
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            raise LearnerError(f"Le fichier « {path.name} » n'est pas un tableau en texte : c'est {what}.")
    return content


def _size(path: Path) -> int:
    if path.is_dir():
        inside = sorted(one.name for one in path.iterdir())[:5]
        raise LearnerError(
            f"« {path} » est un dossier, pas un fichier. Il contient : {', '.join(inside) or 'rien'}. Ajoutez le nom du fichier au chemin."
        )
    if not path.exists():
        if str(path).startswith(("http:", "https:")):
            raise LearnerError(
                f"« {path.name} » est une adresse du web : téléchargez d'abord le fichier, puis donnez son chemin."
            )
        near = (
            sorted(one.name for one in path.parent.iterdir() if one.name.startswith(path.stem[:4]))[:3]
            if path.parent.is_dir()
            else []
        )
        advice = (
            f"Dans ce dossier, il y a : {', '.join(near)}." if near else "Vérifiez le nom, l'extension et le dossier."
        )
        raise LearnerError(f"Il n'y a pas de fichier « {path} ». {advice}")
    if not path.is_file():
        raise LearnerError(f"« {path} » n'est pas un fichier que l'on peut lire jusqu'au bout.")
    return path.stat().st_size


def _what_zip(path: Path) -> str:
    try:
        with ZipFile(path) as archive:
            inside = archive.namelist()
    except (BadZipFile, OSError, ValueError):
        return "une archive ZIP abîmée : téléchargez-la de nouveau"
    if "xl/workbook.xml" in inside:
        return "un classeur Excel (.xlsx) : lisez-le avec pd.read_excel"
    if "content.xml" in inside:
        return "un document LibreOffice : s'il s'agit d'un classeur, enregistrez-le en .xlsx ou en CSV"
    if "word/document.xml" in inside:
        return "un document Word"
    shown = ", ".join(inside[:3]) + (" …" if len(inside) > 3 else "")
    return f"une archive ZIP, qui contient {shown or 'rien'} : décompressez-la d'abord"


def guess_encoding(content: bytes, path: Path) -> tuple[str, bool]:
    """(encoding, whether it is sure). Chance hardly makes a file with accents read as UTF-8: then it is."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            try:
                content.decode(encoding)
            except UnicodeDecodeError:
                break
            return encoding, True
    # A text has no zero byte, and hardly any control character.
    sample = content[:100_000]
    control = sum(byte < 32 and byte not in (9, 10, 11, 12, 13, 27) for byte in sample)
    if b"\x00" in sample or control > len(sample) * 0.01:
        raise LearnerError(
            f"Le fichier « {path.name} » n'est pas du texte : il contient des octets qu'aucun tableau en texte n'a. Quelle application l'a produit ?"
        )
    try:
        content.decode("utf-8")
        return "utf-8", True
    except UnicodeDecodeError:
        pass
    # Among the old encodings, the one in which accented bytes read as French.
    odd = bytes(byte for byte in content if byte >= 128)
    french = set("éèêëàâäîïôöùûüçœæÉÈÊËÀÂÎÏÔÙÛÇŒÆ°«»’‘–—…€²³µº\u00a0")
    candidates = [
        one
        for one in ("latin-1", "cp1252", "mac_roman", "cp850")
        if one != "cp1252" or not set(odd) & {0x81, 0x8D, 0x8F, 0x90, 0x9D}
    ]
    scores = {one: sum(letter in french for letter in odd.decode(one)) for one in candidates}
    return max(scores, key=scores.get), False


def refuse_other_text(text: str, path: Path) -> None:
    start = text.lstrip("\ufeff \t\r\n")[:2000].lower()
    if start.startswith(("<!doctype html", "<html")):
        raise LearnerError(
            f"Le fichier « {path.name} » est une page web (HTML) : le lien de téléchargement a sans doute mené à une page, pas au fichier."
        )
    if start.startswith(("<?xml", "<")):
        raise LearnerError(f"Le fichier « {path.name} » est du XML, pas un tableau en texte.")
    if start.startswith(("{", "[")):
        try:
            found = json.loads(text.lstrip("\ufeff"))
        except ValueError:
            return
        if isinstance(found, dict) and found.get("type") == "FeatureCollection":
            raise LearnerError(
                f"Le fichier « {path.name} » est du GeoJSON ({plural(len(found.get('features', [])), 'objet', 'objets')}) : lisez-le avec geopandas.read_file."
            )
        raise LearnerError(f"Le fichier « {path.name} » est du JSON : lisez-le avec json.load, pas comme un tableau.")


def line_end(text: str) -> str:
    windows = text.count("\r\n")
    ends = {"\r\n": windows, "\n": text.count("\n") - windows, "\r": text.count("\r") - windows}
    used = [end for end, count in ends.items() if count]
    return used[0] if len(used) == 1 else "" if used else "\n"


def split(text: str, separator: str, path: Path | None = None, most: int | None = None) -> list[tuple[int, list[str]]]:
    """(line number where the row starts, its fields); a quoted field may hold line ends."""
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator or "\x1f")
    rows, line = [], 1
    try:
        for cells in reader:
            rows.append((line, cells))
            line = reader.line_num + 1
            if len(rows) == most:
                break
    except csv.Error as error:
        if path is None:
            return rows
        raise LearnerError(
            f"Le fichier « {path.name} » ne se laisse pas découper en colonnes à la ligne {line} ({error}). Ouvrez-le dans un éditeur de texte."
        ) from None
    return rows


def guess_separator(text: str) -> str:
    """The separator that gives the most rows of one same length, over two fields; "" when none does."""
    best, score = "", (0.0, 0)
    for separator in SEPARATORS:
        lengths = Counter(len(cells) for _, cells in split(text, separator, most=500) if cells)
        if not lengths:
            continue
        wide = {length: count for length, count in lengths.items() if length > 1}
        if wide:
            length, count = max(wide.items(), key=lambda one: (one[1], one[0]))
            found = (round(count / lengths.total(), 1), length)
            if found > score:
                best, score = separator, found
    # Prose has commas too: a separator that shapes less than half of the rows is none.
    return best if score[0] >= 0.5 else ""


VALUE = re.compile(r"[+-]?\d[\d \u00a0\u202f]*(?:[.,]\d+)?|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}.*|\S+@\S+\.\S+|https?://.*")


def find_header(filled: list[tuple[int, list[str]]], width: int) -> int | None:
    """Rank of the header among the rows that are not blank: the first full row made of words, not of values."""
    for at, (_, cells) in enumerate(filled[:20]):
        named = [cell.strip() for cell in cells if cell.strip()]
        if len(cells) >= width > 1 and len(named) < max(2, width * 0.6):
            continue  # a title above, padded with separators
        if width > 1 and len(cells) < width * 0.6:
            continue  # a title above
        values = sum(bool(VALUE.fullmatch(cell)) for cell in named)
        # A year as a column name is common; a row with several values is data, and so is one that says a number where all have one.
        return (
            None
            if values > max(1, len(named) * 0.3)
            or _says_a_number(cells, [below for _, below in filled[at + 1 : at + 51]])
            else at
        )
    return None


def _says_a_number(cells: list[str], below: list[list[str]]) -> bool:
    for rank, cell in enumerate(cells):
        if VALUE.fullmatch(cell.strip()) and not re.fullmatch(r"(?:19|20)\d\d", cell.strip()):
            column = [row[rank].strip() for row in below if len(row) > rank and row[rank].strip()]
            if len(column) >= 3 and all(VALUE.fullmatch(one) for one in column):
                return True
    return False
