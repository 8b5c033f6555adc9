"""The tabular API over the catalogue's files: rows, filters, order, pages (https://github.com/datagouv/api-tabular)."""

import csv
import io
import re
from collections.abc import Callable
from urllib.parse import unquote_plus
from zipfile import BadZipFile

PAGE_DEFAULT, PAGE_MOST = 20, 50
_WHOLE, _DECIMAL = re.compile(r"-?(0|[1-9]\d*)"), re.compile(r"-?(0|[1-9]\d*)([.,]\d+)?")
_YES_NO = {"true": True, "false": False, "vrai": True, "faux": False, "oui": True, "non": False}


class Malformed(Exception):
    """The query string is not one of the tabular API's: it answers 400, with this detail."""


class Table:
    """A file's rows, each value cast by column as csv-detective would: whole number, decimal, yes or no, else text.

    Raises:
        ValueError: the bytes are no table.
    """

    def __init__(self, content: bytes):
        rows = _workbook(content) if content.startswith(b"PK\x03\x04") else _text(content)
        if not rows or len(rows[0]) < 2:
            raise ValueError("no table")
        self.header = [name.strip() or f"colonne_{rank}" for rank, name in enumerate(rows[0], 1)]
        body = [row + [""] * (len(self.header) - len(row)) for row in rows[1:] if any(row)]
        self.types: dict[str, str] = {}
        columns = []
        for rank, name in enumerate(self.header):
            self.types[name], cast = _kind([row[rank] for row in body])
            columns.append([cast(row[rank]) if row[rank] != "" else None for row in body])
        self.rows = [
            {"__id": number} | dict(zip(self.header, values, strict=True)) for number, values in enumerate(zip(*columns, strict=True), 1)
        ]

    def profile(self) -> dict:
        return {
            "header": self.header, "total_lines": len(self.rows),
            "columns": {name: {"python_type": kind, "format": kind, "score": 1.0} for name, kind in self.types.items()},
        }

    def answer(self, query: str, base: str) -> dict:
        """The answer of ``/data/`` to a raw query string.

        Args:
            base: address of the resource, for the links.

        Raises:
            Malformed: an unknown column or operator, or a page too big.
        """
        rows, page, page_size, columns, order = self.rows, 1, PAGE_DEFAULT, None, None
        arguments = [unquote_plus(one) for one in query.split("&") if one]
        for argument in arguments:
            name, _, value = argument.partition("=")
            if name in ("page", "page_size"):
                if not value.isdigit() or int(value) < 1:
                    raise Malformed(f"argument '{argument}' could not be parsed")
                page, page_size = (int(value), page_size) if name == "page" else (page, int(value))
            elif name == "columns":
                columns = [self._known(one, argument) for one in value.split(",")]
            else:
                column, _, operator = name.rpartition("__")
                self._known(column, argument)
                if operator.lower() == "sort" and value in ("asc", "desc"):
                    order = (column, value == "desc")
                else:
                    keep = self._test(column, operator.lower(), value, argument)
                    rows = [row for row in rows if keep(row[column])]
        if page_size > PAGE_MOST:
            raise Malformed(f"Page size exceeds allowed maximum: {PAGE_MOST}")
        if order:
            column, down = order
            known = sorted((row for row in rows if row[column] is not None), key=lambda row: row[column], reverse=down)
            rows = known + [row for row in rows if row[column] is None]
        start = (page - 1) * page_size
        shown = rows[start : start + page_size]
        kept = "&".join(one for one in query.split("&") if one and not one.startswith(("page=", "page_size=")))

        def link(number: int) -> str:
            return f"{base}data/?{kept}{'&' if kept else ''}page={number}&page_size={page_size}"

        return {
            "data": [{name: row[name] for name in columns} for row in shown] if columns else shown,
            "links": {
                "profile": f"{base}profile/", "swagger": f"{base}swagger/",
                "next": link(page + 1) if start + page_size < len(rows) else None, "prev": link(page - 1) if page > 1 else None,
            },
            "meta": {"page": page, "page_size": page_size, "total": len(rows)},
        }

    def _known(self, column: str, argument: str) -> str:
        if column not in self.types and column != "__id":
            raise Malformed(f"argument '{argument}' could not be parsed")
        return column

    def _test(self, column: str, operator: str, value: str, argument: str) -> Callable:
        kind = self.types.get(column, "int")
        try:
            wanted = [_convert(one, kind) for one in (value.split(",") if operator in ("in", "notin") else [value])]
        except ValueError:
            if operator not in ("contains", "notcontains", "isnull", "isnotnull"):
                raise Malformed(f"argument '{argument}' could not be parsed") from None
            wanted = [value]
        tests: dict[str, Callable] = {
            "exact": lambda it: it == wanted[0], "differs": lambda it: it != wanted[0],
            "contains": lambda it: it is not None and value.lower() in str(it).lower(),
            "notcontains": lambda it: it is not None and value.lower() not in str(it).lower(),
            "in": lambda it: it in wanted, "notin": lambda it: it is not None and it not in wanted,
            "less": lambda it: it is not None and it <= wanted[0], "greater": lambda it: it is not None and it >= wanted[0],
            "strictly_less": lambda it: it is not None and it < wanted[0], "strictly_greater": lambda it: it is not None and it > wanted[0],
            "isnull": lambda it: it is None, "isnotnull": lambda it: it is not None,
        }
        if operator not in tests:
            raise Malformed(f"argument '{argument}' could not be parsed")
        return tests[operator]


def _convert(text: str, kind: str):
    if text == "null":
        return None
    if kind == "int":
        return int(text)
    if kind == "float":
        return float(text.replace(",", "."))
    if kind == "bool":
        if text.lower() not in ("true", "false"):
            raise ValueError(text)
        return text.lower() == "true"
    return text


def _kind(values: list[str]) -> tuple[str, Callable]:
    filled = [value for value in values if value != ""]
    # « 01001 » is no number: a code keeps its zero.
    if filled and all(_WHOLE.fullmatch(value) for value in filled):
        return "int", int
    if filled and all(_DECIMAL.fullmatch(value) for value in filled):
        return "float", lambda value: float(value.replace(",", "."))
    if filled and all(value.lower() in _YES_NO for value in filled):
        return "bool", lambda value: _YES_NO[value.lower()]
    return "string", str


def _text(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text or text.lstrip()[:1] in ("<", "{", "["):
        raise ValueError("no table")
    first = text.partition("\n")[0]
    separator = max(";,\t|", key=first.count)
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]


def _workbook(content: bytes) -> list[list[str]]:
    import openpyxl

    try:
        sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
    except (KeyError, OSError, BadZipFile):
        raise ValueError("no workbook") from None
    return [["" if value is None else str(value).strip() for value in row] for row in sheet.iter_rows(values_only=True)]
