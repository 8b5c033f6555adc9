"""Rows and lines as bytes: CSV, JSON, GeoJSON, spreadsheet, PDF, shapefile. The same bytes on every machine.

Nothing is compressed: compressors differ from machine to machine.
"""

import csv
import io
import json
import struct
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

DATE = (2026, 7, 1, 0, 0, 0)
MIMES = {
    "csv": "text/csv", "json": "application/json", "geojson": "application/geo+json", "pdf": "application/pdf", "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "txt": "text/plain", "xls": "application/vnd.ms-excel",
    "shp": "application/zip", "html": "text/html", "ods": "application/vnd.oasis.opendocument.spreadsheet", "xml": "application/xml",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "gpx": "application/gpx+xml",
}
_WGS84 = 'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'


def archive(members: Sequence[tuple[str, bytes]]) -> bytes:
    """A zip of named contents, in the order given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name, content in members:
            entry = zipfile.ZipInfo(name, DATE)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            target.writestr(entry, content)
    return out.getvalue()


def as_csv(columns: Sequence[str], rows: Sequence[dict], *, sep: str = ",", encoding: str = "utf-8", decimal: str = ".", above: str = "") -> bytes:
    """A table as text; ``above``: a line before the header, as services like to write."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=sep, lineterminator="\n")
    if above:
        writer.writerow([above] + [""] * (len(columns) - 1))
    writer.writerow(columns)
    for row in rows:
        writer.writerow([f"{value}".replace(".", decimal) if isinstance(value, float) else value for value in (row.get(name) for name in columns)])
    return text.getvalue().encode(encoding)


def as_json(rows: Sequence[dict]) -> bytes:
    return (json.dumps(list(rows), ensure_ascii=False, indent=1) + "\n").encode()


def as_geojson(rows: Sequence[dict]) -> bytes:
    """Points; the columns « latitude » and « longitude » become the geometry."""
    features = [{
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]},
        "properties": {name: value for name, value in row.items() if name not in ("latitude", "longitude")},
    } for row in rows]
    return (json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False) + "\n").encode()


def as_xlsx(columns: Sequence[str], rows: Sequence[dict], sheet: str) -> bytes:
    """One sheet, texts inline: what any spreadsheet opens."""
    lines = [columns, *([row.get(name) for name in columns] for row in rows)]
    cells = "".join(f"<row r='{number}'>{''.join(_cell(value, number, rank) for rank, value in enumerate(line))}</row>" for number, line in enumerate(lines, 1))
    main, relations, office = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://schemas.openxmlformats.org/package/2006/relationships", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    parts = {
        "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'><Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
        "<Default Extension='xml' ContentType='application/xml'/><Override PartName='/xl/workbook.xml' ContentType='application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml'/>"
        "<Override PartName='/xl/worksheets/sheet1.xml' ContentType='application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml'/></Types>",
        "_rels/.rels": f"<Relationships xmlns='{relations}'><Relationship Id='rId1' Type='{office}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{main}' xmlns:r='{office}'><sheets><sheet name='{escape(sheet[:31])}' sheetId='1' r:id='rId1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{relations}'><Relationship Id='rId1' Type='{office}/worksheet' Target='worksheets/sheet1.xml'/></Relationships>",
        "xl/worksheets/sheet1.xml": f"<worksheet xmlns='{main}'><sheetData>{cells}</sheetData></worksheet>",
    }
    return archive([(name, (head + text).encode()) for name, text in parts.items()])


def _cell(value, row: int, column: int) -> str:
    if value is None or value == "":
        return ""
    place = f"{'' if column < 26 else chr(64 + column // 26)}{chr(65 + column % 26)}{row}"
    if isinstance(value, int | float):
        return f"<c r='{place}'><v>{value}</v></c>"
    return f"<c r='{place}' t='inlineStr'><is><t>{escape(str(value))}</t></is></c>"


def as_pdf(lines: Sequence[str]) -> bytes:
    """One page of text, or more: 48 lines each."""
    pages = [lines[start : start + 48] for start in range(0, len(lines), 48)] or [[]]
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    kids = []
    for page in pages:
        shown = b"\n".join(b"(" + _pdf_text(line) + b") Tj T*" for line in page)
        stream = b"BT /F1 11 Tf 15 TL 56 790 Td\n" + shown + b"\nET"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + table + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))


def _pdf_text(line: str) -> bytes:
    return line.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def as_shapefile(rows: Sequence[dict], name: str) -> bytes:
    """A zipped shapefile of points (.shp, .shx, .dbf, .prj), in degrees; all attributes as text."""
    points = [(row["longitude"], row["latitude"]) for row in rows]
    box = (min(x for x, _ in points), min(y for _, y in points), max(x for x, _ in points), max(y for _, y in points), 0, 0, 0, 0)

    def header(words: int) -> bytes:
        return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, words) + struct.pack("<2i8d", 1000, 1, *box)

    shapes = b"".join(struct.pack(">2i", number, 10) + struct.pack("<i2d", 1, *point) for number, point in enumerate(points, 1))
    index = b"".join(struct.pack(">2i", 50 + 14 * rank, 10) for rank in range(len(points)))
    columns = [one for one in rows[0] if one not in ("latitude", "longitude")]
    cells = [[str(row[one] if row[one] is not None else "").encode("latin-1", "replace")[:80] for one in columns] for row in rows]
    widths = [max(1, *(len(line[rank]) for line in cells)) for rank in range(len(columns))]
    # Ten letters a name: the format allows no more, and that is one of its traps.
    fields = b"".join(struct.pack("<11sc4xBB14x", one.encode("ascii", "replace")[:10], b"C", width, 0) for one, width in zip(columns, widths, strict=True))
    table = struct.pack("<4BIHH20x", 3, 126, 7, 1, len(rows), 33 + len(fields), 1 + sum(widths)) + fields + b"\r"
    table += b"".join(b" " + b"".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells) + b"\x1a"
    return archive([
        (f"{name}.shp", header(50 + len(shapes) // 2) + shapes), (f"{name}.shx", header(50 + len(index) // 2) + index),
        (f"{name}.dbf", table), (f"{name}.prj", _WGS84.encode()),
    ])
