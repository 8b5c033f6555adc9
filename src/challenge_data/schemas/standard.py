"""A Table Schema: where it comes from, what it asks of each column, how it is saved.

The national ones stand in ``datasets/schemas/``, one JSON document each (Table Schema v1). Beyond the
specification they use the field's own custom property ``custom_checks`` (rules that span columns, or need a
key or a list) and ``challenge_data`` (where the schema comes from; whether the order of columns counts).
"""

import copy
import difflib
import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from challenge_data import course
from challenge_data.errors import LearnerError
from challenge_data.french import plural
from challenge_data.schemas.words import KINDS, listed, plain

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "schemas"


class Schema:
    """What a table must hold. Readable as text, and as a table in a notebook."""

    def __init__(self, descriptor: dict, name: str = "") -> None:
        """
        Args:
            descriptor: a Table Schema as a dict.
            name: how it is called in messages; its own ``name`` when left out.

        Raises:
            LearnerError: it is not a Table Schema that can be used.
        """
        self._descriptor = copy.deepcopy(descriptor)
        self.name = name or str(descriptor.get("name", "")) if isinstance(descriptor, dict) else name
        _check(self._descriptor, self.name)
        self.title = str(descriptor.get("title") or self.name or "schéma sans nom")
        self.version = str(descriptor.get("version", ""))

    @property
    def descriptor(self) -> dict:
        """The Table Schema as a dict: a copy, to change and give back to :class:`Schema`."""
        return copy.deepcopy(self._descriptor)

    @property
    def field_names(self) -> list[str]:
        return [one["name"] for one in self._descriptor["fields"]]

    def field(self, name: str) -> dict:
        return next(one for one in self._descriptor["fields"] if one["name"] == name)

    def is_required(self, name: str) -> bool:
        return bool(self.field(name).get("constraints", {}).get("required"))

    @property
    def keeps_order(self) -> bool:
        return bool(self._descriptor.get("challenge_data", {}).get("ordered"))

    @property
    def fields(self) -> "pd.DataFrame":
        """One row a field: colonne, type, obligatoire, sens, regles, exemple."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "colonne": one["name"],
                    "type": KINDS.get(one.get("type", "string"), one.get("type", "")),
                    "obligatoire": "oui" if self.is_required(one["name"]) else "non",
                    "sens": one.get("description") or one.get("title") or "",
                    "regles": " ; ".join(rules(one)),
                    "exemple": str(one.get("example", "")),
                }
                for one in self._descriptor["fields"]
            ],
            columns=["colonne", "type", "obligatoire", "sens", "regles", "exemple"],
        )

    def save(self, name: str, replace: bool = False) -> Path:
        """Write the schema as JSON into :func:`~challenge_data.course.work_dir`, and say where.

        Args:
            name: file name that ends with ``.json``.
            replace: write over a file of that name that holds something else.

        Raises:
            LearnerError: a name that is not one, a file that is already there, or a disk that does not take it.
        """
        if Path(str(name)).name != str(name) or not str(name).endswith(".json"):
            raise LearnerError(f"« {name} » n'est pas un nom de fichier possible ici : un nom simple qui finit par .json, sans dossier.")
        content = (json.dumps(self._descriptor, ensure_ascii=False, indent=2) + "\n").encode()
        path = course.work_dir() / name
        if path.exists() and not replace and path.read_bytes() != content:
            raise LearnerError(
                f"« {name} » existe déjà et dit autre chose : rien n'a été écrit. Choisissez un autre nom, ou ajoutez replace=True pour le remplacer."
            )
        course.write(path, content)
        print(f"Enregistré : {path.parent.name}/{name} ({len(self.field_names)} champs).")
        return path

    @property
    def summary(self) -> str:
        origin = self._descriptor.get("challenge_data", {}).get("origin", "")
        where = f" ({' '.join(part for part in (origin, self.version) if part)})" if origin or self.version else ""
        required = sum(self.is_required(name) for name in self.field_names)
        return f"{self.title}{where} : {plural(len(self.field_names), 'champ')}, dont {plural(required, 'obligatoire')}."

    def __str__(self) -> str:
        lines = [self.summary, str(self._descriptor.get("description", "")), ""]
        for row in self.fields.itertuples(index=False):
            needed = ", obligatoire" if row.obligatoire == "oui" else ""
            lines.append(f"  {row.colonne} ({row.type}{needed}) : {row.sens}" + (f" [{row.regles}]" if row.regles else ""))
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        left = ' style="text-align:left"'
        head = "".join(f'<th scope="col"{left}>{one}</th>' for one in ("Colonne", "Type", "Obligatoire", "Sens", "Règles", "Exemple"))
        rows = "".join(
            f'<tr><th scope="row"{left}><code>{escape(row[0])}</code></th>'
            + "".join(f"<td{left}>{escape(part)}</td>" for part in row[1:])
            + "</tr>"
            for row in self.fields.itertuples(index=False)
        )
        return (
            f"<p><strong>{escape(self.summary)}</strong><br>{escape(str(self._descriptor.get('description', '')))}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )


def rules(field: dict) -> list[str]:
    """The constraints of a field, in French."""
    asked = field.get("constraints", {})
    told = []
    if "enum" in asked:
        told.append("l'une de ces valeurs : " + ", ".join(str(one) for one in asked["enum"]))
    if "pattern" in asked:
        told.append(f"motif {asked['pattern']}")
    for name, said in _BOUNDS.items():
        if name in asked:
            told.append(said.format(asked[name]))
    if asked.get("unique"):
        told.append("jamais deux fois la même valeur")
    if field.get("format") in _FORMATS:
        told.append(_FORMATS[field["format"]])
    if field.get("type") == "boolean" and field.get("trueValues"):
        told.append(f"{field['trueValues'][0]} ou {field['falseValues'][0]}" if field.get("falseValues") else str(field["trueValues"][0]))
    return told


_BOUNDS = {
    "minimum": "au moins {}",
    "maximum": "au plus {}",
    "exclusiveMinimum": "plus de {}",
    "exclusiveMaximum": "moins de {}",
    "minLength": "{} caractères au moins",
    "maxLength": "{} caractères au plus",
}
_FORMATS = {"email": "adresse électronique", "uri": "adresse web", "uuid": "identifiant UUID"}


def names() -> list[str]:
    """Names of the national schemas that :func:`schema` knows, sorted."""
    return sorted(path.stem for path in _folder().glob("*.json") if path.name != "datapackage.json")


def schema(name: "str | Path | dict | Schema") -> Schema:
    """A schema by its name, such as ``"equipements"``; or from a ``.json`` file, or a dict.

    Raises:
        LearnerError: there is none of that name, or it cannot be read.
    """
    if isinstance(name, Schema):
        return name
    if isinstance(name, dict):
        return Schema(name)
    if isinstance(name, Path) or str(name).endswith(".json"):
        path = Path(name)
        if not path.exists() and (course.work_dir() / path.name).exists():
            path = course.work_dir() / path.name
        return Schema(_read(path), path.stem)
    if not isinstance(name, str):
        raise LearnerError(f'Un schéma se demande par son nom, entre guillemets : schema("equipements"). Il y a : {", ".join(names())}.')
    known = {plain(one): one for one in names()}
    if (found := known.get(plain(name))) is None:
        near = difflib.get_close_matches(plain(name), known, n=3, cutoff=0.5)
        asked = f"Vouliez-vous dire {listed([known[one] for one in near])} ?" if near else f"Il y a : {', '.join(names())}."
        raise LearnerError(f"Aucun schéma ne s'appelle « {name} ». {asked}")
    return Schema(_read(_folder() / f"{found}.json"), found)


def _folder() -> Path:
    return course.datasets_dir() / FOLDER


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise LearnerError(f"Le fichier de schéma « {path.name} » est introuvable dans {path.parent}. Vérifiez son nom et son dossier.") from None
    except json.JSONDecodeError as error:
        raise LearnerError(
            f"Le schéma « {path.name} » n'est pas du JSON bien écrit : regardez la ligne {error.lineno}, une virgule ou un guillemet y manque sans doute."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise LearnerError(f"Le schéma « {path.name} » ne peut pas être lu : ce doit être un fichier texte en UTF-8.") from None


def _check(descriptor: Any, name: str) -> None:
    """Frictionless takes the schema: its types are known, its patterns can be read."""
    called = f"« {name} »" if name else "donné"
    if not isinstance(descriptor, dict) or not isinstance(descriptor.get("fields"), list) or not descriptor["fields"]:
        raise LearnerError(f"Le schéma {called} n'a pas de liste « fields » : un schéma nomme au moins un champ.")
    seen: set[str] = set()
    for rank, field in enumerate(descriptor["fields"], 1):
        if not isinstance(field, dict) or not str(field.get("name") or "").strip():
            raise LearnerError(f"Dans le schéma {called}, le champ numéro {rank} n'a pas de nom (« name »).")
        if field["name"] in seen:
            raise LearnerError(f"Dans le schéma {called}, deux champs s'appellent « {field['name']} » : renommez l'un des deux.")
        seen.add(field["name"])
        reader(field)


def reader(field: dict):
    """Frictionless's own reader of a field's cells: text -> (value, what it breaks).

    Raises:
        LearnerError: the field's type or rules make no sense.
    """
    import re

    from frictionless import FrictionlessException, Schema

    try:
        read = Schema.from_descriptor({"fields": [field], "missingValues": [""]}).fields[0].create_cell_reader()
        read("0")
        return read
    except re.error as error:
        raise LearnerError(f"Le motif de la colonne « {field['name']} » ne peut pas être lu ({error}) : corrigez « pattern » dans le schéma.") from None
    except (FrictionlessException, ArithmeticError, TypeError, ValueError, AttributeError):
        raise LearnerError(
            f"Le champ « {field['name']} » du schéma ne peut pas être utilisé : vérifiez son type ({field.get('type', 'absent')}) et ses règles (« constraints »)."
        ) from None
