"""The data dictionary of a table: what each column means, in which unit, with an example and its empty cells."""

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from challenge_data.errors import LearnerError
from challenge_data.french import plural
from challenge_data.guide import require
from challenge_data.publication.parts import fault
from challenge_data.schemas import schema as find_schema
from challenge_data.schemas import sketch, tables
from challenge_data.schemas.standard import Schema
from challenge_data.schemas.words import KINDS, plain

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_COUNTED = ("integer", "number")


def dictionary(table: "pd.DataFrame | str | Path", meanings: Mapping[str, str] | None = None, *, units: Mapping[str, str] | None = None,
               schema: "str | dict | Schema | None" = None) -> "pd.DataFrame":
    """The dictionary of a table, one row a column. What the schema says of a column is taken; what you say comes first.

    Args:
        table: a DataFrame, or the path of a CSV file; never changed.
        meanings: column -> what it means.
        units: column -> in what it is counted (« personnes », « m² », « degrés »); a column of numbers needs one.
        schema: the Table Schema that the table follows, if there is one, such as ``"equipements"``.

    Returns:
        colonne, type, sens, unite, exemple (the first filled cell: this file's, not the schema's), vides (number of empty cells).

    Raises:
        LearnerError: no table; a column without meaning, numbers without unit, a meaning that says nothing, or one
            of a column that is not there; all at once.
    """
    import pandas as pd

    for one in (table, meanings, units):
        require(one)
    for name, one in (("meanings", meanings), ("units", units)):
        if one is not None and not isinstance(one, Mapping):
            raise LearnerError(f"{name} s'écrit entre accolades, colonne : texte, comme {{\"EQUIP_NOM\": \"nom d'usage du lieu\"}}.")
    meanings, units = dict(meanings or {}), dict(units or {})
    text = tables.read(table)
    asked = find_schema(schema) if schema is not None else None
    known = {name: asked.field(name) for name in asked.field_names} if asked else {}
    drafted = {one["name"]: one for one in sketch(table).descriptor["fields"]}
    rows = []
    for name, column in zip(text.header, text.columns, strict=True):
        filled = [one for one in column if one]
        kind = known.get(name, drafted.get(name, {})).get("type", "string")
        said = " ".join(str(meanings.get(name) or known.get(name, {}).get("description") or "").split())
        rows.append((name, KINDS.get(kind, kind), said, str(units.get(name, "")).strip(), filled[0] if filled else "",
                     len(column) - len(filled), kind))
    found = pd.DataFrame(rows, columns=["colonne", "type", "sens", "unite", "exemple", "vides", "_kind"])
    if wrong := _wrong(found, meanings, units, text.header, len(text)):
        raise LearnerError(f"Le dictionnaire n'est pas fini, {plural(len(wrong), 'point est à reprendre', 'points sont à reprendre')} :\n" + "\n".join(f"- {one}" for one in wrong))
    return found.drop(columns="_kind")


def _wrong(found: "pd.DataFrame", meanings: dict, units: dict, header: list[str], rows: int) -> list[str]:
    told = []
    by_plain = {plain(name): name for name in header}
    for name in [*meanings, *(one for one in units if one not in meanings)]:
        if name not in header:
            near = difflib.get_close_matches(plain(str(name)), by_plain, n=1, cutoff=0.6)
            told.append(f"« {name} » n'est pas une colonne de ce tableau" + (f" : vouliez-vous dire « {by_plain[near[0]]} » ?" if near else f". Ses colonnes : {', '.join(header)}."))
    if none := [row.colonne for row in found.itertuples() if not row.sens]:
        told.append(f"{plural(len(none), 'colonne')} sans sens : {', '.join(none)}. Un nom de colonne n'est pas une définition : qu'y a-t-on écrit, et comment ?")
    for row in found.itertuples():
        given = row.colonne in meanings and row.sens
        if given and plain(row.sens).rstrip("s") == plain(row.colonne).rstrip("s"):
            told.append(f"{row.colonne} : « {row.sens} » répète le nom de la colonne. Que faut-il savoir pour la remplir comme vous ?")
        elif given and len(row.sens) < 10 or given and "à compléter" in fault(row.sens):
            told.append(f"{row.colonne} : « {row.sens} » ne suffit pas à quelqu'un qui n'a que ce mot.")
        if row.sens and not row.unite and row.vides < rows and found.loc[row.Index, "_kind"] in _COUNTED:
            told.append(f"{row.colonne} est un nombre sans unité : units={{\"{row.colonne}\": \"…\"}}. Des personnes, des mètres, des degrés ?")
    return told
