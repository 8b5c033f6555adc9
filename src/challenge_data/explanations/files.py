"""What went wrong with a file that the cell asked for: libraries say it in their own words."""

import difflib
import errno
import json
import re
import traceback
from pathlib import Path
from zipfile import BadZipFile, ZipFile


def explain_file(error, words, _line, trace, _names) -> str:
    """A file that is not there, is something else, or is read with another's habits: libraries say it in their own words."""
    path = _path(error, trace)
    name = f"« {path.name} »" if path else "ce fichier"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "le disque est plein : rien n'a pu être écrit. Supprimez des fichiers dont vous n'avez plus besoin, puis exécutez de nouveau la cellule."
    if isinstance(error, OSError) and "non-existent directory" in words:
        return "le dossier où vous voulez écrire n'existe pas. Créez-le d'abord, ou donnez un nom de fichier seul."
    kind, what = type(error).__name__, _what_is(path)
    missing = isinstance(error, FileNotFoundError) or (kind == "DataSourceError" and "No such file" in words)
    if path and missing and not path.exists():
        near = difflib.get_close_matches(path.name, _neighbours(path), n=2, cutoff=0.5)
        seen = f" Dans ce dossier, il y a : {', '.join(near)}." if near else ""
        return f"il n'y a pas de fichier {name} à cet endroit.{seen} Vérifiez le nom, l'extension et le dossier ; pour un fichier du cours, écrivez raw_file(\"…\")."
    readers = (UnicodeDecodeError, IsADirectoryError, PermissionError, json.JSONDecodeError, BadZipFile)
    reads = isinstance(error, readers) or kind in ("ParserError", "EmptyDataError", "DataSourceError") or re.search(
        r"Excel file format cannot|Expected object or value|Multiple files found in ZIP|No object to concatenate", words) or (kind == "KeyError" and words == "'zip'")
    if not reads:
        return ""
    if isinstance(error, PermissionError):
        return f"l'accès à {name} est refusé. S'il est ouvert dans un tableur, fermez-le ; sinon, copiez-le dans le dossier du carnet."
    if what:
        return f"{name} est {what}"
    if isinstance(error, UnicodeDecodeError):
        return (f"{name} n'est pas écrit en {error.encoding.upper()} : cet alphabet n'a pas de lettre pour un de ses octets. Il faut en essayer un autre "
                "(encoding=\"…\"), puis regarder les accents. inspect_file(chemin) en propose un.")
    if kind == "ParserError":
        if found := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", words):
            return (f"à la ligne {found[2]}, il y a {found[3]} cases au lieu de {found[1]}. Le séparateur est sans doute un autre (sep=\";\"), "
                    "ou des lignes de titre précèdent l'en-tête (skiprows=1). inspect_file(chemin) le dit.")
        return "le fichier ne se découpe pas en lignes et en colonnes : un guillemet ouvert n'est jamais refermé ? inspect_file(chemin) dit à quelle ligne regarder."
    if isinstance(error, json.JSONDecodeError):
        return (f"ce texte n'est pas du JSON : il cesse de l'être à la ligne {error.lineno}, caractère {error.colno}. Est-ce bien le bon fichier ? "
                "Un tableau se lit avec pd.read_csv ; dans du JSON, une virgule de trop ou un guillemet manquant suffit.")
    if kind == "DataSourceError":
        return f"{name} n'est pas un fichier de cartographie. Une carte s'ouvre en .geojson, .shp ou .gpkg ; un tableau, avec pd.read_csv."
    if "Excel" in words or isinstance(error, BadZipFile):
        return f"{name} n'est pas un classeur Excel, malgré son nom peut-être. Essayez pd.read_csv, ou enregistrez-le en .xlsx depuis un tableur."
    return f"{name} n'a pas la forme attendue. inspect_file(chemin) dit ce que c'est."


def _path(error, trace) -> Path | None:
    """The file that the cell asked for, as the error or the library's own variables name it."""
    named = [getattr(error, "filename", None)]
    named += [frame.f_locals.get(name) for frame, _ in traceback.walk_tb(trace) for name in ("filepath_or_buffer", "path_or_buf", "io", "filename", "path_or_bytes", "fp")]
    for one in named:
        one = getattr(one, "name", one)
        if isinstance(one, str | Path) and len(str(one)) < 500 and not re.match(r"\w+://", str(one)):
            return Path(one)
    return None


def _neighbours(path: Path) -> list[str]:
    try:
        return sorted(one.name for one in path.parent.iterdir())[:500]
    except OSError:
        return []


_STARTS = (
    (b"%PDF", "un document PDF : un tableau n'en sort pas si simplement, demandez le fichier d'origine."),
    (b"\x1f\x8b", "un fichier compressé (gzip) : décompressez-le d'abord."),
    (b"\xd0\xcf\x11\xe0", "un ancien classeur .xls : enregistrez-le en .xlsx ou en CSV depuis un tableur."),
    (b"SQLite", "une base de données SQLite."),
)


def _what_is(path: Path | None) -> str:
    """What a file is, when it is no text that a reader could take; "" when it is, or nobody knows."""
    try:
        if path is None or not path.exists():
            return ""
        if path.is_dir():
            return "un dossier, pas un fichier : ajoutez au chemin le nom du fichier."
        with open(path, "rb") as content:
            start = content.read(600)
    except OSError:
        return ""
    if not start.strip():
        return "vide : il n'y a rien à lire. Demandez-le de nouveau à qui vous l'a remis."
    if start.startswith(b"PK"):
        try:
            with ZipFile(path) as archive:
                inside = archive.namelist()
        except (BadZipFile, OSError):
            return "une archive ZIP abîmée : téléchargez-la de nouveau."
        if "xl/workbook.xml" in inside:
            return "un classeur Excel, quel que soit son nom : lisez-le avec pd.read_excel."
        return f"une archive ZIP, quel que soit son nom. Elle contient : {', '.join(inside[:3])}. Décompressez-la d'abord."
    if start.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "une page web : le lien a mené à une page, pas au fichier. Téléchargez-le de nouveau."
    return next((what for mark, what in _STARTS if start.startswith(mark)), "")
