"""The datasets of the course: load one by name, say what it is, give the path of a raw file.

Every dataset is a Frictionless data package in ``datasets/``: its ``datapackage.json`` says the names, the
types, the source, the licence and the SHA-256 of each file. A resource's name is what learners type.
Nothing here uses the network; pandas and geopandas are imported only when a table is asked for.
"""

import difflib
import hashlib
import json
import unicodedata
from dataclasses import dataclass
from html import escape
from pathlib import Path

from challenge_data import course
from challenge_data.errors import LearnerError
from challenge_data.french import thousands

PACKAGE_FILE = "datapackage.json"


@dataclass(frozen=True)
class _Resource:
    """One file of a dataset, with what its package says of it."""

    spec: dict
    package: dict
    folder: Path

    @property
    def name(self) -> str:
        return self.spec["name"]

    @property
    def path(self) -> Path:
        return self.folder / self.spec["path"]

    @property
    def is_messy(self) -> bool:
        return bool(self.spec.get("challenge_data", {}).get("messy"))

    @property
    def is_table(self) -> bool:
        return "schema" in self.spec

    @property
    def fields(self) -> list[dict]:
        return self.spec.get("schema", self.spec.get("challenge_data", {})).get("fields", [])


def names() -> list[str]:
    """Names of every dataset and raw file of the course, sorted."""
    return sorted(_resources())


def load(name: str):
    """Read a clean dataset.

    Args:
        name: one of :func:`names`; capitals and accents are forgiven.

    Returns:
        A table as a pandas ``DataFrame`` whose column types are those of its Table Schema: codes are text
        (« 01001 »), whole numbers are ``int64`` (``Int64`` when some are missing), dates are datetimes. A GeoJSON
        layer as a geopandas ``GeoDataFrame`` in WGS 84 (EPSG:4326, degrees). A JSON document as a list or a dict.

    Raises:
        LearnerError: the name is unknown, the file is raw, missing or altered.
    """
    resource = _find(name)
    if resource.is_messy:
        raise LearnerError(
            f"« {resource.name} » est un fichier brut, tel que son service l'a remis : load() ne le lit pas pour vous. "
            f'Demandez où il est avec raw_file("{resource.name}"), puis lisez-le vous-même.'
        )
    content = _content(resource)
    if resource.is_table:
        return _read_table(resource, content)
    if resource.path.suffix == ".geojson":
        return _read_layer(content)
    if resource.path.suffix == ".json":
        return json.loads(content)
    raise LearnerError(
        f'« {resource.name} » n\'est ni un tableau, ni une carte, ni du JSON : ouvrez-le avec raw_file("{resource.name}").'
    )


def raw_file(name: str) -> Path:
    """Absolute path of a dataset's file, raw or clean, wherever the notebook stands.

    Raises:
        LearnerError: the name is unknown, the file is missing or altered.
    """
    resource = _find(name)
    _content(resource)
    return resource.path


def describe(name: str) -> "Description":
    """What a dataset is: real or invented, source, licence, vintage, rows, columns and their meaning.

    Raises:
        LearnerError: the name is unknown, the file is missing or altered.
    """
    resource = _find(name)
    package = resource.package
    about = package.get("challenge_data", {})
    siblings = [one["name"] for one in package["resources"] if one["name"] != resource.name]
    facts = {
        "Nature": "données inventées : elles ne décrivent aucun lieu ni aucune personne"
        if about.get("invented")
        else "données réelles",
        "Jeu de données": package["title"],
        "Millésime": about.get("vintage") or package.get("version", ""),
        "Source": " ; ".join(one["title"] for one in package.get("sources", [])),
        "Licence": " ; ".join(one.get("title", one["name"]) for one in package.get("licenses", [])),
        "Contenu": _size(resource),
        "Fichier": f"{_shown(resource.path)} ({thousands(resource.spec['bytes'])} octets)",
        "Dans le même jeu": ", ".join(siblings),
        "En savoir plus": _shown(resource.folder / "SOURCE.md") if (resource.folder / "SOURCE.md").exists() else "",
    }
    columns = tuple((one["name"], one.get("type", ""), one.get("description", "")) for one in resource.fields)
    return Description(
        resource.name,
        resource.spec.get("title", resource.name),
        resource.spec.get("description", ""),
        {key: value for key, value in facts.items() if value},
        columns,
    )


