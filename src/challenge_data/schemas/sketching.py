"""A first schema, where none exists: what a table shows, for people to complete."""

import re
from typing import TYPE_CHECKING

from challenge_data.schemas import tables
from challenge_data.schemas.standard import Schema, reader

if TYPE_CHECKING:
    import pandas as pd

TO_COMPLETE = "à compléter"
_CODE = re.compile(r"code|insee|siren|siret|postal|cp\b|tel|num|ref|matricule|^id|_id$", re.IGNORECASE)
_PAIRS = [(["oui"], ["non"]), (["Oui"], ["Non"]), (["O"], ["N"]), (["vrai"], ["faux"]), (["true"], ["false"]), (["True"], ["False"]), (["1"], ["0"])]
_MOST_ENUM = 12


def sketch(table: "pd.DataFrame", title: str = "") -> Schema:
    """A draft Table Schema of a table: types, required, unique, lists of values; the meaning is to write.

    What a table shows is no rule: « never empty so far » is not « required ». So every inference is cautious, and
    every description reads « à compléter ». The table conforms to its own draft.

    Args:
        table: a DataFrame, or the path of a CSV file; never changed.
        title: of the schema.

    Raises:
        LearnerError: no table, no column or no row.
    """
    text = tables.read(table)
    fields, seen = [], set()
    for name, column in zip(text.header, text.columns, strict=True):
        if name.strip() and name not in seen:
            fields.append(_field(name, column))
            seen.add(name)
    for field in fields:
        reader(field)  # whatever was inferred, frictionless takes it
    return Schema({
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "name": re.sub(r"[^a-z0-9_-]+", "_", title.casefold()).strip("_") or "schema",
        "title": title or TO_COMPLETE,
        "description": TO_COMPLETE,
        "fields": fields,
        "missingValues": [""],
    })  # fmt: skip


def _field(name: str, column: list[str]) -> dict:
    filled = [one for one in column if one != ""]
    field = {"name": name, "type": "string", "title": name, "description": TO_COMPLETE} | _kind(name, filled)
    if filled:
        field["example"] = filled[0]
    rules = {}
    if filled and len(filled) == len(column):
        rules["required"] = True
    if len(filled) >= 5 and len(set(filled)) == len(filled) == len(column) and field["type"] in ("string", "integer") and re.search(r"(^|_)(id|ref|uid|code|numero|num)", name.casefold()):
        rules["unique"] = True
    if field["type"] == "string" and "format" not in field:
        rules |= _pattern(filled) or _enum(filled)
    if field["type"] == "number" and re.search(r"(^|_)lat|latitude", name.casefold()):
        rules |= {"minimum": -90, "maximum": 90}
    if field["type"] == "number" and re.search(r"(^|_)(lon|lng)|longitude", name.casefold()):
        rules |= {"minimum": -180, "maximum": 180}
    return field | ({"constraints": rules} if rules else {})


def _kind(name: str, filled: list[str]) -> dict:
    if not filled:
        return {}
    distinct = set(filled)
    for yes, no in _PAIRS:
        if distinct == {*yes, *no}:
            return {"type": "boolean", "trueValues": yes, "falseValues": no}
    if _all(r"\d{4}-\d{2}-\d{2}", distinct):
        return _if_reads({"type": "date"}, distinct)
    if _all(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:?\d{2})", distinct):
        return _if_reads({"type": "datetime"}, distinct)
    if _all(r"[^@\s]+@[^@\s]+\.[^@\s]+", distinct):
        return _if_reads({"format": "email"}, distinct)
    if _all(r"https?://\S+", distinct):
        return _if_reads({"format": "uri"}, distinct)
    if any(re.fullmatch(r"0\d+", one) for one in distinct) or _CODE.search(name):
        return {}  # a code: one does not reckon with it, and its first zero would be lost
    if _all(r"-?\d+", distinct):
        if re.search(r"ann[eé]e|year|mill[eé]sime", name.casefold()) and _all(r"[12]\d{3}", distinct):
            return {"type": "year"}
        return {"type": "integer"}
    if _all(r"-?\d+(\.\d+)?", distinct):
        return {"type": "number"}
    return {}


def _if_reads(field: dict, distinct: set[str]) -> dict:
    """The type, when frictionless reads all the values so: « 2206-13-40 » looks like a date, and is none."""
    read = reader({"name": "essai", "type": "string"} | field)
    return field if all(read(one)[1] is None for one in distinct) else {}


def _pattern(filled: list[str]) -> dict:
    """Digits of one length: a code."""
    sizes = {len(one) for one in filled}
    if len(filled) >= 5 and len(sizes) == 1 and _all(r"\d+", set(filled)) and len(set(filled)) > 1:
        return {"pattern": rf"^\d{{{sizes.pop()}}}$"}
    return {}


def _enum(filled: list[str]) -> dict:
    """A few words that come back: each three times on average, and none longer than a label."""
    distinct = dict.fromkeys(filled)
    if 2 <= len(distinct) <= _MOST_ENUM and len(filled) >= 3 * len(distinct) and max(map(len, distinct)) <= 40:
        return {"enum": sorted(distinct)}
    return {}


def _all(pattern: str, values: set[str]) -> bool:
    return all(re.fullmatch(pattern, one) for one in values)
