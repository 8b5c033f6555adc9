"""What is in this file? Encoding, separator, header, rows, columns, and an honest guess of what each column holds.

Every count is exact, made on the whole file. The encoding and the content of columns are guesses, and said to be.
csv-detective (data.gouv.fr's own detection) is used for the values (:mod:`.contents`), not for the
file as a whole: it gives up on a title above the header or on rows of uneven length, which a learner needs to be told.
"""

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from challenge_data.errors import LearnerError
from challenge_data.quality import contents
from challenge_data.quality.report import SEPARATORS, FileReport, plural, thousands

MAX_BYTES = 200_000_000
# What people write for « nothing », compared without capitals.
MISSING_WORDS = {
    "na",
    "n/a",
    "n/d",
    "nd",
    "nc",
    "nr",
    "n.c.",
    "-",
    "--",
    "?",
    "null",
    "none",
    "nan",
    "non renseigné",
    "inconnu",
    "#n/a",
}
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


def inspect_file(path: str | Path) -> FileReport:
    """Look into a delimited text file (CSV and its cousins) without trusting it.

    Args:
        path: of the file; up to 200 MB.

    Returns:
        A :class:`FileReport`; ``.columns`` is a DataFrame with one row a column.

    Raises:
        LearnerError: nothing is there, or it is not delimited text; says what it is instead.
    """
    path = Path(path)
    content = _read(path)
    encoding, sure = _encoding(content, path)
    text = content.decode(encoding)
    if not text.strip():
        raise LearnerError(f"Le fichier « {path.name} » ne contient que des blancs : il n'y a rien à y lire.")
    _refuse_other_text(text, path)
    line_end = _line_end(text)
    separator = _separator(text)
    rows = _rows(text, separator, path)
    filled = [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)]
    width = Counter(len(cells) for _, cells in filled).most_common(1)[0][0]
    at = _header(filled, width)
    header = filled[at][1] if at is not None else [f"colonne {i + 1}" for i in range(width)]
    data = filled[at + 1 :] if at is not None else filled
    ragged = [(line, len(cells)) for line, cells in data if len(cells) != len(header)]
    # In a row of another length, who knows which value belongs to which column: such rows are told, not measured.
    even = [cells for _, cells in data if len(cells) == len(header)]
    blank = len(rows) - len(filled)
    report = FileReport(
        path,
        encoding,
        sure,
        line_end,
        separator,
        filled[at][0] if at is not None else None,
        len(data),
        ragged,
        blank,
        _columns(header, even),
    )
    report.notes.extend(_notes(report, content, header, filled[: at or 0], data, even))
    return report


