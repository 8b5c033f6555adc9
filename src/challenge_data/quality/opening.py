"""Open a file that a learner gives, and say how it was read: delimited text, an .xlsx workbook, a GeoJSON layer."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from challenge_data.errors import LearnerError
from challenge_data.french import plural, thousands
from challenge_data.quality import raw
from challenge_data.quality.report import SEPARATORS

if TYPE_CHECKING:
    import pandas as pd

MAX_WORKBOOK = 30_000_000  # bytes, compressed: a spreadsheet takes some twenty times as much memory as its file


def read_any(path: Path) -> tuple["pd.DataFrame", list[str]]:
    """(the table, its rows named by their line in the file; how it was read, in French sentences).

    Raises:
        LearnerError: it cannot be read; says what it is, and what to do.
    """
    suffix = path.suffix.casefold()
    if suffix in (".xlsx", ".xlsm") and _starts(path, b"PK\x03\x04"):
        return _workbook(path)
    if suffix in (".geojson", ".json") and _starts(path, b""):
        return _layer(path)
    return _delimited(path)


def _starts(path: Path, mark: bytes) -> bool:
    """A file is there and starts so; the reader that comes next says what is wrong with any other."""
    try:
        if not path.is_file() or not path.stat().st_size:
            return False
        with open(path, "rb") as content:
            return content.read(len(mark)) == mark
    except (OSError, ValueError):
        return False


def _delimited(path: Path) -> tuple["pd.DataFrame", list[str]]:
    content = raw.read(path)
    encoding, sure = raw.guess_encoding(content, path)
    text = content.decode(encoding)
    del content
    raw.refuse_other_text(text, path)
    separator = raw.guess_separator(text)
    rows = [(line, cells) for line, cells in raw.split(text, separator, path) if any(cell.strip() for cell in cells)]
    del text
    if not rows:
        raise LearnerError(f"Le fichier « {path.name} » ne contient que des blancs : il n'y a rien à y lire.")
    told = [
        f"Lu comme du texte : encodage {encoding}{'' if sure else ' (probablement)'}, séparateur {SEPARATORS.get(separator, 'aucun')}."
    ]
    return _table(rows, told, "ligne")


def _table(rows: list[tuple[int, list[str]]], told: list[str], unit: str) -> tuple["pd.DataFrame", list[str]]:
    import pandas as pd

    width = Counter(len(cells) for _, cells in rows).most_common(1)[0][0]
    at = raw.find_header(rows, width)
    if at is None:
        names, data = [f"colonne {rank + 1}" for rank in range(width)], rows
        told.append("Aucun en-tête reconnu : les colonnes sont numérotées.")
    else:
        names, data = [name.strip() for name in rows[at][1]], rows[at + 1 :]
        if at:
            told.append(f"En-tête en {unit} {rows[at][0]} ; {plural(at, 'ligne', 'lignes')} de titre au-dessus.")
    even = [(line, cells) for line, cells in data if len(cells) == len(names)]
    if len(even) < len(data):
        uneven = [str(line) for line, cells in data if len(cells) != len(names)]
        many = len(uneven) > 1
        told.append(
            f"Sans {len(names)} champs, donc laissée{'s' if many else ''} de côté : {'lignes' if many else 'ligne'} {', '.join(uneven[:5])}"
            f"{f' … ({thousands(len(uneven))} en tout)' if len(uneven) > 5 else ''}."
        )
    table = pd.DataFrame(
        [cells for _, cells in even], columns=names, index=pd.Index([line for line, _ in even], name=unit), dtype="str"
    )
    return table.replace("", None), told


def _workbook(path: Path) -> tuple["pd.DataFrame", list[str]]:
    import warnings

    import openpyxl

    if path.stat().st_size > MAX_WORKBOOK:
        raise LearnerError(
            f"Le classeur « {path.name} » pèse plus de {MAX_WORKBOOK // 1_000_000} Mo : enregistrez la feuille utile en CSV, puis lisez ce fichier."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles that it does not know: of no use here
            book = openpyxl.load_workbook(path, data_only=True)
    except PermissionError:
        raise LearnerError(
            f"Le classeur « {path.name} » ne peut pas être ouvert : l'accès est refusé. Est-il ouvert dans un autre logiciel ?"
        ) from None
    except (BadZipFile, KeyError, ValueError, OSError, EOFError, TypeError, AttributeError, IndexError, SyntaxError):
        raise LearnerError(
            f"« {path.name} » porte un nom de classeur, mais n'en est pas un, ou il est abîmé. Téléchargez-le de nouveau, ou enregistrez-le en CSV."
        ) from None
    sheets = [sheet for sheet in book.worksheets if sheet.max_row and sheet.sheet_state == "visible"]
    filled = [
        sheet for sheet in sheets if any(cell is not None for row in sheet.iter_rows(values_only=True) for cell in row)
    ]
    if not filled:
        raise LearnerError(f"Le classeur « {path.name} » n'a aucune case remplie.")
    sheet = filled[0]
    told = [
        f"Classeur lu : feuille « {sheet.title} »"
        + (f" ; il y a aussi {', '.join(f'« {one.title} »' for one in filled[1:])}." if filled[1:] else ".")
    ]
    rows = [
        (number, [_cell(value) for value in values])
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1)
    ]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    width = max(max(rank for rank, cell in enumerate(cells, 1) if cell) for _, cells in rows)
    if merged := len(sheet.merged_cells.ranges):
        told.append(
            f"{plural(merged, 'groupe', 'groupes')} de cases fusionnées : seule la première case garde la valeur."
        )
    table, told = _table([(number, cells[:width]) for number, cells in rows], told, "ligne")
    coloured = sum(
        1
        for row in sheet.iter_rows(min_row=int(table.index[0]) if len(table) else 1)
        for cell in row
        if _coloured(cell)
    )
    if coloured:
        told.append(
            f"{thousands(coloured)} {'cases ont' if coloured > 1 else 'case a'} une couleur de fond : si elle veut dire quelque chose, la lecture la perd."
        )
    return table, told


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return text.removesuffix(" 00:00:00")


def _coloured(cell: object) -> bool:
    fill = getattr(cell, "fill", None)
    return (
        fill is not None
        and fill.fill_type == "solid"
        and getattr(fill.fgColor, "rgb", None) not in ("00000000", "FFFFFFFF")
    )


def _layer(path: Path) -> tuple["pd.DataFrame", list[str]]:
    content = raw.read(path)
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except ValueError:
        return _delimited(path)  # says that it is broken JSON, or reads the table that it is
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise LearnerError(
            f"Le fichier « {path.name} » est du JSON : choisissez d'abord la liste qui vous intéresse, faites-en un tableau avec pd.json_normalize, puis donnez ce tableau à profile."
        )
    import geopandas
    import shapely

    features = [feature for feature in document.get("features") or [] if isinstance(feature, dict)]
    if not features:
        raise LearnerError(f"Le fichier « {path.name} » est du GeoJSON sans aucun objet : il n'y a rien à regarder.")
    try:
        shapes = [
            shapely.geometry.shape(feature["geometry"]) if feature.get("geometry") else None for feature in features
        ]
    except (shapely.errors.GEOSException, KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise LearnerError(
            f"Une forme du fichier « {path.name} » est mal écrite : ouvrez-le dans un logiciel de cartographie, et réparez-la."
        ) from None
    rows = [feature.get("properties") or {} for feature in features]
    declared = re.search(r"EPSG:{1,2}(\d+)", str(document.get("crs") or ""))
    system = f"EPSG:{declared[1]}" if declared else "EPSG:4326"
    return geopandas.GeoDataFrame(rows, geometry=shapes, crs=system), [
        f"GeoJSON : {plural(len(features), 'objet', 'objets')}, repère {system}."
    ]
