"""A table that somebody filled in with a spreadsheet: its columns by their headings, every cell as text, where each line stands.

Why not csv-detective, as for the portals' data: its guess of an encoding needs more text than a list of names has, and it gives up at
the first line that is longer than the others, where we must say which.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from challenge_data.grading.receiving import slug
from challenge_data.grading.unpacking import shown

MOST_BYTES = 5_000_000
"""A list of a thousand people takes 100 kB."""
MOST_UNPACKED = 50_000_000
MOST_ROWS = 20_000
SEPARATORS = ";,\t|"
FORMULA = tuple("=+-@\t\r\n＝＋－﹣＠")
"""First characters that make a spreadsheet compute a cell: OWASP, « CSV Injection »; the wide ones, for spreadsheets in Chinese or Japanese."""
_OTHERS = {
    b"%PDF": "a PDF", b"Rar!": "a rar archive", b"7z\xbc\xaf": "a 7z archive", b"\x1f\x8b": "a compressed file", b"{\\rt": "a text document",
    b"\xd0\xcf\x11\xe0": "a spreadsheet of before 2007 (.xls), or one closed by a password", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture",
}  # fmt: skip
_ACCENTS = set("àâäçéèêëîïôöùûüÿœæñáíóúãõåø")
_SIGNS = set("«»’“”–—…€°·\u00a0\u202f")


class NotATable(ValueError):
    """The file cannot be read as a table at all; a sentence, with the remedy."""


@dataclass(frozen=True)
class Row:
    """One line that holds something."""

    line: int
    """In the file, or in the spreadsheet, from 1."""
    cells: dict[str, str]
    """Column -> text, without spaces around it; every column that the file has."""


@dataclass
class Table:
    """What was read."""

    rows: list[Row]
    how: str
    """Encoding and separator, for the instructor."""
    columns: set[str]
    ignored: list[str] = field(default_factory=list)
    """Headings that are no column of ours."""
    problems: list[str] = field(default_factory=list)
    """What is wrong with single cells, or with headings."""


def read(path: Path, headings: Mapping[str, tuple[str, ...]]) -> Table:
    """Read a .csv or .xlsx file.

    UTF-8, UTF-16 (with its mark), Windows-1252 and Mac Roman are told from one another; the separator (``; ,`` tab ``|``) is the one that makes
    most headings known. A heading is compared without accents, capitals or punctuation.

    Args:
        headings: column -> how people call it, as :func:`~challenge_data.grading.receiving.slug` writes it, in lower case.

    Raises:
        NotATable: no such file, too big, empty, something else than a table, no known heading.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise NotATable(f"takes more than {MOST_BYTES // 1_000_000} MB: is it the right file?")
        content = path.read_bytes()
    except IsADirectoryError:
        raise NotATable("is a folder: give the file.") from None
    except OSError as error:
        raise NotATable(f"cannot be read ({error.strerror}).") from error
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise NotATable("is empty: save the table again.")
    columns = {name: column for column, names in headings.items() for name in names}
    if content.startswith(b"PK"):
        return _table(_xlsx(content), "xlsx", columns)
    for head, what in _OTHERS.items():
        if content.startswith(head):
            raise NotATable(f"is {what}. In the spreadsheet: File, Save as, CSV UTF-8 or .xlsx.")
    text, encoding = _decoded(content)
    if text.lstrip().lower().startswith(("<!doctype", "<html", "<?xml", "<table")):
        raise NotATable("is a web page, perhaps that of the login. Download the table itself, or save it as CSV UTF-8 or .xlsx.")
    return _csv(text, encoding, columns)


def fault(text: str, most: int) -> str:
    """Why a cell is refused, whatever it is of; empty when it is not."""
    if text.startswith(FORMULA):
        return f"begins with {shown(text[0])!r}, which makes a spreadsheet compute it: write it without"
    for rank, char in enumerate(text):
        if not char.isprintable() and char not in "\u00a0\u202f\u2009":
            return f"holds a character that one does not see, a line end for example (U+{ord(char):04X}, {f'after « {text[max(0, rank - 20):rank]} »' if rank else 'at its beginning'}): type it anew, by hand"
    return f"has {len(text)} characters, {most} at most" if len(text) > most else ""


def _decoded(content: bytes) -> tuple[str, str]:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError:
                raise NotATable(f"says that it is {encoding.removesuffix('-sig').upper()} and is not, from some place on: save it again as CSV UTF-8.") from None
    if b"\0" in content:
        raise NotATable("is no text. In the spreadsheet: File, Save as, CSV UTF-8 or .xlsx.")
    found = {}
    for encoding in ("utf-8", "cp1252", "mac-roman"):
        try:
            found[encoding] = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8":
            return found[encoding], encoding
    # At equal chances the first, Windows': by far the more common.
    encoding = max(found, key=lambda name: _likely(found[name]))
    if _likely(found[encoding]) < 0:
        raise NotATable("is in an encoding that was not recognised. In the spreadsheet: File, Save as, CSV UTF-8 or .xlsx.")
    return found[encoding], encoding