@dataclass(frozen=True, repr=False)
class Description:
    """What :func:`describe` answers; readable as text, and as a table in a notebook."""

    name: str
    title: str
    text: str
    facts: dict[str, str]
    columns: tuple[tuple[str, str, str], ...]  # name, Table Schema type, meaning

    def __str__(self) -> str:
        lines = [f"{self.name} : {self.title}", self.text, ""]
        lines += [f"{key} : {value}" for key, value in self.facts.items()]
        if self.columns:
            lines += ["", "Colonnes :"] + [
                f"  {name} ({_TYPES.get(kind, kind)}) : {meaning}" for name, kind, meaning in self.columns
            ]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        facts = "".join(
            f'<tr><th scope="row" style="text-align:left">{escape(key)}</th><td style="text-align:left">{escape(value)}</td></tr>'
            for key, value in self.facts.items()
        )
        html = f"<p><strong><code>{escape(self.name)}</code> : {escape(self.title)}</strong><br>{escape(self.text)}</p><table>{facts}</table>"
        if not self.columns:
            return html
        head = "".join(
            f'<th scope="col" style="text-align:left">{title}</th>' for title in ("Colonne", "Type", "Ce que c'est")
        )
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left"><code>{escape(name)}</code></th>'
            f'<td style="text-align:left">{escape(_TYPES.get(kind, kind))}</td><td style="text-align:left">{escape(meaning)}</td></tr>'
            for name, kind, meaning in self.columns
        )
        # Folded: a long list of columns would push the source and the licence off a small screen.
        return (f"{html}<details><summary>Les {len(self.columns)} colonnes et leur sens</summary>"
                f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details>")

    def _repr_markdown_(self) -> str:
        def cell(text: str) -> str:
            return text.replace("|", "\\|")

        lines = [f"**`{self.name}` : {self.title}**", "", self.text, ""]
        lines += [f"- **{key}** : {value}" for key, value in self.facts.items()]
        if self.columns:
            lines += ["", "| Colonne | Type | Ce que c'est |", "|---|---|---|"]
            lines += [
                f"| `{name}` | {_TYPES.get(kind, kind)} | {cell(meaning)} |" for name, kind, meaning in self.columns
            ]
        return "\n".join(lines)


_TYPES = {
    "string": "texte",
    "integer": "nombre entier",
    "number": "nombre",
    "boolean": "vrai ou faux",
    "date": "date",
    "datetime": "date et heure",
    "time": "heure",
    "year": "année",
    "array": "liste",
    "object": "objet",
    "geojson": "forme",
}


def _resources() -> dict[str, _Resource]:
    found: dict[str, _Resource] = {}
    for path in sorted(course.datasets_dir().glob(f"*/**/{PACKAGE_FILE}")):
        try:
            package = json.loads(path.read_text(encoding="utf-8"))
            found |= {spec["name"]: _Resource(spec, package, path.parent) for spec in package["resources"]}
        except (ValueError, KeyError, TypeError):
            raise LearnerError(
                f"Le fichier {_shown(path)} est abîmé : la liste des données ne peut pas être lue. {_restore(path)}"
            ) from None
    return found


def _find(name: str) -> _Resource:
    resources = _resources()
    if not isinstance(name, str):
        raise LearnerError(
            f"Le nom d'un jeu de données s'écrit entre guillemets, par exemple load(\"communes\") ; reçu : {type(name).__name__}."
        )
    by_plain_name = {_plain(known): resource for known, resource in resources.items()}
    if found := resources.get(name) or by_plain_name.get(_plain(name)):
        return found
    near = difflib.get_close_matches(_plain(name), by_plain_name, n=3, cutoff=0.6)
    if near:
        asked = " ou ".join(f"« {by_plain_name[one].name} »" for one in near)
        raise LearnerError(f"Aucun jeu de données ne s'appelle « {name} ». Vouliez-vous dire {asked} ?")
    raise LearnerError(
        f"Aucun jeu de données ne s'appelle « {name} ». Il y a : {', '.join(sorted(resources)) or 'aucun jeu'}."
    )


def _plain(name: str) -> str:
    """Without accents, capitals, nor the choice between blank, hyphen and underscore."""
    letters = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join("_" if one in " -_" else one for one in letters if not unicodedata.combining(one))


def _content(resource: _Resource) -> bytes:
    """The file's bytes, checked against the SHA-256 its package tells.

    Raises:
        LearnerError: the file is missing or altered; says how to get it back.
    """
    shown = _shown(resource.path)
    try:
        content = resource.path.read_bytes()
    except FileNotFoundError:
        raise LearnerError(f"Le fichier {shown} manque. {_restore(resource.path)}") from None
    except OSError as error:
        raise LearnerError(
            f"Le fichier {shown} ne peut pas être lu ({error.strerror}). {_restore(resource.path)}"
        ) from None
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != resource.spec["hash"]:
        raise LearnerError(
            f"Le fichier {shown} a été modifié : ce n'est plus celui du cours. {_restore(resource.path)} "
            "Pour changer des données, travaillez sur une copie dans work_dir()."
        )
    return content


def _shown(path: Path) -> str:
    """The path as a reader of the course knows it: from the course folder, with slashes."""
    try:
        return path.relative_to(course.root()).as_posix()
    except ValueError:
        return path.as_posix()


def _restore(path: Path) -> str:
    if (course.root() / ".git").exists():
        return (
            f"Pour le retrouver, ouvrez un terminal dans le dossier du cours et tapez « git restore {_shown(path)} »."
        )
    return f"Pour le retrouver, reprenez {_shown(path)} dans l'archive du cours, ou téléchargez le cours de nouveau."


def _size(resource: _Resource) -> str:
    if resource.is_messy:
        return f'fichier brut, à découvrir : raw_file("{resource.name}")'
    data = load(resource.name)
    rows = thousands(len(data))
    if hasattr(data, "columns"):
        return f"{rows} lignes, {len(data.columns)} colonnes"
    return f"{rows} éléments"


def _read_table(resource: _Resource, content: bytes):
    import io

    import pandas as pd

    schema, dialect = resource.spec["schema"], resource.spec.get("dialect", {})
    kinds = {one["name"]: one["type"] for one in schema["fields"]}
    # Everything as text first: pandas guesses nothing, and « 01001 » stays « 01001 ».
    table = pd.read_csv(
        io.BytesIO(content),
        sep=dialect.get("delimiter", ","),
        quotechar=dialect.get("quoteChar", '"'),
        encoding=resource.spec.get("encoding", "utf-8"),
        keep_default_na=False,
        na_values=schema.get("missingValues", [""]),
        dtype={name: _READ_AS.get(kind, "str") for name, kind in kinds.items()},
    )
    for name, kind in kinds.items():
        if kind in ("integer", "year") and not table[name].hasnans:
            table[name] = table[name].astype("int64")
        elif kind in ("date", "datetime"):
            table[name] = pd.to_datetime(table[name], format="ISO8601")
        elif kind == "boolean":
            table[name] = _as_boolean(table[name])
    return table


_READ_AS = {"integer": "Int64", "year": "Int64", "number": "float64"}


def _as_boolean(column):
    known = column.map(
        {
            "true": True,
            "True": True,
            "TRUE": True,
            "1": True,
            "false": False,
            "False": False,
            "FALSE": False,
            "0": False,
        }
    )
    return known.astype("boolean" if known.hasnans else "bool")


def _read_layer(content: bytes):
    import geopandas
    import shapely

    # Read without GDAL, which takes longer to start than the whole file to read.
    features = json.loads(content)["features"]
    rows = [feature["properties"] for feature in features]
    shapes = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
    return geopandas.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")
