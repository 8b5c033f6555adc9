"""A spreadsheet with the same bytes every time: openpyxl stamps the hour of writing in several places."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

YELLOW, GREEN = "FFFFFF00", "FFC6EFCE"


def write_workbook(path: Path, sheet: str, lines: Sequence[Sequence], *, merges: Sequence[str], fills: Mapping[int, str],
                   bold: Sequence[int], stamp: datetime) -> None:
    """Write one sheet.

    Args:
        lines: rows of cells, None for an empty one; dates become spreadsheet dates.
        merges: ranges to merge, such as « A1:I1 ».
        fills: row number (from 1) -> ARGB colour of the row.
        bold: row numbers in bold.
        stamp: the moment of writing that the file will tell.
    """
    book = Workbook()
    page = book.active
    page.title = sheet
    width = max(len(line) for line in lines)
    for number, line in enumerate(lines, 1):
        for column, value in enumerate(line, 1):
            cell = page.cell(number, column, value)
            if hasattr(value, "year"):
                cell.number_format = "DD/MM/YYYY"
        for column in range(1, width + 1):
            if number in fills:
                page.cell(number, column).fill = PatternFill("solid", fgColor=fills[number])
            if number in bold:
                page.cell(number, column).font = Font(bold=True)
    for area in merges:
        page.merge_cells(area)
        page[area.split(":")[0]].alignment = Alignment(vertical="center")
    for column in range(1, width + 1):
        page.column_dimensions[get_column_letter(column)].width = 24
    book.properties.creator = "Île de Brumeval (données inventées)"
    book.properties.created = stamp
    content = io.BytesIO()
    book.save(content)
    path.write_bytes(steady(content.getvalue(), stamp))


def steady(content: bytes, stamp: datetime) -> bytes:
    """The same archive with fixed dates, stored without compression: compressors differ from machine to machine."""
    out = io.BytesIO()
    moment = f"{stamp:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(old.namelist()):
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>" + moment, part)
            entry = zipfile.ZipInfo(name, (stamp.year, stamp.month, stamp.day, stamp.hour, stamp.minute, 0))
            entry.create_system = 3
            new.writestr(entry, part)
    return out.getvalue()