def _likely(text: str) -> int:
    """Letters with accents where French has them, less other signs: a text read in another encoding than its own has few and many."""
    score = 0
    for before, char, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if char < "\x80":
            continue
        # A capital stands first in its word, or among capitals.
        misplaced = char.isupper() and (before.islower() or (before.isupper() and after.islower()))
        score += 0 if char in _SIGNS else 1 if char.lower() in _ACCENTS and not misplaced else -1
    return score


def _csv(text: str, encoding: str, columns: Mapping[str, str]) -> Table:
    said = text.split("\n", 1)[0].strip().strip('"')
    given = said[4] if said.lower().startswith("sep=") and len(said) == 5 else "\t" if said.lower() == "sep=" else ""
    best = max(given or SEPARATORS, key=lambda each: _known(text, each, bool(given), columns))
    return _table(_lines(text, best, bool(given)), f"{encoding}, separated by {'tabs' if best == chr(9) else best}", columns)


def _known(text: str, separator: str, skip: bool, columns: Mapping[str, str]) -> int:
    try:
        first = next((cells for _, cells in _lines(text, separator, skip) if any(map(str.strip, cells))), [])
    except NotATable:
        return 0
    return sum(_heading(cell) in columns for cell in first)


def _lines(text: str, separator: str, skip: bool) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for cells in reader:
            if not (skip and before == 0):
                yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        raise NotATable(f"cannot be read from line {before + 1} on ({error}): is a quotation mark « \" » left open there?") from error


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names, size = archive.namelist(), sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise NotATable("is a damaged archive or spreadsheet: save it again.") from error
    if "xl/workbook.xml" not in names:
        raise NotATable("is an archive, or another document than a spreadsheet of Excel. Unpack it and give the table; from LibreOffice: File, Save as, CSV or .xlsx.")
    if size > MOST_UNPACKED:
        raise NotATable(f"takes more than {MOST_UNPACKED // 1_000_000} MB once unpacked: copy its values into a new file.")
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        filled = []
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what the file says of its size is not believed
            rows = []
            for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                if line > MOST_ROWS:
                    break
                if any(value is not None for value in cells):
                    rows.append((line, [_text(value) for value in cells]))
            if rows:
                filled.append((sheet.title, rows))
    except Exception as error:  # a file of anybody's: openpyxl raises what its parsers do
        raise NotATable(f"is a spreadsheet that cannot be read ({type(error).__name__}). Save it again, as .xlsx or CSV UTF-8.") from error
    if not filled:
        raise NotATable("is empty: save the table again.")
    if len(filled) > 1:
        raise NotATable(f"has {len(filled)} sheets that are filled in ({', '.join(shown(title, 30) for title, _ in filled)}): keep one, or save the right one as CSV UTF-8.")
    yield from filled[0][1]


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _table(lines: Iterator[tuple[int, list[str]]], how: str, columns: Mapping[str, str]) -> Table:
    heads: list[str] | None = None
    table = Table([], how, set())
    for line, cells in lines:
        # Spaces alone: a tab or a line end at the beginning is a fault to tell.
        cells = [cell.strip(" \u00a0\u202f") for cell in cells]
        if not any(cell.strip() for cell in cells):
            continue
        if line > MOST_ROWS:
            raise NotATable(f"has more than {MOST_ROWS} lines: is it the right file?")
        if heads is None:
            heads = [columns.get(_heading(cell), "") for cell in cells]
            table.columns = set(heads) - {""}
            table.ignored = [shown(cell, 40) for cell, head in zip(cells, heads, strict=True) if cell and not head]
            if not table.columns:
                first = {column: name for name, column in reversed(columns.items())}
                raise NotATable(f"has no heading that is known in its first line ({', '.join(shown(cell, 30) for cell in cells[:6])}). Write there, for example: {', '.join(reversed(first.values()))}.")
            table.problems += [f"line {line}: two columns are « {head} ». Leave one." for head in sorted(table.columns) if heads.count(head) > 1]
            continue
        if any(cell.strip() for cell in cells[len(heads):]):
            table.problems.append(f"line {line}: has more cells than there are headings. Is there a separator within a cell, without quotation marks around it?")
            continue
        found = dict(zip(heads, cells + [""] * (len(heads) - len(cells)), strict=False))
        found.pop("", None)
        table.rows.append(Row(line, found))
    return table


def _heading(cell: str) -> str:
    return slug(cell).casefold().replace("_", "-")
