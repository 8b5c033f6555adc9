"""Sheets that people fill in a spreadsheet: written twice, as ``.xlsx`` and as ``.csv``, read back from the one that was filled."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from challenge_data.grading.teams.tables import FORMULA

KINDS = (".xlsx", ".csv")
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")


@dataclass(frozen=True)
class Line:
    """One line, as text."""

    where: str
    """The file and the line, for a fault's sentence."""
    cells: dict[str, str]


class Unreadable(Exception):
    """A sheet is not there, or not as it was written."""


def write(folder: Path, name: str, columns: Sequence[str], rows: Sequence[Sequence[str | float]]) -> None:
    """Both files. Texts are texts: what a person wrote is never run as a formula."""
    book = Workbook()
    sheet = book.active
    for rank, row in enumerate([columns, *rows], 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(rank, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
            cell.font = Font(bold=rank == 1)
    sheet.freeze_panes = "A2"
    for column in sheet.columns:
        sheet.column_dimensions[column[0].column_letter].width = min(60, 2 + max(len(str(cell.value or "")) for cell in column))
    book.save(folder / f"{name}.xlsx")
    with open(folder / f"{name}.csv", "w", encoding="utf-8-sig", newline="") as file:  # spreadsheets look for that mark
        lines = csv.writer(file, delimiter=";")
        lines.writerow(columns)
        lines.writerows([[_plain(value) for value in row] for row in rows])


def read(folder: Path, name: str, columns: Sequence[str], filled: str) -> list[Line]:
    """The lines of the file in which the column ``filled`` has something; of the first kind if neither has.

    Raises:
        Unreadable: no such file, other columns, or both files filled in different ways.
    """
    there = {path.suffix: _lines(path, columns) for kind in KINDS if (path := folder / f"{name}{kind}").exists()}
    if not there:
        raise Unreadable(f"{folder / name}.xlsx and .csv are not there: draw again under another name, or put the file back.")
    done = {kind: lines for kind, lines in there.items() if any(line.cells[filled] for line in lines)}
    if len(done) == 2 and [_alike(line) for line in done[".xlsx"]] != [_alike(line) for line in done[".csv"]]:
        raise Unreadable(f"{folder / name}.xlsx and .csv are both filled, and not alike: delete the one that does not count.")
    return next(iter((done or there).values()))


def number(text: str, maximum: float) -> float:
    """Points as a person types them, « 3,5 » too.

    Raises:
        ValueError: no number from 0 to ``maximum``; the message says so in few words.
    """
    if text.startswith("="):
        raise ValueError(f"a formula ({text}): type its result")
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"« {text} » is no number") from None
    if not 0 <= points <= maximum:
        raise ValueError(f"{text} is not between 0 and {maximum:g}")
    return points


def _alike(line: Line) -> list[str]:
    """What a line says, whichever kind of file says it: one writes 2.5, the other 2,5."""
    return [f"{float(text.replace(',', '.')):g}" if _NUMBER.fullmatch(text) else text for text in line.cells.values()]


def _plain(value: str | float) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return f"{value:g}".replace(".", ",")


def _lines(path: Path, columns: Sequence[str]) -> list[Line]:
    try:
        table = _workbook(path) if path.suffix == ".xlsx" else _csv(path)
    except Exception as problem:  # openpyxl and zipfile raise many kinds for one damaged file
        raise Unreadable(f"{path} cannot be read ({type(problem).__name__}: {problem}): save it again as {path.suffix[1:]}.") from problem
    head = [cell.strip() for cell in table[0]] if table else []
    if missing := [column for column in columns if column not in head]:
        raise Unreadable(f"{path}: no column {', '.join(missing)} in its first line: leave that line as it was.")
    return [Line(f"{path.name}, line {rank}", {column: row[head.index(column)].strip().removeprefix("'") if head.index(column) < len(row) else "" for column in columns})
            for rank, row in enumerate(table[1:], 2) if any(cell.strip() for cell in row)]


def _workbook(path: Path) -> list[list[str]]:
    book = load_workbook(path, read_only=True)  # formulas as they are written, not their last result
    try:
        return [["" if value is None else f"{value:g}" if isinstance(value, int | float) else str(value) for value in row] for row in book.active.iter_rows(values_only=True)]
    finally:
        book.close()


def _csv(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")  # an older spreadsheet's
    first = text.partition("\n")[0]
    return list(csv.reader(text.splitlines(keepends=True), delimiter=max(";,\t", key=first.count)))
