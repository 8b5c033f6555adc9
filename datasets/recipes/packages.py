"""Write a Frictionless data package, the same bytes every time.

What every recipe shares. A recipe writes its files (:func:`write_csv`, :func:`write_json`, or its own
way for a messy file), describes them (:func:`table`, :func:`document`, :func:`messy`), then calls
:func:`write_package`, which measures each file and writes ``datapackage.json``::

    write_csv(folder / "communes.csv", fields, rows)
    write_package(
        folder, title=..., description=..., sources=[...], licences=[LICENCE_OUVERTE], vintage="COG 2026",
        resources=[table("communes", "communes.csv", title=..., description=..., fields=fields, key="code_commune")],
        invented=False,
    )

Only the standard library: a recipe must run where nothing is installed. Specification:
Frictionless Data Package v1 and Table Schema v1. Texts that learners read (titles, descriptions) are in French.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

PACKAGE_FILE = "datapackage.json"
# The date written into every package: a recipe run twice gives the same bytes.
CREATED = "2026-07-01T00:00:00Z"

LICENCE_OUVERTE = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte 2.0 (Etalab)",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}
CC_BY_SA = {
    "name": "CC-BY-SA-4.0",
    "title": "Creative Commons Attribution - Partage dans les mêmes conditions 4.0",
    "path": "https://creativecommons.org/licenses/by-sa/4.0/deed.fr",
}
MIT = {"name": "MIT", "title": "Licence MIT", "path": "https://opensource.org/license/mit"}

_MEDIATYPES = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "txt": "text/plain",
}


def field(name: str, kind: str, title: str, description: str, **constraints) -> dict:
    """One field of a Table Schema.

    Args:
        name: column name, as in the file.
        kind: Table Schema type: string, integer, number, boolean, date, datetime, year, geopoint, array, object …
        title, description: French, for the learner who asks ``describe(name)``.
        constraints: Table Schema constraints (``required=True``, ``pattern=...``, ``enum=[...]``, ``minimum=0`` …);
            ``format=...`` is the field's format, not a constraint.
    """
    one = {"name": name, "type": kind, "title": title, "description": description}
    if "format" in constraints:
        one["format"] = constraints.pop("format")
    if constraints:
        one["constraints"] = constraints
    return one


def table(
    name: str,
    path: str,
    *,
    title: str,
    description: str,
    fields: Sequence[Mapping],
    key: str | Sequence[str] | None = None,
    foreign_keys: Sequence[Mapping] = (),
    encoding: str = "utf-8",
    dialect: Mapping | None = None,
) -> dict:
    """A clean table: what ``load(name)`` gives as a DataFrame, with the types of its Table Schema.

    Args:
        name: what the learner types in ``load(name)``; unique among all datasets; lower case, digits, ``_``.
        path: file name, relative to the package's folder.
        key: primary key (one column or several).
        foreign_keys: Table Schema foreignKeys; resource "" is the table itself, else a resource of the same package.
        dialect: CSV dialect when it is not comma and double quote, e.g. ``{"delimiter": ";"}``.
    """
    schema: dict = {"fields": [dict(one) for one in fields], "missingValues": [""]}
    if key is not None:
        schema["primaryKey"] = key if isinstance(key, str) else list(key)
    if foreign_keys:
        schema["foreignKeys"] = [dict(one) for one in foreign_keys]
    resource = _resource(name, path, title, description, encoding) | {"profile": "tabular-data-resource"}
    if dialect:
        resource["dialect"] = dict(dialect)
    return resource | {"schema": schema}


def document(
    name: str,
    path: str,
    *,
    title: str,
    description: str,
    fields: Sequence[Mapping] = (),
    encoding: str = "utf-8",
    **challenge_data,
) -> dict:
    """A GeoJSON layer (``load`` gives a GeoDataFrame) or a JSON document (``load`` gives a list or a dict).

    Args:
        fields: what the properties mean, as :func:`field`; shown by ``describe``, not validated by frictionless.
        challenge_data: further custom properties of the resource.
    """
    custom = dict(challenge_data)
    if fields:
        custom["fields"] = [dict(one) for one in fields]
    resource = _resource(name, path, title, description, encoding)
    return resource | ({"challenge_data": custom} if custom else {})


def messy(name: str, path: str, *, title: str, description: str, encoding: str | None = None, **challenge_data) -> dict:
    """A file given as its authority left it: ``raw_file(name)`` gives its path and ``load(name)`` refuses it.

    Args:
        encoding: only when the learner may know it; finding it is usually the exercise.
        challenge_data: further custom properties of the resource.
    """
    return _resource(name, path, title, description, encoding) | {"challenge_data": {"messy": True} | challenge_data}


def write_package(
    folder: Path,
    *,
    title: str,
    description: str,
    sources: Sequence[Mapping],
    licences: Sequence[Mapping],
    vintage: str,
    resources: Sequence[Mapping],
    invented: bool,
    name: str = "",
    created: str = CREATED,
    **extra,
) -> Path:
    """Measure the files (bytes, SHA-256) and write ``datapackage.json`` beside them.

    Args:
        folder: the package's folder; the files that ``resources`` name are in it already.
        sources: ``{"title": ..., "path": ...}`` each (``path``: a public page, optional).
        licences: ``{"name": ..., "title": ..., "path": ...}`` each.
        vintage: what state of the world the data describe, in French (« COG 2026 »).
        resources: from :func:`table`, :func:`document`, :func:`messy`.
        invented: True if the data describe nothing real; ``describe`` says so to the learner.
        name: the package's name; the folder's name by default.
        extra: further properties of the package (``contributors=[...]`` …).

    Returns:
        The path of the written ``datapackage.json``.

    Raises:
        FileNotFoundError: a resource's file was not written.
        ValueError: two resources have the same name.
    """
    folder = Path(folder)
    names = [resource["name"] for resource in resources]
    if len(set(names)) != len(names):
        raise ValueError(f"{folder}: two resources have the same name: {names}")
    package = {
        "profile": "data-package",
        "name": name or folder.name,
        "title": title,
        "description": description,
        "version": vintage,
        "created": created,
        "licenses": [dict(one) for one in licences],
        "sources": [dict(one) for one in sources],
        "challenge_data": {"invented": bool(invented), "vintage": vintage},
        **extra,
        "resources": [_measured(folder, resource) for resource in resources],
    }
    path = folder / PACKAGE_FILE
    write_json(path, package)
    return path


def write_csv(
    path: Path,
    fields: Sequence[Mapping] | Sequence[str],
    rows: Iterable[Mapping],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> None:
    """Write rows (mappings) as CSV: ``fields`` give the columns and their order; None is an empty cell; lines end with LF.

    Raises:
        ValueError: a row has a value under a name that is not a field.
    """
    columns = [one if isinstance(one, str) else one["name"] for one in fields]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    _write(path, text.getvalue().encode(encoding))


def write_json(path: Path, value: object, *, compact: bool = False) -> None:
    """Write a value as UTF-8 JSON; accents as they are, keys in the order given. ``compact``: without blanks."""
    style = {"separators": (",", ":")} if compact else {"indent": 2}
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, **style)
    _write(path, (text + "\n").encode("utf-8"))


def _resource(name: str, path: str, title: str, description: str, encoding: str | None) -> dict:
    suffix = Path(path).suffix.lstrip(".").lower()
    resource = {
        "name": name,
        "path": path,
        "title": title,
        "description": description,
        "format": suffix,
        "mediatype": _MEDIATYPES.get(suffix, "application/octet-stream"),
    }
    return resource | ({"encoding": encoding} if encoding else {})


def _measured(folder: Path, resource: Mapping) -> dict:
    content = (folder / resource["path"]).read_bytes()
    measured = dict(resource)
    # Before the schema, which is long: who opens the file by hand sees the measure first.
    schema = measured.pop("schema", None)
    measured |= {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
    return measured | ({"schema": schema} if schema else {})


def _write(path: Path, content: bytes) -> None:
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