def _read(path: Path) -> bytes:
    if path.is_dir():
        inside = sorted(one.name for one in path.iterdir())[:5]
        raise LearnerError(
            f"« {path} » est un dossier, pas un fichier. Il contient : {', '.join(inside) or 'rien'}. Ajoutez le nom du fichier au chemin."
        )
    if not path.exists():
        near = sorted(one.name for one in path.parent.glob(f"{path.stem[:4]}*"))[:3] if path.parent.is_dir() else []
        advice = (
            f"Dans ce dossier, il y a : {', '.join(near)}." if near else "Vérifiez le nom, l'extension et le dossier."
        )
        raise LearnerError(f"Il n'y a pas de fichier « {path} ». {advice}")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LearnerError(
                f"Le fichier « {path.name} » pèse plus de {MAX_BYTES // 1_000_000} Mo : travaillez sur un extrait."
            )
        content = path.read_bytes()
    except OSError as error:
        raise LearnerError(
            f"Le fichier « {path} » ne peut pas être lu : {error.strerror}. Est-il ouvert dans un autre logiciel ?"
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


def _what_zip(path: Path) -> str:
    try:
        with ZipFile(path) as archive:
            inside = archive.namelist()
    except BadZipFile:
        return "une archive ZIP abîmée : téléchargez-la de nouveau"
    if "xl/workbook.xml" in inside:
        return "un classeur Excel (.xlsx) : lisez-le avec pd.read_excel"
    if "content.xml" in inside:
        return "un document LibreOffice : s'il s'agit d'un classeur, enregistrez-le en .xlsx ou en CSV"
    if "word/document.xml" in inside:
        return "un document Word"
    shown = ", ".join(inside[:3]) + (" …" if len(inside) > 3 else "")
    return f"une archive ZIP, qui contient {shown or 'rien'} : décompressez-la d'abord"


def _encoding(content: bytes, path: Path) -> tuple[str, bool]:
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


def _refuse_other_text(text: str, path: Path) -> None:
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


def _line_end(text: str) -> str:
    windows = text.count("\r\n")
    ends = {"\r\n": windows, "\n": text.count("\n") - windows, "\r": text.count("\r") - windows}
    used = [end for end, count in ends.items() if count]
    return used[0] if len(used) == 1 else "" if used else "\n"


def _rows(text: str, separator: str, path: Path | None = None, most: int | None = None) -> list[tuple[int, list[str]]]:
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


def _separator(text: str) -> str:
    """The separator that gives the most rows of one same length, over two fields; "" when none does."""
    best, score = "", (0.0, 0)
    for separator in SEPARATORS:
        lengths = Counter(len(cells) for _, cells in _rows(text, separator, most=500) if cells)
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


_VALUE = re.compile(r"[+-]?\d[\d \u00a0\u202f]*(?:[.,]\d+)?|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}.*|\S+@\S+\.\S+|https?://.*")


def _header(filled: list[tuple[int, list[str]]], width: int) -> int | None:
    """Rank of the header among the rows that are not blank: the first full row made of words, not of values."""
    for at, (_, cells) in enumerate(filled[:20]):
        named = [cell.strip() for cell in cells if cell.strip()]
        if len(cells) >= width > 1 and len(named) < max(2, width * 0.6):
            continue  # a title above, padded with separators
        if width > 1 and len(cells) < width * 0.6:
            continue  # a title above
        values = sum(bool(_VALUE.fullmatch(cell)) for cell in named)
        # A year as a column name is common; a row with several values is data.
        return None if values > max(1, len(named) * 0.3) else at
    return None


def _columns(header: list[str], rows: list[list[str]]):
    import pandas as pd

    table = []
    for rank, name in enumerate(header):
        values = [cells[rank] for cells in rows]
        counts = Counter(value.strip() for value in values)
        empty = counts.pop("", 0)
        words = {word: count for word, count in counts.items() if word.casefold() in MISSING_WORDS}
        told = {word: count for word, count in counts.items() if word not in words}
        content, remark = ("aucune valeur", "") if words and not told else contents.guess(name, told)
        remarks = [remark] if remark else []
        if words:
            remarks.append(
                "dit « rien » avec : "
                + ", ".join(
                    f"« {word} » ({thousands(count)})"
                    for word, count in sorted(words.items(), key=lambda one: -one[1])[:3]
                )
            )
        if padded := sum(value != value.strip() for value in values if value.strip()):
            remarks.append(f"{thousands(padded)} valeur{'s' if padded > 1 else ''} avec un blanc au début ou à la fin")
        table.append(
            {
                "colonne": name.strip() or f"(sans nom, n° {rank + 1})",
                "contenu": content,
                "manquantes_pct": round(100 * empty / len(rows), 1) if rows else 0.0,
                "valeurs_distinctes": len(counts),
                "exemple": next(iter(told or counts), "")[:40],
                "remarque": " ; ".join(remarks),
            }
        )
    names = ["colonne", "contenu", "manquantes_pct", "valeurs_distinctes", "exemple", "remarque"]
    return pd.DataFrame(table, columns=names)


def _notes(
    report: FileReport, content: bytes, header: list[str], above: list, data: list, even: list[list[str]]
) -> list[str]:
    notes = []
    if report.encoding == "utf-8-sig":
        notes.append(
            'Le fichier commence par une marque invisible (BOM) : lisez-le avec encoding="utf-8-sig", sinon elle se colle au premier nom de colonne.'
        )
    if above:
        lines = ", ".join(str(line) for line, _ in above)
        title = next(cell.strip() for cell in above[0][1] if cell.strip())
        notes.append(f"Au-dessus de l'en-tête, ligne{'s' if len(above) > 1 else ''} {lines} : « {title[:80]} ».")
    if report.header_line is None:
        notes.append("La première ligne ressemble à des données : les colonnes n'ont pas de nom.")
    if report.ragged:
        shown = ", ".join(f"ligne {line} ({fields})" for line, fields in report.ragged[:5])
        more = " …" if len(report.ragged) > 5 else ""
        have = "ligne n'a" if len(report.ragged) == 1 else "lignes n'ont"
        notes.append(
            f"{thousands(len(report.ragged))} {have} pas {len(header)} champs comme l'en-tête : {shown}{more}. "
            "Ces lignes sont comptées, mais leurs cases ne sont pas mesurées ci-dessous."
        )
    if data and (odd := _unlike_the_others(report, data[0][1])):
        notes.append(
            f"La ligne {data[0][0]}, sous l'en-tête, ne ressemble pas aux suivantes : elle dit « {odd} » là où sont des nombres. "
            "Des unités ? Elle est comptée parmi les données."
        )
    names = Counter(name.strip() for name in header)
    if twice := [name for name, count in names.items() if name and count > 1]:
        notes.append(f"Nom de colonne en double : {', '.join(f'« {name} »' for name in twice)}.")
    if names[""]:
        notes.append(f"{plural(names[''], 'colonne', 'colonnes')} sans nom.")
    if report.blank:
        notes.append(f"{plural(report.blank, 'ligne vide', 'lignes vides')}.")
    if repeated := len(even) - len({tuple(cells) for cells in even}):
        notes.append(f"{plural(repeated, 'ligne répète', 'lignes répètent')} exactement une autre ligne.")
    if data and any(re.match(r"total\b", cell.strip(), re.IGNORECASE) for cell in data[-1][1]):
        notes.append(f"La dernière ligne (ligne {data[-1][0]}) ressemble à un total.")
    void = [row.colonne for row in report.columns.itertuples(index=False) if row.contenu == "vide" and not row.remarque]
    if void and even:
        notes.append(
            f"{plural(len(void), 'colonne entièrement vide', 'colonnes entièrement vides')} : {', '.join(void[:8])}{' …' if len(void) > 8 else ''}."
        )
    if b"\xef\xbf\xbd" in content:
        notes.append(
            "Le fichier contient le caractère « \ufffd » : des lettres ont été perdues avant qu'il vous arrive."
        )
    return notes


def _unlike_the_others(report: FileReport, first: list[str]) -> str:
    """The word that the first row has in a column of numbers; "" if there is none."""
    if len(first) != len(report.columns):
        return ""
    for cell, row in zip(first, report.columns.itertuples(index=False), strict=True):
        word = cell.strip()
        if (
            row.contenu.startswith("nombres")
            and word
            and word.casefold() not in MISSING_WORDS
            and not _VALUE.fullmatch(word)
        ):
            return word
    return ""
