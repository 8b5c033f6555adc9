"""Any table as the text that its CSV would hold: that text is what a schema judges."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from challenge_data.errors import LearnerError
from challenge_data.french import plural

if TYPE_CHECKING:
    import pandas as pd

MAX_BYTES = 50_000_000
_NAMES = {";": "le point-virgule", "\t": "la tabulation", "|": "la barre verticale"}


@dataclass
class Text:
    """A table as text. Cells without value are empty strings."""

    header: list[str]
    columns: list[list[str]]  # one list a column, in the header's order
    lines: list[int]  # line of each row in the file, or in the CSV that would be written (the header is line 1)
    labels: list  # label of each row in the DataFrame; its rank from 0 for a file
    notes: list[str] = field(default_factory=list)
    ragged: list[tuple[int, int]] = field(default_factory=list)  # (position of the row, its number of cells)
    as_numbers: set[str] = field(default_factory=set)  # columns that pandas holds as numbers

    def __len__(self) -> int:
        return len(self.lines)

    def column(self, name: str) -> list[str]:
        return self.columns[self.header.index(name)]


def read(table: object) -> Text:
    """A DataFrame, or the path of a CSV file, as text; never changes either.

    Raises:
        LearnerError: neither of the two, no column, no row, or a file that cannot be read.
    """
    if isinstance(table, str | Path):
        text = _file(Path(table))
    elif hasattr(table, "columns") and hasattr(table, "iloc"):
        text = _frame(table)
    else:
        raise LearnerError("Donnez un tableau, ou le chemin d'un fichier CSV, puis un schéma : validate(tableau, \"equipements\").")
    if not text.header:
        raise LearnerError("Ce tableau n'a aucune colonne : il n'y a rien à comparer au schéma.")
    if not len(text):
        raise LearnerError("Ce tableau n'a aucune ligne : il n'y a rien à comparer au schéma. Regardez l'étape qui l'a vidé.")
    return text


def _frame(table: "pd.DataFrame") -> Text:
    from pandas.api import types

    shape = getattr(table, "_geometry_column_name", None)  # a map's shapes are no column of its CSV
    kept = [rank for rank, name in enumerate(table.columns) if name != shape]
    columns = [_texts(table.iloc[:, rank]) for rank in kept]
    numbers = {
        str(table.columns[rank])
        for rank in kept
        if types.is_numeric_dtype(table.dtypes.iloc[rank]) and not types.is_bool_dtype(table.dtypes.iloc[rank])
    }
    rows = len(table)
    return Text([str(table.columns[rank]) for rank in kept], columns, list(range(2, rows + 2)), list(table.index), as_numbers=numbers)


def _texts(column: "pd.Series") -> list[str]:
    """Cells as ``to_csv`` writes them."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        days = column.dropna()
        column = column.dt.strftime("%Y-%m-%d") if (days == days.dt.normalize()).all() else column.astype(str).where(column.notna())
    return ["" if gone else str(value) for value, gone in zip(column.tolist(), column.isna().tolist(), strict=True)]


def _file(path: Path) -> Text:
    if path.suffix.casefold() not in (".csv", ".tsv", ".txt", ""):
        raise LearnerError(f"« {path.name} » n'est pas un CSV : lisez-le d'abord avec pandas ou geopandas, puis donnez le tableau à validate.")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LearnerError(f"« {path.name} » pèse plus de {MAX_BYTES // 1_000_000} Mo : validez-en d'abord une partie, lue avec pandas (nrows=10000).")
        content = path.read_bytes()
    except FileNotFoundError:
        raise LearnerError(f"Le fichier « {path.name} » est introuvable dans {path.parent}. Vérifiez son nom et son dossier.") from None
    except IsADirectoryError:
        raise LearnerError(f"« {path.name} » est un dossier : donnez le chemin du fichier CSV qui est dedans.") from None
    except OSError as error:
        raise LearnerError(f"« {path.name} » ne peut pas être lu ({error.strerror}). Est-il ouvert dans un autre logiciel ?") from None
    notes = []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
        notes.append("Le fichier n'est pas en UTF-8 : il a été lu en latin-1. Un fichier publié doit être en UTF-8.")
    if "\0" in text:
        raise LearnerError(f"« {path.name} » n'est pas un fichier texte, malgré son nom : regardez d'où il vient, ou enregistrez-le en CSV.")
    separator = _separator(text)
    if separator != ",":
        notes.append(f"Le séparateur est {_NAMES[separator]} : les schémas nationaux demandent la virgule.")
    return _rows(text, separator, notes, path)


def _separator(text: str) -> str:
    first = text.lstrip().split("\n", 1)[0]
    return max(",;\t|", key=lambda one: (first.count(one), one == ","))


def _rows(text: str, separator: str, notes: list[str], path: Path) -> Text:
    read = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    header: list[str] | None = None
    rows, lines, ragged, end = [], [], [], 0
    try:
        for cells in read:
            line, end = end + 1, read.line_num
            if not cells:
                continue  # a line without a character: no reader makes a row of it
            if header is None:
                header = cells
                continue
            if len(cells) != len(header):
                ragged.append((len(rows), len(cells)))
            rows.append((cells + [""] * len(header))[: len(header)])
            lines.append(line)
    except csv.Error as error:
        raise LearnerError(f"« {path.name} » ne se lit pas comme un CSV, vers la ligne {end + 1} ({error}) : un guillemet y est sans doute resté ouvert.") from None
    if lines and text.count('"') % 2 and end > lines[-1]:
        raise LearnerError(f"« {path.name} » a un guillemet resté ouvert, vers la ligne {lines[-1]} : tout ce qui suit s'y est collé. Fermez-le, puis recommencez.")
    if ragged:
        notes.append(f"{plural(len(ragged), 'ligne n’a', 'lignes n’ont')} pas autant de cases que l'en-tête.")
    columns = [list(one) for one in zip(*rows, strict=True)] if rows else [[] for _ in header or []]
    return Text(header or [], columns, lines, list(range(len(rows))), notes, ragged)
